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

// wide is a vendor's profile that permits transactional texts on what was never in writing.
func wide() consent.Profile {
	p := consent.Promised()
	p.Name = "wide"
	for i := range p.Rules {
		if slices.Contains(unwritten, p.Rules[i].Basis) {
			p.Rules[i].Permits = []consent.Category{consent.Transactional}
		}
	}
	return p
}

// modelled computes a status in another way than Decide does: it asks of every grant whether anything beats it.
func modelled(facts []consent.Fact, p consent.Profile, u consent.Use, moment time.Time) consent.Status {
	c := u.Category
	written := map[string]int{} // in which place
	for i, f := range facts {
		written[f.ID] = i
	}
	var grants, stops, lapses, starts, mutes, unmutes, doubts []consent.Fact
	answered := map[string]time.Time{} // when grants were first confirmed whose request was answered in time
	cleared := map[string]bool{}
	own := func(f consent.Fact) bool {
		return u.Patient != "" && f.Patient == u.Patient && (f.Category == "" || f.Category == c)
	}
	for _, f := range facts {
		if f.Recorded.After(moment) {
			continue
		}
		switch {
		case f.Kind == consent.Granted && f.Category == c && permits(p, f.Basis, c):
			grants = append(grants, f)
		case f.Kind == consent.Revoked && (f.Category == "" || f.Category == c):
			stops = append(stops, f)
		case f.Kind == consent.Lapsed:
			lapses = append(lapses, f)
		case f.Kind == consent.Restarted:
			starts = append(starts, f)
		case f.Kind == consent.Muted && own(f):
			mutes = append(mutes, f)
		case f.Kind == consent.Unmuted && own(f):
			unmutes = append(unmutes, f)
		case f.Kind == consent.Doubted:
			doubts = append(doubts, f)
		case f.Kind == consent.Cleared:
			cleared[f.About[0]] = true
		case f.Kind == consent.Confirmed:
			for _, request := range facts {
				if request.Kind == consent.Asked && !request.Recorded.After(moment) && !f.Recorded.After(request.Expires) &&
					!f.At.Before(request.Recorded) && slices.Contains(f.About, request.ID) {
					for _, grant := range request.About {
						if first, ok := answered[grant]; !ok || f.Recorded.Before(first) {
							answered[grant] = f.Recorded
						}
					}
				}
			}
		}
	}
	onPaper := func(f consent.Fact) bool {
		return slices.Contains([]consent.Basis{consent.SignedAgreement, consent.WebForm, consent.OfficeDocument}, f.Basis)
	}
	beats := func(stop, f consent.Fact) bool {
		clockAhead := slices.ContainsFunc(facts[:written[stop.ID]], func(g consent.Fact) bool {
			return g.Key() == stop.Key() && g.Recorded.Equal(stop.Recorded)
		})
		told := slices.ContainsFunc(facts[:written[f.ID]], func(g consent.Fact) bool {
			all := g.Category == "" || g.Category == stop.Category
			return g.Key() == stop.Key() && g.Kind == stop.Kind && all && g.Patient == stop.Patient && !since(g).Before(since(stop))
		})
		if written[f.ID] < written[stop.ID] && (clockAhead || stop.Recorded.Sub(stop.At) <= time.Minute || !told && stop.Recorded.Sub(stop.At) <= time.Hour) {
			return true // it came after it, whatever the clocks say
		}
		return !since(f).After(since(stop))
	}
	settles := func(stop, doubt consent.Fact) bool {
		said, open := min(stop.At.UnixMicro(), stop.Recorded.UnixMicro()), min(doubt.At.UnixMicro(), doubt.Recorded.UnixMicro())
		return stop.Recorded.UnixMicro() >= doubt.Recorded.UnixMicro() && said >= open-time.Minute.Microseconds()
	}
	unbeaten := func(f consent.Fact, by []consent.Fact) bool {
		return !slices.ContainsFunc(by, func(stop consent.Fact) bool { return beats(stop, f) })
	}
	muted := slices.ContainsFunc(mutes, func(m consent.Fact) bool {
		return !slices.ContainsFunc(unmutes, func(u consent.Fact) bool { return !beats(m, u) })
	})
	held := c != consent.Conversational && slices.ContainsFunc(doubts, func(d consent.Fact) bool {
		return !cleared[d.ID] && !slices.ContainsFunc(stops, func(f consent.Fact) bool { return settles(f, d) })
	})
	narrowed := func(s consent.Status) consent.Status {
		switch {
		case muted:
			return consent.Stopped
		case held:
			return consent.Held
		}
		return s
	}
	var pending, evidence, ended, expired bool
	for _, g := range grants {
		if !unbeaten(g, lapses) {
			ended = true
			continue
		}
		stands := len(stops) == 0 || onPaper(g) && unbeaten(g, stops)
		if g.Sender != "" && g.Sender != u.Sender || g.Erased || g.Duty == "" {
			continue
		}
		first, ok := answered[g.ID]
		settled := !g.Confirm || ok
		if !g.Expires.IsZero() && !g.Expires.After(moment) {
			expired = true
			continue
		}
		if stands && settled {
			return narrowed(consent.Active)
		}
		pending = pending || stands
		before := !g.Confirm || ok && !slices.ContainsFunc(stops, func(stop consent.Fact) bool { return beats(stop, g) && first.After(since(stop)) })
		evidence = evidence || before && onPaper(g)
	}
	switch {
	case c != consent.Promotional && len(stops) > 0 && evidence && slices.ContainsFunc(starts, func(f consent.Fact) bool { return unbeaten(f, stops) }):
		return narrowed(consent.Active)
	case pending:
		return narrowed(consent.Pending)
	case len(stops) > 0:
		return consent.Stopped
	case ended:
		return consent.Ended
	case expired:
		return consent.Expired
	}
	return consent.None
}

// since is the earlier of a fact's times.
func since(f consent.Fact) time.Time {
	if f.Recorded.Before(f.At) {
		return f.Recorded
	}
	return f.At
}

// permits reads the profiles of these tests, whose rules hold at all times.
func permits(p consent.Profile, b consent.Basis, c consent.Category) bool {
	return slices.ContainsFunc(p.Rules, func(r consent.Rule) bool { return r.Basis == b && slices.Contains(r.Permits, c) })
}

// instant draws one of few moments of two hours, so that equal ones are common, and those a minute or an hour apart.
func instant(t *rapid.T, name string) time.Time {
	return noon.Add(time.Duration(60*rapid.IntRange(0, 2).Draw(t, name+" hours")+rapid.IntRange(0, 4).Draw(t, name)) * time.Minute)
}

// evening is after all instants.
var evening = noon.Add(6 * time.Hour)

// history draws a ledger: facts of any kind, late and ahead, in no order of time.
func history(t *rapid.T, kinds ...consent.Kind) []consent.Fact {
	var facts []consent.Fact
	var grants, asked, doubted []string
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
			f.Duty = rapid.SampledFrom([]string{"2026-01", "2026-01", "2026-01", "2026-01", ""}).Draw(t, "duty")
			f.Sender = rapid.SampledFrom([]string{"", "", office, ads}).Draw(t, "sender")
			f.Erased = rapid.IntRange(0, 9).Draw(t, "erased") == 0
			if rapid.IntRange(0, 3).Draw(t, "expires") == 0 {
				f.Expires = instant(t, "expiry")
			}
			grants = append(grants, f.ID)
		case consent.Revoked:
			f.Channel = consent.ByText
			f.Category = rapid.SampledFrom(append(consent.Categories(), "", "", "")).Draw(t, "category")
		case consent.Muted, consent.Unmuted:
			f.Patient = rapid.SampledFrom(siblings).Draw(t, "patient")
			f.Category = rapid.SampledFrom(append(consent.Categories(), "", "")).Draw(t, "category")
		case consent.Doubted:
			doubted = append(doubted, f.ID)
		case consent.Cleared:
			f.About = []string{"nothing"}
			if len(doubted) > 0 {
				f.About = []string{rapid.SampledFrom(doubted).Draw(t, "clears")}
			}
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

var (
	allKinds = []consent.Kind{
		consent.Granted, consent.Granted, consent.Granted, consent.Granted, consent.Granted, consent.Asked, consent.Confirmed,
		consent.Revoked, consent.Restarted, consent.Lapsed, consent.Muted, consent.Unmuted, consent.Doubted, consent.Cleared,
	}
	siblings = []string{"p-1", "p-2"}
)

// uses are what may be asked of a history.
func uses() []consent.Use {
	var all []consent.Use
	for _, c := range consent.Categories() {
		for _, sender := range []string{"", office, ads} {
			for _, patient := range append(siblings, "") {
				all = append(all, consent.Use{Category: c, Sender: sender, Patient: patient})
			}
		}
	}
	return all
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
	return rapid.OneOf(rapid.Just(evening), rapid.Custom(func(t *rapid.T) time.Time { return instant(t, "moment") })).Draw(t, "look")
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

func TestDecideIsTheModel(t *testing.T) {
	check(t, func(t *rapid.T) {
		facts, p, moment := history(t, allKinds...), profile(t), momentOf(t)
		state := consent.Derive(key, facts, p, moment)
		for _, u := range uses() {
			got := consent.Decide(key, facts, p, moment, u)
			if want := modelled(facts, p, u, moment); want != got.Status {
				t.Fatalf("%+v: the model says %s, Decide says %+v", u, want, got)
			}
			if u == (consent.Use{Category: u.Category}) && got != state.For(u.Category) {
				t.Fatalf("%s: Decide says %+v, Derive says %+v", u.Category, got, state.For(u.Category))
			}
		}
	})
}

func TestAnEarlierMomentHasItsAnswerAgain(t *testing.T) {
	check(t, func(t *rapid.T) {
		facts, p, moment := history(t, allKinds...), profile(t), momentOf(t)
		then := slices.DeleteFunc(slices.Clone(facts), func(f consent.Fact) bool { return f.Recorded.After(moment) })
		want := consent.Derive(key, then, p, moment)
		require.Empty(t, cmp.Diff(want, consent.Derive(key, facts, p, moment)))
	})
}

// What was written before an end and what after it counts, and no other order does.
func TestTheOrderOfFactsBetweenTwoEndsDecidesNothing(t *testing.T) {
	check(t, func(t *rapid.T) {
		facts, p, moment := history(t, allKinds...), profile(t), momentOf(t)
		other := slices.Clone(facts)
		random := rand.New(rand.NewSource(rapid.Int64().Draw(t, "seed")))
		for from := 0; from < len(other); {
			between := other[from:]
			if end := slices.IndexFunc(between, func(f consent.Fact) bool {
				return f.Kind == consent.Revoked || f.Kind == consent.Lapsed || f.Kind == consent.Muted
			}); end >= 0 {
				between = between[:end]
			}
			random.Shuffle(len(between), func(i, j int) { between[i], between[j] = between[j], between[i] })
			from += len(between) + 1
		}
		require.Equal(t, statuses(consent.Derive(key, facts, p, moment)), statuses(consent.Derive(key, other, p, moment)))
	})
}

func TestNothingButALaterWrittenGrantOrStartRevives(t *testing.T) {
	check(t, func(t *rapid.T) {
		facts, p := history(t, allKinds...), profile(t)
		stop := consent.Fact{
			ID: "stop", Practice: key.Practice, Number: key.Number, Kind: consent.Revoked, Channel: consent.ByCall,
			At: instant(t, "said"), Recorded: instant(t, "written"),
		}
		moment := since(stop)
		// What may revive is taken out: written grants and STARTs both of whose times are later.
		facts = slices.DeleteFunc(facts, func(f consent.Fact) bool {
			return f.At.After(moment) && f.Recorded.After(moment) && (f.Kind == consent.Restarted || f.Kind == consent.Granted &&
				(f.Basis == consent.SignedAgreement || f.Basis == consent.WebForm || f.Basis == consent.OfficeDocument))
		})
		at := rapid.IntRange(0, len(facts)).Draw(t, "place")
		facts = slices.Insert(facts, at, stop)
		for _, u := range uses() {
			if got := consent.Decide(key, facts, p, evening, u); got.Status != consent.Stopped {
				t.Fatalf("%+v stands at %+v", u, got)
			}
		}
	})
}

// Nothing that was written before a stop outranks it where it is told of within an hour and no other was known, or where its
// clock was behind.
func TestAStopEndsWhateverWasWrittenBeforeIt(t *testing.T) {
	check(t, func(t *rapid.T) {
		facts := history(t, allKinds...)
		stop := consent.Fact{
			ID: "stop", Practice: key.Practice, Number: key.Number, Kind: consent.Revoked, Channel: consent.ByText, Recorded: instant(t, "written"),
		}
		stop.At = stop.Recorded.Add(time.Duration(rapid.IntRange(-60, 60).Draw(t, "said")) * time.Minute)
		if slices.ContainsFunc(facts, func(f consent.Fact) bool { return f.Recorded.Equal(stop.Recorded) }) {
			stop.At = instant(t, "claimed").AddDate(-1, 0, 0)
		} else {
			facts = slices.DeleteFunc(facts, func(f consent.Fact) bool { return f.Kind == consent.Revoked && !since(f).Before(since(stop)) })
		}
		for _, u := range uses() {
			require.Equal(t, consent.Stopped, consent.Decide(key, append(facts, stop), profile(t), evening, u).Status)
		}
	})
}

func TestStartNeverRevivesPromotional(t *testing.T) {
	check(t, func(t *rapid.T) {
		facts, p, moment := history(t, allKinds...), profile(t), momentOf(t)
		without := slices.DeleteFunc(slices.Clone(facts), func(f consent.Fact) bool { return f.Kind == consent.Restarted })
		want := consent.Derive(key, without, p, moment).Promotional
		require.Empty(t, cmp.Diff(want, consent.Derive(key, facts, p, moment).Promotional))
	})
}

func TestImportsNeverRevive(t *testing.T) {
	check(t, func(t *rapid.T) {
		facts, p, moment := history(t, allKinds...), profile(t), momentOf(t)
		without := slices.DeleteFunc(slices.Clone(facts), func(f consent.Fact) bool {
			return f.Kind == consent.Granted && f.Basis == consent.Import
		})
		before, after := consent.Derive(key, without, p, moment), consent.Derive(key, facts, p, moment)
		for _, c := range consent.Categories() {
			if before.For(c).Status == consent.Stopped {
				require.Equal(t, consent.Stopped, after.For(c).Status)
			}
		}
	})
}

func TestWhatNarrowsNeverPermitsMore(t *testing.T) {
	check(t, func(t *rapid.T) {
		facts, p := history(t, allKinds...), profile(t)
		more := history(t, consent.Lapsed, consent.Muted, consent.Doubted, consent.Revoked)
		for i := range more {
			more[i].ID += "'"
			if more[i].Kind == consent.Revoked { // one that settles no doubt
				more[i].Recorded = noon.Add(-time.Minute)
			}
		}
		for _, u := range uses() {
			before := consent.Decide(key, facts, p, evening, u)
			if after := consent.Decide(key, append(facts, more...), p, evening, u); after.Status == consent.Active {
				require.Equal(t, consent.Active, before.Status)
			}
		}
	})
}

func TestWithoutDutyNothingIsPermitted(t *testing.T) {
	check(t, func(t *rapid.T) {
		facts := history(t, allKinds...)
		for i := range facts {
			facts[i].Duty = ""
		}
		for _, u := range uses() {
			got := consent.Decide(key, facts, profile(t), evening, u).Status
			require.NotContains(t, []consent.Status{consent.Active, consent.Pending, consent.Held}, got)
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
		want := consent.Derive(key, facts, consent.Promised(), moment)
		require.Empty(t, cmp.Diff(want, consent.Derive(key, append(other, facts...), consent.Promised(), moment)))
	})
}
