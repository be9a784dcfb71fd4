// Package enamel_test compiles and runs what README.md shows.
package enamel_test

import (
	"context"
	"database/sql"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/uptrace/bun"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/audit/auditpg"
	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/consent/consentpg"
	"github.com/enamel-go/enamel/crypto"
	"github.com/enamel-go/enamel/crypto/cryptopg"
	"github.com/enamel-go/enamel/internal/pgtest"
	"github.com/enamel-go/enamel/sms"
	"github.com/enamel-go/enamel/sms/smspg"
	"github.com/enamel-go/enamel/sms/twilio"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

func open(ctx context.Context, db, own *bun.DB, schema string, manager crypto.KeyManager) (*consent.Service, *consentpg.Store, error) {
	keys, entries, facts := &cryptopg.Options{Schema: schema}, &auditpg.Options{Schema: schema}, &consentpg.Options{Schema: schema}
	err := errors.Join(cryptopg.Migrate(ctx, db, keys), auditpg.Migrate(ctx, db, entries), consentpg.Migrate(ctx, db, facts))
	if err != nil {
		return nil, nil, err
	}
	// Keys and the log of reads and refusals have a pool of their own: what was sealed, seen or refused must survive
	// the rollback of your transaction. Two connections do.
	keyring, err := crypto.NewKeyring(cryptopg.New(own, keys), manager, nil)
	if err != nil {
		return nil, nil, err
	}
	log, err := audit.NewLog(auditpg.New(own, entries), keyring, nil)
	if err != nil {
		return nil, nil, err
	}
	store := consentpg.New(db, keyring, facts)
	consents, err := consent.New(store, log, nil)
	return consents, store, err
}

func closeAccount(ctx context.Context, db *bun.DB, consents *consent.Service, store *consentpg.Store, by audit.Actor, account string, stop consent.Revocation) error {
	return db.RunInTx(ctx, nil, func(_ context.Context, tx bun.Tx) error {
		if _, err := tx.NewUpdate().Table("account").Set("closed = true").Where("id = ?", account).Exec(ctx); err != nil {
			return err
		}
		_, err := consents.WithStore(store.WithTx(tx)).Revoke(ctx, by, stop)
		return err
	})
}

func closeAccountSQL(ctx context.Context, db *sql.DB, consents *consent.Service, store *consentpg.Store, by audit.Actor, account string, stop consent.Revocation) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if _, err := tx.ExecContext(ctx, "UPDATE account SET closed = true WHERE id = $1", account); err != nil {
		return err
	}
	if _, err := consents.WithStore(store.WithTx(tx)).Revoke(ctx, by, stop); err != nil {
		return err
	}
	return tx.Commit()
}

func texting(db *bun.DB, schema string, keyring *crypto.Keyring, log *audit.Log, consents *consent.Service, provider *twilio.Provider, o *sms.DispatcherOptions) (*sms.Service, *sms.Dispatcher, http.Handler, error) {
	tables := &smspg.Options{Schema: schema}
	store, queue := smspg.New(db, keyring, tables), smspg.NewQueue(db, keyring, tables)
	texts, err := sms.New(store, consents, log, nil)
	if err != nil {
		return nil, nil, nil, err
	}
	dispatcher, err := sms.NewDispatcher(queue, store, consents, log, map[string]sms.Provider{"twilio": provider}, o)
	return texts, dispatcher, sms.Webhook{Service: texts, Router: queue}.Handler(provider), err
}

func remind(ctx context.Context, texts *sms.Service, by audit.Actor, visit time.Time) (sms.Key, error) {
	err := texts.Register(ctx, by, sms.Sender{
		Practice: "elm-street", Number: "+12145550199", Provider: "twilio", Name: "Elm Street Dental", Contact: "214-555-0199",
		Frequency: "about 2 texts per visit", Zone: "America/Chicago",
	})
	if err != nil {
		return sms.Key{}, err
	}
	return texts.Enqueue(ctx, by, sms.Text{
		Practice: "elm-street", Patient: "p-204", Category: consent.Transactional, To: "+12125550100", LastUseful: visit,
		Body: "Elm Street Dental: see you tomorrow. Questions: 214-555-0199. Reply STOP to end texts.",
	})
}

// Every piece of Go in the README is in this file, word for word, so it compiles and is run below.
func TestREADMECompiles(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	source, err := os.ReadFile("readme_test.go")
	require.NoError(t, err)
	blocks := regexp.MustCompile("(?s)```go\n(.*?)```").FindAllSubmatch(readme, -1)
	require.Len(t, blocks, 5)
	for _, block := range blocks {
		require.True(t, strings.Contains(string(source), string(block[1])), "not in readme_test.go:\n%s", block[1])
	}
}

func TestREADMETransactions(t *testing.T) {
	pg := pgtest.New(t)
	ctx := t.Context()
	db, own := pg.Pool(1), pg.Pool(2)
	consents, store, err := open(ctx, db, own, pg.Schema(), crypto.NewEphemeral())
	require.NoError(t, err)
	for _, statement := range []string{ // the vendor's own table
		"SET search_path = " + pg.Schema(),
		"CREATE TABLE account (id text PRIMARY KEY, closed boolean NOT NULL DEFAULT false)",
		"INSERT INTO account (id) VALUES ('a'), ('b')",
	} {
		_, err := db.ExecContext(ctx, statement)
		require.NoError(t, err)
	}
	by := audit.Actor{Kind: audit.Staff, ID: "u-17"}
	stop := consent.Revocation{Practice: "elm-street", Number: "+12125550100", Channel: consent.ByDesk}
	require.NoError(t, closeAccount(ctx, db, consents, store, by, "a", stop))
	require.NoError(t, closeAccountSQL(ctx, db.DB, consents, store, by, "b", stop))
	stop.Channel = "pigeon"
	require.ErrorIs(t, closeAccount(ctx, db, consents, store, by, "a", stop), consent.ErrInvalid)
	facts, err := consents.History(ctx, by, consent.Key{Practice: stop.Practice, Number: stop.Number})
	require.NoError(t, err)
	require.Len(t, facts, 2)
	closed, err := db.NewSelect().Table("account").Where("closed").Count(ctx)
	require.NoError(t, err)
	require.EqualValues(t, 2, closed)
}

// Who embeds texts as the README shows may queue one; nobody has consented, so it is refused, and the webhooks take no text that
// the provider did not sign.
func TestREADMETexts(t *testing.T) {
	pg := pgtest.New(t)
	ctx := t.Context()
	db, own := pg.Pool(2), pg.Pool(2)
	manager := crypto.NewEphemeral()
	consents, _, err := open(ctx, db, own, pg.Schema(), manager)
	require.NoError(t, err)
	require.NoError(t, smspg.Migrate(ctx, db, &smspg.Options{Schema: pg.Schema()}))
	keyring, err := crypto.NewKeyring(cryptopg.New(own, &cryptopg.Options{Schema: pg.Schema()}), manager, nil)
	require.NoError(t, err)
	log, err := audit.NewLog(auditpg.New(own, &auditpg.Options{Schema: pg.Schema()}), keyring, nil)
	require.NoError(t, err)
	provider, err := twilio.New("AC"+strings.Repeat("0", 32), "token", &twilio.Options{InboundURL: "https://elm.example/texts"})
	require.NoError(t, err)
	texts, dispatcher, webhooks, err := texting(db, pg.Schema(), keyring, log, consents, provider, nil)
	require.NoError(t, err)

	by := audit.Actor{Kind: audit.Staff, ID: "u-17"}
	key, err := remind(ctx, texts, by, time.Now().Add(24*time.Hour))
	require.NoError(t, err)
	done, err := dispatcher.Step(ctx)
	require.NoError(t, err)
	require.Equal(t, 1, done)
	page, err := texts.Texts(ctx, by, sms.Query{Practice: key.Practice, Purpose: sms.ForDelivery})
	require.NoError(t, err)
	require.Len(t, page.Texts, 1)
	require.Equal(t, sms.Refused, page.Texts[0].State)
	require.Equal(t, "agreement", page.Texts[0].Decision.Rule)

	answer := httptest.NewRecorder()
	unsigned := httptest.NewRequest(http.MethodPost, "/texts", strings.NewReader("Body=STOP"))
	unsigned.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	webhooks.ServeHTTP(answer, unsigned)
	require.Equal(t, http.StatusForbidden, answer.Code)
}
