package consent_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/consent"
)

const week = 7 * 24 * time.Hour

func TestAnAnswerIsInTimeUntilTheRequestExpires(t *testing.T) {
	for name, c := range map[string]struct {
		after time.Duration
		want  error
	}{
		"at once":                   {0, nil},
		"at the last moment":        {week, nil},
		"a microsecond too late":    {week + time.Microsecond, consent.ErrExpired},
		"by a clock that is behind": {-time.Hour, nil},
	} {
		t.Run(name, func(t *testing.T) {
			b := onMemory(t)
			must(t)(b.Grant(t.Context(), staff, grant(consent.Promotional)))
			must(t)(b.Ask(t.Context(), staff, ask()))
			b.Clock.Pass(c.after)
			state, err := b.Confirm(t.Context(), patient, agree())
			require.ErrorIs(t, err, c.want)
			if c.want == nil {
				require.Equal(t, consent.Active, state.Promotional.Status)
				require.Equal(t, consent.SignedAgreement, state.Promotional.Basis)
			} else {
				require.Equal(t, consent.Pending, b.status(t, consent.Promotional))
			}
		})
	}
}

// A yes that was written before the request is the answer to something else.
func TestAnAnswerIsNoEarlierThanItsRequest(t *testing.T) {
	onBoth(t, func(t *testing.T, open func(testing.TB) bench) {
		b := open(t)
		must(t)(b.Grant(t.Context(), staff, grant(consent.Promotional)))
		b.later()
		must(t)(b.Ask(t.Context(), staff, ask()))
		requested := b.Clock.Now()
		b.later()
		for _, early := range []time.Duration{time.Hour, time.Microsecond} {
			c := agree()
			c.At = requested.Add(-early)
			refused(t, consent.ErrNotAsked)(b.Confirm(t.Context(), patient, c))
			require.Equal(t, consent.Pending, b.status(t, consent.Promotional))
		}
		c := agree()
		c.At = requested
		must(t)(b.Confirm(t.Context(), patient, c))
		require.Equal(t, consent.Active, b.status(t, consent.Promotional))

		facts := b.facts(t)
		facts[len(facts)-1].At = requested.Add(-time.Microsecond) // as an earlier version took it
		require.Equal(t, consent.Pending, consent.Derive(key, facts, consent.Promised(), b.Clock.Now()).Promotional.Status)
	})
}

func TestWhenTheRequestExpiresIsTheVendorsToSay(t *testing.T) {
	b := onMemory(t)
	s := b.with(t, consent.Options{ConfirmWithin: time.Hour})
	must(t)(s.Grant(t.Context(), staff, grant(consent.Promotional)))
	must(t)(s.Ask(t.Context(), staff, ask()))
	b.Clock.Pass(time.Hour + time.Second)
	refused(t, consent.ErrExpired)(s.Confirm(t.Context(), patient, agree()))
}

func TestOneRequestCoversAllThatWaits(t *testing.T) {
	b := onMemory(t)
	require.NoError(t, b.Configure(t.Context(), staff, consent.Settings{Practice: key.Practice, DoubleOptIn: consent.ConfirmAll}))
	for _, c := range consent.Categories() {
		must(t)(b.Grant(t.Context(), staff, grant(c)))
	}
	must(t)(b.Ask(t.Context(), staff, ask()))
	refused(t, consent.ErrAsked)(b.Ask(t.Context(), staff, ask()))
	state, err := b.Confirm(t.Context(), patient, agree())
	require.NoError(t, err)
	for _, c := range consent.Categories() {
		require.Equal(t, consent.Active, state.For(c).Status)
	}
	refused(t, consent.ErrNotAsked)(b.Confirm(t.Context(), patient, agree()))
	refused(t, consent.ErrNothingPending)(b.Ask(t.Context(), staff, ask()))
}

func TestASecondFormDoesNotAskAgainWhileTheFirstCanBeAnswered(t *testing.T) {
	b := onMemory(t)
	must(t)(b.Grant(t.Context(), staff, grant(consent.Promotional)))
	must(t)(b.Ask(t.Context(), staff, ask()))
	b.later()
	must(t)(b.Grant(t.Context(), staff, grant(consent.Promotional)))
	refused(t, consent.ErrAsked)(b.Ask(t.Context(), staff, ask()))
	state, err := b.Confirm(t.Context(), patient, agree())
	require.NoError(t, err, "the answer to the first request counts, though a second form came")
	require.Equal(t, consent.Active, state.Promotional.Status)
}

func TestANewFormStartsOverAfterTheRequestExpired(t *testing.T) {
	b := onMemory(t)
	must(t)(b.Grant(t.Context(), staff, grant(consent.Promotional)))
	must(t)(b.Ask(t.Context(), staff, ask()))
	b.Clock.Pass(week + time.Second)
	refused(t, consent.ErrAsked)(b.Ask(t.Context(), staff, ask()))
	must(t)(b.Grant(t.Context(), staff, grant(consent.Promotional)))
	must(t)(b.Ask(t.Context(), staff, ask()))
	state, err := b.Confirm(t.Context(), patient, agree())
	require.NoError(t, err)
	require.Equal(t, consent.Active, state.Promotional.Status)
}

func TestAnAnswerGoesToTheNewestRequest(t *testing.T) {
	b := onMemory(t)
	require.NoError(t, b.Configure(t.Context(), staff, consent.Settings{Practice: key.Practice, DoubleOptIn: consent.ConfirmAll}))
	must(t)(b.Grant(t.Context(), staff, grant(consent.Promotional)))
	must(t)(b.Ask(t.Context(), staff, ask()))
	b.later()
	must(t)(b.Grant(t.Context(), staff, grant(consent.Transactional)))
	must(t)(b.Ask(t.Context(), staff, ask()))
	must(t)(b.Confirm(t.Context(), patient, agree()))
	require.Equal(t, consent.Active, b.status(t, consent.Transactional))
	require.Equal(t, consent.Pending, b.status(t, consent.Promotional), "the older request still waits")
	must(t)(b.Confirm(t.Context(), patient, agree()))
	require.Equal(t, consent.Active, b.status(t, consent.Promotional))
}

func TestAStopBetweenRequestAndAnswerLeavesNothingToConfirm(t *testing.T) {
	b := onMemory(t)
	must(t)(b.Grant(t.Context(), staff, grant(consent.Promotional)))
	must(t)(b.Ask(t.Context(), staff, ask()))
	b.later()
	must(t)(b.Revoke(t.Context(), patient, stop()))
	b.later()
	refused(t, consent.ErrNotAsked)(b.Confirm(t.Context(), patient, agree()))
	refused(t, consent.ErrNothingPending)(b.Ask(t.Context(), staff, ask()))
	require.Equal(t, consent.Stopped, b.status(t, consent.Promotional))
}

func TestNobodyConfirmsForAPatient(t *testing.T) {
	b := onMemory(t)
	must(t)(b.Grant(t.Context(), staff, grant(consent.Promotional)))
	must(t)(b.Ask(t.Context(), staff, ask()))
	refused(t, consent.ErrEvidence)(b.Confirm(t.Context(), staff, agree()))
	for _, lacking := range []consent.Evidence{{Words: "AGREE"}, {Message: "m-3"}, {}} {
		c := agree()
		c.Evidence = lacking
		refused(t, consent.ErrEvidence)(b.Confirm(t.Context(), patient, c))
	}
	require.Equal(t, consent.Pending, b.status(t, consent.Promotional))
}

// TestOfTwoRequestsAtOnceOneIsMade runs the decision of both before either is written.
func TestOfTwoRequestsAtOnceOneIsMade(t *testing.T) {
	onBoth(t, func(t *testing.T, open func(testing.TB) bench) {
		b := open(t)
		must(t)(b.Grant(t.Context(), staff, grant(consent.Promotional)))
		const askers = 4
		var group sync.WaitGroup
		results := make([]error, askers)
		for i := range askers {
			group.Go(func() { _, results[i] = b.Ask(t.Context(), staff, ask()) })
		}
		group.Wait()
		made := 0
		for _, err := range results {
			if err == nil {
				made++
			} else {
				require.ErrorIs(t, err, consent.ErrAsked)
			}
		}
		require.Equal(t, 1, made)
		require.Len(t, b.facts(t), 2)
		outcomes := map[audit.Outcome]int{}
		for _, e := range b.logged(t, key.Practice) {
			outcomes[e.Outcome]++
		}
		require.Equal(t, map[audit.Outcome]int{audit.Done: 2, audit.Refused: askers - 1}, outcomes)
	})
}

// What a number's earlier holder had, and what waits in another category, stands in no request's way.
func TestWhatARequestIsRefusedFor(t *testing.T) {
	b := onMemory(t)
	require.NoError(t, b.Configure(t.Context(), staff, consent.Settings{Practice: key.Practice, DoubleOptIn: consent.ConfirmAll}))
	must(t)(b.Lapse(t.Context(), staff, lapse(consent.Reassigned)))
	b.later()
	must(t)(b.Grant(t.Context(), staff, grant(consent.Transactional)))
	_, err := b.WithStore(broken{b.store, "settings"}).Ask(t.Context(), staff, ask())
	require.ErrorIs(t, err, errDisk)
	must(t)(b.Ask(t.Context(), staff, ask()))
	refused(t, consent.ErrAsked)(b.Ask(t.Context(), staff, ask()))
}

// beside is a store in which something happens once between what a service reads and what it writes.
type beside struct {
	consent.Store
	happens func()
}

func (s *beside) Apply(ctx context.Context, c consent.Change) (bool, error) {
	if happens := s.happens; happens != nil {
		s.happens = nil
		happens()
	}
	return s.Store.Apply(ctx, c)
}

func TestARequestIsDecidedOnTheLedgerThatItIsWrittenTo(t *testing.T) {
	onBoth(t, func(t *testing.T, open func(testing.TB) bench) {
		b := open(t)
		must(t)(b.Grant(t.Context(), staff, grant(consent.Promotional)))
		store := &beside{b.store, func() { must(t)(b.Ask(t.Context(), staff, ask())) }}
		refused(t, consent.ErrAsked)(b.WithStore(store).Ask(t.Context(), staff, ask()))
		require.Len(t, b.facts(t), 2)
	})
}

// TestTheSameActFromManyAtOnceIsOne is a webhook delivered again while its first delivery is still being taken in.
func TestTheSameActFromManyAtOnceIsOne(t *testing.T) {
	onBoth(t, func(t *testing.T, open func(testing.TB) bench) {
		b := open(t)
		r := stop()
		r.ID = "message-1"
		var group sync.WaitGroup
		results := make([]error, 6)
		for i := range results {
			group.Go(func() { _, results[i] = b.Revoke(t.Context(), patient, r) })
		}
		group.Wait()
		require.NoError(t, errors.Join(results...))
		require.Len(t, b.facts(t), 1)
		require.Len(t, b.logged(t, key.Practice), 1)
	})
}

// TestStopsAreNeverHeldUpByDecisions lets grants and stops of one number race.
func TestStopsAreNeverHeldUpByDecisions(t *testing.T) {
	onBoth(t, func(t *testing.T, open func(testing.TB) bench) {
		b := open(t)
		var group sync.WaitGroup
		results := make([]error, 8)
		for i := range results {
			group.Go(func() {
				if i%2 == 0 {
					_, results[i] = b.Grant(t.Context(), staff, grant(consent.Transactional))
				} else {
					_, results[i] = b.Revoke(t.Context(), patient, stop())
				}
			})
		}
		group.Wait()
		require.NoError(t, errors.Join(results...))
		require.Len(t, b.facts(t), len(results))
		require.Equal(t, consent.Stopped, b.status(t, consent.Transactional), "all at one moment: the stop wins")
	})
}
