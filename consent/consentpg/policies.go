package consentpg

import (
	"context"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/consent/policy"
	"github.com/enamel-go/enamel/crypto"
	"github.com/enamel-go/enamel/internal/pgstore"
)

const policyTable = "consent_policy"

// Policies implements [policy.Store]. It is a cheap value that may be used concurrently, except inside a transaction. The
// application's role needs SELECT and INSERT on consent_policy, and what package auditpg asks for.
type Policies struct {
	ledgers ledgers[policySecret, policy.Fact]
}

// NewPolicies returns a store on db's pool. It runs no migration; o may be nil. Keys seal and index what is secret; they
// need a connection pool of their own where callers open transactions.
func NewPolicies(db *bun.DB, keys *crypto.Keyring, o *Options) *Policies {
	return &Policies{ledgers[policySecret, policy.Fact]{
		pg: pgstore.New(db, o.schema()), keys: keys, table: policyTable, index: crypto.Fixed + "consent.policy",
		fact: policyFact, tampered: policy.ErrTampered, stale: policy.ErrStale, unknown: policy.ErrAfter,
	}}
}

// WithTx returns a store that works inside the caller's transaction: a bun.Tx, or any *sql.Tx.
func (s *Policies) WithTx(tx bun.IConn) *Policies { return &Policies{s.ledgers.withTx(tx)} }

// policySecret is the JSON that is sealed. Its names are part of what old rows hold: add, never rename.
type policySecret struct {
	Version  string         `json:"version"`
	At       time.Time      `json:"at"`
	Actor    actor          `json:"actor"`
	Edition  editionSecret  `json:"edition,omitzero"`
	Reason   string         `json:"reason,omitempty"`
	Evidence evidenceOfTold `json:"evidence,omitzero"`
}

// editionSecret has the fields of policy.Edition, and says what they are called in old rows.
type editionSecret struct {
	Texts     []textSecret         `json:"texts,omitempty"`
	Effective policy.Date          `json:"effective,omitzero"`
	Zone      string               `json:"zone,omitempty"`
	From      time.Time            `json:"from,omitzero"`
	Material  bool                 `json:"material,omitempty"`
	Changes   string               `json:"changes,omitempty"`
	Announced []announcementSecret `json:"announced,omitempty"`
}

type textSecret struct {
	Language string `json:"language"`
	Body     string `json:"body"`
	Use      string `json:"use,omitempty"`
}

type announcementSecret struct {
	Channel   policy.Channel `json:"channel"`
	On        policy.Date    `json:"on"`
	Reference string         `json:"reference,omitempty"`
}

type evidenceOfTold struct {
	Channel  policy.Channel `json:"channel,omitempty"`
	Message  string         `json:"message,omitempty"`
	Language string         `json:"language,omitempty"`
	Wording  string         `json:"wording,omitempty"`
	Hash     string         `json:"hash,omitempty"`
}

// policyLedger is what a ledger is called: no two keys of a practice have one name, for none holds a NUL.
func policyLedger(k policy.Key) string {
	return strings.Join([]string{k.Document, string(k.Person.Kind), k.Person.ID}, "\x00")
}

// Apply implements [policy.Store]. A person of a policy is a patient, a representative or a member of staff, so the
// practice's own key seals all facts.
func (s *Policies) Apply(ctx context.Context, c policy.Change) (bool, error) {
	if err := c.Validate(); err != nil {
		return false, err
	}
	f := c.Fact
	e := editionSecret{
		Effective: f.Edition.Effective, Zone: f.Edition.Zone, From: f.Edition.From, Material: f.Edition.Material, Changes: f.Edition.Changes,
	}
	for _, t := range f.Edition.Texts {
		e.Texts = append(e.Texts, textSecret(t))
	}
	for _, a := range f.Edition.Announced {
		e.Announced = append(e.Announced, announcementSecret(a))
	}
	written, err := s.ledgers.apply(ctx, writing[policySecret]{
		practice: f.Practice, id: f.ID, kind: string(f.Kind), ledger: policyLedger(f.Key()), recorded: f.Recorded, seen: c.Seen, leaves: c.Leaves,
		secret: policySecret{
			Version: f.Version, At: f.At, Actor: actor(f.Actor), Edition: e, Reason: f.Reason,
			Evidence: evidenceOfTold(f.Evidence),
		},
	})
	return written, pgstore.Wrap("consentpg: apply", err)
}

// Ledger implements [policy.Store].
func (s *Policies) Ledger(ctx context.Context, k policy.Key) ([]policy.Fact, error) {
	facts, err := s.ledgers.ledger(ctx, k.Practice, policyLedger(k))
	return facts, pgstore.Wrap("consentpg: ledger", err)
}

// Facts implements [policy.Store].
func (s *Policies) Facts(ctx context.Context, q policy.Query) (policy.Page, error) {
	if err := q.Validate(); err != nil {
		return policy.Page{}, err
	}
	facts, next, err := s.ledgers.page(ctx, q.Practice, string(q.Kind), q.After, q.Size())
	return policy.Page{Facts: facts, Next: next}, pgstore.Wrap("consentpg: facts", err)
}

func policyFact(r line, v sealed[policySecret]) policy.Fact {
	var names [3]string // what policyLedger joined
	copy(names[:], strings.SplitN(v.Ledger, "\x00", len(names)))
	f := policy.Fact{
		ID: r.ID, Practice: r.Practice, Document: names[0], Person: audit.Actor{Kind: audit.ActorKind(names[1]), ID: names[2]},
		Kind: policy.Kind(v.Kind), Version: v.Fact.Version, At: v.Fact.At, Recorded: v.Recorded, Actor: audit.Actor(v.Fact.Actor),
		Reason: v.Fact.Reason, Evidence: policy.Evidence(v.Fact.Evidence),
	}
	e := v.Fact.Edition
	f.Edition = policy.Edition{Effective: e.Effective, Zone: e.Zone, From: e.From, Material: e.Material, Changes: e.Changes}
	for _, t := range e.Texts {
		f.Edition.Texts = append(f.Edition.Texts, policy.Text(t))
	}
	for _, a := range e.Announced {
		f.Edition.Announced = append(f.Edition.Announced, policy.Announcement(a))
	}
	return f
}
