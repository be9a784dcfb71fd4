package records

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/internal/form"
	"github.com/enamel-go/enamel/internal/page"
)

// NameQuery asks for patients by name and birth date, whatever the case, accents, apostrophes and hyphens of the name
// (package blindindex has the rules). The family name is the whole of the patient's or one of several: who is kept as
// García Márquez is found as that, as Garcia and as Marquez. The given name is compared whole.
type NameQuery struct {
	Practice string
	Name     Name
	Birth    Date   // the zero value finds patients whose birth date is not known, and no others
	After    string // PatientPage.Next of the page before; empty for the first page
	Limit    int    // 1 to 1000. Defaults to 100.
}

// PhoneQuery asks for patients by a phone number, as it is typed.
type PhoneQuery struct {
	Practice string
	Number   string
	After    string // as in NameQuery
	Limit    int    // 1 to 1000. Defaults to 100.
}

// EmailQuery asks for patients by an e-mail address, whatever its case.
type EmailQuery struct {
	Practice string
	Email    string
	After    string // as in NameQuery
	Limit    int    // 1 to 1000. Defaults to 100.
}

// PatientPage is one page of patients, by their ids. Next is empty on the last page.
type PatientPage struct {
	Patients []Patient
	Next     string
}

// ScheduleQuery asks for a practice's appointments in a stretch of time.
type ScheduleQuery struct {
	Practice string
	From     time.Time // starts at this moment are in it
	Until    time.Time // starts at this moment are not
	Status   Status    // empty: any
	After    string    // AppointmentPage.Next of the page before; empty for the first page
	Limit    int       // 1 to 1000. Defaults to 100.
}

// AppointmentPage is one page of appointments, by their start and id. Next is empty on the last page.
type AppointmentPage struct {
	Appointments []Appointment
	Next         string
}

// Patient returns a patient, after recording that by looked. A patient that the practice does not have is
// [ErrNotFound], and that by looked is recorded as well.
func (s *Service) Patient(ctx context.Context, by audit.Actor, k Key) (Patient, error) {
	e := entry("records.patient.read", by, k.Practice, k.ID, audit.Object{Kind: patientKind, ID: k.ID}, "")
	if err := s.allow(ctx, e, k.valid("the patient")); err != nil {
		return Patient{}, err
	}
	p, err := s.store.Patient(ctx, k)
	if err == nil {
		err = s.log.Record(ctx, e)
	}
	if err != nil {
		return Patient{}, s.fail(ctx, e, err)
	}
	return p, nil
}

// FindByName returns the patients of a name and birth date, after recording that by looked, once for each of them.
func (s *Service) FindByName(ctx context.Context, by audit.Actor, q NameQuery) (PatientPage, error) {
	var valid error
	switch {
	case len(q.Name.Family) > longName || len(q.Name.Given) > longName:
		valid = fmt.Errorf("%w: a name is longer than %d bytes", ErrInvalid, longName)
	case folded(q.Name.Family) == "" && folded(q.Name.Given) == "":
		valid = fmt.Errorf("%w: a name is looked for by at least one of its parts", ErrInvalid)
	case !q.Birth.IsZero() && !q.Birth.Valid():
		valid = fmt.Errorf("%w: the birth date is not in the calendar", ErrInvalid)
	}
	return s.find(ctx, by, PatientQuery{q.Practice, []Term{nameTerm(q.Name, q.Birth)}, q.After, q.Limit}, valid)
}

// FindByPhone returns the patients of a phone number, after recording that by looked, once for each of them.
func (s *Service) FindByPhone(ctx context.Context, by audit.Actor, q PhoneQuery) (PatientPage, error) {
	valid := form.Text(ErrInvalid, "the number", q.Number, longPhone, true)
	return s.find(ctx, by, PatientQuery{q.Practice, []Term{phoneTerm(q.Number)}, q.After, q.Limit}, valid)
}

// FindByEmail returns the patients of an e-mail address, after recording that by looked, once for each of them.
func (s *Service) FindByEmail(ctx context.Context, by audit.Actor, q EmailQuery) (PatientPage, error) {
	term, err := emailTerm(q.Email)
	if err != nil {
		err = fmt.Errorf("%w: the e-mail address is none", ErrInvalid)
	}
	return s.find(ctx, by, PatientQuery{q.Practice, []Term{term}, q.After, q.Limit}, err)
}

// find looks for terms of one kind and records an entry for each patient found, or one that nobody was: that somebody is not a
// patient here is health information as well.
func (s *Service) find(ctx context.Context, by audit.Actor, q PatientQuery, valid error) (PatientPage, error) {
	none := entry("records.patient.find", by, q.Practice, "", audit.Object{Kind: patientKind}, "")
	none.Details = map[string]string{"by": string(q.Terms[0].Kind)}
	valid = cmp.Or(valid, asks(q.Practice, &q.Limit), form.Text(ErrInvalid, "where the page continues", q.After, form.ID, false))
	if err := s.allow(ctx, none, valid); err != nil {
		return PatientPage{}, err
	}
	limit := q.Limit
	q.Limit++ // one more tells whether there is another page
	found, err := s.store.Patients(ctx, q)
	if err != nil {
		return PatientPage{}, s.fail(ctx, none, err)
	}
	var answer PatientPage
	answer.Patients, answer.Next = page.Cut(found, limit, func(p Patient) string { return p.ID })
	var entries []audit.Entry
	for _, p := range answer.Patients {
		e := none
		e.Patient, e.Object.ID = p.ID, p.ID
		entries = append(entries, e)
	}
	if err := s.record(ctx, none, entries); err != nil {
		return PatientPage{}, err
	}
	return answer, nil
}

// Appointment returns an appointment, after recording that by looked.
func (s *Service) Appointment(ctx context.Context, by audit.Actor, k Key) (Appointment, error) {
	e := entry("records.appointment.read", by, k.Practice, "", audit.Object{Kind: appointmentKind, ID: k.ID}, "")
	if err := s.allow(ctx, e, k.valid("the appointment")); err != nil {
		return Appointment{}, err
	}
	a, err := s.store.Appointment(ctx, k)
	if err == nil {
		e.Patient = a.Patient
		err = s.log.Record(ctx, e)
	}
	if err != nil {
		return Appointment{}, s.fail(ctx, e, err)
	}
	return a, nil
}

// Schedule returns the appointments of a stretch of time, after recording that by looked, once for each of them.
func (s *Service) Schedule(ctx context.Context, by audit.Actor, q ScheduleQuery) (AppointmentPage, error) {
	none := entry("records.schedule.read", by, q.Practice, "", audit.Object{Kind: scheduleKind}, "")
	ask := AppointmentQuery{
		Practice: q.Practice, From: instant(q.From), Until: instant(q.Until), Status: q.Status, Limit: q.Limit,
	}
	valid := asks(q.Practice, &ask.Limit)
	switch {
	case valid != nil:
	case !isInstant(ask.From) || !isInstant(ask.Until) || !ask.From.Before(ask.Until):
		valid = fmt.Errorf("%w: a schedule goes from one moment to a later one, between the years 1900 and 9999", ErrInvalid)
	case q.Status != "" && !q.Status.valid():
		valid = fmt.Errorf("%w: the status is none of booked, cancelled, kept, missed", ErrInvalid)
	case q.After != "":
		var place page.Place
		place, valid = page.Parse(ErrInvalid, q.After)
		ask.After = Place(place)
	}
	if err := s.allow(ctx, none, valid); err != nil {
		return AppointmentPage{}, err
	}
	limit := ask.Limit
	ask.Limit++ // one more tells whether there is another page
	found, err := s.store.Appointments(ctx, ask)
	if err != nil {
		return AppointmentPage{}, s.fail(ctx, none, err)
	}
	var answer AppointmentPage
	answer.Appointments, answer.Next = page.Cut(found, limit, func(a Appointment) string { return a.Place().String() })
	var entries []audit.Entry
	for _, a := range answer.Appointments {
		e := none
		e.Patient, e.Object = a.Patient, audit.Object{Kind: appointmentKind, ID: a.ID}
		entries = append(entries, e)
	}
	if err := s.record(ctx, none, entries); err != nil {
		return AppointmentPage{}, err
	}
	return answer, nil
}

// Place returns where the appointment stands in the order of the schedule.
func (a Appointment) Place() Place { return Place{a.Start, a.ID} }

// String writes the place as a page's Next carries it.
func (p Place) String() string { return page.Place(p).String() }

// Compare orders places by start, then by id, byte by byte.
func (p Place) Compare(q Place) int { return page.Place(p).Compare(page.Place(q)) }

// asks refuses a query without a practice or with a wrong limit, and fills in the default limit.
func asks(practice string, limit *int) (err error) {
	if err := form.Text(ErrInvalid, "the practice", practice, form.ID, true); err != nil {
		return err
	}
	*limit, err = page.Limit(ErrInvalid, *limit)
	return err
}

// record commits the entries of what was found before it is returned, or the entry none where nothing was. Where a patient's
// evidence was destroyed, the entry names nobody, and the others are found all the same.
func (s *Service) record(ctx context.Context, none audit.Entry, entries []audit.Entry) error {
	if len(entries) == 0 {
		entries = []audit.Entry{none}
	}
	return s.fail(ctx, none, s.log.RecordSeen(ctx, entries...))
}
