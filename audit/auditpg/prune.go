package auditpg

import (
	"context"
	"database/sql"
	"errors"
	"regexp"
	"slices"
	"strconv"
	"time"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/audit/tree"
	"github.com/enamel-go/enamel/internal/pgentry"
	"github.com/enamel-go/enamel/internal/pgstore"
)

// Prunes implements [tree.Store].
func (t *Trees) Prunes(ctx context.Context, practice, after string, limit int) ([]tree.Row, error) {
	found, err := placed(ctx, t.pg, t.pg.Select(entryTable, (*pgentry.Row)(nil)).
		Where("practice = ? AND action = ? AND id > ?", practice, tree.PruneAction, after).
		OrderExpr("id").Limit(int64(limit)))
	return found, pgstore.Wrap("auditpg: prunes", err)
}

var monthName = regexp.MustCompile(`^audit_entry_([a-z0-9]+)_([0-9]{4})_([0-9]{2})$`)

// Months implements [tree.Pruner]: the partitions that [Months] made.
func (t *Trees) Months(ctx context.Context) ([]tree.Month, error) {
	var names []string
	err := t.pg.Raw(`SELECT month.relname FROM pg_inherits AS i JOIN pg_class AS month ON month.oid = i.inhrelid
		JOIN pg_class AS term ON term.oid = i.inhparent JOIN pg_namespace AS n ON n.oid = term.relnamespace
		WHERE n.nspname || '.' || term.relname IN (?, ?)`,
		string(t.pg.Table(termTable(audit.SixYears))), string(t.pg.Table(termTable(audit.OneYear)))).Scan(ctx, &names)
	if err != nil {
		return nil, pgstore.Wrap("auditpg: list months", err)
	}
	var found []tree.Month
	for _, name := range names {
		if part := monthName.FindStringSubmatch(name); part != nil {
			year, _ := strconv.Atoi(part[2])
			month, _ := strconv.Atoi(part[3])
			found = append(found, tree.Month{Term: audit.Term(part[1]), Year: year, Month: time.Month(month)})
		}
	}
	slices.SortFunc(found, tree.Month.Compare)
	return found, nil
}

func termTable(term audit.Term) string { return entryTable + "_" + string(term) }

func monthTable(m tree.Month) string {
	return termTable(m.Term) + m.Start().Format("_2006_01")
}

// shareRow is a share as a row.
type shareRow struct {
	Practice string    `bun:"practice"`
	Leaves   int64     `bun:"leaves"`
	Newest   time.Time `bun:"newest"`
}

// Shares implements [tree.Pruner].
func (t *Trees) Shares(ctx context.Context, m tree.Month) ([]tree.Share, error) {
	var found []tree.Share
	known, err := isTable(ctx, t.pg, monthTable(m))
	if err == nil && known {
		low, high := m.IDs()
		found, err = shares(ctx, t.pg, "SELECT practice, count(*) AS leaves, max(at) AS newest FROM ?"+
			" WHERE term = ? AND id >= ? AND id < ? GROUP BY practice ORDER BY practice",
			t.pg.Table(entryTable), string(m.Term), low, high)
	}
	return found, pgstore.Wrap("auditpg: shares", err)
}

func isTable(ctx context.Context, h pgstore.Handle, table string) (known bool, err error) {
	err = h.Raw(`SELECT EXISTS (SELECT FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
		WHERE n.nspname || '.' || c.relname = ?)`, string(h.Table(table))).Scan(ctx, &known)
	return known, err
}

func shares(ctx context.Context, h pgstore.Handle, query string, args ...any) ([]tree.Share, error) {
	var rows []shareRow
	if err := h.Raw(query, args...).Scan(ctx, &rows); err != nil {
		return nil, err
	}
	var found []tree.Share
	for _, r := range rows {
		found = append(found, tree.Share{Practice: r.Practice, Leaves: r.Leaves, Newest: r.Newest.UTC()})
	}
	return found, nil
}

// Drop implements [tree.Pruner]. It needs the rights of the tables' owner, and drops the month's partition: while it
// looks into it once more, by ACCESS EXCLUSIVE on the month's term, readers wait, and so do writers of that term. Where
// it gets no lock for two seconds it gives up with SQLSTATE 55P03 and has changed nothing.
func (t *Trees) Drop(ctx context.Context, m tree.Month, want []tree.Share, leaves ...audit.Leaf) error {
	for _, f := range leaves {
		if err := f.Validate(); err != nil {
			return err
		}
	}
	tx, err := t.db.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelReadCommitted})
	if err != nil {
		return pgstore.Wrap("auditpg: drop a month", err)
	}
	if err = drop(ctx, t.pg.WithTx(tx), m, want); err == nil && len(leaves) > 0 {
		err = appendLeaves(ctx, t.pg.WithTx(tx), leaves)
	}
	if err != nil {
		err = errors.Join(err, tx.Rollback())
	} else {
		err = tx.Commit()
	}
	return pgstore.Wrap("auditpg: drop a month", err)
}

func drop(ctx context.Context, h pgstore.Handle, m tree.Month, want []tree.Share) error {
	known, err := isTable(ctx, h, monthTable(m))
	switch {
	case err != nil:
		return err
	case !known && len(want) == 0:
		return nil
	case !known:
		return tree.ErrChanged
	}
	if _, err := h.Exec(ctx, "SET LOCAL lock_timeout = '2s'"); err != nil {
		return err
	}
	// Whoever reads or writes a month has a lock on its term first, so in this order nobody waits for the other.
	if _, err := h.Exec(ctx, "LOCK TABLE ONLY ? IN ACCESS EXCLUSIVE MODE", h.Table(termTable(m.Term))); err != nil {
		return err
	}
	month := h.Table(monthTable(m))
	found, err := shares(ctx, h, "SELECT practice, count(*) AS leaves, max(at) AS newest FROM ?"+
		" GROUP BY practice ORDER BY practice", month)
	if err != nil {
		return err
	}
	if !slices.EqualFunc(found, want, tree.Share.Equal) {
		return tree.ErrChanged
	}
	_, err = h.Exec(ctx, "DROP TABLE ?", month)
	return err
}
