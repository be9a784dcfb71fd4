package auditpg

import (
	"context"
	_ "embed" // for the SQL of Months

	"github.com/uptrace/bun"

	"github.com/enamel-go/enamel/internal/migrate"
	"github.com/enamel-go/enamel/internal/pgstore"
)

//go:embed months.sql
var months string

// Months makes the partitions of audit_entry for this month and the next, by the database's clock in UTC, and for every
// month of which there are rows in the partitions called rest; it moves these rows to their months. Run it as the
// tables' owner, once a day or at least once a month. It takes effect for each of the two terms as a whole or not at
// all, does nothing where nothing is to be done, and may be called by several processes at once. No constructor calls
// it, and without it nothing fails: entries then stand in rest, from where they are not pruned.
//
// It runs beside writers, and lets none of them fail. A month that is made ahead takes SHARE UPDATE EXCLUSIVE on the
// partitioned table of its term and ACCESS EXCLUSIVE on that term's rest, so that readers wait for some milliseconds,
// and writers only if their ids say no month. When rows are to be moved, or this month is not there yet, readers and
// writers of the term wait, by ACCESS EXCLUSIVE on its table, until the rows are moved. Where it gets no lock for two
// seconds it gives up with SQLSTATE 55P03; call it again later. O may be nil.
func Months(ctx context.Context, db *bun.DB, o *Options) error {
	text, err := MonthsSQL(o)
	if err != nil {
		return err
	}
	// The statement commits by itself, which it can in no transaction of ours.
	_, err = db.DB.ExecContext(ctx, text)
	return pgstore.Wrap("auditpg: months", err)
}

// MonthsSQL returns what [Months] does as one statement of SQL, for those who run it with a tool of their own, outside
// of a transaction. O may be nil.
func MonthsSQL(o *Options) (string, error) { return migrate.Fill(o.schema(), months) }
