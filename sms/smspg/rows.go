package smspg

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/crypto"
	"github.com/enamel-go/enamel/sms"
)

const (
	textTable     = "sms_text"
	queueTable    = "sms_queue"
	decisionTable = "sms_decision"
	receivedTable = "sms_received"
	senderTable   = "sms_sender"
)

// numberIndex is the kind under which a patient's number is indexed, in every table.
const numberIndex = "sms.number"

// columns are what a row is scanned from: the text t, its progress q and its decision d.
const columns = `t.practice, t.id, t.kind, t.category, t.provider, t.created, t.not_before, t.last_useful, t.sealed,
	q.state, q.due, q.attempts, q.first_try, q.in_flight, q.provider_id, q.delivery, q.code, q.class, d.sealed AS decision`

// row is a text with its progress.
type row struct {
	Practice   string       `bun:"practice"`
	ID         string       `bun:"id"`
	Kind       string       `bun:"kind"`
	Category   string       `bun:"category"`
	Provider   string       `bun:"provider"`
	Created    time.Time    `bun:"created"`
	NotBefore  time.Time    `bun:"not_before"`
	LastUseful time.Time    `bun:"last_useful"`
	Sealed     []byte       `bun:"sealed"`
	State      string       `bun:"state"`
	Due        time.Time    `bun:"due"`
	Attempts   int          `bun:"attempts"`
	FirstTry   bun.NullTime `bun:"first_try"`
	InFlight   bool         `bun:"in_flight"`
	ProviderID string       `bun:"provider_id"`
	Delivery   string       `bun:"delivery"`
	Code       string       `bun:"code"`
	Class      string       `bun:"class"`
	Decision   []byte       `bun:"decision"`
	Place      int          `bun:"place"` // of a text that is claimed: its place among those claimed with it
}

// secretText is the JSON of a text that is sealed. Its names are part of what old rows hold: add, never rename.
type secretText struct {
	Patient string `json:"patient,omitzero"`
	From    string `json:"from,omitzero"`
	To      string `json:"to,omitzero"`
	Body    string `json:"body,omitzero"`
	Subject string `json:"subject,omitzero"`
	Version string `json:"version,omitzero"`
	Zone    string `json:"zone,omitzero"`
}

// secretMessage is the JSON of a message that is sealed. Its names are part of what old rows hold: add, never rename.
type secretMessage struct {
	From    string `json:"from,omitzero"`
	To      string `json:"to,omitzero"`
	Body    string `json:"body,omitzero"`
	Media   int    `json:"media,omitzero"`
	Keyword string `json:"keyword,omitzero"`
}

// vault seals and opens what is secret. A number belongs to no patient, so the practice's own key seals what holds one.
type vault struct{ keys *crypto.Keyring }

func (s *Store) vault() vault { return vault{s.keys} }

func (v vault) number(ctx context.Context, practice, number string) ([]byte, error) {
	return v.keys.Index(ctx, practice, numberIndex, number)
}

func (v vault) seal(ctx context.Context, kind string, k sms.Key, secret any) ([]byte, error) {
	plain, err := json.Marshal(secret)
	if err != nil {
		return nil, err
	}
	return v.keys.Seal(ctx, nil, plain, crypto.Binding{Practice: k.Practice, Kind: kind, ID: k.ID})
}

func (v vault) open(ctx context.Context, kind string, k sms.Key, sealed []byte, secret any) error {
	plain, err := v.keys.Open(ctx, nil, sealed, crypto.Binding{Practice: k.Practice, Kind: kind, ID: k.ID})
	if err != nil {
		return err
	}
	if json.Unmarshal(plain, secret) != nil {
		return fmt.Errorf("what is sealed in a row of %s cannot be read", kind)
	}
	return nil
}

// tracked opens a row.
func (v vault) tracked(ctx context.Context, r row) (sms.Tracked, error) {
	k := sms.Key{Practice: r.Practice, ID: r.ID}
	var s secretText
	if err := v.open(ctx, textTable, k, r.Sealed, &s); err != nil {
		return sms.Tracked{}, err
	}
	t := sms.Tracked{
		Text: sms.Text{
			ID: r.ID, Practice: r.Practice, Patient: s.Patient, Kind: sms.Kind(r.Kind),
			Category: consent.Category(r.Category), Provider: r.Provider, From: s.From, To: s.To, Body: s.Body,
			Subject: s.Subject, Version: s.Version, Zone: s.Zone,
			NotBefore: r.NotBefore.UTC(), LastUseful: r.LastUseful.UTC(), Created: r.Created.UTC(),
		},
		Progress: sms.Progress{
			State: sms.State(r.State), Due: r.Due.UTC(), Attempts: r.Attempts, FirstTry: r.FirstTry.UTC(),
			ProviderID: r.ProviderID, Delivery: sms.Status(r.Delivery), Code: r.Code, Class: sms.Class(r.Class),
			InFlight: r.InFlight,
		},
	}
	if r.Decision == nil {
		return t, nil
	}
	return t, v.open(ctx, decisionTable, k, r.Decision, &t.Decision)
}

// receivedRow is a message that came in.
type receivedRow struct {
	Practice string    `bun:"practice"`
	Provider string    `bun:"provider"`
	ID       string    `bun:"id"`
	At       time.Time `bun:"at"`
	Word     string    `bun:"word"`
	Sealed   []byte    `bun:"sealed"`
}

// messageKind is what a sealed message is bound to, beside its id: ids are a provider's own.
func messageKind(provider string) string { return receivedTable + "." + provider }

func (v vault) sealMessage(ctx context.Context, r sms.Received) ([]byte, error) {
	return v.seal(ctx, messageKind(r.Provider), sms.Key{Practice: r.Practice, ID: r.ID},
		secretMessage{From: r.From, To: r.To, Body: r.Body, Media: r.Media, Keyword: r.Keyword})
}

func (v vault) message(ctx context.Context, r receivedRow) (sms.Received, error) {
	var s secretMessage
	if err := v.open(ctx, messageKind(r.Provider), sms.Key{Practice: r.Practice, ID: r.ID}, r.Sealed, &s); err != nil {
		return sms.Received{}, err
	}
	return sms.Received{
		Inbound: sms.Inbound{
			Provider: r.Provider, ID: r.ID, From: s.From, To: s.To, Body: s.Body, Media: s.Media, Keyword: s.Keyword,
		},
		Practice: r.Practice, At: r.At.UTC(), Word: r.Word,
	}, nil
}
