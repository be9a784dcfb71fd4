package sms

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
)

// Webhook serves a provider's webhooks for messages and receipts. It answers 204 once everything the message asks for is
// committed, and an error otherwise, so that the provider delivers it again: 403 for a wrong signature, 413 for a body
// over 64 KiB, 400 for what is no message, 404 for a number or text that is not ours, 503 when our store fails. The answer
// says no more than that.
type Webhook struct {
	Service *Service
	Router  Router
	// Logger hears of requests that were refused, without anything they carried. Defaults to none.
	Logger *slog.Logger
}

// Inbound returns the handler of messages that come in.
func (w Webhook) Inbound(reader InboundReader) http.Handler {
	return w.handler(func(ctx context.Context, r *http.Request) error {
		in, err := reader.ReadInbound(r)
		if err != nil {
			return err
		}
		practice, err := w.Router.Route(ctx, in.To)
		if err != nil {
			return err
		}
		_, err = w.Service.Receive(ctx, practice, in)
		return err
	})
}

// Receipts returns the handler of delivery receipts.
func (w Webhook) Receipts(reader ReceiptReader) http.Handler {
	return w.handler(func(ctx context.Context, r *http.Request) error {
		receipt, err := reader.ReadReceipt(r)
		if err != nil {
			return err
		}
		_, err = w.Service.Deliver(ctx, receipt)
		return err
	})
}

func (w Webhook) handler(serve func(context.Context, *http.Request) error) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost {
			rw.Header().Set("Allow", http.MethodPost)
			http.Error(rw, "method not allowed", http.StatusMethodNotAllowed)
			return
		}
		// The work is finished even if the provider hangs up: a STOP must not be lost to its timeout.
		err := serve(context.WithoutCancel(r.Context()), r)
		if err == nil {
			rw.WriteHeader(http.StatusNoContent)
			return
		}
		code := statusOf(err)
		if w.Logger != nil {
			w.Logger.WarnContext(r.Context(), "webhook refused", slog.Int("status", code), slog.String("error", err.Error()))
		}
		http.Error(rw, http.StatusText(code), code)
	})
}

// statusOf says an error to a provider.
func statusOf(err error) int {
	switch {
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
