package migrate

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/enamel-go/enamel/internal/pgstore"
)

// State is one file of a set and what became of it.
type State struct {
	Version string // YYYYMMDDhhmmss
	Name    string
	Applied time.Time // UTC, on the database's clock; zero: not yet
}

// Up applies the files of set that were not applied yet, and makes the schema if there is none. It needs one
// connection. Called again, or by several at once, it changes nothing more.
func Up(ctx context.Context, db *bun.DB, schema string, set Set) error {
	return wrap(set, up(ctx, db, schema, set))
}

// Status returns every file of set in order. It changes nothing, and needs no schema to be there.
func Status(ctx context.Context, db *bun.DB, schema string, set Set) ([]State, error) {
	states, err := status(ctx, db, schema, set)
	return states, wrap(set, err)
}

// SQL returns what [Up] does to an empty database as plain SQL, for people with a tool of their own. It remembers its
// files as Up does, so the two can be mixed.
func SQL(schema string, set Set) (string, error) {
	text, err := plain(schema, set)
	return text, wrap(set, err)
}

func up(ctx context.Context, db *bun.DB, schema string, set Set) error {
	if err := checkSchema(schema); err != nil {
		return err
	}
	files, err := set.read(schema)
	if err != nil {
		return err
	}
	if err := prepare(ctx, db, schema); err != nil {
		return pgstore.Wrap("the table of migrations", err)
	}
	applied, err := load(ctx, db.DB, schema, set)
	if err != nil {
		return pgstore.Wrap("the table of migrations", err)
	}
	for _, f := range files {
		if row, ok := applied[f.version]; ok {
			if err := row.check(f); err != nil {
				return err
			}
			continue
		}
		err := locked(ctx, db, schema, func(tx *sql.Tx) error { return apply(ctx, tx, schema, set, f) })
		if err != nil {
			return pgstore.Wrap(f.version+"_"+f.name, err)
		}
	}
	return nil
}

func status(ctx context.Context, db *bun.DB, schema string, set Set) ([]State, error) {
	if err := checkSchema(schema); err != nil {
		return nil, err
	}
	files, err := set.read(schema)
	if err != nil {
		return nil, err
	}
	there, err := exists(ctx, db.DB, schema)
	if err != nil {
		return nil, pgstore.Wrap("the table of migrations", err)
	}
	var applied map[string]row
	if there {
		if applied, err = load(ctx, db.DB, schema, set); err != nil {
			return nil, pgstore.Wrap("the table of migrations", err)
		}
	}
	states := make([]State, len(files))
	for i, f := range files {
		states[i] = State{Version: f.version, Name: f.name}
		if row, ok := applied[f.version]; ok {
			if err := row.check(f); err != nil {
				return nil, err
			}
			states[i].Applied = row.at
		}
	}
	return states, nil
}

func plain(schema string, set Set) (string, error) {
	if err := checkSchema(schema); err != nil {
		return "", err
	}
	files, err := set.read(schema)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "DO $$ BEGIN IF to_regnamespace(%s) IS NULL THEN CREATE SCHEMA %s; END IF; END $$;\n%s;\n",
		literal(quote(schema)), quote(schema), createTable(schema))
	for _, f := range files {
		fmt.Fprintf(&b, "\n-- %s: %s_%s\nBEGIN;\n%s\n%s;\nCOMMIT;\n",
			set.Name, f.version, f.name, strings.TrimSpace(f.sql), remember(schema, set, f))
	}
	return b.String(), nil
}

func createTable(schema string) string {
	return `CREATE TABLE IF NOT EXISTS ` + quote(schema) + `.enamel_migration (
	set        text        NOT NULL,
	version    text        NOT NULL,
	name       text        NOT NULL,
	checksum   text        NOT NULL,
	applied_at timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (set, version)
)`
}

// remember builds the row of a file. It has no parameters, so that it can stand in [SQL] as it does in [Up].
func remember(schema string, set Set, f file) string {
	return fmt.Sprintf("INSERT INTO %s.enamel_migration (set, version, name, checksum) VALUES (%s, %s, %s, %s)",
		quote(schema), literal(set.Name), literal(f.version), literal(f.name), literal(f.checksum))
}

// prepare makes the schema and the table where they are missing. It asks first, because CREATE ... IF NOT EXISTS wants
// the right to create even when there is nothing to do.
func prepare(ctx context.Context, db *bun.DB, schema string) error {
	if there, err := exists(ctx, db.DB, schema); err != nil || there {
		return err
	}
	return locked(ctx, db, schema, func(tx *sql.Tx) error {
		var there bool
		query := "SELECT to_regnamespace(" + literal(quote(schema)) + ") IS NOT NULL"
		if err := tx.QueryRowContext(ctx, query).Scan(&there); err != nil {
			return err
		}
		if !there {
			if _, err := tx.ExecContext(ctx, "CREATE SCHEMA "+quote(schema)); err != nil {
				return err
			}
		}
		_, err := tx.ExecContext(ctx, createTable(schema))
		return err
	})
}

// locked runs fn in a transaction that no other run on this schema is in. The isolation level is named, for under a
// stricter one that a database may have as its default, fn would not see what was committed while it waited.
func locked(ctx context.Context, db *bun.DB, schema string, fn func(*sql.Tx) error) error {
	tx, err := db.DB.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelReadCommitted})
	if err != nil {
		return err
	}
	defer tx.Rollback() // after the commit it does nothing, and before it another error is the one that counts
	lock := "SELECT pg_advisory_xact_lock(hashtextextended(" + literal("enamel_migration "+schema) + ", 0))"
	if _, err := tx.ExecContext(ctx, lock); err != nil {
		return err
	}
	if err := fn(tx); err != nil {
		return err
	}
	return tx.Commit()
}

// apply runs f, unless another run did while this one waited for the lock.
func apply(ctx context.Context, tx *sql.Tx, schema string, set Set, f file) error {
	applied, err := load(ctx, tx, schema, set)
	if err != nil {
		return err
	}
	if row, ok := applied[f.version]; ok {
		return row.check(f)
	}
	if _, err := tx.ExecContext(ctx, f.sql); err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, remember(schema, set, f))
	return err
}

// queryer is a pool or a transaction.
type queryer interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

func exists(ctx context.Context, db queryer, schema string) (bool, error) {
	var there bool
	query := "SELECT to_regclass(" + literal(quote(schema)+".enamel_migration") + ") IS NOT NULL"
	err := db.QueryRowContext(ctx, query).Scan(&there)
	return there, err
}

// row is what the database remembers of a file.
type row struct {
	checksum string
	at       time.Time
}

func (r row) check(f file) error {
	if r.checksum != f.checksum {
		return fmt.Errorf("%s_%s was changed after it was applied", f.version, f.name)
	}
	return nil
}

// load returns what was applied of set, by version.
func load(ctx context.Context, db queryer, schema string, set Set) (applied map[string]row, err error) {
	query := "SELECT version, checksum, applied_at FROM " + quote(schema) + ".enamel_migration WHERE set = " + literal(set.Name)
	rows, err := db.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	applied = map[string]row{}
	for rows.Next() {
		var version string
		var r row
		if err := rows.Scan(&version, &r.checksum, &r.at); err != nil {
			return nil, err
		}
		r.at = r.at.UTC()
		applied[version] = r
	}
	return applied, rows.Err()
}

func wrap(set Set, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("migrate %s: %w", set.Name, err)
}
