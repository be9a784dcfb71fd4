package consent_test

import (
	"fmt"
	"math/rand"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/consent"
)

var (
	noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	key  = consent.Key{Practice: "elm-street", Number: "+12125550100"}
)

// wide is a vendor's profile that permits transactional texts on anything.
func wide() consent.Profile {
	p := consent.Promised()
	p.Name = "wide"
	for i := range p.Rules {
		if p.Rules[i].Permits == nil {
			p.Rules[i].Permits = []consent.Category{consent.Transactional}
		}
	}
	return p
}

// modelled computes a status in another way than Derive does: it asks of every grant whether any revocation beats it.
func modelled(facts []consent.Fact, p consent.Profile, c consent.Category, moment time.Time) consent.Status {
	var grants, stops, starts []consent.Fact
	answered := map[string]bool{} // grants whose request was answered in time
	for _, f := range facts {
		if f.Recorded.After(moment) {
			continue
		}
		switch {
		case f.Kind == consent.Granted && f.Category == c && permits(p, f.Basis, c):
			grants = append(grants, f)
		case f.Kind == consent.Revoked && (f.Category == "" || f.Category == c):
			stops = append(stops, f)
		case f.Kind == consent.Restarted:
			starts = append(starts, f)
		case f.Kind == consent.Confirmed && !f.Recorded.After(moment):
			for _, request := range facts {
				if request.Kind == consent.Asked && !request.Recorded.After(moment) && !f.Recorded.After(request.Expires) &&
					slices.Contains(f.About, request.ID) {
					for _, grant := range request.About {
						answered[grant] = true
					}
				}
			}
		}
	}
	onPaper := func(f consent.Fact) bool {
		return slices.Contains([]consent.Basis{consent.SignedAgreement, consent.WebForm, consent.OfficeDocument}, f.Basis)
	}
	beats := func(stop, f consent.Fact) bool {
		since := min(stop.At.UnixMicro(), stop.Recorded.UnixMicro())
		return min(f.At.UnixMicro(), f.Recorded.UnixMicro()) <= since
	}
	unbeaten := func(f consent.Fact) bool {
		return !slices.ContainsFunc(stops, func(stop consent.Fact) bool { return beats(stop, f) })
	}
	pending, evidence := false, false
	for _, g := range grants {
		settled := !g.Confirm || answered[g.ID]
		stands := len(stops) == 0 || onPaper(g) && unbeaten(g)
		if stands && settled {
			return consent.Active
		}
		pending = pending || stands
		evidence = evidence || settled && onPaper(g)
	}
	switch {
	case c != consent.Promotional && len(stops) > 0 && evidence && slices.ContainsFunc(starts, unbeaten):
		return consent.Active
	case pending:
		return consent.Pending
	case len(stops) > 0:
		return consent.Stopped
	}
	return consent.None
}

// permits reads the profiles of these tests, whose rules hold at all times.
func permits(p consent.Profile, b consent.Basis, c consent.Category) bool {
	return slices.ContainsFunc(p.Rules, func(r consent.Rule) bool { return r.Basis == b && slices.Contains(r.Permits, c) })
}

// instant draws one of few moments, so that equal ones are common.
func instant(t *rapid.T, name string) time.Time {
	return noon.Add(time.Duration(rapid.IntRange(0, 12).Draw(t, name)) * time.Minute)
}

// history draws a ledger: facts of any kind, late and ahead, in no order of time.
func history(t *rapid.T, kinds ...consent.Kind) []consent.Fact {
	var facts []consent.Fact
	var grants, asked []string
	for i := range rapid.IntRange(0, 14).Draw(t, "facts") {
		f := consent.Fact{
			ID: fmt.Sprintf("f-%d", i), Practice: key.Practice, Number: key.Number,
			Kind: rapid.SampledFrom(kinds).Draw(t, "kind"), At: instant(t, "at"), Recorded: instant(t, "recorded"),
			Actor: audit.Actor{Kind: audit.Staff, ID: "u-1"},
		}
		switch f.Kind {
		case consent.Granted:
			f.Category = rapid.SampledFrom(consent.Categories()).Draw(t, "category")
			f.Basis = rapid.SampledFrom([]consent.Basis{
				consent.SignedAgreement, consent.SignedAgreement, consent.SignedAgreement, consent.WebForm, consent.OfficeDocument,
				consent.NumberInCare, consent.Verbal, consent.Import, "fax",
			}).Draw(t, "basis")
			f.Confirm = rapid.Bool().Draw(t, "confirm")
			grants = append(grants, f.ID)
		case consent.Revoked:
			f.Channel = consent.ByText
			f.Category = rapid.SampledFrom(append(consent.Categories(), "", "", "")).Draw(t, "category")
		case consent.Asked:
			f.Expires = instant(t, "expires")
			for _, g := range grants {
				if rapid.IntRange(0, 3).Draw(t, "about "+g) > 0 {
					f.About = append(f.About, g)
				}
			}
			asked = append(asked, f.ID)
		case consent.Confirmed:
			if len(asked) > 0 {
				f.About = []string{rapid.SampledFrom(asked).Draw(t, "answers")}
			}
		}
		facts = append(facts, f)
	}
	return facts
}

var allKinds = []consent.Kind{
	consent.Granted, consent.Granted, consent.Granted, consent.Asked, consent.Confirmed, consent.Revoked, consent.Restarted,
}

// check runs a property often: a history in which everything meets that it is about is rare.
func check(t *testing.T, property func(*rapid.T)) {
	t.Helper()
	for range 5 {
		rapid.Check(t, property)
	}
}

// momentOf draws when a ledger is looked at: after all of it as a rule.
func momentOf(t *rapid.T) time.Time {
	return rapid.OneOf(rapid.Just(noon.Add(time.Hour)), rapid.Custom(func(t *rapid.T) time.Time { return instant(t, "moment") })).Draw(t, "look")
}

func profile(t *rapid.T) consent.Profile {
	return rapid.SampledFrom([]consent.Profile{consent.Promised(), wide()}).Draw(t, "profile")
}

func statuses(s consent.State) []consent.Status {
	var all []consent.Status
	for _, c := range consent.Categories() {
		all = append(all, s.For(c).Status)
	}
	return all
}

// ledger is what the facts make at a practice that has accepted its duty.
func ledger(facts []consent.Fact) consent.Ledger {
	return consent.Ledger{Key: key, Facts: facts, Settings: consent.Settings{
		Practice: key.Practice, Duty: consent.Duty{Practice: key.Practice, Terms: "2026-01", Accepted: noon.Add(-24 * time.Hour), By: staff},
	}}
}

func TestDeriveIsTheModel(t *testing.T) {
	check(t, func(t *rapid.T) {
		facts, p, moment := history(t, allKinds...), profile(t), momentOf(t)
		state := consent.Derive(ledger(facts), p, moment)
		for _, c := range consent.Categories() {
			if want, got := modelled(facts, p, c, moment), state.For(c).Status; want != got {
				t.Fatalf("%s: the model says %s, Derive says %+v", c, want, state.For(c))
			}
		}
	})
}

func TestAnEarlierMomentHasItsAnswerAgain(t *testing.T) {
	check(t, func(t *rapid.T) {
		facts, p, moment := history(t, allKinds...), profile(t), momentOf(t)
		then := slices.DeleteFunc(slices.Clone(facts), func(f consent.Fact) bool { return f.Recorded.After(moment) })
		want := consent.Derive(ledger(then), p, noon.Add(24*time.Hour))
		require.Empty(t, cmp.Diff(want, consent.Derive(ledger(facts), p, moment)))
	})
}

func TestTheOrderOfFactsDecidesNothing(t *testing.T) {
	check(t, func(t *rapid.T) {
		facts, p, moment := history(t, allKinds...), profile(t), momentOf(t)
		other := slices.Clone(facts)
		rand.New(rand.NewSource(rapid.Int64().Draw(t, "seed"))).Shuffle(len(other), func(i, j int) {
			other[i], other[j] = other[j], other[i]
		})
		require.Equal(t, statuses(consent.Derive(ledger(facts), p, moment)), statuses(consent.Derive(ledger(other), p, moment)))
	})
}

func TestNothingButALaterWrittenGrantOrStartRevives(t *testing.T) {
	check(t, func(t *rapid.T) {
		facts, p := history(t, allKinds...), profile(t)
		stop := consent.Fact{
			ID: "stop", Practice: key.Practice, Number: key.Number, Kind: consent.Revoked, Channel: consent.ByCall,
			At: instant(t, "said"), Recorded: instant(t, "written"),
		}
		since := stop.At
		if stop.Recorded.Before(since) {
			since = stop.Recorded
		}
		// What may revive is taken out: written grants and STARTs both of whose times are later.
		facts = slices.DeleteFunc(facts, func(f consent.Fact) bool {
			return f.At.After(since) && f.Recorded.After(since) && (f.Kind == consent.Restarted || f.Kind == consent.Granted &&
				(f.Basis == consent.SignedAgreement || f.Basis == consent.WebForm || f.Basis == consent.OfficeDocument))
		})
		at := rapid.IntRange(0, len(facts)).Draw(t, "place")
		facts = slices.Insert(facts, at, stop)
		state := consent.Derive(ledger(facts), p, noon.Add(time.Hour))
		for _, c := range consent.Categories() {
			if got := state.For(c); got.Status != consent.Stopped {
				t.Fatalf("%s stands at %+v", c, got)
			}
		}
	})
}

func TestStartNeverRevivesPromotional(t *testing.T) {
	check(t, func(t *rapid.T) {
		facts, p, moment := history(t, allKinds...), profile(t), momentOf(t)
		without := slices.DeleteFunc(slices.Clone(facts), func(f consent.Fact) bool { return f.Kind == consent.Restarted })
		want := consent.Derive(ledger(without), p, moment).Promotional
		require.Empty(t, cmp.Diff(want, consent.Derive(ledger(facts), p, moment).Promotional))
	})
}

func TestImportsNeverRevive(t *testing.T) {
	check(t, func(t *rapid.T) {
		facts, p, moment := history(t, allKinds...), profile(t), momentOf(t)
		without := slices.DeleteFunc(slices.Clone(facts), func(f consent.Fact) bool {
			return f.Kind == consent.Granted && f.Basis == consent.Import
		})
		before, after := consent.Derive(ledger(without), p, moment), consent.Derive(ledger(facts), p, moment)
		for _, c := range consent.Categories() {
			if before.For(c).Status == consent.Stopped {
				require.Equal(t, consent.Stopped, after.For(c).Status)
			}
		}
	})
}

func TestOneMoreStopNeverPermitsMore(t *testing.T) {
	check(t, func(t *rapid.T) {
		facts, p := history(t, allKinds...), profile(t)
		before := consent.Derive(ledger(facts), p, noon.Add(time.Hour))
		stop := history(t, consent.Revoked)
		after := consent.Derive(ledger(append(facts, stop...)), p, noon.Add(time.Hour))
		for _, c := range consent.Categories() {
			if after.For(c).Status == consent.Active {
				require.Equal(t, consent.Active, before.For(c).Status)
			}
		}
	})
}

func TestAnotherLedgersFactsNeverCount(t *testing.T) {
	check(t, func(t *rapid.T) {
		facts, other := history(t, allKinds...), history(t, allKinds...)
		for i := range other {
			other[i].ID += "'"
			if rapid.Bool().Draw(t, "another practice") {
				other[i].Practice = "oak-street"
			} else {
				other[i].Number = "+12125550101"
			}
		}
		moment := momentOf(t)
		want := consent.Derive(ledger(facts), consent.Promised(), moment)
		require.Empty(t, cmp.Diff(want, consent.Derive(ledger(append(other, facts...)), consent.Promised(), moment)))
	})
}
