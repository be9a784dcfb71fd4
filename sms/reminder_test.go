package sms_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/records"
	"github.com/enamel-go/enamel/sms"
)

// diary is a schedule of one appointment.
type diary struct {
	visit   sms.Visit
	planned string
}

func (d *diary) Changed(context.Context, int) ([]sms.Visit, error) {
	if d.planned == d.visit.Version {
		return nil, nil
	}
	return []sms.Visit{d.visit}, nil
}

func (d *diary) Planned(_ context.Context, _, _, version string) error {
	d.planned = version
	return nil
}

func (d *diary) Current(_ context.Context, _, appointment, version string) (bool, error) {
	return d.visit.Active && d.visit.Appointment == appointment && d.visit.Version == version, nil
}

func visit(start time.Time) sms.Visit {
	return sms.Visit{
		Practice: practice, Appointment: "a-1", Version: "1", Patient: "p-1", Number: patient, Zone: "America/Chicago",
		Start: start, Active: true,
	}
}

func (w *world) planner(d sms.Schedule) *sms.Planner {
	w.schedule = d
	p, err := sms.NewPlanner(w.texts, d, nil)
	require.NoError(w.t, err)
	return p
}

func (w *world) plan(p *sms.Planner) {
	w.t.Helper()
	for range 10 {
		n, err := p.Step(w.t.Context())
		require.NoError(w.t, err)
		if n == 0 {
			return
		}
	}
	w.t.Fatal("the planner finds work for ever")
}

func TestAReminderSaysWhenAndWhoAndNothingElse(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		w.grant(consent.Transactional)
		d := &diary{visit: visit(noon.Add(30 * time.Hour))}
		w.plan(w.planner(d))
		w.step(w.dispatcher())
		require.Empty(t, w.carrier.bodies(), "not before its time")
		w.now.Add(6 * time.Hour)
		w.step(w.dispatcher())
		require.Equal(t, []string{
			"Elm Street Dental: reminder of your appointment on Wednesday, March 4 at 6:00 PM. Questions: 214-555-0199. " +
				"Reply HELP for help, STOP to end texts.",
		}, w.carrier.bodies())
	})
}

func TestPlanningTwiceQueuesOnce(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		d := &diary{visit: visit(noon.Add(30 * time.Hour))}
		p := w.planner(d)
		w.plan(p)
		d.planned = "" // cut off before it was acknowledged
		w.plan(p)
		page, err := w.texts.Texts(t.Context(), staff, sms.Query{Practice: practice, Purpose: sms.ForDelivery})
		require.NoError(t, err)
		require.Len(t, page.Texts, 1)
	})
}

func TestWhatNeedsNoReminderGetsNone(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		for name, change := range map[string]func(*sms.Visit){
			"cancelled":                     func(v *sms.Visit) { v.Active = false },
			"no number":                     func(v *sms.Visit) { v.Number = "" },
			"too soon":                      func(v *sms.Visit) { v.Start = noon.Add(30 * time.Minute) },
			"a practice that does not text": func(v *sms.Visit) { v.Practice = "oak-street" },
			"a number that is none":         func(v *sms.Visit) { v.Number = "+1" },
		} {
			d := &diary{visit: visit(noon.Add(30 * time.Hour))}
			change(&d.visit)
			w.plan(w.planner(d))
			require.Equal(t, "1", d.planned, "%s: it must not come again for ever", name)
		}
		page, err := w.texts.Texts(t.Context(), staff, sms.Query{Practice: practice, Purpose: sms.ForDelivery})
		require.NoError(t, err)
		require.Empty(t, page.Texts)
	})
}

// A reminder that cannot be made is on record: nobody else would hear that there is none.
func TestAReminderThatCannotBeMadeIsRecorded(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		d := &diary{visit: visit(noon.Add(30 * time.Hour))}
		d.visit.Zone = "Mars/Olympus"
		w.plan(w.planner(d))
		require.Equal(t, "1", d.planned, "it must not come again for ever")
		require.Equal(t, 1, w.entriesOf("sms.text.enqueue", audit.Refused))
	})
}

func TestThePlannerRunsUntilItIsToldToStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := inMemory(t)
		d := &away{diary: diary{visit: visit(noon.Add(30 * time.Hour))}}
		p := w.planner(d)
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- p.Run(ctx) }()
		time.Sleep(20 * time.Second)
		stop()
		require.ErrorIs(t, <-done, context.Canceled)
		require.Equal(t, "1", d.planned, "an error is tried again")
	})
}

// away is a schedule that cannot be read the first times.
type away struct {
	diary
	calls int
}

func (a *away) Changed(ctx context.Context, limit int) ([]sms.Visit, error) {
	if a.calls++; a.calls < 4 {
		return nil, errors.New("the schedule is away")
	}
	return a.diary.Changed(ctx, limit)
}

// unruly is a schedule whose vendor's code panics over one of its visits, or over all of them.
type unruly struct {
	diary
	all  bool
	over string
}

func (p *unruly) Changed(ctx context.Context, limit int) ([]sms.Visit, error) {
	if p.all {
		panic("the patient Jane Doe")
	}
	v := visit(noon.Add(30 * time.Hour))
	v.Appointment = p.over
	visits, err := p.diary.Changed(ctx, limit)
	return append([]sms.Visit{v}, visits...), err
}

func (p *unruly) Current(ctx context.Context, practice, appointment, version string) (bool, error) {
	if appointment == p.over {
		panic("the patient Jane Doe")
	}
	return p.diary.Current(ctx, practice, appointment, version)
}

func TestAScheduleThatPanicsEndsNoPlanner(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		p := &unruly{diary: diary{visit: visit(noon.Add(54 * time.Hour))}, over: "a-0"}
		n, err := w.planner(p).Step(t.Context())
		require.Error(t, err)
		require.NotContains(t, err.Error(), "Jane")
		require.Equal(t, 1, n, "the other visit")
		p.all = true
		_, err = w.planner(p).Step(t.Context())
		require.Error(t, err)
		require.NotContains(t, err.Error(), "Jane")
	})
}

// crowded is a schedule of which some visits cannot be planned.
type crowded struct {
	visits []sms.Visit
	fails  map[string]bool
	err    error
	done   []string
}

func (b *crowded) Changed(_ context.Context, limit int) ([]sms.Visit, error) {
	return slices.Clone(b.visits[:min(limit, len(b.visits))]), nil
}

func (b *crowded) Planned(_ context.Context, _, appointment, _ string) error {
	if b.fails[appointment] {
		return b.err
	}
	i := slices.IndexFunc(b.visits, func(v sms.Visit) bool { return v.Appointment == appointment })
	b.visits, b.done = slices.Delete(b.visits, i, i+1), append(b.done, appointment)
	return nil
}

func (*crowded) Current(context.Context, string, string, string) (bool, error) { return false, nil }

// shuffled is a crowded schedule that puts off what cannot be planned.
type shuffled struct{ *crowded }

func (b shuffled) PutOff(_ context.Context, _, appointment, _ string) error {
	i := slices.IndexFunc(b.visits, func(v sms.Visit) bool { return v.Appointment == appointment })
	v := b.visits[i]
	b.visits = append(slices.Delete(b.visits, i, i+1), v)
	return nil
}

// However many visits cannot be planned, those behind them are, and they themselves once they can be: as many as a schedule puts off,
// and some hundred of one that cannot put them off.
func TestVisitsThatCannotBePlannedDoNotStandInFrontOfOthers(t *testing.T) {
	for name, v := range map[string]struct {
		fail int
		of   func(*crowded) sms.Schedule
	}{
		"put off":       {3000, func(b *crowded) sms.Schedule { return shuffled{b} }},
		"left in front": {890, func(b *crowded) sms.Schedule { return b }},
	} {
		t.Run(name, func(t *testing.T) {
			w := inMemory(t)
			b := &crowded{fails: map[string]bool{}, err: errors.New("closed")}
			for i := range v.fail + 110 {
				id := fmt.Sprint("a-", i)
				b.visits = append(b.visits, sms.Visit{Practice: practice, Appointment: id, Version: "1"})
				b.fails[id] = i < v.fail
			}
			p := w.planner(v.of(b))
			planned := 0
			for range 40 {
				n, err := p.Step(t.Context())
				require.True(t, err != nil || n > 0, "somebody hears of it")
				if err != nil {
					require.ErrorIs(t, err, b.err)
					require.Less(t, len(err.Error()), 1000, "an error is no list of all that failed")
				}
				planned += n
			}
			require.Equal(t, 110, planned)
			require.Len(t, b.done, 110)
			require.Contains(t, b.done, fmt.Sprint("a-", v.fail+109))
			clear(b.fails)
			for range 40 {
				_, err := p.Step(t.Context())
				require.NoError(t, err)
			}
			require.Empty(t, b.visits, "nobody is forgotten")
		})
	}
}

// The planner puts off what it cannot plan behind the rest of the schedule, as the schedule does with what it cannot read.
func TestAVisitThatCannotBePlannedIsPutOff(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		w.grant(consent.Transactional)
		charts := w.charts()
		at := chicago(t, 2026, 3, 5, 15)
		for i, id := range []string{"p-1", "p-2", "p-3"} {
			w.enrol(charts, id, fmt.Sprintf("+1212555020%d", i), "")
			_, err := charts.Book(t.Context(), staff, records.Booking{
				Practice: practice, Appointment: "of " + id, Patient: id, Clinician: "dr-1", Start: at, Zone: "America/Chicago", Duration: time.Hour,
			})
			require.NoError(t, err)
			w.now.Add(time.Second)
		}
		waits := func() (ids []string) {
			visits, err := charts.Changed(t.Context(), 0)
			require.NoError(t, err)
			for _, v := range visits {
				ids = append(ids, v.Appointment)
			}
			return ids
		}
		require.Equal(t, []string{"of p-1", "of p-2", "of p-3"}, waits())
		d := dim{channels: channels{}, of: map[string]bool{"p-1": true, "p-2": true}}
		var err error
		w.texts, err = sms.New(w.store, w.consents, w.log, &sms.Options{Now: w.now.Now, Channels: d})
		require.NoError(t, err)
		p := w.planner(charts)
		n, err := p.Step(t.Context())
		require.ErrorIs(t, err, sms.ErrChannel)
		require.Equal(t, 1, n)
		_, err = charts.Book(t.Context(), staff, records.Booking{
			Practice: practice, Appointment: "later", Patient: "p-3", Clinician: "dr-1", Start: at, Zone: "America/Chicago", Duration: time.Hour,
		})
		require.NoError(t, err)
		w.now.Add(time.Second)
		_, err = charts.Cancel(t.Context(), staff, records.Cancellation{Practice: practice, Appointment: "of p-2", Revision: 1, Reason: "ill"})
		require.NoError(t, err)
		require.Equal(t, []string{"later", "of p-1", "of p-2"}, waits(), "what changes has its own turn")
		clear(d.of)
		w.plan(p)
		require.Empty(t, waits())
	})
}
