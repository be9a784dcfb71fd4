package consent_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/consent"
)

const (
	office = "+12125550190"
	ads    = "+12125550191"
)

func lapse(cause consent.Cause) consent.Lapse {
	return consent.Lapse{Practice: key.Practice, Number: key.Number, Cause: cause, Evidence: consent.Evidence{Document: "look-up-7"}}
}

func mute(patient string, c consent.Category) consent.Mute {
	return consent.Mute{Practice: key.Practice, Number: key.Number, Patient: patient, Category: c, Evidence: consent.Evidence{Staff: "u-17"}}
}

// stands returns what a use stands at, by the read that a machine makes.
func (b bench) stands(t testing.TB, u consent.Use) consent.Status {
	t.Helper()
	p, err := b.Permission(t.Context(), key, u)
	require.NoError(t, err)
	return p.Status
}

func TestAGrantForOneSenderPermitsNoOther(t *testing.T) {
	onBoth(t, func(t *testing.T, open func(testing.TB) bench) {
		b := open(t)
		g := grant(consent.Transactional)
		g.Sender = office
		must(t)(b.Grant(t.Context(), staff, g))
		require.Equal(t, consent.Active, b.stands(t, consent.Use{Category: consent.Transactional, Sender: office}))
		for _, sender := range []string{"", ads} {
			p, err := b.Permission(t.Context(), key, consent.Use{Category: consent.Transactional, Sender: sender})
			require.NoError(t, err)
			require.Equal(t, consent.None, p.Status)
			require.Contains(t, p.Why, "another number of the practice")
		}
		b.later()
		must(t)(b.Revoke(t.Context(), patient, stop()))
		b.later()
		for _, sender := range []string{office, ads} {
			require.Equal(t, consent.Stopped, b.stands(t, consent.Use{Category: consent.Transactional, Sender: sender}), "a stop binds every sender")
		}
		must(t)(b.Restart(t.Context(), patient, start()))
		require.Equal(t, consent.Active, b.stands(t, consent.Use{Category: consent.Transactional, Sender: office}))
		require.Equal(t, consent.Stopped, b.stands(t, consent.Use{Category: consent.Transactional, Sender: ads}), "START restores no more than there was")
	})
}

func TestAGrantForOneSenderCanBeAskedAbout(t *testing.T) {
	b := onMemory(t)
	g := grant(consent.Promotional)
	g.Sender = ads
	must(t)(b.Grant(t.Context(), staff, g))
	require.Equal(t, consent.Pending, b.stands(t, consent.Use{Category: consent.Promotional, Sender: ads}))
	must(t)(b.Ask(t.Context(), staff, ask()))
	must(t)(b.Confirm(t.Context(), patient, agree()))
	require.Equal(t, consent.Active, b.stands(t, consent.Use{Category: consent.Promotional, Sender: ads}))
}

func TestAnotherHolderInheritsNothing(t *testing.T) {
	onBoth(t, func(t *testing.T, open func(testing.TB) bench) {
		for _, cause := range []consent.Cause{consent.Reassigned, consent.WrongNumber, consent.Deactivated, consent.Landline} {
			t.Run(string(cause), func(t *testing.T) {
				b := open(t)
				must(t)(b.Grant(t.Context(), staff, grant(consent.Transactional)))
				must(t)(b.Grant(t.Context(), staff, grant(consent.Promotional)))
				must(t)(b.Ask(t.Context(), staff, ask()))
				b.later()
				state, err := b.Lapse(t.Context(), staff, lapse(cause))
				require.NoError(t, err)
				require.Equal(t, consent.Ended, state.Transactional.Status)
				require.NotEmpty(t, state.Transactional.Why)
				b.later()
				refused(t, consent.ErrNotAsked)(b.Confirm(t.Context(), patient, agree()))
				must(t)(b.Revoke(t.Context(), patient, stop()))
				b.later()
				must(t)(b.Restart(t.Context(), patient, start()))
				require.Equal(t, consent.Stopped, b.status(t, consent.Transactional), "START brings nothing back that was another's")
				b.later()
				must(t)(b.Grant(t.Context(), staff, grant(consent.Transactional)))
				require.Equal(t, consent.Active, b.status(t, consent.Transactional), "the new holder's own form counts")
			})
		}
		t.Run("a form that was signed before and arrives after", func(t *testing.T) {
			b := open(t)
			b.Clock.Pass(time.Hour)
			must(t)(b.Lapse(t.Context(), staff, lapse(consent.Reassigned)))
			b.later()
			g := grant(consent.Transactional)
			g.At = noon
			must(t)(b.Grant(t.Context(), staff, g))
			require.Equal(t, consent.Ended, b.status(t, consent.Transactional))
		})
		t.Run("a form of a moment before, by a clock that is behind", func(t *testing.T) {
			b := open(t)
			must(t)(b.Grant(t.Context(), staff, grant(consent.Transactional)))
			b.Clock.Pass(time.Second)
			l := lapse(consent.Reassigned)
			l.At = noon.Add(-time.Second)
			must(t)(b.Lapse(t.Context(), staff, l))
			require.Equal(t, consent.Ended, b.status(t, consent.Transactional))
			permitted, _, err := b.Permitted(t.Context(), staff, consent.PermittedQuery{Practice: key.Practice, Category: consent.Transactional})
			require.NoError(t, err)
			require.Empty(t, permitted)
		})
		t.Run("a stop outlives the holder", func(t *testing.T) {
			b := open(t)
			must(t)(b.Grant(t.Context(), staff, grant(consent.Transactional)))
			b.later()
			must(t)(b.Revoke(t.Context(), patient, stop()))
			b.later()
			must(t)(b.Lapse(t.Context(), staff, lapse(consent.Reassigned)))
			require.Equal(t, consent.Stopped, b.status(t, consent.Transactional))
		})
		t.Run("no cause", func(t *testing.T) {
			b := open(t)
			refused(t, consent.ErrInvalid)(b.Lapse(t.Context(), staff, lapse("moved")))
			require.Empty(t, b.facts(t))
		})
	})
}

func TestALandlineIsNotAskedByText(t *testing.T) {
	b := onMemory(t)
	must(t)(b.Lapse(t.Context(), staff, lapse(consent.Landline)))
	b.later()
	must(t)(b.Grant(t.Context(), staff, grant(consent.Promotional)))
	refused(t, consent.ErrLandline)(b.Ask(t.Context(), staff, ask()))
	require.Len(t, b.facts(t), 2)
}

func TestAMuteIsOnePatients(t *testing.T) {
	onBoth(t, func(t *testing.T, open func(testing.TB) bench) {
		b := open(t)
		for _, c := range consent.Categories() {
			must(t)(b.Grant(t.Context(), staff, grant(c)))
		}
		b.later()
		must(t)(b.Mute(t.Context(), staff, mute("p-1", "")))
		p, err := b.Permission(t.Context(), key, consent.Use{Category: consent.Transactional, Patient: "p-1"})
		require.NoError(t, err)
		require.Equal(t, consent.Stopped, p.Status)
		require.NotContains(t, p.Why, "p-")
		require.Equal(t, consent.Active, b.stands(t, consent.Use{Category: consent.Transactional, Patient: "p-2"}), "a sibling goes on")
		require.Equal(t, consent.Active, b.stands(t, consent.Use{Category: consent.Transactional}))
		b.later()
		must(t)(b.Unmute(t.Context(), staff, mute("p-1", consent.Transactional)))
		require.Equal(t, consent.Active, b.stands(t, consent.Use{Category: consent.Transactional, Patient: "p-1"}))
		require.Equal(t, consent.Stopped, b.stands(t, consent.Use{Category: consent.Conversational, Patient: "p-1"}))
		b.later()
		must(t)(b.Mute(t.Context(), staff, mute("p-1", consent.Transactional)))
		require.Equal(t, consent.Stopped, b.stands(t, consent.Use{Category: consent.Transactional, Patient: "p-1"}))
		late := mute("p-1", "")
		late.At = noon
		must(t)(b.Unmute(t.Context(), staff, late))
		require.Equal(t, consent.Stopped, b.stands(t, consent.Use{Category: consent.Transactional, Patient: "p-1"}), "what was said before undoes nothing")

		b.later()
		must(t)(b.Unmute(t.Context(), staff, mute("p-1", consent.Transactional)))
		slow := mute("p-1", consent.Transactional)
		slow.At = b.Clock.Now().Add(-time.Second) // by a clock that is behind ours
		must(t)(b.Mute(t.Context(), staff, slow))
		require.Equal(t, consent.Stopped, b.stands(t, consent.Use{Category: consent.Transactional, Patient: "p-1"}))

		refused(t, consent.ErrInvalid)(b.Mute(t.Context(), staff, mute("", "")))
		refused(t, consent.ErrInvalid)(b.Mute(t.Context(), staff, mute("p-1", "ads")))
		b.later()
		must(t)(b.Revoke(t.Context(), patient, stop()))
		b.later()
		must(t)(b.Unmute(t.Context(), staff, mute("p-2", "")))
		require.Equal(t, consent.Stopped, b.stands(t, consent.Use{Category: consent.Transactional, Patient: "p-2"}), "a preference lifts no stop")
	})
}

func TestAPatientsNumbers(t *testing.T) {
	onBoth(t, func(t *testing.T, open func(testing.TB) bench) {
		b := open(t)
		for _, number := range []string{"+12125550102", "+12125550101", "+12125550102"} {
			g := grant(consent.Transactional)
			g.Number, g.Patient = number, "p-1"
			must(t)(b.Grant(t.Context(), staff, g))
		}
		b.later()
		numbers, err := b.Numbers(t.Context(), staff, key.Practice, "p-1")
		require.NoError(t, err)
		require.Equal(t, []string{"+12125550101", "+12125550102"}, numbers)
		log := b.logged(t, key.Practice)
		require.Equal(t, "consent.read", log[len(log)-1].Action)
		require.Equal(t, "p-1", log[len(log)-1].Patient)
		_, err = b.Numbers(t.Context(), staff, key.Practice, " ")
		require.ErrorIs(t, err, consent.ErrInvalid)
		_, err = b.Numbers(t.Context(), audit.Actor{}, key.Practice, "p-1")
		require.ErrorIs(t, err, consent.ErrInvalid)
	})
}

func TestSuppressedNumbersAreListedOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, open func(testing.TB) bench) {
		b := open(t)
		revoke := func(number string) {
			r := stop()
			r.Number = number
			must(t)(b.Revoke(t.Context(), patient, r))
			b.later()
		}
		for _, number := range []string{"+12125550101", "+12125550102", "+12125550101", "+12125550103"} {
			revoke(number)
		}
		again := grant(consent.Transactional)
		again.Number = "+12125550102"
		must(t)(b.Grant(t.Context(), staff, again))
		for _, c := range []consent.Category{consent.Conversational, consent.Promotional} {
			again.Category = c
			must(t)(b.Grant(t.Context(), staff, again))
		}
		var numbers []string
		q := consent.Query{Practice: key.Practice, Limit: 1}
		for range 10 {
			states, next, err := b.Suppressed(t.Context(), staff, q)
			require.NoError(t, err)
			for _, s := range states {
				require.Equal(t, consent.Stopped, s.Transactional.Status)
				numbers = append(numbers, s.Number)
			}
			if q.After = next; next == "" {
				break
			}
		}
		require.Equal(t, []string{"+12125550101", "+12125550103"}, numbers)
		_, _, err := b.Suppressed(t.Context(), staff, consent.Query{Practice: key.Practice, Limit: -1})
		require.ErrorIs(t, err, consent.ErrInvalid)
		_, _, err = b.Suppressed(t.Context(), audit.Actor{}, consent.Query{Practice: key.Practice})
		require.ErrorIs(t, err, consent.ErrInvalid)
	})
}

// A number at which one category alone was stopped stands stopped, and so does one of which something else was heard since.
func TestWhateverStandsStoppedIsSuppressed(t *testing.T) {
	onBoth(t, func(t *testing.T, open func(testing.TB) bench) {
		b := open(t)
		var want, numbers []string
		for i, c := range append(consent.Categories(), "") {
			r := stop()
			r.Number, r.Category, r.Channel, r.Evidence = fmt.Sprint("+1212555010", i), c, consent.ByDesk, consent.Evidence{Words: "not those, please", Staff: "u-17"}
			must(t)(b.Revoke(t.Context(), staff, r))
			b.later()
			d := doubt(fmt.Sprint("d-", i))
			d.Number = r.Number
			must(t)(b.Doubt(t.Context(), staff, d))
			want = append(want, r.Number)
		}
		states, _, err := b.Suppressed(t.Context(), staff, consent.Query{Practice: key.Practice, Limit: 100})
		require.NoError(t, err)
		for _, s := range states {
			numbers = append(numbers, s.Number)
		}
		require.Equal(t, want, numbers)
	})
}
