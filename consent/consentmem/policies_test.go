package consentmem_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/audit/auditmem"
	"github.com/enamel-go/enamel/consent/consentmem"
	"github.com/enamel-go/enamel/consent/consenttest"
)

func TestPolicies(t *testing.T) {
	for _, c := range consenttest.PolicyCases() {
		t.Run(c.Name, func(t *testing.T) {
			entries := auditmem.New()
			store := consentmem.NewPolicies(entries)
			require.NoError(t, c.Check(t.Context(), consenttest.PolicyHarness{Store: store, Entries: entries}))
		})
	}
}
