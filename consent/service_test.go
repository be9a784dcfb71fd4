package consent_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/audit/auditmem"
	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/consent/consentmem"
	"github.com/enamel-go/enamel/internal/stage"
)

func TestNewRefuses(t *testing.T) {
	b := onMemory(t)
	misnamed := wide()
	misnamed.Name = consent.Promised().Name
	nameless := wide()
	nameless.Name = ""
	unmeetable := wide()
	unmeetable.Rules[0].Needs = []string{"a notary"}
	for name, o := range map[string]consent.Options{
		"a wider profile under the default's name": {Profile: misnamed},
		"a profile without a name":                 {Profile: nameless},
		"a rule that cannot be met":                {Profile: unmeetable},
		"no time to answer":                        {ConfirmWithin: -time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := consent.New(b.store, b.Log, &o)
			require.ErrorIs(t, err, consent.ErrInvalid)
		})
	}
	_, err := consent.New(nil, b.Log, nil)
	require.ErrorIs(t, err, consent.ErrInvalid)
	_, err = consent.New(b.store, nil, nil)
	require.ErrorIs(t, err, consent.ErrInvalid)
}

func TestTheProfileIsTheServicesOwn(t *testing.T) {
	b := onMemory(t)
	p := wide()
	s := b.with(t, consent.Options{Profile: p})
	p.Rules[3].Permits[0] = "changed"
	s.Profile().Rules[0].Needs[0] = "changed"
	require.Empty(t, cmp.Diff(wide(), s.Profile()))
}

func TestTheSameActTwiceIsOne(t *testing.T) {
	for name, act := range map[string]func(context.Context, bench, string) (consent.State, error){
		"grant": func(ctx context.Context, b bench, id string) (consent.State, error) {
			g := grant(consent.Promotional)
			g.ID = id
			return b.Grant(ctx, staff, g)
		},
		"ask": func(ctx context.Context, b bench, id string) (consent.State, error) {
			a := ask()
			a.ID = id
			return b.Ask(ctx, staff, a)
		},
		"confirm": func(ctx context.Context, b bench, id string) (consent.State, error) {
			c := agree()
			c.ID, c.At = id, noon.Add(time.Minute)
			return b.Confirm(ctx, patient, c)
		},
		"revoke": func(ctx context.Context, b bench, id string) (consent.State, error) {
			r := stop()
			r.ID = id
			return b.Revoke(ctx, patient, r)
		},
		"restart": func(ctx context.Context, b bench, id string) (consent.State, error) {
			r := start()
			r.ID = id
			return b.Restart(ctx, patient, r)
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := onMemory(t)
			if name != "grant" {
				must(t)(b.Grant(t.Context(), staff, grant(consent.Promotional)))
			}
			if name == "confirm" {
				must(t)(b.Ask(t.Context(), staff, ask()))
			}
			b.later()
			first, err := act(t.Context(), b, "act-1")
			require.NoError(t, err)
			facts, entries := b.facts(t), b.logged(t, key.Practice)
			b.later()
			again, err := act(t.Context(), b, "act-1")
			require.NoError(t, err)
			require.Empty(t, cmp.Diff(first, again))
			require.Empty(t, cmp.Diff(facts, b.facts(t)))
			require.Empty(t, cmp.Diff(entries, b.logged(t, key.Practice)))
		})
	}
}

func TestWhatIsNoContentMakesNoOtherAct(t *testing.T) {
	b := onMemory(t)
	for _, sender := range []string{office, "", ads} {
		r := stop()
		r.ID, r.Sender = "s-1", sender
		must(t)(b.Revoke(t.Context(), patient, r))
	}
	require.Len(t, b.facts(t), 1)
	for after := range 3 { // a provider's clock may say another time when it delivers a START again
		again := start()
		again.ID, again.At = "r-1", noon.Add(-time.Duration(after)*time.Second)
		must(t)(b.Restart(t.Context(), patient, again))
	}
	require.Len(t, b.facts(t), 2)
	g := grant(consent.Transactional)
	g.ID, g.Sender = "g-1", office
	must(t)(b.Grant(t.Context(), staff, g))
	g.Sender = ads
	refused(t, consent.ErrConflict)(b.Grant(t.Context(), staff, g))
}

func TestAnEntryNamesThePatientWhereOneIsNamed(t *testing.T) {
	b := onMemory(t)
	g := grant(consent.Transactional)
	g.Patient = "p-204"
	must(t)(b.Grant(t.Context(), staff, g))
	entries := b.logged(t, key.Practice)
	require.Len(t, entries, 1)
	require.Equal(t, "p-204", entries[0].Patient)
	g.Patient = "p\x00"
	refused(t, consent.ErrInvalid)(b.Grant(t.Context(), staff, g))
	entries = b.Refused(t, key.Practice, "consent.grant")
	require.Len(t, entries, 1, "what can be nobody's id is left out")
	require.Empty(t, entries[0].Patient)
}

func TestAClearanceIsOfItsDoubt(t *testing.T) {
	b := promoted(t, onMemory(t))
	c := consent.Clearance{ID: "c-1", Practice: key.Practice, Number: key.Number, Doubt: "d-1"}
	for _, id := range []string{"d-1", "d-2"} {
		must(t)(b.Doubt(t.Context(), staff, doubt(id)))
	}
	for range 2 {
		must(t)(b.Clear(t.Context(), staff, c))
	}
	c.Doubt = "d-2"
	refused(t, consent.ErrConflict)(b.Clear(t.Context(), staff, c))
	require.Equal(t, consent.Held, b.status(t, consent.Promotional))
}

func TestAnIdUsedForAnotherActIsAConflict(t *testing.T) {
	for name, change := range map[string]func(*consent.Grant){
		"another category": func(g *consent.Grant) { g.Category = consent.Conversational },
		"another basis":    func(g *consent.Grant) { g.Basis = consent.Verbal },
		"another wording":  func(g *consent.Grant) { g.Evidence.Wording += " " },
		"another time":     func(g *consent.Grant) { g.At = noon.Add(-time.Hour) },
		"another number":   func(g *consent.Grant) { g.Number = "+12125550101" },
	} {
		t.Run(name, func(t *testing.T) {
			b := onMemory(t)
			g := grant(consent.Transactional)
			g.ID = "g-1"
			must(t)(b.Grant(t.Context(), staff, g))
			facts := b.facts(t)
			b.later()
			change(&g)
			state, err := b.Grant(t.Context(), staff, g)
			require.ErrorIs(t, err, consent.ErrConflict)
			require.Zero(t, state)
			require.Empty(t, cmp.Diff(facts, b.facts(t)))
			entries := b.logged(t, key.Practice)
			require.Equal(t, audit.Refused, entries[len(entries)-1].Outcome)
		})
	}
	t.Run("another actor", func(t *testing.T) {
		b := onMemory(t)
		g := grant(consent.Transactional)
		g.ID = "g-1"
		must(t)(b.Grant(t.Context(), staff, g))
		refused(t, consent.ErrConflict)(b.Grant(t.Context(), patient, g))
	})
	for name, acts := range map[string][2]func(context.Context, bench) (consent.State, error){
		"another sender":  {granting(func(g *consent.Grant) {}), granting(func(g *consent.Grant) { g.Sender = office })},
		"another channel": {revoking(consent.ByText), revoking(consent.ByCall)},
		"another cause":   {lapsing(consent.Reassigned), lapsing(consent.Landline)},
		"another patient": {muting("p-1"), muting("p-2")},
		"a stop under a doubt's id": {func(ctx context.Context, b bench) (consent.State, error) {
			return b.Doubt(ctx, patient, consent.Doubt{ID: "x", Practice: key.Practice, Number: key.Number, Channel: consent.ByText, Evidence: stop().Evidence})
		}, revoking(consent.ByText)},
	} {
		t.Run(name, func(t *testing.T) {
			b := onMemory(t)
			must(t)(acts[0](t.Context(), b))
			b.later()
			refused(t, consent.ErrConflict)(acts[1](t.Context(), b))
		})
	}
	t.Run("another kind of act", func(t *testing.T) {
		b := onMemory(t)
		g, r := grant(consent.Transactional), stop()
		g.ID, r.ID = "x", "x"
		must(t)(b.Grant(t.Context(), staff, g))
		refused(t, consent.ErrConflict)(b.Revoke(t.Context(), patient, r))
	})
}

func granting(change func(*consent.Grant)) func(context.Context, bench) (consent.State, error) {
	return func(ctx context.Context, b bench) (consent.State, error) {
		g := grant(consent.Transactional)
		g.ID = "x"
		change(&g)
		return b.Grant(ctx, staff, g)
	}
}

func revoking(by consent.Channel) func(context.Context, bench) (consent.State, error) {
	return func(ctx context.Context, b bench) (consent.State, error) {
		r := stop()
		r.ID, r.Channel = "x", by
		return b.Revoke(ctx, patient, r)
	}
}

func lapsing(cause consent.Cause) func(context.Context, bench) (consent.State, error) {
	return func(ctx context.Context, b bench) (consent.State, error) {
		l := lapse(cause)
		l.ID = "x"
		return b.Lapse(ctx, staff, l)
	}
}

func muting(whom string) func(context.Context, bench) (consent.State, error) {
	return func(ctx context.Context, b bench) (consent.State, error) {
		m := mute(whom, "")
		m.ID = "x"
		return b.Mute(ctx, staff, m)
	}
}

// Of several stops the one that was said last is the one that counts, whenever each was written down.
func TestTheLastStopIsTheOneThatCounts(t *testing.T) {
	onBoth(t, func(t *testing.T, open func(testing.TB) bench) {
		b := open(t)
		must(t)(b.Grant(t.Context(), staff, grant(consent.Transactional)))
		for _, c := range []struct{ recorded, said, since time.Duration }{
			{time.Hour, time.Hour, time.Hour},
			{2 * time.Hour, 30 * time.Minute, time.Hour},
			{3 * time.Hour, 3 * time.Hour, 3 * time.Hour},
		} {
			b.Clock.Set(noon.Add(c.recorded))
			r := stop()
			r.At = noon.Add(c.said)
			state, err := b.Revoke(t.Context(), patient, r)
			require.NoError(t, err)
			require.Equal(t, noon.Add(c.since), state.Transactional.Since)
		}
	})
}

// A fact names the entry that was written with it.
func TestAFactNamesItsEntry(t *testing.T) {
	onBoth(t, func(t *testing.T, open func(testing.TB) bench) {
		b := open(t)
		must(t)(b.Grant(t.Context(), staff, grant(consent.Transactional)))
		b.later()
		must(t)(b.Revoke(t.Context(), patient, stop()))
		page, err := b.Log.Leaves(t.Context(), audit.Query{Practice: key.Practice, Limit: 1000})
		require.NoError(t, err)
		var written []string
		for _, leaf := range page.Leaves {
			if leaf.Action == "consent.grant" || leaf.Action == "consent.revoke" {
				written = append(written, leaf.ID)
			}
		}
		var named []string
		for _, f := range b.facts(t) {
			named = append(named, f.Entry)
		}
		require.ElementsMatch(t, written, named)
	})
}

func TestRefusalsAreRecordedAndChangeNothing(t *testing.T) {
	const secret = "planted4711"
	long := strings.Repeat(secret, 2000)
	grantWith := func(change func(*consent.Grant)) func(context.Context, bench) error {
		return func(ctx context.Context, b bench) error {
			g := grant(consent.Transactional)
			change(&g)
			_, err := b.Grant(ctx, staff, g)
			return err
		}
	}
	revokeWith := func(change func(*consent.Revocation)) func(context.Context, bench) error {
		return func(ctx context.Context, b bench) error {
			r := stop()
			change(&r)
			_, err := b.Revoke(ctx, staff, r)
			return err
		}
	}
	for name, c := range map[string]struct {
		act  func(context.Context, bench) error
		want error
	}{
		"a number that is none":       {grantWith(func(g *consent.Grant) { g.Number = secret }), consent.ErrInvalid},
		"a number without plus":       {grantWith(func(g *consent.Grant) { g.Number = "12125550100" }), consent.ErrInvalid},
		"a number of megabytes":       {grantWith(func(g *consent.Grant) { g.Number = "+" + long }), consent.ErrInvalid},
		"an id that is too long":      {grantWith(func(g *consent.Grant) { g.ID = long }), consent.ErrInvalid},
		"an id with a NUL":            {grantWith(func(g *consent.Grant) { g.ID = secret + "\x00" }), consent.ErrInvalid},
		"a category that is none":     {grantWith(func(g *consent.Grant) { g.Category = secret }), consent.ErrInvalid},
		"no category":                 {grantWith(func(g *consent.Grant) { g.Category = "" }), consent.ErrInvalid},
		"a basis nobody knows":        {grantWith(func(g *consent.Grant) { g.Basis = secret }), consent.ErrInvalid},
		"a basis of megabytes":        {grantWith(func(g *consent.Grant) { g.Basis = consent.Basis(long) }), consent.ErrInvalid},
		"a time ahead":                {grantWith(func(g *consent.Grant) { g.At = noon.Add(time.Minute + time.Microsecond) }), consent.ErrInvalid},
		"a time before all calendars": {grantWith(func(g *consent.Grant) { g.At = time.Date(-400, 1, 1, 0, 0, 0, 0, time.UTC) }), consent.ErrInvalid},
		"no wording":                  {grantWith(func(g *consent.Grant) { g.Evidence.Wording = " \n" }), consent.ErrEvidence},
		"words with a NUL":            {grantWith(func(g *consent.Grant) { g.Evidence.Words = secret + "\x00" }), consent.ErrInvalid},
		"words that are no text":      {grantWith(func(g *consent.Grant) { g.Evidence.Words = secret + "\xff" }), consent.ErrInvalid},
		"evidence of megabytes":       {grantWith(func(g *consent.Grant) { g.Evidence.Document = long }), consent.ErrInvalid},
		"a channel that is none":      {revokeWith(func(r *consent.Revocation) { r.Channel = secret }), consent.ErrInvalid},
		"a narrowing that is none":    {revokeWith(func(r *consent.Revocation) { r.Category = secret }), consent.ErrInvalid},
		"a request for nothing": {func(ctx context.Context, b bench) error {
			_, err := b.Ask(ctx, staff, ask())
			return err
		}, consent.ErrNothingPending},
		"an answer to nothing": {func(ctx context.Context, b bench) error {
			c := agree()
			c.Evidence.Words = secret
			_, err := b.Confirm(ctx, patient, c)
			return err
		}, consent.ErrNotAsked},
		"a START said by staff": {func(ctx context.Context, b bench) error {
			r := start()
			r.Evidence.Words = secret
			_, err := b.Restart(ctx, staff, r)
			return err
		}, consent.ErrEvidence},
		"a setting that is none": {func(ctx context.Context, b bench) error {
			return b.Configure(ctx, staff, consent.Settings{Practice: key.Practice, DoubleOptIn: secret})
		}, consent.ErrInvalid},
		"a look at a number that is none": {func(ctx context.Context, b bench) error {
			_, err := b.History(ctx, staff, consent.Key{Practice: key.Practice, Number: secret})
			return err
		}, consent.ErrInvalid},
	} {
		t.Run(name, func(t *testing.T) {
			b := onMemory(t)
			err := c.act(t.Context(), b)
			require.ErrorIs(t, err, c.want)
			require.Equal(t, 1, strings.Count(err.Error(), "consent:"), "%v", err)
			for _, planted := range []string{secret, key.Number, key.Number[2:]} {
				require.NotContains(t, err.Error(), planted)
			}
			require.Empty(t, b.facts(t))
			settings, err := b.Settings(t.Context(), key.Practice)
			require.NoError(t, err)
			require.Equal(t, consent.ConfirmPromotional, settings.DoubleOptIn)
			entries := b.logged(t, key.Practice)
			require.Len(t, entries, 1)
			require.Equal(t, audit.Refused, entries[0].Outcome)
			require.Contains(t, entries[0].Reason, "consent:")
			require.Less(t, len(fmt.Sprint(entries[0])), 2000, "a refusal fills the log")
		})
	}
}

func TestWithoutPracticeOrActorThereIsNothingToRecord(t *testing.T) {
	b := onMemory(t)
	g := grant(consent.Transactional)
	refused(t, consent.ErrInvalid)(b.Grant(t.Context(), audit.Actor{}, g))
	g.Practice = ""
	refused(t, consent.ErrInvalid)(b.Grant(t.Context(), staff, g))
	_, err := b.State(t.Context(), audit.Actor{Kind: "ghost", ID: "x"}, key)
	require.ErrorIs(t, err, consent.ErrInvalid)
	_, err = b.State(t.Context(), staff, consent.Key{Number: key.Number})
	require.ErrorIs(t, err, consent.ErrInvalid)
	require.ErrorIs(t, b.Configure(t.Context(), audit.Actor{}, consent.Settings{Practice: key.Practice}), consent.ErrInvalid)
	require.ErrorIs(t, b.Configure(t.Context(), staff, consent.Settings{}), consent.ErrInvalid)
	_, err = b.Permission(t.Context(), consent.Key{Practice: "a\x00", Number: key.Number}, consent.Use{Category: consent.Transactional})
	require.ErrorIs(t, err, consent.ErrInvalid)
	_, err = b.Settings(t.Context(), "")
	require.ErrorIs(t, err, consent.ErrInvalid)
	require.Empty(t, b.logged(t, key.Practice))
}

func TestEveryActHasItsEntry(t *testing.T) {
	b := onMemory(t)
	require.NoError(t, b.Configure(t.Context(), staff, consent.Settings{Practice: key.Practice}))
	b.later()
	g := grant(consent.Promotional)
	g.ID = "g-1"
	must(t)(b.Grant(t.Context(), staff, g))
	b.later()
	must(t)(b.Ask(t.Context(), staff, ask()))
	b.later()
	must(t)(b.Confirm(t.Context(), patient, agree()))
	b.later()
	must(t)(b.Revoke(t.Context(), patient, stop()))
	b.later()
	must(t)(b.Restart(t.Context(), patient, start()))
	b.later()
	_, err := b.State(t.Context(), staff, key)
	require.NoError(t, err)
	var actions []string
	entries := b.logged(t, key.Practice)
	for _, e := range entries {
		require.Equal(t, audit.Done, e.Outcome)
		actions = append(actions, e.Action)
	}
	require.Equal(t, []string{
		"consent.configure", "consent.grant", "consent.ask", "consent.confirm", "consent.revoke", "consent.restart", "consent.read",
	}, actions)
	require.Equal(t, audit.Object{Kind: "number", ID: key.Number}, entries[1].Object)
	require.Equal(t, map[string]string{
		"fact": "g-1", "category": "promotional", "basis": "signed_agreement", "wording sha-256": g.Evidence.Hash(),
	}, entries[1].Details)
	require.Equal(t, patient, entries[3].Actor)
}

func TestAStopCountsAtOnceWhateverTheClocksSay(t *testing.T) {
	t.Run("recorded by a process whose clock is ahead", func(t *testing.T) {
		b := onMemory(t)
		must(t)(b.Grant(t.Context(), staff, grant(consent.Transactional)))
		b.Clock.Pass(time.Hour)
		must(t)(b.Revoke(t.Context(), patient, stop()))
		b.Clock.Pass(-30 * time.Minute)
		require.Equal(t, consent.Stopped, b.status(t, consent.Transactional))
	})
	t.Run("recorded by a process whose clock is behind", func(t *testing.T) {
		b := onMemory(t)
		must(t)(b.Grant(t.Context(), staff, grant(consent.Transactional)))
		b.Clock.Pass(-time.Hour)
		state, err := b.Revoke(t.Context(), patient, stop())
		require.NoError(t, err)
		require.Equal(t, consent.Stopped, state.Transactional.Status)
	})
	t.Run("dated ahead by a provider", func(t *testing.T) {
		b := onMemory(t)
		must(t)(b.Grant(t.Context(), staff, grant(consent.Transactional)))
		b.later()
		r := stop()
		r.At = b.Clock.Now().Add(time.Hour)
		state, err := b.Revoke(t.Context(), patient, r)
		require.NoError(t, err)
		require.Equal(t, consent.Stopped, state.Transactional.Status)
		require.Equal(t, b.Clock.Now(), state.Transactional.Since)
		b.later()
		state, err = b.Grant(t.Context(), staff, grant(consent.Transactional))
		require.NoError(t, err)
		require.Equal(t, consent.Active, state.Transactional.Status, "a form signed after the stop")
	})
	t.Run("dated by a clock that is behind", func(t *testing.T) {
		for behind, want := range map[time.Duration]consent.Status{
			0:                            consent.Stopped,
			2 * time.Second:              consent.Stopped,
			time.Hour:                    consent.Stopped,
			time.Hour + time.Microsecond: consent.Active, // it is told of late, and ends what was given before it
		} {
			b := onMemory(t)
			must(t)(b.Grant(t.Context(), staff, grant(consent.Transactional)))
			b.Clock.Pass(time.Second)
			r := stop()
			r.At = b.Clock.Now().Add(-behind)
			must(t)(b.Revoke(t.Context(), patient, r))
			require.Equal(t, want, b.status(t, consent.Transactional), behind)
		}
	})
	t.Run("dated by a clock that is behind, beside one of before the grant", func(t *testing.T) {
		b := onMemory(t)
		must(t)(b.Revoke(t.Context(), patient, stop()))
		b.Clock.Pass(time.Second)
		must(t)(b.Grant(t.Context(), staff, grant(consent.Transactional)))
		b.Clock.Pass(time.Second)
		r := stop()
		r.At = noon.Add(-time.Second)
		must(t)(b.Revoke(t.Context(), patient, r))
		require.Equal(t, consent.Stopped, b.status(t, consent.Transactional))
	})
	t.Run("and a START that came after it, soon, counts", func(t *testing.T) {
		b := onMemory(t)
		must(t)(b.Grant(t.Context(), staff, grant(consent.Transactional)))
		b.Clock.Pass(time.Hour)
		halt, again := stop(), start()
		halt.At = b.Clock.Now()
		b.Clock.Pass(30 * time.Second) // until it was delivered
		must(t)(b.Revoke(t.Context(), patient, halt))
		again.At = halt.At.Add(20 * time.Second)
		b.Clock.Pass(time.Second)
		must(t)(b.Restart(t.Context(), patient, again))
		require.Equal(t, consent.Active, b.status(t, consent.Transactional))
	})
	t.Run("of a number that nobody granted", func(t *testing.T) {
		b := onMemory(t)
		state, err := b.Revoke(t.Context(), patient, stop())
		require.NoError(t, err)
		for _, c := range consent.Categories() {
			require.Equal(t, consent.Stopped, state.For(c).Status)
		}
	})
}

// busy is a store in which another fact is written between every look at a ledger and the next write.
type busy struct {
	consent.Store
	other  *consent.Service
	writes int
}

func (s *busy) Apply(ctx context.Context, c consent.Change) (bool, error) {
	if s.writes == 3 {
		return false, errors.New("three attempts are enough")
	}
	if _, err := s.other.Grant(ctx, staff, grant(consent.Conversational)); err != nil {
		return false, err
	}
	s.writes++
	return s.Store.Apply(ctx, c)
}

func TestAStopIsWrittenAtTheFirstAttempt(t *testing.T) {
	b := onMemory(t)
	store := &busy{Store: b.store, other: b.Service}
	must(t)(b.WithStore(store).Revoke(t.Context(), patient, stop()))
	require.Equal(t, 1, store.writes)
	require.Equal(t, consent.Stopped, b.status(t, consent.Conversational))
}

func TestRecordedTimesNeverRunBackwards(t *testing.T) {
	b := onMemory(t)
	for range 5 {
		must(t)(b.Grant(t.Context(), staff, grant(consent.Transactional)))
		b.Clock.Pass(-time.Hour)
		must(t)(b.Revoke(t.Context(), patient, stop()))
		b.Clock.Pass(30 * time.Minute)
	}
	last := time.Time{}
	for _, f := range b.facts(t) {
		require.False(t, f.Recorded.Before(last))
		last = f.Recorded
	}
}

func TestWithStoreWritesElsewhereAndRefusesHere(t *testing.T) {
	b := onMemory(t)
	elsewhere := auditmem.New()
	other := consentmem.New(elsewhere)
	bound := b.WithStore(other)
	require.NoError(t, bound.Accept(t.Context(), staff, consent.Duty{Practice: key.Practice, Terms: "2026-01"}))
	must(t)(bound.Revoke(t.Context(), patient, stop()))
	refused(t, consent.ErrNothingPending)(bound.Ask(t.Context(), staff, ask()))
	require.Empty(t, b.facts(t))
	facts, err := other.Ledger(t.Context(), key)
	require.NoError(t, err)
	require.Len(t, facts, 1)
	page, err := elsewhere.Leaves(t.Context(), audit.Query{Practice: key.Practice})
	require.NoError(t, err)
	require.Len(t, page.Leaves, 2, "the entries of the duty and the fact travel with them")
	entries := b.logged(t, key.Practice)
	require.Len(t, entries, 1, "the refusal's stays")
	require.Equal(t, audit.Refused, entries[0].Outcome)
}

func TestACancelledContextChangesNothing(t *testing.T) {
	b := onMemory(t)
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	refused(t, context.Canceled)(b.Grant(gone, staff, grant(consent.Transactional)))
	refused(t, context.Canceled)(b.Revoke(gone, patient, stop()))
	_, err := b.History(gone, staff, key)
	require.ErrorIs(t, err, context.Canceled)
	_, err = b.Permission(gone, key, consent.Use{Category: consent.Transactional})
	require.ErrorIs(t, err, context.Canceled)
	require.ErrorIs(t, b.Configure(gone, staff, consent.Settings{Practice: key.Practice}), context.Canceled)
	require.Empty(t, b.facts(t))
	require.Empty(t, b.logged(t, key.Practice))

	g := grant(consent.Transactional)
	g.Number = "0"
	refused(t, consent.ErrInvalid)(b.Grant(gone, staff, g))
	require.Len(t, b.logged(t, key.Practice), 1, "a refusal is recorded all the same")
}

var errDisk = errors.New("the disk is full")

func TestWhatCannotBeRecordedIsNotShown(t *testing.T) {
	b := onMemory(t)
	must(t)(b.Grant(t.Context(), staff, grant(consent.Transactional)))
	s, err := consent.New(b.store, stage.Full(t), nil)
	require.NoError(t, err)
	facts, err := s.History(t.Context(), staff, key)
	require.ErrorIs(t, err, stage.ErrFull)
	require.Nil(t, facts)
	state, err := s.State(t.Context(), staff, key)
	require.ErrorIs(t, err, stage.ErrFull)
	require.Zero(t, state)
	must(t)(b.Doubt(t.Context(), staff, doubt("d-1")))
	must(t)(b.Revoke(t.Context(), patient, stop()))
	for name, read := range lists(t.Context()) {
		n, err := read(s)
		require.ErrorIs(t, err, stage.ErrFull, name)
		require.Zero(t, n, name)
	}

	_, err = s.Ask(t.Context(), staff, ask())
	require.ErrorIs(t, err, consent.ErrNothingPending)
	require.ErrorIs(t, err, audit.ErrNotRecorded, "a refusal whose entry fails says both")
}

// lists are the reads that show more than one number, each with how much it shows.
func lists(ctx context.Context) map[string]func(*consent.Service) (int, error) {
	return map[string]func(*consent.Service) (int, error){
		"alarms": func(s *consent.Service) (int, error) {
			alarms, err := s.Alarms(ctx, staff, key.Practice)
			return len(alarms), err
		},
		"suppressed": func(s *consent.Service) (int, error) {
			states, _, err := s.Suppressed(ctx, staff, consent.Query{Practice: key.Practice})
			return len(states), err
		},
		"numbers": func(s *consent.Service) (int, error) {
			numbers, err := s.Numbers(ctx, staff, key.Practice, "p-204")
			return len(numbers), err
		},
		"permitted": func(s *consent.Service) (int, error) {
			permitted, _, err := s.Permitted(ctx, staff, consent.PermittedQuery{Practice: key.Practice, Category: consent.Transactional})
			return len(permitted), err
		},
	}
}

// A list that cannot be read is not an empty one.
func TestAListThatCannotBeReadIsNoList(t *testing.T) {
	b := onMemory(t)
	must(t)(b.Doubt(t.Context(), staff, doubt("d-1")))
	must(t)(b.Doubt(t.Context(), staff, consent.Doubt{
		ID: "d-2", Practice: key.Practice, Number: "+12125550101", Channel: consent.ByCall, Evidence: consent.Evidence{Words: "hm"},
	}))
	must(t)(b.Revoke(t.Context(), patient, stop()))
	before := b.logged(t, key.Practice)
	for what, names := range map[string][]string{
		"facts": {"alarms", "suppressed"}, "standing": {"alarms"}, "numbers": {"numbers"}, "ledgers": {"permitted"},
	} {
		for _, name := range names {
			n, err := lists(t.Context())[name](b.WithStore(broken{b.store, what}))
			require.ErrorIs(t, err, errDisk, name)
			require.Zero(t, n, name)
		}
	}
	require.Empty(t, cmp.Diff(before, b.logged(t, key.Practice)))
}

// broken is a store that cannot read one thing.
type broken struct {
	consent.Store
	what string
}

func (s broken) Ledger(ctx context.Context, k consent.Key) ([]consent.Fact, error) {
	if s.what == "ledger" {
		return nil, errDisk
	}
	return s.Store.Ledger(ctx, k)
}

func (s broken) Settings(ctx context.Context, practice string) (consent.Settings, error) {
	if s.what == "settings" {
		return consent.Settings{}, errDisk
	}
	return s.Store.Settings(ctx, practice)
}

func (s broken) Wordings(ctx context.Context, practice string) ([]consent.Wording, error) {
	if s.what == "wordings" {
		return nil, errDisk
	}
	return s.Store.Wordings(ctx, practice)
}

func (s broken) Facts(ctx context.Context, q consent.Query) (consent.Page, error) {
	if s.what == "facts" {
		return consent.Page{}, errDisk
	}
	return s.Store.Facts(ctx, q)
}

func (s broken) Standing(ctx context.Context, k consent.Key) ([]consent.Fact, error) {
	if s.what == "standing" {
		return nil, errDisk
	}
	return s.Store.Standing(ctx, k)
}

func (s broken) Numbers(ctx context.Context, practice, patient string) ([]string, error) {
	if s.what == "numbers" {
		return nil, errDisk
	}
	return s.Store.Numbers(ctx, practice, patient)
}

func (s broken) Ledgers(ctx context.Context, q consent.LedgerQuery) (consent.LedgerPage, error) {
	if s.what == "ledgers" {
		return consent.LedgerPage{}, errDisk
	}
	return s.Store.Ledgers(ctx, q)
}

func (s broken) Fact(ctx context.Context, practice, id string) (consent.Fact, bool, error) {
	if s.what == "fact" {
		return consent.Fact{}, false, errDisk
	}
	return s.Store.Fact(ctx, practice, id)
}

func TestAFailureOfTheStoreIsNoRefusal(t *testing.T) {
	for _, what := range []string{"ledger", "settings", "wordings"} {
		t.Run(what, func(t *testing.T) {
			b := onMemory(t)
			_, err := b.WithStore(broken{b.store, what}).Grant(t.Context(), staff, grant(consent.Transactional))
			require.ErrorIs(t, err, errDisk)
			require.True(t, strings.HasPrefix(err.Error(), "consent: grant: "), err)
			require.Empty(t, b.logged(t, key.Practice))
		})
	}
	b := onMemory(t)
	must(t)(b.WithStore(broken{b.store, "settings"}).Doubt(t.Context(), staff, doubt("d-1")))
	require.Len(t, b.facts(t), 1, "what may be a stop is not lost over settings")
	b = onMemory(t)
	l := linked(t, b)
	_, err := b.WithStore(broken{b.store, "fact"}).ConfirmByLink(t.Context(), patient, press(l))
	require.ErrorIs(t, err, errDisk)
	require.True(t, strings.HasPrefix(err.Error(), "consent: confirm: "), err)
	require.Empty(t, b.Refused(t, key.Practice, "consent.confirm"))
}

func TestAStopIsWrittenWhereTheLedgerCannotBeRead(t *testing.T) {
	b := onMemory(t)
	must(t)(b.Grant(t.Context(), staff, grant(consent.Transactional)))
	b.later()
	r := stop()
	r.ID = "s-1"
	state, err := b.WithStore(broken{b.store, "ledger"}).Revoke(t.Context(), patient, r)
	require.NoError(t, err)
	require.Equal(t, consent.Stopped, state.Transactional.Status)
	require.Equal(t, consent.Stopped, b.status(t, consent.Transactional))
	require.Len(t, b.facts(t), 2)
	require.Len(t, b.logged(t, key.Practice), 2)
	_, err = b.WithStore(broken{b.store, "ledger"}).Revoke(t.Context(), patient, r)
	require.ErrorIs(t, err, errDisk, "whether it is the same stop, nobody can say")
	require.Len(t, b.facts(t), 2)
}
