package notary_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/audit/notary"
	"github.com/enamel-go/enamel/audit/tree"
)

// further has a store hold one more head of a practice, behind its others.
type further struct {
	tree.Store
	head tree.Head
}

func (f further) Heads(ctx context.Context, q tree.Query) ([]tree.Head, error) {
	heads, err := f.Store.Heads(ctx, q)
	if q.Practice == f.head.Practice && q.After < f.head.Size && !q.Newest && q.ID == "" && len(heads) < q.Limit {
		heads = append(heads, f.head)
	}
	return heads, err
}

// TestHeadThatNobodyMentions puts a head among those of a batch that are in the tree of heads, and one after them all, which
// another notary may have written since.
func TestHeadThatNobodyMentions(t *testing.T) {
	w := inMemory(t, nil)
	w.record(t, elm, 2)
	w.step(t, 2)
	w.record(t, oak, 1)
	w.step(t, 1)
	for number, want := range map[int64][]string{2: {"unsound -1"}, 3: {}} {
		forged := further{w.trees, tree.Head{Practice: elm, Number: number, First: 2, Size: 3}}
		reader, err := notary.NewReader(forged, w.known)
		require.NoError(t, err)
		report, err := reader.Verify(t.Context(), w.log, "")
		require.NoError(t, err)
		require.Equal(t, want, found(report))
	}
}
