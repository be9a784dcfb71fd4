package records_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/internal/stage"
	"github.com/enamel-go/enamel/records"
)

func TestWhatIsKeptOfAPatient(t *testing.T) {
	phones := func(n int) []records.Phone {
		var all []records.Phone
		for i := range n {
			all = append(all, records.Phone{Number: fmt.Sprintf("+1212555%04d", i)})
		}
		return all
	}
	for name, c := range map[string]struct {
		spoil func(*records.Patient)
		ok    bool
	}{
		"a given name alone":         {func(p *records.Patient) { p.Name.Family = "" }, true},
		"as many phones as may be":   {func(p *records.Patient) { p.Phones = phones(50) }, true},
		"a phone too many":           {func(p *records.Patient) { p.Phones = phones(51) }, false},
		"a second phone of no use":   {func(p *records.Patient) { p.Phones = append(phones(1), records.Phone{Number: "1", Use: "fax"}) }, false},
		"a city without end":         {func(p *records.Patient) { p.Address.City = strings.Repeat("x", 1025) }, false},
		"a practice with a long id":  {func(p *records.Patient) { p.Practice = strings.Repeat("x", 65) }, false},
		"a birth on the last of all": {func(p *records.Patient) { p.Birth = records.Date{Year: 2026, Month: time.November, Day: 3} }, true},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesktop(t, nil)
			p := patient("p")
			c.spoil(&p)
			_, err := d.SavePatient(t.Context(), desk, records.Save{Patient: p})
			if c.ok {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, records.ErrInvalid)
		})
	}
}

func TestWhatBecomesOfAVisit(t *testing.T) {
	d := newDesktop(t, nil)
	ctx := t.Context()
	d.save(t, patient("p"))
	first := d.book(t, booking("a", "p"))
	require.Equal(t, first, d.book(t, booking("a", "p")), "what is booked already is no conflict")

	longest := booking("b", "p")
	longest.Duration, longest.Start = 24*time.Hour, time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC)
	d.book(t, longest)
	longest.Appointment, longest.Start = "c", time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)
	d.book(t, longest)
	for _, start := range []time.Time{time.Date(1899, 12, 31, 0, 0, 0, 0, time.UTC), time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)} {
		never := booking("d", "p")
		never.Start = start
		_, err := d.Book(ctx, desk, never)
		require.ErrorIs(t, err, records.ErrInvalid)
	}

	moved, err := d.Move(ctx, desk, records.Move{Practice: practice, Appointment: "a", Revision: 1, Start: first.Start, Clinician: "u-4", Reason: "ill"})
	require.NoError(t, err)
	require.Equal(t, "u-4", moved.Clinician)
	d.now = d.now.Add(-time.Hour) // another process, whose clock is behind
	moved, err = d.Move(ctx, desk, records.Move{
		Practice: practice, Appointment: "a", Revision: 2, Start: first.Start, Duration: time.Hour, Reason: "longer",
	})
	require.NoError(t, err)
	require.Equal(t, time.Hour, moved.Duration)
	require.Equal(t, noon, moved.Changed, "changes are reported in the order in which they happened")
	for _, e := range d.entries(t) {
		require.NotContains(t, e.Details, "from", "it was moved to no other time")
	}

	d.now = first.Start
	_, err = d.Close(ctx, desk, records.Closing{Practice: practice, Appointment: "a", Revision: 3, Status: records.Cancelled})
	require.ErrorIs(t, err, records.ErrInvalid)
	closed, err := d.Close(ctx, desk, records.Closing{Practice: practice, Appointment: "a", Revision: 3, Status: records.Missed})
	require.NoError(t, err)
	require.Equal(t, records.Missed, closed.Status)
	require.Equal(t, d.now, closed.Changed)
}

// A move is reported to whoever plans reminders where one of its two times is still to come.
func TestWhichMovesAreReported(t *testing.T) {
	past, future := noon.AddDate(0, 0, -3), noon.AddDate(0, 0, 3)
	for name, c := range map[string]struct {
		from, to time.Time
		reported bool
	}{
		"from what is to come": {future, past, true},
		"to what is to come":   {past, future, true},
		"both":                 {future, future.Add(time.Hour), true},
		"neither":              {past, past.Add(time.Hour), false},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesktop(t, nil)
			d.save(t, patient("p"))
			b := booking("a", "p")
			b.Start = c.from
			v := d.book(t, b)
			require.NoError(t, d.Planned(t.Context(), practice, "a", v.Version))
			_, err := d.Move(t.Context(), desk, records.Move{Practice: practice, Appointment: "a", Revision: 1, Start: c.to, Reason: "asked"})
			require.NoError(t, err)
			visits, err := d.Changed(t.Context(), 0)
			require.NoError(t, err)
			require.Equal(t, c.reported, len(visits) == 1)
		})
	}
}

func TestAScheduleIsReadPageByPage(t *testing.T) {
	d := newDesktop(t, nil)
	d.save(t, patient("p"))
	for _, id := range []string{"a", "b", "c"} {
		d.book(t, booking(id, "p"))
	}
	q := records.ScheduleQuery{Practice: practice, From: noon, Until: noon.AddDate(0, 0, 9), Status: records.Booked, Limit: 1}
	var ids []string
	for range 3 {
		page, err := d.Schedule(t.Context(), desk, q)
		require.NoError(t, err)
		require.Len(t, page.Appointments, 1)
		ids, q.After = append(ids, page.Appointments[0].ID), page.Next
	}
	require.Equal(t, []string{"a", "b", "c"}, ids)
	require.Empty(t, q.After)
	for name, spoil := range map[string]func(*records.ScheduleQuery){
		"a status of no kind":   func(q *records.ScheduleQuery) { q.Status = "late" },
		"before there was time": func(q *records.ScheduleQuery) { q.From = time.Date(1899, 12, 31, 0, 0, 0, 0, time.UTC) },
		"without end":           func(q *records.ScheduleQuery) { q.Until = time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC) },
		"backwards":             func(q *records.ScheduleQuery) { q.From, q.Until = q.Until, q.From },
		"after no place":        func(q *records.ScheduleQuery) { q.After = "nowhere" },
	} {
		t.Run(name, func(t *testing.T) {
			wrong := q
			spoil(&wrong)
			_, err := d.Schedule(t.Context(), desk, wrong)
			require.ErrorIs(t, err, records.ErrInvalid)
		})
	}
}

func TestWhatNobodyIsFoundBy(t *testing.T) {
	d := newDesktop(t, nil)
	long := strings.Repeat("x", 512)
	for _, c := range []struct {
		name  records.Name
		birth records.Date
		ok    bool
	}{
		{records.Name{Family: long, Given: long}, born, true},
		{records.Name{Family: long + "x"}, born, false},
		{records.Name{Family: "Garcia", Given: long + "x"}, born, false},
		{records.Name{Family: "Garcia"}, records.Date{Year: 1984, Month: time.February, Day: 30}, false},
	} {
		_, err := d.FindByName(t.Context(), desk, records.NameQuery{Practice: practice, Name: c.name, Birth: c.birth})
		if c.ok {
			require.NoError(t, err)
		} else {
			require.ErrorIs(t, err, records.ErrInvalid)
		}
	}
}

// unreadable is a store that cannot be read, but for its appointments where they are to be found.
type unreadable struct {
	failingStore
	visits bool
}

func (s unreadable) Patients(context.Context, records.PatientQuery) ([]records.Patient, error) {
	return nil, errBroken
}

func (s unreadable) Appointment(ctx context.Context, k records.Key) (records.Appointment, error) {
	if s.visits {
		return s.Store.Appointment(ctx, k)
	}
	return records.Appointment{}, errBroken
}

func (s unreadable) Appointments(context.Context, records.AppointmentQuery) ([]records.Appointment, error) {
	return nil, errBroken
}

func (s unreadable) Changed(context.Context, int) ([]records.Appointed, error) { return nil, errBroken }

func (s unreadable) PutOff(context.Context, records.Key, string, time.Time) error { return errBroken }

func (s unreadable) Planned(context.Context, records.Key, string) error { return errBroken }

// What cannot be read is not nothing.
func TestWhatCannotBeReadIsNotAnswered(t *testing.T) {
	d := newDesktop(t, nil)
	d.save(t, patient("p"))
	a := d.book(t, booking("a", "p"))
	s := d.WithStore(unreadable{failingStore: failingStore{d.store}})
	ctx := t.Context()
	for name, read := range map[string]func() error{
		"find": func() error {
			_, err := s.FindByPhone(ctx, desk, records.PhoneQuery{Practice: practice, Number: "+15125550142"})
			return err
		},
		"schedule": func() error {
			_, err := s.Schedule(ctx, desk, records.ScheduleQuery{Practice: practice, From: noon, Until: noon.AddDate(0, 0, 9)})
			return err
		},
		"changed":     func() error { _, err := s.Changed(ctx, 0); return err },
		"planned":     func() error { return s.Planned(ctx, practice, "a", a.Version) },
		"put off":     func() error { return s.PutOff(ctx, practice, "a", a.Version) },
		"current":     func() error { _, err := s.Current(ctx, practice, "a", a.Version); return err },
		"appointment": func() error { _, err := s.Appointment(ctx, desk, key("a")); return err },
		"book":        func() error { _, err := s.Book(ctx, desk, booking("b", "p")); return err },
		"visit":       func() error { _, err := s.Visit(ctx, practice, "a"); return err },
		"the visit's patient": func() error {
			_, err := d.WithStore(unreadable{failingStore{d.store}, true}).Visit(ctx, practice, "a")
			return err
		},
	} {
		t.Run(name, func(t *testing.T) { require.ErrorIs(t, read(), errBroken) })
	}
}

// That there is no such visit is said where it could be put on record alone.
func TestAnUnknownVisitIsOnRecord(t *testing.T) {
	d := newDesktop(t, nil)
	v, err := d.Visit(t.Context(), practice, "nothing")
	require.NoError(t, err)
	require.Equal(t, records.Visit{Practice: practice, Appointment: "nothing"}, v)
	s, err := records.New(d.store, stage.Full(t), nil)
	require.NoError(t, err)
	_, err = s.Visit(t.Context(), practice, "nothing")
	require.ErrorIs(t, err, audit.ErrNotRecorded)
}
