package smspg

import (
	"bytes"
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

// numberIndex is the kind under which a patient's number is indexed, in every table, and in keys of rows.
const numberIndex = crypto.Fixed + "sms.number"

// textColumns are what a row is scanned from: the text t and its progress q.
const textColumns = `t.practice, t.id, t.kind, t.category, t.provider, t.created, t.not_before, t.last_useful, t.sealed,
	q.number, q.state, q.due, q.attempts, q.first_try, q.claimed, q.in_flight, q.provider_id, q.delivery, q.code, q.class`

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
	Number     []byte       `bun:"number"`
	State      string       `bun:"state"`
	Due        time.Time    `bun:"due"`
	Attempts   int          `bun:"attempts"`
	FirstTry   bun.NullTime `bun:"first_try"`
	Claimed    bun.NullTime `bun:"claimed"`
	InFlight   bool         `bun:"in_flight"`
	ProviderID string       `bun:"provider_id"`
	Delivery   string       `bun:"delivery"`
	Code       string       `bun:"code"`
	Class      string       `bun:"class"`
	Decision   []byte       `bun:"decision"`
	At         string       `bun:"at"` // of a text that is claimed: where its row stood
	Priority   int          `bun:"priority"`
	Until      bun.NullTime `bun:"until"`
}

// secretText is the JSON of a text that is sealed. It repeats the plain columns, so that nobody can make an answer of a
// text by altering one. Its names are part of what old rows hold: add, never rename.
type secretText struct {
	Kind       sms.Kind         `json:"kind"`
	Category   consent.Category `json:"category"`
	Provider   string           `json:"provider"`
	Created    time.Time        `json:"created"`
	NotBefore  time.Time        `json:"not_before"`
	LastUseful time.Time        `json:"last_useful"`
	Patient    string           `json:"patient,omitzero"`
	From       string           `json:"from"`
	To         string           `json:"to"`
	Body       string           `json:"body"`
	Subject    string           `json:"subject,omitzero"`
	Version    string           `json:"version,omitzero"`
	Zone       string           `json:"zone,omitzero"`
	Region     string           `json:"region,omitzero"`
	Broadcast  string           `json:"broadcast,omitzero"`
	Answers    string           `json:"answers,omitzero"`
	Start      time.Time        `json:"start,omitzero"`
	Clock      string           `json:"clock,omitzero"`
	Language   string           `json:"language,omitzero"`
	Subjects   []sms.Subject    `json:"subjects,omitempty"`
}

// secretMessage is the JSON of a message that is sealed. Its names are part of what old rows hold: add, never rename.
type secretMessage struct {
	At      time.Time `json:"at"`
	Word    string    `json:"word,omitzero"`
	From    string    `json:"from"`
	To      string    `json:"to"`
	Body    string    `json:"body"`
	Media   int       `json:"media,omitzero"`
	Keyword string    `json:"keyword,omitzero"`
	Flag    sms.Flag  `json:"flag,omitzero"`
	Patient string    `json:"patient,omitzero"`
	Subject string    `json:"subject,omitzero"`
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

// altered is what is wrong with a row whose plain columns are not those that were sealed with it.
func altered(table string) error {
	return fmt.Errorf("%w: the columns of a row of %s differ from what is sealed in it", crypto.ErrAuth, table)
}

func (v vault) sealText(ctx context.Context, t sms.Text) ([]byte, error) {
	return v.seal(ctx, textTable, t.Key(), secretText{
		Kind: t.Kind, Category: t.Category, Provider: t.Provider, Created: t.Created, NotBefore: t.NotBefore,
		LastUseful: t.LastUseful, Patient: t.Patient, From: t.From, To: t.To, Body: t.Body, Subject: t.Subject,
		Version: t.Version, Zone: t.Zone, Region: t.Region, Broadcast: t.Broadcast, Answers: t.Answers, Start: t.Start, Clock: t.Clock,
		Language: t.Language, Subjects: t.Subjects,
	})
}

// tracked opens a row. An error says which.
func (v vault) tracked(ctx context.Context, r row) (sms.Tracked, error) {
	k := sms.Key{Practice: r.Practice, ID: r.ID}
	t, err := v.opened(ctx, k, r)
	if err != nil {
		return sms.Tracked{}, fmt.Errorf("text %q of practice %q: %w", k.ID, k.Practice, err)
	}
	return t, nil
}

func (v vault) opened(ctx context.Context, k sms.Key, r row) (sms.Tracked, error) {
	var s secretText
	if err := v.open(ctx, textTable, k, r.Sealed, &s); err != nil {
		return sms.Tracked{}, err
	}
	number, err := v.number(ctx, r.Practice, s.To)
	if err != nil {
		return sms.Tracked{}, err
	}
	if r.Kind != string(s.Kind) || r.Category != string(s.Category) || r.Provider != s.Provider ||
		!r.Created.Equal(s.Created) || !r.NotBefore.Equal(s.NotBefore) || !r.LastUseful.Equal(s.LastUseful) {
		return sms.Tracked{}, altered(textTable)
	}
	if !bytes.Equal(r.Number, number) {
		return sms.Tracked{}, altered(queueTable)
	}
	t := sms.Tracked{
		Text: sms.Text{
			ID: r.ID, Practice: r.Practice, Patient: s.Patient, Kind: s.Kind, Category: s.Category, Provider: s.Provider,
			From: s.From, To: s.To, Body: s.Body, Subject: s.Subject, Version: s.Version, Zone: s.Zone,
			Region: s.Region, Broadcast: s.Broadcast, Answers: s.Answers, Start: s.Start.UTC(), Clock: s.Clock, Language: s.Language, Subjects: s.Subjects,
			NotBefore: s.NotBefore.UTC(), LastUseful: s.LastUseful.UTC(), Created: s.Created.UTC(),
		},
		Progress: sms.Progress{
			State: sms.State(r.State), Due: r.Due.UTC(), Attempts: r.Attempts, FirstTry: r.FirstTry.UTC(),
			Claimed: r.Claimed.UTC(), ProviderID: r.ProviderID, Delivery: sms.Status(r.Delivery), Code: r.Code,
			Class: sms.Class(r.Class), InFlight: r.InFlight,
		},
	}
	if r.Decision == nil {
		return t, nil
	}
	t.Decision, err = v.openDecision(ctx, k, r.Decision)
	return t, err
}

// receivedRow is a message that came in.
type receivedRow struct {
	Practice string    `bun:"practice"`
	Provider string    `bun:"provider"`
	ID       string    `bun:"id"`
	At       time.Time `bun:"at"`
	Word     string    `bun:"word"`
	Sealed   []byte    `bun:"sealed"`
	Content  string    `bun:"content"`
}

// messageKind is what a sealed message is bound to, beside its id: ids are a provider's own.
func messageKind(provider string) string { return receivedTable + "." + provider }

// sealMessage seals a message. What a flagged one holds is sealed in a row of its own.
func (v vault) sealMessage(ctx context.Context, r sms.Received) ([]byte, error) {
	if r.Flag != sms.Unflagged {
		r.Body = ""
	}
	return v.seal(ctx, messageKind(r.Provider), sms.Key{Practice: r.Practice, ID: r.ID}, secretMessage{
		At: r.At, Word: r.Word, From: r.From, To: r.To, Body: r.Body, Media: r.Media, Keyword: r.Keyword,
		Flag: r.Flag, Patient: r.Patient, Subject: r.Subject,
	})
}

func (v vault) message(ctx context.Context, r receivedRow) (sms.Received, error) {
	var s secretMessage
	if err := v.open(ctx, messageKind(r.Provider), sms.Key{Practice: r.Practice, ID: r.ID}, r.Sealed, &s); err != nil {
		return sms.Received{}, fmt.Errorf("message %q to practice %q: %w", r.ID, r.Practice, err)
	}
	if !r.At.Equal(s.At) || r.Word != s.Word || (s.Flag == sms.Unflagged) != (r.Content == "") {
		return sms.Received{}, altered(receivedTable)
	}
	return sms.Received{
		Inbound: sms.Inbound{
			Provider: r.Provider, ID: r.ID, From: s.From, To: s.To, Body: s.Body, Media: s.Media, Keyword: s.Keyword,
		},
		Practice: r.Practice, At: s.At.UTC(), Word: s.Word, Flag: s.Flag, Content: sms.Content(r.Content),
		Patient: s.Patient, Subject: s.Subject,
	}, nil
}
