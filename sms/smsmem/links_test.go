package smsmem_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/audit/auditmem"
	"github.com/enamel-go/enamel/sms/link"
	"github.com/enamel-go/enamel/sms/smsmem"
	"github.com/enamel-go/enamel/sms/smstest"
)

var _ link.Store = (*smsmem.Links)(nil)

func TestLinks(t *testing.T) {
	for _, c := range smstest.LinkCases() {
		t.Run(c.Name, func(t *testing.T) {
			entries := auditmem.New()
			require.NoError(t, c.Check(t.Context(), smstest.LinkHarness{Store: smsmem.NewLinks(entries), Entries: entries}))
		})
	}
}
