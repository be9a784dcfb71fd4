package notary_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/note"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/audit/auditmem"
	"github.com/enamel-go/enamel/audit/notary"
	"github.com/enamel-go/enamel/audit/tree"
	"github.com/enamel-go/enamel/crypto"
)

func (w *world) export(t testing.TB, practice string, kept ...string) string {
	t.Helper()
	var b bytes.Buffer
	_, err := w.reader.Export(context.Background(), &b, practice, &notary.ExportOptions{Kept: kept})
	require.NoError(t, err)
	return b.String()
}

func (w *world) extract(t testing.TB, practice string, ids ...string) string {
	t.Helper()
	var b bytes.Buffer
	_, err := w.reader.Extract(context.Background(), &b, practice, notary.IDs(ids...), nil)
	require.NoError(t, err)
	return b.String()
}

func (w *world) check(file string, kept ...string) (notary.Result, error) {
	return notary.CheckExport(strings.NewReader(file), w.known, &notary.CheckOptions{Kept: kept})
}

// finds requires that a file is refused for one reason at one line.
func (w *world) finds(t testing.TB, file string, kind notary.Kind, line int64, kept ...string) {
	t.Helper()
	_, err := w.check(file, kept...)
	var found *notary.ExportError
	require.ErrorAs(t, err, &found)
	require.ErrorIs(t, err, notary.ErrProof)
	require.Equal(t, kind, found.Kind, found.Note)
	require.Equal(t, line, found.Line, found.Note)
}

func TestExport(t *testing.T) {
	eachStore(t, nil, func(t *testing.T, w *world) {
		w.grow(t)
		w.record(t, elm, 3) // they wait for a batch
		file := w.export(t, elm)
		result, err := w.check(file)
		require.NoError(t, err)
		require.EqualValues(t, 23, result.Leaves)
		require.Zero(t, result.Absent)
		require.Equal(t, notary.Checkpoint{Log: logName, Practice: elm, Size: 23, Root: result.Checkpoint.Root}, result.Checkpoint)
		require.False(t, result.Extract)
		require.NotZero(t, result.First)
		require.False(t, result.Last.Before(result.First))
		require.Contains(t, file, `\"id\":\"e-00001\"`)
		require.Equal(t, 25, strings.Count(file, "\n"))

		// What was exported is what the log's store has, byte for byte.
		var line struct {
			Leaf string
			MAC  []byte
		}
		require.NoError(t, json.Unmarshal([]byte(lineOf(file, 2)), &line))
		f := w.leaf(t, elm, "e-00001")
		require.Equal(t, string(f.Bytes), line.Leaf)
		require.Equal(t, f.MAC, line.MAC)

		var b bytes.Buffer
		_, err = w.reader.Export(t.Context(), &b, "nobody", nil)
		require.ErrorIs(t, err, notary.ErrNotFound)
		_, err = w.reader.Export(t.Context(), &b, "", nil)
		require.ErrorIs(t, err, notary.ErrInvalid)
		require.Zero(t, b.Len())
	})
}

func TestExtract(t *testing.T) {
	eachStore(t, nil, func(t *testing.T, w *world) {
		w.grow(t)
		var b bytes.Buffer
		done, err := w.reader.Extract(t.Context(), &b, elm, notary.OfPatient(t.Context(), w.log, elm, "p-1"), nil)
		require.NoError(t, err)
		require.Zero(t, done.Skipped)
		result, err := w.check(b.String())
		require.NoError(t, err)
		require.True(t, result.Extract)
		require.EqualValues(t, 7, result.Leaves)
		require.EqualValues(t, 23, result.Checkpoint.Size)

		b.Reset()
		ids := notary.IDs("e-00013", "e-00001", "none", "e-00001", "e-00011") // e-00011 is of oak
		done, err = w.reader.Extract(t.Context(), &b, elm, ids, nil)
		require.NoError(t, err)
		require.EqualValues(t, 2, done.Skipped)
		result, err = w.check(b.String())
		require.NoError(t, err)
		require.EqualValues(t, 2, result.Leaves)

		failed := errors.New("no more ids")
		_, err = w.reader.Extract(t.Context(), &b, elm, func(yield func(string, error) bool) { yield("", failed) }, nil)
		require.ErrorIs(t, err, failed)
	})
}

// An extract whose leaves cannot be found is no extract of fewer.
func TestExtractOfAPatientWhoCannotBeFound(t *testing.T) {
	s := auditmem.New()
	u := &unlisted{Store: s}
	w := newWorld(t, u, s, nil)
	w.grow(t)
	extract := func(practice string) error {
		var b bytes.Buffer
		_, err := w.reader.Extract(t.Context(), &b, elm, notary.OfPatient(t.Context(), w.log, practice, "p-1"), nil)
		return err
	}
	require.NoError(t, extract(elm))
	require.ErrorIs(t, extract(""), crypto.ErrInvalid, "no practice has that key")
	u.err = errors.New("the list is broken")
	require.ErrorIs(t, extract(elm), u.err)
}

// unlisted is a store whose leaves cannot be listed.
type unlisted struct {
	audit.Store
	err error
}

func (u *unlisted) Leaves(ctx context.Context, q audit.Query) (audit.Page, error) {
	if u.err != nil {
		return audit.Page{}, u.err
	}
	return u.Store.Leaves(ctx, q)
}

// lineOf returns the nth line of a file, from 1, with its line feed.
func lineOf(file string, n int) string { return linesOf(file)[n-1] }

func linesOf(file string) []string { return slices.Collect(strings.Lines(file)) }

// change returns a file whose lines were changed.
func change(file string, how func([]string) []string) string {
	return strings.Join(how(linesOf(file)), "")
}

// small is a log of eight leaves with an export that has everything in it, and an extract of three.
func small(t testing.TB) (w *world, export, extract string) {
	t.Helper()
	w = inMemory(t, nil)
	w.record(t, elm, 5)
	w.step(t, 5)
	heads := w.checkpoint(t, "")
	w.record(t, oak, 2)
	w.record(t, elm, 3)
	w.step(t, 5)
	w.reader = w.meddling(t, func(rows []tree.Row) []tree.Row {
		return slices.DeleteFunc(rows, func(r tree.Row) bool { return r.Leaf.ID == "e-00003" })
	})
	return w, w.export(t, elm, heads), w.extract(t, elm, "e-00002", "e-00003", "e-00009")
}

func (w *world) meddling(t testing.TB, rows func([]tree.Row) []tree.Row) *notary.Reader {
	t.Helper()
	r, err := notary.NewReader(&meddled{Store: w.trees, rows: rows}, w.known)
	require.NoError(t, err)
	return r
}

func TestExportAgainstKeptCheckpoints(t *testing.T) {
	w := inMemory(t, nil)
	w.record(t, elm, 5)
	w.record(t, oak, 1)
	w.step(t, 6)
	early, earlyHeads, oaks := w.checkpoint(t, elm), w.checkpoint(t, ""), w.checkpoint(t, oak)
	w.record(t, elm, 4)
	w.step(t, 4)
	plain, told := w.export(t, elm), w.export(t, elm, earlyHeads)
	some := w.extract(t, elm, "e-00002")
	same, sameHeads := w.checkpoint(t, elm), w.checkpoint(t, "")
	w.record(t, elm, 2)
	w.record(t, oak, 2)
	w.step(t, 4)
	late, lateHeads := w.checkpoint(t, elm), w.checkpoint(t, "")
	proof, err := w.reader.Consistency(t.Context(), elm, 9)
	require.NoError(t, err)
	proofHeads, err := w.reader.Consistency(t.Context(), "", 3)
	require.NoError(t, err)

	for name, c := range map[string]struct {
		file, kept string
		compared   int
	}{
		"earlier":                       {plain, early, 1},
		"earlier, extract":              {some, early, 0},
		"the same":                      {plain, same, 1},
		"the same, extract":             {some, same, 1},
		"later":                         {plain, late, 0},
		"later, with a proof":           {plain, proof, 1},
		"later, with a proof, extract":  {some, proof, 1},
		"earlier heads":                 {plain, earlyHeads, 0},
		"earlier heads that were known": {told, earlyHeads, 1},
		"the same heads":                {plain, sameHeads, 1},
		"later heads":                   {plain, lateHeads, 0},
		"later heads, with a proof":     {plain, proofHeads, 1},
	} {
		result, err := w.check(c.file, c.kept)
		require.NoError(t, err, name)
		require.Equal(t, c.compared, result.Compared, name)
		require.Len(t, result.Uncompared, 1-c.compared, name)
	}
	_, err = w.check(plain, oaks)
	require.ErrorIs(t, err, notary.ErrInvalid)
	_, err = w.check(plain, "nonsense")
	require.ErrorIs(t, err, notary.ErrProof)
	var b bytes.Buffer
	_, err = w.reader.Export(t.Context(), &b, elm, &notary.ExportOptions{Kept: []string{early}})
	require.ErrorIs(t, err, notary.ErrInvalid)

	// Another history under the same key and name.
	v := inMemory(t, nil)
	v.signer, v.known, v.public = w.signer, w.known, w.public
	v.notary, err = notary.New(v.trees, v.log, v.signer, v.known, nil)
	require.NoError(t, err)
	v.reader, err = notary.NewReader(v.trees, v.known)
	require.NoError(t, err)
	v.record(t, elm, 9)
	v.step(t, 9)
	forged := v.export(t, elm)
	v.finds(t, forged, notary.Rewritten, 6, early)
	v.finds(t, forged, notary.Rewritten, 10, same)
	v.finds(t, forged, notary.Rewritten, 1, proof)
	v.record(t, oak, 2)
	v.step(t, 2)
	v.finds(t, v.export(t, elm), notary.Rewritten, 1, earlyHeads) // both have two
}

// A batch with more leaves than are read at once is exported whole, and so are more chosen ones.
func TestExportOfALargeBatch(t *testing.T) {
	const n = 501
	w := inMemory(t, nil)
	w.record(t, elm, n)
	w.step(t, n)
	heads := w.checkpoint(t, "")
	var all []string
	for i := range n {
		all = append(all, fmt.Sprintf("e-%05d", i+1))
	}
	for _, file := range []string{w.export(t, elm, heads), w.extract(t, elm, all...)} {
		result, err := w.check(file, heads)
		require.NoError(t, err)
		require.EqualValues(t, n, result.Leaves)
		require.Zero(t, result.Absent)
		require.Equal(t, 1, result.Compared)
	}
}

// What the database no longer has as it was integrated is not in the file, and is counted.
func TestExportOfADamagedLog(t *testing.T) {
	w := inMemory(t, nil)
	w.grow(t)
	w.reader = w.meddling(t, func(rows []tree.Row) []tree.Row {
		rows = slices.DeleteFunc(rows, func(r tree.Row) bool { return r.Leaf.ID == "e-00002" || r.Leaf.ID == "e-00003" })
		for i := range rows {
			if rows[i].Leaf.ID == "e-00005" {
				rows[i].Leaf.Bytes = bytes.Replace(rows[i].Leaf.Bytes, []byte("u-17"), []byte("u-18"), 1)
			}
		}
		return rows
	})
	var b bytes.Buffer
	done, err := w.reader.Export(t.Context(), &b, elm, nil)
	require.NoError(t, err)
	require.EqualValues(t, 3, done.Absent)
	result, err := w.check(b.String())
	require.NoError(t, err)
	require.Equal(t, []notary.Range{{First: 1, Last: 2}, {First: 4, Last: 4}}, result.AbsentAt)
	require.NotContains(t, b.String(), "u-18")

	for name, spoil := range map[string]func(h *tree.Head){
		"hash":       func(h *tree.Head) { h.Hashes = append([]tree.Hash{{1}}, h.Hashes[1:]...) },
		"checkpoint": func(h *tree.Head) { h.Checkpoint = strings.Replace(h.Checkpoint, "\n", "1\n", 1) },
		"first":      func(h *tree.Head) { h.First-- },
	} {
		m := &meddled{Store: w.trees, heads: func(heads []tree.Head) []tree.Head {
			for i := range heads {
				if heads[i].Number == 3 && (name == "checkpoint" || len(heads[i].Hashes) > 0) {
					spoil(&heads[i])
				}
			}
			return heads
		}}
		r, err := notary.NewReader(m, w.known)
		require.NoError(t, err)
		_, err = r.Export(t.Context(), &b, elm, nil)
		require.ErrorIs(t, err, notary.ErrDamaged, name)
	}
}

// A log that was given another name is damaged nowhere. A practice is exported once it has an entry under the new one.
func TestExportOfARenamedLog(t *testing.T) {
	w := inMemory(t, nil)
	w.grow(t)
	old, err := w.known.Verifier(w.signer.Name(), w.signer.KeyHash())
	require.NoError(t, err)
	private, public, err := notary.GenerateKey("audit.example.com/anew")
	require.NoError(t, err)
	w.signer, err = note.NewSigner(private)
	require.NoError(t, err)
	verifier, err := note.NewVerifier(public)
	require.NoError(t, err)
	w.known = note.VerifierList(verifier, old)
	w.notary, err = notary.New(w.trees, w.log, w.signer, w.known, nil)
	require.NoError(t, err)
	w.reader, err = notary.NewReader(w.trees, w.known)
	require.NoError(t, err)
	w.record(t, elm, 1)
	w.step(t, 1)
	w.sound(t)
	var b bytes.Buffer
	_, err = w.reader.Export(t.Context(), &b, oak, nil)
	require.ErrorIs(t, err, notary.ErrInvalid)
	require.NotErrorIs(t, err, notary.ErrDamaged)
	require.ErrorContains(t, err, "another name")
	w.record(t, oak, 1)
	w.step(t, 1)
	for practice, leaves := range map[string]int64{elm: 24, oak: 7} {
		result, err := w.check(w.export(t, practice))
		require.NoError(t, err)
		require.Equal(t, leaves, result.Leaves)
	}
}

func TestExportWhileOthersWrite(t *testing.T) {
	w, _, _ := onPostgres(t, nil)
	w.record(t, elm, 3)
	w.step(t, 3)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		for ctx.Err() == nil {
			if err := errors.Join(w.log.Record(context.Background(), entry(elm, 1), entry(oak, 1))); err != nil {
				ended <- err
				return
			}
			if _, err := w.notary.Step(context.Background()); err != nil {
				ended <- err
				return
			}
		}
		ended <- nil
	}()
	before := int64(0)
	for range 20 {
		result, err := w.check(w.export(t, elm))
		require.NoError(t, err)
		require.GreaterOrEqual(t, result.Leaves, before)
		before = result.Leaves
	}
	stop()
	require.NoError(t, <-ended)
}

func TestCheckExportReads(t *testing.T) {
	w := inMemory(t, nil)
	w.grow(t)
	file := w.export(t, elm)
	_, err := notary.CheckExport(iotest.OneByteReader(strings.NewReader(file)), w.known, nil)
	require.NoError(t, err)
	failed := errors.New("the disk is broken")
	for _, n := range []int{0, 10, len(file) / 2, len(file)} {
		_, err = notary.CheckExport(iotest.DataErrReader(ioAfter(file[:n], failed)), w.known, nil)
		require.ErrorIs(t, err, failed, "after %d bytes", n)
	}
	_, err = notary.CheckExport(strings.NewReader(strings.Replace(file, `"version":1`, `"version":2`, 1)), w.known, nil)
	require.ErrorContains(t, err, "later version")
	_, err = w.check("")
	require.ErrorContains(t, err, "empty")
}

// endless is a line without an end, of what it holds.
type endless string

func (e endless) Read(p []byte) (int, error) { return copy(p, e), nil }

func TestLongLines(t *testing.T) {
	w := inMemory(t, nil)
	e := entry(elm, 1)
	e.Details = map[string]string{"note": strings.Repeat("caries ", 100_000)}
	require.NoError(t, w.log.Record(t.Context(), e, e))
	w.record(t, elm, 1)
	w.step(t, 3)
	file := w.export(t, elm)
	require.Greater(t, len(lineOf(file, 2)), 500_000)
	require.Greater(t, len(lineOf(file, 3)), 500_000)
	_, err := w.check(file)
	require.NoError(t, err)
	w.finds(t, strings.Replace(file, "u-17", "u-18", 1), notary.Edited, 2)
	_, err = notary.CheckExport(endless(strings.Repeat("x", 16<<10)), w.known, nil)
	require.ErrorIs(t, err, notary.ErrProof)
}

// FuzzCheckExport requires that nothing panics and that no line is accepted which was not exported.
func FuzzCheckExport(f *testing.F) {
	g := readExports(f)
	genuine := map[string]bool{}
	for _, line := range append(linesOf(g.export), linesOf(g.extract)...) {
		genuine[line] = true
		if before, _, found := strings.Cut(line, `,"leaf"`); found {
			genuine[before+"}\n"] = true
		}
	}
	for _, file := range []string{g.export, g.extract} {
		f.Add([]byte(file))
		for i := range 20 {
			f.Add([]byte(file[:len(file)*i/20]))
		}
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		_, err := notary.CheckExport(bytes.NewReader(file), g.known, &notary.CheckOptions{Kept: []string{g.kept}})
		if err != nil {
			return
		}
		for line := range strings.Lines(string(file)) {
			if !strings.HasPrefix(line, `{"end":`) {
				require.True(t, genuine[line], fmt.Sprintf("%q", line))
			}
		}
	})
}

// The last sign before padding has bits that say nothing. They have one form too.
func TestBase64HasOneForm(t *testing.T) {
	w, export, _ := small(t)
	const signs = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	for i := range len(export) - 1 {
		if export[i+1] != '=' || export[i] == '=' {
			continue
		}
		other := signs[strings.IndexByte(signs, export[i])^1]
		changed := export[:i] + string(other) + export[i+1:]
		_, err := w.check(changed)
		require.ErrorIs(t, err, notary.ErrProof, "byte %d", i)
	}
	_, err := base64.StdEncoding.DecodeString("AB==")
	require.NoError(t, err) // the decoder alone would let it pass
}

// ioAfter reads text and then fails.
func ioAfter(text string, err error) io.Reader {
	return io.MultiReader(strings.NewReader(text), iotest.ErrReader(err))
}
