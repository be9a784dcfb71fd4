package migrate_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/uptrace/bun"

	"github.com/enamel-go/enamel/internal/migrate"
	"github.com/enamel-go/enamel/internal/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

const (
	first  = "20260101000000_first"
	second = "20260102000000_second"
	third  = "20260103000000_third"
)

// files makes a set's files from names and texts in turn.
func files(pairs ...string) fstest.MapFS {
	fs := fstest.MapFS{}
	for i := 0; i < len(pairs); i += 2 {
		fs["migrations/"+pairs[i]+".sql"] = &fstest.MapFile{Data: []byte(pairs[i+1])}
	}
	return fs
}

// colours is a set whose every file can run only once, with what might trip a reader of SQL.
func colours() migrate.Set {
	return migrate.Set{Name: "colours", Files: files(
		first, `CREATE TABLE {schema}.colour (name text); -- ?0 and $1 stay as they are`,
		second, `INSERT INTO {schema}.colour VALUES ('it''s ? ;'); INSERT INTO {schema}.colour VALUES ('red');`,
		third, `DO $$ BEGIN INSERT INTO {schema}.colour VALUES ('blue'); END $$;`,
	)}
}

// applied returns the names of the files that were applied.
func applied(t *testing.T, pool *bun.DB, schema string, set migrate.Set) []string {
	t.Helper()
	states, err := migrate.Status(t.Context(), pool, schema, set)
	require.NoError(t, err)
	names := []string{}
	for _, s := range states {
		if !s.Applied.IsZero() {
			names = append(names, s.Name)
		}
	}
	return names
}

func count(t *testing.T, pool *bun.DB, schema string) (n int) {
	t.Helper()
	require.NoError(t, pool.NewRaw("SELECT count(*) FROM ?.colour", bun.Ident(schema)).Scan(t.Context(), &n))
	return n
}

func TestUp(t *testing.T) {
	database := pgtest.New(t)
	pool := database.Pool(1)
	schema, set := database.Schema(), colours()

	require.Empty(t, applied(t, pool, schema, set))
	require.NoError(t, migrate.Up(t.Context(), pool, schema, set))
	require.Equal(t, []string{"first", "second", "third"}, applied(t, pool, schema, set))
	require.Equal(t, 3, count(t, pool, schema))

	require.NoError(t, migrate.Up(t.Context(), pool, schema, set), "the second time")
	require.Equal(t, 3, count(t, pool, schema))

	states, err := migrate.Status(t.Context(), pool, schema, set)
	require.NoError(t, err)
	require.Equal(t, "20260101000000", states[0].Version)
	require.Equal(t, time.UTC, states[0].Applied.Location())
	require.WithinDuration(t, time.Now(), states[0].Applied, time.Hour)
}

// A lock that outlived its transaction would stay with the connection, which a pooler then lends to somebody else.
func TestUpLeavesNoLock(t *testing.T) {
	database := pgtest.New(t)
	pool := database.Pool(1)
	require.NoError(t, migrate.Up(t.Context(), pool, database.Schema(), colours()))

	var locks int
	err := pool.NewRaw("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()").
		Scan(t.Context(), &locks)
	require.NoError(t, err)
	require.Zero(t, locks)
}

func TestUpMakesTheSchema(t *testing.T) {
	database := pgtest.New(t)
	pool := database.Pool(1)
	schema := "New-" + database.Schema() // needs its quotes
	t.Cleanup(func() {
		_, err := pool.NewRaw("DROP SCHEMA ? CASCADE", bun.Ident(schema)).Exec(context.WithoutCancel(t.Context()))
		require.NoError(t, err)
	})
	require.NoError(t, migrate.Up(t.Context(), pool, schema, colours()))
	require.Equal(t, 3, count(t, pool, schema))
}

func TestSetsShareASchema(t *testing.T) {
	database := pgtest.New(t)
	pool := database.Pool(1)
	other := migrate.Set{Name: "other", Files: files(first, "CREATE TABLE {schema}.other ()")}

	require.NoError(t, migrate.Up(t.Context(), pool, database.Schema(), colours()))
	require.NoError(t, migrate.Up(t.Context(), pool, database.Schema(), other))
	require.Len(t, applied(t, pool, database.Schema(), colours()), 3)
	require.Len(t, applied(t, pool, database.Schema(), other), 1)
}

// Three runs meet in the first file: one is held up inside it, and the others must find it applied when they get on,
// whatever isolation level the database has as its default.
func TestUpAtOnceAppliesOnce(t *testing.T) {
	for _, isolation := range []string{"read committed", "serializable"} {
		t.Run(isolation, func(t *testing.T) {
			database := pgtest.New(t)
			pool := database.Pool(2)
			set := colours()
			gate := "hashtext('" + database.Schema() + "')"
			set.Files.(fstest.MapFS)["migrations/20260100000000_gate.sql"] = &fstest.MapFile{
				Data: []byte("SELECT pg_advisory_xact_lock(" + gate + "); CREATE TABLE {schema}.once ()"),
			}
			require.NoError(t, migrate.Up(t.Context(), pool, database.Schema(), migrate.Set{Name: "none", Files: files(first, "")}))

			closed, err := pool.BeginTx(t.Context(), nil)
			require.NoError(t, err)
			_, err = closed.ExecContext(t.Context(), "SELECT pg_advisory_xact_lock("+gate+")")
			require.NoError(t, err)

			name := "runs_" + database.Schema()
			var group sync.WaitGroup
			errs := make([]error, 3)
			for i := range errs {
				run := database.Pool(1)
				_, err := run.ExecContext(t.Context(), "SET default_transaction_isolation = '"+isolation+"'; "+
					"SET application_name = '"+name+"'")
				require.NoError(t, err)
				group.Go(func() { errs[i] = migrate.Up(t.Context(), run, database.Schema(), set) })
			}
			require.Eventually(t, func() bool {
				var waiting int
				err := pool.NewRaw("SELECT count(*) FROM pg_stat_activity WHERE application_name = ? AND wait_event = 'advisory'",
					name).Scan(t.Context(), &waiting)
				return err == nil && waiting == len(errs)
			}, 20*time.Second, 10*time.Millisecond)
			require.NoError(t, closed.Rollback())

			group.Wait()
			require.NoError(t, errors.Join(errs...))
			require.Equal(t, 3, count(t, pool, database.Schema()))
		})
	}
}

// A new database, where the schema and the table themselves are missing.
func TestUpAtOnceOnNothing(t *testing.T) {
	database := pgtest.New(t)
	var group sync.WaitGroup
	errs := make([]error, 3)
	for i := range errs {
		pool := database.Pool(1)
		group.Go(func() { errs[i] = migrate.Up(t.Context(), pool, database.Schema(), colours()) })
	}
	group.Wait()
	require.NoError(t, errors.Join(errs...))
	require.Equal(t, 3, count(t, database.Pool(1), database.Schema()))
}

// The server ends the connection in the middle of the second file, as it would when the program is killed there.
func TestKilledInTheMiddle(t *testing.T) {
	database := pgtest.New(t)
	schema := database.Schema()
	pool := database.Pool(2)
	set := colours()
	killing := migrate.Set{Name: set.Name, Files: files(
		first, string(set.Files.(fstest.MapFS)["migrations/"+first+".sql"].Data),
		second, "INSERT INTO {schema}.colour VALUES ('half'); SELECT pg_terminate_backend(pg_backend_pid());",
		third, "SELECT 1",
	)}

	require.Error(t, migrate.Up(t.Context(), pool, schema, killing))
	require.Equal(t, []string{"first"}, applied(t, pool, schema, set))
	require.Zero(t, count(t, pool, schema), "half a file was kept")

	require.NoError(t, migrate.Up(t.Context(), pool, schema, set))
	require.Equal(t, []string{"first", "second", "third"}, applied(t, pool, schema, set))
	require.Equal(t, 3, count(t, pool, schema))
}

func TestChangedFile(t *testing.T) {
	database := pgtest.New(t)
	pool := database.Pool(1)
	set := colours()
	require.NoError(t, migrate.Up(t.Context(), pool, database.Schema(), set))

	set.Files.(fstest.MapFS)["migrations/"+second+".sql"].Data = []byte("SELECT 1")
	require.ErrorContains(t, migrate.Up(t.Context(), pool, database.Schema(), set), "20260102000000_second was changed")
	_, err := migrate.Status(t.Context(), pool, database.Schema(), set)
	require.ErrorContains(t, err, "20260102000000_second was changed")
}

// An older release runs beside a newer one while the two are exchanged.
func TestUnknownRowIsLeftAlone(t *testing.T) {
	database := pgtest.New(t)
	pool := database.Pool(1)
	newer, older := colours(), colours()
	delete(older.Files.(fstest.MapFS), "migrations/"+third+".sql")

	require.NoError(t, migrate.Up(t.Context(), pool, database.Schema(), newer))
	require.NoError(t, migrate.Up(t.Context(), pool, database.Schema(), older))
	require.Len(t, applied(t, pool, database.Schema(), newer), 3)
}

// An application's own role may use the schema and nothing more; it still may ask whether all is applied.
func TestWithoutTheRightToCreate(t *testing.T) {
	database := pgtest.New(t)
	pool := database.Pool(1)
	schema := bun.Ident(database.Schema())
	role := bun.Ident("role_" + database.Schema())
	require.NoError(t, migrate.Up(t.Context(), pool, database.Schema(), colours()))

	tx, err := pool.BeginTx(t.Context(), nil)
	require.NoError(t, err)
	_, err = tx.NewRaw("CREATE ROLE ?; GRANT USAGE ON SCHEMA ? TO ?; GRANT SELECT ON ?.enamel_migration TO ?",
		role, schema, role, schema, role).Exec(t.Context())
	require.NoError(t, err)
	require.NoError(t, tx.Commit())
	t.Cleanup(func() {
		_, err := pool.NewRaw("RESET ROLE; DROP OWNED BY ?; DROP ROLE ?", role, role).Exec(context.WithoutCancel(t.Context()))
		require.NoError(t, err)
	})
	_, err = pool.NewRaw("SET ROLE ?", role).Exec(t.Context())
	require.NoError(t, err)

	require.Len(t, applied(t, pool, database.Schema(), colours()), 3)
	require.NoError(t, migrate.Up(t.Context(), pool, database.Schema(), colours()))
}

func TestSQL(t *testing.T) {
	database := pgtest.New(t)
	pool := database.Pool(1)
	text, err := migrate.SQL(database.Schema(), colours())
	require.NoError(t, err)

	_, err = pool.DB.ExecContext(t.Context(), text)
	require.NoError(t, err)
	require.Equal(t, []string{"first", "second", "third"}, applied(t, pool, database.Schema(), colours()))
	require.NoError(t, migrate.Up(t.Context(), pool, database.Schema(), colours()), "after the plain SQL")
	require.Equal(t, 3, count(t, pool, database.Schema()))
}

// Where somebody else has made the schema, its owner may make tables in it and no schema beside it.
func TestSQLWithoutTheRightToMakeASchema(t *testing.T) {
	database := pgtest.New(t)
	_, err := database.Pool(1).ExecContext(t.Context(), "GRANT CREATE ON SCHEMA "+database.Schema()+" TO PUBLIC")
	require.NoError(t, err)
	role := database.Restricted().Pool(1)
	text, err := migrate.SQL(database.Schema(), colours())
	require.NoError(t, err)
	_, err = role.DB.ExecContext(t.Context(), text)
	require.NoError(t, err)
	require.Len(t, applied(t, role, database.Schema(), colours()), 3)
}

func TestRefusals(t *testing.T) {
	database := pgtest.New(t)
	pool := database.Pool(1)
	for name, c := range map[string]struct {
		schema string
		files  fstest.MapFS
		want   string
	}{
		"no folder":        {schema: "s", files: fstest.MapFS{}, want: "migrations"},
		"a file's name":    {schema: "s", files: files("0001_short", ""), want: "is not named"},
		"a version twice":  {schema: "s", files: files(first, "", "20260101000000_again", ""), want: "two files"},
		"no schema":        {schema: "", files: files(first, ""), want: "schema's name"},
		"a schema's quote": {schema: `a"b`, files: files(first, ""), want: "schema's name"},
		"a schema's dot":   {schema: "a.b", files: files(first, ""), want: "schema's name"},
		"a value":          {schema: database.Schema(), files: files(first, "SELECT 'secret'::int"), want: "SQLSTATE 22P02"},
	} {
		t.Run(name, func(t *testing.T) {
			err := migrate.Up(t.Context(), pool, c.schema, migrate.Set{Name: "bad", Files: c.files})
			require.ErrorContains(t, err, "migrate bad: ")
			require.ErrorContains(t, err, c.want)
			require.NotContains(t, err.Error(), "secret")
		})
	}
}
