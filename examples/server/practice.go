package main

import (
	"context"
	"net/url"
	"time"

	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/examples/internal/world"
)

// practiceView is what the practice is called, and the duty that it has accepted.
type practiceView struct {
	ID       string    `json:"id"`
	Name     string    `json:"name"`
	Platform string    `json:"platform"` // the product that texts for it
	Zone     string    `json:"zone"`
	Duty     *dutyView `json:"duty"` // null: it has not accepted it
}

// dutyView is the duty to obtain patients' consent, as it was accepted.
type dutyView struct {
	Terms    string    `json:"terms"`
	Accepted time.Time `json:"accepted"`
	By       string    `json:"by"`
}

// When is when it was accepted.
func (v dutyView) When() string { return spoken(v.Accepted) }

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
