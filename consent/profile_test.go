package consent_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/consent"
)

const toronto = "+14165550123"

// wroteFirst is what a patient's own text permits the answer by.
func wroteFirst() consent.Grant {
	return consent.Grant{
		Practice: key.Practice, Number: key.Number, Category: consent.Conversational, Basis: consent.OwnText,
		Evidence: consent.Evidence{Words: "Are you open on Friday?", Message: "m-9"},
	}
}

func TestAPatientsOwnTextPermitsTheAnswer(t *testing.T) {
	onBoth(t, func(t *testing.T, open func(testing.TB) bench) {
		b := open(t)
		require.Equal(t, "The patient has not written first; a text of the patient's permits answers until the end of the next day.", b.why(t, consent.Conversational))
		must(t)(b.Grant(t.Context(), patient, wroteFirst()))
		require.Equal(t, consent.Active, b.status(t, consent.Conversational))
		require.Equal(t, consent.None, b.status(t, consent.Transactional))
		require.NotContains(t, b.why(t, consent.Transactional), "answers")
		end := time.Date(2026, 3, 4, 6, 0, 0, 0, time.UTC) // the end of the next day in Chicago
		b.Clock.Pass(end.Sub(noon) - time.Microsecond)
		require.Equal(t, consent.Active, b.status(t, consent.Conversational))
		b.Clock.Pass(time.Microsecond)
		require.Equal(t, consent.Expired, b.status(t, consent.Conversational))
		require.Equal(t, "The patient's last text permitted answers until the end of the next day, and that is over.", b.why(t, consent.Conversational))

		refused(t, consent.ErrEvidence)(b.Grant(t.Context(), staff, wroteFirst()))
		must(t)(b.Revoke(t.Context(), patient, stop()))
		b.later()
		must(t)(b.Grant(t.Context(), patient, wroteFirst()))
		require.Equal(t, consent.Stopped, b.status(t, consent.Conversational), "what ends a stop is in writing, or START")
	})
}

// After a STOP the patient's own texts permit no answer until the patient texts START. START revives none of them: the
// patient has to write again.
func TestAPatientsOwnTextPermitsTheAnswerOnceMoreAfterSTART(t *testing.T) {
	onBoth(t, func(t *testing.T, open func(testing.TB) bench) {
		b := open(t)
		write := func() {
			b.later()
			must(t)(b.Grant(t.Context(), patient, wroteFirst()))
		}
		restart := func() {
			b.later()
			must(t)(b.Restart(t.Context(), patient, start()))
		}
		halt := func() {
			b.later()
			must(t)(b.Revoke(t.Context(), patient, stop()))
		}
		write()
		require.Equal(t, consent.Active, b.status(t, consent.Conversational))
		halt()
		write()
		require.Equal(t, consent.Stopped, b.status(t, consent.Conversational))
		restart()
		require.Equal(t, consent.Stopped, b.status(t, consent.Conversational), "START revives nothing that was not in writing")
		late := wroteFirst()
		late.At = noon // of before the stop, recorded after START
		must(t)(b.Grant(t.Context(), patient, late))
		require.Equal(t, consent.Stopped, b.status(t, consent.Conversational))
		write()
		require.Equal(t, consent.Active, b.status(t, consent.Conversational), "the patient agreed again, and wrote first")
		for _, c := range []consent.Category{consent.Transactional, consent.Promotional} {
			require.Equal(t, consent.Stopped, b.status(t, c))
		}
		restart()
		require.Equal(t, consent.Active, b.status(t, consent.Conversational))
		halt()
		require.Equal(t, consent.Stopped, b.status(t, consent.Conversational))
		write()
		require.Equal(t, consent.Stopped, b.status(t, consent.Conversational), "a START counts for the stop before it alone")
		restart()
		write()
		require.Equal(t, consent.Active, b.status(t, consent.Conversational), "and each of them for its own")
	})
}

// The widest profile takes a patient's word to staff for a consent, but not after a STOP: START revives what is in writing, and
// permits anew what the patient wrote since, alone.
func TestPromise_D4_4_NoWordToStaffRevivesANumber(t *testing.T) {
	onBoth(t, func(t *testing.T, open func(testing.TB) bench) {
		b := open(t)
		s := b.with(t, consent.Options{Profile: consent.Lawful()})
		said := func() consent.Status {
			t.Helper()
			b.later()
			state, err := s.Grant(t.Context(), staff, consent.Grant{
				Practice: key.Practice, Number: key.Number, Category: consent.Transactional, Basis: consent.Verbal,
				Evidence: consent.Evidence{Staff: "u-17"},
			})
			require.NoError(t, err)
			return state.Transactional.Status
		}
		t.Run("without_rule", func(t *testing.T) { require.Equal(t, consent.Active, said(), "nobody has said stop") })
		b.later()
		must(t)(s.Revoke(t.Context(), patient, stop()))
		t.Run("refuses_after_a_stop", func(t *testing.T) { require.Equal(t, consent.Stopped, said()) })
		b.later()
		must(t)(s.Restart(t.Context(), patient, start()))
		t.Run("refuses_after_START_too", func(t *testing.T) { require.Equal(t, consent.Stopped, said()) })
	})
}

func TestTheZoneDecidesWhenADayEnds(t *testing.T) {
	b := onMemory(t)
	require.NoError(t, b.Configure(t.Context(), staff, consent.Settings{Practice: key.Practice, Zone: "Pacific/Honolulu"}))
	must(t)(b.Grant(t.Context(), patient, wroteFirst()))
	require.Equal(t, time.Date(2026, 3, 4, 10, 0, 0, 0, time.UTC), b.facts(t)[0].Expires)
	require.ErrorIs(t, b.Configure(t.Context(), staff, consent.Settings{Practice: key.Practice, Zone: "Atlantis"}), consent.ErrInvalid)
}

func TestTheLawsProfileIsWider(t *testing.T) {
	require.Empty(t, consent.Promised().Wider())
	var wider []string
	for _, r := range consent.Lawful().Wider() {
		wider = append(wider, r.ID)
	}
	require.Equal(t, []string{"number-in-care-lawful-1", "verbal-lawful-1", "purchase-lawful-1", "inquiry-lawful-1"}, wider)
	for name, change := range map[string]func(*consent.Rule){
		"longer":                 func(r *consent.Rule) { r.Lasts.Days = 2 },
		"without end":            func(r *consent.Rule) { r.Lasts = consent.Period{} },
		"another category":       func(r *consent.Rule) { r.Permits = consent.Categories() },
		"on less evidence":       func(r *consent.Rule) { r.Needs = r.Needs[:1] },
		"by months and not days": func(r *consent.Rule) { r.Lasts = consent.Period{Months: 1} },
	} {
		t.Run(name, func(t *testing.T) {
			p := consent.Promised()
			for i := range p.Rules {
				if p.Rules[i].Basis == consent.OwnText {
					change(&p.Rules[i])
				}
			}
			require.Len(t, p.Wider(), 1)
		})
	}
	p := consent.Lawful()
	for i := range p.Rules {
		p.Rules[i].Countries = nil
	}
	require.Len(t, p.Wider(), 4)
}

func TestTheLawsProfilePermitsCareAndNoPromotions(t *testing.T) {
	for basis, permits := range map[consent.Basis][]consent.Category{
		consent.NumberInCare: {consent.Transactional},
		consent.Verbal:       {consent.Transactional, consent.Conversational},
		consent.Import:       nil,
	} {
		for _, c := range consent.Categories() {
			b := onMemory(t)
			s := b.with(t, consent.Options{Profile: consent.Lawful()})
			g := grant(c)
			g.Basis, g.Evidence = basis, consent.Evidence{Staff: "u-17"}
			state, err := s.Grant(t.Context(), staff, g)
			require.NoError(t, err)
			permitted := state.For(c).Status == consent.Active
			require.Equal(t, slices.Contains(permits, c), permitted, "%s, %s: %+v", basis, c, state.For(c))
		}
	}
}

func TestPromise_D2_4_CanadasImpliedConsentEndsToTheDay(t *testing.T) {
	zone, err := time.LoadLocation("America/Toronto")
	require.NoError(t, err)
	implied := func(basis consent.Basis, at time.Time) consent.Grant {
		return consent.Grant{
			Practice: key.Practice, Number: toronto, Category: consent.Promotional, Basis: basis, At: at,
			Evidence: consent.Evidence{Document: "invoice-7"},
		}
	}
	onBoth(t, func(t *testing.T, open func(testing.TB) bench) {
		lawful := func(t *testing.T) (bench, *consent.Service) {
			t.Helper()
			b := open(t)
			require.NoError(t, b.Configure(t.Context(), staff, consent.Settings{Practice: key.Practice, Zone: zone.String()}))
			return b, b.with(t, consent.Options{Profile: consent.Lawful()})
		}
		stands := func(t *testing.T, s *consent.Service) consent.Status {
			t.Helper()
			p, err := s.Permission(t.Context(), consent.Key{Practice: key.Practice, Number: toronto}, consent.Use{Category: consent.Promotional})
			require.NoError(t, err)
			return p.Status
		}
		for name, c := range map[string]struct {
			basis consent.Basis
			given time.Time
			last  time.Time // the last moment at which it permits
		}{
			"two years after a purchase":       {consent.Purchase, time.Date(2026, 3, 1, 10, 0, 0, 0, zone), time.Date(2028, 3, 2, 0, 0, 0, 0, zone)},
			"two years after a leap day":       {consent.Purchase, time.Date(2024, 2, 29, 10, 0, 0, 0, zone), time.Date(2026, 3, 1, 0, 0, 0, 0, zone)},
			"six months after an inquiry":      {consent.Inquiry, time.Date(2026, 2, 28, 23, 59, 0, 0, zone), time.Date(2026, 8, 29, 0, 0, 0, 0, zone)},
			"six months after an August's end": {consent.Inquiry, time.Date(2025, 8, 31, 10, 0, 0, 0, zone), time.Date(2026, 3, 1, 0, 0, 0, 0, zone)},
		} {
			t.Run(name, func(t *testing.T) {
				b, s := lawful(t)
				b.Clock.Pass(c.given.Add(time.Hour).Sub(b.Clock.Now()))
				require.NoError(t, s.Accept(t.Context(), staff, consent.Duty{Practice: key.Practice, Terms: "2026-02"}))
				must(t)(s.Grant(t.Context(), staff, implied(c.basis, c.given)))
				b.Clock.Pass(c.last.Add(-time.Microsecond).Sub(b.Clock.Now()))
				require.Equal(t, consent.Active, stands(t, s))
				b.Clock.Pass(time.Microsecond)
				require.Equal(t, consent.Expired, stands(t, s))
			})
		}
		t.Run("refuses_to_imply_it_elsewhere", func(t *testing.T) {
			_, s := lawful(t)
			g := implied(consent.Purchase, time.Time{})
			g.Number = key.Number
			refused(t, consent.ErrInvalid)(s.Grant(t.Context(), staff, g))
		})
		t.Run("refuses_to_ask_by_text_for_what_was_not_given", func(t *testing.T) {
			_, s := lawful(t)
			require.NoError(t, s.Configure(t.Context(), staff, consent.Settings{Practice: key.Practice, DoubleOptIn: consent.ConfirmAll}))
			must(t)(s.Grant(t.Context(), staff, implied(consent.Inquiry, time.Time{})))
			_, err := s.Ask(t.Context(), staff, consent.Ask{Practice: key.Practice, Number: toronto})
			require.ErrorIs(t, err, consent.ErrNothingPending)
		})
		t.Run("refuses_implied_consent_by_default", func(t *testing.T) {
			b, _ := lawful(t)
			must(t)(b.Grant(t.Context(), staff, implied(consent.Purchase, time.Time{})))
			require.Equal(t, consent.None, stands(t, b.Service))
		})
		t.Run("without_rule", func(t *testing.T) {
			b, _ := lawful(t)
			p := consent.Lawful()
			p.Name = "endless"
			for i := range p.Rules {
				p.Rules[i].Lasts = consent.Period{}
			}
			s := b.with(t, consent.Options{Profile: p})
			must(t)(s.Grant(t.Context(), staff, implied(consent.Purchase, time.Time{})))
			b.Clock.Pass(3 * 366 * 24 * time.Hour)
			require.Equal(t, consent.Active, stands(t, s), "nothing ends it")
		})
	})
}

func TestAPeriodSaysHowLongItIs(t *testing.T) {
	for want, p := range map[string]consent.Period{
		"from then on": {}, "until the end of the next day": {Days: 1}, "for 2 days": {Days: 2}, "for 24 months": {Months: 24},
		"for 6 months and 3 days": {Months: 6, Days: 3},
	} {
		require.Equal(t, want, p.String())
	}
}
