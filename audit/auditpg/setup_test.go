package auditpg_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/uptrace/bun"

	"github.com/enamel-go/enamel/audit/auditpg"
	"github.com/enamel-go/enamel/internal/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// open returns a migrated schema, and a pool of so many connections on it.
func open(t testing.TB, conns int) (*pgtest.Database, *bun.DB, *auditpg.Options) {
	t.Helper()
	d := pgtest.New(t)
	db, o := d.Pool(conns), &auditpg.Options{Schema: d.Schema()}
	require.NoError(t, auditpg.Migrate(t.Context(), db, o))
	return d, db, o
}
