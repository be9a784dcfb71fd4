package world_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/examples/internal/world"
	"github.com/enamel-go/enamel/sms"
	"github.com/enamel-go/enamel/sms/registration"
)

// The story's practice is registered before its first text leaves, and what the registry said later stands when the story
// is told to a second process.
func TestThePracticeIsRegisteredOnce(t *testing.T) {
	w, _ := begin(t)
	standing := func() registration.Standing {
		s, err := w.Registrations.Standing(t.Context(), world.Practice, world.Sender().Number)
		require.NoError(t, err)
		return s
	}
	require.True(t, standing().Approved)
	require.Equal(t, consent.Categories(), standing().Categories)
	all, err := w.Registrations.Overview(t.Context(), world.Desk(), world.Practice)
	require.NoError(t, err)
	require.Len(t, all.States, 2)
	for _, s := range all.States {
		problems, err := w.Registrations.Check(t.Context(), world.Practice, s.Subject, world.Network)
		require.NoError(t, err)
		require.Empty(t, problems, "the invented practice's own registrations are in order")
	}
	for _, kind := range []registration.Kind{registration.Suspended, registration.InReview, registration.Rejected, registration.Expired} {
		require.NoError(t, w.Rule(t.Context(), all.States[1], kind, 30893))
		require.NoError(t, w.Begin(t.Context()))
		require.False(t, standing().Approved, kind)
	}
	require.NoError(t, w.Rule(t.Context(), all.States[1], registration.Approved, 0))
	require.True(t, standing().Approved)
	require.Error(t, w.Rule(t.Context(), all.States[1], registration.Drafted, 0))
	require.ErrorIs(t, w.Rule(t.Context(), registration.State{}, registration.Approved, 0), registration.ErrOrder)
}

// What the weather is decides on texts from then on, but for the one number that never answers.
func TestTheWeatherTurns(t *testing.T) {
	var w world.Weather
	script := w.Script()
	to := sms.Message{To: "+15125550142"}
	require.Equal(t, "calm", w.Now().Name)
	require.Zero(t, script.Message(to, 1))
	for _, c := range world.Conditions()[1:] {
		require.True(t, w.Turn(c.Name))
		require.Equal(t, c.Says, w.Now().Says)
		require.NotZero(t, script.Message(to, 1), c.Name)
	}
	require.False(t, w.Turn("hail"))
	require.Equal(t, "gone", w.Now().Name)
	mute := script.Message(sms.Message{To: "+13035550187"}, 1)
	require.True(t, mute.Lost && mute.Silent)
	require.Empty(t, mute.Refuse)
}

// A text is decided on by the facts of the moment, and nothing comes of it.
func TestATextIsDecidedOnBeforeItIsQueued(t *testing.T) {
	w, network := begin(t)
	settle(t, w)
	before := len(network.Messages())
	d, err := w.Decide(t.Context(), sms.Text{
		Practice: world.Practice, Category: consent.Transactional, To: "+15125550142", Body: "Elm Street Dental: we moved.",
		LastUseful: w.Clock.Now().Add(time.Hour),
	})
	require.NoError(t, err)
	require.Equal(t, sms.Send, d.Verdict)
	require.Len(t, network.Messages(), before)
	rests, err := w.Rests(t.Context())
	require.NoError(t, err)
	require.Empty(t, rests)
}
