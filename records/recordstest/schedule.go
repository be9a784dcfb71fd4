package recordstest

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/enamel-go/enamel/records"
)

// finds checks who is found by a term.
func finds(ctx context.Context, s records.Store, term records.Term, want string) error {
	got, err := s.Patients(ctx, records.PatientQuery{Practice: practice, Terms: []records.Term{term}, Limit: 10})
	if err == nil && patientIDs(got) != want {
		err = fmt.Errorf("found by %s: %q, not %q", term.Kind, patientIDs(got), want)
	}
	return err
}

func found(ctx context.Context, h Harness) error {
	p, child := fullPatient(), fullPatient()
	child.ID, child.Name.Given, child.Email = "child", "Ada", ""
	child.Birth = records.Date{Year: 2015, Month: time.May, Day: 4}
	if err := apply(ctx, h.Store, save(p, 1), save(child, 2)); err != nil {
		return err
	}
	for _, term := range records.Terms(p) {
		want := "p"
		if term.Kind == records.ByPhone {
			want = "child p"
		}
		if err := finds(ctx, h.Store, term, want); err != nil {
			return err
		}
		// A term is compared as it is, and only with its own kind.
		for _, unlike := range []records.Term{
			{Kind: term.Kind, Value: term.Value + " "},
			{Kind: term.Kind, Value: term.Value[1:]},
			{Kind: "other", Value: term.Value},
		} {
			if err := finds(ctx, h.Store, unlike, ""); err != nil {
				return err
			}
		}
	}
	before := records.Terms(p)
	p.Revision, p.Name.Family, p.Phones, p.Email = 2, "Weber", p.Phones[1:2], ""
	if err := apply(ctx, h.Store, save(p, 3)); err != nil {
		return err
	}
	now := records.Terms(p)
	for _, term := range before {
		want := ""
		for _, n := range now {
			if n == term {
				want = "p"
			}
		}
		if term.Kind == records.ByPhone {
			want = map[string]string{"": "child", "p": "child p"}[want]
		}
		if err := finds(ctx, h.Store, term, want); err != nil {
			return fmt.Errorf("after a change: %w", err)
		}
	}
	return finds(ctx, h.Store, now[0], "p")
}

func surnames(ctx context.Context, h Harness) error {
	p, q := patient("p"), patient("q")
	p.Name.Family, q.Name.Family = "García Márquez", "Marquez"
	if err := apply(ctx, h.Store, save(p, 1), save(q, 2)); err != nil {
		return err
	}
	// What a patient of another name has first is what she is asked for by that name.
	asked := func(family string) records.Term {
		namesake := patient("nobody")
		namesake.Name.Family = family
		return records.Terms(namesake)[0]
	}
	for family, want := range map[string]string{
		"GARCIA MARQUEZ": "p", "garcia-márquez": "p", "Garcia": "p", "Marquez": "p q", "Marque": "", "Marquez Garcia": "",
	} {
		if err := finds(ctx, h.Store, asked(family), want); err != nil {
			return err
		}
	}
	p.Revision, p.Name.Family = 2, "García"
	if err := apply(ctx, h.Store, save(p, 3)); err != nil {
		return err
	}
	return errors.Join(finds(ctx, h.Store, asked("Garcia"), "p"), finds(ctx, h.Store, asked("Marquez"), "q"))
}

func foundTogether(ctx context.Context, h Harness) error {
	number := func(n int) string { return fmt.Sprintf("+1212555%04d", n) }
	for i := range 7 {
		p := patient(fmt.Sprint("p", i))
		p.Phones, p.Email = []records.Phone{{Number: number(i / 2)}, {Number: number(10 + i)}}, fmt.Sprintf("p%d@example.com", i)
		if err := apply(ctx, h.Store, save(p, i)); err != nil {
			return err
		}
	}
	q := records.PatientQuery{Practice: practice, Limit: 2, Terms: []records.Term{
		{Kind: records.ByPhone, Value: number(0)},
		{Kind: records.ByPhone, Value: number(10)},
		{Kind: records.ByPhone, Value: number(11)},
		{Kind: records.ByPhone, Value: number(1)},
		{Kind: records.ByPhone, Value: number(14)},
		{Kind: records.ByPhone, Value: number(99)},
		{Kind: records.ByEmail, Value: "p5@example.com"},
	}}
	var pages []string
	for {
		page, err := h.Store.Patients(ctx, q)
		if err != nil {
			return err
		}
		pages = append(pages, patientIDs(page))
		if len(page) < q.Limit {
			break
		}
		q.After = page[len(page)-1].ID
	}
	if got := fmt.Sprintf("%q", pages); got != `["p0 p1" "p2 p3" "p4 p5" ""]` {
		return fmt.Errorf("pages of %s", got)
	}
	return nil
}

func patientPages(ctx context.Context, h Harness) error {
	const n = 25
	for i := range n {
		if err := apply(ctx, h.Store, save(patient(fmt.Sprintf("p%02d", (i*7)%n)), i)); err != nil {
			return err
		}
	}
	q := records.PatientQuery{Practice: practice, Terms: records.Terms(patient("p"))[:1], Limit: 10}
	var sizes []int
	next := 0
	for {
		page, err := h.Store.Patients(ctx, q)
		if err != nil {
			return err
		}
		for _, p := range page {
			if p.ID != fmt.Sprintf("p%02d", next) {
				return fmt.Errorf("place %d holds patient %s", next, p.ID)
			}
			next++
		}
		sizes = append(sizes, len(page))
		if len(page) < q.Limit {
			break
		}
		q.After = page[len(page)-1].ID
	}
	if fmt.Sprint(sizes) != "[10 10 5]" {
		return fmt.Errorf("pages of %v patients", sizes)
	}
	return nil
}

func schedule(ctx context.Context, h Harness) error {
	if err := apply(ctx, h.Store, save(patient("p"), 1)); err != nil {
		return err
	}
	for i, a := range []struct {
		id     string
		start  time.Time
		status records.Status
	}{
		{"c", start, records.Booked},
		{"b", start, records.Cancelled},
		{"before", start.Add(-time.Microsecond), records.Booked},
		{"a", start.Add(time.Hour), records.Missed},
		{"last", start.Add(2*time.Hour - time.Microsecond), records.Booked},
		{"after", start.Add(2 * time.Hour), records.Booked},
	} {
		one := appointment(a.id)
		one.Start, one.Status = a.start, a.status
		if err := apply(ctx, h.Store, book(one, 2+i)); err != nil {
			return err
		}
	}
	q := records.AppointmentQuery{Practice: practice, From: start, Until: start.Add(2 * time.Hour), Limit: 100}
	for status, want := range map[records.Status]string{
		"": "b c a last", records.Booked: "c last", records.Cancelled: "b", records.Missed: "a", records.Kept: "",
	} {
		q.Status = status
		got, err := h.Store.Appointments(ctx, q)
		if err != nil {
			return err
		}
		if appointmentIDs(got) != want {
			return fmt.Errorf("status %q: %q, not %q", status, appointmentIDs(got), want)
		}
	}
	// What was moved stands where it is now.
	moved := appointment("c")
	moved.Start, moved.Revision = start.Add(time.Hour), 2
	if err := apply(ctx, h.Store, book(moved, 20)); err != nil {
		return err
	}
	q.Status = ""
	got, err := h.Store.Appointments(ctx, q)
	if err == nil && appointmentIDs(got) != "b a c last" {
		err = fmt.Errorf("after a move: %q", appointmentIDs(got))
	}
	return err
}

func schedulePages(ctx context.Context, h Harness) error {
	if err := apply(ctx, h.Store, save(patient("p"), 0)); err != nil {
		return err
	}
	const n = 250
	for i := range n {
		k := (i * 7) % n
		a := appointment(fmt.Sprintf("a%03d", k))
		a.Start = start.Add(time.Duration(k/10) * time.Minute) // ten at each moment
		if err := apply(ctx, h.Store, book(a, 1+i)); err != nil {
			return err
		}
	}
	q := everything(practice)
	q.Limit = 93
	next := 0
	for {
		page, err := h.Store.Appointments(ctx, q)
		if err != nil {
			return err
		}
		for _, a := range page {
			if a.ID != fmt.Sprintf("a%03d", next) {
				return fmt.Errorf("place %d holds appointment %s", next, a.ID)
			}
			next++
		}
		if len(page) > q.Limit {
			return fmt.Errorf("a page of %d", len(page))
		}
		if len(page) < q.Limit {
			break
		}
		q.After = page[len(page)-1].Place()
	}
	if next != n {
		return fmt.Errorf("%d appointments, not %d", next, n)
	}
	return nil
}

// reports checks which appointments are reported as changed.
func reports(ctx context.Context, s records.Store, want string) error {
	got, err := s.Changed(ctx, 100)
	if err == nil && appointedIDs(got) != want {
		err = fmt.Errorf("reported: %q, not %q", appointedIDs(got), want)
	}
	return err
}

func changes(ctx context.Context, h Harness) error {
	a, past := appointment("a"), appointment("past")
	quiet := book(past, 3)
	quiet.Plan = false
	if err := apply(ctx, h.Store, save(patient("p"), 1), book(a, 2), quiet); err != nil {
		return err
	}
	got, err := h.Store.Changed(ctx, 100)
	if err != nil {
		return err
	}
	if len(got) != 1 || got[0].Appointment != a || got[0].Patient.Number() != "+12125550100" || got[0].Err != nil {
		return fmt.Errorf("reported: %+v", got)
	}
	// Being told of it changes nothing; only its very version is planned.
	if err := h.Store.Planned(ctx, a.Key(), "another version"); err != nil {
		return err
	}
	if err := reports(ctx, h.Store, "a"); err != nil {
		return err
	}
	for range 2 {
		if err := h.Store.Planned(ctx, a.Key(), a.Version); err != nil {
			return err
		}
		if err := reports(ctx, h.Store, ""); err != nil {
			return err
		}
	}
	if err := hasAppointment(ctx, h.Store, a); err != nil {
		return err
	}
	old := a.Version
	a.Revision, a.Version, a.Status = 2, "v2", records.Cancelled
	if err := apply(ctx, h.Store, book(a, 4)); err != nil {
		return err
	}
	if err := h.Store.Planned(ctx, a.Key(), old); err != nil {
		return err
	}
	if err := reports(ctx, h.Store, "a"); err != nil {
		return err
	}
	// A change that is not to be planned takes back what was reported before.
	a.Revision, a.Version, a.Status = 3, "v3", records.Kept
	quiet = book(a, 5)
	quiet.Plan = false
	if err := apply(ctx, h.Store, quiet); err != nil {
		return err
	}
	return reports(ctx, h.Store, "")
}

func changesInOrder(ctx context.Context, h Harness) error {
	foreign := patient("p")
	foreign.Practice = other
	if err := apply(ctx, h.Store, save(patient("p"), 1), save(foreign, 1)); err != nil {
		return err
	}
	for i, c := range []struct {
		practice, id string
		at           int
	}{
		{practice, "fifth", 3},
		{other, "third", 2},
		{practice, "a second", 2},
		{practice, "b second", 2},
		{other, "first", 1},
	} {
		a := appointment(c.id)
		a.Practice, a.Changed, a.Start = c.practice, start.Add(time.Duration(c.at)*time.Second), start.AddDate(0, 0, -i)
		if err := apply(ctx, h.Store, book(a, 2+i)); err != nil {
			return err
		}
	}
	const order = "first a second b second third fifth"
	if err := reports(ctx, h.Store, order); err != nil {
		return err
	}
	got, err := h.Store.Changed(ctx, 3)
	if err == nil && appointedIDs(got) != "first a second b second" {
		err = fmt.Errorf("the three oldest: %q", appointedIDs(got))
	}
	return err
}

func putOff(ctx context.Context, h Harness) error {
	foreign := patient("p")
	foreign.Practice = other
	if err := apply(ctx, h.Store, save(patient("p"), 1), save(foreign, 1)); err != nil {
		return err
	}
	at := func(seconds int) time.Time { return start.Add(time.Duration(seconds) * time.Second) }
	var first records.Appointment
	for i, c := range []struct {
		practice, id string
		at           int
	}{{practice, "a", 1}, {other, "a", 2}, {practice, "b", 3}, {practice, "c", 5}} {
		a := appointment(c.id)
		a.Practice, a.Changed = c.practice, at(c.at)
		if err := apply(ctx, h.Store, book(a, 2+i)); err != nil {
			return err
		}
		if i == 0 {
			first = a
		}
	}
	for _, step := range []struct {
		key     records.Key
		version string
		at      int
		want    string
	}{
		{first.Key(), "another version", 4, "a a b c"},
		{records.Key{Practice: practice, ID: "nobody's"}, first.Version, 4, "a a b c"},
		{records.Key{Practice: practice, ID: "b"}, first.Version, 1, "a a b c"}, // which is no later than its change
		{first.Key(), first.Version, 4, "a b a c"},
		{first.Key(), first.Version, 6, "a b c a"},
	} {
		if err := h.Store.PutOff(ctx, step.key, step.version, at(step.at)); err != nil {
			return err
		}
		if err := reports(ctx, h.Store, step.want); err != nil {
			return err
		}
	}
	if err := hasAppointment(ctx, h.Store, first); err != nil {
		return err
	}
	two, err := h.Store.Changed(ctx, 2)
	if err == nil && (appointedIDs(two) != "a b" || two[0].Appointment.Practice != other) {
		err = fmt.Errorf("the first two: %q", appointedIDs(two))
	}
	if err != nil {
		return err
	}
	// Whatever it was put off to, its next change is reported in its turn.
	first.Revision, first.Version, first.Changed = 2, "v2", at(7)
	if err := apply(ctx, h.Store, book(first, 10)); err != nil {
		return err
	}
	if err := reports(ctx, h.Store, "a b c a"); err != nil {
		return err
	}
	if err := h.Store.Planned(ctx, first.Key(), "v2"); err != nil {
		return err
	}
	if err := h.Store.PutOff(ctx, first.Key(), "v2", at(8)); err != nil {
		return err
	}
	return reports(ctx, h.Store, "a b c")
}

func reissue(ctx context.Context, h Harness) error {
	lone := appointment("another's")
	lone.Patient = "q"
	if err := apply(ctx, h.Store, save(patient("p"), 1), save(patient("q"), 2), book(lone, 3)); err != nil {
		return err
	}
	now := start.Add(time.Hour)
	booked := map[string]records.Appointment{}
	for i, c := range []struct {
		id     string
		start  time.Time
		status records.Status
	}{
		{"a planned", now.Add(time.Hour), records.Booked},
		{"b reported", now.Add(time.Microsecond), records.Booked},
		{"cancelled", now.Add(time.Hour), records.Cancelled},
		{"now", now, records.Booked},
		{"past", start, records.Booked},
	} {
		a := appointment(c.id)
		a.Start, a.Status = c.start, c.status
		booked[c.id] = a
		if err := apply(ctx, h.Store, book(a, 10+i)); err != nil {
			return err
		}
		if c.id != "b reported" && c.id != "past" {
			if err := h.Store.Planned(ctx, a.Key(), a.Version); err != nil {
				return err
			}
		}
	}
	next := patient("p")
	next.Revision, next.Phones = 2, []records.Phone{{Number: "+12125550199", Textable: true}}
	c := save(next, 20)
	c.Reissue = &records.Reissue{Version: "reissued", At: now}
	if err := apply(ctx, h.Store, c); err != nil {
		return err
	}
	for id, a := range booked {
		if id != "cancelled" {
			a.Version, a.Changed = "reissued", now
		}
		if err := hasAppointment(ctx, h.Store, a); err != nil {
			return err
		}
	}
	if err := hasAppointment(ctx, h.Store, lone); err != nil {
		return err
	}
	// Of the past nothing is to be planned any more, whatever was.
	if err := reports(ctx, h.Store, "another's a planned b reported"); err != nil {
		return err
	}
	got, err := h.Store.Changed(ctx, 100)
	if err != nil {
		return err
	}
	for _, g := range got {
		if g.Patient.ID == "p" && g.Patient.Number() != "+12125550199" {
			return errors.New("an appointment is reported with a number that was replaced")
		}
	}
	// The patient's next revision need not reissue anything.
	next.Revision = 3
	if err := apply(ctx, h.Store, save(next, 21)); err != nil {
		return err
	}
	a := booked["a planned"]
	a.Version, a.Changed = "reissued", now
	return hasAppointment(ctx, h.Store, a)
}

func replaced(ctx context.Context, h Harness) error {
	a := appointment("a")
	if err := apply(ctx, h.Store, save(patient("p"), 1), book(a, 2)); err != nil {
		return err
	}
	next := patient("p")
	next.Revision = 2
	c := save(next, 3)
	c.Reissue = &records.Reissue{Version: "reissued", At: start.Add(-time.Hour)}
	if err := apply(ctx, h.Store, c); err != nil {
		return err
	}
	old := a.Version
	a.Revision, a.Clinician = 2, "u-9"
	c = book(a, 4)
	c.Seen = old
	if written, err := h.Store.Apply(ctx, c); !errors.Is(err, records.ErrStale) || written {
		return fmt.Errorf("a version that was replaced: written %v, error %v, not ErrStale", written, err)
	}
	if err := logged(ctx, h, 3); err != nil {
		return err
	}
	// What keeps its version is to be planned, or is planned, as it was.
	a.Version, a.Revision = "reissued", 1
	for i, want := range []string{"a", ""} {
		a.Revision++
		c := book(a, 4+i)
		c.Seen, c.Plan = "reissued", i == 1
		if err := errors.Join(apply(ctx, h.Store, c), hasAppointment(ctx, h.Store, a), reports(ctx, h.Store, want)); err != nil {
			return err
		}
		if err := h.Store.Planned(ctx, a.Key(), "reissued"); err != nil {
			return err
		}
	}
	return nil
}
