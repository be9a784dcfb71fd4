package oracle_test

import (
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // Twilio's signature
	"encoding/base64"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/internal/pairs"
	"github.com/enamel-go/enamel/sms"
	"github.com/enamel-go/enamel/sms/twilio"
)

const (
	token  = "12345678901234567890123456789012"
	public = "https://texts.example.com/inbound"
)

// BenchmarkPairWebhooks takes in texts by Twilio's signed webhooks, each committed with what it means before it is answered,
// on a Postgres that waits for the disk, beside a handler that checks the signature and does nothing else.
func BenchmarkPairWebhooks(b *testing.B) {
	s := newTexts(b, durable(b), 1)
	account, err := twilio.New("AC"+strings.Repeat("0", 32), token, &twilio.Options{InboundURL: public})
	require.NoError(b, err)
	ours := sms.Webhook{Service: s.texts, Router: s.router}.Handler(account)
	empty := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := account.ReadWebhook(r); err != nil {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	})
	var messages atomic.Int64
	for _, conns := range connections {
		deliver := func(handler http.Handler) func(int) error {
			server := httptest.NewServer(handler)
			b.Cleanup(server.Close)
			client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: conns}}
			return pairs.Workers(conns, func(int) error {
				return post(client, server.URL+"/inbound", int(messages.Add(1)))
			})
		}
		b.Run(at(conns), func(b *testing.B) {
			pairs.Run(b, pairs.Wait, deliver(ours), pairs.Peer{Name: "empty", Run: deliver(empty)})
		})
	}
}

// post delivers the i-th message as Twilio does.
func post(client *http.Client, address string, i int) error {
	form := url.Values{
		"MessageSid": {fmt.Sprintf("SM%032d", i)}, "From": {number(i)}, "To": {"+12145550199"}, "Body": {"See you then."},
		"NumMedia": {"0"}, "SmsStatus": {"received"}, "ApiVersion": {"2010-04-01"},
	}
	mac := hmac.New(sha1.New, []byte(token))
	_, _ = io.WriteString(mac, public)
	for _, k := range slices.Sorted(maps.Keys(form)) {
		_, _ = io.WriteString(mac, k+form.Get(k))
	}
	r, err := http.NewRequest(http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("X-Twilio-Signature", base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	answer, err := client.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if _, err = io.Copy(io.Discard, answer.Body); err == nil && answer.StatusCode != http.StatusNoContent {
		err = fmt.Errorf("the webhook was answered with %d", answer.StatusCode)
	}
	return err
}
