package world

import (
	"log/slog"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/crypto"
	"github.com/enamel-go/enamel/records"
)

// Who asked for another number and was erased since is not reached, and nobody else waits for it.
func TestWhoWasErasedIsNotReached(t *testing.T) {
	g, err := Memory(t.Context())
	require.NoError(t, err)
	w, err := New(g, nil, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, w.Close()) })
	require.NoError(t, w.Begin(t.Context()))
	p, err := w.Charts.Patient(t.Context(), Desk(), records.Key{Practice: Practice, ID: "p-101"})
	require.NoError(t, err)
	done, err := w.Reach(t.Context(), p, p.Phones[0].Number)
	require.NoError(t, err)
	require.True(t, done)
	number, asked, err := w.Asked(t.Context(), p.ID)
	require.NoError(t, err)
	require.True(t, asked)
	require.Equal(t, p.Phones[0].Number, number)

	for _, class := range []crypto.Class{crypto.Chart, crypto.Evidence} {
		require.NoError(t, g.keys.Shred(t.Context(), crypto.Subject{Practice: Practice, Patient: p.ID, Class: class}))
	}
	number, asked, err = w.Asked(t.Context(), p.ID)
	require.NoError(t, err)
	require.True(t, asked)
	require.Empty(t, number)
}
