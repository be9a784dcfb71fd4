package main

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/consent/representative"
	"github.com/enamel-go/enamel/examples/internal/clock"
	"github.com/enamel-go/enamel/examples/internal/world"
	"github.com/enamel-go/enamel/records"
)

// actingView is who may act for a patient, and what became of reports that a child gave data.
type actingView struct {
	Patient string       `json:"patient,omitempty"`
	Persons []mayView    `json:"persons"` // who was ever named, the patient first
	History []actingFact `json:"history"` // newest first
	Reports []reportItem `json:"reports"` // of the whole practice, those that were not answered
}

// mayView is what a person may do for the patient now.
type mayView struct {
	Person string               `json:"person"`
	May    []representative.Act `json:"may"`
	Why    string               `json:"why"` // of what the person enters
}

// Does is what the person may do, in plain words.
func (v mayView) Does() string {
	if len(v.May) == 0 {
		return "may do nothing"
	}
	does := make([]string, len(v.May))
	for i, a := range v.May {
		does[i] = actName(a)
	}
	return "may " + strings.Join(does, ", ")
}

// actingFact is one line of a patient's ledger of who may act.
type actingFact struct {
	ID       string              `json:"id"`
	Kind     representative.Kind `json:"kind"`
	At       time.Time           `json:"at"`
	By       string              `json:"by"`
	Says     string              `json:"says"`
	Document string              `json:"document,omitempty"`
}

// When is when it happened.
func (f actingFact) When() string { return spoken(f.At) }

// reportItem is a report that a child gave data.
type reportItem struct {
	ID       string              `json:"id"`
	Patient  string              `json:"patient"`
	Said     time.Time           `json:"said"`
	Name     string              `json:"name"`
	Contact  string              `json:"contact"`
	Words    string              `json:"words"`
	Decision representative.Kind `json:"decision,omitempty"` // unfrozen or removed; empty: what the child gave is frozen
	Due      representative.Date `json:"due"`                // the last day for the answer
	Late     bool                `json:"late"`
}

// When is when it was reported.
func (v reportItem) When() string { return spoken(v.Said) }

func lookRepresentatives(ctx context.Context, _ *app, s *scene, q url.Values) (any, error) {
	return acting(ctx, s, q.Get("patient"))
}

// acting returns the open reports, and who may act for a patient where one is named, after recording that the desk looked.
func acting(ctx context.Context, s *scene, patient string) (actingView, error) {
	v := actingView{Patient: patient, Persons: []mayView{}, History: []actingFact{}, Reports: []reportItem{}}
	zone, err := clock.Central()
	if err != nil {
		return v, err
	}
	open, err := s.Acting.Open(ctx, world.Desk(), world.Practice, zone)
	if err != nil {
		return v, err
	}
	for _, r := range open {
		v.Reports = append(v.Reports, reportItem{
			r.Fact.ID, r.Fact.Patient, r.Fact.At, r.Fact.Evidence.Name, r.Fact.Evidence.Contact, r.Fact.Evidence.Words,
			r.Decision, r.Due, r.Late,
		})
	}
	if patient == "" {
		return v, nil
	}
	p, err := s.Charts.Patient(ctx, world.Desk(), records.Key{Practice: world.Practice, ID: patient})
	if err != nil {
		return v, err
	}
	key := representative.Key{Practice: world.Practice, Patient: patient}
	facts, err := s.Acting.History(ctx, world.Desk(), key)
	if err != nil {
		return v, err
	}
	for _, f := range slices.Backward(facts) {
		v.History = append(v.History, actingFact{f.ID, f.Kind, f.At, actor(f.Actor), actingSays(f), f.Proof.Document})
	}
	v.Persons = append(v.Persons, s.may(p, facts, audit.Actor{Kind: audit.Patient, ID: patient}, zone))
	for _, person := range named(facts) {
		v.Persons = append(v.Persons, s.may(p, facts, audit.Actor{Kind: audit.Representative, ID: person}, zone))
	}
	return v, nil
}

// may says what a person may do for a patient, by the facts that were read. It decides about nothing, so it leaves no entry.
func (s *scene) may(p records.Patient, facts []representative.Fact, who audit.Actor, zone *time.Location) mayView {
	v := mayView{Person: who.ID, May: []representative.Act{}}
	if who.Kind == audit.Patient {
		v.Person = "the patient"
	}
	for _, a := range representative.Acts() {
		answer := s.Acting.Law().May(
			representative.Key{Practice: world.Practice, Patient: p.ID}, facts, question(p, who, a, zone), s.Clock.Now(),
		)
		if answer.Allowed {
			v.May = append(v.May, a)
		}
		if a == representative.Enter {
			v.Why = answer.Why
		}
	}
	return v
}

// question asks by a patient's chart.
func question(p records.Patient, who audit.Actor, act representative.Act, zone *time.Location) representative.Question {
	return representative.Question{Person: who, Act: act, Born: p.Birth, State: p.Address.State, Zone: zone}
}

// named returns who is named in a ledger, each once.
func named(facts []representative.Fact) []string {
	var persons []string
	for _, f := range facts {
		if f.Person != "" && !slices.Contains(persons, f.Person) {
			persons = append(persons, f.Person)
		}
	}
	return persons
}
