package auditpg_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/audit/auditpg"
	"github.com/enamel-go/enamel/audit/tree"
)

// numbered are leaves from one number to before another.
func numbered(from, to int) []audit.Leaf {
	var leaves []audit.Leaf
	for i := from; i < to; i++ {
		leaves = append(leaves, audit.Leaf{
			ID: fmt.Sprintf("e-%05d", i), Practice: practice, At: time.Date(2026, 11, 1, 9, 0, 0, 1000*i, time.UTC),
			Actor: audit.Actor{Kind: audit.Staff, ID: "u-17"}, Action: "records.patient.read", Outcome: audit.Done,
			Term: audit.SixYears, Bytes: []byte(`{"v":1}`), MAC: []byte{3},
		})
	}
	return leaves
}

// taken makes a batch of all that it is given, and returns the leaves.
func taken(t *testing.T, trees *auditpg.Trees, limit int) []audit.Leaf {
	t.Helper()
	var leaves []audit.Leaf
	require.NoError(t, trees.Integrate(t.Context(), limit, func(_ context.Context, r tree.Round) (tree.Batch, error) {
		head := tree.Head{Practice: practice, Number: r.Number, Checkpoint: "signed"}
		for part, err := range r.Rows {
			require.NoError(t, err)
			for _, row := range part {
				leaves = append(leaves, row.Leaf)
				head.Marks = append(head.Marks, tree.Mark{ID: row.Leaf.ID, Order: row.Order})
				head.Hashes = append(head.Hashes, tree.Hash{byte(len(leaves))})
			}
		}
		tips, err := r.Tips(t.Context(), []string{practice})
		require.NoError(t, err)
		head.First = tips[practice].Size
		head.Size = head.First + int64(len(leaves))
		return tree.Batch{At: time.Now().UTC(), Heads: []tree.Head{head}}, nil
	}))
	return leaves
}

// TestTransactionsOfManyParts has transactions that are larger than what is read at a time, and than a batch.
func TestTransactionsOfManyParts(t *testing.T) {
	_, db, o := open(t, 2)
	store, trees := auditpg.New(db, o), auditpg.NewTrees(db, o)
	ends := []int{0, 100, 800, 1100, 2100, 2101}
	for i := range len(ends) - 1 {
		require.NoError(t, store.Append(t.Context(), numbered(ends[i], ends[i+1])...))
	}
	for _, want := range [][2]int{{0, 800}, {800, 1100}, {1100, 2100}, {2100, 2101}} {
		require.Equal(t, numbered(want[0], want[1]), taken(t, trees, 800))
	}
	require.Empty(t, taken(t, trees, 800))
}

// TestRowOfAnyKindAmongMany has a row that makes no lines come after others that were given out.
func TestRowOfAnyKindAmongMany(t *testing.T) {
	_, db, o := open(t, 2)
	want := numbered(0, 1000)
	want[600].Actor.ID = "u\n17"
	require.NoError(t, auditpg.New(db, o).Append(t.Context(), want...))
	trees := auditpg.NewTrees(db, o)
	require.Equal(t, want, taken(t, trees, 5000))
	var ids []string
	for _, f := range want {
		ids = append(ids, f.ID)
	}
	rows, err := trees.Rows(t.Context(), practice, ids)
	require.NoError(t, err)
	require.Len(t, rows, len(want))
}

// TestNothingStaysPrepared looks at the only connection, for what a notary or a reader left there would be in the way of
// others behind a pooler.
func TestNothingStaysPrepared(t *testing.T) {
	_, db, o := open(t, 1)
	trees := auditpg.NewTrees(db, o)
	want := numbered(0, 600)
	require.NoError(t, auditpg.New(db, o).Append(t.Context(), want...))
	for name, do := range map[string]func(context.Context, tree.Round) (tree.Batch, error){
		"work that fails": func(context.Context, tree.Round) (tree.Batch, error) { return tree.Batch{}, context.Canceled },
		"work that reads a part": func(_ context.Context, r tree.Round) (tree.Batch, error) {
			for range r.Rows {
				break
			}
			return tree.Batch{}, context.Canceled
		},
	} {
		require.ErrorIs(t, trees.Integrate(t.Context(), 1000, do), context.Canceled, name)
	}
	require.Len(t, taken(t, trees, 1000), len(want))
	var ids []string
	for _, f := range want {
		ids = append(ids, f.ID)
	}
	rows, err := trees.Rows(t.Context(), practice, ids)
	require.NoError(t, err)
	require.Len(t, rows, len(want))
	_, err = trees.Strays(t.Context(), practice, "", 100)
	require.NoError(t, err)

	var left int
	var scans string
	require.NoError(t, db.NewRaw("SELECT (SELECT count(*) FROM pg_prepared_statements), current_setting('enable_bitmapscan')").
		Scan(t.Context(), &left, &scans))
	require.Zero(t, left)
	require.Equal(t, "on", scans)
}

// TestDoubleAcrossAPage has more ids than are compared with the heads at once, and a second row under the id of which the first
// row is the last that is read of them. It is no less a stray for that.
func TestDoubleAcrossAPage(t *testing.T) {
	_, db, o := open(t, 2)
	store, trees := auditpg.New(db, o), auditpg.NewTrees(db, o)
	const page = 20_000
	leaves := numbered(0, page+2)
	require.NoError(t, store.Append(t.Context(), leaves...))
	require.Len(t, taken(t, trees, page), page+2)
	double := leaves[page]
	double.Term = audit.OneYear
	late := numbered(page+2, page+3)[0]
	require.NoError(t, store.Append(t.Context(), double, late))

	strays, err := trees.Strays(t.Context(), practice, "", 10)
	require.NoError(t, err)
	require.Len(t, strays, 3)
	require.ElementsMatch(t, []audit.Leaf{leaves[page], double, late}, []audit.Leaf{strays[0].Leaf, strays[1].Leaf, strays[2].Leaf})
	require.Equal(t, []int{1, 1, 0}, []int{strays[0].Times, strays[1].Times, strays[2].Times})
}
