package main

import (
	"context"
	"net/url"
	"time"

	"github.com/enamel-go/enamel/examples/internal/world"
)

// networkView is how the simulated network behaves.
type networkView struct {
	Weather    string          `json:"weather"`
	Says       string          `json:"says"`
	Conditions []conditionView `json:"conditions"` // what it can be told to do
	Breakers   []breakerView   `json:"breakers"`   // those that have ever opened
}

type conditionView struct {
	Name string `json:"name"`
	Says string `json:"says"`
}

// breakerView is what rests after failures.
type breakerView struct {
	Provider string    `json:"provider"`
	Number   string    `json:"number,omitempty"` // empty: the provider as a whole
	State    string    `json:"state"`            // open, half-open or closed
	Says     string    `json:"says"`
	Until    time.Time `json:"until,omitzero"` // by the real clock
}

func lookNetwork(ctx context.Context, _ *app, s *scene, _ url.Values) (any, error) {
	return networkNow(ctx, s)
}

func networkNow(ctx context.Context, s *scene) (networkView, error) {
	now := s.weather.Now()
	v := networkView{Weather: now.Name, Says: now.Says, Breakers: []breakerView{}}
	for _, c := range world.Conditions() {
		v.Conditions = append(v.Conditions, conditionView{c.Name, c.Says})
	}
	rests, err := s.Rests(ctx)
	for _, r := range rests {
		v.Breakers = append(v.Breakers, viewRest(r, time.Now()))
	}
	return v, err
}

func viewRest(r world.Rest, now time.Time) breakerView {
	v := breakerView{Provider: r.Provider, Number: r.Number, Until: r.Until}
	switch {
	case r.Until.IsZero():
		v.State, v.Says = "closed", "It was well again: texts pass."
	case now.Before(r.Until):
		v.State, v.Says = "open", "It rests after failures. No request is made for "+r.Until.Sub(now).Round(time.Second).String()+"; texts wait."
	default:
		v.State, v.Says = "half-open", "It has rested. The next text is let through, and its answer decides."
	}
	return v
}

// Who is what rests.
func (v breakerView) Who() string {
	if v.Number == "" {
		return v.Provider + ", as a whole"
	}
	return shown(v.Number) + " at " + v.Provider
}

type weatherInput struct {
	Weather string `json:"weather" doc:"calm, lost, down, busy, late, off, filtered, suspended or gone"`
}

// turn has the network behave otherwise, for texts from now on.
func turn(_ context.Context, s *app, in weatherInput) (done, error) {
	sc := s.scene.Load()
	if !sc.weather.Turn(in.Weather) {
		return done{}, badInput("%q is nothing that the network can be told. GET /api/network lists what it can.", in.Weather)
	}
	return done{Said: "From now on: " + lowerFirst(sc.weather.Now().Says)}, nil
}
