package auditpg

import (
	"context"
	"database/sql"

	"github.com/uptrace/bun"

	"github.com/enamel-go/enamel/internal/pgstore"
)

// Trees implements [tree.Store]: the tables of a notary. It crosses practices and never joins a caller's transaction. A
// notary needs SELECT on audit_entry and audit_shift, and SELECT and INSERT on audit_batch, audit_head and audit_aside;
// whoever verifies needs SELECT on all five. Both check codes, for which they need SELECT on crypto_key of package cryptopg,
// and the key manager.
type Trees struct {
	db *bun.DB
	pg pgstore.Handle
}

// NewTrees returns the notary's tables on db's pool. It runs no migration; o may be nil.
func NewTrees(db *bun.DB, o *Options) *Trees {
	return &Trees{db: db, pg: pgstore.New(db, o.schema())}
}

// reading runs do in a transaction that only reads.
func (t *Trees) reading(ctx context.Context, do func(pgstore.Handle) error) error {
	tx, err := t.db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // after a commit there is nothing to undo
	if err := do(t.pg.WithTx(tx)); err != nil {
		return err
	}
	return tx.Commit()
}
