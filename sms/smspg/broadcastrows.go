package smspg

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/crypto"
	"github.com/enamel-go/enamel/sms/broadcast"
	"github.com/enamel-go/enamel/sms/template"
)

// recipientIndex is the kind under which a recipient's patient is indexed.
const recipientIndex = crypto.Fixed + "sms.recipient"

const broadcastColumns = "id, broadcast, kind, recorded, sealed"

// broadcastRow is a fact as a row.
type broadcastRow struct {
	ID        string    `bun:"id"`
	Broadcast string    `bun:"broadcast"`
	Kind      string    `bun:"kind"`
	Recorded  time.Time `bun:"recorded"`
	Sealed    []byte    `bun:"sealed"`
}

// secretBroadcast is the JSON of a fact that is sealed. Its names are part of what old rows hold: add, never rename.
type secretBroadcast struct {
	Broadcast string          `json:"broadcast"`
	Kind      broadcast.Kind  `json:"kind"`
	Recorded  time.Time       `json:"recorded"`
	ActorKind audit.ActorKind `json:"actor_kind"`
	ActorID   string          `json:"actor_id"`
	Reason    string          `json:"reason,omitzero"`
	Plan      *secretPlan     `json:"plan,omitzero"`
	Count     int             `json:"count,omitzero"`
	Sum       string          `json:"sum,omitzero"`
	After     string          `json:"after,omitzero"`
	Last      bool            `json:"last,omitzero"`
}

// secretPlan has the fields of a broadcast.Plan, and says what they are called in old rows.
type secretPlan struct {
	Category   consent.Category             `json:"category"`
	Template   string                       `json:"template"`
	Version    int                          `json:"version"`
	Values     template.Values              `json:"values,omitzero"`
	Bodies     map[template.Language]string `json:"bodies,omitzero"`
	Language   template.Language            `json:"language"`
	From       string                       `json:"from"`
	NotBefore  time.Time                    `json:"not_before"`
	LastUseful time.Time                    `json:"last_useful"`
	Audience   secretAudience               `json:"audience"`
}

// secretAudience has the fields of a broadcast.Audience.
type secretAudience struct {
	Criterion broadcast.Criterion `json:"criterion"`
	Day       string              `json:"day,omitzero"`
	Detail    string              `json:"detail,omitzero"`
}

// recipientRow is a recipient as a row.
type recipientRow struct {
	Place   int64  `bun:"place"`
	Number  []byte `bun:"number"`
	Patient []byte `bun:"patient"`
	Shared  bool   `bun:"shared"`
	Stage   string `bun:"stage"`
	Turn    int    `bun:"turn"`
	Reason  string `bun:"reason"`
	Sealed  []byte `bun:"sealed"`
}

// secretRecipient is the JSON of a recipient that is sealed. Its names are part of what old rows hold: add, never rename.
type secretRecipient struct {
	Number        string `json:"number"`
	Patient       string `json:"patient,omitzero"`
	Language      string `json:"language,omitzero"`
	Zone          string `json:"zone,omitzero"`
	Authorization string `json:"authorization,omitzero"`
}

// alteredBroadcast is what is wrong with a row whose sealed part does not open in its place, or says something else.
func alteredBroadcast(table string) error {
	return fmt.Errorf("%w: a row of %s differs from what is sealed in it", broadcast.ErrTampered, table)
}

func (s *Broadcasts) seal(ctx context.Context, b crypto.Binding, secret any) ([]byte, error) {
	plain, err := json.Marshal(secret)
	if err != nil {
		return nil, err
	}
	return s.keys.Seal(ctx, nil, plain, b)
}

func (s *Broadcasts) open(ctx context.Context, b crypto.Binding, sealed []byte, secret any) error {
	plain, err := s.keys.Open(ctx, nil, sealed, b)
	if errors.Is(err, crypto.ErrAuth) || err == nil && json.Unmarshal(plain, secret) != nil {
		return alteredBroadcast(b.Kind)
	}
	return err
}

func factBinding(practice, id string) crypto.Binding {
	return crypto.Binding{Practice: practice, Kind: broadcastFactTable, ID: id}
}

// recipientBinding ties a recipient to its broadcast and its number's index. A number belongs to no patient, so the
// practice's own key seals it.
func recipientBinding(k broadcast.Key, number []byte) crypto.Binding {
	return crypto.Binding{Practice: k.Practice, Kind: recipientTable, ID: k.Broadcast + "/" + hex.EncodeToString(number)}
}

func (s *Broadcasts) sealFact(ctx context.Context, f broadcast.Fact) ([]byte, error) {
	secret := secretBroadcast{
		Broadcast: f.Broadcast, Kind: f.Kind, Recorded: f.Recorded, ActorKind: f.Actor.Kind, ActorID: f.Actor.ID, Reason: f.Reason,
		Count: f.Count, Sum: f.Sum, After: f.After, Last: f.Last,
	}
	if f.Kind == broadcast.Drafted {
		p := f.Plan
		secret.Plan = &secretPlan{
			p.Category, p.Template, p.Version, p.Values, p.Bodies, p.Language, p.From, p.NotBefore, p.LastUseful, secretAudience(p.Audience),
		}
	}
	return s.seal(ctx, factBinding(f.Practice, f.ID), secret)
}

func (s *Broadcasts) openFacts(ctx context.Context, practice string, rows []broadcastRow) ([]broadcast.Fact, error) {
	var facts []broadcast.Fact
	for _, r := range rows {
		var v secretBroadcast
		if err := s.open(ctx, factBinding(practice, r.ID), r.Sealed, &v); err != nil {
			return nil, err
		}
		if v.Broadcast != r.Broadcast || string(v.Kind) != r.Kind || !v.Recorded.Equal(r.Recorded) {
			return nil, alteredBroadcast(broadcastFactTable)
		}
		f := broadcast.Fact{
			ID: r.ID, Practice: practice, Broadcast: v.Broadcast, Kind: v.Kind, Recorded: v.Recorded.UTC(),
			Actor: audit.Actor{Kind: v.ActorKind, ID: v.ActorID}, Reason: v.Reason, Count: v.Count, Sum: v.Sum, After: v.After, Last: v.Last,
		}
		if p := v.Plan; p != nil {
			f.Plan = broadcast.Plan{
				Category: p.Category, Template: p.Template, Version: p.Version, Values: p.Values, Bodies: p.Bodies, Language: p.Language,
				From: p.From, NotBefore: p.NotBefore.UTC(), LastUseful: p.LastUseful.UTC(), Audience: broadcast.Audience(p.Audience),
			}
		}
		facts = append(facts, f)
	}
	return facts, nil
}

func (s *Broadcasts) sealRecipient(ctx context.Context, k broadcast.Key, number []byte, r broadcast.Recipient) ([]byte, error) {
	return s.seal(ctx, recipientBinding(k, number), secretRecipient{r.Number, r.Patient, r.Language, r.Zone, r.Authorization})
}

func (s *Broadcasts) openRecipient(ctx context.Context, k broadcast.Key, row recipientRow) (broadcast.Recipient, error) {
	var v secretRecipient
	if err := s.open(ctx, recipientBinding(k, row.Number), row.Sealed, &v); err != nil {
		return broadcast.Recipient{}, err
	}
	number, err := s.keys.Index(ctx, k.Practice, numberIndex, v.Number)
	if err == nil && (!bytes.Equal(number, row.Number) || (v.Patient == "") != (row.Patient == nil)) {
		err = alteredBroadcast(recipientTable)
	}
	return broadcast.Recipient{
		Place: row.Place, Number: v.Number, Patient: v.Patient, Shared: row.Shared, Language: v.Language, Zone: v.Zone,
		Authorization: v.Authorization, Stage: broadcast.Stage(row.Stage), Turn: row.Turn, Reason: row.Reason,
	}, err
}
