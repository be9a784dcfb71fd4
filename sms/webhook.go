package sms

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"
)

// eventTime is how long the work on one event of a webhook may take. It is more than any provider waits for the answer
// (Telnyx 2 seconds, Twilio 15), for the work is finished when the provider has hung up; and it ends, for the provider delivers
// what failed again, and a store that does not answer would keep every request for ever.
const eventTime = 20 * time.Second

// Webhook serves a provider's webhooks. It answers 204 once everything that a request tells of is committed, and an error
// otherwise, so that the provider delivers it again: 401, which asks for credentials, where they are missing and the provider
// waits to be asked, 403 for a wrong signature, 413 for a body over 64 KiB, 400 for what is
// no message, 404 for a number or text that is not ours, 503 when our store fails or takes longer than 20 seconds over one of
// them, 500 when the webhook lacks its service, its router or its reader. The answer says no more than that.
type Webhook struct {
	Service *Service // required
	Router  Router   // required
	// Logger hears of requests that were refused, without anything they carried. Defaults to none.
	Logger *slog.Logger
}

// Handler returns the handler of a provider's webhooks, for texts that come in and for receipts alike. Each event of a
// request is taken in whatever became of those before it: a stop must not be lost over its neighbour. When one of them
// fails, the whole request is answered with an error, and those that were taken in change nothing when they come again.
func (w Webhook) Handler(reader WebhookReader) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost {
			rw.Header().Set("Allow", http.MethodPost)
			http.Error(rw, "method not allowed", http.StatusMethodNotAllowed)
			return
		}
		if w.Service == nil || w.Router == nil || reader == nil {
			http.Error(rw, http.StatusText(http.StatusInternalServerError), w.status(r, errIncomplete))
			return
		}
		events, err := reader.ReadWebhook(r)
		code := w.status(r, err)
		for _, e := range events {
			code = max(code, w.status(r, w.take(r.Context(), e)))
		}
		switch code {
		case http.StatusNoContent:
			rw.WriteHeader(code)
			return
		case http.StatusUnauthorized:
			rw.Header().Set("WWW-Authenticate", `Basic realm="webhooks"`)
		}
		http.Error(rw, http.StatusText(code), code)
	})
}

// take takes in one event, also when the provider hangs up: a STOP must not be lost to its timeout.
func (w Webhook) take(ctx context.Context, e Event) (err error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), eventTime)
	defer cancel()
	switch {
	case e.Inbound != nil:
		var practice string
		if practice, err = w.Router.Route(ctx, e.Inbound.To); err == nil {
			_, err = w.Service.Receive(ctx, practice, *e.Inbound)
		}
	case e.Receipt != nil:
		_, err = w.Service.Deliver(ctx, *e.Receipt)
	}
	return err
}

// status says an error to a provider, and tells the logger of it. Of the answers to several events the highest number is
// the most urgent.
func (w Webhook) status(r *http.Request, err error) int {
	if err == nil {
		return http.StatusNoContent
	}
	code := statusOf(err)
	if w.Logger != nil && code != http.StatusUnauthorized { // to be asked for credentials is no refusal yet
		w.Logger.WarnContext(r.Context(), "webhook refused", slog.Int("status", code), slog.String("error", err.Error()))
	}
	return code
}

var errIncomplete = errors.New("sms: a webhook needs a service, a router and a reader, and one of them was not given to it")

// statusOf says an error to a provider.
func statusOf(err error) int {
	switch {
	case errors.Is(err, errIncomplete):
		return http.StatusInternalServerError
	case errors.Is(err, ErrCredentials):
		return http.StatusUnauthorized
	case errors.Is(err, ErrSignature):
		return http.StatusForbidden
	case errors.Is(err, ErrTooLarge):
		return http.StatusRequestEntityTooLarge
	case errors.Is(err, ErrInvalid):
		return http.StatusBadRequest
	case errors.Is(err, ErrNotFound):
		return http.StatusNotFound
	}
	return http.StatusServiceUnavailable
}
