package notary_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/enamel-go/enamel/audit/notary"
)

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
