package main

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/enamel-go/enamel/examples/internal/world"
	"github.com/enamel-go/enamel/sms/link"
)

// linkHead is how the address of a link begins; a token follows. A vendor's portal is behind it.
const linkHead = "https://" + world.TextHost + "/v/"

// covered hides the token of each link in what a text says, character for character: whoever reads the text on its phone
// knows it, and nobody at the desk.
func covered(body string) string {
	before, rest, found := strings.Cut(body, linkHead)
	if !found {
		return body
	}
	token, _, _ := strings.Cut(rest, " ")
	return before + linkHead + strings.Repeat("*", len(token)) + covered(rest[len(token):])
}

// linkView is a link that a patient was texted. What the token is, nobody knows but the phone.
type linkView struct {
	ID      string    `json:"id"`
	Leads   leadsView `json:"leads_to"`
	Sent    time.Time `json:"sent"`
	By      string    `json:"by"`
	Expires time.Time `json:"expires"`
	State   string    `json:"state"`             // waiting, opened, revoked or expired
	Ended   time.Time `json:"ended,omitzero"`    // when it was opened or taken back
	EndedBy string    `json:"ended_by,omitzero"` // who did
}

// leadsView is what a link leads to, in the practice's own words.
type leadsView struct {
	Kind string `json:"kind"`
	ID   string `json:"id"`
}

// Word says what became of the link.
func (v linkView) Word() string {
	switch v.State {
	case "opened":
		return "opened"
	case "revoked":
		return "taken back"
	case "expired":
		return "expired"
	}
	return "waits"
}

// Says is what became of the link in one sentence.
func (v linkView) Says() string {
	switch v.State {
	case "opened":
		return "It was opened on " + spoken(v.Ended) + " by " + v.EndedBy + ", and opens no more."
	case "revoked":
		return "It was taken back on " + spoken(v.Ended) + " by " + v.EndedBy + "."
	case "expired":
		return "Nobody opened it before " + spoken(v.Expires) + ". Text another one where it is still needed."
	}
	return "It opens once, until " + spoken(v.Expires) + ", for the patient or who may see the record."
}

// When is when it was issued.
func (v linkView) When() string { return spoken(v.Sent) }

func lookLinks(ctx context.Context, _ *app, s *scene, q url.Values) (any, error) {
	if q.Get("patient") == "" {
		return nil, badInput("Say whose links, with patient.")
	}
	return links(ctx, s, q.Get("patient"))
}

// links returns those of a patient, the newest first, after recording that the desk looked. Of nobody there are none.
func links(ctx context.Context, s *scene, patient string) ([]linkView, error) {
	views := []linkView{}
	if patient == "" {
		return views, nil
	}
	states, err := s.Links.Links(ctx, world.Desk(), practice, patient)
	if err != nil {
		return nil, err
	}
	for _, state := range slices.Backward(states) {
		v := linkView{
			ID: state.Issued.ID, Leads: leadsView(state.Issued.Resource), Sent: state.Issued.Recorded, By: actor(state.Issued.Actor),
			Expires: state.Issued.Expires, State: "waiting",
		}
		switch {
		case state.Ended.Kind != "":
			v.State, v.Ended, v.EndedBy = string(state.Ended.Kind), state.Ended.Recorded, actor(state.Ended.Actor)
		case errors.Is(state.Refusal(s.Clock.Now()), link.ErrExpired):
			v.State = "expired"
		}
		views = append(views, v)
	}
	return views, nil
}

// withdrawLinks takes back what was texted to a number that is a patient's no more.
func (s *scene) withdrawLinks(ctx context.Context, number string) error {
	people, err := roster(ctx, s)
	if err != nil {
		return err
	}
	for _, p := range people {
		if p.Number != number {
			continue
		}
		if _, err := s.Links.Withdraw(ctx, world.Desk(), link.Withdrawal{Practice: practice, Patient: p.ID}); err != nil {
			return err
		}
	}
	return nil
}
