package sms_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/sms"
)

// entriesOf counts the entries of an action and outcome.
func (w *world) entriesOf(action string, outcome audit.Outcome) int {
	w.t.Helper()
	page, err := w.log.Leaves(w.t.Context(), audit.Query{Practice: practice, Limit: 1000})
	require.NoError(w.t, err)
	n := 0
	for _, leaf := range page.Leaves {
		if leaf.Action == action && leaf.Outcome == outcome {
			n++
		}
	}
	return n
}

func TestEnqueueRefusesWhatCannotBeSent(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		for name, spoil := range map[string]func(*sms.Text){
			"no body":               func(x *sms.Text) { x.Body = " " },
			"a body with a NUL":     func(x *sms.Text) { x.Body = "a\x00b" },
			"a body of 10 MB":       func(x *sms.Text) { x.Body = strings.Repeat("a", 10<<20) },
			"no number":             func(x *sms.Text) { x.To = "555-767-7476" },
			"a national number":     func(x *sms.Text) { x.To = "2125550100" },
			"no category":           func(x *sms.Text) { x.Category = "marketing" },
			"a subject alone":       func(x *sms.Text) { x.Subject = "a-1" },
			"never useful":          func(x *sms.Text) { x.LastUseful = x.NotBefore },
			"useful for ever":       func(x *sms.Text) { x.LastUseful = noon.AddDate(8000, 0, 0) },
			"due long ago":          func(x *sms.Text) { x.NotBefore = noon.AddDate(-3000, 0, 0) },
			"an unknown zone":       func(x *sms.Text) { x.Zone = "Mars/Olympus" },
			"an unknown sender":     func(x *sms.Text) { x.From = "+12145550111" },
			"an id without end":     func(x *sms.Text) { x.ID = strings.Repeat("i", 10<<20) },
			"an id of odd bytes":    func(x *sms.Text) { x.ID = "\xff" },
			"a patient of 65 bytes": func(x *sms.Text) { x.Patient = strings.Repeat("p", 65) },
		} {
			x := w.text("planted-4711")
			x.Body = "planted-body-4711"
			spoil(&x)
			before := w.entriesOf("sms.text.enqueue", audit.Refused)
			_, err := w.texts.Enqueue(t.Context(), staff, x)
			require.Error(t, err, name)
			require.NotErrorIs(t, err, audit.ErrNotRecorded, name)
			require.Equal(t, before+1, w.entriesOf("sms.text.enqueue", audit.Refused), name)
			require.True(t, errors.Is(err, sms.ErrInvalid) || errors.Is(err, sms.ErrNotFound), "%s: %v", name, err)
			for _, secret := range []string{"planted-body", "767-7476", "2125550100", patient} {
				require.NotContains(t, err.Error(), secret, name)
			}
		}
		page, err := w.texts.Texts(t.Context(), staff, sms.Query{Practice: practice, Purpose: sms.ForDelivery})
		require.NoError(t, err)
		require.Empty(t, page.Texts, "a refusal changes nothing")
	})
}

func TestEnqueueTwiceIsOnce(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		x := w.text("x")
		k := w.enqueue(x)
		w.now.Add(time.Minute)
		require.Equal(t, k, w.enqueue(x))
		require.Equal(t, 1, w.entriesOf("sms.text.enqueue", audit.Done))
		x.Body = "another body"
		_, err := w.texts.Enqueue(t.Context(), staff, x)
		require.ErrorIs(t, err, sms.ErrConflict)
	})
}

func TestCancelTakesBackWhatIsQueued(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		w.grant(consent.Transactional)
		k := w.enqueue(w.text("x"))
		done, err := w.texts.Cancel(t.Context(), staff, k, "a mistake")
		require.NoError(t, err)
		require.True(t, done)
		w.step(w.dispatcher())
		require.Empty(t, w.carrier.bodies())
		require.Equal(t, sms.Cancelled, w.tracked(k).State)
		done, err = w.texts.Cancel(t.Context(), staff, k, "a mistake")
		require.NoError(t, err)
		require.False(t, done)
		require.Equal(t, 1, w.entriesOf("sms.text.cancel", audit.Done))
	})
}

func TestDoubleOptInByText(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		state := w.paper(patient, consent.Promotional)
		require.Equal(t, consent.Pending, state.Promotional.Status)
		ask := consent.Ask{ID: "ask-1", Practice: practice, Number: patient}
		_, err := w.texts.RequestConfirmation(t.Context(), staff, ask)
		require.NoError(t, err)
		_, err = w.texts.RequestConfirmation(t.Context(), staff, ask)
		require.NoError(t, err, "the same request again changes nothing")
		promo := w.text("promo")
		promo.Category = consent.Promotional
		early := w.enqueue(promo)
		w.step(w.dispatcher())
		bodies := w.carrier.bodies()
		require.Len(t, bodies, 1, "nothing but the one request")
		require.Contains(t, bodies[0], "AGREE")
		require.NotContains(t, strings.ToUpper(bodies[0]), "YES")
		require.Equal(t, sms.Refused, w.tracked(early).State)
		_, err = w.texts.RequestConfirmation(t.Context(), staff, consent.Ask{Practice: practice, Number: patient})
		require.ErrorIs(t, err, consent.ErrAsked)

		w.now.Add(time.Minute)
		w.receive(patient, "Agree")
		promo.ID = "promo-2"
		k := w.enqueue(promo)
		w.step(w.dispatcher())
		require.Equal(t, sms.Sent, w.tracked(k).State)
	})
}

func TestAnAgreementNobodyAskedForIsKeptAndChangesNothing(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		require.True(t, w.receive(patient, "AGREE"))
		messages, err := w.texts.Received(t.Context(), staff, sms.Query{Practice: practice, Purpose: sms.ForDelivery})
		require.NoError(t, err)
		require.Len(t, messages, 1)
		require.Equal(t, 1, w.entriesOf("consent.confirm", audit.Refused))
		require.Equal(t, 1, w.entriesOf("sms.received.read", audit.Done))
	})
}

func TestReceiveTakesWordsOutOfOddBytes(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		w.grant(consent.Transactional)
		w.now.Add(time.Second)
		require.True(t, w.receive(patient, "\xffSTOP\x00"))
		state, err := w.consents.State(t.Context(), staff, consent.Key{Practice: practice, Number: patient})
		require.NoError(t, err)
		require.Equal(t, consent.Stopped, state.Transactional.Status)
	})
}

// What the log keeps in plain, it keeps for whoever may search it: no number and no word of a patient is among it.
func TestTheLogShowsNoNumberAndNoBody(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		w.grant(consent.Transactional)
		w.now.Add(time.Second)
		w.enqueue(w.text("x"))
		w.receive(patient, "planted-words-4711")
		w.receive(patient, "HELP")
		w.receive(patient, "STOP")
		w.receive(patient, "START")
		w.receive(patient, "AGREE")
		w.step(w.dispatcher())
		_, err := w.texts.Received(t.Context(), staff, sms.Query{Practice: practice, Purpose: sms.ForDelivery, Number: patient})
		require.NoError(t, err)
		page, err := w.log.Leaves(t.Context(), audit.Query{Practice: practice, Limit: 1000})
		require.NoError(t, err)
		require.Greater(t, len(page.Leaves), 10)
		for _, leaf := range page.Leaves {
			plain := fmt.Sprintf("%s %s %s", leaf.Actor, leaf.Action, leaf.Bytes)
			for _, secret := range []string{patient[1:], "planted-words", "see you on Thursday"} {
				require.NotContains(t, plain, secret)
			}
		}
	})
}

func TestAProviderThatAnswersByItselfIsNotAnsweredTwice(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		_, err := w.texts.Receive(t.Context(), practice, sms.Inbound{
			Provider: "carrier", ID: "m", From: patient, To: office, Body: "STOP", Keyword: "STOP",
		})
		require.NoError(t, err)
		w.step(w.dispatcher())
		require.Empty(t, w.carrier.bodies())
	})
}

func TestReceiptsAreMonotone(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		w.grant(consent.Transactional)
		k := w.enqueue(w.text("x"))
		w.step(w.dispatcher())
		receipt := func(status sms.Status, code string) bool {
			r := sms.Receipt{Provider: "carrier", ID: "SM1", Reference: practice + "/x", Status: status, Code: code}
			if code != "" {
				r.Class = sms.Transient
			}
			fresh, err := w.texts.Deliver(t.Context(), r)
			require.NoError(t, err)
			return fresh
		}
		require.True(t, receipt(sms.StatusSent, ""))
		require.False(t, receipt(sms.StatusSent, ""))
		require.True(t, receipt(sms.StatusUndelivered, "30003"))
		require.False(t, receipt(sms.StatusAccepted, ""))
		require.True(t, receipt(sms.StatusDelivered, "30008"))
		got := w.tracked(k)
		require.Equal(t, sms.StatusDelivered, got.Delivery)
		require.Equal(t, "30003", got.Code, "the first error is kept")
		_, err := w.texts.Deliver(t.Context(), sms.Receipt{Provider: "carrier", Reference: "nobody/x", Status: sms.StatusSent})
		require.ErrorIs(t, err, sms.ErrNotFound)
		_, err = w.texts.Deliver(t.Context(), sms.Receipt{Provider: "carrier", Reference: "x", Status: sms.StatusSent})
		require.ErrorIs(t, err, sms.ErrInvalid)
	})
}

// reader answers with what a test gives it, as a provider's reader of webhooks would.
type reader struct {
	in      sms.Inbound
	receipt sms.Receipt
	more    []sms.Event
	err     error
}

func (r reader) ReadWebhook(*http.Request) ([]sms.Event, error) {
	if r.err != nil {
		return nil, r.err
	}
	var events []sms.Event
	if r.in != (sms.Inbound{}) {
		events = append(events, sms.Event{Inbound: &r.in})
	}
	if r.receipt != (sms.Receipt{}) {
		events = append(events, sms.Event{Receipt: &r.receipt})
	}
	return append(events, r.more...), nil
}

func TestWebhookAnswersTheProvider(t *testing.T) {
	w := inMemory(t)
	hook := sms.Webhook{Service: w.texts, Router: w.router}
	in := sms.Inbound{Provider: "carrier", ID: "m", From: patient, To: office, Body: "hello"}
	elsewhere := in
	elsewhere.To = "+12145550111"
	short := in
	short.From = "72345"
	for _, c := range []struct {
		name   string
		method string
		reader reader
		want   int
	}{
		{"taken in", http.MethodPost, reader{in: in}, http.StatusNoContent},
		{"taken in before", http.MethodPost, reader{in: in}, http.StatusNoContent},
		{"wrong signature", http.MethodPost, reader{err: sms.ErrSignature}, http.StatusForbidden},
		{"too large", http.MethodPost, reader{err: sms.ErrTooLarge}, http.StatusRequestEntityTooLarge},
		{"no message", http.MethodPost, reader{err: sms.ErrInvalid}, http.StatusBadRequest},
		{"nobody's number", http.MethodPost, reader{in: elsewhere}, http.StatusNotFound},
		{"no phone", http.MethodPost, reader{in: short}, http.StatusBadRequest},
		{"our store is away", http.MethodPost, reader{err: errors.New("away")}, http.StatusServiceUnavailable},
		{"a look", http.MethodGet, reader{in: in}, http.StatusMethodNotAllowed},
	} {
		t.Run(c.name, func(t *testing.T) {
			answer := httptest.NewRecorder()
			hook.Handler(c.reader).ServeHTTP(answer, httptest.NewRequest(c.method, "/", nil))
			require.Equal(t, c.want, answer.Code)
		})
	}
	messages, err := w.texts.Received(t.Context(), staff, sms.Query{Practice: practice, Purpose: sms.ForDelivery})
	require.NoError(t, err)
	require.Len(t, messages, 1)
}

// What is filled in here may change between two calls; that makes no other text of it.
func TestEnqueueTwiceIsOnceWhateverBecameOfTheSender(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		x := w.text("x")
		w.enqueue(x)
		for _, s := range []sms.Sender{
			{Practice: practice, Number: office, Provider: "twilio", Name: "Elm", Contact: "c", Frequency: "f", Zone: "UTC"},
			{Practice: practice, Number: "+12145550198", Provider: "twilio", Name: "Elm", Contact: "c", Frequency: "f", Zone: "UTC"},
		} {
			require.NoError(t, w.texts.Register(t.Context(), staff, s))
		}
		w.enqueue(x)
		x.From = "+12145550198"
		_, err := w.texts.Enqueue(t.Context(), staff, x)
		require.ErrorIs(t, err, sms.ErrConflict)
	})
}

func TestWebhookTakesReceipts(t *testing.T) {
	w := inMemory(t)
	w.grant(consent.Transactional)
	k := w.enqueue(w.text("x"))
	w.step(w.dispatcher())
	hook := sms.Webhook{Service: w.texts, Router: w.router}
	for _, c := range []struct {
		reader reader
		want   int
	}{
		{reader{receipt: sms.Receipt{Provider: "carrier", ID: "SM1", Reference: practice + "/x", Status: sms.StatusDelivered}}, http.StatusNoContent},
		{reader{receipt: sms.Receipt{Provider: "carrier", ID: "SM1", Reference: practice + "/y", Status: sms.StatusDelivered}}, http.StatusNotFound},
		{reader{receipt: sms.Receipt{Provider: "carrier", ID: "SM1", Status: sms.StatusDelivered}}, http.StatusBadRequest},
		{reader{err: sms.ErrSignature}, http.StatusForbidden},
	} {
		answer := httptest.NewRecorder()
		hook.Handler(c.reader).ServeHTTP(answer, httptest.NewRequest(http.MethodPost, "/", nil))
		require.Equal(t, c.want, answer.Code)
	}
	require.Equal(t, sms.StatusDelivered, w.tracked(k).Delivery)
}

// What a webhook refuses, it refuses without a word of why: our errors are nobody's business outside.
func TestWebhookKeepsItsErrorsToItself(t *testing.T) {
	w := inMemory(t)
	hook := sms.Webhook{Service: w.texts, Router: w.router}
	answer := httptest.NewRecorder()
	hook.Handler(reader{err: errors.New("dial tcp 10.1.2.3:5432")}).ServeHTTP(answer, httptest.NewRequest(http.MethodPost, "/", nil))
	require.Equal(t, http.StatusServiceUnavailable, answer.Code)
	require.Equal(t, "Service Unavailable\n", answer.Body.String())
}
