package main

import (
	"context"
	"strings"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/examples/internal/world"
)

type lapseInput struct {
	Number   string `json:"number" doc:"the phone number"`
	Cause    string `json:"cause" doc:"reassigned, wrong_number, deactivated or landline"`
	Words    string `json:"words" doc:"what was said; may be left out"`
	Document string `json:"document" doc:"the list or look-up that says so; may be left out"`
}

// recordLapse records that a number is not the patient's any more, or takes no texts.
func recordLapse(ctx context.Context, s *app, in lapseInput) (done, error) {
	to, err := number(in.Number)
	if err != nil {
		return done{}, err
	}
	cause, err := choice("cause", in.Cause, consent.Reassigned, consent.WrongNumber, consent.Deactivated, consent.Landline)
	if err != nil {
		return done{}, err
	}
	sc := s.scene.Load()
	_, err = sc.Consents.Lapse(ctx, world.Desk(), consent.Lapse{
		Practice: practice, Number: to, Cause: cause,
		Evidence: consent.Evidence{Words: in.Words, Document: in.Document, Staff: world.Desk().ID},
	})
	if err != nil {
		return done{}, err
	}
	if err := sc.withdrawLinks(ctx, to); err != nil {
		return done{}, err
	}
	return done{
		Said: "Recorded: " + causeName(cause) + ". What was given for " + shown(to) + " before counts no more; a stop stands.",
	}, sc.settled(ctx)
}

// causeName says why what was given for a number counts no more.
func causeName(c consent.Cause) string {
	switch c {
	case consent.Reassigned:
		return "the number has another holder"
	case consent.WrongNumber:
		return "the number is not the patient's"
	case consent.Deactivated:
		return "the number is out of service"
	case consent.Landline:
		return "the number is a landline, which takes no texts"
	}
	return string(c)
}

type muteInput struct {
	Patient  string `json:"patient" doc:"the patient's id"`
	Category string `json:"category" doc:"transactional, conversational or promotional; all where it is left out"`
	Words    string `json:"words" doc:"what was said; may be left out"`
}

func mute(ctx context.Context, s *app, in muteInput) (done, error) {
	return s.prefer(ctx, in, "No text about this patient leaves any more. Others on the same phone are not concerned.", (*consent.Service).Mute)
}

func unmute(ctx context.Context, s *app, in muteInput) (done, error) {
	return s.prefer(ctx, in, "Texts about this patient may leave again, as far as there is a consent.", (*consent.Service).Unmute)
}

// prefer records what one patient wants on a phone that others may share.
func (s *app) prefer(
	ctx context.Context, in muteInput, says string,
	record func(*consent.Service, context.Context, audit.Actor, consent.Mute) (consent.State, error),
) (done, error) {
	category := consent.Category("")
	if in.Category != "" {
		var err error
		if category, err = choice("category", in.Category, consent.Categories()...); err != nil {
			return done{}, err
		}
		says = strings.Replace(says, "text about", categoryName(category)+" about", 1)
		says = strings.Replace(says, "Texts about", capital(categoryName(category))+" about", 1)
	}
	sc := s.scene.Load()
	p, err := textable(ctx, sc, in.Patient)
	if err != nil {
		return done{}, err
	}
	_, err = record(sc.Consents, ctx, world.Desk(), consent.Mute{
		Practice: practice, Number: p.Number(), Patient: p.ID, Category: category,
		Evidence: consent.Evidence{Words: in.Words, Staff: world.Desk().ID},
	})
	if err != nil {
		return done{}, err
	}
	return done{Said: says, who: p.ID}, sc.settled(ctx)
}
