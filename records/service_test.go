package records_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/audit/auditmem"
	"github.com/enamel-go/enamel/crypto"
	"github.com/enamel-go/enamel/crypto/cryptomem"
	"github.com/enamel-go/enamel/records"
	"github.com/enamel-go/enamel/records/recordsmem"
)

var (
	noon = time.Date(2026, 11, 2, 12, 0, 0, 0, time.UTC)
	desk = audit.Actor{Kind: audit.Staff, ID: "u-17"}
	born = records.Date{Year: 1984, Month: time.July, Day: 2}
)

const practice = "elm-street"

func key(id string) records.Key { return records.Key{Practice: practice, ID: id} }

// desktop is a practice in memory whose clock can be set.
type desktop struct {
	*records.Service
	store *recordsmem.Store
	log   *audit.Log
	now   time.Time
}

// around lets a test put something between service and store.
func newDesktop(t *testing.T, around func(records.Store) records.Store) *desktop {
	t.Helper()
	keyring, err := crypto.NewKeyring(cryptomem.New(), crypto.NewEphemeral(), nil)
	require.NoError(t, err)
	entries := auditmem.New()
	d := &desktop{store: recordsmem.New(entries), now: noon}
	d.log, err = audit.NewLog(entries, keyring, nil)
	require.NoError(t, err)
	var store records.Store = d.store
	if around != nil {
		store = around(store)
	}
	d.Service, err = records.New(store, d.log, &records.Options{Now: func() time.Time { return d.now }})
	require.NoError(t, err)
	return d
}

// entries returns what the log says, oldest first.
func (d *desktop) entries(t *testing.T) []audit.Entry {
	t.Helper()
	page, err := d.log.Leaves(t.Context(), audit.Query{Practice: practice, Limit: 1000})
	require.NoError(t, err)
	var all []audit.Entry
	for _, f := range page.Leaves {
		e, err := d.log.Open(t.Context(), f)
		require.NoError(t, err)
		all = append(all, e)
	}
	return all
}

// last requires that exactly n entries were added since before, and returns the last one.
func (d *desktop) last(t *testing.T, before, n int) audit.Entry {
	t.Helper()
	all := d.entries(t)
	require.Len(t, all, before+n)
	newest := all[0]
	for _, e := range all {
		if e.At.After(newest.At) {
			newest = e
		}
	}
	return newest
}

func patient(id string) records.Patient {
	return records.Patient{
		Practice: practice, ID: id, Name: records.Name{Family: "Müller", Given: "Zoë"}, Birth: born,
		Phones: []records.Phone{{Number: "(512) 555-0142", Use: records.Mobile}}, Email: "Zoe@Example.com", Zone: "America/Chicago",
	}
}

func booking(id, of string) records.Booking {
	return records.Booking{
		Practice: practice, Appointment: id, Patient: of, Clinician: "u-3", Start: noon.AddDate(0, 0, 3),
		Zone: "America/Chicago", Duration: 30 * time.Minute,
	}
}

func (d *desktop) save(t *testing.T, p records.Patient) records.Saved {
	t.Helper()
	saved, err := d.SavePatient(t.Context(), desk, records.Save{Patient: p})
	require.NoError(t, err)
	return saved
}

func (d *desktop) book(t *testing.T, b records.Booking) records.Appointment {
	t.Helper()
	a, err := d.Book(t.Context(), desk, b)
	require.NoError(t, err)
	return a
}

func TestSaving(t *testing.T) {
	d := newDesktop(t, nil)
	ctx := t.Context()
	command := records.Save{ID: "act-1", Patient: patient("p"), Reason: "new"}
	saved, err := d.SavePatient(ctx, desk, command)
	require.NoError(t, err)
	require.False(t, saved.Unchanged)
	require.Equal(t, 1, saved.Revision)
	require.Equal(t, []records.Phone{{Number: "+15125550142", Use: records.Mobile, Textable: true}}, saved.Phones)
	e := d.last(t, 0, 1)
	require.Equal(t, "records.patient.save", e.Action)
	require.Equal(t, "p", e.Patient)
	require.Equal(t, "new", e.Reason)
	require.Equal(t, "name, birth date, phones, e-mail, time zone", e.Details["changed"])

	// The same act again, and the same data under whatever revision, write nothing and are read.
	for _, again := range []records.Save{command, {Patient: saved.Patient}, {Patient: patient("p")}, {ID: "act-2", Patient: patient("p")}} {
		before := len(d.entries(t))
		same, err := d.SavePatient(ctx, desk, again)
		require.NoError(t, err)
		require.True(t, same.Unchanged)
		require.Equal(t, saved.Patient, same.Patient)
		require.Equal(t, "records.patient.read", d.last(t, before, 1).Action)
	}

	// The same act with other content, or by another, is another act.
	other := command
	other.Reason = "another"
	for by, c := range map[audit.Actor]records.Save{desk: other, {Kind: audit.Staff, ID: "u-18"}: command} {
		before := len(d.entries(t))
		_, err = d.SavePatient(ctx, by, c)
		require.ErrorIs(t, err, records.ErrConflict)
		require.Equal(t, audit.Refused, d.last(t, before, 1).Outcome)
	}

	// An act is remembered beyond what came after it.
	next := saved.Patient
	next.Email = "new@example.com"
	require.Equal(t, 2, d.save(t, next).Revision)
	replayed, err := d.SavePatient(ctx, desk, command)
	require.NoError(t, err)
	require.Equal(t, "new@example.com", replayed.Email)
	require.Equal(t, 2, replayed.Revision)

	// Nobody overwrites what he has not seen.
	for _, revision := range []int{0, 1, 3} {
		before := len(d.entries(t))
		unseen := patient("p")
		unseen.Revision, unseen.Email = revision, "unseen@example.com"
		_, err = d.SavePatient(ctx, desk, records.Save{Patient: unseen})
		require.ErrorIs(t, err, records.ErrRevision)
		require.ErrorIs(t, err, records.ErrConflict)
		require.Equal(t, audit.Refused, d.last(t, before, 1).Outcome)
	}
	ghost := patient("ghost")
	ghost.Revision = 1
	_, err = d.SavePatient(ctx, desk, records.Save{Patient: ghost})
	require.ErrorIs(t, err, records.ErrNotFound)
}

func TestRefusedCommandsAndQuestions(t *testing.T) {
	d := newDesktop(t, nil)
	ctx := t.Context()
	d.save(t, patient("p"))
	d.book(t, booking("a", "p"))
	save := func(spoil func(*records.Save)) func() error {
		return func() error {
			c := records.Save{Patient: patient("q")}
			spoil(&c)
			_, err := d.SavePatient(ctx, desk, c)
			return err
		}
	}
	book := func(spoil func(*records.Booking)) func() error {
		return func() error {
			b := booking("b", "p")
			spoil(&b)
			_, err := d.Book(ctx, desk, b)
			return err
		}
	}
	move := func(spoil func(*records.Move)) func() error {
		return func() error {
			m := records.Move{Practice: practice, Appointment: "a", Revision: 1, Start: noon.AddDate(0, 0, 4), Reason: "asked"}
			spoil(&m)
			_, err := d.Move(ctx, desk, m)
			return err
		}
	}
	long := strings.Repeat("x", 65)
	for name, refused := range map[string]struct {
		err error
		do  func() error
	}{
		"a patient without id":         {records.ErrInvalid, save(func(c *records.Save) { c.Patient.ID = "" })},
		"a patient with a long id":     {records.ErrInvalid, save(func(c *records.Save) { c.Patient.ID = long })},
		"a patient with a NUL":         {records.ErrInvalid, save(func(c *records.Save) { c.Patient.ID = "a\x00" })},
		"a patient without name":       {records.ErrInvalid, save(func(c *records.Save) { c.Patient.Name = records.Name{Family: " \t"} })},
		"a name that is no text":       {records.ErrInvalid, save(func(c *records.Save) { c.Patient.Name.Given = "\xff" })},
		"a name without end":           {records.ErrInvalid, save(func(c *records.Save) { c.Patient.Name.Given = strings.Repeat("x", 1000) })},
		"February 30":                  {records.ErrInvalid, save(func(c *records.Save) { c.Patient.Birth = records.Date{Year: 1984, Month: 2, Day: 30} })},
		"a birth next week":            {records.ErrInvalid, save(func(c *records.Save) { c.Patient.Birth = records.Date{Year: 2026, Month: 11, Day: 9} })},
		"no e-mail address":            {records.ErrInvalid, save(func(c *records.Save) { c.Patient.Email = "zoe at example" })},
		"no time zone":                 {records.ErrInvalid, save(func(c *records.Save) { c.Patient.Zone = "Texas" })},
		"no language":                  {records.ErrInvalid, save(func(c *records.Save) { c.Patient.Language = "Spanish speaker" })},
		"the zone of the process":      {records.ErrInvalid, save(func(c *records.Save) { c.Patient.Zone = "Local" })},
		"a phone without number":       {records.ErrInvalid, save(func(c *records.Save) { c.Patient.Phones = []records.Phone{{Use: records.Home}} })},
		"a phone of no use":            {records.ErrInvalid, save(func(c *records.Save) { c.Patient.Phones[0].Use = "fax" })},
		"phones without end":           {records.ErrInvalid, save(func(c *records.Save) { c.Patient.Phones = make([]records.Phone, 51) })},
		"a negative revision":          {records.ErrInvalid, save(func(c *records.Save) { c.Patient.Revision = -1 })},
		"a long act":                   {records.ErrInvalid, save(func(c *records.Save) { c.ID = long })},
		"an appointment without id":    {records.ErrInvalid, book(func(b *records.Booking) { b.Appointment = "" })},
		"an appointment of nobody":     {records.ErrInvalid, book(func(b *records.Booking) { b.Patient = "" })},
		"an appointment of a stranger": {records.ErrNotFound, book(func(b *records.Booking) { b.Patient = "stranger" })},
		"an appointment with nobody":   {records.ErrInvalid, book(func(b *records.Booking) { b.Clinician = "" })},
		"an appointment at no time":    {records.ErrInvalid, book(func(b *records.Booking) { b.Start = time.Time{} })},
		"an appointment in no time":    {records.ErrInvalid, book(func(b *records.Booking) { b.Duration = 0 })},
		"an appointment of two days":   {records.ErrInvalid, book(func(b *records.Booking) { b.Duration = 48 * time.Hour })},
		"an appointment nowhere":       {records.ErrInvalid, book(func(b *records.Booking) { b.Zone = "" })},
		"an appointment that is taken": {records.ErrConflict, book(func(b *records.Booking) { b.Appointment = "a"; b.Clinician = "u-4" })},
		"a move of nothing":            {records.ErrNotFound, move(func(m *records.Move) { m.Appointment = "nothing" })},
		"a move to no time":            {records.ErrInvalid, move(func(m *records.Move) { m.Start = time.Time{} })},
		"a move without reason":        {records.ErrInvalid, move(func(m *records.Move) { m.Reason = "" })},
		"a move that saw no revision":  {records.ErrRevision, move(func(m *records.Move) { m.Revision = 0 })},
		"a move to a long visit":       {records.ErrInvalid, move(func(m *records.Move) { m.Duration = 25 * time.Hour })},
		"a cancellation without reason": {records.ErrInvalid, func() error {
			_, err := d.Cancel(ctx, desk, records.Cancellation{Practice: practice, Appointment: "a", Revision: 1})
			return err
		}},
		"a visit that is kept before its day": {records.ErrInvalid, func() error {
			_, err := d.Close(ctx, desk, records.Closing{Practice: practice, Appointment: "a", Revision: 1, Status: records.Kept})
			return err
		}},
		"a visit that is closed as booked": {records.ErrInvalid, func() error {
			_, err := d.Close(ctx, desk, records.Closing{Practice: practice, Appointment: "a", Revision: 1, Status: records.Booked})
			return err
		}},
		"an unknown patient": {records.ErrNotFound, func() error { _, err := d.Patient(ctx, desk, key("stranger")); return err }},
		"an id of nobody":    {records.ErrInvalid, func() error { _, err := d.Patient(ctx, desk, key("")); return err }},
		"an unknown appointment": {records.ErrNotFound, func() error {
			_, err := d.Appointment(ctx, desk, key("nothing"))
			return err
		}},
		"a search for no name": {records.ErrInvalid, func() error {
			_, err := d.FindByName(ctx, desk, records.NameQuery{Practice: practice, Birth: born})
			return err
		}},
		"a search for a name of signs": {records.ErrInvalid, func() error {
			name := records.Name{Family: "?", Given: "-"}
			_, err := d.FindByName(ctx, desk, records.NameQuery{Practice: practice, Name: name, Birth: born})
			return err
		}},
		"a search for what is no address": {records.ErrInvalid, func() error {
			_, err := d.FindByEmail(ctx, desk, records.EmailQuery{Practice: practice, Email: "Zoe.xample"})
			return err
		}},
		"a search for no number": {records.ErrInvalid, func() error {
			_, err := d.FindByPhone(ctx, desk, records.PhoneQuery{Practice: practice})
			return err
		}},
		"a search for no address": {records.ErrInvalid, func() error {
			_, err := d.FindByEmail(ctx, desk, records.EmailQuery{Practice: practice})
			return err
		}},
		"a page of too many": {records.ErrInvalid, func() error {
			_, err := d.FindByEmail(ctx, desk, records.EmailQuery{Practice: practice, Email: "a@b", Limit: 1001})
			return err
		}},
		"a schedule that ends before it begins": {records.ErrInvalid, func() error {
			_, err := d.Schedule(ctx, desk, records.ScheduleQuery{Practice: practice, From: noon, Until: noon})
			return err
		}},
		"a schedule that continues from nowhere": {records.ErrInvalid, func() error {
			_, err := d.Schedule(ctx, desk, records.ScheduleQuery{Practice: practice, From: noon, Until: noon.Add(1), After: "x"})
			return err
		}},
		"a schedule of no status": {records.ErrInvalid, func() error {
			_, err := d.Schedule(ctx, desk, records.ScheduleQuery{Practice: practice, From: noon, Until: noon.Add(time.Hour), Status: "late"})
			return err
		}},
	} {
		t.Run(name, func(t *testing.T) {
			before := len(d.entries(t))
			err := refused.do()
			require.ErrorIs(t, err, refused.err)
			for _, secret := range []string{"Müller", "Zoë", "(512)", "0142", "xample", "1984", "Texas"} {
				require.NotContains(t, err.Error(), secret)
			}
			e := d.last(t, before, 1)
			require.Equal(t, audit.Refused, e.Outcome)
			require.Equal(t, err.Error(), e.Reason)
			_, err = d.store.Patient(ctx, key("q"))
			require.ErrorIs(t, err, records.ErrNotFound)
			_, err = d.store.Appointment(ctx, key("b"))
			require.ErrorIs(t, err, records.ErrNotFound)
			kept, err := d.store.Appointment(ctx, key("a"))
			require.NoError(t, err)
			require.Equal(t, 1, kept.Revision)
		})
	}
	t.Run("nobody", func(t *testing.T) {
		before := len(d.entries(t))
		for _, by := range []audit.Actor{{}, {Kind: audit.Staff}, {Kind: "robot", ID: "r2"}} {
			_, err := d.SavePatient(ctx, by, records.Save{Patient: patient("q")})
			require.ErrorIs(t, err, records.ErrInvalid)
			_, err = d.Patient(ctx, by, key("p"))
			require.ErrorIs(t, err, records.ErrInvalid)
			_, err = d.FindByPhone(ctx, by, records.PhoneQuery{Practice: practice, Number: "5125550142"})
			require.ErrorIs(t, err, records.ErrInvalid)
		}
		require.Len(t, d.entries(t), before)
	})
}

func TestFinding(t *testing.T) {
	d := newDesktop(t, nil)
	ctx := t.Context()
	mother, child := patient("mother"), patient("child")
	child.Name.Given, child.Birth, child.Email = "Ada", records.Date{Year: 2015, Month: 5, Day: 4}, ""
	unborn := records.Patient{Practice: practice, ID: "unknown", Name: records.Name{Family: "Müller", Given: "Zoë"}}
	for _, p := range []records.Patient{mother, child, unborn} {
		d.save(t, p)
	}
	ids := func(page records.PatientPage, err error) string {
		require.NoError(t, err)
		var ids []string
		for _, p := range page.Patients {
			ids = append(ids, p.ID)
		}
		return strings.Join(ids, " ")
	}
	byName := func(family, given string, birth records.Date) string {
		return ids(d.FindByName(ctx, desk, records.NameQuery{
			Practice: practice, Name: records.Name{Family: family, Given: given}, Birth: birth,
		}))
	}
	require.Equal(t, "mother", byName(" MULLER", "zoe", born))
	require.Equal(t, "unknown", byName("muller", "Zoë", records.Date{}))
	require.Empty(t, byName("Müller", "Zoë", born.AddDays(1)))
	require.Empty(t, byName("Müll", "Zoë", born))
	require.Empty(t, byName("Zoë", "Müller", born))

	// By either of two surnames, written as people write them; never by a given name alone.
	married := patient("married")
	married.Name.Family, married.Phones, married.Email = "O’Neill-de la Cruz", nil, ""
	d.save(t, married)
	for _, family := range []string{"O'NEILL", "oneill", "Cruz", "de la cruz", "O´Neill de la Cruz", "ONeill - De La Cruz"} {
		require.Equal(t, "married", byName(family, "zoe", born), family)
	}
	for _, family := range []string{"ONeil", "de la", "la", "Neill", "", "married"} {
		require.Empty(t, byName(family, "zoe", born), family)
	}

	before := len(d.entries(t))
	require.Equal(t, "child mother", ids(d.FindByPhone(ctx, desk, records.PhoneQuery{Practice: practice, Number: "+1 512-555-0142"})))
	d.last(t, before, 2)
	require.Empty(t, ids(d.FindByPhone(ctx, desk, records.PhoneQuery{Practice: practice, Number: "555-0142"})))
	e := d.last(t, before+2, 1)
	require.Equal(t, audit.Done, e.Outcome, "that nobody was found is an answer")
	require.Empty(t, e.Patient)
	require.Equal(t, "phone", e.Details["by"])
	require.Equal(t, "mother", ids(d.FindByEmail(ctx, desk, records.EmailQuery{Practice: practice, Email: "ZOE@example.com"})))

	// One at a time.
	first, err := d.FindByPhone(ctx, desk, records.PhoneQuery{Practice: practice, Number: "5125550142", Limit: 1})
	require.Equal(t, "child", ids(first, err))
	second, err := d.FindByPhone(ctx, desk, records.PhoneQuery{Practice: practice, Number: "5125550142", Limit: 1, After: first.Next})
	require.Equal(t, "mother", ids(second, err))
	require.Empty(t, second.Next)
}

func TestAppointments(t *testing.T) {
	d := newDesktop(t, nil)
	ctx := t.Context()
	d.save(t, patient("p"))
	command := booking("a", "p")
	command.ID = "act-1"
	booked := d.book(t, command)
	require.Equal(t, records.Booked, booked.Status)
	require.Equal(t, 1, booked.Revision)

	before := len(d.entries(t))
	m := records.Move{ID: "act-2", Practice: practice, Appointment: "a", Revision: 1, Start: noon.AddDate(0, 0, 5), Reason: "the patient asked"}
	moved, err := d.Move(ctx, desk, m)
	require.NoError(t, err)
	require.Equal(t, noon.AddDate(0, 0, 5), moved.Start)
	require.Equal(t, booked.Clinician, moved.Clinician)
	require.Equal(t, booked.Duration, moved.Duration)
	require.NotEqual(t, booked.Version, moved.Version)
	e := d.last(t, before, 1)
	require.Equal(t, "records.appointment.move", e.Action)
	require.Equal(t, "the patient asked", e.Reason)
	require.Equal(t, "p", e.Patient)
	require.Equal(t, "2026-11-05T12:00:00Z", e.Details["from"])
	require.Equal(t, "2026-11-07T12:00:00Z", e.Details["start"])

	// Acts that were done, and what is so already, are only read.
	replays := []func() (records.Appointment, error){
		func() (records.Appointment, error) { return d.Book(ctx, desk, command) },
		func() (records.Appointment, error) { return d.Move(ctx, desk, m) },
		func() (records.Appointment, error) {
			again := m
			again.ID = ""
			return d.Move(ctx, desk, again)
		},
	}
	for _, replay := range replays {
		before := len(d.entries(t))
		got, err := replay()
		require.NoError(t, err)
		require.Equal(t, moved, got)
		require.Equal(t, "records.appointment.read", d.last(t, before, 1).Action)
	}

	d.now = noon.AddDate(0, 0, 5).Add(-3 * time.Hour) // the day has begun in Chicago
	kept, err := d.Close(ctx, desk, records.Closing{Practice: practice, Appointment: "a", Revision: 2, Status: records.Kept})
	require.NoError(t, err)
	require.Equal(t, records.Kept, kept.Status)
	_, err = d.Cancel(ctx, desk, records.Cancellation{Practice: practice, Appointment: "a", Revision: 3, Reason: "too late"})
	require.ErrorIs(t, err, records.ErrClosed)
	_, err = d.Move(ctx, desk, records.Move{Practice: practice, Appointment: "a", Revision: 3, Start: kept.Start, Reason: "too late"})
	require.ErrorIs(t, err, records.ErrClosed, "a move to where it is does not make it booked again")

	before = len(d.entries(t))
	d.book(t, booking("b", "p"))
	page, err := d.Schedule(ctx, desk, records.ScheduleQuery{Practice: practice, From: noon, Until: noon.AddDate(0, 0, 10)})
	require.NoError(t, err)
	require.Len(t, page.Appointments, 2)
	require.Equal(t, "b", page.Appointments[0].ID)
	d.last(t, before+1, 2)
	page, err = d.Schedule(ctx, desk, records.ScheduleQuery{Practice: practice, From: noon.AddDate(1, 0, 0), Until: noon.AddDate(2, 0, 0)})
	require.NoError(t, err)
	require.Empty(t, page.Appointments)
	d.last(t, before+3, 1)
}

// What an answer to a reminder is held against is the appointment as the planner would see it.
func TestAVisitIsAsThePlannerSeesIt(t *testing.T) {
	d := newDesktop(t, nil)
	ctx := t.Context()
	p := patient("p")
	p.Address.State, p.Address.Country = "TX", "US"
	d.save(t, p)
	a := d.book(t, booking("a", "p"))
	visits, err := d.Changed(ctx, 0)
	require.NoError(t, err)
	require.Equal(t, "US-TX", visits[0].PatientRegion)
	v, err := d.Visit(ctx, practice, "a")
	require.NoError(t, err)
	require.Equal(t, visits[0], v)
	require.Equal(t, audit.Actor{Kind: audit.System, ID: "texts"}, d.last(t, 3, 2).Actor)
	_, err = d.Cancel(ctx, desk, records.Cancellation{Practice: practice, Appointment: a.ID, Revision: 1, Reason: "ill"})
	require.NoError(t, err)
	for _, id := range []string{"a", "nothing"} {
		v, err = d.Visit(ctx, practice, id)
		require.NoError(t, err)
		require.False(t, v.Active, id)
		require.Equal(t, id, v.Appointment)
	}
	_, err = d.Visit(ctx, practice, "")
	require.ErrorIs(t, err, records.ErrInvalid)
}

func TestVersionsFollowWhatRemindersDependOn(t *testing.T) {
	d := newDesktop(t, nil)
	ctx := t.Context()
	saved := d.save(t, patient("p"))
	a := d.book(t, booking("a", "p"))
	d.now = d.now.Add(time.Second)

	visits, err := d.Changed(ctx, 0)
	require.NoError(t, err)
	require.Equal(t, []records.Visit{{
		Practice: practice, Appointment: "a", Version: a.Version, Patient: "p", Number: "+15125550142",
		Zone: "America/Chicago", PatientZone: "America/Chicago", Start: a.Start, Active: true,
	}}, visits)
	e := d.last(t, 2, 1)
	require.Equal(t, audit.Actor{Kind: audit.System, ID: "planner"}, e.Actor)
	require.Equal(t, "p", e.Patient)

	planned := func() records.Visit {
		t.Helper()
		visits, err := d.Changed(ctx, 0)
		require.NoError(t, err)
		require.Len(t, visits, 1)
		v := visits[0]
		current, err := d.Current(ctx, v.Practice, v.Appointment, v.Version)
		require.NoError(t, err)
		require.Equal(t, v.Active, current)
		require.NoError(t, d.Planned(ctx, v.Practice, v.Appointment, v.Version))
		none, err := d.Changed(ctx, 0)
		require.NoError(t, err)
		require.Empty(t, none)
		return v
	}
	version := planned().Version
	changes := []struct {
		name    string
		reissue bool
		change  func(*records.Patient)
		number  string
	}{
		{"e-mail", false, func(p *records.Patient) { p.Email = "new@example.com" }, ""},
		{"a second phone", false, func(p *records.Patient) { p.Phones = append(p.Phones, records.Phone{Number: "5125550143"}) }, ""},
		{"no number before it", false, func(p *records.Patient) {
			p.Phones = append([]records.Phone{{Number: "ask mother"}}, p.Phones...)
		}, ""},
		{"another first number", true, func(p *records.Patient) { p.Phones[0].Number = "5125550144" }, "+15125550144"},
		{"the first is old", true, func(p *records.Patient) { p.Phones[0].Use = records.Old }, "+15125550142"},
		{"time zone", true, func(p *records.Patient) { p.Zone = "America/New_York" }, "+15125550142"},
		{"State", true, func(p *records.Patient) { p.Address.State, p.Address.Country = "FL", "US" }, "+15125550142"},
		{"the State's name", false, func(p *records.Patient) { p.Address.State = "Florida" }, ""},
		{"language", true, func(p *records.Patient) { p.Language = "es" }, "+15125550142"},
		{"no phones", true, func(p *records.Patient) { p.Phones = nil }, ""},
	}
	for _, c := range changes {
		next := saved.Patient.Clone()
		c.change(&next)
		saved = d.save(t, next)
		current, err := d.Current(ctx, practice, "a", version)
		require.NoError(t, err)
		require.Equal(t, !c.reissue, current, c.name)
		if c.reissue {
			v := planned()
			require.Equal(t, c.number, v.Number, c.name)
			version = v.Version
		}
	}
	same, err := d.Move(ctx, desk, records.Move{
		Practice: practice, Appointment: "a", Revision: 1, Start: a.Start, Clinician: "u-9", Duration: time.Hour, Reason: "somebody is ill",
	})
	require.NoError(t, err)
	require.Equal(t, 2, same.Revision)
	require.Equal(t, version, same.Version, "its reminder says the same")
	moved, err := d.Move(ctx, desk, records.Move{Practice: practice, Appointment: "a", Revision: 2, Start: noon.AddDate(0, 0, 4), Reason: "asked"})
	require.NoError(t, err)
	require.Equal(t, moved.Version, planned().Version)
	_, err = d.Cancel(ctx, desk, records.Cancellation{Practice: practice, Appointment: "a", Revision: 3, Reason: "ill"})
	require.NoError(t, err)
	require.False(t, planned().Active)

	// What is over when it is written down needs no reminder.
	past := booking("past", "p")
	past.Start = noon.AddDate(0, 0, -1)
	d.book(t, past)
	visits, err = d.Changed(ctx, 0)
	require.NoError(t, err)
	require.Empty(t, visits)

	current, err := d.Current(ctx, practice, "nothing", "v")
	require.NoError(t, err)
	require.False(t, current)
	_, err = d.Changed(ctx, 1001)
	require.ErrorIs(t, err, records.ErrInvalid)
	require.ErrorIs(t, d.Planned(ctx, practice, "a", ""), records.ErrInvalid)
	require.ErrorIs(t, d.PutOff(ctx, practice, "", "v"), records.ErrInvalid)
}

// meddler writes something else between what the service reads and what it writes.
type meddler struct {
	records.Store
	meddle func()
}

func (m *meddler) Apply(ctx context.Context, c records.Change) (bool, error) {
	if meddle := m.meddle; meddle != nil {
		m.meddle = nil
		meddle()
	}
	return m.Store.Apply(ctx, c)
}

func TestDecisionsAreRepeatedWhenTheRecordChanges(t *testing.T) {
	var m *meddler
	d := newDesktop(t, func(s records.Store) records.Store {
		m = &meddler{Store: s}
		return m
	})
	ctx := t.Context()
	saved := d.save(t, patient("p"))
	direct := d.WithStore(d.store)

	next := saved.Patient
	next.Email = "mine@example.com"
	theirs := saved.Patient
	theirs.Email = "theirs@example.com"
	m.meddle = func() {
		_, err := direct.SavePatient(ctx, desk, records.Save{Patient: theirs})
		require.NoError(t, err)
	}
	_, err := d.SavePatient(ctx, desk, records.Save{Patient: next})
	require.ErrorIs(t, err, records.ErrRevision)

	// A number that changes beside another clinician is not undone by it: a reminder to the old one would stand again.
	saved = d.save(t, records.Patient{Practice: practice, ID: "other", Name: records.Name{Family: "Weber"}, Phones: []records.Phone{{Number: "5125550142"}}})
	a := d.book(t, booking("a-1", "other"))
	elsewhere := saved.Patient
	elsewhere.Phones = []records.Phone{{Number: "5125550143"}}
	m.meddle = func() {
		_, err := direct.SavePatient(ctx, desk, records.Save{Patient: elsewhere})
		require.NoError(t, err)
	}
	a, err = d.Move(ctx, desk, records.Move{Practice: practice, Appointment: "a-1", Revision: 1, Start: a.Start, Clinician: "u-9", Reason: "ill"})
	require.NoError(t, err)
	current, err := d.Current(ctx, practice, "a-1", a.Version)
	require.NoError(t, err)
	require.True(t, current)
	v, err := d.Visit(ctx, practice, "a-1")
	require.NoError(t, err)
	require.Equal(t, "+15125550143", v.Number)
	require.Equal(t, a.Version, v.Version)
	visits, err := d.Changed(ctx, 0)
	require.NoError(t, err)
	require.Len(t, visits, 1)

	// The very same act, delivered twice at once, is done once.
	next.Revision = 2
	act := records.Save{ID: "act", Patient: next}
	m.meddle = func() {
		_, err := direct.SavePatient(ctx, desk, act)
		require.NoError(t, err)
	}
	again, err := d.SavePatient(ctx, desk, act)
	require.NoError(t, err)
	require.True(t, again.Unchanged)
	require.Equal(t, 3, again.Revision)

	// Another act takes the id in between.
	m.meddle = func() {
		_, err := direct.Book(ctx, desk, records.Booking{
			ID: "taken", Practice: practice, Appointment: "b", Patient: "p", Clinician: "u-3", Start: noon, Zone: "UTC", Duration: time.Hour,
		})
		require.NoError(t, err)
	}
	b := booking("a", "p")
	b.ID = "taken"
	_, err = d.Book(ctx, desk, b)
	require.ErrorIs(t, err, records.ErrConflict)
	_, err = d.store.Appointment(ctx, key("a"))
	require.ErrorIs(t, err, records.ErrNotFound)
}

// failingStore answers every question with an error that is no refusal.
type failingStore struct{ records.Store }

var errBroken = errors.New("disk on fire")

func (failingStore) Patient(context.Context, records.Key) (records.Patient, error) {
	return records.Patient{}, errBroken
}

func TestBrokenStoresAreNoRefusal(t *testing.T) {
	d := newDesktop(t, func(s records.Store) records.Store { return failingStore{s} })
	_, err := d.Patient(t.Context(), desk, key("p"))
	require.ErrorIs(t, err, errBroken)
	require.Equal(t, "records: patient read: disk on fire", fmt.Sprint(err))
	_, err = d.SavePatient(t.Context(), desk, records.Save{Patient: patient("p")})
	require.EqualError(t, err, "records: patient save: disk on fire")
	require.Empty(t, d.entries(t))
}

func TestNew(t *testing.T) {
	d := newDesktop(t, nil)
	_, err := records.New(nil, d.log, nil)
	require.ErrorIs(t, err, records.ErrInvalid)
	_, err = records.New(d.store, nil, nil)
	require.ErrorIs(t, err, records.ErrInvalid)
	service, err := records.New(d.store, d.log, nil)
	require.NoError(t, err)
	saved, err := service.SavePatient(t.Context(), desk, records.Save{Patient: patient("p")})
	require.NoError(t, err)
	require.Equal(t, 1, saved.Revision)
}
