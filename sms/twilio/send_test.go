package twilio_test

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/sms"
	"github.com/enamel-go/enamel/sms/twilio"
)

func TestSendAsksForWhatWasDecided(t *testing.T) {
	a := newAPI(t, created())
	accepted, err := send(t, a.provider(t, nil))
	require.NoError(t, err)
	require.Equal(t, "SM"+strings.Repeat("a", 32), accepted.ID)
	require.Equal(t, 1, a.count())

	r, form := a.requests[0], a.forms[0]
	require.Equal(t, http.MethodPost, r.Method)
	require.Equal(t, "/2010-04-01/Accounts/"+account+"/Messages.json", r.URL.Path)
	user, password, _ := r.BasicAuth()
	require.Equal(t, account, user)
	require.Equal(t, token, password)
	require.Equal(t, "application/x-www-form-urlencoded", r.Header.Get("Content-Type"))
	require.Equal(t, map[string][]string{
		"To": {to}, "From": {from}, "Body": {body}, "ValidityPeriod": {"5400"}, "SmartEncoded": {"false"},
		"StatusCallback": {"https://sms.example.test/twilio/receipt?ref=elm-street%2Ft+1%25"},
	}, map[string][]string(form))
}

func TestSendWithoutReceiptsAsksForNone(t *testing.T) {
	a := newAPI(t, created())
	_, err := send(t, a.provider(t, func(o *twilio.Options) { o.ReceiptURL = "" }))
	require.NoError(t, err)
	require.NotContains(t, a.forms[0], "StatusCallback")
}

func TestValidityIsClampedAndNeverRoundedUp(t *testing.T) {
	a := newAPI(t, created())
	p := a.provider(t, nil)
	for validity, want := range map[time.Duration]string{
		-time.Hour: "1", 0: "1", time.Millisecond: "1", 1999 * time.Millisecond: "1", 10 * time.Hour: "36000", 240 * time.Hour: "36000",
	} {
		m := message()
		m.Validity = validity
		_, err := p.Send(context.Background(), m)
		require.NoError(t, err)
		require.Equal(t, want, a.forms[a.count()-1].Get("ValidityPeriod"))
	}
}

func TestSendRefusesWhatTwilioWouldReadOtherwise(t *testing.T) {
	a := newAPI(t, created())
	p := a.provider(t, nil)
	for name, change := range map[string]func(*sms.Message){
		"no reference":    func(m *sms.Message) { m.Reference = "" },
		"a channel":       func(m *sms.Message) { m.To = "whatsapp:" + to },
		"no plus":         func(m *sms.Message) { m.To = to[1:] },
		"no recipient":    func(m *sms.Message) { m.To = "" },
		"no sender":       func(m *sms.Message) { m.From = "" },
		"a long number":   func(m *sms.Message) { m.To = "+1234567890123456" },
		"empty":           func(m *sms.Message) { m.Body = "" },
		"too long":        func(m *sms.Message) { m.Body = strings.Repeat("é", 1601) },
		"not UTF-8":       func(m *sms.Message) { m.Body = "\xff" },
		"a header's line": func(m *sms.Message) { m.To = to + "\r\nX: 1" },
	} {
		t.Run(name, func(t *testing.T) {
			m := message()
			change(&m)
			_, err := p.Send(context.Background(), m)
			require.ErrorIs(t, err, sms.ErrInvalid)
			require.Equal(t, sms.Rejected, sendError(t, err).Class)
			_, _, err = p.Find(context.Background(), m)
			require.ErrorIs(t, err, sms.ErrInvalid)
		})
	}
	require.Zero(t, a.count())
	m := message()
	m.Body = strings.Repeat("é", 1600)
	_, err := p.Send(context.Background(), m)
	require.NoError(t, err)
}

func TestAnswersMeanWhatTheySay(t *testing.T) {
	refused := func(status, code int) func(http.ResponseWriter, *http.Request) {
		return reply(status, map[string]any{"code": code, "message": "The number " + to + " " + body, "status": status})
	}
	raw := func(status int, text string) func(http.ResponseWriter, *http.Request) {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(status)
			_, _ = io.WriteString(w, text)
		}
	}
	tests := map[string]struct {
		answer func(http.ResponseWriter, *http.Request)
		class  sms.Class
		code   string
	}{
		"opted out":                {refused(400, 21610), sms.OptedOut, "21610"},
		"no such number":           {refused(400, 21211), sms.BadNumber, "21211"},
		"a landline":               {refused(400, 21614), sms.BadNumber, "21614"},
		"a sender that cannot":     {refused(400, 21606), sms.BadSender, "21606"},
		"not registered":           {refused(400, 30034), sms.BadSender, "30034"},
		"another refusal":          {refused(400, 21617), sms.Rejected, "21617"},
		"its queue is full":        {refused(400, 21611), sms.Throttled, "21611"},
		"too many requests":        {refused(429, 20429), sms.Throttled, "20429"},
		"too many, no code":        {raw(429, "slow down"), sms.Throttled, "HTTP 429"},
		"wrong token":              {refused(401, 20003), sms.BadSender, "20003"},
		"forbidden, no code":       {raw(403, ""), sms.BadSender, "HTTP 403"},
		"refused without a code":   {raw(400, "<html>"), sms.Rejected, "HTTP 400"},
		"server error":             {refused(500, 20500), sms.Unknown, "20500"},
		"a code for deliveries":    {refused(400, 30003), sms.Rejected, "30003"},
		"gateway":                  {raw(502, "<html>"), sms.Unknown, "HTTP 502"},
		"unavailable":              {raw(503, ""), sms.Unknown, "HTTP 503"},
		"request timeout":          {raw(408, ""), sms.Unknown, "HTTP 408"},
		"created without an id":    {raw(201, `{"status":"queued"}`), sms.Unknown, "HTTP 201"},
		"created, cut off":         {raw(201, `{"sid":"SM1`), sms.Unknown, "HTTP 201"},
		"created, a strange id":    {raw(201, `{"sid":"+16045550199 "}`), sms.Unknown, "HTTP 201"},
		"created, an endless body": {raw(201, strings.Repeat(" ", 1<<20)), sms.Unknown, ""},
		"redirected": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
		}, sms.Unknown, "HTTP 307"},
		"an answer that never came": {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, sms.Unknown, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			a := newAPI(t, test.answer)
			_, err := send(t, a.provider(t, nil))
			e := sendError(t, err)
			require.Equal(t, sms.SendError{Stage: sms.AtSend, Provider: "twilio", Code: test.code, Class: test.class}, *e)
			require.Equal(t, 1, a.count(), "a request is never repeated and a redirect never followed")
		})
	}
}

func TestTheEndOfTheContextEndsASend(t *testing.T) {
	release := make(chan struct{})
	a := newAPI(t, func(http.ResponseWriter, *http.Request) { <-release })
	defer close(release)
	ctx, cancel := context.WithCancel(context.Background())
	p := a.provider(t, nil)
	done := make(chan error, 1)
	go func() {
		_, err := p.Send(ctx, message())
		done <- err
	}()
	require.Eventually(t, func() bool { return a.count() == 1 }, 5*time.Second, time.Millisecond)
	cancel()
	err := <-done
	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, sms.Unknown, sendError(t, err).Class)
}

func TestWhatNeverLeftMayBeTriedAgain(t *testing.T) {
	a := newAPI(t, created())
	p := a.provider(t, nil)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := p.Send(ctx, message())
	require.Equal(t, sms.Transient, sendError(t, err).Class)
	require.ErrorIs(t, err, context.Canceled)
	require.Zero(t, a.count())

	a.Close()
	_, err = send(t, p)
	require.Equal(t, sms.Transient, sendError(t, err).Class)
}

func TestProviderShowsNoToken(t *testing.T) {
	p := newAPI(t, created()).provider(t, nil)
	for _, format := range []string{"%v", "%+v", "%#v", "%s"} {
		require.Equal(t, "twilio", fmt.Sprintf(format, p))
	}
	require.Equal(t, "twilio", p.LogValue().String())
}

func TestNewRefusesUnsafeAddresses(t *testing.T) {
	for name, o := range map[string]twilio.Options{
		"API in clear":            {BaseURL: "http://api.example.test"},
		"API in clear, loopback":  {BaseURL: "http://127.0.0.1:8080"},
		"API with a user":         {BaseURL: "https://user:pass@api.example.test"},
		"API without a host":      {BaseURL: "https://"},
		"webhook in clear":        {InboundURL: "http://sms.example.test/in"},
		"receipts in clear":       {ReceiptURL: "http://sms.example.test/in"},
		"webhook with a query":    {InboundURL: "https://sms.example.test/in?a=b"},
		"webhook with a fragment": {ReceiptURL: "https://sms.example.test/in#rc=3"},
		"no address":              {InboundURL: "sms.example.test/in"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := twilio.New(account, token, &o)
			require.ErrorIs(t, err, sms.ErrInvalid)
		})
	}
	for _, bad := range [][2]string{{"", token}, {account, ""}, {"SK0cc175b9c0f1b6a831c399e269772661", token}, {account + "/", token}} {
		_, err := twilio.New(bad[0], bad[1], nil)
		require.ErrorIs(t, err, sms.ErrInvalid)
		require.NotContains(t, err.Error(), "planted")
	}
	_, err := twilio.New(account, token, nil)
	require.NoError(t, err)
}

func TestPromise_M4_2_ProviderClientRefusesTLS12(t *testing.T) {
	served := 0
	old := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		served++
		created()(w, r)
	}))
	old.Config.ErrorLog = log.New(io.Discard, "", 0)
	old.TLS = &tls.Config{MaxVersion: tls.VersionTLS12} //nolint:gosec // the server of the past that must be refused
	old.StartTLS()
	defer old.Close()
	pool := old.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs

	t.Run("refuses_tls12", func(t *testing.T) {
		p, err := twilio.New(account, token, &twilio.Options{BaseURL: old.URL, RootCAs: pool})
		require.NoError(t, err)
		_, err = p.Send(context.Background(), message())
		require.Equal(t, sms.Transient, sendError(t, err).Class)
		require.ErrorContains(t, err, "protocol version")
		_, _, err = p.Find(context.Background(), message())
		require.ErrorContains(t, err, "protocol version")
		require.Zero(t, served)
	})
	t.Run("without_rule", func(t *testing.T) {
		// A client that insists on no version is served by the same server, so it was the version that was refused.
		resp, err := old.Client().Post(old.URL, "text/plain", nil)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		require.Equal(t, 1, served)
	})
	t.Run("tls13", func(t *testing.T) {
		a := newAPI(t, created())
		_, err := send(t, a.provider(t, nil))
		require.NoError(t, err)
		require.EqualValues(t, tls.VersionTLS13, a.requests[0].TLS.Version)
	})
	t.Run("refuses_clear_text", func(t *testing.T) {
		for _, address := range []string{"http://api.example.test", "http://127.0.0.1:8080"} {
			_, err := twilio.New(account, token, &twilio.Options{BaseURL: address})
			require.ErrorIs(t, err, sms.ErrInvalid)
		}
	})
	t.Run("refuses_unknown_authority", func(t *testing.T) {
		a := newAPI(t, created())
		_, err := send(t, a.provider(t, func(o *twilio.Options) { o.RootCAs = nil }))
		require.Equal(t, sms.Transient, sendError(t, err).Class)
		require.Zero(t, a.count())
	})
}
