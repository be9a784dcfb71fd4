package twilio_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/sms"
	"github.com/enamel-go/enamel/sms/twilio"
)

// entry is a message in Twilio's list: sent seven hours before noon, as m is, unless changed.
type entry map[string]any

func listed(change entry) entry {
	e := entry{
		"sid": "SM" + strings.Repeat("b", 32), "body": body, "from": from, "to": to, "direction": "outbound-api",
		"status": "delivered", "date_created": noon.Add(-7 * time.Hour).Format(time.RFC1123Z), "date_sent": nil, "error_code": nil,
	}
	for key, value := range change {
		e[key] = value
	}
	return e
}

func TestFind(t *testing.T) {
	id := "SM" + strings.Repeat("b", 32)
	older := listed(entry{"date_created": noon.Add(-30 * time.Hour).Format(time.RFC1123Z)})
	tests := map[string]struct {
		list  []entry
		m     func(*sms.Message)
		want  sms.Receipt
		found bool
		class sms.Class // of the error
		code  string
	}{
		"delivered": {
			list: []entry{listed(nil), older}, found: true,
			want: sms.Receipt{Provider: "twilio", ID: id, Status: sms.StatusDelivered},
		},
		"queued, not sent yet": {
			list: []entry{listed(entry{"status": "queued"})}, found: true,
			want: sms.Receipt{Provider: "twilio", ID: id, Status: sms.StatusAccepted},
		},
		"failed": {
			list: []entry{listed(entry{"status": "undelivered", "error_code": 30006})}, found: true,
			want: sms.Receipt{
				Provider: "twilio", ID: id,
				Status: sms.StatusUndelivered, Code: "30006", Class: sms.BadNumber,
			},
		},
		"expired in the queue": {
			list: []entry{listed(entry{"status": "failed", "error_code": 30036})}, found: true,
			want: sms.Receipt{
				Provider: "twilio", ID: id,
				Status: sms.StatusFailed, Code: "30036", Class: sms.Expired,
			},
		},
		"its blanks taken off": {
			list: []entry{listed(entry{"body": strings.TrimSpace(body)})}, m: func(m *sms.Message) { m.Body = "\r\n" + body + " \n" }, found: true,
			want: sms.Receipt{Provider: "twilio", ID: id, Status: sms.StatusDelivered},
		},
		"never taken on": {list: []entry{}},
		"only before":    {list: []entry{older}},
		"another body":   {list: []entry{listed(entry{"body": body + "."})}},
		"a reply":        {list: []entry{listed(entry{"direction": "inbound"})}},
		"another number": {list: []entry{listed(entry{"to": "+16045550198"})}},
		"too early to say": {
			list: []entry{}, m: func(m *sms.Message) { m.Sent = noon.Add(-time.Hour) }, class: sms.Transient, code: "not listed yet",
		},
		"tried again just now": {
			list: []entry{}, m: func(m *sms.Message) { m.Tried = noon.Add(-time.Hour) }, class: sms.Transient, code: "not listed yet",
		},
		"two alike":        {list: []entry{listed(nil), listed(nil)}, class: sms.Unknown, code: "several alike"},
		"a redacted body":  {list: []entry{listed(entry{"body": ""})}, class: sms.Unknown, code: "body redacted"},
		"a strange date":   {list: []entry{listed(entry{"date_created": "yesterday"})}, class: sms.Unknown, code: "unreadable"},
		"a strange status": {list: []entry{listed(entry{"status": "lost"})}, class: sms.Unknown, code: "unreadable"},
		"a strange id":     {list: []entry{listed(entry{"sid": "\n"})}, class: sms.Unknown, code: "unreadable"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			a := newAPI(t, reply(http.StatusOK, map[string]any{"messages": test.list, "next_page_uri": nil}))
			m := message()
			if test.m != nil {
				test.m(&m)
			}
			got, found, err := a.provider(t, nil).Find(context.Background(), m)
			if test.class != "" {
				require.Equal(t, sms.SendError{Stage: sms.AtLookup, Provider: "twilio", Code: test.code, Class: test.class},
					*sendError(t, err))
			} else {
				require.NoError(t, err)
			}
			require.Equal(t, test.found, found)
			require.Empty(t, cmp.Diff(test.want, got))
			q := a.requests[0].URL.Query()
			require.Equal(t, http.MethodGet, a.requests[0].Method)
			require.Equal(t, []string{to, from}, []string{q.Get("To"), q.Get("From")})
			require.NotContains(t, q, "DateSent", "a queued message has no DateSent and would be hidden")
		})
	}
}

// An answer without a list is no proof that nothing left.
func TestFindTakesNoOtherAnswerForAnEmptyList(t *testing.T) {
	for _, answer := range []map[string]any{{}, {"messages": nil}, {"data": []entry{}}, {"Messages": "none"}} {
		a := newAPI(t, reply(http.StatusOK, answer))
		_, found, err := a.provider(t, nil).Find(t.Context(), message())
		require.False(t, found)
		require.Equal(t, sms.SendError{Stage: sms.AtLookup, Provider: "twilio", Code: "unreadable", Class: sms.Unknown}, *sendError(t, err))
	}
}

func TestFindReadsPageAfterPage(t *testing.T) {
	list := "/2010-04-01/Accounts/" + account + "/Messages.json"
	fill := func(n int, e entry) (all []entry) {
		for range n {
			all = append(all, e)
		}
		return all
	}
	other := listed(entry{"body": "another"})
	t.Run("found on the third", func(t *testing.T) {
		a := newAPI(t, nil)
		a.answer = func(w http.ResponseWriter, r *http.Request) {
			switch r.URL.Query().Get("Page") {
			case "":
				reply(200, map[string]any{"messages": fill(100, other), "next_page_uri": list + "?Page=1&PageToken=x"})(w, r)
			case "1":
				reply(200, map[string]any{"messages": fill(100, other), "next_page_uri": list + "?Page=2&PageToken=y"})(w, r)
			default:
				reply(200, map[string]any{"messages": []entry{listed(nil)}})(w, r)
			}
		}
		_, found, err := a.provider(t, nil).Find(context.Background(), message())
		require.NoError(t, err)
		require.True(t, found)
		require.Equal(t, 3, a.count())
	})
	t.Run("no further than the first attempt", func(t *testing.T) {
		old := listed(entry{"date_created": noon.Add(-100 * time.Hour).Format(time.RFC1123Z)})
		a := newAPI(t, reply(200, map[string]any{"messages": fill(100, old), "next_page_uri": list + "?Page=1"}))
		_, found, err := a.provider(t, nil).Find(context.Background(), message())
		require.NoError(t, err)
		require.False(t, found)
		require.Equal(t, 1, a.count())
	})
	t.Run("gives up on an endless list", func(t *testing.T) {
		a := newAPI(t, reply(200, map[string]any{"messages": fill(2, other), "next_page_uri": list + "?Page=1"}))
		_, _, err := a.provider(t, nil).Find(context.Background(), message())
		require.Equal(t, sms.Unknown, sendError(t, err).Class)
		require.Equal(t, 20, a.count())
	})
	for _, next := range []string{"https://elsewhere.example.test/steal", "@elsewhere.example.test/", "/2010-04-01/Accounts/AC/x?"} {
		t.Run("never leaves the list", func(t *testing.T) {
			a := newAPI(t, reply(200, map[string]any{"messages": fill(1, other), "next_page_uri": next}))
			_, _, err := a.provider(t, nil).Find(context.Background(), message())
			require.Equal(t, sms.Unknown, sendError(t, err).Class)
			require.Equal(t, 1, a.count())
		})
	}
}

func TestFindThatFailsMayBeAskedAgain(t *testing.T) {
	for status, class := range map[int]sms.Class{
		429: sms.Throttled, 500: sms.Transient, 503: sms.Transient, 408: sms.Transient, 401: sms.Unknown, 404: sms.Unknown, 302: sms.Unknown,
	} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			a := newAPI(t, reply(status, map[string]any{}))
			_, found, err := a.provider(t, nil).Find(context.Background(), message())
			require.False(t, found)
			require.Equal(t, class, sendError(t, err).Class)
		})
	}
	a := newAPI(t, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	_, _, err := a.provider(t, nil).Find(context.Background(), message())
	require.Equal(t, sms.Transient, sendError(t, err).Class)

	a = newAPI(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("[]")) })
	_, _, err = a.provider(t, nil).Find(context.Background(), message())
	require.Equal(t, sms.Unknown, sendError(t, err).Class)

	a = newAPI(t, reply(200, map[string]any{"messages": []entry{}}))
	p := a.provider(t, func(o *twilio.Options) { o.Lag = 8 * time.Hour })
	_, _, err = p.Find(context.Background(), message())
	require.Equal(t, sms.Transient, sendError(t, err).Class, "within the longer lag absence proves nothing")
}
