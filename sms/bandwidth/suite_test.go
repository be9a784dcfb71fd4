package bandwidth_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/enamel-go/enamel/sms"
	"github.com/enamel-go/enamel/sms/bandwidth"
	"github.com/enamel-go/enamel/sms/smstest"
)

func TestProviderSuite(t *testing.T) {
	about := func(field string) string {
		return `{"type":"request-validation","description":"PLANTED","fieldErrors":[{"fieldName":"` + field + `","description":"PLANTED"}]}`
	}
	subject := smstest.Subject{
		Name: "bandwidth",
		New: func(e smstest.Endpoint) (sms.Provider, error) {
			return bandwidth.New(account, &bandwidth.Options{BaseURL: e.URL + "/api/v2", RootCAs: e.Roots, Timeout: e.Timeout})
		},
		Accept: func(w http.ResponseWriter, id string) {
			w.WriteHeader(http.StatusAccepted)
			_ = json.NewEncoder(w).Encode(map[string]any{"id": id, "segmentCount": 1, "direction": "out"})
		},
		Refusals: []smstest.Refusal{
			{Status: 400, Body: about("to"), Class: sms.BadNumber},
			{Status: 400, Body: about("from"), Class: sms.BadSender},
			{Status: 400, Body: about("expiration"), Class: sms.Expired},
			{Status: 400, Body: about("text"), Class: sms.Rejected},
			{Status: 400, Body: about("PLANTED"), Class: sms.Rejected},
			{Status: 400, Body: `{"type":"PLANTED"}`, Class: sms.Rejected},
			{Status: 400, Body: `PLANTED`, Class: sms.Rejected},
			{Status: 401, Body: `{"type":"unauthorized","description":"PLANTED"}`, Class: sms.BadSender},
			{Status: 403, Body: `{"type":"forbidden","description":"PLANTED"}`, Class: sms.BadSender},
			{Status: 429, Body: `{"type":"too-many-requests","description":"PLANTED"}`, Class: sms.Throttled},
		},
		Secrets: []string{account.Password, account.User},
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
