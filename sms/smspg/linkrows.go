package smspg

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/crypto"
	"github.com/enamel-go/enamel/sms/link"
)

const linkColumns = "practice, id, place, kind, recorded, actor_kind, actor, patient, token, expires, sealed"

// linkIndex is the kind under which a link's patient is indexed.
const linkIndex = crypto.Fixed + "sms.link.patient"

// linkRow is a fact as a row. Its JSON is what the digest is of; its names are part of what old rows hold: add with
// omitzero, never rename.
type linkRow struct {
	Practice  string       `bun:"practice" json:"practice"`
	ID        string       `bun:"id" json:"id"`
	Place     int          `bun:"place" json:"place"`
	Kind      string       `bun:"kind" json:"kind"`
	Recorded  time.Time    `bun:"recorded" json:"recorded"`
	ActorKind string       `bun:"actor_kind" json:"actor_kind"`
	Actor     string       `bun:"actor" json:"actor"`
	Patient   []byte       `bun:"patient" json:"patient"`
	Token     *string      `bun:"token" json:"token"`
	Expires   bun.NullTime `bun:"expires" json:"expires"`
	Sealed    []byte       `bun:"sealed" json:"-"`
}

// digest is of all columns but the sealed part, which holds it.
func (r linkRow) digest() ([]byte, error) {
	r.Recorded, r.Expires.Time = r.Recorded.UTC(), r.Expires.UTC()
	plain, err := json.Marshal(r)
	sum := sha256.Sum256(plain)
	return sum[:], err
}

// linkSecret is the JSON that is sealed. Its names are part of what old rows hold: add, never rename.
type linkSecret struct {
	Digest   []byte `json:"digest"`
	Patient  string `json:"patient,omitempty"`
	Kind     string `json:"kind,omitempty"` // of the resource
	Resource string `json:"resource,omitempty"`
	Actor    string `json:"actor,omitempty"` // who opened it
}

// linkBinding binds what is sealed to its row.
func linkBinding(r linkRow) crypto.Binding {
	return crypto.Binding{Practice: r.Practice, Kind: fmt.Sprintf("%s.%d", linkTable, r.Place), ID: r.ID}
}

// row returns a fact as it is kept. It holds ids alone, and is found before its patient is known: the practice's own key
// seals it.
func (s *Links) row(ctx context.Context, f link.Fact) (linkRow, error) {
	r := linkRow{Practice: f.Practice, ID: f.ID, Place: 2, Kind: string(f.Kind), Recorded: f.Recorded, ActorKind: string(f.Actor.Kind)}
	secret := linkSecret{Patient: f.Patient, Kind: f.Resource.Kind, Resource: f.Resource.ID}
	if f.Kind == link.Opened {
		secret.Actor = f.Actor.ID
	} else {
		r.Actor = f.Actor.ID
	}
	var err error
	if f.Kind == link.Issued {
		r.Place, r.Token, r.Expires = 1, &f.Token, bun.NullTime{Time: f.Expires}
		if r.Patient, err = s.keys.Index(ctx, f.Practice, linkIndex, f.Patient); err != nil {
			return linkRow{}, err
		}
	}
	if secret.Digest, err = r.digest(); err != nil {
		return linkRow{}, err
	}
	plain, err := json.Marshal(secret)
	if err == nil {
		r.Sealed, err = s.keys.Seal(ctx, nil, plain, linkBinding(r))
	}
	return r, err
}

// fact opens a row. An error wraps [link.ErrTampered] when the row was altered, or moved from another one.
func (s *Links) fact(ctx context.Context, r linkRow) (link.Fact, error) {
	plain, err := s.keys.Open(ctx, nil, r.Sealed, linkBinding(r))
	if errors.Is(err, crypto.ErrAuth) {
		err = fmt.Errorf("%w: %w", link.ErrTampered, err)
	}
	if err != nil {
		return link.Fact{}, err
	}
	var secret linkSecret
	digest, err := r.digest()
	if err != nil {
		return link.Fact{}, err
	}
	if json.Unmarshal(plain, &secret) != nil || !bytes.Equal(digest, secret.Digest) {
		return link.Fact{}, fmt.Errorf("%w: a column differs from its sealed part", link.ErrTampered)
	}
	f := link.Fact{
		ID: r.ID, Practice: r.Practice, Kind: link.Kind(r.Kind), Recorded: r.Recorded.UTC(),
		Actor:   audit.Actor{Kind: audit.ActorKind(r.ActorKind), ID: r.Actor},
		Patient: secret.Patient, Resource: link.Resource{Kind: secret.Kind, ID: secret.Resource},
	}
	if f.Kind == link.Opened {
		f.Actor.ID = secret.Actor
	}
	if f.Kind == link.Issued {
		f.Token, f.Expires = *r.Token, r.Expires.UTC()
	}
	return f, nil
}
