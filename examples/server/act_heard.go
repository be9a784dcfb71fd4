package main

import (
	"context"

	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/consent/keyword"
	"github.com/enamel-go/enamel/examples/internal/world"
)

type heardInput struct {
	Number   string `json:"number" doc:"the phone number that it is about"`
	Channel  string `json:"channel" doc:"call, desk, email, mail or portal; call where it is left out"`
	Words    string `json:"words" doc:"what was said or written, in the person's own words"`
	Document string `json:"document" doc:"where the letter or e-mail is kept; may be left out"`
}

// recordHeard records what somebody said in any words, and what follows from it.
func recordHeard(ctx context.Context, s *app, in heardInput) (done, error) {
	to, err := number(in.Number)
	if err != nil {
		return done{}, err
	}
	channel, err := spokenBy(in.Channel)
	if err != nil {
		return done{}, err
	}
	if in.Words == "" {
		return done{}, badInput("Write down what was said first.")
	}
	sc := s.scene.Load()
	u, err := sc.Consents.Hear(ctx, world.Desk(), consent.Said{
		Practice: practice, Number: to, Channel: channel,
		Evidence: consent.Evidence{Words: in.Words, Document: in.Document, Staff: world.Desk().ID},
	})
	if err != nil {
		return done{}, err
	}
	return done{
		Said:   "Recorded. " + follows(u.Asks) + " Why: " + u.Why,
		Result: map[string]string{"taken_for": string(u.Asks), "why": u.Why},
	}, sc.settled(ctx)
}

// spokenBy reads by which channel, other than a text, something was said.
func spokenBy(value string) (consent.Channel, error) {
	if value == "" {
		return consent.ByCall, nil
	}
	return choice("channel", value, consent.ByCall, consent.ByDesk, consent.ByEmail, consent.ByMail, consent.ByPortal)
}

// follows says what follows from words that were taken down at the desk.
func follows(word keyword.Word) string {
	switch word {
	case keyword.Stop:
		return "It is a stop: it counts at once, for everybody on this phone."
	case keyword.Narrow:
		return "It ends offers to this phone, at once. Texts about appointments go on."
	case keyword.Stranger:
		return "The number is not the patient's: no text leaves for it any more, and what was given for it counts no more."
	case keyword.Review:
		return "It may be a stop. Offers to this phone are held until a person has looked; it is listed under Needs a look."
	case keyword.Start:
		return "It changes nothing: only the patient's own text brings texts back, or a new consent on paper."
	case keyword.Agree:
		return "It changes nothing: only the patient's own answer confirms a consent."
	case keyword.Help:
		return "It asks for help, and changes nothing."
	}
	return "It is no stop, and changes nothing."
}

type clearInput struct {
	Number string `json:"number" doc:"the phone number"`
	Doubt  string `json:"doubt" doc:"the id of what was said, as alarms has it"`
}

// clearDoubt says that what was said was no stop.
func clearDoubt(ctx context.Context, s *app, in clearInput) (done, error) {
	to, err := number(in.Number)
	if err != nil {
		return done{}, err
	}
	sc := s.scene.Load()
	_, err = sc.Consents.Clear(ctx, world.Desk(), consent.Clearance{Practice: practice, Number: to, Doubt: in.Doubt})
	if err != nil {
		return done{}, err
	}
	return done{Said: "Noted: it was no stop. What it held goes on."}, sc.settled(ctx)
}
