package consentpg_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/uptrace/bun"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/consent"
)

func TestAStopWaitsForNobodysTransaction(t *testing.T) {
	b := open(t)
	db := b.Pool(2)
	log := b.log(t)
	store := b.store(db)
	consents, err := consent.New(store, log, nil)
	require.NoError(t, err)
	k := consent.Key{Practice: "elm-street", Number: number}
	by := audit.Actor{Kind: audit.Staff, ID: "u-1"}

	require.NoError(t, consents.Accept(t.Context(), by, consent.Duty{Practice: k.Practice, Terms: "t"}))
	tx, err := db.BeginTx(t.Context(), nil)
	require.NoError(t, err)
	_, err = consents.WithStore(store.WithTx(tx)).Grant(t.Context(), by, consent.Grant{
		Practice: k.Practice, Number: k.Number, Category: consent.Transactional, Basis: consent.Verbal,
	})
	require.NoError(t, err)

	soon, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	state, err := consents.Revoke(soon, by, consent.Revocation{Practice: k.Practice, Number: k.Number, Channel: consent.ByCall})
	require.NoError(t, err)
	require.Equal(t, consent.Stopped, state.Transactional.Status)
	require.NoError(t, tx.Commit())
	facts, err := store.Ledger(t.Context(), k)
	require.NoError(t, err)
	require.Len(t, facts, 2)
}

func TestNothingOfARolledBackTransactionRemainsButItsRefusals(t *testing.T) {
	b := open(t)
	db := b.Pool(1)
	logged := b.entries(b.Pool(1))
	log, err := audit.NewLog(logged, b.keys, nil)
	require.NoError(t, err)
	store := b.store(db)
	consents, err := consent.New(store, log, nil)
	require.NoError(t, err)
	by := audit.Actor{Kind: audit.Staff, ID: "u-1"}
	require.NoError(t, consents.Accept(t.Context(), by, consent.Duty{Practice: "elm-street", Terms: "t"}))
	undo := errors.New("the vendor changes its mind")
	ctx := t.Context()
	err = db.RunInTx(ctx, nil, func(_ context.Context, tx bun.Tx) error {
		bound := consents.WithStore(store.WithTx(tx))
		if _, err := bound.Revoke(ctx, by, consent.Revocation{Practice: "elm-street", Number: number, Channel: consent.ByDesk}); err != nil {
			return err
		}
		if _, err := bound.Ask(ctx, by, consent.Ask{Practice: "elm-street", Number: number}); !errors.Is(err, consent.ErrNothingPending) {
			return fmt.Errorf("a request for nothing was not refused: %w", err)
		}
		return undo
	})
	require.ErrorIs(t, err, undo)
	facts, err := store.Ledger(ctx, consent.Key{Practice: "elm-street", Number: number})
	require.NoError(t, err)
	require.Empty(t, facts)
	page, err := logged.Leaves(ctx, audit.Query{Practice: "elm-street"})
	require.NoError(t, err)
	require.Len(t, page.Leaves, 2, "the duty and the refusal")
	require.Equal(t, audit.Refused, page.Leaves[1].Outcome)
}

// TestTwoDecisionsExcludeEachOtherThoughAStopCameBetween is the one interleaving in which two writers see ledgers of
// different lengths and neither sees the other: the first is not committed when the stop is, and the second sees the stop.
func TestTwoDecisionsExcludeEachOtherThoughAStopCameBetween(t *testing.T) {
	b := open(t)
	db := b.Pool(4)
	store := b.store(db)
	at := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	change := func(id string, seen int) consent.Change {
		return consent.Change{
			Fact: &consent.Fact{
				ID: id, Practice: "elm-street", Number: number, Kind: consent.Asked, At: at, Recorded: at,
				Actor: audit.Actor{Kind: audit.Staff, ID: "u-1"},
			},
			Seen: seen,
			Leaves: []audit.Leaf{{
				ID: "entry of " + id, Practice: "elm-street", At: at, Actor: audit.Actor{Kind: audit.Staff, ID: "u-1"},
				Action: "consent.ask", Outcome: audit.Done, Term: audit.SixYears, Bytes: []byte("{}"), MAC: []byte(id),
			}},
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()

	tx, err := db.BeginTx(ctx, nil)
	require.NoError(t, err)
	written, err := store.WithTx(tx).Apply(ctx, change("first", 0))
	require.NoError(t, err)
	require.True(t, written)
	written, err = store.Apply(ctx, change("stop", consent.Any))
	require.NoError(t, err)
	require.True(t, written)

	second := make(chan error)
	go func() {
		_, err := store.Apply(ctx, change("second", 1))
		second <- err
	}()
	for waiting := 0; waiting == 0; {
		err := db.NewRaw("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE ?", "%"+b.Schema()+"%").Scan(ctx, &waiting)
		require.NoError(t, err, "the second decision does not wait for the first")
	}
	require.NoError(t, tx.Commit())
	require.ErrorIs(t, <-second, consent.ErrStale)
	facts, err := store.Ledger(ctx, consent.Key{Practice: "elm-street", Number: number})
	require.NoError(t, err)
	require.Len(t, facts, 2)
}
