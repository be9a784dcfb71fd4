package main

import (
	"context"

	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/examples/internal/world"
)

type publishInput struct {
	ID        string `json:"id" doc:"the name of this text, such as offers-2026-06; no other one may have it"`
	Category  string `json:"category" doc:"transactional, conversational or promotional"`
	Language  string `json:"language" doc:"en, es or fr; en where it is left out"`
	Text      string `json:"text" doc:"what patients read and sign, exactly"`
	Effective string `json:"effective" doc:"from when patients are shown it, as in book; now where it is left out"`
}

// publish publishes a text for patients to sign. One that lacks something is refused with a list of what it lacks.
func publish(ctx context.Context, s *app, in publishInput) (done, error) {
	category, err := choice("category", in.Category, consent.Categories()...)
	if err != nil {
		return done{}, err
	}
	if in.Language == "" {
		in.Language = "en"
	}
	w := consent.Wording{ID: in.ID, Practice: practice, Category: category, Language: in.Language, Text: in.Text}
	if in.Effective != "" {
		if w.Effective, err = moment(in.Effective); err != nil {
			return done{}, err
		}
	}
	if err := s.scene.Load().Consents.Publish(ctx, world.Desk(), w); err != nil {
		return done{}, err
	}
	return done{
		Said:   "Published. It says all that a text for " + categoryName(category) + " must say, and patients may sign it.",
		Result: map[string]string{"wording": w.ID, "sha256": w.Hash()},
	}, nil
}
