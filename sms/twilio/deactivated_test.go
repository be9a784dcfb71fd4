package twilio_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/sms"
	"github.com/enamel-go/enamel/sms/twilio"
)

// signed is how the file's address goes on; whoever has it has the list.
const signed = "?signature=planted"

// filed returns an API whose list of a day is a file at /list, which content writes.
func filed(t *testing.T, status int, content http.HandlerFunc) *api {
	t.Helper()
	a := newAPI(t, nil)
	a.answer = func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/v1/Deactivations" {
			w.Header().Set("Location", a.URL+"/elsewhere")
			reply(status, map[string]any{"redirect_to": a.URL + "/list" + signed, "something_new": 1})(w, r)
			return
		}
		content(w, r)
	}
	return a
}

func (a *api) deactivated(t *testing.T) (numbers []string, err error) {
	t.Helper()
	p := a.provider(t, func(o *twilio.Options) { o.MessagingURL = a.URL + "/" })
	for number, err := range p.Deactivated(t.Context(), time.Date(2026, 11, 1, 23, 0, 0, 0, time.UTC)) {
		if err != nil {
			return numbers, err
		}
		numbers = append(numbers, number)
	}
	return numbers, nil
}

func text(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(body)) }
}

func TestDeactivated(t *testing.T) {
	for _, status := range []int{http.StatusOK, http.StatusTemporaryRedirect} {
		a := filed(t, status, text("12125550100\r\n+12125550101\n2125550102\n\n12125550103"))
		numbers, err := a.deactivated(t)
		require.NoError(t, err)
		require.Equal(t, []string{"+12125550100", "+12125550101", "+12125550102", "+12125550103"}, numbers)
		require.Len(t, a.requests, 2)
		require.Equal(t, "GET /v1/Deactivations?Date=2026-11-01", a.requests[0].Method+" "+a.requests[0].URL.String())
		user, password, _ := a.requests[0].BasicAuth()
		require.Equal(t, []string{account, token}, []string{user, password})
		require.Equal(t, "/list"+signed, a.requests[1].URL.String())
		require.NotContains(t, a.requests[1].Header, "Authorization", "the file's host learned the token")
	}
	t.Run("a day of none", func(t *testing.T) {
		numbers, err := filed(t, 200, text("")).deactivated(t)
		require.NoError(t, err)
		require.Empty(t, numbers)
	})
	t.Run("a line that cannot be read keeps none of the others", func(t *testing.T) {
		numbers, err := filed(t, 200, text("phone_number\n12125550100\nplanted\n+12125550101\n")).deactivated(t)
		require.Equal(t, "unreadable", sendError(t, err).Code)
		require.Equal(t, []string{"+12125550100", "+12125550101"}, numbers)
	})
	t.Run("read no further than it is wanted", func(t *testing.T) {
		a := filed(t, 200, text("12125550100\n12125550101"))
		for range a.provider(t, func(o *twilio.Options) { o.MessagingURL = a.URL }).Deactivated(t.Context(), noon) {
			break
		}
	})
}

func TestTheFileOfDeactivatedNumbersLiesFurtherOn(t *testing.T) {
	a := filed(t, 200, nil)
	first := a.answer
	a.answer = func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/list":
			http.Redirect(w, r, "/file"+signed, http.StatusFound)
		case "/file":
			text("12125550100\n")(w, r)
		default:
			first(w, r)
		}
	}
	numbers, err := a.deactivated(t)
	require.NoError(t, err)
	require.Equal(t, []string{"+12125550100"}, numbers)
	for _, r := range a.requests[1:] {
		require.NotContains(t, r.Header, "Authorization")
	}
}

func TestWhatIsNoListOfDeactivatedNumbers(t *testing.T) {
	plain := httptest.NewServer(text("12125550100\n"))
	t.Cleanup(plain.Close)
	to := func(address string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", address)
			w.WriteHeader(http.StatusFound)
		}
	}
	for name, c := range map[string]struct {
		content http.HandlerFunc
		class   sms.Class
		code    string
	}{
		"words":                           {text("12125550100\nplanted words\n"), sms.Unknown, "unreadable"},
		"a number of another country":     {text("+442071838750\n"), sms.Unknown, "unreadable"},
		"too long":                        {text(strings.Repeat("12125550100\n", 32<<20/12+2)), sms.Transient, ""},
		"an address without https":        {to(plain.URL), sms.Unknown, "unreadable"},
		"an address with a user":          {to("https://planted:planted@texts.example/list"), sms.Unknown, "unreadable"},
		"an address of nowhere":           {to(""), sms.Unknown, "unreadable"},
		"an address that goes in circles": {to("/list"), sms.Unknown, "too many redirects"},
		"an address that has run out":     {reply(http.StatusForbidden, "planted"), sms.Unknown, "HTTP 403"},
		"a host that fails":               {reply(http.StatusBadGateway, "planted"), sms.Transient, "HTTP 502"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := filed(t, 307, c.content).deactivated(t)
			e := sendError(t, err)
			require.Equal(t, c.class, e.Class)
			require.Equal(t, c.code, e.Code)
		})
	}
	for name, c := range map[string]struct {
		status int
		answer any
		class  sms.Class
	}{
		"not out yet":      {404, map[string]any{"code": 30114, "message": "planted"}, sms.Transient},
		"long ago":         {400, map[string]any{"code": 30113}, sms.Unknown},
		"another answer":   {200, []string{"planted"}, sms.Unknown},
		"no address":       {200, map[string]any{"redirect_to": nil}, sms.Unknown},
		"another redirect": {302, map[string]any{"redirect_to": "https://texts.example/planted"}, sms.Unknown},
		"too many":         {429, nil, sms.Throttled},
		"it failed":        {500, nil, sms.Transient},
	} {
		t.Run(name, func(t *testing.T) {
			a := newAPI(t, reply(c.status, c.answer))
			_, err := a.deactivated(t)
			require.Equal(t, c.class, sendError(t, err).Class)
			require.Len(t, a.requests, 1)
		})
	}
	_, err := twilio.New(account, token, &twilio.Options{MessagingURL: "http://messaging.example"})
	require.ErrorIs(t, err, sms.ErrInvalid)
}
