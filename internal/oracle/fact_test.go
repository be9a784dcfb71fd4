package oracle_test

import (
	"context"
	"crypto/rand"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/uptrace/bun"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/audit/auditpg"
	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/consent/consentpg"
	"github.com/enamel-go/enamel/internal/pairs"
	"github.com/enamel-go/enamel/internal/pgstore"
	"github.com/enamel-go/enamel/internal/uuidv7"
)

// BenchmarkPairFact writes a fact of the consent ledger with its entry, beside the bare INSERT of the fact that commits
// itself, and beside the usual way to write both: a transaction of two statements. Everybody goes through bun. The fact is a
// grant, which is written only when the ledger is still what it was when it was decided on; only ours is sealed on the way.
func BenchmarkPairFact(b *testing.B) {
	d, o := migrated(b)
	co := &consentpg.Options{Schema: d.Schema()}
	require.NoError(b, consentpg.Migrate(b.Context(), d.Pool(1), co))
	keys := keyring(b)
	log, err := audit.NewLog(auditpg.New(d.Pool(1), o), keys, nil)
	require.NoError(b, err)
	next := stamped(b, log)
	for _, conns := range connections {
		db := d.Pool(conns)
		pg, entries, consents := pgstore.New(db, d.Schema()), auditpg.New(db, o), consentpg.New(db, keys, co)
		bare := pairs.Workers(conns, func(int) error { return insertFact(b.Context(), pg, newFact()) })
		decided := pairs.Workers(conns, func(int) error {
			_, err := consents.Apply(b.Context(), newGrant(next()))
			return err
		})
		twice := pairs.Workers(conns, func(int) error {
			return db.RunInTx(b.Context(), nil, func(ctx context.Context, tx bun.Tx) error {
				if err := decideFact(ctx, pg.WithTx(tx), newFact()); err != nil {
					return err
				}
				return entries.WithTx(tx).Append(ctx, next())
			})
		})
		b.Run(at(conns), func(b *testing.B) {
			pairs.Run(b, pairs.Wait, decided,
				pairs.Peer{Name: "bare", Rate: 0.4, Run: bare}, pairs.Peer{Name: "two-statements", Rate: 1.2, Run: twice})
		})
	}
}

// factRow is a row of the consent ledger.
type factRow struct {
	bun.BaseModel `bun:"table:consent_fact,alias:t"`

	Practice string    `bun:"practice"`
	ID       string    `bun:"id"`
	Number   []byte    `bun:"number"`
	Place    int       `bun:"place"`
	Kind     string    `bun:"kind"`
	Category string    `bun:"category"`
	At       time.Time `bun:"at"`
	Recorded time.Time `bun:"recorded"`
	Sealed   []byte    `bun:"sealed"`
}

// newFact returns a row like that of newGrant, sealed already.
func newFact() factRow {
	number, sealed := make([]byte, 32), make([]byte, 456)
	_, _ = rand.Read(number)
	_, _ = rand.Read(sealed)
	now := time.Now()
	return factRow{
		Practice: practice, ID: uuidv7.New(), Number: number, Place: 1, Kind: string(consent.Granted),
		Category: string(consent.Transactional), At: now, Recorded: now, Sealed: sealed,
	}
}

func insertFact(ctx context.Context, pg pgstore.Handle, row factRow) error {
	_, err := pg.Insert("consent_fact", &row).Exec(ctx)
	return err
}

// decideFact inserts the row when the ledger is empty, as the statement of a grant does.
func decideFact(ctx context.Context, pg pgstore.Handle, r factRow) error {
	table := pg.Table("consent_fact")
	n, err := pg.Exec(ctx, `INSERT INTO ? (practice, id, number, place, kind, category, at, recorded, sealed)
		SELECT ?, ?, ?::bytea, coalesce(max(place), 0) + 1, ?, ?, ?::timestamptz, ?::timestamptz, ?::bytea
		FROM ? WHERE practice = ? AND number = ?::bytea HAVING count(*) = 0 ON CONFLICT DO NOTHING`,
		table, r.Practice, r.ID, r.Number, r.Kind, r.Category, r.At, r.Recorded, r.Sealed, table, r.Practice, r.Number)
	if err == nil && n != 1 {
		err = errors.New("the fact was refused")
	}
	return err
}

// newGrant returns the first grant of a number.
func newGrant(leaf audit.Leaf) consent.Change {
	now := time.Now().UTC().Truncate(time.Microsecond)
	digits := make([]byte, 11)
	_, _ = rand.Read(digits)
	for i := range digits {
		digits[i] = '0' + digits[i]%10
	}
	return consent.Change{Seen: 0, Leaves: []audit.Leaf{leaf}, Fact: &consent.Fact{
		ID: leaf.ID, Practice: practice, Number: "+1" + string(digits), Kind: consent.Granted,
		Category: consent.Transactional, Basis: consent.SignedAgreement, At: now, Recorded: now,
		Actor: audit.Actor{Kind: audit.Staff, ID: "u-17"},
		Evidence: consent.Evidence{
			Wording:  "I agree that Elm Street Dental texts me about my appointments. Message and data rates may apply.",
			Language: "en", Signature: "sig-1",
		},
	}}
}
