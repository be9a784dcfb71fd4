package oracle_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/stretchr/testify/require"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/audit/auditpg"
	"github.com/enamel-go/enamel/internal/pairs"
	"github.com/enamel-go/enamel/internal/pgtest"
)

// BenchmarkPairAppend appends a leaf to the log, each in a transaction of its own, beside pgx inserting the same bytes
// into the same table: both in pgx's own mode, in which a statement is prepared once, and both in the one that prepares
// nothing. The third is a chain of hashes, of which every entry names the one before it: the usual home-made log that shows
// tampering.
func BenchmarkPairAppend(b *testing.B) {
	d, o := migrated(b)
	log, err := audit.NewLog(auditpg.New(d.Pool(1), o), keyring(b), nil)
	require.NoError(b, err)
	next := stamped(b, log)
	native := newNative(b, d, o.Schema)
	for _, mode := range []pgx.QueryExecMode{pgx.QueryExecModeCacheStatement, pgx.QueryExecModeExec} {
		name := strings.ReplaceAll(mode.String(), " ", "_")
		for _, conns := range connections {
			store := auditpg.New(native.database(b, conns, mode), o)
			pool := native.pool(b, conns, mode)
			// One after another the chain waits for the disk as often as we do, so it has no goal there.
			chain := pairs.Peer{Name: "chain"}
			if conns == 32 {
				chain.Rate = 4
			}
			chain.Run = pairs.Workers(conns, func(int) error { return native.link(b.Context(), pool, next()) })
			b.Run(name+"/"+at(conns), func(b *testing.B) {
				pairs.Run(b, pairs.Wait,
					pairs.Workers(conns, func(int) error { return store.Append(b.Context(), next()) }),
					pairs.Peer{Name: "pgx", Rate: 0.85, Run: pairs.Workers(conns, func(int) error {
						_, err := pool.Exec(b.Context(), native.insert, columns(next())...)
						return err
					})},
					chain)
			})
		}
	}
}

// native is the same table as pgx's own users see it.
type native struct {
	d                    *pgtest.Database
	insert, head, follow string
}

func newNative(b *testing.B, d *pgtest.Database, schema string) *native {
	b.Helper()
	_, err := d.Pool(1).ExecContext(b.Context(), fmt.Sprintf(
		"CREATE TABLE %s.chain (practice text PRIMARY KEY, hash bytea NOT NULL); INSERT INTO %[1]s.chain VALUES ('%s', '')", schema, practice))
	require.NoError(b, err)
	return &native{
		d: d,
		insert: "INSERT INTO " + schema + ".audit_entry (" + strings.Join(columnNames, ", ") + ")" +
			" VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
		head:   "SELECT hash FROM " + schema + ".chain WHERE practice = $1 FOR UPDATE",
		follow: "UPDATE " + schema + ".chain SET hash = $2 WHERE practice = $1",
	}
}

func (n *native) pool(b *testing.B, conns int, mode pgx.QueryExecMode) *pgxpool.Pool {
	b.Helper()
	config, err := pgxpool.ParseConfig(n.d.DSN())
	require.NoError(b, err)
	config.MaxConns, config.ConnConfig.DefaultQueryExecMode = int32(conns), mode
	pool, err := pgxpool.NewWithConfig(b.Context(), config)
	require.NoError(b, err)
	b.Cleanup(pool.Close)
	return pool
}

// database is such a pool as our stores take it.
func (n *native) database(b *testing.B, conns int, mode pgx.QueryExecMode) *bun.DB {
	b.Helper()
	config, err := pgx.ParseConfig(n.d.DSN())
	require.NoError(b, err)
	config.DefaultQueryExecMode = mode
	pool := stdlib.OpenDB(*config)
	pool.SetMaxOpenConns(conns)
	pool.SetMaxIdleConns(conns)
	b.Cleanup(func() { require.NoError(b, pool.Close()) })
	return bun.NewDB(pool, pgdialect.New())
}

// link appends an entry to the chain.
func (n *native) link(ctx context.Context, pool *pgxpool.Pool, leaf audit.Leaf) error {
	return pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
		var before []byte
		if err := tx.QueryRow(ctx, n.head, leaf.Practice).Scan(&before); err != nil {
			return err
		}
		hash := sha256.Sum256(append(before, leaf.Bytes...))
		leaf.MAC = hash[:]
		if _, err := tx.Exec(ctx, n.insert, columns(leaf)...); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, n.follow, leaf.Practice, leaf.MAC)
		return err
	})
}

var columnNames = []string{
	"practice", "id", "at", "actor_kind", "actor", "action", "outcome", "term", "tag", "bytes", "mac",
}

func columns(f audit.Leaf) []any {
	return []any{
		f.Practice, f.ID, f.At, string(f.Actor.Kind), f.Actor.ID, f.Action, string(f.Outcome), string(f.Term), f.Tag, f.Bytes, f.MAC,
	}
}
