package recordstest

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/records"
)

// Harness is one fresh store under test and the audit store that its entries go to.
type Harness struct {
	Store   records.Store
	Entries audit.Store
	// OneConnection says that the store works inside a single transaction, so that cases with concurrent writers and
	// cancelled contexts, which such a transaction does not survive, are left out.
	OneConnection bool
}

// Case is one rule that every store keeps.
type Case struct {
	Name  string
	Check func(ctx context.Context, h Harness) error
}

// Cases returns the suite.
func Cases() []Case {
	return []Case{
		{"a patient comes back as written", patientFields},
		{"an appointment comes back as written", appointmentFields},
		{"what is not there is not found", absence},
		{"a repeated act changes nothing and leaves no second entry", repeated},
		{"an act is known by its id and its digest", acts},
		{"practices do not see each other", practicesApart},
		{"ids are exact", exact},
		{"a stale change writes nothing", stale},
		{"nobody is booked who is no patient", unknownPatient},
		{"a refused entry takes the change with it", allOrNothing},
		{"every entry of a change is kept", severalEntries},
		{"what is returned is not shared", notShared},
		{"what no store can keep is refused", invalid},
		{"patients are found by what they have now", found},
		{"a patient of two surnames is found by each", surnames},
		{"patients are found by several terms at once, each once", foundTogether},
		{"patients come in pages by id", patientPages},
		{"a schedule has the appointments of its time", schedule},
		{"a schedule comes in pages", schedulePages},
		{"a change is reported until it is planned", changes},
		{"changes are reported oldest first, of all practices", changesInOrder},
		{"what is put off stands behind the others", putOff},
		{"a reissue gives booked appointments another version", reissue},
		{"a version that was replaced is not written back", replaced},
		{"a cancelled context writes nothing", cancelled},
		{"concurrent writers lose nothing", concurrent},
		{"concurrent saves of one revision exclude each other", concurrentSaves},
		{"no booking beside a reissue keeps the old number", bookingsBesideReissues},
		{"errors carry nothing of a patient", noSecrets},
	}
}

var start = time.Date(2026, 3, 2, 15, 0, 0, 123456000, time.UTC)

const (
	practice = "elm-street"
	other    = "oak-street"
)

func patient(id string) records.Patient {
	return records.Patient{
		Practice: practice, ID: id, Name: records.Name{Family: "Kreiger", Given: "Clemente"}, Revision: 1,
		Phones: []records.Phone{{Number: "+12125550100", Use: records.Mobile, Textable: true}},
	}
}

// appointment is one of patient p.
func appointment(id string) records.Appointment {
	return records.Appointment{
		Practice: practice, ID: id, Patient: "p", Clinician: "u-3", Start: start, Zone: "America/Chicago",
		Duration: 30 * time.Minute, Status: records.Booked, Revision: 1, Version: "v1 of " + id, Changed: start,
	}
}

func leaf(id, practice string) audit.Leaf {
	return audit.Leaf{
		ID: id, Practice: practice, At: start, Actor: audit.Actor{Kind: audit.Staff, ID: "u-1"},
		Action: "records.patient.save", Outcome: audit.Done, Term: audit.SixYears,
		Bytes: []byte(`{"id":"` + id + `"}`), MAC: []byte("mac of " + id),
	}
}

// uuid gives the entry of a test's change an id of the form that ours have.
func uuid(n int) string { return fmt.Sprintf("01920000-0000-7000-8000-%012d", n) }

// save returns a change that writes p as the n-th act and entry of its practice.
func save(p records.Patient, n int) records.Change {
	return records.Change{
		Act:     records.Act{Practice: p.Practice, ID: fmt.Sprint("act ", n), Patient: p.ID, Digest: []byte("digest")},
		Patient: &p, Leaves: []audit.Leaf{leaf(uuid(n), p.Practice)},
	}
}

// book returns a change that writes a as the n-th act and entry of its practice, its reminders to be planned.
func book(a records.Appointment, n int) records.Change {
	return records.Change{
		Act:         records.Act{Practice: a.Practice, ID: fmt.Sprint("act ", n), Patient: a.Patient, Digest: []byte("digest")},
		Appointment: &a, Plan: true, Leaves: []audit.Leaf{leaf(uuid(n), a.Practice)},
	}
}

// apply writes changes that must all be new.
func apply(ctx context.Context, s records.Store, changes ...records.Change) error {
	for _, c := range changes {
		written, err := s.Apply(ctx, c)
		if err == nil && !written {
			err = errors.New("a new change was taken for a repeated one")
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// logged checks how many entries the log of practice holds.
func logged(ctx context.Context, h Harness, n int) error {
	page, err := h.Entries.Leaves(ctx, audit.Query{Practice: practice, Limit: 1000})
	if err == nil && len(page.Leaves) != n {
		err = fmt.Errorf("the log holds %d entries, not %d", len(page.Leaves), n)
	}
	return err
}

// hasPatient checks that a patient is kept just so.
func hasPatient(ctx context.Context, s records.Store, want records.Patient) error {
	got, err := s.Patient(ctx, want.Key())
	if err == nil && !reflect.DeepEqual(got, want) {
		err = fmt.Errorf("written %+v\nread %+v", want, got)
	}
	return err
}

// hasAppointment checks that an appointment is kept just so.
func hasAppointment(ctx context.Context, s records.Store, want records.Appointment) error {
	got, err := s.Appointment(ctx, want.Key())
	if err == nil && !reflect.DeepEqual(got, want) {
		err = fmt.Errorf("written %+v\nread %+v", want, got)
	}
	return err
}

// lacks checks that neither a patient nor an appointment of this key is kept.
func lacks(ctx context.Context, s records.Store, k records.Key) error {
	if _, err := s.Patient(ctx, k); !errors.Is(err, records.ErrNotFound) {
		return fmt.Errorf("patient %s: error %v, not ErrNotFound", k.ID, err)
	}
	if _, err := s.Appointment(ctx, k); !errors.Is(err, records.ErrNotFound) {
		return fmt.Errorf("appointment %s: error %v, not ErrNotFound", k.ID, err)
	}
	return nil
}

// everything is a stretch of time that holds all appointments of the suite.
func everything(practice string) records.AppointmentQuery {
	return records.AppointmentQuery{
		Practice: practice, From: start.AddDate(-1, 0, 0), Until: start.AddDate(10, 0, 0), Limit: 10_000,
	}
}

func idsOf[T any](list []T, id func(T) string) string {
	var ids []string
	for _, x := range list {
		ids = append(ids, id(x))
	}
	return strings.Join(ids, " ")
}

func patientIDs(list []records.Patient) string {
	return idsOf(list, func(p records.Patient) string { return p.ID })
}

func appointmentIDs(list []records.Appointment) string {
	return idsOf(list, func(a records.Appointment) string { return a.ID })
}

func appointedIDs(list []records.Appointed) string {
	return idsOf(list, func(a records.Appointed) string { return a.Appointment.ID })
}
