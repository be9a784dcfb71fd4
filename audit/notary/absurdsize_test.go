package notary_test

import (
	"bytes"
	"context"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/audit/notary"
	"github.com/enamel-go/enamel/audit/tree"
)

// answers requires that ask ends, and returns its error.
func answers(t *testing.T, ask func(ctx context.Context) error) error {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), 20*time.Second)
	defer stop()
	answer := make(chan error, 1)
	go func() { answer <- ask(ctx) }()
	select {
	case err := <-answer:
		return err
	case <-ctx.Done():
		t.Fatal("it hangs")
		return nil
	}
}

// altering has a store say something else of some of its heads.
type altering struct {
	tree.Store
	alter func(*tree.Head)
}

func (a altering) Heads(ctx context.Context, q tree.Query) ([]tree.Head, error) {
	heads, err := a.Store.Heads(ctx, q)
	for i := range heads {
		a.alter(&heads[i])
	}
	return heads, err
}

// oversized says of the newest head of elm and of the tree of heads that they have another size than their checkpoints.
func oversized(s tree.Store, size int64) tree.Store {
	return altering{s, func(h *tree.Head) {
		if h.Practice != oak && h.Number == 3 {
			h.Size = size
		}
	}}
}

// TestAbsurdSizeHangsNobody alters the one number that no signature is over, for which the arithmetic of a tree may have
// no end.
func TestAbsurdSizeHangsNobody(t *testing.T) {
	for _, size := range []int64{math.MaxInt64, 1<<62 + 1, 1 << 62, 24} {
		check := func(t *testing.T, w *world, trees tree.Store) {
			reader, err := notary.NewReader(trees, w.known)
			require.NoError(t, err)
			require.ErrorIs(t, answers(t, func(ctx context.Context) error {
				_, err := reader.Inclusion(ctx, elm, "e-00001")
				return err
			}), notary.ErrDamaged)
			require.ErrorIs(t, answers(t, func(ctx context.Context) error {
				_, err := reader.Consistency(ctx, elm, 3)
				return err
			}), notary.ErrDamaged)
			require.ErrorIs(t, answers(t, func(ctx context.Context) error {
				_, err := reader.Export(ctx, &bytes.Buffer{}, elm, nil)
				return err
			}), notary.ErrDamaged)
			require.NoError(t, answers(t, func(ctx context.Context) error {
				report, err := reader.Verify(ctx, w.log, elm)
				if err == nil {
					require.NotEmpty(t, report.Damage)
				}
				return err
			}))
			n, err := notary.New(trees, w.log, w.signer, w.known, &notary.Options{Witness: asking{}})
			require.NoError(t, err)
			require.ErrorIs(t, answers(t, func(ctx context.Context) error {
				_, err := n.Step(ctx)
				return err
			}), notary.ErrDamaged)
		}
		w := inMemory(t, nil)
		w.grow(t)
		check(t, w, oversized(w.trees, size))
		if size == math.MaxInt64 {
			x := newDamaged(t)
			x.damage(t, `UPDATE {s}.audit_head SET size = 9223372036854775807 WHERE practice <> 'oak avenue/2' AND number = 3`)
			check(t, x.world, x.trees)
		}
	}
}

// misplaced says of a practice's oldest head that it begins elsewhere.
func misplaced(s tree.Store, by int64) tree.Store {
	return altering{s, func(h *tree.Head) {
		if h.Practice == elm && h.Number == 1 {
			h.First += by
			h.Found += by
		}
	}}
}

// TestAbsurdPlaceHangsNobody has leaves stand behind the end of their tree, and before its beginning.
func TestAbsurdPlaceHangsNobody(t *testing.T) {
	for _, by := range []int64{1000, -1000} {
		w := inMemory(t, nil)
		w.grow(t)
		reader, err := notary.NewReader(misplaced(w.trees, by), w.known)
		require.NoError(t, err)
		require.ErrorIs(t, answers(t, func(ctx context.Context) error {
			_, err := reader.Inclusion(ctx, elm, "e-00001")
			return err
		}), notary.ErrDamaged)
	}
}

// asking is a witness that keeps the tree of three leaves.
type asking struct{}

func (asking) Show(ctx context.Context, _ string, prove notary.Prove) error {
	_, err := prove(ctx, 3)
	return err
}
