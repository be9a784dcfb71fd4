package pgtest_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/uptrace/bun"

	"github.com/enamel-go/enamel/internal/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

func TestNew(t *testing.T) {
	one, two := pgtest.New(t), pgtest.New(t)
	require.NotEqual(t, one.Schema(), two.Schema())

	pool := one.Pool(2)
	for _, schema := range []string{one.Schema(), two.Schema()} {
		_, err := pool.ExecContext(t.Context(), "CREATE TABLE "+schema+".thing (id int)")
		require.NoError(t, err)
	}
}

func TestNewDropsItsSchema(t *testing.T) {
	var schema string
	t.Run("made", func(t *testing.T) {
		d := pgtest.New(t)
		schema = d.Schema()
		_, err := d.Pool(1).ExecContext(t.Context(), "CREATE TABLE "+schema+".thing (id int)")
		require.NoError(t, err)
	})
	var there bool
	err := pgtest.New(t).Pool(1).NewRaw("SELECT to_regnamespace(?) IS NOT NULL", schema).Scan(t.Context(), &there)
	require.NoError(t, err)
	require.False(t, there, "the schema outlived its test")
}

var things = pgtest.NewLayout(func(ctx context.Context, db *bun.DB, schema string) error {
	_, err := db.ExecContext(ctx, strings.ReplaceAll(`
		CREATE TABLE {s}.thing (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, of int);
		CREATE TRIGGER same BEFORE UPDATE ON {s}.thing FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()`, "{s}", schema))
	return err
})

// use has a test write into the one table of things, which has to be empty, and do something else; it returns its schema.
func use(t *testing.T, statement string) (schema string) {
	t.Run("a test", func(t *testing.T) {
		d := things.New(t)
		schema = d.Schema()
		db := d.Pool(1)
		var ids []int
		require.NoError(t, db.NewRaw("INSERT INTO "+schema+".thing (of) VALUES (1), (2) RETURNING id").Scan(t.Context(), &ids))
		require.Equal(t, []int{1, 2}, ids, "it sees that there was a test before")
		var n int
		require.NoError(t, db.NewRaw("SELECT count(*) FROM "+schema+".thing").Scan(t.Context(), &n))
		require.Equal(t, 2, n, "it sees what the test before has written")
		_, err := db.ExecContext(t.Context(), strings.ReplaceAll(statement, "{s}", schema))
		require.NoError(t, err)
	})
	return schema
}

func TestLayout(t *testing.T) {
	first := use(t, "UPDATE {s}.thing SET of = 3")
	require.Equal(t, first, use(t, "ANALYZE {s}.thing"))
	require.Equal(t, first, use(t, ""), "the tables are made again for nothing")
	require.NotEqual(t, things.New(t).Schema(), things.New(t).Schema(), "two tests at a time share a schema")
}

func TestLayoutThatATestHasChanged(t *testing.T) {
	for _, statement := range []string{
		"DROP TABLE {s}.thing", "CREATE TABLE {s}.other ()", "CREATE INDEX ON {s}.thing (of)", "ALTER TABLE {s}.thing ADD CHECK (of > 0)",
		"ALTER TABLE {s}.thing ALTER COLUMN of SET NOT NULL", "ALTER TABLE {s}.thing ALTER COLUMN of SET DEFAULT 7",
		"ALTER TABLE {s}.thing DISABLE TRIGGER same", "ALTER TABLE {s}.thing ENABLE ROW LEVEL SECURITY",
		"CREATE POLICY p ON {s}.thing", "GRANT SELECT ON {s}.thing TO PUBLIC", "GRANT USAGE ON SCHEMA {s} TO PUBLIC",
		"CREATE FUNCTION {s}.f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
	} {
		require.NotEqual(t, use(t, statement), use(t, ""), "%s: the next test gets what came of it", statement)
	}
}

// The measure of the pool's mode: a statement leaves nothing prepared on its connection.
func TestPoolLeavesNothingPrepared(t *testing.T) {
	pool := pgtest.New(t).Pool(1)
	var prepared int
	require.NoError(t, pool.NewRaw("SELECT count(*) FROM pg_prepared_statements WHERE ? = 1", 1).Scan(t.Context(), &prepared))
	require.Zero(t, prepared)
}

func TestHeard(t *testing.T) {
	var heard []string
	pool := pgtest.New(t).Heard(func(statement string) { heard = append(heard, statement) })
	prepared, err := pool.DB.PrepareContext(t.Context(), "SELECT 1")
	require.NoError(t, err)
	_, err = prepared.ExecContext(t.Context())
	require.NoError(t, err)
	require.NoError(t, prepared.Close())
	_, err = pool.ExecContext(t.Context(), "SELECT 2")
	require.NoError(t, err)
	require.Equal(t, []string{"SELECT 1", "SELECT 2"}, heard)
}

func TestServer(t *testing.T) {
	for name, restart := range map[string]func(*pgtest.Server){
		"restart": (*pgtest.Server).Restart,
		"crash":   (*pgtest.Server).Crash,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := pgtest.Start(t)
			database := server.New()
			pool := database.Pool(2)
			_, err := pool.ExecContext(t.Context(), "CREATE TABLE "+database.Schema()+".thing AS SELECT 7 AS id")
			require.NoError(t, err)
			before := server.DSN()
			tx, err := pool.Begin()
			require.NoError(t, err)

			restart(server)

			require.Equal(t, before, server.DSN())
			require.Error(t, tx.Commit(), "a connection outlived the server")
			var id int
			require.Eventually(t, func() bool {
				return pool.NewRaw("SELECT id FROM "+database.Schema()+".thing").Scan(t.Context(), &id) == nil
			}, 10*time.Second, 10*time.Millisecond)
			require.Equal(t, 7, id)
		})
	}
}

// endings are the ways a test process can end without the chance to tidy up. Each is carried out by a copy of this
// test binary that has a private server running.
var endings = map[string]func(){
	"panic": func() { panic("on purpose") },
	"kill":  func() { p, _ := os.FindProcess(os.Getpid()); _ = p.Kill(); select {} },
}

func TestNothingIsLeftBehind(t *testing.T) {
	if ending, ok := endings[os.Getenv("PGTEST_ENDING")]; ok {
		pgtest.Start(t)
		fmt.Println("a server runs")
		ending()
	}
	for name := range endings {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir, err := os.MkdirTemp("", "ending-") // not t.TempDir, whose parent only its owner can enter
			require.NoError(t, err)
			t.Cleanup(func() { require.NoError(t, os.RemoveAll(dir)) })
			require.NoError(t, os.Chmod(dir, 0o777))
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()

			child := exec.CommandContext(ctx, os.Args[0], "-test.v", "-test.run=^TestNothingIsLeftBehind$")
			child.Env = append(os.Environ(), "PGTEST_ENDING="+name, "TMPDIR="+dir)
			said, err := child.CombinedOutput()
			if err == nil && strings.Contains(string(said), "--- SKIP") {
				t.Skip("no server is installed")
			}
			require.Error(t, err, "the child did not end as it was told to")
			require.Contains(t, string(said), "a server runs")

			require.Eventually(t, func() bool {
				left, err := filepath.Glob(filepath.Join(dir, "*"))
				return err == nil && len(left) == 0
			}, 30*time.Second, 20*time.Millisecond)
		})
	}
}
