package recordspg_test

import (
	"bytes"
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/uptrace/bun"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/audit/auditmem"
	"github.com/enamel-go/enamel/audit/auditpg"
	"github.com/enamel-go/enamel/crypto"
	"github.com/enamel-go/enamel/crypto/cryptomem"
	"github.com/enamel-go/enamel/records"
	"github.com/enamel-go/enamel/records/recordspg"
)

var desk = audit.Actor{Kind: audit.Staff, ID: "u-17"}

// practice is a practice in Postgres with patients p0, p1, ... of one name, each with the appointment a0, a1, ...
type practice struct {
	service *records.Service
	store   *recordspg.Store
	log     *audit.Log
	keys    *crypto.Keyring
	db      *bun.DB
	schema  string
}

func newPractice(t *testing.T, patients int) practice {
	t.Helper()
	database := layout.New(t)
	db := database.Pool(2)
	keyring := keys(t)
	store := recordspg.New(db, keyring, &recordspg.Options{Schema: database.Schema()})
	// The log of reads and refusals is kept apart here, so that nothing of it is in the way of the tests on rows.
	log, err := audit.NewLog(auditmem.New(), keyring, nil)
	require.NoError(t, err)
	service, err := records.New(store, log, &records.Options{Now: func() time.Time { return noon }})
	require.NoError(t, err)
	for i := range patients {
		_, err := service.SavePatient(t.Context(), desk, records.Save{Patient: records.Patient{
			Practice: "elm-street", ID: fmt.Sprint("p", i), Name: records.Name{Family: "Kreiger"},
			Phones: []records.Phone{{Number: fmt.Sprintf("212 555 010%d", i)}},
		}})
		require.NoError(t, err)
		_, err = service.Book(t.Context(), desk, records.Booking{
			Practice: "elm-street", Appointment: fmt.Sprint("a", i), Patient: fmt.Sprint("p", i), Clinician: "u-3",
			Start: noon.AddDate(0, 0, 1+i), Zone: "America/Chicago", Duration: time.Hour,
		})
		require.NoError(t, err)
	}
	return practice{service, store, log, keyring, db, database.Schema()}
}

func (p practice) exec(t *testing.T, query string) {
	t.Helper()
	_, err := p.db.ExecContext(t.Context(), "SET search_path = "+p.schema+"; "+query)
	require.NoError(t, err)
}

func key(id string) records.Key { return records.Key{Practice: "elm-street", ID: id} }

func TestAlteredRowsAreNoticed(t *testing.T) {
	readPatient := func(t *testing.T, p practice) error {
		_, err := p.service.Patient(t.Context(), desk, key("p0"))
		return err
	}
	readAppointment := func(t *testing.T, p practice) error {
		_, err := p.service.Appointment(t.Context(), desk, key("a0"))
		return err
	}
	findByPhone := func(t *testing.T, p practice) error {
		_, err := p.service.FindByPhone(t.Context(), desk, records.PhoneQuery{Practice: "elm-street", Number: "2125550100"})
		return err
	}
	findTogether := func(t *testing.T, p practice) error {
		_, err := p.service.FirstNames(t.Context(), "elm-street", []string{"2125550100", "2125550101"})
		return err
	}
	repeat := func(t *testing.T, p practice) error {
		_, err := p.store.Done(t.Context(), records.Act{Practice: "elm-street", ID: "act", Digest: []byte("d")})
		return err
	}
	for _, c := range []struct {
		name, sql string
		read      func(*testing.T, practice) error
	}{
		{"a patient's revision", "UPDATE records_patient SET revision = 7 WHERE id = 'p0'", readPatient},
		{"a patient's data moved to another", "UPDATE records_patient a SET sealed = b.sealed FROM records_patient b WHERE a.id = 'p0' AND b.id = 'p1'", readPatient},
		{"a patient's data cut short", "UPDATE records_patient SET sealed = substr(sealed, 1, 20)", readPatient},
		{"a patient's data of an unknown version", "UPDATE records_patient SET sealed = set_byte(sealed, 1, 9)", readPatient},
		{"an appointment's time", "UPDATE records_appointment SET start = start + interval '1 hour'", readAppointment},
		{"an appointment's status", "UPDATE records_appointment SET status = 'cancelled'", readAppointment},
		{"an appointment's revision", "UPDATE records_appointment SET revision = 7", readAppointment},
		{"an appointment's patient", "UPDATE records_appointment SET patient = 'p1' WHERE id = 'a0'", readAppointment},
		{"an index that leads to another patient", "UPDATE records_patient_index SET patient = CASE patient WHEN 'p0' THEN 'p1' ELSE 'p0' END WHERE kind = 'phone'", findByPhone},
		{"an index that leads to another of those who are found", "UPDATE records_patient_index SET patient = CASE patient WHEN 'p0' THEN 'p1' ELSE 'p0' END WHERE kind = 'phone'", findTogether},
		{"an act's digest", "INSERT INTO records_act SELECT practice, 'act', id, sealed FROM records_patient LIMIT 1", repeat},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := newPractice(t, 2)
			if c.name != "an act's digest" {
				require.NoError(t, c.read(t, p))
			}
			p.exec(t, c.sql)
			require.ErrorIs(t, c.read(t, p), records.ErrTampered)
		})
	}
}

// Of a name the rows do not tell how many parts it has, and no row is the same as another patient's but where the name
// and the birth date are.
func TestIndexRowsOfNames(t *testing.T) {
	t.Parallel()
	p := newPractice(t, 0)
	for i, family := range []string{"", "Weber", "van der Berg", "García Márquez", "García de la Cruz", "Weber"} {
		_, err := p.service.SavePatient(t.Context(), desk, records.Save{Patient: records.Patient{
			Practice: "elm-street", ID: fmt.Sprint("p", i), Name: records.Name{Family: family, Given: "Ann"},
		}})
		require.NoError(t, err)
	}
	count := func(what string) (n int) {
		require.NoError(t, p.db.QueryRowContext(t.Context(), "SELECT "+what+" FROM "+p.schema+".records_patient_index").Scan(&n))
		return n
	}
	require.Equal(t, 6*4, count("count(*)"))
	require.Equal(t, 6*4-2, count("count(DISTINCT value)"), "garcia and weber are each there twice")
}

// What is altered or destroyed gets no reminder, and does not hold up the others'.
func TestRemindersOfRecordsThatDoNotOpen(t *testing.T) {
	t.Parallel()
	p := newPractice(t, 3)
	ctx := t.Context()
	p.exec(t, "UPDATE records_appointment SET start = start + interval '1 hour' WHERE id = 'a0'")
	require.NoError(t, p.keys.Shred(ctx, crypto.Subject{Practice: "elm-street", Patient: "p1", Class: crypto.Chart}))
	require.NoError(t, p.keys.Shred(ctx, crypto.Subject{Practice: "elm-street", Patient: "p1", Class: crypto.Evidence}))
	visits, err := p.service.Changed(ctx, 0)
	require.NoError(t, err)
	require.Len(t, visits, 3)
	for i, v := range visits {
		require.Equal(t, fmt.Sprint("a", i), v.Appointment)
		require.Equal(t, i == 2, v.Active)
		require.Equal(t, i == 2, v.Number != "")
		current, err := p.service.Current(ctx, v.Practice, v.Appointment, v.Version)
		require.Equal(t, i == 2, current)
		require.Equal(t, i == 0, err != nil)
	}
	page, err := p.log.Leaves(ctx, audit.Query{Practice: "elm-street", Newest: true})
	require.NoError(t, err)
	outcomes := map[string]audit.Outcome{}
	for _, f := range page.Leaves {
		if e, err := p.log.Open(ctx, f); err == nil && e.Actor.ID == "planner" {
			outcomes[e.Object.ID] = e.Outcome
		}
	}
	require.Equal(t, map[string]audit.Outcome{"a0": audit.Refused, "a1": audit.Done, "a2": audit.Done}, outcomes)
}

// shut is a key manager that answers for one practice no more.
type shut struct {
	crypto.KeyManager
	practice string
}

func (s shut) Unwrap(ctx context.Context, w crypto.Wrapped, bind []byte) ([]byte, error) {
	if bytes.Contains(bind, []byte(s.practice)) {
		return nil, crypto.ErrUnavailable
	}
	return s.KeyManager.Unwrap(ctx, w, bind)
}

// What cannot be read while a practice's keys cannot be had is neither reported nor taken for altered, and holds up nobody else's.
func TestRemindersWhileAPracticesKeysCannotBeHad(t *testing.T) {
	t.Parallel()
	database, ctx := layout.New(t), t.Context()
	kept, manager := cryptomem.New(), crypto.NewEphemeral()
	entries := auditmem.New()
	open := func(m crypto.KeyManager) *records.Service {
		keyring, err := crypto.NewKeyring(kept, m, nil)
		require.NoError(t, err)
		log, err := audit.NewLog(entries, keyring, nil)
		require.NoError(t, err)
		s, err := records.New(recordspg.New(database.Pool(2), keyring, &recordspg.Options{Schema: database.Schema()}), log,
			&records.Options{Now: func() time.Time { return noon }})
		require.NoError(t, err)
		return s
	}
	all := open(manager)
	for _, practice := range []string{"ash-street", "elm-street"} {
		_, err := all.SavePatient(ctx, desk, records.Save{Patient: records.Patient{Practice: practice, ID: "p", Name: records.Name{Family: "Kreiger"}}})
		require.NoError(t, err)
		_, err = all.Book(ctx, desk, records.Booking{
			Practice: practice, Appointment: "a", Patient: "p", Clinician: "u-3", Start: noon.AddDate(0, 0, 1), Zone: "America/Chicago", Duration: time.Hour,
		})
		require.NoError(t, err)
	}
	some := open(shut{manager, "ash-street"})
	visits, err := some.Changed(ctx, 0)
	require.NoError(t, err)
	require.Len(t, visits, 1)
	require.Equal(t, "elm-street", visits[0].Practice)
	require.NoError(t, some.Planned(ctx, "elm-street", "a", visits[0].Version))
	_, err = some.Changed(ctx, 0)
	require.ErrorIs(t, err, crypto.ErrUnavailable)
	visits, err = all.Changed(ctx, 0)
	require.NoError(t, err)
	require.Len(t, visits, 1)
	require.True(t, visits[0].Active, "it is to be planned once its keys are back")
}

func TestShreddedPatientsAreGone(t *testing.T) {
	t.Parallel()
	p := newPractice(t, 5)
	ctx := t.Context()
	_, err := p.service.SavePatient(ctx, desk, records.Save{ID: "act", Patient: records.Patient{
		Practice: "elm-street", ID: "p1", Name: records.Name{Family: "Kreiger"}, Revision: 1,
	}})
	require.NoError(t, err)
	for _, id := range []string{"p1", "p2"} {
		require.NoError(t, p.keys.Shred(ctx, crypto.Subject{Practice: "elm-street", Patient: id, Class: crypto.Chart}))
	}
	_, err = p.service.Patient(ctx, desk, key("p1"))
	require.ErrorIs(t, err, records.ErrGone)
	require.ErrorIs(t, err, records.ErrNotFound)
	_, err = p.service.Appointment(ctx, desk, key("a1"))
	require.ErrorIs(t, err, records.ErrGone)
	_, err = p.service.Cancel(ctx, desk, records.Cancellation{Practice: "elm-street", Appointment: "a1", Revision: 1, Reason: "gone"})
	require.ErrorIs(t, err, records.ErrGone)
	for _, act := range []string{"", "act"} {
		_, err = p.service.SavePatient(ctx, desk, records.Save{ID: act, Patient: records.Patient{
			Practice: "elm-street", ID: "p1", Name: records.Name{Family: "Again"}, Revision: 2,
		}})
		require.ErrorIs(t, err, records.ErrGone)
	}
	// Lists leave them out, and a page is as full as if they had never been.
	var patients, appointments []string
	byName := records.NameQuery{Practice: "elm-street", Name: records.Name{Family: "Kreiger"}, Limit: 2}
	for more := true; more; more = byName.After != "" {
		page, err := p.service.FindByName(ctx, desk, byName)
		require.NoError(t, err)
		for _, found := range page.Patients {
			patients = append(patients, found.ID)
		}
		byName.After = page.Next
	}
	require.Equal(t, []string{"p0", "p3", "p4"}, patients)
	schedule := records.ScheduleQuery{Practice: "elm-street", From: noon, Until: noon.AddDate(0, 0, 10), Limit: 2}
	for more := true; more; more = schedule.After != "" {
		page, err := p.service.Schedule(ctx, desk, schedule)
		require.NoError(t, err)
		for _, a := range page.Appointments {
			appointments = append(appointments, a.ID)
		}
		schedule.After = page.Next
	}
	require.Equal(t, []string{"a0", "a3", "a4"}, appointments)
}

// A caller's rollback takes the record, its act and its entry back, and with them the act's repetition.
func TestRollback(t *testing.T) {
	t.Parallel()
	p := newPractice(t, 0)
	ctx := t.Context()
	command := records.Save{ID: "act", Patient: records.Patient{Practice: "elm-street", ID: "p", Name: records.Name{Family: "Kreiger"}}}
	tx, err := p.db.BeginTx(ctx, nil)
	require.NoError(t, err)
	_, err = p.service.WithStore(p.store.WithTx(tx)).SavePatient(ctx, desk, command)
	require.NoError(t, err)
	require.NoError(t, tx.Rollback())
	_, err = p.store.Patient(ctx, key("p"))
	require.ErrorIs(t, err, records.ErrNotFound)
	entries := auditpg.New(p.db, &auditpg.Options{Schema: p.schema})
	page, err := entries.Leaves(ctx, audit.Query{Practice: "elm-street"})
	require.NoError(t, err)
	require.Empty(t, page.Leaves)
	saved, err := p.service.SavePatient(ctx, desk, command)
	require.NoError(t, err)
	require.False(t, saved.Unchanged)
	require.Equal(t, 1, saved.Revision)
}
