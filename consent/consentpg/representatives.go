package consentpg

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/consent/representative"
	"github.com/enamel-go/enamel/crypto"
	"github.com/enamel-go/enamel/internal/pgstore"
)

const representativeTable = "consent_representative"

// Representatives implements [representative.Store]. It is a cheap value that may be used concurrently, except inside a
// transaction. The application's role needs SELECT and INSERT on consent_representative, and what package auditpg asks for.
//
// Facts are sealed with the patient's key of the class evidence. Once that is shredded they can neither be read nor added
// to.
type Representatives struct {
	ledgers ledgers[representativeSecret, representative.Fact]
}

// NewRepresentatives returns a store on db's pool. It runs no migration; o may be nil. Keys seal and index what is secret;
// they need a connection pool of their own where callers open transactions.
func NewRepresentatives(db *bun.DB, keys *crypto.Keyring, o *Options) *Representatives {
	return &Representatives{ledgers[representativeSecret, representative.Fact]{
		pg: pgstore.New(db, o.schema()), keys: keys, table: representativeTable, index: crypto.Fixed + "consent.representative",
		fact: representativeFact, tampered: representative.ErrTampered, stale: representative.ErrStale, unknown: representative.ErrAfter,
	}}
}

// WithTx returns a store that works inside the caller's transaction: a bun.Tx, or any *sql.Tx.
func (s *Representatives) WithTx(tx bun.IConn) *Representatives {
	return &Representatives{s.ledgers.withTx(tx)}
}

// representativeSecret is the JSON that is sealed. Its names are part of what old rows hold: add, never rename.
type representativeSecret struct {
	Person   string                 `json:"person,omitempty"`
	Basis    representative.Basis   `json:"basis,omitempty"`
	Acts     []representative.Act   `json:"acts,omitempty"`
	Bars     bool                   `json:"bars,omitempty"`
	From     representative.Date    `json:"from,omitzero"`
	Until    representative.Date    `json:"until,omitzero"`
	About    string                 `json:"about,omitempty"`
	Episode  string                 `json:"episode,omitempty"`
	Method   representative.Method  `json:"method,omitempty"`
	Finding  representative.Finding `json:"finding,omitempty"`
	Reason   string                 `json:"reason,omitempty"`
	Proof    proof                  `json:"proof,omitzero"`
	Evidence evidenceOfParent       `json:"evidence,omitzero"`
	At       time.Time              `json:"at"`
	Actor    actor                  `json:"actor"`
}

// proof has the fields of representative.Proof, and says what they are called in old rows.
type proof struct {
	Kind     string `json:"kind"`
	Document string `json:"document"`
}

// evidenceOfParent has the fields of representative.Evidence, and says what they are called in old rows.
type evidenceOfParent struct {
	Wording      string `json:"wording,omitempty"`
	Language     string `json:"language,omitempty"`
	Confirmation string `json:"confirmation,omitempty"`
	Words        string `json:"words,omitempty"`
	Name         string `json:"name,omitempty"`
	Contact      string `json:"contact,omitempty"`
	Message      string `json:"message,omitempty"`
}

// Apply implements [representative.Store].
func (s *Representatives) Apply(ctx context.Context, c representative.Change) (bool, error) {
	if err := c.Validate(); err != nil {
		return false, err
	}
	f := c.Fact
	written, err := s.ledgers.apply(ctx, writing[representativeSecret]{
		practice: f.Practice, id: f.ID, kind: string(f.Kind), ledger: f.Patient, patient: f.Patient, recorded: f.Recorded,
		seen: c.Seen, leaves: c.Leaves,
		secret: representativeSecret{
			Person: f.Person, Basis: f.Basis, Acts: f.Acts, Bars: f.Bars, From: f.From, Until: f.Until, About: f.About,
			Episode: f.Episode, Method: f.Method, Finding: f.Finding, Reason: f.Reason, Proof: proof(f.Proof),
			Evidence: evidenceOfParent(f.Evidence), At: f.At, Actor: actor(f.Actor),
		},
	})
	return written, pgstore.Wrap("consentpg: apply", err)
}

// Ledger implements [representative.Store].
func (s *Representatives) Ledger(ctx context.Context, k representative.Key) ([]representative.Fact, error) {
	facts, err := s.ledgers.ledger(ctx, k.Practice, k.Patient)
	return facts, pgstore.Wrap("consentpg: ledger", err)
}

// Facts implements [representative.Store]. Facts of a patient whose key was shredded are left out.
func (s *Representatives) Facts(ctx context.Context, q representative.Query) (representative.Page, error) {
	if err := q.Validate(); err != nil {
		return representative.Page{}, err
	}
	facts, next, err := s.ledgers.page(ctx, q.Practice, string(q.Kind), q.After, q.Size())
	return representative.Page{Facts: facts, Next: next}, pgstore.Wrap("consentpg: facts", err)
}

func representativeFact(r line, v sealed[representativeSecret]) representative.Fact {
	f := v.Fact
	return representative.Fact{
		ID: r.ID, Practice: r.Practice, Patient: v.Ledger, Kind: representative.Kind(v.Kind), Person: f.Person, Basis: f.Basis,
		Acts: f.Acts, Bars: f.Bars, From: f.From, Until: f.Until, About: f.About, Episode: f.Episode, Method: f.Method,
		Finding: f.Finding, Reason: f.Reason, Proof: representative.Proof(f.Proof), Evidence: representative.Evidence(f.Evidence),
		At: f.At, Recorded: v.Recorded, Actor: audit.Actor(f.Actor),
	}
}
