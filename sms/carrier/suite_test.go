package carrier_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/enamel-go/enamel/sms"
	"github.com/enamel-go/enamel/sms/carrier"
	"github.com/enamel-go/enamel/sms/smstest"
)

func TestProviderSuite(t *testing.T) {
	subject := smstest.Subject{
		Name: "carrier",
		New: func(e smstest.Endpoint) (sms.Provider, error) {
			return carrier.Dial(e.URL, "planted-carrier-token", &carrier.DialOptions{RootCAs: e.Roots, Timeout: e.Timeout})
		},
		Accept: func(w http.ResponseWriter, id string) {
			w.WriteHeader(http.StatusCreated)
			_ = json.NewEncoder(w).Encode(map[string]string{"id": id})
		},
		Secrets: []string{"planted-carrier-token"},
	}
	for code, class := range map[string]sms.Class{
		carrier.CodeOptedOut: sms.OptedOut, carrier.CodeNoNumber: sms.BadNumber, carrier.CodeUnreachable: sms.Transient,
		carrier.CodeBusy: sms.Throttled, carrier.CodeFiltered: sms.Filtered, carrier.CodeUnregistered: sms.BadSender,
		carrier.CodeInvalid: sms.Rejected,
	} {
		subject.Refusals = append(subject.Refusals, smstest.Refusal{Status: 422, Body: `{"code":"` + code + `","note":"PLANTED"}`, Class: class})
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
