package consentmem_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/audit/auditmem"
	"github.com/enamel-go/enamel/consent/consentmem"
	"github.com/enamel-go/enamel/consent/consenttest"
)

func TestPacks(t *testing.T) {
	for _, c := range consenttest.PackCases() {
		t.Run(c.Name, func(t *testing.T) {
			entries := auditmem.New()
			store := consentmem.NewPacks(entries)
			require.NoError(t, c.Check(t.Context(), consenttest.PackHarness{Store: store, Entries: entries}))
		})
	}
}
