package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"net/url"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/audit/notary"
	"github.com/enamel-go/enamel/examples/internal/world"
)

// file is what a look answers with where it is no JSON: it is written as it comes, whatever its length.
type file struct {
	name  string
	kind  string // what it is; lines of JSON where it is empty
	write func(context.Context, io.Writer) error
}

// lookExport hands out the log as lines that anybody checks with the public key alone: all of it, the entries about one
// patient, or one entry. Handing it out is recorded first.
func lookExport(ctx context.Context, _ *app, s *scene, q url.Values) (any, error) {
	patient, id := q.Get("patient"), q.Get("entry")
	if len(q) > 1 {
		return nil, badInput("Ask for a patient's entries or for one entry, not for both.")
	}
	if len(q) == 1 && patient == "" && id == "" {
		return nil, badInput("Say which patient or which entry. Without either it is the whole log.")
	}
	if err := integrated(ctx, s); err != nil {
		return nil, err
	}
	e := audit.Entry{
		Practice: world.Practice, Actor: world.Desk(), Action: "audit.log.export", Object: audit.Object{Kind: "log"}, Patient: patient,
	}
	f := file{name: "log.jsonl", write: func(ctx context.Context, w io.Writer) error {
		_, err := s.Reader.Export(ctx, w, world.Practice, nil)
		return err
	}}
	switch {
	case patient != "":
		if err := mentioned(ctx, s, patient); err != nil {
			return nil, err
		}
		e.Reason = "the entries about one patient"
		f = extract(s, "patient.jsonl", notary.OfPatient(ctx, s.Log, world.Practice, patient))
	case id != "":
		if _, err := inclusion(ctx, s, id); err != nil {
			return nil, err
		}
		e.Object = audit.Object{Kind: "entry", ID: id}
		f = extract(s, "entry.jsonl", notary.IDs(id))
	}
	return f, s.Log.Record(ctx, e)
}

func extract(s *scene, name string, ids iter.Seq2[string, error]) file {
	return file{name: name, write: func(ctx context.Context, w io.Writer) error {
		_, err := s.Reader.Extract(ctx, w, world.Practice, ids, nil)
		return err
	}}
}

// lookCheckpoint hands out the newest checkpoint, byte for byte.
func lookCheckpoint(ctx context.Context, _ *app, s *scene, _ url.Values) (any, error) {
	if err := integrated(ctx, s); err != nil {
		return nil, err
	}
	point, err := checkpoint(ctx, s)
	if err == nil && point.Altered {
		err = notary.ErrDamaged
	}
	return file{name: "checkpoint.txt", kind: "text/plain; charset=utf-8", write: func(_ context.Context, w io.Writer) error {
		_, err := io.WriteString(w, point.Signed)
		return err
	}}, err
}

// mentioned answers in plain words where the log has nothing about a patient: a file without entries looks like an answer.
func mentioned(ctx context.Context, s *scene, patient string) error {
	for _, err := range notary.OfPatient(ctx, s.Log, world.Practice, patient) {
		return err // the first is enough
	}
	return &inputError{http.StatusNotFound, "The log has no entry about a patient of this id."}
}

// inclusion returns the proof of one entry.
func inclusion(ctx context.Context, s *scene, id string) (string, error) {
	proof, err := s.Reader.Inclusion(ctx, world.Practice, id)
	if errors.Is(err, notary.ErrNotFound) {
		return "", &inputError{http.StatusNotFound, "No checkpoint holds such an entry. A new one is integrated within a second."}
	}
	return proof, err
}

// integrated answers in plain words while the notary has taken nothing in.
func integrated(ctx context.Context, s *scene) error {
	_, err := s.Reader.Checkpoint(ctx, world.Practice)
	if errors.Is(err, notary.ErrNotFound) {
		return badInput("Nothing was integrated yet. Try again in a moment.")
	}
	return err
}

// serveFile sends a file. What fails before its first byte is answered in words; what fails later cuts the connection, so that
// nobody takes what has come for the whole file.
func (s *app) serveFile(w http.ResponseWriter, r *http.Request, f file) {
	w.Header().Set("Content-Type", cmp.Or(f.kind, "application/jsonl; charset=utf-8"))
	w.Header().Set("Content-Disposition", `attachment; filename="`+f.name+`"`)
	out := &begun{Writer: w}
	err := f.write(r.Context(), out)
	switch {
	case err == nil:
	case out.yes:
		s.logFailure(r.Context(), true, err)
		panic(http.ErrAbortHandler)
	default:
		w.Header().Del("Content-Disposition")
		s.failJSON(w, r, err)
	}
}

// begun knows whether anything was written.
type begun struct {
	io.Writer
	yes bool
}

// Write implements [io.Writer].
func (b *begun) Write(p []byte) (int, error) {
	b.yes = true
	return b.Writer.Write(p)
}

// proofView is the proof of one entry.
type proofView struct {
	ID    string `json:"id"`
	Proof string `json:"proof"` // in the form of c2sp.org/tlog-proof
	Key   string `json:"public_key"`
}

func lookProof(ctx context.Context, _ *app, s *scene, q url.Values) (any, error) {
	id := q.Get("entry")
	proof, err := inclusion(ctx, s, id)
	return proofView{ID: id, Proof: proof, Key: s.Public}, err
}

type checkInput struct{}

// checkExport exports the whole log and checks the lines with the public key alone, as whoever was given them does.
func checkExport(ctx context.Context, s *app, _ checkInput) (done, error) {
	sc := s.scene.Load()
	if err := integrated(ctx, sc); err != nil {
		return done{}, err
	}
	err := sc.Log.Record(ctx, audit.Entry{
		Practice: world.Practice, Actor: world.Desk(), Action: "audit.log.export", Object: audit.Object{Kind: "log"},
		Reason: "checked as whoever is given it would",
	})
	if err != nil {
		return done{}, err
	}
	lines, sink := io.Pipe()
	go func() {
		_, err := sc.Reader.Export(ctx, sink, world.Practice, nil)
		_ = sink.CloseWithError(err) // never fails
	}()
	result, err := sc.CheckExport(lines)
	_ = lines.Close() // ends an export that was not read to its end
	var wrong *notary.ExportError
	if errors.As(err, &wrong) {
		return done{Said: fmt.Sprintf("The export does not prove itself. Line %d: %s.", wrong.Line, wrong.Note)}, nil
	}
	if err != nil {
		return done{}, err
	}
	said := fmt.Sprintf("The export proves itself with the public key alone: %d entries, none changed and no place missing.", result.Leaves)
	if result.Absent > 0 {
		said = fmt.Sprintf("%s Of %d the log has the fingerprint alone.", said, result.Absent)
	}
	return done{Said: said, Result: map[string]int64{"entries": result.Leaves, "absent": result.Absent}}, nil
}
