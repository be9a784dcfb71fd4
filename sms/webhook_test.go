package sms_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/sms"
)

// A request tells of several events; what is wrong with one of them costs none of the others.
func TestWebhookTakesEveryEventOfARequest(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		w.grant(consent.Transactional)
		k := w.enqueue(w.text("x"))
		w.step(w.dispatcher())
		hook := sms.Webhook{Service: w.texts, Router: w.router}
		in := func(id, to, body string) sms.Event {
			return sms.Event{Inbound: &sms.Inbound{Provider: "carrier", ID: id, From: patient, To: to, Body: body}}
		}
		receipt := func(id string) sms.Event {
			return sms.Event{Receipt: &sms.Receipt{Provider: "carrier", ID: "SM1", Reference: practice + "/" + id, Status: sms.StatusDelivered}}
		}
		answer := func(events ...sms.Event) int {
			rec := httptest.NewRecorder()
			hook.Handler(reader{more: events}).ServeHTTP(rec, httptest.NewRequest(http.MethodPost, "/", nil))
			return rec.Code
		}
		require.Equal(t, http.StatusNoContent, answer(), "nothing that concerns us")
		require.Equal(t, http.StatusNoContent, answer(receipt("x"), in("a", office, "Hello")))
		require.Equal(t, sms.StatusDelivered, w.tracked(k).Delivery)

		mixed := []sms.Event{in("b", "+12145550111", "Hello"), receipt("nobody's"), in("c", office, "STOP"), receipt("x")}
		for range 2 { // and all of it again, for the provider was told that it failed
			require.Equal(t, http.StatusNotFound, answer(mixed...))
		}
		state, err := w.consents.State(t.Context(), staff, consent.Key{Practice: practice, Number: patient})
		require.NoError(t, err)
		require.Equal(t, consent.Stopped, state.Transactional.Status)
		messages, err := w.texts.Received(t.Context(), staff, sms.Query{Practice: practice, Purpose: sms.ForDelivery})
		require.NoError(t, err)
		require.Len(t, messages, 2)
		require.Equal(t, http.StatusNoContent, answer(in("c", office, "STOP"), in("c", office, "STOP"), receipt("x")), "a replay")
	})
}

// lost is a router whose store is away for one number.
type lost struct {
	sms.Router
	number string
}

func (l lost) Route(ctx context.Context, number string) (string, error) {
	if number == l.number {
		return "", errors.New("planted: dial tcp 10.1.2.3:5432")
	}
	return l.Router.Route(ctx, number)
}

// Our own failure outranks whatever else is wrong: only then does the provider deliver the request again.
func TestWebhookAsksForARequestAgainWhenOneEventFailed(t *testing.T) {
	w := inMemory(t)
	var out bytes.Buffer
	hook := sms.Webhook{
		Service: w.texts, Router: lost{w.router, "+12145550122"}, Logger: slog.New(slog.NewTextHandler(&out, nil)),
	}
	events := []sms.Event{
		{Inbound: &sms.Inbound{Provider: "carrier", ID: "a", From: patient, To: "+12145550122", Body: "planted"}},
		{Inbound: &sms.Inbound{Provider: "carrier", ID: "b", From: patient, To: "+12145550111", Body: "planted"}},
		{Inbound: &sms.Inbound{Provider: "carrier", ID: "c", From: "72345", To: office, Body: "planted"}},
		{Inbound: &sms.Inbound{Provider: "carrier", ID: "d", From: patient, To: office, Body: "planted"}},
	}
	rec := httptest.NewRecorder()
	hook.Handler(reader{more: events}).ServeHTTP(rec, httptest.NewRequest(http.MethodPost, "/", nil))
	require.Equal(t, http.StatusServiceUnavailable, rec.Code)
	require.NotContains(t, rec.Body.String(), "10.1.2.3")
	require.Equal(t, 3, bytes.Count(out.Bytes(), []byte("webhook refused")))
	require.NotContains(t, out.String(), patient)
	messages, err := w.texts.Received(t.Context(), staff, sms.Query{Practice: practice, Purpose: sms.ForDelivery})
	require.NoError(t, err)
	require.Len(t, messages, 1)
}

// hanging is a router whose store does not answer.
type hanging struct{ sms.Router }

func (hanging) Route(ctx context.Context, _ string) (string, error) {
	<-ctx.Done()
	return "", ctx.Err()
}

// A webhook works on when the provider has hung up, and not for ever.
func TestAWebhookOutlivesTheProvidersPatienceAndEnds(t *testing.T) {
	w := inMemory(t)
	in := sms.Inbound{Provider: "carrier", ID: "a", From: patient, To: office, Body: "STOP"}
	asked := func(t *testing.T, router sms.Router) int {
		ctx, hangUp := context.WithCancel(t.Context())
		hangUp()
		rec := httptest.NewRecorder()
		sms.Webhook{Service: w.texts, Router: router}.Handler(reader{in: in}).
			ServeHTTP(rec, httptest.NewRequestWithContext(ctx, http.MethodPost, "/", nil))
		return rec.Code
	}
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		require.Equal(t, http.StatusServiceUnavailable, asked(t, hanging{w.router}))
		require.Equal(t, 20*time.Second, time.Since(began))
	})
	require.Equal(t, http.StatusNoContent, asked(t, w.router))
}

// A webhook that was not given all it needs says so in its log, and to the provider that it shall come again.
func TestAWebhookThatLacksSomethingSaysSo(t *testing.T) {
	w := inMemory(t)
	for name, hook := range map[string]sms.Webhook{"everything": {}, "a router": {Service: w.texts}, "a service": {Router: w.router}} {
		rec := httptest.NewRecorder()
		hook.Handler(reader{}).ServeHTTP(rec, httptest.NewRequest(http.MethodPost, "/", nil))
		require.Equal(t, http.StatusInternalServerError, rec.Code, name)
	}
	var out bytes.Buffer
	rec := httptest.NewRecorder()
	hook := sms.Webhook{Service: w.texts, Router: w.router, Logger: slog.New(slog.NewTextHandler(&out, nil))}
	hook.Handler(nil).ServeHTTP(rec, httptest.NewRequest(http.MethodPost, "/", nil))
	require.Equal(t, http.StatusInternalServerError, rec.Code)
	require.Contains(t, out.String(), "a webhook needs a service, a router and a reader")
	require.Equal(t, "Internal Server Error\n", rec.Body.String())
}

func TestADailyLimitWaitsForTheNextPacificDay(t *testing.T) {
	for _, c := range []struct{ now, want string }{
		{"2026-03-03T18:00:00Z", "2026-03-04T08:00:00Z"},
		{"2026-03-04T07:59:59Z", "2026-03-04T08:00:00Z"}, // 23:59:59 there
		{"2026-03-04T08:00:00Z", "2026-03-05T08:00:00Z"},
		{"2026-03-08T12:00:00Z", "2026-03-09T07:00:00Z"}, // the clocks went forward that morning
		{"2026-11-01T12:00:00Z", "2026-11-02T08:00:00Z"}, // and back
		{"2026-12-31T23:00:00Z", "2027-01-01T08:00:00Z"},
	} {
		now, err := time.Parse(time.RFC3339, c.now)
		require.NoError(t, err)
		require.Equal(t, c.want, sms.DailyLimit.Again(now).Format(time.RFC3339), c.now)
		require.Equal(t, now, sms.Throttled.Again(now))
	}
}
