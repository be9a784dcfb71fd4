package oracle_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/audit/auditpg"
	"github.com/enamel-go/enamel/internal/pgtest"
	"github.com/enamel-go/enamel/internal/uuidv7"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// connections are how many work at a time.
var connections = []int{1, 8, 32}

// durable returns an empty schema on a server of its own that waits for the disk at each commit, as one in use does, with such
// settings besides.
func durable(b *testing.B, settings ...string) *pgtest.Database {
	b.Helper()
	server := pgtest.Start(b)
	admin := server.New().Pool(1)
	for _, setting := range append(settings, "fsync = on", "full_page_writes = on", "wal_level = replica") {
		_, err := admin.ExecContext(b.Context(), "ALTER SYSTEM SET "+setting)
		require.NoError(b, err)
	}
	server.Restart()
	return server.New()
}

// migrated returns a durable schema with the tables of the log.
func migrated(b *testing.B) (*pgtest.Database, *auditpg.Options) {
	b.Helper()
	d := durable(b)
	o := &auditpg.Options{Schema: d.Schema()}
	require.NoError(b, auditpg.Migrate(b.Context(), d.Pool(1), o))
	return d, o
}

// stamped returns a function that makes leaves. They are copies of one that a log stamped, each with an id of its own,
// so that stamping is no part of what is measured.
func stamped(b *testing.B, log *audit.Log) func() audit.Leaf {
	b.Helper()
	leaf, err := log.Stamp(b.Context(), audit.Entry{
		Practice: practice, Actor: audit.Actor{Kind: audit.Staff, ID: "u-17"}, Action: "records.chart.read",
		Object: audit.Object{Kind: "chart", ID: "c-204"}, Patient: "p-204", Reason: "treatment",
	})
	require.NoError(b, err)
	return func() audit.Leaf {
		copied := leaf
		copied.ID = uuidv7.New()
		return copied
	}
}

// at names a benchmark.
func at(conns int) string { return fmt.Sprintf("%d_connections", conns) }
