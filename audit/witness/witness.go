package witness

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/enamel-go/enamel/audit/notary"
)

// Options adjusts a [Witness]. The zero value is ready to use.
type Options struct {
	// Path names the file in which the witness keeps its checkpoints. It is replaced as a whole, and no two witnesses may
	// share it. Defaults to none: they are kept in memory, and forgotten.
	Path string
}

// Witness keeps the newest checkpoint of each log that it knows, and takes a newer one only when that continues it. It
// may be used concurrently.
type Witness struct {
	cosigner *Cosigner
	known    map[string][]note.Verifier // by the log's name
	path     string

	mu   sync.Mutex
	kept map[string]string // by the log's name: a checkpoint with the log's signature and ours
}

// New returns a witness of the logs whose keys are known, and reads what it kept before from its file, which it checks. A
// key stands for the log of its name; a log may have several. O may be nil.
func New(cosigner *Cosigner, known []note.Verifier, o *Options) (*Witness, error) {
	if cosigner == nil || len(known) == 0 {
		return nil, fmt.Errorf("%w: a witness needs a key of its own and those of its logs", ErrInvalid)
	}
	w := &Witness{cosigner: cosigner, known: map[string][]note.Verifier{}, kept: map[string]string{}}
	for _, v := range known {
		w.known[v.Name()] = append(w.known[v.Name()], v)
	}
	if o == nil || o.Path == "" {
		return w, nil
	}
	w.path = o.Path
	var err error
	if w.kept, err = readFile(w.path); err != nil {
		return nil, err
	}
	for log, signed := range w.kept {
		if c, err := w.open(signed); err != nil || c.Log != log {
			return nil, fmt.Errorf("%w: the witness's file holds a checkpoint that no known key signed", ErrInvalid)
		}
	}
	return w, nil
}

// open checks a signed checkpoint of the tree of heads of a known log: the origin of a practice's tree is no log's name.
func (w *Witness) open(signed string) (notary.Checkpoint, error) {
	origin, _, _ := strings.Cut(signed, "\n")
	keys, found := w.known[origin]
	if !found {
		return notary.Checkpoint{}, ErrUnknown
	}
	c, err := notary.OpenCheckpoint(signed, note.VerifierList(keys...))
	if err != nil {
		return notary.Checkpoint{}, ErrUnsigned
	}
	if c.Size < 1 {
		return notary.Checkpoint{}, fmt.Errorf("%w: not a checkpoint of a log that has leaves", ErrInvalid)
	}
	return c, nil
}

// Checkpoint returns the newest checkpoint of the log of this name, with the log's signature and the witness's: a kept
// checkpoint for Reader.Verify of package notary. It is empty where the witness keeps none.
func (w *Witness) Checkpoint(log string) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.kept[log]
}

// Add takes a checkpoint that continues the one of old leaves which the witness keeps (0: it keeps none), as the proof
// shows, and returns its cosignature, a line of a note. It was kept before Add returns. The checkpoint it keeps is
// cosigned anew.
//
// Errors wrap [ErrUnknown], [ErrUnsigned] or [ErrInvalid]; a [*ConflictError] says that old is not what the witness
// keeps; and ErrContradicted of package notary that the log does not continue it, with a [*ConflictError] where it is
// another tree of the same size.
func (w *Witness) Add(ctx context.Context, old int64, proof []tlog.Hash, signed string) (string, error) {
	c, err := w.open(signed)
	if err != nil {
		return "", err
	}
	if old < 0 || old > c.Size {
		return "", fmt.Errorf("%w: the proof begins after the checkpoint", ErrInvalid)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return "", err
	}
	var before notary.Checkpoint
	if kept := w.kept[c.Log]; kept != "" {
		if before, err = w.open(kept); err != nil {
			return "", err
		}
	}
	if old != before.Size {
		return "", &ConflictError{Size: before.Size}
	}
	if err := continues(c, before, proof); err != nil {
		return "", err
	}
	// Only what the log's keys signed is kept, for the note may carry whatever others appended.
	n, err := note.Open([]byte(signed), note.VerifierList(w.known[c.Log]...))
	if err != nil {
		return "", ErrUnsigned
	}
	line, err := w.cosigner.line(n.Text)
	if err != nil {
		return "", err
	}
	n.UnverifiedSigs = nil
	alone, err := note.Sign(n)
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	if err := w.keep(c.Log, string(alone)+line); err != nil {
		return "", err
	}
	return line, nil
}

// continues checks that c continues before.
func continues(c, before notary.Checkpoint, proof []tlog.Hash) error {
	switch {
	case before.Size == 0:
		if len(proof) > 0 {
			return fmt.Errorf("%w: a proof from nothing", notary.ErrContradicted)
		}
	case before.Size == c.Size:
		if c.Root != before.Root {
			return fmt.Errorf("%w: another tree: %w", notary.ErrContradicted, &ConflictError{Size: c.Size})
		}
		if len(proof) > 0 {
			return fmt.Errorf("%w: a proof between equal trees", notary.ErrContradicted)
		}
	case tlog.CheckTree(proof, c.Size, c.Root, before.Size, before.Root) != nil:
		return fmt.Errorf("%w: the tree of %d leaves does not continue that of %d", notary.ErrContradicted, c.Size, before.Size)
	}
	return nil
}

func (w *Witness) keep(log, signed string) error {
	next := make(map[string]string, len(w.kept)+1)
	for name, kept := range w.kept {
		next[name] = kept
	}
	next[log] = signed
	if w.path != "" {
		if err := writeFile(w.path, next); err != nil {
			return err
		}
	}
	w.kept = next
	return nil
}

// Show implements Witness of package notary, for a witness in the notary's own process: with a file on a disk that the
// database's administrators cannot reach, or for a test.
func (w *Witness) Show(ctx context.Context, signed string, prove notary.Prove) error {
	c, err := w.open(signed)
	if err != nil {
		return err
	}
	for {
		kept, err := w.open(w.Checkpoint(c.Log))
		if err != nil && !errors.Is(err, ErrUnknown) { // none is kept
			return err
		}
		proof, err := prove(ctx, kept.Size)
		if err != nil {
			return err
		}
		_, err = w.Add(ctx, kept.Size, proof, signed)
		var moved *ConflictError
		if !errors.As(err, &moved) || errors.Is(err, notary.ErrContradicted) {
			return err
		}
	}
}
