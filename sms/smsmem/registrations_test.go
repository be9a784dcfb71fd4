package smsmem_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/audit/auditmem"
	"github.com/enamel-go/enamel/sms/registration"
	"github.com/enamel-go/enamel/sms/smsmem"
	"github.com/enamel-go/enamel/sms/smstest"
)

var _ registration.Store = (*smsmem.Registrations)(nil)

func TestRegistrations(t *testing.T) {
	for _, c := range smstest.RegistrationCases() {
		t.Run(c.Name, func(t *testing.T) {
			entries := auditmem.New()
			require.NoError(t, c.Check(t.Context(), smstest.RegistrationHarness{Store: smsmem.NewRegistrations(entries), Entries: entries}))
		})
	}
}
