package main

import (
	"errors"
	"log/slog"
	"net/http"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/examples/internal/network"
	"github.com/enamel-go/enamel/examples/internal/world"
	"github.com/enamel-go/enamel/sms"
)

// webhooks serves what providers tell us. They sign instead of showing the token.
func (s *app) webhooks(mux *http.ServeMux) {
	hook := func(sc *scene) sms.Webhook {
		return sms.Webhook{Service: sc.Texts, Router: sc.Router, Logger: s.logger}
	}
	mux.Handle("/webhooks/carrier/inbound", s.hook("carrier", "inbound", func(sc *scene) http.Handler { return hook(sc).Handler(sc.network) }))
	mux.Handle("/webhooks/carrier/receipts", s.hook("carrier", "receipts", func(sc *scene) http.Handler { return hook(sc).Handler(sc.network) }))
	if s.config.twilio.SID == "" {
		return
	}
	mux.Handle(network.TwilioInbound, s.hook("twilio", "inbound", func(sc *scene) http.Handler { return hook(sc).Handler(sc.twilio) }))
	mux.Handle(network.TwilioReceipts, s.hook("twilio", "receipts", func(sc *scene) http.Handler { return hook(sc).Handler(sc.twilio) }))
}

// hook serves one webhook in the scene as it is now, and records in the log what was refused: somebody who is not the
// provider may be trying to speak for patients.
func (s *app) hook(provider, name string, handler func(*scene) http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		sc := s.scene.Load()
		watched := &statusWriter{ResponseWriter: w}
		handler(sc).ServeHTTP(watched, r)
		cause := refusals[watched.status]
		if cause == nil {
			return
		}
		err := sc.Log.Refuse(r.Context(), audit.Entry{
			Practice: world.Practice, Actor: audit.Actor{Kind: audit.System, ID: provider},
			Action: "sms.webhook.receive", Object: audit.Object{Kind: "webhook", ID: name},
		}, cause)
		if errors.Is(err, audit.ErrNotRecorded) {
			s.logger.ErrorContext(r.Context(), "a refused webhook was not recorded", slog.String("error", err.Error()))
		}
	})
}

// refusals are the answers that say somebody sent what a provider does not send.
var refusals = map[int]error{
	http.StatusForbidden:             sms.ErrSignature,
	http.StatusRequestEntityTooLarge: sms.ErrTooLarge,
	http.StatusBadRequest:            sms.ErrInvalid,
}

// statusWriter remembers the status of the answer.
type statusWriter struct {
	http.ResponseWriter
	status int
}

// WriteHeader implements http.ResponseWriter.
func (w *statusWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}
