package notary

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/audit/tree"
)

// Reader reads what a notary signed: checkpoints, proofs, and whether the log still fits them. It holds no secret key,
// is immutable and may be used concurrently.
type Reader struct {
	store Store
	known note.Verifiers
	tell  func(Progress)
}

// Progress is how far a verification has come.
type Progress struct {
	Checked int64 // positions
	Size    int64 // of the tree when the verification began; it may have grown since
}

// WithProgress returns a reader whose Verify tells how far it has come, after every thousand positions or so: from its own
// goroutine, and it waits for tell to return.
func (r *Reader) WithProgress(tell func(Progress)) *Reader {
	told := *r
	told.tell = tell
	return &told
}

// NewReader returns a reader of the trees in store that trusts the known keys. Both are required.
func NewReader(store Store, known note.Verifiers) (*Reader, error) {
	if store == nil || known == nil {
		return nil, fmt.Errorf("%w: a reader needs a store and the known keys", ErrInvalid)
	}
	return &Reader{store: store, known: known}, nil
}

// Checkpoint returns the newest signed checkpoint of a practice's tree, or with practice "" that of the tree of heads,
// which stands for all of them. Keep it where the database's administrators cannot change it: with it [Reader.Verify]
// finds a log that was cut short or written anew. The error wraps [ErrNotFound] while nothing is integrated.
func (r *Reader) Checkpoint(ctx context.Context, practice string) (string, error) {
	tip, err := r.tip(ctx, practice)
	return tip.Checkpoint, err
}

// tip returns the newest head, in brief.
func (r *Reader) tip(ctx context.Context, practice string) (tree.Head, error) {
	heads, err := r.store.Heads(ctx, tree.Query{Practice: practice, Newest: true, Brief: true, Limit: 1})
	if err != nil {
		return tree.Head{}, fmt.Errorf("notary: read the newest head: %w", err)
	}
	if len(heads) == 0 {
		return tree.Head{}, ErrNotFound
	}
	return heads[0], nil
}

// signedTip is tip of a head whose size is what a known key signed.
func (r *Reader) signedTip(ctx context.Context, practice string) (tree.Head, error) {
	tip, err := r.tip(ctx, practice)
	if err != nil {
		return tree.Head{}, err
	}
	if !sizeSigned(tip, r.known) {
		return tree.Head{}, fmt.Errorf("%w: the newest head does not fit its checkpoint", ErrDamaged)
	}
	return tip, nil
}

// sizeSigned reports whether a head's checkpoint is what a known key signed for a tree of the head's size.
func sizeSigned(h tree.Head, known note.Verifiers) bool {
	c, err := OpenCheckpoint(h.Checkpoint, known)
	return err == nil && c.Practice == h.Practice && c.Size == h.Size
}

const proofHeader = "c2sp.org/tlog-proof@v1\n"

// Inclusion returns a proof that the practice's leaf of this id is in the tree of the newest checkpoint, in the text
// form of C2SP (c2sp.org/tlog-proof). Whoever has it, the leaf and the public key needs nothing else:
// [CheckInclusion]. The error wraps [ErrNotFound] while no batch holds the leaf, and [ErrDamaged] where no known key signed
// the newest checkpoint as it is.
func (r *Reader) Inclusion(ctx context.Context, practice, id string) (string, error) {
	heads, err := r.store.Heads(ctx, tree.Query{Practice: practice, ID: id, Brief: true, Limit: 1})
	if err != nil {
		return "", fmt.Errorf("notary: find a leaf: %w", err)
	}
	if practice == "" || id == "" || len(heads) == 0 {
		return "", ErrNotFound
	}
	tip, err := r.signedTip(ctx, practice)
	if err != nil {
		return "", err
	}
	index := heads[0].Found
	if index < 0 || index >= tip.Size {
		return "", fmt.Errorf("%w: the leaf stands outside of the tree", ErrDamaged)
	}
	proof, err := tlog.ProveRecord(tip.Size, index, reader(ctx, r.store, practice))
	if err != nil {
		return "", fmt.Errorf("notary: prove a leaf: %w", err)
	}
	return fmt.Sprintf("%sindex %d\n%s\n%s", proofHeader, index, lines(proof), tip.Checkpoint), nil
}

// CheckInclusion checks a proof of [Reader.Inclusion] for a leaf, offline, and returns the checkpoint that it leads to.
// It says that the notary integrated exactly these bytes; what they say is in Leaf.Bytes. Errors wrap [ErrProof].
func CheckInclusion(proof string, f audit.Leaf, known note.Verifiers) (Checkpoint, error) {
	c, err := checkInclusion(proof, tlog.RecordHash(f.Record()), known)
	if err == nil && c.Practice != f.Practice {
		return Checkpoint{}, fmt.Errorf("%w: the checkpoint is another practice's", ErrProof)
	}
	return c, err
}

func checkInclusion(proof string, leaf tlog.Hash, known note.Verifiers) (Checkpoint, error) {
	rest, isProof := strings.CutPrefix(proof, proofHeader)
	index, path, c, err := openProof(rest, "index ", known)
	if !isProof || err != nil {
		return Checkpoint{}, errors.Join(ErrProof, err)
	}
	if tlog.CheckRecord(path, c.Size, c.Root, index, leaf) != nil {
		return Checkpoint{}, fmt.Errorf("%w: the hashes do not lead from the leaf to the checkpoint", ErrProof)
	}
	return c, nil
}

// Consistency returns a proof that the tree of the newest checkpoint continues the one that had old leaves, in the form
// that witnesses are sent (c2sp.org/tlog-witness, add-checkpoint). Check it with [CheckConsistency]. The error wraps
// [ErrInvalid] unless 0 < old and old is at most the tree's size, and [ErrDamaged] as that of Inclusion.
func (r *Reader) Consistency(ctx context.Context, practice string, old int64) (string, error) {
	tip, err := r.signedTip(ctx, practice)
	if err != nil {
		return "", err
	}
	if old < 1 || old > tip.Size {
		return "", fmt.Errorf("%w: the tree never had that size", ErrInvalid)
	}
	proof, err := tlog.ProveTree(tip.Size, old, reader(ctx, r.store, practice))
	if err != nil {
		return "", fmt.Errorf("notary: prove a tree: %w", err)
	}
	return fmt.Sprintf("old %d\n%s\n%s", old, lines(proof), tip.Checkpoint), nil
}

// CheckConsistency checks a proof of [Reader.Consistency] against a checkpoint that was kept, offline, and returns the
// newer one. Errors wrap [ErrProof].
func CheckConsistency(proof string, kept Checkpoint, known note.Verifiers) (Checkpoint, error) {
	old, path, c, err := openProof(proof, "old ", known)
	if err != nil {
		return Checkpoint{}, err
	}
	if c.Log != kept.Log || c.Practice != kept.Practice || old != kept.Size {
		return Checkpoint{}, fmt.Errorf("%w: the proof is not about the checkpoint that was kept", ErrProof)
	}
	if tlog.CheckTree(path, c.Size, c.Root, old, kept.Root) != nil {
		return Checkpoint{}, fmt.Errorf("%w: the newer tree does not continue the older one", ErrProof)
	}
	return c, nil
}

func lines[P ~[]tlog.Hash](proof P) string {
	var b strings.Builder
	for _, h := range proof {
		b.WriteString(h.String() + "\n")
	}
	return b.String()
}

// openProof reads a line of a word and a number, then hashes, an empty line and a signed checkpoint.
func openProof(text, word string, known note.Verifiers) (int64, []tlog.Hash, Checkpoint, error) {
	bad := fmt.Errorf("%w: not a proof", ErrProof)
	top, signed, _ := strings.Cut(text, "\n\n")
	line := strings.Split(top, "\n")
	digits, found := strings.CutPrefix(line[0], word)
	number, err := strconv.ParseInt(digits, 10, 64)
	if !found || err != nil || number < 0 || len(line) > 64 {
		return 0, nil, Checkpoint{}, bad
	}
	var path []tlog.Hash
	for _, l := range line[1:] {
		h, err := tlog.ParseHash(l)
		if err != nil {
			return 0, nil, Checkpoint{}, bad
		}
		path = append(path, h)
	}
	c, err := OpenCheckpoint(signed, known)
	return number, path, c, err
}
