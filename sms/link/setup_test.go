package link_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/uptrace/bun"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/audit/auditmem"
	"github.com/enamel-go/enamel/audit/auditpg"
	"github.com/enamel-go/enamel/crypto"
	"github.com/enamel-go/enamel/crypto/cryptomem"
	"github.com/enamel-go/enamel/internal/pgtest"
	"github.com/enamel-go/enamel/sms/link"
	"github.com/enamel-go/enamel/sms/smsmem"
	"github.com/enamel-go/enamel/sms/smspg"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

const practice = "elm-street"

var (
	noon     = time.Date(2026, time.November, 30, 18, 0, 0, 0, time.UTC)
	staff    = audit.Actor{Kind: audit.Staff, ID: "u-17"}
	worker   = audit.Actor{Kind: audit.System, ID: "links"}
	ana      = audit.Actor{Kind: audit.Patient, ID: "planted-ana"}
	stranger = audit.Actor{Kind: audit.Patient, ID: "planted-stranger"}
	parent   = audit.Actor{Kind: audit.Representative, ID: "planted-parent"}
	document = link.Resource{Kind: "document", ID: "planted-document"}
)

// clock is the time of a test.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// bench is a service with all that it stands on.
type bench struct {
	*link.Service
	clock   *clock
	store   link.Store
	log     *audit.Log
	entries audit.Store
	parents *parents
	db      *bun.DB // of a bench on Postgres
	bound   func(bun.Tx) link.Store
}

// parents vouches for one representative of one patient's, or fails.
type parents struct {
	of  string
	err error
}

func (p *parents) May(_ context.Context, in, patient string, by audit.Actor, r link.Resource) (bool, error) {
	return in == practice && patient == p.of && by == parent && r == document, p.err
}

func onMemory(t testing.TB) bench {
	t.Helper()
	entries := auditmem.New()
	return assemble(t, smsmem.NewLinks(entries), entries, keyring(t))
}

// layout is the tables of a bench on Postgres.
var layout = pgtest.NewLayout(func(ctx context.Context, db *bun.DB, schema string) error {
	return errors.Join(
		auditpg.Migrate(ctx, db, &auditpg.Options{Schema: schema}),
		smspg.Migrate(ctx, db, &smspg.Options{Schema: schema}),
	)
})

func onPostgres(t testing.TB) bench {
	t.Helper()
	d := layout.New(t)
	db := d.Pool(4)
	keys := keyring(t)
	entries := auditpg.New(d.Pool(2), &auditpg.Options{Schema: d.Schema()})
	store := smspg.NewLinks(db, keys, &smspg.Options{Schema: d.Schema()})
	b := assemble(t, store, entries, keys)
	b.db, b.bound = db, func(tx bun.Tx) link.Store { return store.WithTx(tx) }
	return b
}

func keyring(t testing.TB) *crypto.Keyring {
	t.Helper()
	keys, err := crypto.NewKeyring(cryptomem.New(), crypto.NewEphemeral(), nil)
	require.NoError(t, err)
	return keys
}

func assemble(t testing.TB, store link.Store, entries audit.Store, keys *crypto.Keyring) bench {
	t.Helper()
	c, p := &clock{at: noon}, &parents{}
	log, err := audit.NewLog(entries, keys, &audit.Options{Now: c.now})
	require.NoError(t, err)
	s, err := link.New(store, log, &link.Options{Now: c.now, Representatives: p})
	require.NoError(t, err)
	return bench{Service: s, clock: c, store: store, log: log, entries: entries, parents: p}
}

// onBoth runs a test on memory and on Postgres.
func onBoth(t *testing.T, test func(t *testing.T, open func(testing.TB) bench)) {
	t.Helper()
	t.Run("mem", func(t *testing.T) { test(t, onMemory) })
	t.Run("postgres", func(t *testing.T) { test(t, onPostgres) })
}

// command is a link for Ana to a document.
func command(id string) link.Link {
	return link.Link{ID: id, Practice: practice, Patient: ana.ID, Resource: document}
}

// issue issues a link for Ana to a document.
func (b bench) issue(t testing.TB, id string) string {
	t.Helper()
	token, err := b.Issue(t.Context(), staff, command(id))
	require.NoError(t, err)
	return token
}

// press presses the button.
func (b bench) press(t testing.TB, by audit.Actor, token string) (link.Resource, error) {
	t.Helper()
	return b.Open(t.Context(), by, link.Opening{Practice: practice, Token: token})
}

// shut checks that a press is refused, hands nothing out and is recorded.
func (b bench) shut(t testing.TB, by audit.Actor, token string, want error) {
	t.Helper()
	before := b.logged(t, "sms.link.open")
	r, err := b.press(t, by, token)
	require.ErrorIs(t, err, want)
	require.Zero(t, r)
	require.NotContains(t, err.Error(), "planted")
	added := slices.DeleteFunc(b.logged(t, "sms.link.open"), func(e audit.Entry) bool {
		return slices.ContainsFunc(before, func(old audit.Entry) bool { return old.ID == e.ID })
	})
	require.Len(t, added, 1)
	require.Equal(t, audit.Refused, added[0].Outcome)
	require.Equal(t, by, added[0].Actor)
	require.Equal(t, want.Error(), added[0].Reason)
	if want == link.ErrUnknown { //nolint:errorlint // the caller's own
		require.Empty(t, added[0].Patient)
	} else {
		require.Equal(t, ana.ID, added[0].Patient)
	}
}

func (b bench) ready(t testing.TB, token string) bool {
	t.Helper()
	ready, err := b.Peek(t.Context(), practice, token)
	require.NoError(t, err)
	return ready
}

// logged returns the practice's entries in full, oldest first; those of the actions alone, where some are named.
func (b bench) logged(t testing.TB, actions ...string) []audit.Entry {
	t.Helper()
	page, err := b.entries.Leaves(t.Context(), audit.Query{Practice: practice, Limit: 1000})
	require.NoError(t, err)
	var entries []audit.Entry
	for _, leaf := range page.Leaves {
		e, err := b.log.Open(t.Context(), leaf)
		require.NoError(t, err)
		if len(actions) == 0 || slices.Contains(actions, e.Action) {
			entries = append(entries, e)
		}
	}
	return entries
}
