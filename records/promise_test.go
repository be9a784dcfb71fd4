package records_test

import (
	"context"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"github.com/uptrace/bun"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/records"
	"github.com/enamel-go/enamel/records/recordspg"
)

// planted is a patient whose every word can be searched for.
func planted() records.Patient {
	return records.Patient{
		Practice: practice, ID: "p-204", Name: records.Name{Family: "Plantéd-Nàme", Given: "Zyxwöuta"},
		Birth:   records.Date{Year: 1961, Month: time.September, Day: 17},
		Address: records.Address{Line: "4711 Quuxley Road\nApt 0815", City: "Xanadupolis", State: "Franklinstate", PostalCode: "98765-4321", Country: "Ruritania"},
		Phones:  []records.Phone{{Number: "(512) 555-0142", Use: records.Mobile}, {Number: "555-767-7476", Use: records.Home}},
		Email:   "Zyx.Planted@Example.COM", Zone: "America/Indiana/Tell_City",
	}
}

// plantedWords are its data in every form that might be kept.
func plantedWords() []string {
	return []string{
		"Plantéd", "planted", "Zyxw", "zyxw", "1961", "09-17", "Quuxley", "0815", "Xanadu", "Franklinstate", "98765", "Ruritania",
		"(512) 555", "5125550142", "555-767-7476", "5557677476", "Zyx.Planted", "zyx.planted", "Tell_City", "u-clinician",
	}
}

// found returns which of the planted words a dump contains.
func found(dump string) []string {
	var words []string
	for _, word := range plantedWords() {
		if strings.Contains(dump, word) {
			words = append(words, word)
		}
	}
	return words
}

// Patient demographics: name, birth date, address, phone, e-mail. Stored sealed, read back equal, found.
func TestPromise_M1_1_DemographicsSealedAndFound(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		p := planted()
		saved, err := w.SavePatient(ctx, desk, records.Save{ID: "act-1", Patient: p, Reason: "Plantéd reason"})
		require.NoError(t, err)
		_, err = w.Book(ctx, desk, records.Booking{
			Practice: practice, Appointment: "a-88", Patient: p.ID, Clinician: "u-clinician", Start: noon.AddDate(0, 0, 3),
			Zone: "America/Chicago", Duration: time.Hour,
		})
		require.NoError(t, err)

		// Read back equal: as it was given, but for the number, which is E.164 now, and what is said of both.
		want := p
		want.Revision = 1
		want.Phones = []records.Phone{
			{Number: "+15125550142", Use: records.Mobile, Textable: true},
			{Number: "555-767-7476", Use: records.Home, Why: "its area code is not in use"},
		}
		require.Empty(t, cmp.Diff(want, saved.Patient))
		read, err := w.Patient(ctx, desk, p.Key())
		require.NoError(t, err)
		require.Empty(t, cmp.Diff(want, read))

		finders := map[string]func(practice string) (records.PatientPage, error){
			"name and birth date": func(practice string) (records.PatientPage, error) {
				name := records.Name{Family: " PLANTED-NAME", Given: "zyxwouta"}
				return w.FindByName(ctx, desk, records.NameQuery{Practice: practice, Name: name, Birth: p.Birth})
			},
			"phone": func(practice string) (records.PatientPage, error) {
				return w.FindByPhone(ctx, desk, records.PhoneQuery{Practice: practice, Number: "+1 512.555.0142"})
			},
			"number that is none": func(practice string) (records.PatientPage, error) {
				return w.FindByPhone(ctx, desk, records.PhoneQuery{Practice: practice, Number: "555-767-7476"})
			},
			"e-mail": func(practice string) (records.PatientPage, error) {
				return w.FindByEmail(ctx, desk, records.EmailQuery{Practice: practice, Email: "zyx.planted@example.com"})
			},
		}
		for by, find := range finders {
			page, err := find(practice)
			require.NoError(t, err, by)
			require.Empty(t, cmp.Diff([]records.Patient{want}, page.Patients), by)
		}

		// Sealed: neither the tables nor the log hold a planted word, the answers to the searches included.
		require.Empty(t, found(w.dump(t)))

		t.Run("refuses_bad_input", func(t *testing.T) {
			for name, spoil := range map[string]func(*records.Patient){
				"no name":         func(p *records.Patient) { p.Name = records.Name{} },
				"no such date":    func(p *records.Patient) { p.Birth = records.Date{Year: 1961, Month: 2, Day: 29} },
				"a future birth":  func(p *records.Patient) { p.Birth = records.Date{Year: 2961, Month: 9, Day: 17} },
				"no such address": func(p *records.Patient) { p.Email = "planted" },
				"no such zone":    func(p *records.Patient) { p.Zone = "America/Xanadupolis" },
				"a NUL":           func(p *records.Patient) { p.Address.City = "Xanadu\x00polis" },
				"no text":         func(p *records.Patient) { p.Address.Line = "Quuxley \xff" },
				"an empty phone":  func(p *records.Patient) { p.Phones[0].Number = "" },
			} {
				bad := planted()
				spoil(&bad)
				bad.Revision = 1
				_, err := w.SavePatient(ctx, desk, records.Save{Patient: bad})
				require.ErrorIs(t, err, records.ErrInvalid, name)
				require.Empty(t, found(err.Error()), name)
			}
			still, err := w.Patient(ctx, desk, p.Key())
			require.NoError(t, err)
			require.Empty(t, cmp.Diff(want, still), "a refused command changed something")
		})
		t.Run("refuses_another_practice", func(t *testing.T) {
			for by, find := range finders {
				page, err := find("oak-street")
				require.NoError(t, err, by)
				require.Empty(t, page.Patients, by)
			}
			_, err := w.Patient(ctx, desk, records.Key{Practice: "oak-street", ID: p.ID})
			require.ErrorIs(t, err, records.ErrNotFound)
		})
		t.Run("refuses_a_copied_row", func(t *testing.T) {
			if w.db == nil {
				t.Skip("memory has no rows to copy")
			}
			thief := planted()
			thief.ID = "thief"
			_, err := w.SavePatient(ctx, desk, records.Save{Patient: thief})
			require.NoError(t, err)
			w.exec(t, "UPDATE records_patient a SET sealed = b.sealed FROM records_patient b WHERE a.id = 'thief' AND b.id = 'p-204'")
			_, err = w.Patient(ctx, desk, thief.Key())
			require.ErrorIs(t, err, records.ErrTampered)
		})
		t.Run("without_rule", func(t *testing.T) {
			// What is not sealed is found, so the search above is no hollow one.
			if w.db == nil {
				_, err := w.Patient(ctx, audit.Actor{Kind: audit.Staff, ID: "Plantéd"}, p.Key())
				require.NoError(t, err)
				require.Equal(t, []string{"Plantéd"}, found(w.dump(t)))
				return
			}
			w.exec(t, "UPDATE records_patient SET sealed = convert_to('Plantéd, Xanadupolis', 'UTF8') WHERE id = 'p-204'")
			require.Equal(t, []string{"Plantéd", "Xanadu"}, found(w.dump(t)))
			// And what has no index is not.
			w.exec(t, "DELETE FROM records_patient_index")
			for by, find := range finders {
				page, err := find(practice)
				require.NoError(t, err, by)
				require.Empty(t, page.Patients, by)
			}
		})
	})
}

// exec alters rows behind the store's back.
func (w *world) exec(t *testing.T, query string) {
	t.Helper()
	_, err := w.own.ExecContext(t.Context(), "SET search_path = "+w.schema+"; "+query)
	require.NoError(t, err)
}

// call is one exported method of the service that a person or a machine acts on a record by.
type call struct {
	method string
	write  bool
	do     func(ctx context.Context, s *records.Service) (any, error)
}

// calls returns a call of each method that works on what newRecords has made, in an order in which all can be made.
func calls() []call {
	key := func(id string) records.Key { return records.Key{Practice: practice, ID: id} }
	return []call{
		{"Patient", false, func(ctx context.Context, s *records.Service) (any, error) {
			return s.Patient(ctx, desk, key("p-204"))
		}},
		{"FindByName", false, func(ctx context.Context, s *records.Service) (any, error) {
			p := planted()
			return s.FindByName(ctx, desk, records.NameQuery{Practice: practice, Name: p.Name, Birth: p.Birth})
		}},
		{"FindByPhone", false, func(ctx context.Context, s *records.Service) (any, error) {
			return s.FindByPhone(ctx, desk, records.PhoneQuery{Practice: practice, Number: "5125550142"})
		}},
		{"FindByEmail", false, func(ctx context.Context, s *records.Service) (any, error) {
			return s.FindByEmail(ctx, desk, records.EmailQuery{Practice: practice, Email: planted().Email})
		}},
		{"Appointment", false, func(ctx context.Context, s *records.Service) (any, error) {
			return s.Appointment(ctx, desk, key("a-88"))
		}},
		{"Schedule", false, func(ctx context.Context, s *records.Service) (any, error) {
			return s.Schedule(ctx, desk, records.ScheduleQuery{Practice: practice, From: noon.AddDate(-1, 0, 0), Until: noon.AddDate(1, 0, 0)})
		}},
		{"Changed", false, func(ctx context.Context, s *records.Service) (any, error) { return s.Changed(ctx, 10) }},
		{"SavePatient", true, func(ctx context.Context, s *records.Service) (any, error) {
			p := planted()
			p.Revision, p.Email = 1, "new@example.com"
			return s.SavePatient(ctx, desk, records.Save{Patient: p})
		}},
		{"Book", true, func(ctx context.Context, s *records.Service) (any, error) {
			return s.Book(ctx, desk, records.Booking{
				Practice: practice, Appointment: "a-89", Patient: "p-204", Clinician: "u-3", Start: noon, Zone: "America/Chicago", Duration: time.Hour,
			})
		}},
		{"Move", true, func(ctx context.Context, s *records.Service) (any, error) {
			return s.Move(ctx, desk, records.Move{Practice: practice, Appointment: "a-88", Revision: 1, Start: noon.AddDate(0, 0, 4), Reason: "asked"})
		}},
		{"Cancel", true, func(ctx context.Context, s *records.Service) (any, error) {
			return s.Cancel(ctx, desk, records.Cancellation{Practice: practice, Appointment: "a-88", Revision: 1, Reason: "ill"})
		}},
		{"Close", true, func(ctx context.Context, s *records.Service) (any, error) {
			return s.Close(ctx, desk, records.Closing{Practice: practice, Appointment: "a-90", Revision: 1, Status: records.Kept})
		}},
	}
}

// silent are the methods that leave no entry, each with the reason why it reads and writes no record.
var silent = map[string]string{
	"WithStore": "binds a copy and touches nothing",
	"Planned":   "marks that reminders are planned; a mark is nothing of a patient's",
	"Current":   "tells a machine yes or no about a version; the machine records the decision it builds on it",
}

// newRecords makes what calls needs.
func newRecords(t *testing.T, w *world) {
	t.Helper()
	_, err := w.SavePatient(t.Context(), desk, records.Save{Patient: planted()})
	require.NoError(t, err)
	for id, start := range map[string]time.Time{"a-88": noon.AddDate(0, 0, 3), "a-90": noon.Add(-time.Hour)} {
		_, err = w.Book(t.Context(), desk, records.Booking{
			Practice: practice, Appointment: id, Patient: "p-204", Clinician: "u-3", Start: start, Zone: "America/Chicago", Duration: time.Hour,
		})
		require.NoError(t, err)
	}
}

// kept returns all that the store holds, without leaving an entry.
func (w *world) kept(t *testing.T) any {
	t.Helper()
	ctx := t.Context()
	p, err := w.store.Patient(ctx, records.Key{Practice: practice, ID: "p-204"})
	require.NoError(t, err)
	all, err := w.store.Appointments(ctx, records.AppointmentQuery{
		Practice: practice, From: noon.AddDate(-1, 0, 0), Until: noon.AddDate(1, 0, 0), Limit: 100,
	})
	require.NoError(t, err)
	return []any{p, all}
}

// audited calls c and says whether it left an entry for the patient, by who called.
func audited(t *testing.T, w *world, s *records.Service, c call) bool {
	t.Helper()
	before := w.logged(t)
	result, err := c.do(t.Context(), s)
	require.NoError(t, err, c.method)
	require.NotZero(t, result, c.method)
	seen := map[string]bool{}
	for _, e := range before {
		seen[e.ID] = true
	}
	var fresh []audit.Entry
	for _, e := range w.logged(t) {
		if !seen[e.ID] {
			fresh = append(fresh, e)
		}
	}
	for _, e := range fresh {
		by := desk
		if c.method == "Changed" {
			by = audit.Actor{Kind: audit.System, ID: "planner"}
		}
		require.Equal(t, by, e.Actor, c.method)
		require.Equal(t, "p-204", e.Patient, c.method)
		require.Equal(t, audit.Done, e.Outcome, c.method)
		require.NotEmpty(t, e.Action, c.method)
	}
	return len(fresh) > 0
}

// No read or write of a record without its entry; a write's entry is in its transaction; a read's entry survives the
// caller's rollback; and when the log is down nothing is read and nothing is written.
func TestPromise_M3_2_EveryReadAndWriteLeavesItsEntry(t *testing.T) {
	t.Run("every_method_is_known", func(t *testing.T) {
		known := map[string]bool{}
		for _, c := range calls() {
			known[c.method] = true
		}
		service := reflect.TypeFor[*records.Service]()
		for i := range service.NumMethod() {
			name := service.Method(i).Name
			require.True(t, known[name] != (silent[name] != ""), "%s is neither called here nor excused", name)
		}
	})
	worlds(t, func(t *testing.T, w *world) {
		newRecords(t, w)
		t.Run("refuses_when_the_log_is_down", func(t *testing.T) {
			logged, kept := len(w.logged(t)), w.kept(t)
			w.fuse.blown = true
			for _, c := range calls() {
				result, err := c.do(t.Context(), w.Service)
				require.ErrorIs(t, err, errBlown, c.method)
				require.Zero(t, reflect.ValueOf(result).Interface(), "%s returned something", c.method)
			}
			w.fuse.blown = false
			require.Empty(t, cmp.Diff(kept, w.kept(t)), "something was written")
			require.Len(t, w.logged(t), logged)
		})
		t.Run("refuses_a_refusal_without_entry", func(t *testing.T) {
			w.fuse.blown = true
			_, err := w.Patient(t.Context(), desk, records.Key{Practice: practice, ID: "stranger"})
			w.fuse.blown = false
			require.ErrorIs(t, err, records.ErrNotFound)
			require.ErrorIs(t, err, audit.ErrNotRecorded)
		})
		t.Run("refuses_a_write_without_entry", func(t *testing.T) {
			p := planted()
			p.Revision = 2
			_, err := w.store.Apply(t.Context(), records.Change{
				Act: records.Act{Practice: practice, ID: "x", Patient: p.ID, Digest: []byte("d")}, Patient: &p,
			})
			require.ErrorIs(t, err, records.ErrInvalid)
		})
		t.Run("refuses_what_the_log_cannot_keep", func(t *testing.T) {
			if w.db == nil {
				t.Skip("the memory store's log cannot be taken away; the suite of stores has the case")
			}
			kept := w.kept(t)
			w.exec(t, "ALTER TABLE audit_entry RENAME TO audit_entry_away")
			for _, c := range calls() {
				result, err := c.do(t.Context(), w.Service)
				require.Error(t, err, c.method)
				require.Zero(t, reflect.ValueOf(result).Interface(), "%s returned something", c.method)
			}
			w.exec(t, "ALTER TABLE audit_entry_away RENAME TO audit_entry")
			require.Empty(t, cmp.Diff(kept, w.kept(t)), "something was written")
		})
		t.Run("in_a_transaction_that_is_rolled_back", func(t *testing.T) {
			if w.db == nil {
				t.Skip("memory has no transactions")
			}
			kept := w.kept(t)
			for _, c := range calls() {
				before := len(w.logged(t))
				err := w.db.RunInTx(t.Context(), nil, func(_ context.Context, tx bun.Tx) error {
					bound := w.WithStore(w.store.(*recordspg.Store).WithTx(tx))
					_, err := c.do(t.Context(), bound)
					require.NoError(t, err, c.method)
					return errBlown
				})
				require.ErrorIs(t, err, errBlown)
				after := len(w.logged(t))
				if c.write {
					require.Equal(t, before, after, "the entry of a %s that was rolled back is there", c.method)
				} else {
					require.Greater(t, after, before, "the entry of a %s was rolled back", c.method)
				}
			}
			require.Empty(t, cmp.Diff(kept, w.kept(t)))
		})
		t.Run("without_rule", func(t *testing.T) {
			// A log that keeps nothing is noticed by the check that every call below passes.
			log, err := audit.NewLog(forgetful{w.entries}, w.fuse, nil)
			require.NoError(t, err)
			mute, err := records.New(w.store, log, nil)
			require.NoError(t, err)
			for _, c := range calls() {
				if !c.write {
					require.False(t, audited(t, w, mute, c), c.method)
				}
			}
		})
		for _, c := range calls() {
			if c.method == "Cancel" { // what was moved before has another revision
				c.do = func(ctx context.Context, s *records.Service) (any, error) {
					return s.Cancel(ctx, desk, records.Cancellation{Practice: practice, Appointment: "a-88", Revision: 2, Reason: "ill"})
				}
			}
			require.True(t, audited(t, w, w.Service, c), fmt.Sprintf("%s left no entry", c.method))
		}
	})
}

// forgetful is a log's store that keeps nothing.
type forgetful struct{ audit.Store }

func (forgetful) Append(context.Context, ...audit.Leaf) error { return nil }
