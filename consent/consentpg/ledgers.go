package consentpg

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/audit/auditpg"
	"github.com/enamel-go/enamel/crypto"
	"github.com/enamel-go/enamel/internal/pgstore"
)

// ledgers is a table of sealed facts, each of which belongs to a ledger: a document's, a person's, a patient's. What a
// ledger is called is found by a blind index.
type ledgers struct {
	pg       pgstore.Handle
	keys     *crypto.Keyring
	table    string
	index    string
	tampered error // what an altered row is
	stale    error // what a change is that was decided on a ledger of another length
}

func (l ledgers) withTx(tx bun.IConn) ledgers {
	l.pg = l.pg.WithTx(tx)
	return l
}

// line is a fact as a row: what is searched by is plain or an index, and the sealed part says as well whose ledger it
// stands in, and when it was recorded.
type line struct {
	Practice string    `bun:"practice"`
	ID       string    `bun:"id"`
	Recorded time.Time `bun:"recorded"`
	Sealed   []byte    `bun:"sealed"`
}

// sealed is what is sealed of a fact, as JSON. Its names are part of what old rows hold: add, never rename.
type sealed[Secret any] struct {
	Ledger   string    `json:"ledger"`
	Recorded time.Time `json:"recorded"`
	Fact     Secret    `json:"fact"`
}

// writing is a fact that is to be written.
type writing struct {
	practice, id string
	ledger       string
	recorded     time.Time
	secret       any    // what is sealed
	patient      string // whose key seals it; empty: the practice's
	seen         int    // negative: whatever the ledger holds
	leaves       []audit.Leaf
}

func (l ledgers) binding(practice, id, patient string) crypto.Binding {
	b := crypto.Binding{Practice: practice, Patient: patient, Kind: l.table, ID: id}
	if patient != "" {
		b.Class = crypto.Evidence
	}
	return b
}

// apply writes a fact and its entries as one statement, in which the entries hang on the fact: a repeated or stale fact
// inserts nothing at all.
func (l ledgers) apply(ctx context.Context, w writing) (bool, error) {
	ledger, err := l.keys.Index(ctx, w.practice, l.index, w.ledger)
	if err != nil {
		return false, err
	}
	plain, err := json.Marshal(sealed[any]{w.ledger, w.recorded, w.secret})
	if err != nil {
		return false, err
	}
	hidden, err := l.keys.Seal(ctx, nil, plain, l.binding(w.practice, w.id, w.patient))
	if err != nil {
		return false, err
	}
	written, err := l.insert(ctx, w, ledger, hidden)
	if written || err != nil || w.seen < 0 {
		return written, err // where any length will do, nothing but its id can stand in its way
	}
	var known bool
	err = l.pg.Raw("SELECT EXISTS (SELECT FROM ? WHERE practice = ? AND id = ?)", l.pg.Table(l.table), w.practice, w.id).Scan(ctx, &known)
	if err == nil && !known {
		err = l.stale
	}
	return false, err
}

// insert writes the fact with its entries, or nothing when its id or its place is taken, or the ledger is of another
// length than was seen.
func (l ledgers) insert(ctx context.Context, w writing, ledger, hidden []byte) (bool, error) {
	table := l.pg.Table(l.table)
	place, from := bun.SafeQuery("NULL::integer"), bun.SafeQuery("")
	if w.seen >= 0 {
		place = bun.SafeQuery("coalesce(max(place), 0) + 1")
		from = bun.SafeQuery("FROM ? WHERE practice = ? AND ledger = ?::bytea HAVING count(*) = ?", table, w.practice, ledger, w.seen)
	}
	n, err := l.pg.Exec(ctx, `WITH fact AS (
		INSERT INTO ? (practice, id, ledger, place, recorded, sealed)
		SELECT ?, ?, ?::bytea, ?, ?::timestamptz, ?::bytea ?
		ON CONFLICT DO NOTHING RETURNING 1
	) ?`, table, w.practice, w.id, ledger, place, w.recorded, hidden, from, auditpg.After(l.pg, "fact", w.leaves))
	return n > 0, err
}

// lines returns a ledger's rows in the order in which they were written.
func (l ledgers) lines(ctx context.Context, practice, ledger string) ([]line, error) {
	index, err := l.keys.Index(ctx, practice, l.index, ledger)
	if err != nil {
		return nil, err
	}
	var rows []line
	err = l.pg.Raw("SELECT practice, id, recorded, sealed FROM ? WHERE practice = ? AND ledger = ? ORDER BY seq",
		l.pg.Table(l.table), practice, index).Scan(ctx, &rows)
	return rows, err
}

// read returns what a ledger's rows hold, each opened and checked: an error wraps l.tampered when a row was altered, or
// moved from another row or another ledger. Facts of a patient are opened with the patient's key.
func read[Secret, Fact any](ctx context.Context, l ledgers, practice, ledger, patient string, fact func(line, Secret) Fact) ([]Fact, error) {
	rows, err := l.lines(ctx, practice, ledger)
	if err != nil {
		return nil, err
	}
	var facts []Fact
	for _, r := range rows {
		plain, err := l.keys.Open(ctx, nil, r.Sealed, l.binding(r.Practice, r.ID, patient))
		if errors.Is(err, crypto.ErrAuth) {
			return nil, fmt.Errorf("%w: %w", l.tampered, err)
		}
		if err != nil {
			return nil, err
		}
		var v sealed[Secret]
		if err := json.Unmarshal(plain, &v); err != nil {
			return nil, fmt.Errorf("%w: its sealed part cannot be read", l.tampered)
		}
		if v.Ledger != ledger || !v.Recorded.Equal(r.Recorded) {
			return nil, fmt.Errorf("%w: a column differs from its sealed part", l.tampered)
		}
		facts = append(facts, fact(r, v.Fact))
	}
	return facts, nil
}
