package smspg

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/crypto"
	"github.com/enamel-go/enamel/sms/registration"
)

const registrationColumns = "id, subject_kind, subject, kind, at, recorded, actor_kind, actor, number, provider, reference, registry, code, body, sealed"

// registrationRow is a fact as a row. Its JSON is what the digest is of; its names are part of what old rows hold: add
// with omitzero, never rename.
type registrationRow struct {
	Practice    string    `bun:"practice" json:"practice"`
	Place       int       `bun:"place" json:"place"`
	ID          string    `bun:"id" json:"id"`
	SubjectKind string    `bun:"subject_kind" json:"subject_kind"`
	Subject     string    `bun:"subject" json:"subject"`
	Kind        string    `bun:"kind" json:"kind"`
	At          time.Time `bun:"at" json:"at"`
	Recorded    time.Time `bun:"recorded" json:"recorded"`
	ActorKind   string    `bun:"actor_kind" json:"actor_kind"`
	Actor       string    `bun:"actor" json:"actor"`
	Number      string    `bun:"number" json:"number"`
	Provider    string    `bun:"provider" json:"provider"`
	Reference   string    `bun:"reference" json:"reference"`
	Registry    string    `bun:"registry" json:"registry"`
	Code        string    `bun:"code" json:"code"`
	Body        string    `bun:"body" json:"body"`
	Sealed      []byte    `bun:"sealed" json:"-"`
}

// digest is of all columns but the sealed part, which holds it.
func (r registrationRow) digest() ([]byte, error) {
	r.At, r.Recorded = r.At.UTC(), r.Recorded.UTC()
	plain, err := json.Marshal(r)
	sum := sha256.Sum256(plain)
	return sum[:], err
}

// registrationBody is the JSON of what is plain. Its names are part of what old rows hold: add, never rename.
type registrationBody struct {
	Campaign  campaignBody `json:"campaign,omitzero"`
	TollFree  tollFreeBody `json:"toll_free,omitzero"`
	EditUntil time.Time    `json:"edit_until,omitzero"`
	Until     time.Time    `json:"until,omitzero"`
	Score     int          `json:"score,omitempty"`
}

// replyBody, campaignBody and tollFreeBody have the fields of their namesakes, and say what they are called in old rows.
type replyBody struct {
	Keywords []string `json:"keywords,omitempty"`
	Message  string   `json:"message,omitempty"`
}

type campaignBody struct {
	Brand       string                 `json:"brand,omitempty"`
	UseCase     registration.UseCase   `json:"use_case,omitempty"`
	SubUseCases []registration.UseCase `json:"sub_use_cases,omitempty"`
	Description string                 `json:"description,omitempty"`
	MessageFlow string                 `json:"message_flow,omitempty"`
	Samples     []string               `json:"samples,omitempty"`
	Links       bool                   `json:"links,omitempty"`
	LinkSample  string                 `json:"link_sample,omitempty"`
	Phones      bool                   `json:"phones,omitempty"`
	AgeGated    bool                   `json:"age_gated,omitempty"`
	Lending     bool                   `json:"lending,omitempty"`
	OptIn       replyBody              `json:"opt_in,omitzero"`
	OptOut      replyBody              `json:"opt_out,omitzero"`
	Help        replyBody              `json:"help,omitzero"`
	PrivacyURL  string                 `json:"privacy_url,omitempty"`
	TermsURL    string                 `json:"terms_url,omitempty"`
}

type tollFreeBody struct {
	Brand        string                     `json:"brand,omitempty"`
	Uses         []registration.TollFreeUse `json:"uses,omitempty"`
	Summary      string                     `json:"summary,omitempty"`
	Sample       string                     `json:"sample,omitempty"`
	OptIn        registration.OptInType     `json:"opt_in,omitempty"`
	OptInFlow    string                     `json:"opt_in_flow,omitempty"`
	OptInImages  []string                   `json:"opt_in_images,omitempty"`
	Volume       string                     `json:"volume,omitempty"`
	Additional   string                     `json:"additional,omitempty"`
	Keywords     []string                   `json:"keywords,omitempty"`
	Confirmation string                     `json:"confirmation,omitempty"`
	Help         string                     `json:"help,omitempty"`
	AgeGated     bool                       `json:"age_gated,omitempty"`
	PrivacyURL   string                     `json:"privacy_url,omitempty"`
	TermsURL     string                     `json:"terms_url,omitempty"`
}

// registrationSecret is the JSON that is sealed. Its names are part of what old rows hold: add, never rename.
type registrationSecret struct {
	Digest []byte    `json:"digest"`
	Brand  brandBody `json:"brand,omitzero"`
	Notify string    `json:"notify,omitempty"`
	Reason string    `json:"reason,omitempty"`
}

type brandBody struct {
	Name        string              `json:"name,omitempty"`
	DisplayName string              `json:"display_name,omitempty"`
	Entity      registration.Entity `json:"entity,omitempty"`
	EIN         string              `json:"ein,omitempty"`
	Vertical    string              `json:"vertical,omitempty"`
	Website     string              `json:"website,omitempty"`
	Email       string              `json:"email,omitempty"`
	Phone       string              `json:"phone,omitempty"`
	Address     addressBody         `json:"address,omitzero"`
	Contact     contactBody         `json:"contact,omitzero"`
	StockSymbol string              `json:"stock_symbol,omitempty"`
	Exchange    string              `json:"exchange,omitempty"`
}

type addressBody struct {
	Street  string `json:"street,omitempty"`
	Street2 string `json:"street2,omitempty"`
	City    string `json:"city,omitempty"`
	State   string `json:"state,omitempty"`
	Zip     string `json:"zip,omitempty"`
	Country string `json:"country,omitempty"`
}

type contactBody struct {
	First string `json:"first,omitempty"`
	Last  string `json:"last,omitempty"`
	Email string `json:"email,omitempty"`
	Phone string `json:"phone,omitempty"`
}

func registrationBinding(practice, id string) crypto.Binding {
	return crypto.Binding{Practice: practice, Kind: registrationTable, ID: id}
}

// row returns a fact as it is kept in a place. It is nobody's data but the practice's, whose own key seals it.
func (s *Registrations) row(ctx context.Context, f registration.Fact, place int) (registrationRow, error) {
	c, t, b := f.Content.Campaign, f.Content.TollFree, f.Content.Brand
	body, err := json.Marshal(registrationBody{
		Campaign: campaignBody{
			Brand: c.Brand, UseCase: c.UseCase, SubUseCases: c.SubUseCases, Description: c.Description, MessageFlow: c.MessageFlow,
			Samples: c.Samples, Links: c.Links, LinkSample: c.LinkSample, Phones: c.Phones, AgeGated: c.AgeGated, Lending: c.Lending,
			OptIn: replyBody(c.OptIn), OptOut: replyBody(c.OptOut), Help: replyBody(c.Help), PrivacyURL: c.PrivacyURL, TermsURL: c.TermsURL,
		},
		TollFree: tollFreeBody{
			Brand: t.Brand, Uses: t.Uses, Summary: t.Summary, Sample: t.Sample, OptIn: t.OptIn, OptInFlow: t.OptInFlow,
			OptInImages: t.OptInImages, Volume: t.Volume, Additional: t.Additional, Keywords: t.Keywords, Confirmation: t.Confirmation,
			Help: t.Help, AgeGated: t.AgeGated, PrivacyURL: t.PrivacyURL, TermsURL: t.TermsURL,
		},
		EditUntil: f.Notice.EditUntil, Until: f.Notice.Until, Score: f.Notice.Score,
	})
	if err != nil {
		return registrationRow{}, err
	}
	r := registrationRow{
		Practice: f.Practice, Place: place, ID: f.ID, SubjectKind: string(f.Subject.Kind), Subject: f.Subject.ID, Kind: string(f.Kind), At: f.At,
		Recorded: f.Recorded, ActorKind: string(f.Actor.Kind), Actor: f.Actor.ID, Number: f.Number, Provider: f.Notice.Provider,
		Reference: f.Notice.Reference, Registry: f.Notice.Registry, Code: f.Notice.Code, Body: string(body),
	}
	secret := registrationSecret{
		Brand: brandBody{
			Name: b.Name, DisplayName: b.DisplayName, Entity: b.Entity, EIN: b.EIN, Vertical: b.Vertical, Website: b.Website,
			Email: b.Email, Phone: b.Phone, Address: addressBody(b.Address), Contact: contactBody(b.Contact),
			StockSymbol: b.StockSymbol, Exchange: b.Exchange,
		},
		Notify: t.Notify, Reason: f.Notice.Reason,
	}
	if secret.Digest, err = r.digest(); err != nil {
		return registrationRow{}, err
	}
	plain, err := json.Marshal(secret)
	if err == nil {
		r.Sealed, err = s.keys.Seal(ctx, nil, plain, registrationBinding(f.Practice, f.ID))
	}
	return r, err
}

// fact opens a row. An error wraps [registration.ErrTampered] when the row was altered, or moved from another one.
func (s *Registrations) fact(ctx context.Context, r registrationRow) (registration.Fact, error) {
	plain, err := s.keys.Open(ctx, nil, r.Sealed, registrationBinding(r.Practice, r.ID))
	if errors.Is(err, crypto.ErrAuth) {
		err = fmt.Errorf("%w: %w", registration.ErrTampered, err)
	}
	if err != nil {
		return registration.Fact{}, err
	}
	var secret registrationSecret
	var body registrationBody
	digest, err := r.digest()
	if err != nil {
		return registration.Fact{}, err
	}
	if json.Unmarshal(plain, &secret) != nil || !bytes.Equal(digest, secret.Digest) {
		return registration.Fact{}, fmt.Errorf("%w: a column differs from its sealed part", registration.ErrTampered)
	}
	if json.Unmarshal([]byte(r.Body), &body) != nil {
		return registration.Fact{}, fmt.Errorf("%w: its body cannot be read", registration.ErrTampered)
	}
	c, t, b := body.Campaign, body.TollFree, secret.Brand
	return registration.Fact{
		ID: r.ID, Practice: r.Practice, Subject: registration.Subject{Kind: registration.SubjectKind(r.SubjectKind), ID: r.Subject},
		Kind: registration.Kind(r.Kind), At: r.At.UTC(), Recorded: r.Recorded.UTC(),
		Actor: audit.Actor{Kind: audit.ActorKind(r.ActorKind), ID: r.Actor}, Number: r.Number,
		Notice: registration.Notice{
			Provider: r.Provider, Reference: r.Reference, Registry: r.Registry, Code: r.Code, Reason: secret.Reason,
			EditUntil: body.EditUntil.UTC(), Until: body.Until.UTC(), Score: body.Score,
		},
		Content: registration.Content{
			Campaign: registration.Campaign{
				Brand: c.Brand, UseCase: c.UseCase, SubUseCases: c.SubUseCases, Description: c.Description, MessageFlow: c.MessageFlow,
				Samples: c.Samples, Links: c.Links, LinkSample: c.LinkSample, Phones: c.Phones, AgeGated: c.AgeGated, Lending: c.Lending,
				OptIn: registration.Reply(c.OptIn), OptOut: registration.Reply(c.OptOut), Help: registration.Reply(c.Help),
				PrivacyURL: c.PrivacyURL, TermsURL: c.TermsURL,
			},
			TollFree: registration.TollFree{
				Brand: t.Brand, Notify: secret.Notify, Uses: t.Uses, Summary: t.Summary, Sample: t.Sample, OptIn: t.OptIn, OptInFlow: t.OptInFlow,
				OptInImages: t.OptInImages, Volume: t.Volume, Additional: t.Additional, Keywords: t.Keywords, Confirmation: t.Confirmation,
				Help: t.Help, AgeGated: t.AgeGated, PrivacyURL: t.PrivacyURL, TermsURL: t.TermsURL,
			},
			Brand: registration.Brand{
				Name: b.Name, DisplayName: b.DisplayName, Entity: b.Entity, EIN: b.EIN, Vertical: b.Vertical, Website: b.Website,
				Email: b.Email, Phone: b.Phone, Address: registration.Address(b.Address), Contact: registration.Contact(b.Contact),
				StockSymbol: b.StockSymbol, Exchange: b.Exchange,
			},
		},
	}, nil
}
