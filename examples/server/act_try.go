package main

import (
	"context"
	"time"

	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/examples/internal/world"
	"github.com/enamel-go/enamel/records"
	"github.com/enamel-go/enamel/sms"
	"github.com/enamel-go/enamel/sms/segment"
)

type tryInput struct {
	Patient  string `json:"patient" doc:"the patient's id; left out where a number is given"`
	Number   string `json:"number" doc:"a phone number, of whoever it may be; the patient's where it is left out"`
	Category string `json:"category" doc:"transactional, conversational or promotional"`
	Body     string `json:"body" doc:"what the recipient would read"`
	At       string `json:"at" doc:"at which moment it would leave, 2026-11-24T09:30 by the practice's clock; now where it is left out"`
}

// triedView is what would become of a text.
type triedView struct {
	Verdict  sms.Verdict      `json:"verdict"`
	Says     string           `json:"says"`
	Leaves   time.Time        `json:"leaves,omitzero"` // when it would be lawful; zero: while it is of use it is not
	At       time.Time        `json:"at"`              // the moment that it was asked for
	Law      string           `json:"law"`             // the edition of the rules
	Body     string           `json:"body"`
	Encoding segment.Encoding `json:"encoding"`
	Segments int              `json:"segments"`
	Findings []findingView    `json:"findings"` // what the screen found; whether it forbids this text, the rules say
	Rules    []ruleView       `json:"rules"`
	Facts    []knownView      `json:"facts"`
}

// Pieces is the text with the places of the findings marked.
func (v triedView) Pieces() []piece { return pieces(v.Body, found(v.Findings)) }

// try asks the law about a text that nobody has queued. That the desk sees what the number stands at is recorded.
func try(ctx context.Context, s *app, in tryInput) (done, error) {
	category, err := choice("category", in.Category, consent.Categories()...)
	if err != nil {
		return done{}, err
	}
	sc := s.scene.Load()
	at := sc.Clock.Now()
	if in.At != "" {
		if at, err = moment(in.At); err != nil {
			return done{}, err
		}
	}
	t := sms.Text{Practice: practice, Category: category, From: world.Sender().Number, Body: in.Body, LastUseful: at.Add(useful)}
	if in.Number != "" {
		if t.To, err = number(in.Number); err != nil {
			return done{}, err
		}
	} else if t, err = toPatient(ctx, sc, t, in.Patient); err != nil {
		return done{}, err
	}
	if _, err := sc.Consents.State(ctx, world.Desk(), consent.Key{Practice: practice, Number: t.To}); err != nil {
		return done{}, err
	}
	v, err := tried(ctx, sc, t, at)
	if err != nil {
		return done{}, err
	}
	return done{Said: v.Says, Result: v, who: t.Patient, show: func(page *view) { page.Tried = &v }}, nil
}

// toPatient addresses a text to a patient.
func toPatient(ctx context.Context, s *scene, t sms.Text, id string) (sms.Text, error) {
	p, err := textable(ctx, s, id)
	if err != nil {
		return t, err
	}
	return addressed(t, p), nil
}

// textable returns a patient to whom a text can go.
func textable(ctx context.Context, s *scene, id string) (records.Patient, error) {
	p, err := s.Charts.Patient(ctx, world.Desk(), records.Key{Practice: practice, ID: id})
	if err == nil && p.Number() == "" {
		err = badInput("No text can go to this patient: there is no phone number that takes texts.")
	}
	return p, err
}

// tried asks the law with the facts of now and the clock of at.
func tried(ctx context.Context, s *scene, t sms.Text, at time.Time) (triedView, error) {
	now, err := s.Decide(ctx, t)
	if err != nil {
		return triedView{}, err
	}
	facts := *now.Facts
	facts.Text = t
	facts.Text.Kind, facts.Text.Provider = sms.Ordinary, world.Sender().Provider
	d := s.Law.Decide(facts, at)
	size := segment.Count(t.Body)
	v := triedView{
		Verdict: d.Verdict, At: at, Law: d.Law, Body: t.Body, Encoding: size.Encoding, Segments: size.Segments,
		Findings: viewFindings(facts.Findings), Rules: viewRules(d.Trail), Facts: viewFacts(facts),
	}
	switch d.Verdict {
	case sms.Send:
		v.Leaves, v.Says = at, "It may leave "+when(at, s.Clock.Now())+", and must be delivered by "+spoken(d.Until)+"."
	case sms.Defer:
		v.Leaves = d.Until
		v.Says = "It would wait, and may leave " + when(d.Until, s.Clock.Now()) + there(d.Until, facts.Zones) + ". " + d.Reason
	default:
		v.Says = "It would not leave. " + d.Reason
	}
	return v, nil
}
