package world

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

	"github.com/enamel-go/enamel/audit/auditpg"
	"github.com/enamel-go/enamel/consent/consentpg"
	"github.com/enamel-go/enamel/crypto"
	"github.com/enamel-go/enamel/crypto/cryptopg"
	"github.com/enamel-go/enamel/examples/internal/clock"
	"github.com/enamel-go/enamel/examples/internal/secretfile"
	"github.com/enamel-go/enamel/examples/internal/setting"
	"github.com/enamel-go/enamel/records/recordspg"
	"github.com/enamel-go/enamel/sms/smspg"
)

// Place is where a durable ground lies.
type Place struct {
	URL    string // of the database
	Schema string // of all tables
	Keys   string // the file of root keys; the notary's key and that of cookies lie beside it
}

// Notary is the file of the notary's key.
func (p Place) Notary() string { return p.Keys + ".notary" }

// Cookies is the file of the key that choices of cookies are signed with.
func (p Place) Cookies() string { return p.Keys + ".cookies" }

// Checkpoint is the file beside the keys that keeps the newest checkpoint of this very place's log.
func (p Place) Checkpoint() (string, error) {
	config, err := parse(p.URL)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256([]byte(fmt.Sprintf("%s %d %s %s", config.Host, config.Port, config.Database, p.Schema)))
	return fmt.Sprintf("%s.%x.checkpoint", p.Keys, sum[:4]), nil
}

// parse reads a database's URL. Its error does not quote it, for there is a password in it.
func parse(url string) (*pgx.ConnConfig, error) {
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, errors.New("the database's URL cannot be read")
	}
	return config, nil
}

// DefaultKeys is the key file of whoever names none: in the user's own configuration folder.
func DefaultKeys() (string, error) {
	folder, err := os.UserConfigDir()
	if err != nil {
		return "", fmt.Errorf("name the key file with -keys: %w", err)
	}
	return filepath.Join(folder, "enamel", "keys"), nil
}

// Postgres opens a ground on Postgres and brings its tables up to date: the application does so, the library never does
// it unasked. Several processes may open the same one at once.
//
// It takes two pools. The log of reads and refusals, and the keys, have one of their own: what was seen, refused or
// sealed must outlive a rollback, and transactions that each wait for a second connection of one pool stop each other.
func Postgres(ctx context.Context, p Place) (*Ground, error) {
	if err := os.MkdirAll(filepath.Dir(p.Keys), 0o700); err != nil {
		return nil, fmt.Errorf("make the folder of the key file: %w", err)
	}
	manager, err := crypto.MakeKeyFile(p.Keys)
	if err != nil {
		return nil, err
	}
	config, err := parse(p.URL)
	if err != nil {
		return nil, err
	}
	config.DefaultQueryExecMode = pgx.QueryExecModeExec // one round trip a statement, nothing left behind
	facts, own := open(config, 16), open(config, 4)
	ear := &listener{config: config, channel: p.Schema}
	g := &Ground{Durable: true, waker: ear, close: func() error { return errors.Join(facts.Close(), own.Close(), ear.Close()) }}
	if err := facts.PingContext(ctx); err != nil { // in the driver's words, which say what is missing
		return nil, errors.Join(fmt.Errorf("reach the database: %w", err), g.Close())
	}
	if err := g.lay(ctx, p, manager, facts, own); err != nil {
		return nil, errors.Join(err, g.Close())
	}
	return g, nil
}

func open(config *pgx.ConnConfig, most int) *bun.DB {
	pool := stdlib.OpenDB(*config)
	pool.SetMaxOpenConns(most)
	pool.SetMaxIdleConns(most)
	return bun.NewDB(pool, pgdialect.New())
}

func (g *Ground) lay(ctx context.Context, p Place, manager crypto.KeyManager, facts, own *bun.DB) (err error) {
	settings, err := tables(ctx, facts, p.Schema)
	if err != nil {
		return err
	}
	g.settings, g.manager = settings, manager
	if g.Clock, err = clock.Start(ctx, setting.Clock{Store: settings}); err != nil {
		return err
	}
	if g.keys, err = crypto.NewKeyring(cryptopg.New(own, &cryptopg.Options{Schema: p.Schema}), manager, &crypto.Options{Now: g.Clock.Now}); err != nil {
		return err
	}
	o := &smspg.Options{Schema: p.Schema, Wake: p.Schema}
	queue := smspg.NewQueue(facts, g.keys, o)
	g.leaves = auditpg.New(own, &auditpg.Options{Schema: p.Schema})
	g.trees = auditpg.NewTrees(own, &auditpg.Options{Schema: p.Schema})
	c := &consentpg.Options{Schema: p.Schema}
	g.consents, g.cookies = consentpg.New(facts, g.keys, c), consentpg.NewCookies(facts, g.keys, c)
	g.packs = consentpg.NewPacks(facts, g.keys, c)
	g.policies, g.acting = consentpg.NewPolicies(facts, g.keys, c), consentpg.NewRepresentatives(facts, g.keys, c)
	g.links = smspg.NewLinks(facts, g.keys, o)
	g.filings, g.casts = smspg.NewRegistrations(facts, g.keys, o), smspg.NewBroadcasts(facts, g.keys, o)
	g.texts, g.queue, g.router = smspg.New(facts, g.keys, o), queue, queue
	g.charts = recordspg.New(facts, g.keys, &recordspg.Options{Schema: p.Schema})
	key, err := secretfile.Get(p.Cookies(), func() (string, error) { return newCookieKey(), nil })
	if err != nil {
		return err
	}
	g.cookieKey = []byte(key)
	pair, err := secretfile.Get(p.Notary(), newNotaryKey)
	if err != nil {
		return err
	}
	return g.sign(pair)
}

// Migrate brings the tables of a world up to date in a schema that is there, as [Postgres] does.
func Migrate(ctx context.Context, db *bun.DB, schema string) error {
	_, err := tables(ctx, db, schema)
	return err
}

// tables brings those of all domains up to date, and the demonstration's own. Each takes a lock, so processes that start
// together wait.
func tables(ctx context.Context, db *bun.DB, schema string) (*setting.Postgres, error) {
	for _, m := range []struct {
		name string
		run  func() error
	}{
		{"audit", func() error { return auditpg.Migrate(ctx, db, &auditpg.Options{Schema: schema}) }},
		{"the log's months", func() error { return auditpg.Months(ctx, db, &auditpg.Options{Schema: schema}) }},
		{"crypto", func() error { return cryptopg.Migrate(ctx, db, &cryptopg.Options{Schema: schema}) }},
		{"consent", func() error { return consentpg.Migrate(ctx, db, &consentpg.Options{Schema: schema}) }},
		{"sms", func() error { return smspg.Migrate(ctx, db, &smspg.Options{Schema: schema}) }},
		{"records", func() error { return recordspg.Migrate(ctx, db, &recordspg.Options{Schema: schema}) }},
	} {
		if err := m.run(); err != nil {
			return nil, fmt.Errorf("lay out the tables of %s: %w", m.name, err)
		}
	}
	return setting.Open(ctx, db, schema)
}
