package setting_test

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/examples/internal/setting"
	"github.com/enamel-go/enamel/internal/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

func TestStores(t *testing.T) {
	t.Run("mem", func(t *testing.T) { check(t, &setting.Memory{}) })
	t.Run("postgres", func(t *testing.T) {
		db := pgtest.New(t)
		var group sync.WaitGroup
		for range 8 { // it is opened by every process
			pool := db.Pool(1)
			group.Go(func() {
				_, err := setting.Open(t.Context(), pool, db.Schema())
				assert.NoError(t, err)
			})
		}
		group.Wait()
		store, err := setting.Open(t.Context(), db.Pool(4), db.Schema())
		require.NoError(t, err)
		check(t, store)
	})
}

func check(t *testing.T, s setting.Store) {
	ctx := t.Context()
	value, err := s.Get(ctx, "none")
	require.NoError(t, err)
	require.Zero(t, value)

	for _, begin := range []int64{7, 9} {
		value, err = s.Begin(ctx, "clock", begin)
		require.NoError(t, err)
		require.EqualValues(t, 7, value, "who comes second gets what the first one began")
	}
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			_, err := s.Add(ctx, "clock", 10)
			assert.NoError(t, err)
		})
	}
	group.Wait()
	value, err = s.Get(ctx, "clock")
	require.NoError(t, err)
	require.EqualValues(t, 87, value)

	require.NoError(t, s.Set(ctx, "list b", 1))
	require.NoError(t, s.Set(ctx, "list c", 0))
	require.NoError(t, s.Set(ctx, "list a", 1))
	require.NoError(t, s.Set(ctx, "list c", 2))
	names, err := s.Names(ctx, "list ")
	require.NoError(t, err)
	require.Equal(t, []string{"list a", "list b", "list c"}, names)

	agreements := setting.Agreements{Store: s}
	inForce := func() bool {
		is, err := agreements.InForce(ctx, "elm-street", "carrier")
		require.NoError(t, err)
		return is
	}
	require.False(t, inForce(), "nothing was agreed")
	require.NoError(t, agreements.Begin(ctx, "elm-street", "carrier"))
	require.True(t, inForce())
	require.NoError(t, agreements.Put(ctx, "elm-street", "carrier", false))
	require.NoError(t, agreements.Begin(ctx, "elm-street", "carrier"))
	require.False(t, inForce(), "a restart does not bring back what was ended")
}
