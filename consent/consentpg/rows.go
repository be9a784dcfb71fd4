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
	Evidence []byte    `bun:"evidence"` // sealed under the key of the patient whom the fact names, else the practice's
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

// evidenceOf ties the evidence of a fact to its row. Where the fact names a patient it is gone with that patient's key.
func evidenceOf(practice, id, patient string) crypto.Binding {
	b := crypto.Binding{Practice: practice, Patient: patient, Kind: factTable + ".evidence", ID: id}
	if patient != "" {
		b.Class = crypto.Evidence
	}
	return b
}

func (s *Store) seal(ctx context.Context, f consent.Fact) (row, error) {
	r := row{ID: f.ID, Kind: string(f.Kind), Category: string(f.Category), At: f.At, Recorded: f.Recorded}
	var err error
	if f.Patient != "" {
		if r.Patient, err = s.keys.Index(ctx, f.Practice, patientIndex, f.Patient); err != nil {
			return row{}, err
		}
	}
	proof, err := json.Marshal(evidence(f.Evidence))
	if err != nil {
		return row{}, err
	}
	if r.Evidence, err = s.keys.Seal(ctx, nil, proof, evidenceOf(f.Practice, f.ID, f.Patient)); err != nil {
		return row{}, err
	}
	r.Sealed, err = s.keys.Seal(ctx, nil, body(f), binding(f.Practice, f.ID))
	return r, err
}

// stands returns the fact that r keeps without its evidence, or an error that wraps consent.ErrTampered when r was altered,
// or moved from another row. Whether it stands in the right ledger is the caller's to ask.
func (s *Store) stands(ctx context.Context, practice string, r row) (consent.Fact, error) {
	f, err := s.kept(ctx, practice, r)
	if err != nil || f.Patient == "" {
		return f, err
	}
	_, f.Erased, err = s.proof(ctx, r, f)
	return f, err
}

// open returns the fact that r keeps, evidence included.
func (s *Store) open(ctx context.Context, practice string, r row) (consent.Fact, error) {
	f, err := s.kept(ctx, practice, r)
	if err != nil {
		return f, err
	}
	if r.Evidence == nil && f.Entry == "" {
		return f, nil // of before, when the sealed part held the evidence
	}
	plain, erased, err := s.proof(ctx, r, f)
	if f.Erased = erased; err != nil || erased {
		return f, err
	}
	var e evidence
	if json.Unmarshal(plain, &e) != nil {
		return f, errUnreadable
	}
	f.Evidence = consent.Evidence(e)
	return f, nil
}

// kept returns what the sealed part of r says.
func (s *Store) kept(ctx context.Context, practice string, r row) (consent.Fact, error) {
	plain, err := s.opened(ctx, r.Sealed, binding(practice, r.ID))
	if err != nil {
		return consent.Fact{}, err
	}
	f, ok := ofBody(string(plain))
	if !ok {
		f, ok = ofOldBody(plain)
	}
	if !ok {
		return consent.Fact{}, errUnreadable
	}
	if string(f.Kind) != r.Kind || string(f.Category) != r.Category || !f.At.Equal(r.At) || !f.Recorded.Equal(r.Recorded) ||
		(f.Patient == "") != (r.Patient == nil) {
		return consent.Fact{}, errColumn
	}
	f.ID, f.Practice = r.ID, practice
	return f, nil
}

// proof returns the evidence of a fact, or that it was erased with its patient.
func (s *Store) proof(ctx context.Context, r row, f consent.Fact) (plain []byte, erased bool, err error) {
	if r.Evidence == nil {
		return nil, false, errColumn
	}
	plain, err = s.opened(ctx, r.Evidence, evidenceOf(f.Practice, f.ID, f.Patient))
	if f.Patient != "" && errors.Is(err, crypto.ErrShredded) {
		return nil, true, nil
	}
	return plain, false, err
}

var (
	errColumn     = fmt.Errorf("%w: a column differs from its sealed part", consent.ErrTampered)
	errUnreadable = fmt.Errorf("%w: its sealed part cannot be read", consent.ErrTampered)
)

func (s *Store) opened(ctx context.Context, sealed []byte, b crypto.Binding) ([]byte, error) {
	return opened(ctx, s.keys, consent.ErrTampered, sealed, b)
}
