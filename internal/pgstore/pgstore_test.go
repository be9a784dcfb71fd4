package pgstore_test

import (
	"context"
	"database/sql"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/uptrace/bun"

	"github.com/enamel-go/enamel/internal/pgstore"
	"github.com/enamel-go/enamel/internal/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// thing is a row of the table that every test here has.
type thing struct {
	bun.BaseModel `bun:"alias:t"`

	ID   int    `bun:"id,pk"`
	Name string `bun:"name"`
}

// things makes the table and returns its schema and a pool of two connections: one for the code under test, one to
// look at what it did.
func things(t *testing.T) (*bun.DB, string) {
	t.Helper()
	database := pgtest.New(t)
	pool := database.Pool(2)
	_, err := pool.ExecContext(t.Context(), "CREATE TABLE "+database.Schema()+".thing (id int PRIMARY KEY, name text NOT NULL)")
	require.NoError(t, err)
	return pool, database.Schema()
}

// names returns what is committed, in the order of ids.
func names(t *testing.T, pool *bun.DB, schema string) []string {
	t.Helper()
	names := []string{}
	require.NoError(t, pool.NewRaw("SELECT name FROM ?.thing ORDER BY id", bun.Ident(schema)).Scan(t.Context(), &names))
	return names
}

func insert(ctx context.Context, h pgstore.Handle, id int, name string) error {
	_, err := h.Insert("thing", &thing{ID: id, Name: name}).Exec(ctx)
	return err
}

// fail makes Postgres answer a SQLSTATE.
func fail(ctx context.Context, h pgstore.Handle, state string) error {
	_, err := h.Exec(ctx, "DO ?", "BEGIN RAISE EXCEPTION 'on purpose' USING ERRCODE = '"+state+"'; END")
	return err
}

// wrapped is a transaction as somebody may hand it over.
type wrapped struct{ bun.IConn }

// bun writes values into the text of a statement. Nothing in a value may be read as SQL or as a placeholder, on
// whatever connection the text then runs.
func TestValuesStayValues(t *testing.T) {
	values := []string{
		`it's ? ?? ?0 ?name $1 ?TableName`, `"quoted" \ \' E'\n' --`, "é 🦷\t\r\n", `'; DROP TABLE thing; --`, ``,
	}
	for name, bind := range map[string]func(*testing.T, *bun.DB, pgstore.Handle) pgstore.Handle{
		"pool": func(_ *testing.T, _ *bun.DB, h pgstore.Handle) pgstore.Handle { return h },
		"bun.Tx": func(t *testing.T, pool *bun.DB, h pgstore.Handle) pgstore.Handle {
			tx, err := pool.BeginTx(t.Context(), nil)
			require.NoError(t, err)
			t.Cleanup(func() { _ = tx.Rollback() })
			return h.WithTx(tx)
		},
		"sql.Tx": func(t *testing.T, pool *bun.DB, h pgstore.Handle) pgstore.Handle {
			tx, err := pool.DB.BeginTx(t.Context(), nil)
			require.NoError(t, err)
			t.Cleanup(func() { _ = tx.Rollback() })
			return h.WithTx(tx)
		},
		"a transaction that somebody wrapped": func(t *testing.T, pool *bun.DB, h pgstore.Handle) pgstore.Handle {
			tx, err := pool.DB.BeginTx(t.Context(), nil)
			require.NoError(t, err)
			t.Cleanup(func() { _ = tx.Rollback() })
			return h.WithTx(wrapped{tx})
		},
	} {
		t.Run(name, func(t *testing.T) {
			pool, schema := things(t)
			pool = pool.WithNamedArg("name", "replaced")
			h := bind(t, pool, pgstore.New(pool, schema))
			for i, value := range values {
				require.NoError(t, insert(t.Context(), h, 3*i, value))
				n, err := h.Exec(t.Context(), "INSERT INTO ? VALUES (?, ?)", h.Table("thing"), 3*i+1, value)
				require.NoError(t, err)
				require.EqualValues(t, 1, n)
				var beside pgstore.Beside
				n, err = h.ExecWith(t.Context(), &beside, "INSERT INTO ? VALUES (?)", h.Table("thing"), beside.List(3*i+2, value))
				require.NoError(t, err)
				require.EqualValues(t, 1, n)
			}
			for i := range 3 * len(values) {
				var got thing
				require.NoError(t, h.Select("thing", &got).Where("id = ?", i).Scan(t.Context()))
				require.Equal(t, values[i/3], got.Name)
				var beside pgstore.Beside
				require.NoError(t, h.ScanWith(t.Context(), &beside, &got, "SELECT * FROM ? WHERE (id, name) = (?)", h.Table("thing"),
					beside.List(i, values[i/3])))
				require.NoError(t, h.Raw("SELECT * FROM ? WHERE name = ? AND id = ?", h.Table("thing"), values[i/3], i).
					Scan(t.Context(), &got))
			}
		})
	}
}

func TestWithTxIsTheCallersTransaction(t *testing.T) {
	pool, schema := things(t)
	h := pgstore.New(pool, schema)
	for _, commit := range []bool{false, true} {
		tx, err := pool.DB.BeginTx(t.Context(), nil)
		require.NoError(t, err)
		require.NoError(t, insert(t.Context(), h.WithTx(tx), 1, "bound"))
		require.Empty(t, names(t, pool, schema), "it was committed by itself")
		if commit {
			require.NoError(t, tx.Commit())
			require.Equal(t, []string{"bound"}, names(t, pool, schema))
		} else {
			require.NoError(t, tx.Rollback())
			require.Empty(t, names(t, pool, schema))
		}
	}
	require.NoError(t, insert(t.Context(), h, 2, "free"), "the handle it came from is still on the pool")
}

// What is sent with values beside it is undone with the transaction too, whoever made that.
func TestValuesBesideAStatementStayInTheTransaction(t *testing.T) {
	pool, schema := things(t)
	for name, wrap := range map[string]func(bun.Tx) bun.IConn{
		"sql.Tx":                         func(tx bun.Tx) bun.IConn { return tx.Tx },
		"bun.Tx":                         func(tx bun.Tx) bun.IConn { return tx },
		"*bun.Tx":                        func(tx bun.Tx) bun.IConn { return &tx },
		"a sql.Tx that somebody wrapped": func(tx bun.Tx) bun.IConn { return wrapped{tx.Tx} },
		"a bun.Tx that somebody wrapped": func(tx bun.Tx) bun.IConn { return wrapped{tx} },
	} {
		tx, err := pool.BeginTx(t.Context(), nil)
		require.NoError(t, err)
		besides(t, pgstore.New(pool, schema).WithTx(wrap(tx)))
		require.NoError(t, tx.Rollback())
		require.Empty(t, names(t, pool, schema), name)
	}
	conn, err := pool.Conn(t.Context())
	require.NoError(t, err)
	besides(t, pgstore.New(pool, schema).WithTx(conn))
	require.NoError(t, conn.Close())
	require.Equal(t, []string{"a", "b", "it's", "d"}, names(t, pool, schema))
}

// besides adds four things.
func besides(t *testing.T, h pgstore.Handle) {
	t.Helper()
	var one, two pgstore.Beside
	_, err := h.ExecWith(t.Context(), &one, "INSERT INTO ? VALUES (?)", h.Table("thing"), one.List(1, "a"))
	require.NoError(t, err)
	var id int
	require.NoError(t, h.ScanWith(t.Context(), &two, &id, "INSERT INTO ? VALUES (?) RETURNING id", h.Table("thing"), two.List(2, "b")))
	require.Equal(t, 2, id)
	rows := pgstore.NewUnnest("int", "text")
	rows.Add(3, "it's")
	rows.Add(4, "d")
	var three pgstore.Beside
	n, err := h.ExecWith(t.Context(), &three, "INSERT INTO ? SELECT * FROM ?", h.Table("thing"), three.Rows(rows))
	require.NoError(t, err)
	require.EqualValues(t, 2, n)
}

func TestTx(t *testing.T) {
	pool, schema := things(t)
	h := pgstore.New(pool, schema)
	require.Nil(t, h.Tx(), "on the pool")
	ours, err := pool.BeginTx(t.Context(), nil)
	require.NoError(t, err)
	require.Same(t, ours.Tx, h.WithTx(ours).Tx())
	require.Same(t, ours.Tx, h.WithTx(&ours).Tx())
	require.NoError(t, ours.Rollback())
	theirs, err := pool.DB.BeginTx(t.Context(), nil)
	require.NoError(t, err)
	require.Same(t, theirs, h.WithTx(theirs).Tx())
	require.NoError(t, theirs.Rollback())
}

func TestAtomicOnThePool(t *testing.T) {
	pool, schema := things(t)
	h := pgstore.New(pool, schema)
	refused := errors.New("refused")

	require.NoError(t, h.Atomic(t.Context(), func(h pgstore.Handle) error {
		return errors.Join(insert(t.Context(), h, 1, "one"), insert(t.Context(), h, 2, "two"))
	}))
	err := h.Atomic(t.Context(), func(h pgstore.Handle) error {
		return errors.Join(insert(t.Context(), h, 3, "three"), refused)
	})
	require.ErrorIs(t, err, refused)
	require.Panics(t, func() {
		_ = h.Atomic(t.Context(), func(h pgstore.Handle) error {
			require.NoError(t, insert(t.Context(), h, 3, "three"))
			panic("on purpose")
		})
	})
	require.Equal(t, []string{"one", "two"}, names(t, pool, schema))
	require.Zero(t, pool.Stats().InUse, "a connection was not given back")
}

func TestAtomicRunsAgain(t *testing.T) {
	for _, state := range []string{"40001", "40P01"} {
		t.Run(state, func(t *testing.T) {
			pool, schema := things(t)
			runs := 0
			err := pgstore.New(pool, schema).Atomic(t.Context(), func(h pgstore.Handle) error {
				runs++
				if err := insert(t.Context(), h, runs, "run"); err != nil || runs == 3 {
					return err
				}
				return pgstore.Wrap("thing", fail(t.Context(), h, state))
			})
			require.NoError(t, err)
			require.Equal(t, 3, runs)
			require.Equal(t, []string{"run"}, names(t, pool, schema), "an undone run left something")
		})
	}
}

func TestAtomicGivesUp(t *testing.T) {
	pool, schema := things(t)
	h := pgstore.New(pool, schema)
	count := func(ctx context.Context, h pgstore.Handle, state string, after func()) (runs int, err error) {
		err = h.Atomic(ctx, func(h pgstore.Handle) error {
			runs++
			defer after()
			return fail(t.Context(), h, state)
		})
		return runs, err
	}

	runs, err := count(t.Context(), h, "40001", func() {})
	require.Equal(t, "40001", pgstore.State(err))
	require.Equal(t, 10, runs)

	runs, err = count(t.Context(), h, "23505", func() {})
	require.True(t, pgstore.Duplicate(err))
	require.Equal(t, 1, runs, "an error that will come again was tried again")

	ctx, cancel := context.WithCancel(t.Context())
	runs, err = count(ctx, h, "40001", cancel)
	require.Error(t, err)
	require.LessOrEqual(t, runs, 2)

	tx, err := pool.BeginTx(t.Context(), nil)
	require.NoError(t, err)
	runs, err = count(t.Context(), h.WithTx(tx), "40001", func() {})
	require.True(t, pgstore.Retryable(err))
	require.Equal(t, 1, runs, "a caller's transaction cannot be repeated in part")
	require.NoError(t, tx.Rollback())
}

func TestSavepoint(t *testing.T) {
	refused := errors.New("refused")
	for name, bad := range map[string]func(context.Context, pgstore.Handle) error{
		"refused":     func(context.Context, pgstore.Handle) error { return refused },
		"by Postgres": func(ctx context.Context, h pgstore.Handle) error { return insert(ctx, h, 1, "again") },
		"nested": func(ctx context.Context, h pgstore.Handle) error {
			err := h.Atomic(ctx, func(h pgstore.Handle) error { return insert(ctx, h, 1, "again") })
			return errors.Join(err, insert(ctx, h, 4, "undone"))
		},
	} {
		t.Run(name, func(t *testing.T) {
			pool, schema := things(t)
			tx, err := pool.BeginTx(t.Context(), nil)
			require.NoError(t, err)
			h := pgstore.New(pool, schema).WithTx(tx)
			require.NoError(t, insert(t.Context(), h, 1, "before"))

			require.NoError(t, h.Atomic(t.Context(), func(h pgstore.Handle) error { return insert(t.Context(), h, 2, "kept") }))
			require.Error(t, h.Atomic(t.Context(), func(h pgstore.Handle) error {
				return errors.Join(insert(t.Context(), h, 3, "undone"), bad(t.Context(), h))
			}))

			require.NoError(t, insert(t.Context(), h, 5, "after"), "the caller's transaction cannot go on")
			require.NoError(t, tx.Commit())
			require.Equal(t, []string{"before", "kept", "after"}, names(t, pool, schema))
		})
	}
}

// A deadline of one call is not the end of the caller's transaction, which must not keep half of that call.
func TestSavepointAfterTheContextEnded(t *testing.T) {
	pool, schema := things(t)
	tx, err := pool.BeginTx(t.Context(), nil)
	require.NoError(t, err)
	h := pgstore.New(pool, schema).WithTx(tx)

	ctx, cancel := context.WithCancel(t.Context())
	err = h.Atomic(ctx, func(h pgstore.Handle) error {
		require.NoError(t, insert(ctx, h, 1, "half"))
		cancel()
		return insert(ctx, h, 2, "never")
	})
	require.ErrorIs(t, err, context.Canceled)

	require.NoError(t, insert(t.Context(), h, 3, "after"))
	require.NoError(t, tx.Commit())
	require.Equal(t, []string{"after"}, names(t, pool, schema))
}

func TestWrapSaysNoValue(t *testing.T) {
	const secret = "555-0123"
	pool, schema := things(t)
	h := pgstore.New(pool, schema)
	require.NoError(t, insert(t.Context(), h, 1, secret))

	_, conversion := h.Exec(t.Context(), "SELECT ?::int", secret)
	for name, c := range map[string]struct {
		err   error
		state string
	}{
		"duplicate":  {insert(t.Context(), h, 1, secret), "23505"},
		"conversion": {conversion, "22P02"},
	} {
		t.Run(name, func(t *testing.T) {
			err := pgstore.Wrap("things: add", c.err)
			require.EqualError(t, err, "things: add: postgres answered SQLSTATE "+c.state)
			for ; err != nil; err = errors.Unwrap(err) {
				require.NotContains(t, err.Error(), secret)
			}
			require.Equal(t, c.state, pgstore.State(pgstore.Wrap("outer", pgstore.Wrap("inner", c.err))))
		})
	}
	require.True(t, pgstore.Duplicate(pgstore.Wrap("things: add", insert(t.Context(), h, 1, secret))))
}

// A vendor who has forgotten a grant, or a migration, is told which table it is about.
func TestWrapSaysWhatIsMissing(t *testing.T) {
	database := pgtest.New(t)
	_, err := database.Pool(1).ExecContext(t.Context(), "CREATE TABLE "+database.Schema()+".thing (id int PRIMARY KEY, name text NOT NULL)")
	require.NoError(t, err)
	h := pgstore.New(database.Restricted("SELECT ON thing").Pool(1), database.Schema())
	_, column := h.Exec(t.Context(), "SELECT colour FROM ?", h.Table("thing"))
	_, table := h.Exec(t.Context(), "SELECT FROM ?", h.Table("other"))
	for want, err := range map[string]error{
		"ERROR: permission denied for table thing (SQLSTATE 42501)":                         insert(t.Context(), h, 1, "red"),
		`ERROR: column "colour" does not exist (SQLSTATE 42703)`:                            column,
		`ERROR: relation "` + database.Schema() + `.other" does not exist (SQLSTATE 42P01)`: table,
	} {
		require.EqualError(t, pgstore.Wrap("outer", pgstore.Wrap("inner", err)), "outer: postgres answered "+want)
	}
}

func TestWrapKeepsWhatIsNotPostgres(t *testing.T) {
	require.NoError(t, pgstore.Wrap("things: add", nil))
	err := pgstore.Wrap("things: add", context.Canceled)
	require.ErrorIs(t, err, context.Canceled)
	require.EqualError(t, err, "things: add: context canceled")
	require.Empty(t, pgstore.State(err))
}

func TestMissing(t *testing.T) {
	pool, schema := things(t)
	h := pgstore.New(pool, schema)
	absent := errors.New("absent")
	var got thing
	err := pgstore.Missing(h.Select("thing", &got).Where("id = 1").Scan(t.Context()), absent)
	require.ErrorIs(t, err, absent)
	require.NotErrorIs(t, err, sql.ErrNoRows)
	require.NoError(t, pgstore.Missing(nil, absent))
	require.ErrorIs(t, pgstore.Missing(context.Canceled, absent), context.Canceled)
}
