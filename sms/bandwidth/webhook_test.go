package bandwidth_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/sms"
	"github.com/enamel-go/enamel/sms/bandwidth"
)

// event is one event as Bandwidth tells it, with further fields of the event and of its message.
func event(kind, more, of string) string {
	return `{"time":"2026-11-02T18:00:00.5Z","type":"` + kind + `","to":"` + office + `","description":"planted"` + more + `,
		"message":{"id":"` + id + `","time":"2026-11-02T18:00:00Z","direction":"in","segmentCount":1,"something_new":{}` + of + `}}`
}

const wrote = `,"owner":"` + office + `","from":"` + patient + `","to":["` + office + `"],"text":"Stop 👍"`

func TestReadWebhookReadsEveryEvent(t *testing.T) {
	receipt := func(status sms.Status, code string, class sms.Class) sms.Event {
		return sms.Event{Receipt: &sms.Receipt{Provider: "bandwidth", ID: id, Reference: "elm-street/t 1%", Status: status, Code: code, Class: class}}
	}
	in := func(change func(*sms.Inbound)) sms.Event {
		text := sms.Inbound{
			Provider: "bandwidth", ID: id, From: patient, To: office, Body: "Stop 👍", At: time.Date(2026, 11, 2, 18, 0, 0, 0, time.UTC),
		}
		change(&text)
		return sms.Event{Inbound: &text}
	}
	tag := `,"tag":"elm-street/t 1%","text":""`
	var all []string
	var want []sms.Event
	for _, c := range []struct {
		event string
		want  sms.Event // none: it tells of nothing here
	}{
		{event("message-received", "", wrote), in(func(*sms.Inbound) {})},
		{event("message-received", "", wrote+`,"media":["https://x","https://y"]`), in(func(in *sms.Inbound) { in.Media = 2 })},
		{event("message-received", "", wrote+`,"time":"soon"`), in(func(in *sms.Inbound) { in.At = in.At.Add(500 * time.Millisecond) })},
		{event("message-received", `,"time":18`, wrote+`,"time":null`), in(func(in *sms.Inbound) { in.At = time.Time{} })},
		{event("message-received", "", `,"from":"`+patient+`","text":"a\u0000"`), in(func(in *sms.Inbound) { in.Body = "a\uFFFD" })},
		{event("message-sending", "", tag), receipt(sms.StatusAccepted, "", "")},
		{event("message-sent", "", tag), receipt(sms.StatusSent, "", "")},
		{event("message-delivered", "", tag), receipt(sms.StatusDelivered, "", "")},
		{event("message-failed", `,"errorCode":4360`, tag), receipt(sms.StatusFailed, "4360", sms.Expired)},
		{event("message-failed", `,"errorCode":"4775"`, tag), receipt(sms.StatusUndelivered, "4775", sms.OptedOut)},
		{event("message-failed", `,"errorCode":4475`, tag), receipt(sms.StatusFailed, "4475", sms.OptedOut)},
		{event("message-failed", `,"errorCode":5600`, tag), receipt(sms.StatusUndelivered, "5600", sms.Throttled)},
		{event("message-failed", `,"errorCode":5106`, tag), receipt(sms.StatusFailed, "5106", sms.Unknown)},
		{event("message-failed", `,"errorCode":9902`, tag), receipt(sms.StatusSent, "9902", sms.Unknown)},
		{event("message-failed", `,"errorCode":4999`, tag), receipt(sms.StatusFailed, "4999", sms.Rejected)},
		{event("message-failed", "", tag), receipt(sms.StatusFailed, "", "")},
		{event("suggestion-response", "", ""), sms.Event{}},
		{`{"type":"something-new"}`, sms.Event{}},
	} {
		events, err := hook(t).ReadWebhook(post("[" + c.event + "]"))
		require.NoError(t, err)
		if c.want == (sms.Event{}) {
			require.Empty(t, events)
		} else {
			require.Empty(t, cmp.Diff([]sms.Event{c.want}, events))
			want = append(want, c.want)
		}
		all = append(all, c.event)
	}
	events, err := hook(t).ReadWebhook(post("[" + strings.Join(all, ",") + "]"))
	require.NoError(t, err)
	require.Empty(t, cmp.Diff(want, events), "all of them in one request")

	events, err = hook(t).ReadWebhook(post(all[0]))
	require.NoError(t, err)
	require.Len(t, events, 1, "one that is no list")
	events, err = hook(t).ReadWebhook(post("[]"))
	require.NoError(t, err)
	require.Empty(t, events)
}

// A stop is not lost over an event beside it that nobody can read.
func TestOneBadEventCostsNoOther(t *testing.T) {
	for _, bad := range []string{
		`7`, `{"type":7}`, event("message-received", "", `,"from":"","owner":""`), strings.Replace(event("message-sent", "", ""), id, "", 1),
		strings.Replace(event("message-received", "", wrote), id, "../x", 1),
	} {
		events, err := hook(t).ReadWebhook(post("[" + bad + "," + event("message-received", "", wrote) + "]"))
		require.ErrorIs(t, err, sms.ErrInvalid)
		require.Len(t, events, 1)
		require.Equal(t, "Stop 👍", events[0].Inbound.Body)
		require.NotContains(t, err.Error(), "planted")
	}
}

func TestWebhookRefuses(t *testing.T) {
	good := "[" + event("message-received", "", wrote) + "]"
	for name, c := range map[string]struct {
		data   string
		change func(r *http.Request)
		want   error
	}{
		"no credentials":         {good, func(r *http.Request) { r.Header.Del("Authorization") }, sms.ErrSignature},
		"another user":           {good, func(r *http.Request) { r.SetBasicAuth("hooks", hookPassword) }, sms.ErrSignature},
		"another password":       {good, func(r *http.Request) { r.SetBasicAuth(hookUser, hookPassword+"x") }, sms.ErrSignature},
		"no password":            {good, func(r *http.Request) { r.SetBasicAuth(hookUser, "") }, sms.ErrSignature},
		"those of the API":       {good, func(r *http.Request) { r.SetBasicAuth(account.User, account.Password) }, sms.ErrSignature},
		"a bearer":               {good, func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+hookPassword) }, sms.ErrSignature},
		"a body without an end":  {strings.Repeat(" ", 64<<10+1), nil, sms.ErrTooLarge},
		"a body that breaks off": {good, func(r *http.Request) { r.Body = io.NopCloser(iotest.ErrReader(errors.New("planted"))) }, sms.ErrInvalid},
		"a GET":                  {good, func(r *http.Request) { r.Method = http.MethodGet }, sms.ErrInvalid},
		"no JSON":                {"planted", nil, sms.ErrInvalid},
		"no list":                {`"planted"`, nil, sms.ErrInvalid},
		"nothing":                {"", nil, sms.ErrInvalid},
	} {
		t.Run(name, func(t *testing.T) {
			r := post(c.data)
			if c.change != nil {
				c.change(r)
			}
			events, err := hook(t).ReadWebhook(r)
			require.ErrorIs(t, err, c.want)
			require.Empty(t, events)
			require.NotContains(t, err.Error(), "planted")
		})
	}
	unset, err := bandwidth.New(account, nil)
	require.NoError(t, err)
	r := post(good)
	r.SetBasicAuth("", "")
	_, err = unset.ReadWebhook(r)
	require.ErrorIs(t, err, sms.ErrSignature, "without credentials nobody is known")
}

// Bandwidth shows its credentials only once it was asked for them, and gives a webhook up where it is not.
func TestCredentialsAreAskedFor(t *testing.T) {
	handler := sms.Webhook{Service: new(sms.Service), Router: nobody{}}.Handler(hook(t))
	call := func(change func(r *http.Request)) *http.Response {
		r := post(`[{"type":"something-new"}]`)
		change(r)
		rec := httptest.NewRecorder()
		handler.ServeHTTP(rec, r)
		return rec.Result()
	}
	first := call(func(r *http.Request) { r.Header.Del("Authorization") })
	require.Equal(t, http.StatusUnauthorized, first.StatusCode)
	require.True(t, strings.HasPrefix(first.Header.Get("WWW-Authenticate"), "Basic realm="))
	require.Equal(t, http.StatusNoContent, call(func(*http.Request) {}).StatusCode)

	wrong := call(func(r *http.Request) { r.SetBasicAuth(hookUser, "another password") })
	require.Equal(t, http.StatusForbidden, wrong.StatusCode)
	require.Empty(t, wrong.Header.Get("WWW-Authenticate"))
}

// nobody is a router that knows no number.
type nobody struct{}

func (nobody) Route(context.Context, string) (string, error) { return "", sms.ErrNotFound }

func FuzzReadWebhook(f *testing.F) {
	f.Add("[" + event("message-received", "", wrote) + "]")
	f.Add(event("message-failed", `,"errorCode":4775`, ""))
	f.Fuzz(func(t *testing.T, data string) {
		events, _ := hook(t).ReadWebhook(post(data))
		for _, e := range events {
			if (e.Inbound == nil) == (e.Receipt == nil) {
				t.Fatal("an event is neither a text nor a receipt")
			}
		}
	})
}
