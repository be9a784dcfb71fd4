package consentpg

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/crypto"
)

const (
	factTable     = "consent_fact"
	settingsTable = "consent_settings"
	numberIndex   = crypto.Fixed + "consent.number"
	patientIndex  = crypto.Fixed + "consent.patient"
)

// row is a fact as a row: what is searched by is plain or a blind index, and repeats what is sealed.
type row struct {
	ID       string    `bun:"id"`
	Kind     string    `bun:"kind"`
	Category string    `bun:"category"`
	At       time.Time `bun:"at"`
	Recorded time.Time `bun:"recorded"`
	Patient  []byte    `bun:"patient"`
	Sealed   []byte    `bun:"sealed"`
	Evidence []byte    `bun:"evidence"` // of a fact that names a patient: sealed under that patient's key
}

// secret is the JSON that is sealed. Its names are part of what old rows hold: add, never rename.
type secret struct {
	Number   string    `json:"number"`
	Kind     string    `json:"kind"`
	Category string    `json:"category,omitempty"`
	At       time.Time `json:"at"`
	Recorded time.Time `json:"recorded"`
	Actor    actor     `json:"actor"`
	Entry    string    `json:"entry,omitempty"`
	Sender   string    `json:"sender,omitempty"`
	Patient  string    `json:"patient,omitempty"`
	Token    string    `json:"token,omitempty"`
	Duty     string    `json:"duty,omitempty"`
	Cause    string    `json:"cause,omitempty"`
	Basis    string    `json:"basis,omitempty"`
	Channel  string    `json:"channel,omitempty"`
	Confirm  bool      `json:"confirm,omitempty"`
	About    []string  `json:"about,omitempty"`
	Expires  time.Time `json:"expires,omitzero"`
	Evidence evidence  `json:"evidence,omitzero"`
}

type actor struct {
	Kind audit.ActorKind `json:"kind"`
	ID   string          `json:"id"`
}

// evidence has the fields of consent.Evidence, and says what they are called in old rows.
type evidence struct {
	Wording        string         `json:"wording,omitempty"`
	Language       string         `json:"language,omitempty"`
	Signature      string         `json:"signature,omitempty"`
	Document       string         `json:"document,omitempty"`
	Address        string         `json:"address,omitempty"`
	Browser        string         `json:"browser,omitempty"`
	Staff          string         `json:"staff,omitempty"`
	Choice         consent.Choice `json:"choice,omitempty"`
	Representative string         `json:"representative,omitempty"`
	Words          string         `json:"words,omitempty"`
	Message        string         `json:"message,omitempty"`
}

// binding ties a sealed fact to its row. A number belongs to no patient, and a stop outlives them all, so the practice's
// own key seals the fact.
func binding(practice, id string) crypto.Binding {
	return crypto.Binding{Practice: practice, Kind: factTable, ID: id}
}

// evidenceOf ties the evidence of a fact that names a patient to its row. It is gone with the patient's key.
func evidenceOf(practice, id, patient string) crypto.Binding {
	return crypto.Binding{Practice: practice, Patient: patient, Class: crypto.Evidence, Kind: factTable + ".evidence", ID: id}
}

func (s *Store) seal(ctx context.Context, f consent.Fact) (row, error) {
	r := row{ID: f.ID, Kind: string(f.Kind), Category: string(f.Category), At: f.At, Recorded: f.Recorded}
	v := secret{
		Number: f.Number, Kind: string(f.Kind), Category: string(f.Category), At: f.At, Recorded: f.Recorded,
		Actor: actor(f.Actor), Entry: f.Entry, Sender: f.Sender, Patient: f.Patient, Token: f.Token, Duty: f.Duty, Cause: string(f.Cause),
		Basis: string(f.Basis), Channel: string(f.Channel), Confirm: f.Confirm, About: f.About, Expires: f.Expires,
		Evidence: evidence(f.Evidence),
	}
	var err error
	if f.Patient != "" {
		v.Evidence = evidence{}
		if r.Patient, err = s.keys.Index(ctx, f.Practice, patientIndex, f.Patient); err != nil {
			return row{}, err
		}
		if r.Evidence, err = s.sealed(ctx, evidence(f.Evidence), evidenceOf(f.Practice, f.ID, f.Patient)); err != nil {
			return row{}, err
		}
	}
	r.Sealed, err = s.sealed(ctx, v, binding(f.Practice, f.ID))
	return r, err
}

func (s *Store) sealed(ctx context.Context, v any, b crypto.Binding) ([]byte, error) {
	plain, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return s.keys.Seal(ctx, nil, plain, b)
}

// open returns the fact that r keeps, or an error that wraps consent.ErrTampered when r was altered, or moved from
// another row. Whether it stands in the right ledger is the caller's to ask.
func (s *Store) open(ctx context.Context, practice string, r row) (consent.Fact, error) {
	var v secret
	if err := s.opened(ctx, r.Sealed, &v, binding(practice, r.ID)); err != nil {
		return consent.Fact{}, err
	}
	if v.Kind != r.Kind || v.Category != r.Category || !v.At.Equal(r.At) || !v.Recorded.Equal(r.Recorded) ||
		(v.Patient == "") != (r.Patient == nil) || (v.Patient == "") != (r.Evidence == nil) {
		return consent.Fact{}, errColumn
	}
	f := consent.Fact{
		ID: r.ID, Practice: practice, Number: v.Number, Kind: consent.Kind(v.Kind),
		Category: consent.Category(v.Category), Sender: v.Sender, Patient: v.Patient, At: v.At, Recorded: v.Recorded,
		Actor: audit.Actor(v.Actor), Entry: v.Entry, Basis: consent.Basis(v.Basis), Channel: consent.Channel(v.Channel),
		Cause: consent.Cause(v.Cause), Evidence: consent.Evidence(v.Evidence), Confirm: v.Confirm, About: v.About,
		Token: v.Token, Duty: v.Duty, Expires: v.Expires,
	}
	if f.Patient == "" {
		return f, nil
	}
	var e evidence
	err := s.opened(ctx, r.Evidence, &e, evidenceOf(f.Practice, f.ID, f.Patient))
	if errors.Is(err, crypto.ErrShredded) {
		f.Erased = true
		return f, nil
	}
	f.Evidence = consent.Evidence(e)
	return f, err
}

var errColumn = fmt.Errorf("%w: a column differs from its sealed part", consent.ErrTampered)

func (s *Store) opened(ctx context.Context, sealed []byte, v any, b crypto.Binding) error {
	plain, err := s.keys.Open(ctx, nil, sealed, b)
	if errors.Is(err, crypto.ErrAuth) {
		return fmt.Errorf("%w: %w", consent.ErrTampered, err)
	}
	if err != nil {
		return err
	}
	if json.Unmarshal(plain, v) != nil {
		return fmt.Errorf("%w: its sealed part cannot be read", consent.ErrTampered)
	}
	return nil
}
