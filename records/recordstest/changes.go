package recordstest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/internal/suite"
	"github.com/enamel-go/enamel/records"
)

func fullPatient() records.Patient {
	return records.Patient{
		Practice: practice, ID: "p", Revision: 1,
		Name:    records.Name{Family: "O'Neil-Ünal", Given: "Zoë \\ ?0 ?"},
		Birth:   records.Date{Year: 1984, Month: time.February, Day: 29},
		Address: records.Address{Line: "931 Doyle Corner\nApt 89", City: "Wilmington", State: "MA", PostalCode: "01887", Country: "US"},
		Phones: []records.Phone{
			{Number: "+12125550100", Use: records.Mobile, Textable: true},
			{Number: "555-0100 (evenings)", Use: records.Old, Why: "its area code is missing"},
			{Number: "+12125550100"},
		},
		Email: "Zoë@Example.com", Zone: "America/New_York", Language: "es-US",
	}
}

func patientFields(ctx context.Context, h Harness) error {
	p := fullPatient()
	if err := suite.Filled(p); err != nil {
		return err
	}
	if err := apply(ctx, h.Store, save(p, 1)); err != nil {
		return err
	}
	if err := hasPatient(ctx, h.Store, p); err != nil {
		return err
	}
	// Whatever was there is gone with the next revision.
	next := records.Patient{Practice: practice, ID: "p", Name: records.Name{Given: "Zoë"}, Revision: 2}
	if err := apply(ctx, h.Store, save(next, 2)); err != nil {
		return err
	}
	if err := hasPatient(ctx, h.Store, next); err != nil {
		return err
	}
	return logged(ctx, h, 2)
}

func appointmentFields(ctx context.Context, h Harness) error {
	a := appointment("a")
	if err := suite.Filled(a); err != nil {
		return err
	}
	if err := apply(ctx, h.Store, save(patient("p"), 1), book(a, 2)); err != nil {
		return err
	}
	if err := hasAppointment(ctx, h.Store, a); err != nil {
		return err
	}
	for i, status := range []records.Status{records.Cancelled, records.Kept, records.Missed} {
		a.Clinician, a.Start, a.Zone = fmt.Sprint("u-", i), a.Start.Add(time.Microsecond), "America/Denver"
		a.Duration, a.Status, a.Revision = time.Hour+time.Nanosecond, status, i+2
		a.Version, a.Changed = fmt.Sprint("v", i), a.Changed.Add(time.Hour)
		if err := apply(ctx, h.Store, book(a, 3+i)); err != nil {
			return err
		}
		if err := hasAppointment(ctx, h.Store, a); err != nil {
			return err
		}
	}
	return logged(ctx, h, 5)
}

func absence(ctx context.Context, h Harness) error {
	if err := lacks(ctx, h.Store, records.Key{Practice: practice, ID: "nobody"}); err != nil {
		return err
	}
	patients, err := h.Store.Patients(ctx, records.PatientQuery{
		Practice: practice, Terms: []records.Term{{Kind: records.ByPhone, Value: "+12125550100"}}, Limit: 10,
	})
	if err != nil || len(patients) != 0 {
		return fmt.Errorf("%d patients and error %v of a practice that does not exist", len(patients), err)
	}
	appointments, err := h.Store.Appointments(ctx, everything(practice))
	if err != nil || len(appointments) != 0 {
		return fmt.Errorf("%d appointments and error %v of a practice that does not exist", len(appointments), err)
	}
	changed, err := h.Store.Changed(ctx, 10)
	if err != nil || len(changed) != 0 {
		return fmt.Errorf("%d changes and error %v of an empty store", len(changed), err)
	}
	if err := h.Store.Planned(ctx, records.Key{Practice: practice, ID: "nobody"}, "v1"); err != nil {
		return fmt.Errorf("an appointment that does not exist was planned: %w", err)
	}
	return nil
}

func repeated(ctx context.Context, h Harness) error {
	if err := apply(ctx, h.Store, save(patient("p"), 1), book(appointment("a"), 2)); err != nil {
		return err
	}
	next, elsewhere := patient("p"), appointment("b")
	next.Revision, next.Email = 2, "new@example.com"
	for _, again := range []records.Change{
		save(patient("p"), 1),           // the very same
		save(next, 1),                   // what would fit but for its act
		save(patient("q"), 2),           // another record under an act that wrote an appointment
		book(appointment("a"), 2),       // the very same
		book(elsewhere, 1),              // another record under an act that wrote a patient
		book(appointment("a later"), 2), // what would fit but for its act
	} {
		again.Leaves[0].ID = uuid(9)
		written, err := h.Store.Apply(ctx, again)
		if err != nil || written {
			return fmt.Errorf("a repeated act: written %v, error %v", written, err)
		}
	}
	if err := hasPatient(ctx, h.Store, patient("p")); err != nil {
		return err
	}
	for _, id := range []string{"q", "b", "a later"} {
		if err := lacks(ctx, h.Store, records.Key{Practice: practice, ID: id}); err != nil {
			return err
		}
	}
	return logged(ctx, h, 2)
}

func acts(ctx context.Context, h Harness) error {
	c := save(patient("p"), 1)
	c.Act.Digest = []byte("one")
	if err := apply(ctx, h.Store, c); err != nil {
		return err
	}
	for _, ask := range []struct {
		act  records.Act
		done bool
		err  error
	}{
		{records.Act{Practice: practice, ID: "act 1", Digest: []byte("one")}, true, nil},
		{records.Act{Practice: practice, ID: "act 1", Digest: []byte("two")}, false, records.ErrConflict},
		{records.Act{Practice: practice, ID: "act 1", Digest: []byte("one and more")}, false, records.ErrConflict},
		{records.Act{Practice: practice, ID: "act 2", Digest: []byte("one")}, false, nil},
		{records.Act{Practice: practice, ID: "ACT 1", Digest: []byte("one")}, false, nil},
		{records.Act{Practice: other, ID: "act 1", Digest: []byte("one")}, false, nil},
	} {
		done, err := h.Store.Done(ctx, ask.act)
		if done != ask.done || !errors.Is(err, ask.err) {
			return fmt.Errorf("act %s of %s with digest %s: done %v, error %v", ask.act.ID, ask.act.Practice, ask.act.Digest, done, err)
		}
	}
	return nil
}

func practicesApart(ctx context.Context, h Harness) error {
	p, a := patient("p"), appointment("a")
	p.Practice, a.Practice = other, other
	if err := apply(ctx, h.Store, save(p, 1), book(a, 2)); err != nil {
		return err
	}
	for _, id := range []string{"p", "a"} {
		if err := lacks(ctx, h.Store, records.Key{Practice: practice, ID: id}); err != nil {
			return err
		}
	}
	for _, term := range records.Terms(p) {
		patients, err := h.Store.Patients(ctx, records.PatientQuery{Practice: practice, Terms: []records.Term{term}, Limit: 10})
		if err != nil || len(patients) != 0 {
			return fmt.Errorf("%d patients of another practice were found by %s, error %v", len(patients), term.Kind, err)
		}
	}
	appointments, err := h.Store.Appointments(ctx, everything(practice))
	if err != nil || len(appointments) != 0 {
		return fmt.Errorf("%d appointments of another practice, error %v", len(appointments), err)
	}
	if err := h.Store.Planned(ctx, records.Key{Practice: practice, ID: "a"}, a.Version); err != nil {
		return err
	}
	if changed, err := h.Store.Changed(ctx, 10); err != nil || len(changed) != 1 {
		return fmt.Errorf("%d changes after another practice's was planned, error %v", len(changed), err)
	}
	// The same ids, acts included, are free in this practice, and a reissue here does not reach there.
	reissued := save(patient("p"), 1)
	reissued.Reissue = &records.Reissue{Version: "reissued", At: start}
	if err := apply(ctx, h.Store, reissued, book(appointment("a"), 2)); err != nil {
		return err
	}
	return hasAppointment(ctx, h.Store, a)
}

func exact(ctx context.Context, h Harness) error {
	names := []string{"P", "p", "ṕ", "p\u0301", "p ", " p", "p%", "p_", `p?0 ?'\x00"`}
	for i, name := range names {
		p := patient(name)
		p.Practice, p.Email = name, "in@"+fmt.Sprint(i)
		q, a := patient(name), appointment(name)
		a.Patient, a.Version = name, fmt.Sprint("v", i)
		for j, c := range []records.Change{save(p, i), save(q, 100+2*i), book(a, 101+2*i)} {
			if err := apply(ctx, h.Store, c); err != nil {
				return fmt.Errorf("id %q was taken for another (%d): %w", name, j, err)
			}
		}
	}
	for i, name := range names {
		p, a := patient(name), appointment(name)
		p.Practice, p.Email = name, "in@"+fmt.Sprint(i)
		a.Patient, a.Version = name, fmt.Sprint("v", i)
		if err := errors.Join(hasPatient(ctx, h.Store, p), hasAppointment(ctx, h.Store, a)); err != nil {
			return err
		}
	}
	return logged(ctx, h, 2*len(names))
}

func stale(ctx context.Context, h Harness) error {
	if err := apply(ctx, h.Store, save(patient("p"), 1), book(appointment("a"), 2)); err != nil {
		return err
	}
	p, a := patient("p"), appointment("a")
	p.Email, a.Clinician = "stale@example.com", "stale"
	unknown, lost := patient("unknown"), appointment("unknown")
	for _, revision := range []int{1, 3, 4} {
		p.Revision, a.Revision = revision, revision
		unknown.Revision, lost.Revision = revision+1, revision+1
		for i, c := range []records.Change{save(p, 3), book(a, 3), save(unknown, 3), book(lost, 3)} {
			if written, err := h.Store.Apply(ctx, c); !errors.Is(err, records.ErrStale) || written {
				return fmt.Errorf("revision %d of record %d: written %v, error %v, not ErrStale", revision, i, written, err)
			}
		}
	}
	// An appointment does not change hands.
	stolen := appointment("a")
	stolen.Patient, stolen.Revision = "q", 2
	if err := apply(ctx, h.Store, save(patient("q"), 4)); err != nil {
		return err
	}
	if written, err := h.Store.Apply(ctx, book(stolen, 5)); !errors.Is(err, records.ErrStale) || written {
		return fmt.Errorf("an appointment of another patient: written %v, error %v, not ErrStale", written, err)
	}
	if err := errors.Join(hasPatient(ctx, h.Store, patient("p")), hasAppointment(ctx, h.Store, appointment("a"))); err != nil {
		return err
	}
	if err := logged(ctx, h, 3); err != nil {
		return err
	}
	p.Revision, a.Revision = 2, 2
	return apply(ctx, h.Store, save(p, 5), book(a, 6))
}

func unknownPatient(ctx context.Context, h Harness) error {
	foreign := patient("p")
	foreign.Practice = other
	if err := apply(ctx, h.Store, save(foreign, 1)); err != nil {
		return err
	}
	if written, err := h.Store.Apply(ctx, book(appointment("a"), 2)); !errors.Is(err, records.ErrNotFound) || written {
		return fmt.Errorf("an appointment of nobody: written %v, error %v, not ErrNotFound", written, err)
	}
	if err := lacks(ctx, h.Store, records.Key{Practice: practice, ID: "a"}); err != nil {
		return err
	}
	return logged(ctx, h, 0)
}

func allOrNothing(ctx context.Context, h Harness) error {
	if err := apply(ctx, h.Store, save(patient("p"), 1), book(appointment("a"), 2)); err != nil {
		return err
	}
	next, moved := patient("p"), appointment("a")
	next.Revision, next.Email, moved.Revision, moved.Start = 2, "next@example.com", 2, start.Add(time.Hour)
	reissued := save(next, 3)
	reissued.Reissue = &records.Reissue{Version: "reissued", At: start.Add(-time.Hour)}
	for i, c := range []records.Change{save(patient("q"), 3), reissued, book(appointment("b"), 3), book(moved, 3)} {
		c.Leaves[0].ID = uuid(1) // is taken, by other bytes
		c.Leaves[0].Bytes = []byte("{}")
		if written, err := h.Store.Apply(ctx, c); err == nil || written {
			return fmt.Errorf("change %d, whose entry was refused: written %v, error %v", i, written, err)
		}
		if done, err := h.Store.Done(ctx, c.Act); err != nil || done {
			return fmt.Errorf("the act of change %d, whose entry was refused: done %v, error %v", i, done, err)
		}
	}
	for _, id := range []string{"q", "b"} {
		if err := lacks(ctx, h.Store, records.Key{Practice: practice, ID: id}); err != nil {
			return err
		}
	}
	for _, term := range records.Terms(next) {
		if term.Kind != records.ByEmail {
			continue
		}
		patients, err := h.Store.Patients(ctx, records.PatientQuery{Practice: practice, Terms: []records.Term{term}, Limit: 10})
		if err != nil || len(patients) != 0 {
			return fmt.Errorf("%d patients are found by a term that was not kept, error %v", len(patients), err)
		}
	}
	if err := errors.Join(hasPatient(ctx, h.Store, patient("p")), hasAppointment(ctx, h.Store, appointment("a"))); err != nil {
		return err
	}
	return logged(ctx, h, 2)
}

func severalEntries(ctx context.Context, h Harness) error {
	for i, c := range []records.Change{save(patient("p"), 1), book(appointment("a"), 2)} {
		c.Leaves = append(c.Leaves, leaf(uuid(10+i), practice), leaf(uuid(20+i), practice))
		if err := apply(ctx, h.Store, c); err != nil {
			return err
		}
	}
	return logged(ctx, h, 6)
}

func notShared(ctx context.Context, h Harness) error {
	p := patient("p")
	if err := apply(ctx, h.Store, save(p, 1), book(appointment("a"), 2)); err != nil {
		return err
	}
	p.Phones[0].Number = "changed by the writer"
	query := records.PatientQuery{Practice: practice, Terms: records.Terms(patient("p"))[:1], Limit: 10}
	for range 2 {
		one, err := h.Store.Patient(ctx, p.Key())
		if err != nil {
			return err
		}
		many, err := h.Store.Patients(ctx, query)
		if err != nil {
			return err
		}
		changed, err := h.Store.Changed(ctx, 10)
		if err != nil {
			return err
		}
		if len(many) != 1 || len(changed) != 1 {
			return fmt.Errorf("%d patients and %d changes, not one each", len(many), len(changed))
		}
		for _, phones := range [][]records.Phone{one.Phones, many[0].Phones, changed[0].Patient.Phones} {
			if len(phones) != 1 || phones[0].Number != "+12125550100" {
				return fmt.Errorf("the store's patient was changed from outside: %v", phones)
			}
			phones[0].Number = "changed by the reader"
		}
	}
	return nil
}

func invalid(ctx context.Context, h Harness) error {
	if err := apply(ctx, h.Store, save(patient("p"), 1)); err != nil {
		return err
	}
	bad := func(c records.Change, spoil func(*records.Change)) records.Change {
		spoil(&c)
		return c
	}
	p, a := patient("q"), appointment("a")
	for i, c := range []records.Change{
		{},
		bad(save(p, 2), func(c *records.Change) { c.Leaves = nil }),
		bad(save(p, 2), func(c *records.Change) { c.Appointment = &a }),
		bad(book(a, 2), func(c *records.Change) { c.Reissue = &records.Reissue{Version: "v", At: start} }),
		bad(save(p, 2), func(c *records.Change) { c.Reissue = &records.Reissue{At: start} }),
		bad(save(p, 2), func(c *records.Change) { c.Reissue = &records.Reissue{Version: "v"} }),
		bad(save(p, 2), func(c *records.Change) { c.Patient.Revision = 0 }),
		bad(save(p, 2), func(c *records.Change) { c.Patient.ID = strings.Repeat("x", 65) }),
		bad(save(p, 2), func(c *records.Change) { c.Patient.Name.Family = "a\x00b" }),
		bad(save(p, 2), func(c *records.Change) { c.Patient.Address.City = "\xff" }),
		bad(save(p, 2), func(c *records.Change) { c.Act.ID = "a\x00b" }),
		bad(save(p, 2), func(c *records.Change) { c.Act.Patient = "p" }),
		bad(save(p, 2), func(c *records.Change) { c.Act.Practice = other }),
		bad(save(p, 2), func(c *records.Change) { c.Act.Digest = nil }),
		bad(save(p, 2), func(c *records.Change) { c.Leaves[0].Practice = other }),
		bad(save(p, 2), func(c *records.Change) { c.Leaves[0].MAC = nil }),
		bad(book(a, 2), func(c *records.Change) { c.Appointment.Version = "" }),
		bad(book(a, 2), func(c *records.Change) { c.Appointment.Status = "late" }),
		bad(book(a, 2), func(c *records.Change) { c.Appointment.Start = start.Add(time.Nanosecond) }),
		bad(book(a, 2), func(c *records.Change) { c.Appointment.Changed = start.In(time.FixedZone("", 3600)) }),
		bad(book(a, 2), func(c *records.Change) { c.Appointment.Changed = start.AddDate(8000, 0, 0) }),
	} {
		written, err := h.Store.Apply(ctx, c)
		if written || !errors.Is(err, records.ErrInvalid) && !errors.Is(err, audit.ErrInvalid) {
			return fmt.Errorf("change %d: written %v, error %v", i, written, err)
		}
	}
	for _, id := range []string{"q", "a"} {
		if err := lacks(ctx, h.Store, records.Key{Practice: practice, ID: id}); err != nil {
			return err
		}
	}
	return logged(ctx, h, 1)
}

func noSecrets(ctx context.Context, h Harness) error {
	const name, number, city = "planted-name-4711", "+12125554711", "planted-city-4711"
	p := patient("p")
	p.Name.Family, p.Phones[0].Number, p.Address.City, p.Email = name, number, city, "planted-4711@example.com"
	a := appointment("a")
	a.Clinician = "planted-clinician-4711"
	if err := apply(ctx, h.Store, save(p, 1), book(a, 2)); err != nil {
		return err
	}
	next, moved := p, a
	next.Revision, moved.Revision = 2, 2
	for _, c := range []records.Change{save(next, 3), book(moved, 3)} {
		c.Leaves[0].ID = uuid(1)
		c.Leaves[0].Bytes = []byte("other planted-4711")
		_, err := h.Store.Apply(ctx, c)
		if err == nil {
			return errors.New("a clash of entries was no error")
		}
		if strings.Contains(err.Error(), "4711") {
			return errors.New("an error names a secret")
		}
	}
	return nil
}
