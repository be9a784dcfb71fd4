package consent_test

import (
	"context"
	"testing"
	"time"

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
		require.False(t, effect("first").Undone, "by more stops")
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

// Only what lets texts leave again undoes a stop, and only what ended by text before has been confirmed.
func TestWhatUndoesAStopAndWhatRepeatsIt(t *testing.T) {
	onBoth(t, func(t *testing.T, open func(testing.TB) bench) {
		revoke := func(t *testing.T, b bench, id string, c consent.Category) {
			t.Helper()
			r := stop()
			r.ID, r.Category = id, c
			if c == consent.Promotional {
				r.Evidence.Words = "no more offers please"
			}
			b.later()
			must(t)(b.Revoke(t.Context(), patient, r))
			b.later()
		}
		effect := func(t *testing.T, b bench, id string) consent.Effect {
			t.Helper()
			e, err := b.Effect(t.Context(), key, id)
			require.NoError(t, err)
			return e
		}
		for name, c := range map[string]struct {
			then   func(context.Context, bench) (consent.State, error)
			undone bool
		}{
			"the patient's own text": {func(ctx context.Context, b bench) (consent.State, error) { return b.Grant(ctx, patient, wroteFirst()) }, false},
			"a doubt":                {func(ctx context.Context, b bench) (consent.State, error) { return b.Doubt(ctx, staff, doubt("d-1")) }, false},
			"a START of before it": {func(ctx context.Context, b bench) (consent.State, error) {
				r := start()
				r.At = noon
				return b.Restart(ctx, patient, r)
			}, false},
			"a START": {func(ctx context.Context, b bench) (consent.State, error) { return b.Restart(ctx, patient, start()) }, true},
			"a written grant": {func(ctx context.Context, b bench) (consent.State, error) {
				return b.Grant(ctx, staff, grant(consent.Transactional))
			}, true},
			"another holder": {func(ctx context.Context, b bench) (consent.State, error) {
				return b.Lapse(ctx, staff, lapse(consent.Reassigned))
			}, true},
		} {
			t.Run(name, func(t *testing.T) {
				b := open(t)
				revoke(t, b, "first", "")
				must(t)(c.then(t.Context(), b))
				require.Equal(t, c.undone, effect(t, b, "first").Undone)
				revoke(t, b, "second", "")
				require.Equal(t, !c.undone, effect(t, b, "second").Repeats)
			})
		}
		for name, c := range map[string]struct {
			first, second consent.Category
			repeats       bool
		}{
			"offers after everything": {"", consent.Promotional, true},
			"offers once more":        {consent.Promotional, consent.Promotional, true},
			"everything after offers": {consent.Promotional, "", false},
		} {
			t.Run(name, func(t *testing.T) {
				b := open(t)
				revoke(t, b, "first", c.first)
				revoke(t, b, "second", c.second)
				require.Equal(t, c.repeats, effect(t, b, "second").Repeats)
			})
		}
		t.Run("what may have been a stop, by text", func(t *testing.T) {
			b := open(t)
			d := doubt("d-1")
			d.Channel, d.Evidence = consent.ByText, stop().Evidence
			must(t)(b.Doubt(t.Context(), patient, d))
			revoke(t, b, "first", "")
			require.False(t, effect(t, b, "first").Repeats, "nobody has confirmed it")
		})
		t.Run("what staff took for a stop, by text", func(t *testing.T) {
			b := open(t)
			r := stop()
			r.ID = "settled"
			must(t)(b.Revoke(t.Context(), staff, r))
			revoke(t, b, "first", "")
			require.False(t, effect(t, b, "first").Repeats, "nobody has confirmed it")
		})
		t.Run("under the id of a doubt", func(t *testing.T) {
			b := open(t)
			must(t)(b.Doubt(t.Context(), patient, consent.Doubt{
				ID: "m-1", Practice: key.Practice, Number: key.Number, Channel: consent.ByText, Evidence: stop().Evidence,
			}))
			require.Zero(t, effect(t, b, "m-1"))
			b.later()
			_, err := b.Hear(t.Context(), patient, consent.Said{
				ID: "m-1", Practice: key.Practice, Number: key.Number, Channel: consent.ByText, Evidence: stop().Evidence,
			})
			require.NoError(t, err)
			require.Equal(t, b.Clock.Now(), effect(t, b, "m-1").Since, "the stop counts, and is found")
		})
		t.Run("told of after something was given", func(t *testing.T) {
			b := open(t)
			revoke(t, b, "first", "")
			must(t)(b.Grant(t.Context(), staff, grant(consent.Transactional)))
			b.later()
			r := b.said(5 * time.Minute) // of before the grant
			r.ID = "second"
			must(t)(b.Revoke(t.Context(), patient, r))
			second := effect(t, b, "second")
			require.False(t, second.Undone, "by what was written before it")
			require.Equal(t, b.Clock.Now(), second.Since, "when it was recorded")
			b.later()
			revoke(t, b, "third", "")
			require.True(t, effect(t, b, "third").Repeats, "nothing was given since the second")
		})
		t.Run("a START of the very moment that claims to be later", func(t *testing.T) {
			b := open(t)
			r := stop()
			r.ID = "first"
			must(t)(b.Revoke(t.Context(), patient, r))
			s := start()
			s.At = b.Clock.Now().Add(time.Minute)
			must(t)(b.Restart(t.Context(), patient, s))
			require.False(t, effect(t, b, "first").Undone)
		})
	})
}
