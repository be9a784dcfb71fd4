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
)

// row is a fact as a row: what is searched by is plain, and repeats what is sealed.
type row struct {
	Practice string    `bun:"practice"`
	ID       string    `bun:"id"`
	Kind     string    `bun:"kind"`
	Category string    `bun:"category"`
	At       time.Time `bun:"at"`
	Recorded time.Time `bun:"recorded"`
	Sealed   []byte    `bun:"sealed"`
}

// secret is the JSON that is sealed. Its names are part of what old rows hold: add, never rename.
type secret struct {
	Number   string    `json:"number"`
	Kind     string    `json:"kind"`
	Category string    `json:"category,omitempty"`
	At       time.Time `json:"at"`
	Recorded time.Time `json:"recorded"`
	Actor    actor     `json:"actor"`
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
	Wording        string `json:"wording,omitempty"`
	Language       string `json:"language,omitempty"`
	Signature      string `json:"signature,omitempty"`
	Document       string `json:"document,omitempty"`
	Address        string `json:"address,omitempty"`
	Browser        string `json:"browser,omitempty"`
	Staff          string `json:"staff,omitempty"`
	Representative string `json:"representative,omitempty"`
	Words          string `json:"words,omitempty"`
	Message        string `json:"message,omitempty"`
}

// binding ties a sealed fact to its row. A number belongs to no patient, so the practice's own key seals it.
func binding(practice, id string) crypto.Binding {
	return crypto.Binding{Practice: practice, Kind: factTable, ID: id}
}

func (s *Store) seal(ctx context.Context, f consent.Fact) (row, error) {
	plain, err := json.Marshal(secret{
		Number: f.Number, Kind: string(f.Kind), Category: string(f.Category), At: f.At, Recorded: f.Recorded,
		Actor: actor(f.Actor), Basis: string(f.Basis), Channel: string(f.Channel), Confirm: f.Confirm, About: f.About,
		Expires: f.Expires, Evidence: evidence(f.Evidence),
	})
	if err != nil {
		return row{}, err
	}
	sealed, err := s.keys.Seal(ctx, nil, plain, binding(f.Practice, f.ID))
	return row{
		Practice: f.Practice, ID: f.ID, Kind: string(f.Kind), Category: string(f.Category),
		At: f.At, Recorded: f.Recorded, Sealed: sealed,
	}, err
}

// open returns the fact that r keeps, or an error that wraps consent.ErrTampered when r was altered, or moved from
// another row or from another number's ledger.
func (s *Store) open(ctx context.Context, r row, number string) (consent.Fact, error) {
	plain, err := s.keys.Open(ctx, nil, r.Sealed, binding(r.Practice, r.ID))
	if errors.Is(err, crypto.ErrAuth) {
		return consent.Fact{}, fmt.Errorf("%w: %w", consent.ErrTampered, err)
	}
	if err != nil {
		return consent.Fact{}, err
	}
	var v secret
	if err := json.Unmarshal(plain, &v); err != nil {
		return consent.Fact{}, fmt.Errorf("%w: its sealed part cannot be read", consent.ErrTampered)
	}
	if v.Number != number || v.Kind != r.Kind || v.Category != r.Category || !v.At.Equal(r.At) || !v.Recorded.Equal(r.Recorded) {
		return consent.Fact{}, fmt.Errorf("%w: a column differs from its sealed part", consent.ErrTampered)
	}
	return consent.Fact{
		ID: r.ID, Practice: r.Practice, Number: v.Number, Kind: consent.Kind(v.Kind),
		Category: consent.Category(v.Category), At: v.At, Recorded: v.Recorded, Actor: audit.Actor(v.Actor),
		Basis: consent.Basis(v.Basis), Channel: consent.Channel(v.Channel), Evidence: consent.Evidence(v.Evidence),
		Confirm: v.Confirm, About: v.About, Expires: v.Expires,
	}, nil
}
