package recordsmem_test

import (
	"testing"

	"github.com/enamel-go/enamel/audit/auditmem"
	"github.com/enamel-go/enamel/records/recordsmem"
	"github.com/enamel-go/enamel/records/recordstest"
)

func TestStore(t *testing.T) {
	for _, c := range recordstest.Cases() {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			entries := auditmem.New()
			h := recordstest.Harness{Store: recordsmem.New(entries), Entries: entries}
			if err := c.Check(t.Context(), h); err != nil {
				t.Error(err)
			}
		})
	}
}
