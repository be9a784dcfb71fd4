// Package pgstore holds what all Postgres stores share: whose connection a statement runs on, in which schema, and what
// an error of Postgres means.
package pgstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/uptrace/bun"
)

// DefaultSchema is where tables live unless the caller names another schema.
const DefaultSchema = "enamel"

// Handle builds statements for one schema, on the pool or inside a caller's transaction. It is a cheap value.
type Handle struct {
	db     *bun.DB
	tx     bun.IConn // nil: the pool
	schema string
}

// New returns a handle on db's pool.
func New(db *bun.DB, schema string) Handle { return Handle{db: db, schema: schema} }

// WithTx returns a handle whose statements run inside tx: a bun.Tx, or any *sql.Tx.
func (h Handle) WithTx(tx bun.IConn) Handle {
	h.tx = tx
	return h
}

// Tx returns the transaction that the handle's statements run in; nil on the pool. What is sent through it is Postgres's
// own SQL, with $1 for a value: a driver sends large values beside the text, and bun would write them into it.
func (h Handle) Tx() *sql.Tx {
	switch tx := h.tx.(type) {
	case bun.Tx:
		return tx.Tx
	case *bun.Tx:
		return tx.Tx
	case *sql.Tx:
		return tx
	}
	return nil
}

// Table names a table in the handle's schema, quoted.
func (h Handle) Table(name string) bun.Ident {
	return bun.Ident(h.schema + "." + name)
}

// Raw builds a statement from SQL with bun's placeholders (?, ?0, ?name).
func (h Handle) Raw(query string, args ...any) *bun.RawQuery {
	q := h.db.NewRaw(query, args...)
	if h.tx != nil {
		q = q.Conn(h.tx)
	}
	return q
}

// Exec runs a statement and returns how many rows it touched.
func (h Handle) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	res, err := h.Raw(query, args...).Exec(ctx)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// Insert builds an INSERT into table. It returns no column, for bun's own RETURNING would cost a round trip's parsing.
func (h Handle) Insert(table string, model any) *bun.InsertQuery {
	q := h.db.NewInsert().Model(model).ModelTableExpr("?", h.Table(table)).Returning("NULL")
	if h.tx != nil {
		q = q.Conn(h.tx)
	}
	return q
}

// Select builds a SELECT of model's columns from table. The model's own alias must be t, for bun puts it before each
// column.
func (h Handle) Select(table string, model any) *bun.SelectQuery {
	q := h.db.NewSelect().Model(model).ModelTableExpr("? AS t", h.Table(table))
	if h.tx != nil {
		q = q.Conn(h.tx)
	}
	return q
}

// Atomic runs fn so that its statements take effect together or not at all. On the pool it opens a transaction, and
// runs fn again after a serialization failure or a deadlock; inside a caller's transaction it sets a savepoint and
// leaves the decision to repeat to the caller, whose transaction it is.
func (h Handle) Atomic(ctx context.Context, fn func(Handle) error) error {
	if h.tx != nil {
		return h.savepoint(ctx, fn)
	}
	for attempt := 1; ; attempt++ {
		err := h.transaction(ctx, fn)
		if !Retryable(err) || attempt == 10 {
			return err
		}
		pause := time.Duration(rand.Int64N(int64(time.Millisecond) << min(attempt, 6)))
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
		}
	}
}

func (h Handle) transaction(ctx context.Context, fn func(Handle) error) error {
	tx, err := h.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() // when fn panics; after an end it does nothing
	if err := fn(h.WithTx(tx)); err != nil {
		return errors.Join(err, rolledBack(tx.Rollback()))
	}
	return tx.Commit()
}

// rolledBack hides the answer of a rollback that came too late, because a cancelled context had done it already.
func rolledBack(err error) error {
	if errors.Is(err, sql.ErrTxDone) {
		return nil
	}
	return err
}

func (h Handle) savepoint(ctx context.Context, fn func(Handle) error) error {
	if _, err := h.Exec(ctx, "SAVEPOINT enamel"); err != nil {
		return err
	}
	if err := fn(h); err != nil {
		// The caller may commit although ctx has ended, so half of fn must be undone even then.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		_, back := h.Exec(ctx, "ROLLBACK TO SAVEPOINT enamel; RELEASE SAVEPOINT enamel")
		return errors.Join(err, rolledBack(back))
	}
	_, err := h.Exec(ctx, "RELEASE SAVEPOINT enamel")
	return err
}

// State returns the SQLSTATE that err carries, or "".
func State(err error) string {
	var s interface{ SQLState() string }
	if errors.As(err, &s) {
		return s.SQLState()
	}
	return ""
}

// Duplicate reports whether err is a violated unique or primary key.
func Duplicate(err error) bool { return State(err) == "23505" }

// Retryable reports whether Postgres undid a transaction only because of others that ran beside it.
func Retryable(err error) bool {
	state := State(err)
	return state == "40001" || state == "40P01"
}

// Missing turns sql.ErrNoRows into notFound, so that the driver's sentinel never escapes a store.
func Missing(err, notFound error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return notFound
	}
	return err
}

// Wrap names the operation an error of Postgres came from. It keeps the SQLSTATE and drops the message, which may quote
// values, but where it names only what the database has: a table to which the role lacks a right, say.
func Wrap(op string, err error) error {
	if err == nil {
		return nil
	}
	var answer interface {
		error
		SQLState() string
	}
	if !errors.As(err, &answer) || answer.SQLState() == "" {
		return fmt.Errorf("%s: %w", op, err)
	}
	e := &Error{Op: op, State: answer.SQLState(), Says: "SQLSTATE " + answer.SQLState()}
	if inner, ok := answer.(*Error); ok {
		e.Says = inner.Says
	} else if valueless(e.State) {
		e.Says = answer.Error()
	}
	return e
}

// valueless reports whether messages of a SQLSTATE quote no values: that a right, a table or a column is missing, and what
// has to do with connections, signing in, resources, and a server that shuts down.
func valueless(state string) bool {
	switch state {
	case "42501", "42P01", "42703":
		return true
	}
	switch state[:min(2, len(state))] {
	case "08", "28", "3D", "3F", "53", "57":
		return true
	}
	return false
}

// Error is an answer of Postgres without the values it quoted.
type Error struct {
	Op    string
	State string // SQLSTATE
	Says  string // the message, where it quotes no value; the SQLSTATE otherwise
}

// Error implements error.
func (e *Error) Error() string { return e.Op + ": postgres answered " + e.Says }

// SQLState returns the code, so that callers and [State] can read it.
func (e *Error) SQLState() string { return e.State }
