package oracle

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/internal/shareddata"
	"github.com/enamel-go/enamel/sms"
	"github.com/enamel-go/enamel/sms/bandwidth"
	"github.com/enamel-go/enamel/sms/telnyx"
	"github.com/enamel-go/enamel/sms/twilio"
)

// contract is a provider's own description of its API.
type contract struct {
	router routers.Router
	server string // where the description says that the API is
}

// described reads a provider's description. Its paths are looked for under server, whatever other servers it names.
func described(t *testing.T, file, server string) contract {
	t.Helper()
	loader := openapi3.NewLoader()
	doc, err := loader.LoadFromData(shareddata.Read(t, file))
	require.NoError(t, err)
	doc.Servers = openapi3.Servers{{URL: server}}
	for _, path := range doc.Paths.Map() {
		path.Servers = nil
		for _, operation := range path.Operations() {
			operation.Servers = nil
		}
	}
	router, err := gorillamux.NewRouter(doc)
	require.NoError(t, err)
	return contract{router, server}
}

// validate checks a request against the description: path, parameters and body.
func (c contract) validate(method, path, kind string, body []byte) error {
	r, err := http.NewRequestWithContext(context.Background(), method, c.server+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", kind)
	route, params, err := c.router.FindRoute(r)
	if err != nil {
		return err
	}
	return openapi3filter.ValidateRequest(context.Background(), &openapi3filter.RequestValidationInput{
		Request: r, Route: route, PathParams: params,
		Options: &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, MultiError: true},
	})
}

// wiretap is a server that keeps what it is asked and answers with one and the same.
type wiretap struct {
	*httptest.Server
	roots *x509.CertPool

	mu    sync.Mutex
	asked []asked
}

type asked struct {
	method, path, kind string
	body               []byte
}

func listen(t *testing.T, status int, answer string) *wiretap {
	t.Helper()
	w := &wiretap{roots: x509.NewCertPool()}
	w.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.mu.Lock()
		w.asked = append(w.asked, asked{r.Method, r.URL.RequestURI(), r.Header.Get("Content-Type"), body})
		w.mu.Unlock()
		rw.WriteHeader(status)
		_, _ = io.WriteString(rw, answer)
	}))
	w.Config.ErrorLog = log.New(io.Discard, "", 0)
	w.TLS = &tls.Config{MinVersion: tls.VersionTLS13}
	w.StartTLS()
	w.roots.AddCert(w.Certificate())
	t.Cleanup(w.Close)
	return w
}

// conform checks everything that was asked against the descriptions.
func (w *wiretap) conform(t *testing.T, contracts ...contract) {
	t.Helper()
	require.NotEmpty(t, w.asked)
	for _, a := range w.asked {
		for _, c := range contracts {
			require.NoError(t, c.validate(a.method, a.path, a.kind, a.body), "%s %s\n%s", a.method, a.path, a.body)
		}
	}
}

// messages are what providers are asked to carry, at the edges of what they take.
func messages() []sms.Message {
	noon := time.Now()
	m := sms.Message{Reference: "elm-street/t 1%", From: "+15125550142", To: "+16045550199", Body: "See you at 3 🦷", Validity: time.Hour, Sent: noon}
	short, long, brief, late := m, m, m, m
	short.Body, long.Body = "k", strings.Repeat("é", 1600)
	brief.Validity, late.Validity = time.Second, 240*time.Hour
	long.Reference = strings.Repeat("%C3%A9", 32) + "/" + strings.Repeat("%C3%A9", 64)
	return []sms.Message{m, short, long, brief, late}
}

const sid = "AC0cc175b9c0f1b6a831c399e269772661"

func TestTwiliosRequestsConform(t *testing.T) {
	plain := described(t, "openapi/twilio_messages.json", "https://api.twilio.com")
	strict := described(t, "openapi/twilio_messages_strict.json", "https://api.twilio.com")
	id := "SM" + strings.Repeat("a", 32)
	w := listen(t, http.StatusCreated, `{"sid":"`+id+`","status":"canceled","messages":[]}`)
	for _, receipts := range []string{"", "https://sms.example.test/twilio/receipt"} {
		p, err := twilio.New(sid, "token", &twilio.Options{BaseURL: w.URL, RootCAs: w.roots, ReceiptURL: receipts})
		require.NoError(t, err)
		for _, m := range messages() {
			_, err = p.Send(t.Context(), m)
			require.NoError(t, err)
		}
		_, _, err = p.Find(t.Context(), messages()[0])
		require.Error(t, err) // not listed yet
		_, err = p.Cancel(t.Context(), id)
		require.NoError(t, err)
	}
	require.Len(t, w.asked, 14)
	w.conform(t, plain, strict)
}

func TestTelnyxsRequestsConform(t *testing.T) {
	c := described(t, "openapi/telnyx_messages.json", "https://api.telnyx.com/v2")
	w := listen(t, http.StatusOK, `{"data":{"id":"84cca175-9755-4859-b67f-4730d7f58a10"}}`)
	for _, hook := range []string{"", "https://sms.example.test/telnyx"} {
		p, err := telnyx.New("key", &telnyx.Options{BaseURL: w.URL, RootCAs: w.roots, WebhookURL: hook})
		require.NoError(t, err)
		for _, m := range messages() {
			_, err = p.Send(t.Context(), m)
			require.NoError(t, err)
		}
	}
	for i := range w.asked { // the description's paths begin after the version
		w.asked[i].path = strings.TrimPrefix(w.asked[i].path, "/v2")
	}
	w.conform(t, c)
}

func TestBandwidthsRequestsConform(t *testing.T) {
	const base, lookups = "https://messaging.bandwidth.com/api/v2", "https://api.bandwidth.com/v2"
	c := described(t, "openapi/bandwidth.yml", base)
	w := listen(t, http.StatusOK, `{"id":"14762070468292kw2fuqty55yp2b2","totalCount":0}`)
	p, err := bandwidth.New(bandwidth.Account{ID: "9900000", Application: "93de2206-9669-4e07-948d-329f4b722ee2", User: "u", Password: "p"},
		&bandwidth.Options{BaseURL: w.URL, LookupURL: w.URL, RootCAs: w.roots})
	require.NoError(t, err)
	for _, m := range messages() {
		_, err = p.Send(t.Context(), m)
		require.NoError(t, err)
	}
	_, _, err = p.Find(t.Context(), messages()[0])
	require.Error(t, err) // not listed yet
	_, err = p.Lookup(t.Context(), "+16045550199", time.Now())
	require.NoError(t, err)
	require.Len(t, w.asked, 7)
	w.conform(t, c)
}

// The judge must be able to say no.
func TestDescriptionsRefuse(t *testing.T) {
	form := func(change func(url.Values)) []byte {
		v := url.Values{"To": {"+16045550199"}, "From": {"+15125550142"}, "Body": {"b"}, "ValidityPeriod": {"1"}}
		change(v)
		return []byte(v.Encode())
	}
	strict := described(t, "openapi/twilio_messages_strict.json", "https://api.twilio.com")
	path := "/2010-04-01/Accounts/" + sid + "/Messages.json"
	const urlencoded = "application/x-www-form-urlencoded"
	require.NoError(t, strict.validate(http.MethodPost, path, urlencoded, form(func(url.Values) {})))
	for name, change := range map[string]func(url.Values){
		"no recipient":     func(v url.Values) { v.Del("To") },
		"no sender":        func(v url.Values) { v.Del("From") },
		"no body":          func(v url.Values) { v.Del("Body") },
		"a long body":      func(v url.Values) { v.Set("Body", strings.Repeat("é", 1601)) },
		"no number at all": func(v url.Values) { v.Set("ValidityPeriod", "soon") },
	} {
		require.Error(t, strict.validate(http.MethodPost, path, urlencoded, form(change)), name)
	}
	tx := described(t, "openapi/telnyx_messages.json", "https://api.telnyx.com/v2")
	require.Error(t, tx.validate(http.MethodPost, "/messages", "application/json", []byte(`{"from":"+15125550142","text":"b"}`)))
	bw := described(t, "openapi/bandwidth.yml", "https://messaging.bandwidth.com/api/v2")
	for _, body := range []string{
		`{"to":["+16045550199"],"from":"+15125550142","text":"b"}`,
		`{"applicationId":"x","to":"+16045550199","from":"+15125550142","text":"b"}`,
		`{"applicationId":"x","to":["+16045550199"],"from":"+15125550142","text":"b","expiration":"soon"}`,
		`{"applicationId":"x","to":["+16045550199"],"from":"+15125550142","text":"` + strings.Repeat("b", 2049) + `"}`,
	} {
		require.Error(t, bw.validate(http.MethodPost, "/users/9900000/messages", "application/json", []byte(body)), body[:50])
	}
}
