package notary_test

import (
	"context"
	"errors"
	"io"
	"iter"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/audit/auditmem"
	"github.com/enamel-go/enamel/audit/notary"
	"github.com/enamel-go/enamel/audit/tree"
)

var errStore = errors.New("the database does not answer")

// failing is a store that something happens to when it is asked for the n-th time: it fails, unless there is something else.
type failing struct {
	tree.Store
	n     int64
	event func() error
	asked atomic.Int64
}

func (f *failing) fail() error {
	switch {
	case f.asked.Add(1) != f.n:
		return nil
	case f.event != nil:
		return f.event()
	}
	return errStore
}

// unless returns what read does, unless it is its turn to fail.
func unless[T any](f *failing, read func() (T, error)) (T, error) {
	if err := f.fail(); err != nil {
		var none T
		return none, err
	}
	return read()
}

func (f *failing) Heads(ctx context.Context, q tree.Query) ([]tree.Head, error) {
	return unless(f, func() ([]tree.Head, error) { return f.Store.Heads(ctx, q) })
}

func (f *failing) Rows(ctx context.Context, practice string, ids []string) ([]tree.Row, error) {
	return unless(f, func() ([]tree.Row, error) { return f.Store.Rows(ctx, practice, ids) })
}

func (f *failing) Strays(ctx context.Context, practice, after string, limit int) ([]tree.Stray, error) {
	return unless(f, func() ([]tree.Stray, error) { return f.Store.Strays(ctx, practice, after, limit) })
}

func (f *failing) Prunes(ctx context.Context, practice, after string, limit int) ([]tree.Row, error) {
	return unless(f, func() ([]tree.Row, error) { return f.Store.Prunes(ctx, practice, after, limit) })
}

func (f *failing) Hashes(ctx context.Context, keys []tree.Key) ([]tree.Hash, error) {
	return unless(f, func() ([]tree.Hash, error) { return f.Store.Hashes(ctx, keys) })
}

func (f *failing) Waiting(ctx context.Context) ([]string, error) {
	return unless(f, func() ([]string, error) { return f.Store.Waiting(ctx) })
}

func (f *failing) Integrate(ctx context.Context, limit int, work tree.Work) error {
	if err := f.fail(); err != nil {
		return err
	}
	return f.Store.Integrate(ctx, limit, func(ctx context.Context, r tree.Round) (tree.Batch, error) {
		tips, mentions, hashes, rows := r.Tips, r.Mentions, r.Hashes, r.Rows
		r.Rows = func(yield func([]tree.Row, error) bool) { f.rows(rows, yield) }
		r.Tips = func(ctx context.Context, practices []string) (map[string]tree.Head, error) {
			return unless(f, func() (map[string]tree.Head, error) { return tips(ctx, practices) })
		}
		r.Mentions = func(ctx context.Context, practices []string) (map[string]tree.Mention, error) {
			return unless(f, func() (map[string]tree.Mention, error) { return mentions(ctx, practices) })
		}
		r.Hashes = func(ctx context.Context, keys []tree.Key) ([]tree.Hash, error) {
			return unless(f, func() ([]tree.Hash, error) { return hashes(ctx, keys) })
		}
		return work(ctx, r)
	})
}

// rows gives out the rows of a round, and then its error: as when a connection is cut while they are read.
func (f *failing) rows(rows iter.Seq2[[]tree.Row, error], yield func([]tree.Row, error) bool) {
	for part, err := range rows {
		if !yield(part, err) {
			return
		}
	}
	if err := f.fail(); err != nil {
		yield(nil, err)
	}
}

// prunedLog is a log in memory of several batches, with leaves that were pruned and one that waits. Heads is an early
// checkpoint of the tree of heads.
func prunedLog(t *testing.T) (a *aging, id, heads string) {
	written := day(2025, time.January, 15)
	s := auditmem.New()
	a = newAging(t, s, s, written)
	for range 3 {
		a.keep(t, elm, audit.OneYear, written)
		id = a.keep(t, elm, audit.SixYears, written).ID
		a.keep(t, oak, audit.SixYears, written)
		a.integrate(t)
		if heads == "" {
			heads = a.checkpoint(t, "")
		}
	}
	a.now = day(2026, time.March, 1)
	_, err := a.prune(notary.Month{Term: audit.OneYear, Year: 2025, Month: time.January})
	require.NoError(t, err)
	a.integrate(t)
	a.keep(t, elm, audit.SixYears, a.now)
	return a, id, heads
}

// A store that does not answer is an error, whatever it is asked for, and never damage: nobody is accused of what a lost
// connection did, and nothing is proved or exported of half an answer.
func TestNobodyIsAccusedWhileTheStoreFails(t *testing.T) {
	a, id, heads := prunedLog(t)
	for name, ask := range map[string]func(ctx context.Context, r *notary.Reader) error{
		"verify": func(ctx context.Context, r *notary.Reader) error {
			report, err := r.Verify(ctx, a.log, elm, a.checkpoint(t, elm), heads)
			require.True(t, err != nil || report.OK() && report.Pruned == 3, "%+v", report)
			return err
		},
		"verify, told": func(ctx context.Context, r *notary.Reader) error {
			_, err := r.WithProgress(func(notary.Progress) {}).Verify(ctx, a.log, oak)
			return err
		},
		"verify the heads": func(ctx context.Context, r *notary.Reader) error {
			report, err := r.Verify(ctx, a.log, "", heads)
			require.True(t, err != nil || report.OK(), "%+v", report)
			return err
		},
		"checkpoint": func(ctx context.Context, r *notary.Reader) error {
			_, err := r.Checkpoint(ctx, elm)
			return err
		},
		"inclusion": func(ctx context.Context, r *notary.Reader) error {
			_, err := r.Inclusion(ctx, elm, id)
			return err
		},
		"consistency": func(ctx context.Context, r *notary.Reader) error {
			_, err := r.Consistency(ctx, elm, 2)
			return err
		},
		"export": func(ctx context.Context, r *notary.Reader) error {
			_, err := r.Export(ctx, io.Discard, elm, &notary.ExportOptions{Kept: []string{heads}})
			return err
		},
		"extract": func(ctx context.Context, r *notary.Reader) error {
			_, err := r.Extract(ctx, io.Discard, elm, notary.IDs(id), nil)
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			for n := int64(1); ; n++ {
				store := &failing{Store: a.trees, n: n}
				reader, err := notary.NewReader(store, a.known)
				require.NoError(t, err)
				err = ask(t.Context(), reader)
				if store.asked.Load() < n {
					require.NoError(t, err)
					require.Greater(t, n, int64(1), "nothing was asked for")
					return
				}
				require.ErrorIs(t, err, errStore, "failure %d", n)
			}
		})
	}
}

// A batch that comes while somebody verifies or exports, between whichever two questions, is no damage.
func TestBatchesMayComeAtAnyTime(t *testing.T) {
	for n := int64(1); ; n++ {
		w := inMemory(t, nil)
		w.grow(t)
		kept := []string{w.checkpoint(t, "")}
		w.grow(t)
		asked := false
		for _, practice := range []string{elm, oak, ""} {
			store := &failing{Store: w.trees, n: n, event: func() error {
				for _, p := range []string{elm, "ash", elm} {
					if err := w.log.Record(t.Context(), entry(p, 1)); err != nil {
						return err
					}
					if _, err := w.notary.Step(t.Context()); err != nil {
						return err
					}
				}
				return nil
			}}
			reader, err := notary.NewReader(store, w.known)
			require.NoError(t, err)
			report, err := reader.Verify(t.Context(), w.log, practice, kept...)
			require.NoError(t, err)
			require.Empty(t, report.Damage, "practice %q, question %d", practice, n)
			asked = asked || store.asked.Load() >= n
			if practice == "" {
				continue
			}
			store.asked.Store(0)
			_, err = reader.Export(t.Context(), io.Discard, practice, &notary.ExportOptions{Kept: kept})
			require.NoError(t, err, "practice %q, question %d", practice, n)
			asked = asked || store.asked.Load() >= n
		}
		if !asked {
			return
		}
	}
}

// A failure of the store is one of the step, and leaves the trees as they should be, wherever it comes.
func TestStepOnAFailingStore(t *testing.T) {
	w := inMemory(t, nil)
	w.grow(t)
	for n := int64(1); ; n++ {
		w.record(t, elm, 2)
		store := &failing{Store: w.trees, n: n}
		another, err := notary.New(store, w.log, w.signer, w.known, nil)
		require.NoError(t, err)
		_, err = another.Step(t.Context())
		if store.asked.Load() < n {
			require.NoError(t, err)
			break
		}
		require.ErrorIs(t, err, errStore, "failure %d", n)
		w.sound(t)
	}
}
