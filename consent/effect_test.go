package consent_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/consent"
)

// A stop is one stop until something is given: what comes after it repeats it, or undoes it.
func TestWhatAStopComesTo(t *testing.T) {
	onBoth(t, func(t *testing.T, open func(testing.TB) bench) {
		b := open(t)
		ctx := t.Context()
		effect := func(id string) consent.Effect {
			t.Helper()
			e, err := b.Effect(ctx, key, id)
			require.NoError(t, err)
			return e
		}
		say := func(id, words string, c consent.Channel) {
			t.Helper()
			b.later()
			_, err := b.Hear(ctx, patient, consent.Said{
				ID: id, Practice: key.Practice, Number: key.Number, Channel: c, Evidence: consent.Evidence{Words: words},
			})
			require.NoError(t, err)
		}
		restart := func() {
			t.Helper()
			b.later()
			must(t)(b.Restart(ctx, patient, consent.Restart{
				Practice: key.Practice, Number: key.Number, Evidence: consent.Evidence{Words: "START", Message: "SM-1"},
			}))
		}
		must(t)(b.Grant(ctx, staff, grant(consent.Transactional)))
		require.Zero(t, effect("no such act"))

		say("narrow", "no more offers please", consent.ByText)
		require.Equal(t, consent.Promotional, effect("narrow").Category)
		say("desk", "STOP", consent.ByDesk)
		require.False(t, effect("desk").Repeats, "it ends more")
		say("first", "STOP", consent.ByText)
		first := effect("first")
		require.Empty(t, first.Category)
		require.Equal(t, b.Clock.Now(), first.Since)
		require.False(t, first.Repeats, "nothing was confirmed by text before it")
		require.False(t, first.Undone)
		for _, id := range []string{"again", "and again"} {
			say(id, "STOP", consent.ByText)
			require.True(t, effect(id).Repeats)
		}
		say("offers", "no more offers please", consent.ByText)
		require.True(t, effect("offers").Repeats, "they had ended with everything")

		restart()
		require.True(t, effect("first").Undone)
		require.True(t, effect("again").Undone)
		say("second", "STOP", consent.ByText)
		require.False(t, effect("second").Repeats)
		require.False(t, effect("second").Undone)
		b.later()
		must(t)(b.Grant(ctx, staff, grant(consent.Transactional)))
		require.True(t, effect("second").Undone)
		say("third", "STOP", consent.ByText)
		require.False(t, effect("third").Repeats)
		_, err := b.Effect(ctx, consent.Key{}, "third")
		require.ErrorIs(t, err, consent.ErrInvalid)
	})
}
