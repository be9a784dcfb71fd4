package records_test

import (
	"context"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"github.com/uptrace/bun"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/records"
	"github.com/enamel-go/enamel/records/recordspg"
)

// call is one exported method of the service that a person or a machine acts on a record by.
type call struct {
	method string
	write  bool
	about  []string // the objects of the entries that it leaves, in the order of their ids
	do     func(ctx context.Context, s *records.Service) (any, error)
}

// calls returns a call of each method that works on what newRecords has made, in an order in which all can be made.
func calls() []call {
	key := func(id string) records.Key { return records.Key{Practice: practice, ID: id} }
	return []call{
		{"Patient", false, []string{"p-204"}, func(ctx context.Context, s *records.Service) (any, error) {
			return s.Patient(ctx, desk, key("p-204"))
		}},
		{"FindByName", false, []string{"p-204", "p-205"}, func(ctx context.Context, s *records.Service) (any, error) {
			p := planted()
			return s.FindByName(ctx, desk, records.NameQuery{Practice: practice, Name: p.Name, Birth: p.Birth})
		}},
		{"FindByPhone", false, []string{"p-204", "p-205"}, func(ctx context.Context, s *records.Service) (any, error) {
			return s.FindByPhone(ctx, desk, records.PhoneQuery{Practice: practice, Number: "5125550142"})
		}},
		{"FindByEmail", false, []string{"p-204", "p-205"}, func(ctx context.Context, s *records.Service) (any, error) {
			return s.FindByEmail(ctx, desk, records.EmailQuery{Practice: practice, Email: planted().Email})
		}},
		{"Appointment", false, []string{"a-88"}, func(ctx context.Context, s *records.Service) (any, error) {
			return s.Appointment(ctx, desk, key("a-88"))
		}},
		{"Schedule", false, []string{"a-88", "a-90", "a-91"}, func(ctx context.Context, s *records.Service) (any, error) {
			q := records.ScheduleQuery{Practice: practice, From: noon.AddDate(-1, 0, 0), Until: noon.AddDate(1, 0, 0)}
			return s.Schedule(ctx, desk, q)
		}},
		{"Changed", false, []string{"a-88", "a-91"}, func(ctx context.Context, s *records.Service) (any, error) {
			return s.Changed(ctx, 10)
		}},
		{"Visit", false, []string{"a-88", "p-204"}, func(ctx context.Context, s *records.Service) (any, error) {
			return s.Visit(ctx, practice, "a-88")
		}},
		{"FirstNames", false, []string{"p-204", "p-205"}, func(ctx context.Context, s *records.Service) (any, error) {
			return s.FirstNames(ctx, practice, []string{planted().Phones[0].Number})
		}},
		{"SavePatient", true, []string{"p-204"}, func(ctx context.Context, s *records.Service) (any, error) {
			p := planted()
			p.Revision, p.Email = 1, "new@example.com"
			return s.SavePatient(ctx, desk, records.Save{Patient: p})
		}},
		{"Book", true, []string{"a-89"}, func(ctx context.Context, s *records.Service) (any, error) {
			return s.Book(ctx, desk, records.Booking{
				Practice: practice, Appointment: "a-89", Patient: "p-204", Clinician: "u-3", Start: noon,
				Zone: "America/Chicago", Duration: time.Hour,
			})
		}},
		{"Move", true, []string{"a-88"}, func(ctx context.Context, s *records.Service) (any, error) {
			return s.Move(ctx, desk, records.Move{
				Practice: practice, Appointment: "a-88", Revision: 1, Start: noon.AddDate(0, 0, 4), Reason: "asked",
			})
		}},
		{"Cancel", true, []string{"a-88"}, func(ctx context.Context, s *records.Service) (any, error) {
			return s.Cancel(ctx, desk, records.Cancellation{
				Practice: practice, Appointment: "a-88", Revision: 1, Reason: "ill",
			})
		}},
		{"Close", true, []string{"a-90"}, func(ctx context.Context, s *records.Service) (any, error) {
			return s.Close(ctx, desk, records.Closing{
				Practice: practice, Appointment: "a-90", Revision: 1, Status: records.Kept,
			})
		}},
	}
}

// silent are the methods that leave no entry, each with the reason why it reads and writes no record.
var silent = map[string]string{
	"WithStore": "binds a copy and touches nothing",
	"Planned":   "marks that reminders are planned; a mark is nothing of a patient's",
	"PutOff":    "marks that they cannot be planned now; a mark is nothing of a patient's",
	"Current":   "tells a machine yes or no about a version; the machine records the decision it builds on it",
}

// newRecords makes what calls needs.
func newRecords(t *testing.T, w *world) {
	t.Helper()
	for _, id := range []string{"p-204", "p-205"} { // of one name, birth date, phone and e-mail address
		p := planted()
		p.ID = id
		_, err := w.SavePatient(t.Context(), desk, records.Save{Patient: p})
		require.NoError(t, err)
	}
	for id, start := range map[string]time.Time{
		"a-88": noon.AddDate(0, 0, 3), "a-90": noon.Add(-time.Hour), "a-91": noon.AddDate(0, 0, 5),
	} {
		_, err := w.Book(t.Context(), desk, records.Booking{
			Practice: practice, Appointment: id, Patient: "p-204", Clinician: "u-3", Start: start,
			Zone: "America/Chicago", Duration: time.Hour,
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

// audited calls c and returns which objects it left entries for, each by who called and for the patient it is about.
func audited(t *testing.T, w *world, s *records.Service, c call) []string {
	t.Helper()
	seen := map[string]bool{}
	for _, e := range w.logged(t) {
		seen[e.ID] = true
	}
	result, err := c.do(t.Context(), s)
	require.NoError(t, err, c.method)
	require.NotZero(t, result, c.method)
	var about []string
	for _, e := range w.logged(t) {
		if seen[e.ID] {
			continue
		}
		by, patient := desk, "p-204"
		switch c.method {
		case "Changed":
			by = audit.Actor{Kind: audit.System, ID: "planner"}
		case "Visit", "FirstNames":
			by = audit.Actor{Kind: audit.System, ID: "texts"}
		}
		if e.Object.Kind == "patient" {
			patient = e.Object.ID
		}
		require.Equal(t, by, e.Actor, c.method)
		require.Equal(t, patient, e.Patient, c.method)
		require.Equal(t, audit.Done, e.Outcome, c.method)
		require.NotEmpty(t, e.Action, c.method)
		about = append(about, e.Object.ID)
	}
	slices.Sort(about)
	return about
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
		t.Run("of what is not there", func(t *testing.T) {
			// That somebody is not a patient here, or has no visit, is health information as well.
			ctx := t.Context()
			for name, look := range map[string]func() (any, error){
				"records.patient.find": func() (any, error) {
					page, err := w.FindByPhone(ctx, desk, records.PhoneQuery{Practice: practice, Number: "5125550143"})
					return page.Patients, err
				},
				"records.schedule.read": func() (any, error) {
					q := records.ScheduleQuery{Practice: practice, From: noon.AddDate(1, 0, 0), Until: noon.AddDate(2, 0, 0)}
					page, err := w.Schedule(ctx, desk, q)
					return page.Appointments, err
				},
			} {
				before := len(w.logged(t))
				nothing, err := look()
				require.NoError(t, err, name)
				require.Empty(t, nothing, name)
				logged := w.logged(t)
				require.Len(t, logged, before+1, name)
				require.Equal(t, name, logged[before].Action)
				require.Equal(t, desk, logged[before].Actor)
			}
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
					require.Empty(t, audited(t, w, mute, c), c.method)
				}
			}
		})
		for _, c := range calls() {
			if c.method == "Cancel" { // what was moved before has another revision
				c.do = func(ctx context.Context, s *records.Service) (any, error) {
					return s.Cancel(ctx, desk, records.Cancellation{
						Practice: practice, Appointment: "a-88", Revision: 2, Reason: "ill",
					})
				}
			}
			require.Equal(t, c.about, audited(t, w, w.Service, c), c.method)
		}
	})
}

// forgetful is a log's store that keeps nothing.
type forgetful struct{ audit.Store }

func (forgetful) Append(context.Context, ...audit.Leaf) error { return nil }
