package smspg_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/uptrace/bun"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/audit/auditpg"
	"github.com/enamel-go/enamel/crypto"
	"github.com/enamel-go/enamel/crypto/cryptomem"
	"github.com/enamel-go/enamel/crypto/cryptopg"
	"github.com/enamel-go/enamel/internal/pgtest"
	"github.com/enamel-go/enamel/sms"
	"github.com/enamel-go/enamel/sms/smspg"
	"github.com/enamel-go/enamel/sms/smstest"
)

var (
	_ sms.Store  = (*smspg.Store)(nil)
	_ sms.Queue  = (*smspg.Queue)(nil)
	_ sms.Router = (*smspg.Queue)(nil)
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// clinic is a migrated schema with a store and a queue on one pool.
type clinic struct {
	*pgtest.Database
	db      *bun.DB
	keys    *crypto.Keyring
	options *smspg.Options
	store   *smspg.Store
	queue   *smspg.Queue
	entries *auditpg.Store
}

// layout is the tables of a clinic.
var layout = pgtest.NewLayout(func(ctx context.Context, db *bun.DB, schema string) error {
	return errors.Join(
		cryptopg.Migrate(ctx, db, &cryptopg.Options{Schema: schema}),
		auditpg.Migrate(ctx, db, &auditpg.Options{Schema: schema}),
		smspg.Migrate(ctx, db, &smspg.Options{Schema: schema}),
	)
})

func open(t testing.TB, connections int) *clinic {
	t.Helper()
	database := layout.New(t)
	c := &clinic{Database: database, db: database.Pool(connections), options: &smspg.Options{Schema: database.Schema()}}
	keys, err := crypto.NewKeyring(cryptomem.New(), crypto.NewEphemeral(), nil)
	require.NoError(t, err)
	c.keys = keys
	c.store, c.queue = smspg.New(c.db, keys, c.options), smspg.NewQueue(c.db, keys, c.options)
	c.entries = auditpg.New(c.db, &auditpg.Options{Schema: database.Schema()})
	return c
}

// as returns the clinic as a role on one connection works in it that has the named rights, and no other. That it reads the log
// is for the suites.
func (c *clinic) as(rights ...string) *clinic {
	role := *c
	role.Database = c.Restricted(append(rights, "SELECT, INSERT ON audit_entry")...)
	role.db = role.Pool(1)
	role.entries = auditpg.New(role.db, &auditpg.Options{Schema: c.Schema()})
	return &role
}

func (c *clinic) empty(t require.TestingT) {
	for _, table := range []string{"sms_text", "sms_queue", "sms_decision", "sms_received", "sms_content", "sms_task", "sms_text_task", "sms_sender", "audit_entry"} {
		_, err := c.db.ExecContext(context.Background(), "DELETE FROM "+c.Schema()+"."+table)
		require.NoError(t, err)
	}
}

func TestStore(t *testing.T) {
	c := open(t, 8)
	for _, s := range append(smstest.Cases(), smstest.QueueCases()...) {
		t.Run(s.Name, func(t *testing.T) {
			c.empty(t)
			err := s.Check(t.Context(), smstest.Harness{Store: c.store, Queue: c.queue, Router: c.queue, Entries: c.entries})
			require.NoError(t, err)
		})
	}
}

// One connection is in the caller's transaction. The keys have a pool of their own; whatever else left the transaction
// would wait for a second connection for ever, and fail by its deadline.
func TestStoreInACallersTransaction(t *testing.T) {
	c := open(t, 1)
	own := c.Pool(2)
	keys, err := crypto.NewKeyring(cryptopg.New(own, &cryptopg.Options{Schema: c.Schema()}), crypto.NewEphemeral(), nil)
	require.NoError(t, err)
	for _, s := range smstest.Cases() {
		t.Run(s.Name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			tx, err := c.db.BeginTx(ctx, nil)
			require.NoError(t, err)
			defer tx.Rollback() //nolint:errcheck // a refused entry has ended it already
			require.NoError(t, s.Check(ctx, smstest.Harness{
				Store: smspg.New(c.db, keys, c.options).WithTx(tx), Router: smspg.NewQueue(own, keys, c.options),
				Entries: c.entries.WithTx(tx), OneConnection: true,
			}))
		})
	}
	page, err := c.entries.Leaves(t.Context(), audit.Query{Practice: "elm-street"})
	require.NoError(t, err)
	require.Empty(t, page.Leaves, "something was written outside the caller's transaction")
}

// A queue whose pool has one connection must not wait for a second while it works. The application and the worker have the
// rights that the documentation names, and no other.
func TestQueueNeedsOneConnection(t *testing.T) {
	c := open(t, 1)
	app := c.as(
		"SELECT, INSERT ON sms_text", "SELECT, INSERT ON sms_decision", "SELECT, INSERT ON sms_received", "SELECT, INSERT ON sms_text_task",
		"SELECT, INSERT, UPDATE ON sms_queue", "SELECT, INSERT, UPDATE ON sms_sender",
		"SELECT, INSERT, UPDATE ON sms_content", "SELECT, INSERT, UPDATE ON sms_task",
	)
	worker := c.as(
		"SELECT, INSERT ON sms_text", "SELECT, INSERT ON sms_decision", "SELECT, INSERT, UPDATE ON sms_queue",
		"SELECT, INSERT, UPDATE ON sms_allowance", "SELECT ON sms_sender", "SELECT, INSERT, UPDATE ON crypto_key",
	)
	keys, err := crypto.NewKeyring(cryptopg.New(worker.db, &cryptopg.Options{Schema: c.Schema()}), crypto.NewEphemeral(), nil)
	require.NoError(t, err)
	store, queue := smspg.New(app.db, keys, c.options), smspg.NewQueue(worker.db, keys, c.options)
	for _, s := range append(smstest.Cases(), smstest.QueueCases()...) {
		t.Run(s.Name, func(t *testing.T) {
			c.empty(t)
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			require.NoError(t, s.Check(ctx, smstest.Harness{Store: store, Queue: queue, Router: queue, Entries: app.entries}))
		})
	}
}
