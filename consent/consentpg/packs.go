package consentpg

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/consent/pack"
	"github.com/enamel-go/enamel/crypto"
	"github.com/enamel-go/enamel/internal/pgstore"
)

const packTable = "consent_pack"

// Packs implements [pack.Store]. It is a cheap value that may be used concurrently, except inside a transaction. The
// application's role needs SELECT and INSERT on consent_pack, and what package auditpg asks for.
type Packs struct {
	ledgers ledgers[packSecret, pack.Fact]
}

// NewPacks returns a store on db's pool. It runs no migration; o may be nil. Keys seal and index what is secret; they need
// a connection pool of their own where callers open transactions.
func NewPacks(db *bun.DB, keys *crypto.Keyring, o *Options) *Packs {
	return &Packs{ledgers[packSecret, pack.Fact]{
		pg: pgstore.New(db, o.schema()), keys: keys, table: packTable, index: crypto.Fixed + "consent.pack",
		fact: packFact, tampered: pack.ErrTampered, stale: pack.ErrStale, unknown: pack.ErrAfter,
	}}
}

// WithTx returns a store that works inside the caller's transaction: a bun.Tx, or any *sql.Tx.
func (s *Packs) WithTx(tx bun.IConn) *Packs { return &Packs{s.ledgers.withTx(tx)} }

// packSecret is the JSON that is sealed. Its names are part of what old rows hold: add, never rename.
type packSecret struct {
	Scope  scopeSecret `json:"scope"`
	At     time.Time   `json:"at"`
	Actor  actor       `json:"actor"`
	Reason string      `json:"reason,omitempty"`
	Hash   string      `json:"hash,omitempty"`
	Size   int64       `json:"size,omitempty"`
}

// scopeSecret has the fields of pack.Scope, and says what they are called in old rows.
type scopeSecret struct {
	Recipient pack.Recipient `json:"recipient"`
	Name      string         `json:"name,omitempty"`
	Number    string         `json:"number,omitempty"`
	Patient   string         `json:"patient,omitempty"`
	Document  string         `json:"document,omitempty"`
}

// Apply implements [pack.Store]. The account of what was handed out outlives a patient's record, so the practice's own key
// seals all facts.
func (s *Packs) Apply(ctx context.Context, c pack.Change) (bool, error) {
	if err := c.Validate(); err != nil {
		return false, err
	}
	f := c.Fact
	written, err := s.ledgers.apply(ctx, writing[packSecret]{
		practice: f.Practice, id: f.ID, kind: string(f.Kind), ledger: f.Release, recorded: f.Recorded, seen: c.Seen, leaves: c.Leaves,
		secret: packSecret{Scope: scopeSecret(f.Scope), At: f.At, Actor: actor(f.Actor), Reason: f.Reason, Hash: f.Hash, Size: f.Size},
	})
	return written, pgstore.Wrap("consentpg: apply", err)
}

// Ledger implements [pack.Store].
func (s *Packs) Ledger(ctx context.Context, k pack.Key) ([]pack.Fact, error) {
	facts, err := s.ledgers.ledger(ctx, k.Practice, k.Release)
	return facts, pgstore.Wrap("consentpg: ledger", err)
}

// Facts implements [pack.Store].
func (s *Packs) Facts(ctx context.Context, q pack.Query) (pack.Page, error) {
	if err := q.Validate(); err != nil {
		return pack.Page{}, err
	}
	facts, next, err := s.ledgers.page(ctx, q.Practice, string(q.Kind), q.After, q.Size())
	return pack.Page{Facts: facts, Next: next}, pgstore.Wrap("consentpg: facts", err)
}

func packFact(r line, v sealed[packSecret]) pack.Fact {
	f := v.Fact
	return pack.Fact{
		ID: r.ID, Practice: r.Practice, Release: v.Ledger, Kind: pack.Kind(v.Kind), Scope: pack.Scope(f.Scope), At: f.At,
		Recorded: v.Recorded, Actor: audit.Actor(f.Actor), Reason: f.Reason, Hash: f.Hash, Size: f.Size,
	}
}
