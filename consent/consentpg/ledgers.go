package consentpg

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/schema"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/crypto"
	"github.com/enamel-go/enamel/internal/form"
	"github.com/enamel-go/enamel/internal/page"
	"github.com/enamel-go/enamel/internal/pgentry"
	"github.com/enamel-go/enamel/internal/pgstore"
)

// ledgers is a table of sealed facts, each of which belongs to a ledger: a document's, a person's, a patient's. What a
// ledger is called is found by a blind index.
type ledgers[Secret, Fact any] struct {
	pg       pgstore.Handle
	keys     *crypto.Keyring
	table    string
	index    string
	fact     func(line, sealed[Secret]) Fact // what a row holds
	tampered error                           // what an altered row is
	stale    error                           // what a change is that was decided on a ledger of another length
	unknown  error                           // what a page is that is to continue after no fact
}

func (l ledgers[Secret, Fact]) withTx(tx bun.IConn) ledgers[Secret, Fact] {
	l.pg = l.pg.WithTx(tx)
	return l
}

// line is a fact as a row: what is searched by is plain or an index, and the sealed part says it as well.
type line struct {
	Practice string    `bun:"practice"`
	ID       string    `bun:"id"`
	Ledger   []byte    `bun:"ledger"`
	Kind     string    `bun:"kind"`
	Recorded time.Time `bun:"recorded"`
	Patient  []byte    `bun:"patient"` // whose key seals the fact, sealed under the practice's; NULL: the practice's seals it
	Sealed   []byte    `bun:"sealed"`
}

const lineColumns = "practice, id, ledger, kind, recorded, patient, sealed"

// sealed is what is sealed of a fact, as JSON. Its names are part of what old rows hold: add, never rename.
type sealed[Secret any] struct {
	Ledger   string    `json:"ledger"`
	Kind     string    `json:"kind"`
	Recorded time.Time `json:"recorded"`
	Fact     Secret    `json:"fact"`
}

// writing is a fact that is to be written.
type writing[Secret any] struct {
	practice, id, kind string
	ledger             string // what the ledger is called
	recorded           time.Time
	secret             Secret // what is sealed
	patient            string // whose key seals it; empty: the practice's
	seen               int    // negative: whatever the ledger holds
	leaves             []audit.Leaf
}

func (l ledgers[Secret, Fact]) binding(practice, id, patient string) crypto.Binding {
	b := crypto.Binding{Practice: practice, Patient: patient, Kind: l.table, ID: id}
	if patient != "" {
		b.Class = crypto.Evidence
	}
	return b
}

// apply writes a fact and its entries as one statement, in which the entries hang on the fact: a repeated or stale fact
// inserts nothing at all.
func (l ledgers[Secret, Fact]) apply(ctx context.Context, w writing[Secret]) (bool, error) {
	ledger, err := l.keys.Index(ctx, w.practice, l.index, w.ledger)
	if err != nil {
		return false, err
	}
	r := line{Practice: w.practice, ID: w.id, Ledger: ledger, Kind: w.kind, Recorded: w.recorded}
	plain, err := json.Marshal(sealed[Secret]{w.ledger, w.kind, w.recorded, w.secret})
	if err != nil {
		return false, err
	}
	if r.Sealed, err = l.keys.Seal(ctx, nil, plain, l.binding(w.practice, w.id, w.patient)); err != nil {
		return false, err
	}
	if w.patient != "" {
		if r.Patient, err = l.keys.Seal(ctx, nil, []byte(w.patient), l.whose(w.practice, w.id)); err != nil {
			return false, err
		}
	}
	written, err := l.insert(ctx, r, w.seen, w.leaves)
	if written || err != nil || w.seen < 0 {
		return written, err // where any length will do, nothing but its id can stand in its way
	}
	known, err := known(ctx, l.pg, l.table, w.practice, w.id)
	if err == nil && !known {
		err = l.stale
	}
	return false, err
}

// known reports whether the practice has a fact of this id in a table. What can be no id is not asked for: a statement that
// Postgres cannot read ends the caller's transaction.
func known(ctx context.Context, pg pgstore.Handle, table, practice, id string) (bool, error) {
	if form.Fit(id, form.ID) == "" {
		return false, nil
	}
	var known bool
	err := pg.Raw("SELECT EXISTS (SELECT FROM ? WHERE practice = ? AND id = ?)", pg.Table(table), practice, id).Scan(ctx, &known)
	return known, err
}

// after narrows a statement to what a table has after the fact of an id, where one is given.
func after(pg pgstore.Handle, table, practice, id string) schema.QueryAppender {
	if id == "" {
		return bun.SafeQuery("")
	}
	return bun.SafeQuery("AND seq > (SELECT seq FROM ? WHERE practice = ? AND id = ?)", pg.Table(table), practice, id)
}

// opened opens what is sealed. An error wraps tampered when it was altered or moved.
func opened(ctx context.Context, keys *crypto.Keyring, tampered error, sealed []byte, b crypto.Binding) ([]byte, error) {
	plain, err := keys.Open(ctx, nil, sealed, b)
	if errors.Is(err, crypto.ErrAuth) {
		err = fmt.Errorf("%w: %w", tampered, err)
	}
	return plain, err
}

// insert writes the fact with its entries, or nothing when its id or its place is taken, or the ledger is of another
// length than was seen.
func (l ledgers[Secret, Fact]) insert(ctx context.Context, r line, seen int, leaves []audit.Leaf) (bool, error) {
	table := l.pg.Table(l.table)
	place, from := bun.SafeQuery("NULL::integer"), bun.SafeQuery("")
	if seen >= 0 {
		place = bun.SafeQuery("coalesce(max(place), 0) + 1")
		from = bun.SafeQuery("FROM ? WHERE practice = ? AND ledger = ?::bytea HAVING count(*) = ?", table, r.Practice, r.Ledger, seen)
	}
	n, err := l.pg.Exec(ctx, `WITH fact AS (
		INSERT INTO ? (practice, id, ledger, place, kind, recorded, patient, sealed)
		SELECT ?, ?, ?::bytea, ?, ?, ?::timestamptz, ?::bytea, ?::bytea ?
		ON CONFLICT DO NOTHING RETURNING 1
	) ?`, table, r.Practice, r.ID, r.Ledger, place, r.Kind, r.Recorded, r.Patient, r.Sealed, from, pgentry.After(l.pg, "fact", leaves))
	return n > 0, err
}

// ledger returns a ledger's facts in the order in which they were written.
func (l ledgers[Secret, Fact]) ledger(ctx context.Context, practice, ledger string) ([]Fact, error) {
	index, err := l.keys.Index(ctx, practice, l.index, ledger)
	if err != nil {
		return nil, err
	}
	var rows []line
	err = l.pg.Raw("SELECT "+lineColumns+" FROM ? WHERE practice = ? AND ledger = ? ORDER BY seq", l.pg.Table(l.table), practice, index).Scan(ctx, &rows)
	if err != nil {
		return nil, err
	}
	var facts []Fact
	for _, r := range rows {
		f, err := l.open(ctx, r)
		if err != nil {
			return nil, err
		}
		facts = append(facts, f)
	}
	return facts, nil
}

// page returns up to size of a practice's facts of one kind in the order in which they were written, after the fact of an id
// where one is given, and what the next page continues after. Facts of a patient whose key was shredded are left out.
func (l ledgers[Secret, Fact]) page(ctx context.Context, practice, kind, from string, size int) (facts []Fact, next string, err error) {
	if from != "" {
		if known, err := known(ctx, l.pg, l.table, practice, from); err != nil || !known {
			return nil, "", cmp.Or(err, l.unknown)
		}
	}
	var rows []line
	err = l.pg.Raw("SELECT "+lineColumns+" FROM ? WHERE practice = ? AND kind = ? ? ORDER BY seq LIMIT ?",
		l.pg.Table(l.table), practice, kind, after(l.pg, l.table, practice, from), size+1).Scan(ctx, &rows)
	if err != nil {
		return nil, "", err
	}
	rows, next = page.Cut(rows, size, func(r line) string { return r.ID })
	for _, r := range rows {
		f, err := l.open(ctx, r)
		switch {
		case r.Patient != nil && errors.Is(err, crypto.ErrShredded):
			continue
		case err != nil:
			return nil, "", err
		}
		facts = append(facts, f)
	}
	return facts, next, nil
}

// open returns the fact that a row holds. An error wraps l.tampered when the row was altered, or moved from another row or
// another ledger.
func (l ledgers[Secret, Fact]) open(ctx context.Context, r line) (f Fact, err error) {
	var patient []byte
	if r.Patient != nil {
		if patient, err = opened(ctx, l.keys, l.tampered, r.Patient, l.whose(r.Practice, r.ID)); err != nil {
			return f, err
		}
	}
	plain, err := opened(ctx, l.keys, l.tampered, r.Sealed, l.binding(r.Practice, r.ID, string(patient)))
	if err != nil {
		return f, err
	}
	var v sealed[Secret]
	if json.Unmarshal(plain, &v) != nil {
		return f, fmt.Errorf("%w: its sealed part cannot be read", l.tampered)
	}
	index, err := l.keys.Index(ctx, r.Practice, l.index, v.Ledger)
	if err != nil {
		return f, err
	}
	if !bytes.Equal(index, r.Ledger) || v.Kind != r.Kind || !v.Recorded.Equal(r.Recorded) {
		return f, fmt.Errorf("%w: a column differs from its sealed part", l.tampered)
	}
	return l.fact(r, v), nil
}

// whose ties the id of the patient whose key seals a fact to its row.
func (l ledgers[Secret, Fact]) whose(practice, id string) crypto.Binding {
	return crypto.Binding{Practice: practice, Kind: l.table + ".patient", ID: id}
}
