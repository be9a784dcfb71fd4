package sms_test

import (
	"bytes"
	"context"
	"errors"
	"iter"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/sms"
)

// lister is a provider with a list of opt-outs. It ends with err where that is set.
type lister struct {
	sms.Provider
	list  []sms.OptOut
	err   error
	asked []time.Time
	heard func(sms.OptOut) // before each entry, where set
}

func (l *lister) OptOuts(_ context.Context, since time.Time) iter.Seq2[sms.OptOut, error] {
	l.asked = append(l.asked, since)
	return func(yield func(sms.OptOut, error) bool) {
		for _, out := range l.list {
			if l.heard != nil {
				l.heard(out)
			}
			if !out.At.Before(since) && !yield(out, nil) {
				return
			}
		}
		if l.err != nil {
			yield(sms.OptOut{}, l.err)
		}
	}
}

func (w *world) reconciler(l sms.Provider, o sms.ReconcilerOptions) *sms.Reconciler {
	w.t.Helper()
	o.Now = w.now.Now
	r, err := sms.NewReconciler(w.router, w.consents, map[string]sms.Provider{"carrier": l, "other": w.carrier}, &o)
	require.NoError(w.t, err)
	return r
}

func (w *world) status(number string) consent.Status {
	w.t.Helper()
	p, err := w.consents.Permission(w.t.Context(), consent.Key{Practice: practice, Number: number}, consent.Use{Category: consent.Transactional, Sender: office})
	require.NoError(w.t, err)
	return p.Status
}

func TestReconcilerRecordsWhatTheLedgerLacks(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		const second, third = "+12125550101", "+12125550102"
		w.grant(consent.Transactional)
		w.paper(second, consent.Transactional)
		k := w.enqueue(w.text("x"))
		w.now.Add(time.Hour)
		w.receive(second, "STOP")
		l := &lister{list: []sms.OptOut{
			{Number: patient, Sender: office, At: noon.Add(time.Minute)},       // whose webhook was lost
			{Number: second, Sender: office, At: noon.Add(time.Hour)},          // as the ledger has it
			{Number: third, Sender: "+12145550111", At: noon.Add(time.Minute)}, // another application's
			{Number: third, At: noon.Add(time.Minute)},                         // of a whole profile
		}}
		var out bytes.Buffer
		r := w.reconciler(l, sms.ReconcilerOptions{Logger: slog.New(slog.NewTextHandler(&out, nil))})
		n, err := r.Step(t.Context())
		require.NoError(t, err)
		require.Equal(t, 1, n)
		require.Equal(t, consent.Stopped, w.status(patient))
		require.Equal(t, consent.Stopped, w.status(second))
		require.Equal(t, consent.None, w.status(third))
		require.Contains(t, out.String(), "listed=4 recorded=1 elsewhere=2 failed=0 whole=true")
		require.NotContains(t, out.String(), "+1")
		history, err := w.consents.History(t.Context(), staff, consent.Key{Practice: practice, Number: patient})
		require.NoError(t, err)
		last := history[len(history)-1]
		require.Equal(t, consent.ByProvider, last.Channel)
		require.Equal(t, noon.Add(time.Minute), last.At, "when the patient said it, not when we read it")
		require.Equal(t, office, last.Sender)

		w.step(w.dispatcher())
		require.Equal(t, sms.Refused, w.tracked(k).State, "what was queued does not leave")
		require.Len(t, w.carrier.bodies(), 1, "the answer to the STOP that came in")

		for _, again := range []*sms.Reconciler{r, w.reconciler(l, sms.ReconcilerOptions{})} { // a day later, and after a restart
			n, err = again.Step(t.Context())
			require.NoError(t, err)
			require.Zero(t, n)
		}
		same, err := w.consents.History(t.Context(), staff, consent.Key{Practice: practice, Number: patient})
		require.NoError(t, err)
		require.Len(t, same, len(history))
	})
}

// An entry whose time lies ahead of our clock is a stop all the same, from now on.
func TestReconcilerHearsAClockThatIsAhead(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		w.grant(consent.Transactional)
		l := &lister{list: []sms.OptOut{{Number: patient, Sender: office, At: noon.Add(time.Hour)}}}
		r := w.reconciler(l, sms.ReconcilerOptions{})
		for want := 1; want >= 0; want-- {
			n, err := r.Step(t.Context())
			require.NoError(t, err)
			require.Equal(t, want, n)
			require.Equal(t, consent.Stopped, w.status(patient))
			w.now.Add(time.Minute)
		}
		w.paper(patient, consent.Transactional)
		w.now.Add(24 * time.Hour)
		_, err := r.Step(t.Context())
		require.NoError(t, err)
		require.Equal(t, consent.Active, w.status(patient), "it is one stop, and older than the new consent")
	})
}

// Who agreed again on paper after a stop that we never heard of is not stopped by it.
func TestReconcilerOutranksNoLaterPaper(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		w.grant(consent.Transactional)
		w.now.Add(2 * time.Hour)
		w.paper(patient, consent.Transactional)
		w.now.Add(2 * time.Hour)
		l := &lister{list: []sms.OptOut{{Number: patient, Sender: office, At: noon.Add(time.Hour)}}}
		r := w.reconciler(l, sms.ReconcilerOptions{})
		for want := 1; want >= 0; want-- {
			n, err := r.Step(t.Context())
			require.NoError(t, err)
			require.Equal(t, want, n, "an entry is counted in the round that records it")
			require.Equal(t, consent.Active, w.status(patient))
		}
	})
}

// A patient who came back after his stop is not stopped again by an old entry of the list.
func TestReconcilerOutranksNoLaterStart(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		w.grant(consent.Transactional)
		w.now.Add(time.Minute)
		w.receive(patient, "STOP")
		w.now.Add(time.Minute)
		w.receive(patient, "START")
		require.Equal(t, consent.Active, w.status(patient))
		w.now.Add(time.Minute)
		l := &lister{list: []sms.OptOut{{Number: patient, Sender: office, At: noon.Add(time.Minute)}}}
		_, err := w.reconciler(l, sms.ReconcilerOptions{}).Step(t.Context())
		require.NoError(t, err)
		require.Equal(t, consent.Active, w.status(patient))
	})
}

func TestReconcilerReadsAgainWhatItCouldNotRead(t *testing.T) {
	w := inMemory(t)
	away := errors.New("away")
	first := sms.OptOut{Number: patient, Sender: office, At: noon.Add(-time.Hour)}
	l := &lister{list: []sms.OptOut{first}, err: away}
	r := w.reconciler(l, sms.ReconcilerOptions{Since: noon.Add(-24 * time.Hour), Overlap: time.Hour})
	n, err := r.Step(t.Context())
	require.ErrorIs(t, err, away)
	require.Equal(t, 1, n, "what could be read is recorded")
	l.err = nil
	for range 2 {
		_, err = r.Step(t.Context())
		require.NoError(t, err)
	}
	require.Equal(t, []time.Time{noon.Add(-24 * time.Hour), noon.Add(-24 * time.Hour), noon.Add(-time.Hour)}, l.asked)

	l = &lister{}
	for _, number := range []string{"nobody", "no one", "+12125550103"} {
		l.list = append(l.list, sms.OptOut{Number: number, Sender: office, At: noon.Add(-72 * time.Hour)})
	}
	r = w.reconciler(l, sms.ReconcilerOptions{})
	n, err = r.Step(t.Context())
	require.ErrorIs(t, err, consent.ErrInvalid)
	require.Equal(t, 1, n, "one entry holds up none of the others")
	require.Equal(t, 1, strings.Count(err.Error(), "an entry of"), "an error is no list of all that failed")
	w.now.Add(72 * time.Hour)
	_, err = r.Step(t.Context())
	require.NoError(t, err)
	require.Equal(t, []time.Time{{}, noon.Add(-48 * time.Hour)}, l.asked, "what never can be recorded is told of, and not read for ever")

	lost := lost{w.router, office}
	r, err = sms.NewReconciler(lost, w.consents, map[string]sms.Provider{"carrier": l}, nil)
	require.NoError(t, err)
	_, err = r.Step(t.Context())
	require.Error(t, err)
	require.False(t, strings.Contains(err.Error(), "+1"), "an error names a number")
	done, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = r.Step(done)
	require.ErrorIs(t, err, context.Canceled)
}

// A worker that is told to stop does not go through the rest of a list.
func TestReconcilerStopsWithinAList(t *testing.T) {
	w := inMemory(t)
	ctx, cancel := context.WithCancel(t.Context())
	l := &lister{list: []sms.OptOut{
		{Number: patient, Sender: office, At: noon}, {Number: "+12125550101", Sender: office, At: noon}, {Number: "+12125550102", Sender: office, At: noon},
	}}
	l.heard = func(out sms.OptOut) {
		require.NotEqual(t, "+12125550102", out.Number)
		if out.Number != patient {
			cancel()
		}
	}
	r := w.reconciler(l, sms.ReconcilerOptions{})
	n, err := r.Step(ctx)
	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, 1, n)
}

func TestReconcilerRunsDaily(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := inMemory(t)
		l := &lister{}
		r, err := sms.NewReconciler(w.router, w.consents, map[string]sms.Provider{"carrier": l}, nil)
		require.NoError(t, err)
		ctx, cancel := context.WithTimeout(t.Context(), 72*time.Hour+time.Minute)
		defer cancel()
		require.ErrorIs(t, r.Run(ctx), context.DeadlineExceeded)
		require.Len(t, l.asked, 4)
	})
}

func TestNewReconcilerRefusesWhatCannotWork(t *testing.T) {
	w := inMemory(t)
	_, err := sms.NewReconciler(nil, w.consents, nil, nil)
	require.ErrorIs(t, err, sms.ErrInvalid)
	_, err = sms.NewReconciler(w.router, w.consents, nil, &sms.ReconcilerOptions{Interval: -1})
	require.ErrorIs(t, err, sms.ErrInvalid)
}

// Between two processes nothing is passed over, however long nobody was reading, and what was read before is not done again
// to a patient who has agreed since.
func TestARestartedReconcilerSkipsAndRedoesNothing(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		const back, second = "+12125550101", "+12125550102"
		w.grant(consent.Transactional)
		for _, number := range []string{back, second} {
			w.paper(number, consent.Transactional)
		}
		l := &lister{list: []sms.OptOut{{Number: back, Sender: office, At: noon.Add(time.Hour)}, {Number: second, Sender: office, At: noon.Add(time.Hour)}}}
		w.now.Add(2 * time.Hour)
		n, err := w.reconciler(l, sms.ReconcilerOptions{}).Step(t.Context())
		require.NoError(t, err)
		require.Equal(t, 2, n)
		w.now.Add(time.Hour)
		w.paper(back, consent.Transactional)
		w.paper(second, consent.Transactional)
		w.now.Add(time.Hour)
		w.receive(second, "STOP") // by another way than the list, which keeps the older entry
		w.now.Add(time.Hour)
		w.paper(second, consent.Transactional)

		l.list = append(l.list, sms.OptOut{Number: patient, Sender: office, At: w.now.Now()}) // and nobody reads it for a month
		w.now.Add(30 * 24 * time.Hour)
		histories := func() (all []int) {
			for _, number := range []string{back, second} {
				h, err := w.consents.History(t.Context(), staff, consent.Key{Practice: practice, Number: number})
				require.NoError(t, err)
				all = append(all, len(h))
			}
			return all
		}
		before := histories()
		for range 2 {
			_, err = w.reconciler(l, sms.ReconcilerOptions{}).Step(t.Context())
			require.NoError(t, err)
		}
		require.Equal(t, consent.Stopped, w.status(patient), "it was listed while nobody was reading")
		require.Equal(t, consent.Active, w.status(back))
		require.Equal(t, consent.Active, w.status(second))
		require.Equal(t, before, histories(), "an entry is recorded once")
	})
}
