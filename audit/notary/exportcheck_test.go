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
	"golang.org/x/mod/sumdb/tlog"

	"github.com/enamel-go/enamel/audit/notary"
	"github.com/enamel-go/enamel/audit/tree"
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

		file := w.extract(t, elm, "e-00013", "e-00002", "none", "e-00002", "e-00011")
		result, err = w.check(file) // e-00011 is of oak
		require.NoError(t, err)
		require.EqualValues(t, 2, result.Leaves)

		failed := errors.New("no more ids")
		_, err = w.reader.Extract(t.Context(), &b, elm, func(yield func(string, error) bool) { yield("", failed) }, nil)
		require.ErrorIs(t, err, failed)
	})
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

// quick remembers which signatures fit, so that a test can check a file some ten thousand times.
type quick struct {
	note.Verifier
	fits map[string]bool
}

func (q quick) Verify(msg, sig []byte) bool {
	key := string(msg) + string(sig)
	if _, known := q.fits[key]; !known {
		q.fits[key] = q.Verifier.Verify(msg, sig)
	}
	return q.fits[key]
}

func TestEveryByteOfAnExportCounts(t *testing.T) {
	w, export, extract := small(t)
	verifier, err := note.NewVerifier(w.public)
	require.NoError(t, err)
	for name, file := range map[string]string{"export": export, "extract": extract} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			known := note.VerifierList(quick{verifier, map[string]bool{}})
			result, err := notary.CheckExport(strings.NewReader(file), known, nil)
			require.NoError(t, err)
			require.EqualValues(t, 1, result.Absent)
			require.Equal(t, []notary.Range{{First: 2, Last: 2}}, result.AbsentAt)
			found := func(at int, changed string) {
				if _, err := notary.CheckExport(strings.NewReader(changed), known, nil); !errors.Is(err, notary.ErrProof) {
					t.Fatalf("what was done to byte %d of %d was not found: %v", at, len(file), err)
				}
			}
			for i := range len(file) {
				found(i, file[:i]+string([]byte{file[i] ^ 1<<(i%8)})+file[i+1:])
				switch i % 8 {
				case 0:
					found(i, file[:i]+" "+file[i:])
				case 4:
					found(i, file[:i]+file[i+1:])
				case 2, 6:
					found(i, file[:i])
				}
			}
			for _, tail := range []string{"\n", "x", "{}\n", file} {
				found(len(file), file+tail)
			}
			w.finds(t, file[:len(file)-1], notary.Cut, int64(strings.Count(file, "\n")))
		})
	}
}

func TestEveryLineOfAnExportCounts(t *testing.T) {
	w, export, extract := small(t)
	last := len(linesOf(export))
	for i := 1; i <= last; i++ {
		without := change(export, func(l []string) []string { return slices.Delete(l, i-1, i) })
		twice := change(export, func(l []string) []string { return slices.Insert(l, i, l[i-1]) })
		kind, line := notary.Deleted, int64(i)
		switch i {
		case 1:
			kind = notary.Malformed
		case last:
			kind = notary.Cut
		}
		w.finds(t, without, kind, line)
		switch i {
		case 1:
			w.finds(t, twice, notary.Malformed, 2)
		default:
			w.finds(t, twice, notary.Inserted, int64(i+1))
		}
		for k := i + 1; k <= last; k++ {
			swapped := change(export, func(l []string) []string {
				l[i-1], l[k-1] = l[k-1], l[i-1]
				return l
			})
			switch {
			case i == 1:
				w.finds(t, swapped, notary.Malformed, 1)
			case k == last:
				w.finds(t, swapped, notary.Deleted, int64(i))
			default:
				w.finds(t, swapped, notary.Swapped, int64(i))
			}
		}
	}
	for i := 1; i <= 5; i++ {
		_, err := w.check(change(extract, func(l []string) []string { return slices.Delete(l, i-1, i) }))
		require.ErrorIs(t, err, notary.ErrProof)
		_, err = w.check(change(extract, func(l []string) []string { return slices.Insert(l, i, l[i-1]) }))
		require.ErrorIs(t, err, notary.ErrProof)
		for k := i + 1; k <= 5; k++ {
			_, err := w.check(change(extract, func(l []string) []string {
				l[i-1], l[k-1] = l[k-1], l[i-1]
				return l
			}))
			require.ErrorIs(t, err, notary.ErrProof)
		}
	}
}

// forge writes a line anew after how has changed it, with its hash where the leaf was changed.
func forge(t testing.TB, line string, how func(l map[string]any)) string {
	t.Helper()
	var l struct {
		N    int64     `json:"n"`
		Hash tlog.Hash `json:"hash"`
		Leaf string    `json:"leaf"`
		MAC  []byte    `json:"mac"`
	}
	require.NoError(t, json.Unmarshal([]byte(line), &l))
	m := map[string]any{"n": l.N, "leaf": l.Leaf}
	how(m)
	l.N, l.Leaf = m["n"].(int64), m["leaf"].(string)
	l.Hash = tlog.RecordHash([]byte(l.Leaf + "\n" + string(l.MAC)))
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	require.NoError(t, enc.Encode(l))
	return b.String()
}

// What somebody does who knows the format, and has no key.
func TestForgedExport(t *testing.T) {
	w, export, extract := small(t)
	mine := w.export(t, oak)
	leaf := lineOf(export, 7)
	put := func(file string, n int, line string) string {
		return change(file, func(l []string) []string {
			l[n-1] = line
			return l
		})
	}
	kept := w.checkpoint(t, elm)

	// A leaf that was edited, its hash as it was.
	w.finds(t, put(export, 7, strings.Replace(leaf, "u-17", "u-18", 1)), notary.Edited, 7)
	// The same with a hash that fits: found at the next checkpoint that is known.
	other := forge(t, leaf, func(l map[string]any) { l["leaf"] = strings.Replace(l["leaf"].(string), "u-17", "u-18", 1) })
	w.finds(t, put(export, 7, other), notary.Rewritten, 9)
	w.finds(t, put(export, 7, other), notary.Rewritten, 9, kept)
	// Two leaves that changed places, with their positions.
	a := forge(t, lineOf(export, 6), func(l map[string]any) { l["n"] = int64(5) })
	b := forge(t, leaf, func(l map[string]any) { l["n"] = int64(4) })
	w.finds(t, put(put(export, 6, b), 7, a), notary.Rewritten, 9)
	// A leaf of another practice, whose hash fits.
	w.finds(t, put(export, 2, lineOf(mine, 2)), notary.Foreign, 2)
	// Another practice's header over these leaves.
	_, err := w.check(put(export, 1, lineOf(mine, 1)))
	require.ErrorIs(t, err, notary.ErrProof)
	// The whole log of another practice, where one was asked for.
	_, err = notary.CheckExport(strings.NewReader(mine), w.known, &notary.CheckOptions{Practice: elm})
	var found *notary.ExportError
	require.ErrorAs(t, err, &found)
	require.Equal(t, notary.Foreign, found.Kind)
	// What a leaf says is struck out: that is seen, and is no change.
	bared := put(export, 7, leaf[:strings.Index(leaf, `,"leaf"`)]+"}\n")
	w.finds(t, bared, notary.Deleted, int64(len(linesOf(export))))
	result, err := w.check(strings.Replace(bared, `"absent":1`, `"absent":2`, 1))
	require.NoError(t, err)
	require.Equal(t, []notary.Range{{First: 2, Last: 2}, {First: 5, Last: 5}}, result.AbsentAt)
	// A leaf without its code, and a code without its leaf.
	for _, cut := range []string{leaf[:strings.Index(leaf, `,"mac"`)] + "}\n", leaf[:strings.Index(leaf, `,"leaf"`)] + leaf[strings.Index(leaf, `,"mac"`):]} {
		_, err := w.check(put(export, 7, cut))
		require.ErrorIs(t, err, notary.ErrProof)
	}
	// The export's leaves under an extract's header and the other way round.
	_, err = w.check(put(export, 1, lineOf(extract, 1)))
	require.ErrorIs(t, err, notary.ErrProof)
	_, err = w.check(put(extract, 1, lineOf(export, 1)))
	require.ErrorIs(t, err, notary.ErrProof)

	// Another key.
	_, public, err := notary.GenerateKey(logName)
	require.NoError(t, err)
	verifier, err := note.NewVerifier(public)
	require.NoError(t, err)
	_, err = notary.CheckExport(strings.NewReader(export), note.VerifierList(verifier), nil)
	require.ErrorAs(t, err, &found)
	require.Equal(t, notary.Unsigned, found.Kind)
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

// What the database no longer has as it was integrated is not in the file, and is counted.
func TestExportOfADamagedLog(t *testing.T) {
	w := inMemory(t, nil)
	w.grow(t)
	w.reader = w.meddling(t, func(rows []tree.Row) []tree.Row {
		rows = slices.DeleteFunc(rows, func(r tree.Row) bool { return r.Leaf.ID == "e-00002" })
		for i := range rows {
			if rows[i].Leaf.ID == "e-00004" {
				rows[i].Leaf.Bytes = bytes.Replace(rows[i].Leaf.Bytes, []byte("u-17"), []byte("u-18"), 1)
			}
		}
		return rows
	})
	var b bytes.Buffer
	done, err := w.reader.Export(t.Context(), &b, elm, nil)
	require.NoError(t, err)
	require.EqualValues(t, 2, done.Absent)
	result, err := w.check(b.String())
	require.NoError(t, err)
	require.Equal(t, []notary.Range{{First: 1, Last: 1}, {First: 3, Last: 3}}, result.AbsentAt)
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
	require.NoError(t, w.log.Record(t.Context(), e))
	w.record(t, elm, 1)
	w.step(t, 2)
	file := w.export(t, elm)
	require.Greater(t, len(lineOf(file, 2)), 500_000)
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
