package auditpg_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/uptrace/bun"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/audit/auditpg"
	"github.com/enamel-go/enamel/audit/audittest"
	"github.com/enamel-go/enamel/audit/tree"
)

var (
	_ audit.Store = (*auditpg.Store)(nil)
	_ tree.Pruner = (*auditpg.Trees)(nil)
)

func TestStore(t *testing.T) {
	for _, c := range audittest.Cases() {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			_, db, o := open(t, 4)
			require.NoError(t, c.Check(t.Context(), audittest.Harness{Entries: auditpg.New(db, o)}))
		})
	}
}

// TestStoreInTransaction runs the suite inside a caller's transaction on a pool of one connection, so that a statement
// which misses the transaction waits for a second connection and is found.
func TestStoreInTransaction(t *testing.T) {
	for _, c := range audittest.Cases() {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			_, db, o := open(t, 1)
			ctx, stop := context.WithTimeout(t.Context(), 30*time.Second)
			defer stop()
			tx, err := db.BeginTx(ctx, nil)
			require.NoError(t, err)
			require.NoError(t, c.Check(ctx, audittest.Harness{Entries: auditpg.New(db, o).WithTx(tx), OneConnection: true}))
			require.NoError(t, tx.Rollback())
			var left int
			require.NoError(t, db.NewRaw("SELECT count(*) FROM ?.audit_entry", bun.Ident(o.Schema)).Scan(ctx, &left))
			require.Zero(t, left, "what was written did not go with the transaction")
		})
	}
}

func TestTrees(t *testing.T) {
	for _, c := range audittest.TreeCases() {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			_, db, o := open(t, 4)
			h := audittest.Harness{Entries: auditpg.New(db, o), Trees: auditpg.NewTrees(db, o)}
			require.NoError(t, c.Check(t.Context(), h))
		})
	}
}

func TestPruner(t *testing.T) {
	for _, c := range audittest.PruneCases() {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			_, db, o := open(t, 4)
			trees := auditpg.NewTrees(db, o)
			h := audittest.Harness{Entries: auditpg.New(db, o), Trees: trees, Pruner: trees}
			h.Months = func(ctx context.Context) error { return auditpg.Months(ctx, db, o) }
			require.NoError(t, c.Check(t.Context(), h))
		})
	}
}
