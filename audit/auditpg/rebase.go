package auditpg

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/enamel-go/enamel/internal/pgstore"
)

// Rebase lets the log go on in a database that it was loaded into from a dump, where Postgres numbers its transactions
// anew and a notary answers ErrRewound of package tree: from then on the log's own numbers continue above those it
// holds. Run it as the tables' owner after the load and before anything writes; entries that were written earlier are
// reported as back-dated and have to be adopted. Where nothing is to be done it does nothing. A restored copy of the
// files, a replica that takes over, or pg_upgrade keep the numbers and need no Rebase. O may be nil.
func Rebase(ctx context.Context, db *bun.DB, o *Options) error {
	return pgstore.Wrap("auditpg: rebase", pgstore.New(db, o.schema()).Atomic(ctx, func(h pgstore.Handle) error {
		if _, err := h.Exec(ctx, "LOCK TABLE ? IN ACCESS EXCLUSIVE MODE", h.Table(entryTable)); err != nil {
			return err
		}
		_, last, err := newestBatch(ctx, h)
		if err != nil {
			return err
		}
		var highest, next int64
		err = h.Raw(`SELECT (SELECT coalesce(max(xid), 0) FROM ?), pg_snapshot_xmax(pg_current_snapshot())::text::bigint
			+ (SELECT coalesce(max(shift), 0) FROM ?)`, h.Table(entryTable), h.Table(shiftTable)).Scan(ctx, &highest, &next)
		if err != nil {
			return err
		}
		if highest = max(highest, last.xmax); next > highest {
			return nil
		}
		if _, err := h.Exec(ctx, "INSERT INTO ? (shift) VALUES (?)", h.Table(shiftTable), highest); err != nil {
			return err
		}
		_, err = h.Exec(ctx, "ALTER TABLE ? ALTER COLUMN xid SET DEFAULT (pg_current_xact_id()::text::bigint + ?)",
			h.Table(entryTable), highest)
		return err
	}))
}
