package main

import (
	"context"
	"net/url"
	"time"

	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/examples/internal/world"
)

// wordingView is a text that the practice has published for its patients to sign.
type wordingView struct {
	ID        string           `json:"id"`
	Category  consent.Category `json:"category"`
	Language  string           `json:"language"`
	Text      string           `json:"text"`
	SHA256    string           `json:"sha256"`
	Effective time.Time        `json:"effective"`
	Published time.Time        `json:"published"`
	By        string           `json:"by"`
}

// For is what its texts are, in plain words.
func (v wordingView) For() string { return categoryName(v.Category) }

// When is from when patients are shown it.
func (v wordingView) When() string { return dated(v.Effective) }

func lookWordings(ctx context.Context, _ *app, s *scene, _ url.Values) (any, error) {
	return wordings(ctx, s)
}

// wordings returns what the practice has published, in that order. It is shown to anybody, so it leaves no entry.
func wordings(ctx context.Context, s *scene) ([]wordingView, error) {
	all, err := s.Consents.Wordings(ctx, world.Practice)
	if err != nil {
		return nil, err
	}
	views := make([]wordingView, 0, len(all))
	for _, w := range all {
		views = append(views, wordingView{
			w.ID, w.Category, w.Language, w.Text, w.Hash(), w.Effective, w.Recorded, actor(w.By),
		})
	}
	return views, nil
}

// published returns the wording of an id.
func published(ctx context.Context, s *scene, id string) (consent.Wording, error) {
	all, err := s.Consents.Wordings(ctx, world.Practice)
	if err != nil {
		return consent.Wording{}, err
	}
	for _, w := range all {
		if w.ID == id {
			return w, nil
		}
	}
	return consent.Wording{}, badInput("The practice has published no text under %q.", id)
}
