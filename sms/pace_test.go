package sms_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/sms"
)

// limits is a campaign's texts a minute and a brand's a day.
type limits struct {
	minute, day int
	err         error
}

func (l *limits) Allowances(_ context.Context, _, _ string, now time.Time) ([]sms.Allowance, error) {
	minute, day := now.Truncate(time.Minute), now.Truncate(24*time.Hour)
	return []sms.Allowance{
		{Key: "campaign", Count: l.minute, From: minute, Until: minute.Add(time.Minute), Source: "AT&T"},
		{Key: "brand", Count: l.day, From: day, Until: day.AddDate(0, 0, 1), Source: "T-Mobile"},
	}, l.err
}

// TestPromise_D6_1_ThroughputStaysWithinTheCampaignsLimits lets three workers send more than a campaign may, for minutes.
func TestPromise_D6_1_ThroughputStaysWithinTheCampaignsLimits(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		w.grant(consent.Transactional)
		const minute, all = 12, 30
		paced := func(o *sms.DispatcherOptions) { o.Limits = &limits{minute: minute, day: 1000} }
		for i := range all {
			w.enqueue(w.text(fmt.Sprint("t-", i)))
		}
		workers := []*sms.Dispatcher{w.dispatcher(paced), w.dispatcher(paced), w.dispatcher(paced)}
		sent := map[time.Time]int{}
		for second := 0; len(sent) < 10 && second < 600; second += 2 {
			for _, d := range workers {
				_, err := d.Step(t.Context())
				require.NoError(t, err)
			}
			sent[w.now.Now().Truncate(time.Minute)] += len(w.carrier.bodies())
			w.now.Add(2 * time.Second)
		}
		total := 0
		for at, n := range sent {
			require.LessOrEqual(t, n, minute, "in the minute of %s", at)
			total += n
		}
		require.Equal(t, all, total, "all of them leave, each in its minute")
	})
}

func TestATextThatWaitsForItsPaceSaysSo(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		w.grant(consent.Transactional)
		paced := w.dispatcher(func(o *sms.DispatcherOptions) { o.Limits = &limits{minute: 60, day: 1} })
		first, second := w.enqueue(w.text("a")), w.enqueue(w.text("b"))
		w.step(paced)
		w.now.Add(2 * time.Second)
		w.step(paced)
		require.Equal(t, sms.Sent, w.tracked(first).State)
		got := w.tracked(second)
		require.Equal(t, sms.Queued, got.State)
		require.Zero(t, got.Attempts, "nothing was asked of the provider")
		require.Equal(t, sms.Defer, got.Decision.Verdict)
		require.Equal(t, "pace", got.Decision.Rule)
		require.Equal(t, got.Due, got.Decision.Until)
		require.False(t, got.Due.Before(noon.Truncate(24*time.Hour).AddDate(0, 0, 1)), "the brand's next day")
		last := got.Decision.Trail[len(got.Decision.Trail)-1]
		require.Equal(t, "pace", last.Rule)
		require.Equal(t, "T-Mobile", last.Citation)

		w.now.Add(time.Second)
		w.receive(patient, "HELP")
		w.step(paced)
		require.Len(t, w.carrier.bodies(), 2, "the answer to HELP waits for nothing")
		w.now.Set(noon.Truncate(24*time.Hour).AddDate(0, 0, 1).Add(18 * time.Hour))
		w.step(paced)
		require.Equal(t, sms.Sent, w.tracked(second).State)
	})
}

// Within a minute texts leave evenly, and a limit that changed counts from then on.
func TestTextsLeaveEvenly(t *testing.T) {
	w := inMemory(t)
	w.grant(consent.Transactional)
	l := &limits{minute: 60, day: 1000}
	d := w.dispatcher(func(o *sms.DispatcherOptions) { o.Limits = l })
	var keys []sms.Key
	for i := range 30 {
		keys = append(keys, w.enqueue(w.text(fmt.Sprint("t-", 10+i))))
	}
	left := func(after time.Duration) int {
		w.now.Add(after)
		w.step(d)
		return len(w.carrier.bodies())
	}
	require.Equal(t, 1, left(0))
	for i, k := range keys[1:] {
		require.Equal(t, noon.Add(time.Duration(i+1)*time.Second), w.tracked(k).Due, "they do not all come back at once")
	}
	require.Zero(t, left(0))
	require.Equal(t, 1, left(time.Second), "one a second")
	l.minute = 600
	require.Equal(t, 1, left(30*time.Second), "nothing was saved up")
	require.Equal(t, 10, left(2*time.Second), "ten a second")
}

// uncounted is a queue that cannot count.
type uncounted struct{ sms.Queue }

func (uncounted) Take(context.Context, sms.Allowance, int) (int, error) {
	return 0, errors.New("the store is away")
}

func TestNothingLeavesWhereNobodyCanCount(t *testing.T) {
	w := inMemory(t)
	w.grant(consent.Transactional)
	w.queue = uncounted{w.queue}
	k := w.enqueue(w.text("a"))
	_, err := w.dispatcher(func(o *sms.DispatcherOptions) { o.Limits = &limits{minute: 60, day: 10} }).Step(t.Context())
	require.ErrorContains(t, err, "the store is away")
	require.Empty(t, w.carrier.bodies())
	require.Equal(t, sms.Queued, w.tracked(k).State)
	require.Empty(t, w.tracked(k).Decision.Rule, "nobody says that the limit is used up")
}

// dayFirst tells of the day's allowance before the minute's.
type dayFirst struct{ limits }

func (l *dayFirst) Allowances(ctx context.Context, practice, number string, now time.Time) ([]sms.Allowance, error) {
	all, err := l.limits.Allowances(ctx, practice, number, now)
	slices.Reverse(all)
	return all, err
}

// Texts that wait for their minute take nothing from the day, in whatever order the limits are told.
func TestWhatWaitsForItsMinuteTakesNothingFromTheDay(t *testing.T) {
	w := inMemory(t)
	w.grant(consent.Transactional)
	d := w.dispatcher(func(o *sms.DispatcherOptions) { o.Limits = &dayFirst{limits{minute: 6, day: 5}} })
	for i := range 5 {
		w.enqueue(w.text(fmt.Sprint("t-", i)))
	}
	sent := 0
	for range 200 {
		w.step(d)
		sent += len(w.carrier.bodies())
		w.now.Add(2 * time.Second)
	}
	require.Equal(t, 5, sent)
}

func TestNothingLeavesWhereNobodyKnowsTheLimits(t *testing.T) {
	w := inMemory(t)
	w.grant(consent.Transactional)
	k := w.enqueue(w.text("a"))
	d := w.dispatcher(func(o *sms.DispatcherOptions) { o.Limits = &limits{err: errors.New("the store is away")} })
	_, err := d.Step(t.Context())
	require.ErrorContains(t, err, "the store is away")
	require.Empty(t, w.carrier.bodies())
	require.Equal(t, sms.Queued, w.tracked(k).State)
	require.True(t, w.tracked(k).Due.After(w.now.Now()))
}

// senseless says something else of one number.
type senseless struct {
	limits
	told sms.Allowance
}

func (b *senseless) Allowances(ctx context.Context, practice, number string, now time.Time) ([]sms.Allowance, error) {
	if number == annex {
		b.told.From = now
		return []sms.Allowance{b.told}, nil
	}
	return b.limits.Allowances(ctx, practice, number, now)
}

// What nobody can count by is an error of the texts that it is told of, and stops nobody else's.
func TestLimitsThatAreNoneHoldUpNobodyElse(t *testing.T) {
	for name, told := range map[string]sms.Allowance{
		"ends before it begins": {Key: "annex", Count: 1, Until: noon.Add(-time.Hour)},
		"has no length":         {Key: "annex", Count: 1, Until: noon},
		"below nothing":         {Key: "annex", Count: -1, Until: noon.Add(time.Minute)},
	} {
		t.Run(name, func(t *testing.T) {
			w := inMemory(t)
			w.expand()
			w.grant(consent.Transactional)
			d := w.dispatcher(func(o *sms.DispatcherOptions) { o.Limits = &senseless{limits{minute: 600, day: 100}, told} })
			ours := w.enqueue(w.text("ours"))
			var theirs []sms.Key
			for _, id := range []string{"a", "b"} {
				x := w.text(id)
				x.From = annex
				theirs = append(theirs, w.enqueue(x))
			}
			_, err := d.Step(t.Context())
			require.ErrorIs(t, err, sms.ErrInvalid)
			require.Equal(t, sms.Sent, w.tracked(ours).State)
			for _, k := range theirs {
				require.Equal(t, sms.Queued, w.tracked(k).State)
			}
		})
	}
}

// What two numbers share goes to what is needed before it goes to what is promotional, whichever number either leaves from.
func TestANumbersPromotionsTakeNothingFromAnothersReminders(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		w.expand()
		w.grant(consent.Transactional)
		w.paper(patient, consent.Promotional)
		queue := func(id, from string, c consent.Category) sms.Key {
			x := w.text(id)
			x.From, x.Category = from, c
			return w.enqueue(x)
		}
		first := queue("a", office, consent.Transactional)
		offer := queue("b", office, consent.Promotional)
		second := queue("c", annex, consent.Transactional)
		_, err := w.dispatcher(func(o *sms.DispatcherOptions) { o.Limits = &limits{minute: 600, day: 2} }).Step(t.Context())
		require.NoError(t, err)
		require.Equal(t, sms.Sent, w.tracked(first).State)
		require.Equal(t, sms.Sent, w.tracked(second).State)
		require.Equal(t, sms.Queued, w.tracked(offer).State)
		require.Equal(t, "pace", w.tracked(offer).Decision.Rule)
	})
}

// However many offers wait for the carriers' limits, a reminder waits behind reminders alone.
func TestAReminderDoesNotWaitBehindABroadcast(t *testing.T) {
	w := inMemory(t)
	w.grant(consent.Transactional)
	w.paper(patient, consent.Promotional)
	for i := range 70 {
		x := w.text(fmt.Sprint("offer-", i))
		x.Category = consent.Promotional
		w.enqueue(x)
	}
	d := w.dispatcher(func(o *sms.DispatcherOptions) { o.Limits = &limits{minute: 60, day: 1000} })
	w.step(d)
	x := w.text("reminder")
	x.LastUseful = w.now.Now().Add(40 * time.Second)
	k := w.enqueue(x)
	for range 10 {
		w.step(d)
		w.now.Add(time.Second)
	}
	require.Equal(t, sms.Sent, w.tracked(k).State, w.tracked(k).Decision.Reason)
}
