package smsmem_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/audit/auditmem"
	"github.com/enamel-go/enamel/sms"
	"github.com/enamel-go/enamel/sms/smsmem"
	"github.com/enamel-go/enamel/sms/smstest"
)

var (
	_ sms.Store  = (*smsmem.Store)(nil)
	_ sms.Queue  = (*smsmem.Store)(nil)
	_ sms.Router = (*smsmem.Store)(nil)
)

func TestStore(t *testing.T) {
	for _, c := range append(smstest.Cases(), smstest.QueueCases()...) {
		t.Run(c.Name, func(t *testing.T) {
			entries := auditmem.New()
			store := smsmem.New(entries, nil)
			require.NoError(t, c.Check(t.Context(), smstest.Harness{Store: store, Queue: store, Router: store, Entries: entries}))
		})
	}
}
