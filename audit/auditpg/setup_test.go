package auditpg_test

import (
	"testing"

	"github.com/uptrace/bun"

	"github.com/enamel-go/enamel/audit/auditpg"
	"github.com/enamel-go/enamel/internal/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// layout is the tables of a log.
var layout = pgtest.NewLayout(pgtest.Tables(auditpg.Migrate))

// open returns a migrated schema, and a pool of so many connections on it.
func open(t testing.TB, conns int) (*pgtest.Database, *bun.DB, *auditpg.Options) {
	t.Helper()
	d := layout.New(t)
	db, o := d.Pool(conns), &auditpg.Options{Schema: d.Schema()}
	return d, db, o
}
