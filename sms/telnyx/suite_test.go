package telnyx_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/enamel-go/enamel/sms"
	"github.com/enamel-go/enamel/sms/smstest"
	"github.com/enamel-go/enamel/sms/telnyx"
)

func TestProviderSuite(t *testing.T) {
	refused := func(code string) string {
		return `{"errors":[{"code":"` + code + `","title":"PLANTED","detail":"PLANTED","source":{"pointer":"/to"}}]}`
	}
	subject := smstest.Subject{
		Name: "telnyx",
		New: func(e smstest.Endpoint) (sms.Provider, error) {
			return telnyx.New(apiKey, &telnyx.Options{
				BaseURL: e.URL, RootCAs: e.Roots, Timeout: e.Timeout, WebhookURL: "https://sms.example.test/telnyx",
			})
		},
		Accept: func(w http.ResponseWriter, id string) {
			_ = json.NewEncoder(w).Encode(map[string]any{"data": map[string]any{"id": id, "record_type": "message"}})
		},
		Refusals: []smstest.Refusal{
			{Status: 403, Body: refused("40300"), Class: sms.OptedOut},
			{Status: 422, Body: refused("40310"), Class: sms.BadNumber},
			{Status: 400, Body: refused("40305"), Class: sms.BadSender},
			{Status: 400, Body: refused("40322"), Class: sms.Filtered},
			{Status: 400, Body: refused("40014"), Class: sms.Expired},
			{Status: 400, Body: refused("10015"), Class: sms.Rejected},
			{Status: 400, Body: `{"errors":[{"code":10015}]}`, Class: sms.Rejected},
			{Status: 400, Body: `{"errors":[{"code":"PLANTED"}]}`, Class: sms.Rejected},
			{Status: 401, Body: refused("10009"), Class: sms.BadSender},
			{Status: 403, Body: `PLANTED`, Class: sms.BadSender},
			{Status: 429, Body: refused("10011"), Class: sms.Throttled},
			{Status: 429, Body: refused("40333"), Class: sms.Throttled},
			{Status: 429, Body: ``, Class: sms.Throttled},
		},
		Secrets: []string{apiKey},
	}
	for _, c := range smstest.ProviderCases() {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			if err := c.Check(t.Context(), subject); err != nil {
				t.Error(err)
			}
		})
	}
}
