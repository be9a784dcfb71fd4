package telnyx_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/sms"
	"github.com/enamel-go/enamel/sms/telnyx"
)

func TestSendAsksForWhatWasDecided(t *testing.T) {
	a := newAPI(t, says(200, `{"data":{"id":"`+id+`","something_new":1}}`))
	accepted, err := send(a.provider(t))
	require.NoError(t, err)
	require.Equal(t, id, accepted.ID)
	r := a.requests[0]
	require.Equal(t, "POST /v2/messages", r.Method+" "+r.URL.String())
	require.Equal(t, "Bearer "+apiKey, r.Header.Get("Authorization"))
	require.Equal(t, "application/json", r.Header.Get("Content-Type"))
	require.JSONEq(t, `{"from":"`+office+`","to":"`+patient+`","text":"`+body+`","webhook_url":"`+hookURL+`?ref=elm-street%2Ft+1%25"}`, a.bodies[0])
}

// The window's end is not told to Telnyx, for no field of its API holds it; whoever asks is told so.
func TestLinger(t *testing.T) {
	var p sms.Provider = newAPI(t, says(200, "")).provider(t)
	lingering, ok := p.(sms.Lingering)
	require.True(t, ok)
	require.Equal(t, 4*time.Hour, lingering.Linger())
}

func TestCancel(t *testing.T) {
	for name, c := range map[string]struct {
		status int
		body   string
		done   bool
		class  sms.Class
	}{
		"taken back":       {200, `{"data":{"id":"` + id + `","to":[{"status":"cancelled"}]}}`, true, ""},
		"too late":         {400, `{"errors":[{"code":"10015"}]}`, false, ""},
		"not there":        {404, `{"errors":[{"code":"10005"}]}`, false, ""},
		"too many":         {429, `{"errors":[{"code":"10011"}]}`, false, sms.Throttled},
		"the key is wrong": {401, `{"errors":[{"code":"10009"}]}`, false, sms.BadSender},
		"it failed":        {500, `planted`, false, sms.Unknown},
	} {
		t.Run(name, func(t *testing.T) {
			a := newAPI(t, says(c.status, c.body))
			done, err := a.provider(t).Cancel(t.Context(), id)
			require.Equal(t, c.done, done)
			if c.class == "" {
				require.NoError(t, err)
			} else {
				e := sendError(t, err)
				require.Equal(t, c.class, e.Class)
				require.Equal(t, sms.AtCancel, e.Stage)
			}
			require.Len(t, a.requests, 1)
			require.Equal(t, "DELETE /v2/messages/"+id, a.requests[0].Method+" "+a.requests[0].URL.String())
		})
	}
	a := newAPI(t, says(200, "{}"))
	_, err := a.provider(t).Cancel(t.Context(), "../messaging_profiles/1")
	require.ErrorIs(t, err, sms.ErrInvalid)
	require.Empty(t, a.requests)
}

func TestNewRefuses(t *testing.T) {
	for name, o := range map[string]telnyx.Options{
		"API in clear":            {BaseURL: "http://127.0.0.1:8080"},
		"webhook in clear":        {WebhookURL: "http://sms.example.test/in"},
		"webhook with a query":    {WebhookURL: hookURL + "?a=b"},
		"a key that is none":      {PublicKey: "planted"},
		"a key that is too short": {PublicKey: "AAAA"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := telnyx.New(apiKey, &o)
			require.ErrorIs(t, err, sms.ErrInvalid)
			require.NotContains(t, err.Error(), "planted")
		})
	}
	_, err := telnyx.New("", nil)
	require.ErrorIs(t, err, sms.ErrInvalid)
	p, err := telnyx.New(apiKey, nil)
	require.NoError(t, err)
	require.Equal(t, "telnyx telnyx telnyx", fmt.Sprintf("%v %#v %s", p, p, p.LogValue()))
	_, err = p.ReadWebhook(post(event("message.received", nil), time.Now()))
	require.ErrorIs(t, err, sms.ErrSignature, "without a key nothing can be checked")
}

func TestOptOuts(t *testing.T) {
	pages := map[string]string{
		"1": `{"data":[{"from":"` + office + `","to":"` + patient + `","messaging_profile_id":"x","keyword":"STOP","created_at":"2026-11-01 12:00:38.631252+00:00"}],"meta":{"total_pages":2}}`,
		"2": `{"data":[{"from":null,"to":"+16045550198","keyword":null,"created_at":"2026-11-01T12:00:38Z"}],"meta":{"total_pages":2}}`,
	}
	a := newAPI(t, func(w http.ResponseWriter, r *http.Request) {
		says(200, pages[r.URL.Query().Get("page[number]")])(w, r)
	})
	var got []sms.OptOut
	for out, err := range a.provider(t).OptOuts(t.Context(), noon.Add(-48*time.Hour)) {
		require.NoError(t, err)
		got = append(got, out)
	}
	require.Equal(t, []sms.OptOut{
		{Number: patient, Sender: office, At: time.Date(2026, 11, 1, 12, 0, 38, 631252000, time.UTC)},
		{Number: "+16045550198", At: time.Date(2026, 11, 1, 12, 0, 38, 0, time.UTC)},
	}, got)
	require.Equal(t, "GET /v2/messaging_optouts", a.requests[0].Method+" "+a.requests[0].URL.Path)
	require.Equal(t, "2026-10-31T18:00:00Z", a.requests[0].URL.Query().Get("created_at[gte]"))
	for range a.provider(t).OptOuts(t.Context(), time.Time{}) {
		break
	}
	require.False(t, a.requests[2].URL.Query().Has("created_at[gte]"))
	require.Len(t, a.requests, 3, "a page that nobody asks for is not read")

	// One entry that cannot be read keeps none of the others, on whatever page.
	pages["1"] = `{"data":[{"from":"` + office + `","to":"72345","created_at":"2026-11-01T12:00:38Z"},
		{"from":"` + office + `","to":"` + patient + `","created_at":"2026-11-01T12:00:38Z"}],"meta":{"total_pages":2}}`
	got = nil
	var failed error
	for out, err := range a.provider(t).OptOuts(t.Context(), time.Time{}) {
		require.NoError(t, failed, "it ends at the first error")
		if failed = err; err == nil {
			got = append(got, out)
		}
	}
	require.Len(t, got, 2)
	require.Equal(t, "unreadable", sendError(t, failed).Code)

	for name, c := range map[string]struct {
		status int
		body   string
		class  sms.Class
	}{
		"no list":          {200, `[]`, sms.Unknown},
		"no entries":       {200, `{"meta":{"total_pages":1}}`, sms.Unknown},
		"no pages":         {200, `{"data":[]}`, sms.Unknown},
		"a masked number":  {200, `{"data":[{"from":"` + office + `","to":"+1604555****","created_at":"2026-11-01T12:00:38Z"}],"meta":{"total_pages":1}}`, sms.Unknown},
		"no time":          {200, `{"data":[{"from":"` + office + `","to":"` + patient + `"}],"meta":{"total_pages":1}}`, sms.Unknown},
		"it failed":        {503, `planted`, sms.Transient},
		"the key is wrong": {401, `{}`, sms.Unknown},
	} {
		t.Run(name, func(t *testing.T) {
			a := newAPI(t, says(c.status, c.body))
			n := 0
			for _, err := range a.provider(t).OptOuts(t.Context(), time.Time{}) {
				n++
				e := sendError(t, err)
				require.Equal(t, c.class, e.Class)
				require.Equal(t, sms.AtLookup, e.Stage)
			}
			require.Equal(t, 1, n)
		})
	}
}
