package main

import (
	"context"
	"net/url"

	"github.com/enamel-go/enamel/examples/internal/world"
	"github.com/enamel-go/enamel/sms"
)

// Again reports whether a person may put the text back into the queue.
func (v textView) Again() bool { return v.State == sms.Failed || v.State == sms.Refused }

func lookDeadLetters(ctx context.Context, _ *app, s *scene, _ url.Values) (any, error) {
	people, err := roster(ctx, s)
	if err != nil {
		return nil, err
	}
	views := []textView{}
	for _, state := range []sms.State{sms.Review, sms.Failed, sms.Refused} {
		page, err := s.Texts.Texts(ctx, world.Desk(), sms.Query{Practice: world.Practice, Purpose: sms.ForDelivery, States: []sms.State{state}, Limit: 200})
		if err != nil {
			return nil, err
		}
		views = append(views, viewTexts(page.Texts, people, s.Clock.Now())...)
	}
	return views, nil
}
