package twilio_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/enamel-go/enamel/sms"
	"github.com/enamel-go/enamel/sms/smstest"
	"github.com/enamel-go/enamel/sms/twilio"
)

func TestProviderSuite(t *testing.T) {
	subject := smstest.Subject{
		Name: "twilio",
		New: func(e smstest.Endpoint) (sms.Provider, error) {
			return twilio.New(account, token, &twilio.Options{
				BaseURL: e.URL, RootCAs: e.Roots, Timeout: e.Timeout, ReceiptURL: "https://sms.example.test/twilio/receipt",
			})
		},
		Accept: func(w http.ResponseWriter, id string) {
			w.WriteHeader(http.StatusCreated)
			_ = json.NewEncoder(w).Encode(map[string]any{"sid": id, "status": "queued", "error_code": nil})
		},
		Refusals: []smstest.Refusal{
			{Status: 400, Body: `{"code":21610,"message":"PLANTED","more_info":"PLANTED","status":400}`, Class: sms.OptedOut},
			{Status: 400, Body: `{"code":21211,"message":"PLANTED"}`, Class: sms.BadNumber},
			{Status: 400, Body: `{"code":21606,"message":"PLANTED"}`, Class: sms.BadSender},
			{Status: 400, Body: `{"code":30007,"message":"PLANTED"}`, Class: sms.Filtered},
			{Status: 400, Body: `{"code":30023,"message":"PLANTED"}`, Class: sms.DailyLimit},
			{Status: 400, Body: `{"code":21617,"message":"PLANTED"}`, Class: sms.Rejected},
			{Status: 400, Body: `PLANTED`, Class: sms.Rejected},
			{Status: 401, Body: `{"code":20003,"message":"PLANTED"}`, Class: sms.BadSender},
			{Status: 403, Body: ``, Class: sms.BadSender},
			{Status: 429, Body: `{"code":20429,"message":"PLANTED"}`, Class: sms.Throttled},
			{Status: 429, Body: `PLANTED`, Class: sms.Throttled},
		},
		Secrets: []string{token, account[2:]},
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
