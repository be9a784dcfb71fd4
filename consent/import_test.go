package consent_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/crypto"
)

var importer = audit.Actor{Kind: audit.System, ID: "import"}

// rows yields n signed agreements, two to a number.
func rows(n int) iter.Seq2[consent.Grant, error] {
	return func(yield func(consent.Grant, error) bool) {
		for i := range n {
			g := grant([]consent.Category{consent.Transactional, consent.Conversational}[i%2])
			g.ID, g.Practice, g.Number, g.At = fmt.Sprint("row-", i), "", fmt.Sprintf("+1212%07d", i/2), noon
			if !yield(g, nil) {
				return
			}
		}
	}
}

func TestImport(t *testing.T) {
	onBoth(t, func(t *testing.T, open func(testing.TB) bench) {
		b := open(t)
		bad := errors.New("line 4 is no row")
		mixed := func(yield func(consent.Grant, error) bool) {
			n := 0
			for g, err := range rows(1200) {
				switch n++; n {
				case 2:
					g.ID = ""
				case 3:
					g.Number = "555-0100"
				case 4:
					err = bad
				case 5:
					g.Practice = "oak-street"
				case 6:
					g.Evidence.Wording = ""
				case 8:
					g.ID = "row-6" // the row before's
				case 9:
					g.At = time.Time{}
				}
				if !yield(g, err) {
					return
				}
			}
		}
		var refused []consent.RefusedRow
		var seen []int
		o := &consent.ImportOptions{
			Progress: func(r consent.ImportReport) { seen = append(seen, r.Rows) },
			Refused:  func(r consent.RefusedRow) { refused = append(refused, r) },
		}
		report, err := b.Import(t.Context(), importer, key.Practice, mixed, o)
		require.NoError(t, err)
		require.Equal(t, consent.ImportReport{Rows: 1200, Recorded: 1193, Refused: 7}, report)
		require.Equal(t, []int{1000, 1200}, seen)
		reasons := map[int]string{}
		for _, r := range refused {
			reasons[r.Row] = r.Err.Error()
		}
		require.Len(t, reasons, 7)
		for row, says := range map[int]string{2: "no id", 3: "E.164", 4: bad.Error(), 5: "another practice", 6: "wording", 8: "another fact", 9: "when it was given"} {
			require.Contains(t, reasons[row], says)
			require.NotContains(t, reasons[row], "+1212")
		}
		state, err := b.State(t.Context(), staff, consent.Key{Practice: key.Practice, Number: "+12120000599"})
		require.NoError(t, err)
		require.Equal(t, consent.Active, state.Transactional.Status)

		again, err := b.Import(t.Context(), importer, key.Practice, mixed, nil)
		require.NoError(t, err)
		require.Equal(t, consent.ImportReport{Rows: 1200, Known: 1193, Refused: 7}, again)
	})
}

// Nothing about a patient whose evidence was destroyed can be put on record, and the rows of all others are.
func TestAnImportGoesOnAfterADestroyedPatient(t *testing.T) {
	onBoth(t, func(t *testing.T, open func(testing.TB) bench) {
		b := open(t)
		require.NoError(t, b.Keys.Shred(t.Context(), crypto.Subject{Practice: key.Practice, Patient: "p-204", Class: crypto.Evidence}))
		some := func(yield func(consent.Grant, error) bool) {
			for g, err := range rows(8) {
				if g.ID == "row-2" {
					g.Patient = "p-204"
				}
				if !yield(g, err) {
					return
				}
			}
		}
		for range 2 { // a nightly import brings the row again
			var refused []consent.RefusedRow
			o := &consent.ImportOptions{Refused: func(r consent.RefusedRow) { refused = append(refused, r) }}
			report, err := b.Import(t.Context(), importer, key.Practice, some, o)
			require.NoError(t, err)
			require.Equal(t, consent.ImportReport{Rows: 8, Recorded: report.Recorded, Known: 7 - report.Recorded, Refused: 1}, report)
			require.Len(t, refused, 1)
			require.Equal(t, "row-2", refused[0].ID)
			require.ErrorIs(t, refused[0].Err, audit.ErrShredded)
		}
		entries := b.Refused(t, key.Practice, "consent.grant")
		require.Len(t, entries, 2)
		require.Empty(t, entries[0].Patient)
	})
}

// A row without a time would count as given when it is imported, that is after whatever ended it.
func TestAnUndatedRowBringsNothingBackThatEnded(t *testing.T) {
	onBoth(t, func(t *testing.T, open func(testing.TB) bench) {
		undated := func(yield func(consent.Grant, error) bool) {
			g := grant(consent.Transactional)
			g.ID = "row-1"
			yield(g, nil)
		}
		for name, c := range map[string]struct {
			end  func(bench) (consent.State, error)
			want consent.Status
		}{
			"a stop":  {func(b bench) (consent.State, error) { return b.Revoke(t.Context(), patient, stop()) }, consent.Stopped},
			"a lapse": {func(b bench) (consent.State, error) { return b.Lapse(t.Context(), staff, lapse(consent.Reassigned)) }, consent.Ended},
		} {
			t.Run(name, func(t *testing.T) {
				b := open(t)
				must(t)(b.Grant(t.Context(), staff, grant(consent.Transactional)))
				b.later()
				must(t)(c.end(b))
				b.later()
				before := b.facts(t)
				report, err := b.Import(t.Context(), importer, key.Practice, undated, nil)
				require.NoError(t, err)
				require.Equal(t, consent.ImportReport{Rows: 1, Refused: 1}, report)
				require.Equal(t, c.want, b.status(t, consent.Transactional))
				require.Empty(t, cmp.Diff(before, b.facts(t)))
			})
		}
	})
}

func TestAnImportThatWasCutOffIsTakenUpAgain(t *testing.T) {
	onBoth(t, func(t *testing.T, open func(testing.TB) bench) {
		b := open(t)
		ctx, kill := context.WithCancel(t.Context())
		defer kill()
		const all = 400
		cut := func(yield func(consent.Grant, error) bool) {
			n := 0
			for g, err := range rows(all) {
				if n++; n == all/2 {
					kill()
				}
				if !yield(g, err) {
					return
				}
			}
		}
		first, err := b.Import(ctx, importer, key.Practice, cut, nil)
		require.ErrorIs(t, err, context.Canceled)
		require.Positive(t, first.Recorded)
		require.Less(t, first.Rows, all)
		second, err := b.Import(t.Context(), importer, key.Practice, rows(all), nil)
		require.NoError(t, err)
		require.Equal(t, all, second.Rows)
		require.GreaterOrEqual(t, second.Known, first.Recorded)
		require.Equal(t, all, second.Recorded+second.Known)
		require.Zero(t, second.Refused)
		page, err := b.store.Facts(t.Context(), consent.Query{Practice: key.Practice, Kind: consent.Granted, Limit: 1000})
		require.NoError(t, err)
		require.Len(t, page.Facts, all, "nothing twice and nothing lost")
	})
}

func TestAnImportNeedsTheDutyAndAnActor(t *testing.T) {
	b := onMemory(t)
	_, err := b.Import(t.Context(), importer, "oak-street", rows(1), nil)
	require.ErrorIs(t, err, consent.ErrDuty)
	_, err = b.Import(t.Context(), audit.Actor{}, key.Practice, rows(1), nil)
	require.ErrorIs(t, err, consent.ErrInvalid)
	_, err = b.Import(t.Context(), importer, "", rows(1), nil)
	require.ErrorIs(t, err, consent.ErrInvalid)
}

// failing is a store that breaks after some writes.
type failing struct {
	consent.Store
	writes atomic.Int64
}

func (s *failing) Apply(ctx context.Context, c consent.Change) (bool, error) {
	if s.writes.Add(1) > 50 {
		return false, errDisk
	}
	return s.Store.Apply(ctx, c)
}

func TestAnImportEndsWhenTheStoreFails(t *testing.T) {
	b := onMemory(t)
	report, err := b.WithStore(&failing{Store: b.store}).Import(t.Context(), importer, key.Practice, rows(1000), nil)
	require.ErrorIs(t, err, errDisk)
	require.ErrorContains(t, err, "row ")
	require.Positive(t, report.Recorded)
	require.LessOrEqual(t, report.Recorded, 50)
	require.Zero(t, report.Refused)
}

// sink takes every change and keeps nothing.
type sink struct{ consent.Store }

func (sink) Apply(context.Context, consent.Change) (bool, error) { return true, nil }

// TestAnImportHoldsNoMoreThanItReads has twenty thousand rows read, and looks at what is held when the last one is.
func TestAnImportHoldsNoMoreThanItReads(t *testing.T) {
	b := onMemory(t)
	held := func(n int) uint64 {
		var most uint64
		measured := func(yield func(consent.Grant, error) bool) {
			i := 0
			for g, err := range rows(n) {
				if i++; i%(n/4) == 0 {
					runtime.GC()
					var m runtime.MemStats
					runtime.ReadMemStats(&m)
					most = max(most, m.HeapAlloc)
				}
				if !yield(g, err) {
					return
				}
			}
		}
		report, err := b.WithStore(sink{b.store}).Import(t.Context(), importer, key.Practice, measured, nil)
		require.NoError(t, err)
		require.Equal(t, n, report.Recorded)
		return most
	}
	few := held(1000)
	require.Less(t, held(20_000), few+few/2, "memory grows with the rows")
}
