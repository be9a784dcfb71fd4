package pgtest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/uptrace/bun"
)

// Layout is tables that many tests need, each for itself. A schema that one test has done with is emptied for the next,
// since making the tables takes longer than most tests do. Where a test has changed the tables themselves, the next gets
// new ones.
type Layout struct {
	lays []Lay
	mu   sync.Mutex
	free []*laid
}

// Lay makes tables in a schema which is there, and writes no rows.
type Lay = func(ctx context.Context, db *bun.DB, schema string) error

// Tables is how the Migrate of a store's package lays its tables.
func Tables[Options ~struct{ Schema string }](migrate func(context.Context, *bun.DB, *Options) error) Lay {
	return func(ctx context.Context, db *bun.DB, schema string) error {
		return migrate(ctx, db, &Options{Schema: schema})
	}
}

// laid is a schema with the tables of a layout.
type laid struct {
	schema string
	tables []string
	shape  string
}

// NewLayout returns the layout of the tables that are laid, one after the other, in an empty schema. It belongs in a
// variable of the package whose tests share it.
func NewLayout(lays ...Lay) *Layout {
	l := &Layout{lays: lays}
	shared.Lock()
	defer shared.Unlock()
	shared.layouts = append(shared.layouts, l)
	return l
}

// New returns a schema with the layout's tables, which are empty, on the shared server. A connection that the test before
// forgot to close holds locks, and is an error of this one.
func (l *Layout) New(t testing.TB) *Database {
	t.Helper()
	dsn, err := address()
	need(t, err)
	s, err := l.take(dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.put(s) })
	return &Database{t: t, dsn: dsn, schema: s.schema}
}

func (l *Layout) put(s *laid) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.free = append(l.free, s)
}

// take returns a schema that is nobody's.
func (l *Layout) take(dsn string) (*laid, error) {
	l.mu.Lock()
	var s *laid
	if n := len(l.free); n > 0 {
		s, l.free = l.free[n-1], l.free[:n-1]
	}
	l.mu.Unlock()
	if s != nil {
		same, err := s.empty(dsn)
		if same || err != nil {
			return s, err
		}
		if err := s.drop(dsn); err != nil {
			return nil, err
		}
	}
	return l.build(dsn)
}

func (l *Layout) build(dsn string) (*laid, error) {
	s := &laid{schema: unique()}
	if err := execute(dsn, "CREATE SCHEMA "+s.schema); err != nil {
		return nil, err
	}
	pool, err := connect(dsn, "", 1, nil)
	if err != nil {
		return nil, err
	}
	for _, lay := range l.lays {
		err = errors.Join(err, lay(context.Background(), pool, s.schema))
	}
	if err := errors.Join(err, pool.Close()); err != nil {
		return nil, err
	}
	return s, on(dsn, func(ctx context.Context, conn *pgx.Conn) error {
		rows, _ := conn.Query(ctx, "SELECT relname FROM pg_class WHERE relnamespace = $1::regnamespace AND relkind IN ('r', 'p') AND relname <> 'enamel_migration'", s.schema)
		if s.tables, err = pgx.CollectRows(rows, pgx.RowTo[string]); err != nil {
			return err
		}
		filled, err := s.filled(ctx, conn)
		if err != nil {
			return err
		}
		if len(filled) > 0 {
			return fmt.Errorf("pgtest: a layout writes rows, in %s", strings.Join(filled, ", "))
		}
		return conn.QueryRow(ctx, shape, s.schema).Scan(&s.shape)
	})
}

// empty deletes all rows, or reports that the tables are no more what they were.
func (s *laid) empty(dsn string) (same bool, err error) {
	return same, on(dsn, func(ctx context.Context, conn *pgx.Conn) error {
		var now string
		if err := conn.QueryRow(ctx, shape, s.schema).Scan(&now); err != nil || now != s.shape {
			return err
		}
		same = true
		filled, err := s.filled(ctx, conn)
		if err != nil || len(filled) == 0 {
			return err
		}
		_, err = conn.Exec(ctx, "SET lock_timeout = '20s'; SET client_min_messages = error; TRUNCATE "+strings.Join(filled, ", ")+" RESTART IDENTITY CASCADE")
		return err
	})
}

// filled returns the tables that have rows.
func (s *laid) filled(ctx context.Context, conn *pgx.Conn) (tables []string, err error) {
	if len(s.tables) == 0 {
		return nil, nil
	}
	var each []string
	for _, table := range s.tables {
		name := pgx.Identifier{s.schema, table}.Sanitize()
		each = append(each, "SELECT '"+name+"' WHERE EXISTS (SELECT FROM "+name+")")
	}
	rows, _ := conn.Query(ctx, strings.Join(each, " UNION ALL "))
	return pgx.CollectRows(rows, pgx.RowTo[string])
}

func (s *laid) drop(dsn string) error {
	return execute(dsn, "SET lock_timeout = '20s'; SET client_min_messages = error; DROP SCHEMA "+s.schema+" CASCADE")
}

// dropAll drops what the layouts have made. Their tests are over.
func dropAll(dsn string) error {
	var errs []error
	for _, l := range shared.layouts {
		for _, s := range l.free {
			errs = append(errs, s.drop(dsn))
		}
	}
	return errors.Join(errs...)
}

// shape is one value for all that a schema has but its rows: any change of a table, an index, a trigger, a function, a
// policy or a right makes it another one. Postgres marks a changed row of its catalogue with the transaction; it does so
// with that of a table when it is emptied, too, so of those the content counts.
const shape = `
WITH s AS (SELECT oid, nspacl FROM pg_namespace WHERE nspname = $1), c AS (SELECT * FROM pg_class WHERE relnamespace = (SELECT oid FROM s))
SELECT md5(string_agg(part, ',' ORDER BY part)) FROM (
	SELECT 'n' || coalesce(nspacl::text, '') AS part FROM s
	UNION ALL SELECT 'c' || concat_ws(' ', oid, relname, relkind, relowner, relpersistence, relacl, reloptions, relrowsecurity, relforcerowsecurity) FROM c
	UNION ALL SELECT 'a' || concat_ws(' ', attrelid, attnum, xmin) FROM pg_attribute WHERE attrelid IN (SELECT oid FROM c)
	UNION ALL SELECT 'd' || concat_ws(' ', oid, xmin) FROM pg_attrdef WHERE adrelid IN (SELECT oid FROM c)
	UNION ALL SELECT 't' || concat_ws(' ', oid, xmin) FROM pg_trigger WHERE tgrelid IN (SELECT oid FROM c)
	UNION ALL SELECT 'l' || concat_ws(' ', oid, xmin) FROM pg_policy WHERE polrelid IN (SELECT oid FROM c)
	UNION ALL SELECT 'k' || concat_ws(' ', oid, xmin) FROM pg_constraint WHERE connamespace = (SELECT oid FROM s)
	UNION ALL SELECT 'p' || concat_ws(' ', oid, xmin) FROM pg_proc WHERE pronamespace = (SELECT oid FROM s)
) parts`
