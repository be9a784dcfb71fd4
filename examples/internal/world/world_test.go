package world_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/consent/policy"
	"github.com/enamel-go/enamel/consent/representative"
	"github.com/enamel-go/enamel/examples/internal/clock"
	"github.com/enamel-go/enamel/examples/internal/world"
	"github.com/enamel-go/enamel/sms"
	"github.com/enamel-go/enamel/sms/carrier"
)

// network is the simulated carrier, asked when a text reached it.
type network struct{ *carrier.Carrier }

// left is when the last text to a number left, by the demonstration's clock; zero: none did.
func (n network) left(number string) (at time.Time) {
	for _, m := range n.Messages() {
		if m.To == number {
			at = m.Accepted
		}
	}
	return at
}

// begin starts a world in memory whose story has begun, and its workers.
func begin(t *testing.T) (*world.World, network) {
	t.Helper()
	ground, err := world.Memory(t.Context())
	require.NoError(t, err)
	var w *world.World
	phones, err := carrier.New(&carrier.Options{
		Now: ground.Clock.Now, Tick: 10 * time.Millisecond,
		OnReceipt: func(ctx context.Context, r sms.Receipt) error {
			_, err := w.Texts.Deliver(ctx, r)
			return err
		},
	})
	require.NoError(t, err)
	w, err = world.New(ground, map[string]sms.Provider{world.Network: phones}, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	for range 2 { // a beginning that is told twice is told once
		require.NoError(t, w.Begin(t.Context()))
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 2)
	go func() { ended <- w.Work(ctx) }()
	go func() { _ = phones.Run(ctx); ended <- nil }()
	t.Cleanup(func() {
		stop()
		require.NoError(t, <-ended)
		require.NoError(t, <-ended)
		require.NoError(t, w.Close())
	})
	return w, network{phones}
}

// A day that is skipped passes as it would have: each reminder leaves at its hour and not at the day's end.
func TestADayPassesAtItsOwnPace(t *testing.T) {
	w, network := begin(t)
	begun := w.Clock.Now()
	now, err := w.Advance(t.Context(), 24*time.Hour)
	require.NoError(t, err)
	require.InDelta(t, 24*time.Hour, now.Sub(begun), float64(30*time.Second))
	for number, hour := range map[string]int{"+15125550142": 10, "+17375550178": 15} {
		zone, err := clock.Central()
		require.NoError(t, err)
		left := network.left(number).In(zone)
		require.Equal(t, hour, left.Hour(), number)
		require.Equal(t, begun.In(zone).Day(), left.Day(), number)
	}
	require.Zero(t, network.left("+15125550163"), "she never agreed")
	for _, by := range []time.Duration{0, -time.Hour, clock.Most + 1} {
		_, err := w.Advance(t.Context(), by)
		require.ErrorIs(t, err, clock.ErrMove)
	}
}

func TestTheRosterListsEachOnce(t *testing.T) {
	w, _ := begin(t)
	for range 2 {
		require.NoError(t, w.Roster.Add(t.Context(), "p-900"))
	}
	ids, err := w.Roster.All(t.Context())
	require.NoError(t, err)
	require.Equal(t, []string{"p-101", "p-102", "p-103", "p-104", "p-105", "p-106", "p-107", "p-900"}, ids)
}

// settle waits until the workers have nothing left to do.
func settle(t *testing.T, w *world.World) {
	t.Helper()
	const limit = 2 * time.Minute
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	require.NoError(t, w.Settle(ctx, limit))
	require.NoError(t, ctx.Err(), "the world does not get quiet")
}

// What the practice published and who acts for the children is told once, however often the story begins.
func TestTheStoryOfConsentIsToldOnce(t *testing.T) {
	w, _ := begin(t)
	wordings, err := w.Consents.Wordings(t.Context(), world.Practice)
	require.NoError(t, err)
	require.Len(t, wordings, 3)
	versions, err := w.Policies.Versions(t.Context(), world.Practice, world.Privacy)
	require.NoError(t, err)
	require.Len(t, versions, 1)
	current, found := policy.InEffect(versions, w.Clock.Now())
	require.True(t, found)
	require.True(t, current.Edition.ByUse())
	for _, child := range []string{"p-103", "p-104"} {
		facts, err := w.Acting.History(t.Context(), world.Desk(), representative.Key{Practice: world.Practice, Patient: child})
		require.NoError(t, err)
		require.Len(t, facts, 1)
		require.Equal(t, world.Mother, facts[0].Person)
	}
	require.GreaterOrEqual(t, len(w.CookieKey()), 32)
}

func TestTheAgreementIsAsked(t *testing.T) {
	w, network := begin(t)
	settle(t, w)
	require.NoError(t, w.Agreements.Put(t.Context(), world.Practice, world.Network, false))
	_, err := w.Advance(t.Context(), 8*time.Hour)
	require.NoError(t, err)
	require.NotZero(t, network.left("+15125550142"))
	require.Zero(t, network.left("+17375550178"))
	state, err := w.Consents.State(t.Context(), world.Desk(), consent.Key{Practice: world.Practice, Number: "+17375550178"})
	require.NoError(t, err)
	require.Equal(t, consent.Active, state.Transactional.Status)
}
