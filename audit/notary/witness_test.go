package notary_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/audit/notary"
)

// hanging is a witness that never answers.
type hanging struct{}

func (hanging) Show(ctx context.Context, _ string, _ notary.Prove) error {
	<-ctx.Done()
	return ctx.Err()
}

// A witness that never answers costs a step five seconds and nothing else, also after a restart.
func TestWitnessThatHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := inMemory(t, &notary.Options{Witness: hanging{}})
		for i := range 3 {
			begun := time.Now()
			w.record(t, elm, 1)
			n, err := w.notary.Step(t.Context())
			require.Equal(t, 1, n)
			require.ErrorIs(t, err, context.DeadlineExceeded)
			require.Equal(t, 5*time.Second, time.Since(begun))
			if i == 1 {
				w.notary, err = notary.New(w.trees, w.log, w.signer, w.known, &notary.Options{Witness: hanging{}})
				require.NoError(t, err)
			}
		}
		require.EqualValues(t, 3, w.verify(t, elm).Size)
	})
}
