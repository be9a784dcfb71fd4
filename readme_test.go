// Package enamel_test compiles and runs what README.md shows.
package enamel_test

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/uptrace/bun"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/audit/auditpg"
	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/consent/consentpg"
	"github.com/enamel-go/enamel/crypto"
	"github.com/enamel-go/enamel/crypto/cryptopg"
	"github.com/enamel-go/enamel/internal/pgtest"
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

// Every piece of Go in the README is in this file, word for word, so it compiles and is run below.
func TestREADMECompiles(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	source, err := os.ReadFile("readme_test.go")
	require.NoError(t, err)
	blocks := regexp.MustCompile("(?s)```go\n(.*?)```").FindAllSubmatch(readme, -1)
	require.Len(t, blocks, 3)
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
