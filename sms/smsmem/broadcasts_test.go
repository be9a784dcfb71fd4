package smsmem_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/audit/auditmem"
	"github.com/enamel-go/enamel/sms/broadcast"
	"github.com/enamel-go/enamel/sms/smsmem"
	"github.com/enamel-go/enamel/sms/smstest"
)

var (
	_ broadcast.Store = (*smsmem.Broadcasts)(nil)
	_ broadcast.Queue = (*smsmem.Broadcasts)(nil)
)

func TestBroadcasts(t *testing.T) {
	for _, c := range smstest.BroadcastCases() {
		t.Run(c.Name, func(t *testing.T) {
			entries := auditmem.New()
			s := smsmem.NewBroadcasts(entries)
			require.NoError(t, c.Check(t.Context(), smstest.BroadcastHarness{Store: s, Queue: s, Entries: entries}))
		})
	}
}
