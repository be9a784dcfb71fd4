package consent_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/consent"
)

func doubt(id string) consent.Doubt {
	return consent.Doubt{
		ID: id, Practice: key.Practice, Number: key.Number, Channel: consent.ByEmail,
		Evidence: consent.Evidence{Words: "I am rather tired of all this", Document: "mail-4"},
	}
}

// promoted is a number with confirmed consent to all categories.
func promoted(t testing.TB, b bench) bench {
	t.Helper()
	for _, c := range consent.Categories() {
		must(t)(b.Grant(t.Context(), staff, grant(c)))
	}
	must(t)(b.Ask(t.Context(), staff, ask()))
	must(t)(b.Confirm(t.Context(), patient, agree()))
	require.Equal(t, consent.Active, b.status(t, consent.Promotional))
	b.later()
	return b
}

func TestADoubtHoldsAllButAnswers(t *testing.T) {
	onBoth(t, func(t *testing.T, open func(testing.TB) bench) {
		t.Run("until it is cleared", func(t *testing.T) {
			b := promoted(t, open(t))
			state, err := b.Doubt(t.Context(), staff, doubt("d-1"))
			require.NoError(t, err)
			require.Equal(t, consent.Held, state.Promotional.Status)
			require.Equal(t, consent.Held, state.Transactional.Status)
			require.Equal(t, consent.Active, state.Conversational.Status, "it answers what the patient said")
			clearance := consent.Clearance{Practice: key.Practice, Number: key.Number, Doubt: "d-1"}
			refused(t, consent.ErrInvalid)(b.Clear(t.Context(), patient, clearance))
			must(t)(b.Clear(t.Context(), staff, clearance))
			require.Equal(t, consent.Active, b.status(t, consent.Promotional))
			require.Equal(t, consent.Active, b.status(t, consent.Transactional))
			refused(t, consent.ErrNoDoubt)(b.Clear(t.Context(), staff, clearance))
		})
		t.Run("each by itself", func(t *testing.T) {
			b := promoted(t, open(t))
			must(t)(b.Doubt(t.Context(), staff, doubt("d-1")))
			must(t)(b.Doubt(t.Context(), staff, doubt("d-2")))
			must(t)(b.Clear(t.Context(), staff, consent.Clearance{Practice: key.Practice, Number: key.Number, Doubt: "d-1"}))
			require.Equal(t, consent.Held, b.status(t, consent.Promotional))
			refused(t, consent.ErrNoDoubt)(b.Clear(t.Context(), staff, consent.Clearance{Practice: key.Practice, Number: key.Number, Doubt: "d-9"}))
			must(t)(b.Clear(t.Context(), staff, consent.Clearance{Practice: key.Practice, Number: key.Number, Doubt: "d-2"}))
			require.Equal(t, consent.Active, b.status(t, consent.Promotional))
		})
		t.Run("or until it was a revocation", func(t *testing.T) {
			b := promoted(t, open(t))
			must(t)(b.Doubt(t.Context(), staff, doubt("d-1")))
			b.later()
			must(t)(b.Revoke(t.Context(), staff, stop()))
			require.Equal(t, consent.Stopped, b.status(t, consent.Promotional))
			alarms, err := b.Alarms(t.Context(), staff, key.Practice)
			require.NoError(t, err)
			require.Empty(t, alarms)
		})
		t.Run("an end of offers alone leaves what is of care held", func(t *testing.T) {
			b := promoted(t, open(t))
			must(t)(b.Doubt(t.Context(), staff, doubt("d-1")))
			b.later()
			narrow := stop()
			narrow.Category, narrow.Evidence.Words = consent.Promotional, "No more offers please"
			must(t)(b.Revoke(t.Context(), staff, narrow))
			require.Equal(t, consent.Stopped, b.status(t, consent.Promotional))
			require.Equal(t, consent.Held, b.status(t, consent.Transactional))
			alarms, err := b.Alarms(t.Context(), staff, key.Practice)
			require.NoError(t, err)
			require.Len(t, alarms, 1)
			must(t)(b.Clear(t.Context(), staff, consent.Clearance{Practice: key.Practice, Number: key.Number, Doubt: "d-1"}))
			require.Equal(t, consent.Active, b.status(t, consent.Transactional))
		})
		t.Run("no letter of before it settles it", func(t *testing.T) {
			b := promoted(t, open(t))
			b.Clock.Pass(17 * time.Second)
			must(t)(b.Doubt(t.Context(), staff, doubt("d-1")))
			b.later()
			letter := stop() // it ends what was given before it alone
			letter.Channel, letter.Evidence, letter.At = consent.ByMail, consent.Evidence{Document: "letter-1"}, noon.AddDate(0, 0, -9)
			must(t)(b.Revoke(t.Context(), staff, letter))
			require.Equal(t, consent.Held, b.status(t, consent.Promotional), "nobody has looked")
			alarms, err := b.Alarms(t.Context(), staff, key.Practice)
			require.NoError(t, err)
			require.Len(t, alarms, 1)
			said := stop() // the doubt's own words, by the time on the message
			said.At = alarms[0].Doubt.At.Truncate(time.Minute)
			must(t)(b.Revoke(t.Context(), staff, said))
			alarms, err = b.Alarms(t.Context(), staff, key.Practice)
			require.NoError(t, err)
			require.Empty(t, alarms)
		})
		t.Run("nothing is asked meanwhile", func(t *testing.T) {
			b := open(t)
			must(t)(b.Grant(t.Context(), staff, grant(consent.Promotional)))
			must(t)(b.Doubt(t.Context(), staff, doubt("d-1")))
			refused(t, consent.ErrNothingPending)(b.Ask(t.Context(), staff, ask()))
		})
		t.Run("it needs words and a channel", func(t *testing.T) {
			b := open(t)
			mumbled := doubt("d-1")
			mumbled.Evidence.Words = " "
			refused(t, consent.ErrEvidence)(b.Doubt(t.Context(), staff, mumbled))
			pigeon := doubt("d-1")
			pigeon.Channel = "pigeon"
			refused(t, consent.ErrInvalid)(b.Doubt(t.Context(), staff, pigeon))
			require.Empty(t, b.facts(t))
		})
	})
}

// leafed is a store whose pages hold one fact each.
type leafed struct{ consent.Store }

func (s leafed) Facts(ctx context.Context, q consent.Query) (consent.Page, error) {
	q.Limit = 1
	return s.Store.Facts(ctx, q)
}

func TestAlarmsAreThoseOfAllPages(t *testing.T) {
	b := promoted(t, onMemory(t))
	var want []string
	for _, id := range []string{"d-1", "d-2", "d-3"} {
		must(t)(b.Doubt(t.Context(), staff, doubt(id)))
		want = append(want, id)
	}
	alarms, err := b.WithStore(leafed{b.store}).Alarms(t.Context(), staff, key.Practice)
	require.NoError(t, err)
	var got []string
	for _, a := range alarms {
		got = append(got, a.Doubt.ID)
	}
	require.Equal(t, want, got)
}

func TestAlarms(t *testing.T) {
	onBoth(t, func(t *testing.T, open func(testing.TB) bench) {
		b := promoted(t, open(t))
		d := doubt("d-1")
		d.At = noon
		must(t)(b.Doubt(t.Context(), staff, d))
		other := doubt("d-2")
		other.Number = "+12125550101"
		must(t)(b.Doubt(t.Context(), staff, other))
		due := noon.Add(24 * time.Hour)
		alarms, err := b.Alarms(t.Context(), staff, key.Practice)
		require.NoError(t, err)
		require.Len(t, alarms, 2)
		require.Equal(t, "d-1", alarms[0].Doubt.ID)
		require.Equal(t, due, alarms[0].Due)
		require.False(t, alarms[0].Overdue)
		b.Clock.Pass(due.Sub(b.Clock.Now()) - time.Microsecond)
		alarms, err = b.Alarms(t.Context(), staff, key.Practice)
		require.NoError(t, err)
		require.False(t, alarms[0].Overdue)
		b.Clock.Pass(time.Microsecond)
		alarms, err = b.Alarms(t.Context(), staff, key.Practice)
		require.NoError(t, err)
		require.True(t, alarms[0].Overdue)
		must(t)(b.Clear(t.Context(), staff, consent.Clearance{Practice: key.Practice, Number: key.Number, Doubt: "d-1"}))
		alarms, err = b.Alarms(t.Context(), staff, key.Practice)
		require.NoError(t, err)
		require.Len(t, alarms, 1)
		require.Equal(t, "d-2", alarms[0].Doubt.ID)
	})
}
