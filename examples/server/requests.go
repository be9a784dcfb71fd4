package main

import (
	"context"
	"net/http"
	"strings"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/audit/httpaudit"
	"github.com/enamel-go/enamel/examples/internal/world"
)

// recorded has every request recorded, those without the token under a practice of their own.
func (s *app) recorded(next http.Handler) (http.Handler, error) {
	m, err := httpaudit.New(requestLog{s}, s.who, &httpaudit.Options{Logger: s.logger})
	if err != nil {
		return nil, err
	}
	return m.Wrap(next), nil
}

// who says who makes a request: whoever has the token is the practice's desk.
func (s *app) who(r *http.Request) (string, audit.Actor, bool) {
	token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	c, err := r.Cookie(sessionCookie)
	return world.Practice, world.Desk(), same(token, s.guard.token) || err == nil && same(c.Value, s.guard.session)
}

// requestLog is the log of the scene that a request meets.
type requestLog struct{ *app }

// Record implements [httpaudit.Recorder].
func (l requestLog) Record(ctx context.Context, entries ...audit.Entry) error {
	return l.scene.Load().Log.Record(ctx, entries...)
}
