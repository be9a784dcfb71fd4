package main

import (
	"context"
	"net/url"

	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/examples/internal/world"
)

// suppressedView is a page of the numbers that said stop.
type suppressedView struct {
	Numbers []stoppedView `json:"numbers"`
	Next    string        `json:"next,omitempty"` // what the next page comes after
}

// stoppedView is a number at which something stands stopped, whoever holds it.
type stoppedView struct {
	Number         string         `json:"number"`
	Transactional  permissionView `json:"transactional"`
	Conversational permissionView `json:"conversational"`
	Promotional    permissionView `json:"promotional"`
}

// Shown is the number as people write it.
func (v stoppedView) Shown() string { return shown(v.Number) }

func lookSuppressed(ctx context.Context, _ *app, s *scene, q url.Values) (any, error) {
	return suppressed(ctx, s, q.Get("after"))
}

// suppressed returns the numbers that said stop, a page of them, after recording that the desk looked.
func suppressed(ctx context.Context, s *scene, after string) (suppressedView, error) {
	states, next, err := s.Consents.Suppressed(ctx, world.Desk(), consent.Query{Practice: world.Practice, After: after})
	if err != nil {
		return suppressedView{}, err
	}
	v := suppressedView{Numbers: []stoppedView{}, Next: next}
	for _, state := range states {
		v.Numbers = append(v.Numbers, stoppedView{
			state.Number, permission(state.Transactional), permission(state.Conversational), permission(state.Promotional),
		})
	}
	return v, nil
}
