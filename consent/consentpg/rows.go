package consentpg

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/crypto"
)

const (
	factTable     = "consent_fact"
	practiceTable = "consent_practice"
)

// row is a fact as a row: what is searched by is plain, the rest is sealed.
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
	Number   string           `json:"number"`
	Actor    [2]string        `json:"actor"` // kind, id
	Basis    consent.Basis    `json:"basis,omitempty"`
	Channel  consent.Channel  `json:"channel,omitempty"`
	Confirm  bool             `json:"confirm,omitempty"`
	About    []string         `json:"about,omitempty"`
	Expires  time.Time        `json:"expires,omitzero"`
	Evidence consent.Evidence `json:"evidence,omitzero"`
}

// binding ties a sealed fact to its row. A number belongs to no patient, so the practice's own key seals it.
func binding(practice, id string) crypto.Binding {
	return crypto.Binding{Practice: practice, Kind: factTable, ID: id}
}

func (s *Store) seal(ctx context.Context, f consent.Fact) (row, error) {
	plain, err := json.Marshal(secret{
		Number: f.Number, Actor: [2]string{string(f.Actor.Kind), f.Actor.ID}, Basis: f.Basis, Channel: f.Channel,
		Confirm: f.Confirm, About: f.About, Expires: f.Expires, Evidence: f.Evidence,
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

func (s *Store) open(ctx context.Context, r row) (consent.Fact, error) {
	plain, err := s.keys.Open(ctx, nil, r.Sealed, binding(r.Practice, r.ID))
	if err != nil {
		return consent.Fact{}, err
	}
	var v secret
	if err := json.Unmarshal(plain, &v); err != nil {
		return consent.Fact{}, fmt.Errorf("fact %s cannot be read", r.ID)
	}
	return consent.Fact{
		ID: r.ID, Practice: r.Practice, Number: v.Number, Kind: consent.Kind(r.Kind),
		Category: consent.Category(r.Category), At: r.At.UTC(), Recorded: r.Recorded.UTC(),
		Actor: audit.Actor{Kind: audit.ActorKind(v.Actor[0]), ID: v.Actor[1]}, Basis: v.Basis, Channel: v.Channel,
		Evidence: v.Evidence, Confirm: v.Confirm, About: v.About, Expires: v.Expires,
	}, nil
}
