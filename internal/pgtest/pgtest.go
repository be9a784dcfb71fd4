package pgtest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

	"github.com/enamel-go/enamel/internal/pgtest/cluster"
)

// shared is the test process's one server. It is package-level because all tests of a process share it.
var shared struct {
	sync.Mutex
	dsn     string
	cluster *cluster.Cluster
	err     error
	layouts []*Layout
}

// Main runs the tests of a package, removes the private server if one was started, and exits.
func Main(m *testing.M) {
	code := m.Run()
	if err := stop(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = max(code, 1)
	}
	os.Exit(code)
}

func stop() error {
	shared.Lock()
	defer shared.Unlock()
	if shared.cluster != nil {
		return shared.cluster.Stop()
	}
	if shared.dsn == "" {
		return nil
	}
	return dropAll(shared.dsn)
}

// address returns the shared server's, and starts a private one for the first caller if it has to. A start that failed
// is not tried again.
func address() (string, error) {
	shared.Lock()
	defer shared.Unlock()
	if shared.dsn == "" && shared.err == nil {
		shared.dsn = os.Getenv("TEST_DATABASE_URL")
		if shared.dsn == "" {
			shared.cluster, shared.err = cluster.Start()
		}
		if shared.cluster != nil {
			shared.dsn = shared.cluster.DSN()
		}
	}
	return shared.dsn, shared.err
}

// need ends the test when err says that it cannot have a server.
func need(t testing.TB, err error) {
	t.Helper()
	switch {
	case err == nil:
	case errors.Is(err, cluster.ErrNotInstalled) && os.Getenv("REQUIRE_POSTGRES") != "1":
		t.Skipf("%v; name a server in TEST_DATABASE_URL", err)
	default:
		t.Fatal(err)
	}
}

// Database is a schema on a server, for one test.
type Database struct {
	t      testing.TB
	dsn    string
	schema string
	role   string // that pools work as; empty: the test's user
}

// New returns a new schema on the shared server. It is dropped when the test ends.
func New(t testing.TB) *Database {
	t.Helper()
	dsn, err := address()
	need(t, err)
	return open(t, dsn)
}

func open(t testing.TB, dsn string) *Database {
	t.Helper()
	d := &Database{t: t, dsn: dsn, schema: unique()}
	d.admin("CREATE SCHEMA " + d.schema)
	t.Cleanup(func() {
		// A connection that a test forgot to close holds locks; say so instead of waiting for it for ever.
		d.admin("SET lock_timeout = '20s'; SET client_min_messages = error; DROP SCHEMA " + d.schema + " CASCADE")
	})
	return d
}

// unique returns a name that nothing on the server has.
func unique() string { return "t_" + strings.ToLower(rand.Text()) }

// Schema returns the schema's name: lower-case letters and digits that need no quotes.
func (d *Database) Schema() string { return d.schema }

// DSN returns the server's address. It does not name the schema.
func (d *Database) DSN() string { return d.dsn }

// Pool opens a pool of at most maxConns connections, set up as Enamel advises: pgx in its exec mode, which sends a
// statement in one round trip and leaves no prepared statement behind. It is closed when the test ends.
func (d *Database) Pool(maxConns int) *bun.DB {
	d.t.Helper()
	return d.pool(maxConns, nil)
}

// Restricted returns the same schema for a new role, as which its pools work: one that has the right to use the schema and
// the rights that are named, such as "SELECT, INSERT ON consent_fact", and no other. Where the test's user may not make
// roles it returns d.
func (d *Database) Restricted(rights ...string) *Database {
	d.t.Helper()
	role := unique()
	err := execute(d.dsn, "CREATE ROLE "+role)
	var refused interface{ SQLState() string }
	if errors.As(err, &refused) && refused.SQLState() == "42501" {
		return d
	}
	if err != nil {
		d.t.Fatal(err)
	}
	d.t.Cleanup(func() { d.admin("DROP OWNED BY " + role + "; DROP ROLE " + role) })
	d.admin("GRANT USAGE ON SCHEMA " + d.schema + " TO " + role)
	for _, right := range rights {
		on := strings.Index(right, " ON ") + len(" ON ")
		d.admin("GRANT " + right[:on] + d.schema + "." + right[on:] + " TO " + role)
	}
	return &Database{t: d.t, dsn: d.dsn, schema: d.schema, role: role}
}

// Heard is Pool of one connection whose statements are told to hear, as they are sent; bun's hooks do not hear of those
// that are prepared.
func (d *Database) Heard(hear func(statement string)) *bun.DB {
	d.t.Helper()
	return d.pool(1, listener(hear))
}

// listener is a tracer of pgx.
type listener func(statement string)

// TraceQueryStart implements [pgx.QueryTracer].
func (hear listener) TraceQueryStart(ctx context.Context, _ *pgx.Conn, sent pgx.TraceQueryStartData) context.Context {
	hear(sent.SQL)
	return ctx
}

// TraceQueryEnd implements [pgx.QueryTracer].
func (listener) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

func (d *Database) pool(maxConns int, tracer pgx.QueryTracer) *bun.DB {
	d.t.Helper()
	pool, err := connect(d.dsn, d.role, maxConns, tracer)
	if err != nil {
		d.t.Fatal(err)
	}
	d.t.Cleanup(func() {
		if err := pool.Close(); err != nil {
			d.t.Error(err)
		}
	})
	return pool
}

func connect(dsn, role string, maxConns int, tracer pgx.QueryTracer) (*bun.DB, error) {
	config, err := pgx.ParseConfig(dsn)
	if err != nil {
		return nil, err
	}
	if role != "" {
		config.RuntimeParams["role"] = role
	}
	config.Tracer = tracer
	config.DefaultQueryExecMode = pgx.QueryExecModeExec
	pool := stdlib.OpenDB(*config)
	pool.SetMaxOpenConns(maxConns)
	pool.SetMaxIdleConns(maxConns)
	return bun.NewDB(pool, pgdialect.New()), nil
}

// admin runs statements on a connection of their own, so that no pool of the test has to be big enough for it.
func (d *Database) admin(statements string) {
	d.t.Helper()
	if err := execute(d.dsn, statements); err != nil {
		d.t.Fatal(err)
	}
}

func execute(dsn, statements string) error {
	return on(dsn, func(ctx context.Context, conn *pgx.Conn) error {
		_, err := conn.Exec(ctx, statements)
		return err
	})
}

// on does something on a connection of its own.
func on(dsn string, do func(context.Context, *pgx.Conn) error) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return err
	}
	return errors.Join(do(ctx, conn), conn.Close(ctx))
}
