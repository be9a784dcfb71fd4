package consent_test

import (
	"context"
	"flag"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/consent"
)

// command draws one that a vendor may give at a moment, with a claimed time that is right, late, a little ahead or left
// out, and now and then one that is refused.
func command(t *rapid.T, now time.Time) func(context.Context, *consent.Service) (consent.State, error) {
	at := rapid.SampledFrom([]time.Time{{}, {}, now, now.Add(-time.Hour), now.Add(-2 * time.Hour), now.Add(-time.Second), now.Add(time.Minute)}).Draw(t, "at")
	by := rapid.SampledFrom([]audit.Actor{staff, patient}).Draw(t, "by")
	switch rapid.SampledFrom([]string{"grant", "grant", "grant", "ask", "confirm", "revoke", "restart", "lapse", "mute", "unmute", "doubt", "clear"}).Draw(t, "command") {
	case "grant":
		g := grant(rapid.SampledFrom(consent.Categories()).Draw(t, "category"))
		g.At = at
		g.Sender = rapid.SampledFrom([]string{"", "", office}).Draw(t, "sender")
		g.Basis = rapid.SampledFrom([]consent.Basis{consent.SignedAgreement, consent.WebForm, consent.Import, consent.Verbal}).Draw(t, "basis")
		return func(ctx context.Context, s *consent.Service) (consent.State, error) { return s.Grant(ctx, by, g) }
	case "lapse":
		l := lapse(rapid.SampledFrom([]consent.Cause{consent.Reassigned, consent.Landline}).Draw(t, "cause"))
		l.At = at
		return func(ctx context.Context, s *consent.Service) (consent.State, error) { return s.Lapse(ctx, by, l) }
	case "mute":
		m := mute("p-1", rapid.SampledFrom(append(consent.Categories(), "")).Draw(t, "mutes"))
		m.At = at
		return func(ctx context.Context, s *consent.Service) (consent.State, error) { return s.Mute(ctx, by, m) }
	case "unmute":
		m := mute("p-1", rapid.SampledFrom(append(consent.Categories(), "")).Draw(t, "unmutes"))
		m.At = at
		return func(ctx context.Context, s *consent.Service) (consent.State, error) { return s.Unmute(ctx, by, m) }
	case "doubt":
		d := doubt(rapid.SampledFrom([]string{"d-1", "d-2"}).Draw(t, "doubt"))
		d.At = at
		return func(ctx context.Context, s *consent.Service) (consent.State, error) { return s.Doubt(ctx, by, d) }
	case "clear":
		c := consent.Clearance{Practice: key.Practice, Number: key.Number, Doubt: rapid.SampledFrom([]string{"d-1", "d-2"}).Draw(t, "clears")}
		return func(ctx context.Context, s *consent.Service) (consent.State, error) { return s.Clear(ctx, by, c) }
	case "ask":
		return func(ctx context.Context, s *consent.Service) (consent.State, error) { return s.Ask(ctx, by, ask()) }
	case "confirm":
		c := agree()
		c.At = at
		return func(ctx context.Context, s *consent.Service) (consent.State, error) { return s.Confirm(ctx, by, c) }
	case "revoke":
		r := stop()
		r.At = at
		r.Category = rapid.SampledFrom(append(consent.Categories(), "", "", "")).Draw(t, "narrowed to")
		r.Evidence.Words = rapid.SampledFrom([]string{"STOP", "no more of those, please"}).Draw(t, "words")
		return func(ctx context.Context, s *consent.Service) (consent.State, error) { return s.Revoke(ctx, by, r) }
	}
	r := start()
	r.At = at
	return func(ctx context.Context, s *consent.Service) (consent.State, error) { return s.Restart(ctx, by, r) }
}

// fewer has rapid try 30 times on Postgres, where a try takes as long as ten in memory, unless it was told how often. The 100 in
// memory try the rules, which are the service's; these try that Postgres keeps what it is given.
func fewer(t *testing.T, b bench) {
	checks := flag.Lookup("rapid.checks")
	if b.wipe == nil || checks.Value.String() != checks.DefValue {
		return
	}
	require.NoError(t, flag.Set("rapid.checks", "30"))
	t.Cleanup(func() { require.NoError(t, flag.Set("rapid.checks", checks.DefValue)) })
}

// emptied returns a function that opens a bench without facts: on Postgres it is the same one, emptied.
func emptied(t *testing.T, open func(testing.TB) bench) func() bench {
	b := open(t)
	fewer(t, b)
	return func() bench {
		if b.wipe == nil {
			return open(t)
		}
		b.wipe(t)
		b.Clock.Pass(noon.Sub(b.Clock.Now()))
		return b
	}
}

// serviceOf draws how a practice is set up.
func serviceOf(rt *rapid.T, t *testing.T, b bench) *consent.Service {
	s := b.with(t, consent.Options{ConfirmWithin: time.Hour, Profile: profile(rt)})
	require.NoError(rt, s.Configure(t.Context(), staff, consent.Settings{
		Practice:    key.Practice,
		DoubleOptIn: rapid.SampledFrom([]consent.DoubleOptIn{consent.ConfirmOff, consent.ConfirmPromotional, consent.ConfirmAll}).Draw(rt, "double opt-in"),
	}))
	return s
}

// unwaiting are the kinds of facts that wait for nobody who writes beside them.
var unwaiting = []consent.Kind{consent.Revoked, consent.Lapsed, consent.Muted, consent.Doubted}

// asModelled holds what a service says of a ledger to the model.
func asModelled(rt *rapid.T, t *testing.T, s *consent.Service, facts []consent.Fact) {
	var last, decided time.Time
	for _, f := range facts {
		if !slices.Contains(unwaiting, f.Kind) {
			require.False(rt, f.Recorded.Before(decided), "recorded times run backwards")
			decided = f.Recorded
		}
		last = later(last, f.Recorded)
	}
	var checks []consent.Check
	for _, u := range uses() {
		checks = append(checks, consent.Check{Key: key, Use: u}, consent.Check{Key: consent.Key{Practice: "oak-street", Number: key.Number}, Use: u})
	}
	many, err := s.Permissions(t.Context(), checks)
	require.NoError(rt, err)
	for i, c := range checks {
		p, err := s.Permission(t.Context(), c.Key, c.Use)
		require.NoError(rt, err)
		require.Equal(rt, p, many[i], "%+v", c)
		if c.Key == key {
			require.Equal(rt, modelled(facts, s.Profile(), c.Use, last.Add(time.Hour)), p.Status, "%+v", c.Use)
		}
	}
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// TestAnyCommandsKeepTheRules gives a service random commands by clocks that differ, and holds what it says after each to
// the model.
func TestAnyCommandsKeepTheRules(t *testing.T) {
	onBoth(t, func(t *testing.T, open func(testing.TB) bench) {
		fresh := emptied(t, open)
		rapid.Check(t, func(rt *rapid.T) {
			b := fresh()
			s := serviceOf(rt, t, b)
			for range rapid.IntRange(1, 12).Draw(rt, "commands") {
				b.Clock.Pass(rapid.SampledFrom([]time.Duration{
					0, time.Microsecond, time.Second, 10 * time.Minute, 2 * time.Hour, -time.Second, -5 * time.Minute,
				}).Draw(rt, "pass"))
				before := slices.Clone(b.facts(t))
				state, err := command(rt, b.Clock.Now())(t.Context(), s)
				after := b.facts(t)
				if err != nil {
					require.Empty(rt, cmp.Diff(before, after, cmpopts.EquateEmpty()), "a refused command changed the ledger")
					continue
				}
				doubted := func(f consent.Fact) bool { return f.Kind == consent.Doubted }
				if slices.ContainsFunc(before, doubted) && len(after) == len(before) {
					require.Empty(rt, cmp.Diff(before, after), "the same doubt once more changed the ledger")
					continue
				}
				require.Len(rt, after, len(before)+1)
				require.Empty(rt, cmp.Diff(before, after[:len(before)], cmpopts.EquateEmpty()), "a fact was changed")
				last := after[len(after)-1]
				if len(before) > 0 {
					require.False(rt, last.Recorded.Before(before[len(before)-1].Recorded), "recorded times run backwards")
				}
				asModelled(rt, t, s, after)
				for _, c := range consent.Categories() {
					require.Equal(rt, modelled(after, s.Profile(), consent.Use{Category: c}, last.Recorded.Add(time.Hour)), state.For(c).Status, "%s", c)
					if last.Kind == consent.Revoked && last.Category == "" && last.At.Equal(last.Recorded) {
						require.Equal(rt, consent.Stopped, state.For(c).Status, "a stop said now did not count")
					}
				}
			}
		})
	})
}

// TestCommandsAtOnceKeepTheRules gives several services of one store commands at the same time: none is lost or kept twice,
// and what the number stands at is what the model makes of the ledger.
func TestCommandsAtOnceKeepTheRules(t *testing.T) {
	onBoth(t, func(t *testing.T, open func(testing.TB) bench) {
		fresh := emptied(t, open)
		rapid.Check(t, func(rt *rapid.T) {
			b := fresh()
			s := serviceOf(rt, t, b)
			var group sync.WaitGroup
			var written atomic.Int64
			for range 3 {
				var commands []func(context.Context, *consent.Service) (consent.State, error)
				for range rapid.IntRange(1, 5).Draw(rt, "commands") {
					commands = append(commands, command(rt, b.Clock.Now()))
				}
				group.Go(func() {
					for _, c := range commands {
						b.Clock.Pass(time.Second)
						if _, err := c(t.Context(), s); err == nil {
							written.Add(1)
						}
					}
				})
			}
			group.Wait()
			facts := b.facts(t)
			ids := map[string]bool{}
			for _, f := range facts {
				require.False(rt, ids[f.ID], "a fact was kept twice")
				ids[f.ID] = true
			}
			require.LessOrEqual(rt, int64(len(facts)), written.Load())
			repeated := written.Load() - int64(len(facts)) // a doubt may be said again
			require.True(rt, repeated == 0 || ids["d-1"] || ids["d-2"], "a command that was done left nothing")
			asModelled(rt, t, s, facts)
		})
	})
}
