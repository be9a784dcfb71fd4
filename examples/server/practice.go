package main

import (
	"context"
	"net/url"
	"strings"
	"time"

	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/examples/internal/world"
)

// practiceView is what the practice is called, and the duty that it has accepted.
type practiceView struct {
	ID       string            `json:"id"`
	Name     string            `json:"name"`
	Platform string            `json:"platform"` // the product that texts for it
	Zone     string            `json:"zone"`
	Duty     *dutyView         `json:"duty"` // null: it has not accepted it
	Profile  string            `json:"profile"`
	Rules    []consentRuleView `json:"rules"`
}

// consentRuleView is what a way to consent permits.
type consentRuleView struct {
	ID       string   `json:"id"`
	Basis    string   `json:"basis"`
	Needs    []string `json:"needs"`
	Permits  []string `json:"permits"`
	Citation string   `json:"citation"`
	Wider    bool     `json:"wider"` // than what is promised: then promise D2.1 is not kept
}

// dutyView is the duty to obtain patients' consent, as it was accepted.
type dutyView struct {
	Terms    string    `json:"terms"`
	Accepted time.Time `json:"accepted"`
	By       string    `json:"by"`
}

// When is when it was accepted.
func (v dutyView) When() string { return spoken(v.Accepted) }

// Name is the way to consent in plain words.
func (v consentRuleView) Name() string { return capital(basisName(consent.Basis(v.Basis))) }

// Allows is what it permits, in plain words.
func (v consentRuleView) Allows() string {
	var names []string
	for _, c := range v.Permits {
		names = append(names, categoryName(consent.Category(c)))
	}
	return strings.Join(names, ", ")
}

func lookPractice(ctx context.Context, _ *app, s *scene, _ url.Values) (any, error) {
	return office(ctx, s)
}

func office(ctx context.Context, s *scene) (practiceView, error) {
	set, err := s.Consents.Settings(ctx, world.Practice)
	if err != nil {
		return practiceView{}, err
	}
	v := practiceView{ID: world.Practice, Name: set.Name, Platform: set.Platform, Zone: set.Zone}
	if set.Duty != (consent.Duty{}) {
		v.Duty = &dutyView{set.Duty.Terms, set.Duty.Accepted, actor(set.Duty.By)}
	}
	profile := s.Consents.Profile()
	wider := map[string]bool{}
	for _, r := range profile.Wider() {
		wider[r.ID] = true
	}
	v.Profile = profile.Name
	for _, r := range profile.Rules {
		rule := consentRuleView{ID: r.ID, Basis: string(r.Basis), Needs: r.Needs, Permits: []string{}, Citation: r.Citation, Wider: wider[r.ID]}
		for _, c := range r.Permits {
			rule.Permits = append(rule.Permits, string(c))
		}
		v.Rules = append(v.Rules, rule)
	}
	return v, nil
}

type practiceInput struct {
	Name     string `json:"name" doc:"what its patients call it; as it was where it is left out"`
	Platform string `json:"platform" doc:"the product that texts for it; as it was where it is left out"`
	Terms    string `json:"terms" doc:"the terms under which it accepts the duty to obtain consent; nothing is accepted where it is left out"`
}

// setPractice says what the practice is called, and accepts the duty to obtain its patients' consent.
func setPractice(ctx context.Context, s *app, in practiceInput) (done, error) {
	sc := s.scene.Load()
	set, err := sc.Consents.Settings(ctx, practice)
	if err != nil {
		return done{}, err
	}
	if in.Name != "" {
		set.Name = in.Name
	}
	if in.Platform != "" {
		set.Platform = in.Platform
	}
	if err := sc.Consents.Configure(ctx, world.Desk(), set); err != nil {
		return done{}, err
	}
	said := "Saved. Texts that are published from now on must name " + set.Name + " and " + set.Platform + "."
	if in.Terms != "" {
		if err := sc.Consents.Accept(ctx, world.Desk(), consent.Duty{Practice: practice, Terms: in.Terms}); err != nil {
			return done{}, err
		}
		said += " The practice has accepted the duty to obtain its patients' consent (" + in.Terms + ")."
	}
	v, err := office(ctx, sc)
	return done{Said: said, Result: v}, err
}
