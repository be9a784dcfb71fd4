package world

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/internal/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

func TestAListenerWakes(t *testing.T) {
	db := pgtest.New(t)
	pool := db.Pool(1)
	config, err := pgx.ParseConfig(db.DSN())
	require.NoError(t, err)
	ear := &listener{config: config, channel: db.Schema()}
	defer func() { require.NoError(t, ear.Close()) }()
	notify := func() {
		_, err := pool.ExecContext(t.Context(), "SELECT pg_notify(?, '')", db.Schema())
		require.NoError(t, err)
	}
	wait := func(most time.Duration) error {
		ctx, cancel := context.WithTimeout(t.Context(), most)
		defer cancel()
		return ear.Wait(ctx)
	}
	notify()
	require.NoError(t, wait(time.Minute), "a new connection wakes at once, for what it may have missed")
	require.Error(t, wait(20*time.Millisecond), "nothing was queued")
	for range 2 {
		notify()
		require.NoError(t, wait(time.Minute))
	}
	_, err = pool.ExecContext(t.Context(), "SELECT pg_terminate_backend(?)", int64(ear.conn.PgConn().PID()))
	require.NoError(t, err)
	err = wait(time.Minute)
	require.Error(t, err, "the connection is lost, and the worker polls")
	require.False(t, errors.Is(err, context.DeadlineExceeded))
	require.NoError(t, wait(time.Minute), "it listens again")
	notify()
	require.NoError(t, wait(time.Minute))
}
