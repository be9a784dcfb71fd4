package consentpg_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/consent/consentpg"
)

func TestMigrations(t *testing.T) {
	b := open(t)
	db := b.Pool(1)
	o := &consentpg.Options{Schema: b.Schema()}
	require.NoError(t, consentpg.Migrate(t.Context(), db, o))
	states, err := consentpg.Status(t.Context(), db, o)
	require.NoError(t, err)
	require.NotEmpty(t, states)
	for _, s := range states {
		require.False(t, s.Applied.IsZero(), s.Name)
	}
}
