package recordstest_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/audit/auditmem"
	"github.com/enamel-go/enamel/records"
	"github.com/enamel-go/enamel/records/recordsmem"
	"github.com/enamel-go/enamel/records/recordstest"
)

// mutant is a good store with one thing done wrong. A nil function does it right.
type mutant struct {
	records.Store
	apply        func(context.Context, records.Change) (bool, error)
	done         func(context.Context, records.Act) (bool, error)
	patient      func(context.Context, records.Key) (records.Patient, error)
	patients     func(context.Context, records.PatientQuery) ([]records.Patient, error)
	appointment  func(context.Context, records.Key) (records.Appointment, error)
	appointments func(context.Context, records.AppointmentQuery) ([]records.Appointment, error)
	changed      func(context.Context, int) ([]records.Appointed, error)
	putOff       func(context.Context, records.Key, string, time.Time) error
	planned      func(context.Context, records.Key, string) error
}

func (m mutant) Apply(ctx context.Context, c records.Change) (bool, error) {
	if m.apply == nil {
		return m.Store.Apply(ctx, c)
	}
	return m.apply(ctx, c)
}

func (m mutant) Done(ctx context.Context, a records.Act) (bool, error) {
	if m.done == nil {
		return m.Store.Done(ctx, a)
	}
	return m.done(ctx, a)
}

func (m mutant) Patient(ctx context.Context, k records.Key) (records.Patient, error) {
	if m.patient == nil {
		return m.Store.Patient(ctx, k)
	}
	return m.patient(ctx, k)
}

func (m mutant) Patients(ctx context.Context, q records.PatientQuery) ([]records.Patient, error) {
	if m.patients == nil {
		return m.Store.Patients(ctx, q)
	}
	return m.patients(ctx, q)
}

func (m mutant) Appointment(ctx context.Context, k records.Key) (records.Appointment, error) {
	if m.appointment == nil {
		return m.Store.Appointment(ctx, k)
	}
	return m.appointment(ctx, k)
}

func (m mutant) Appointments(ctx context.Context, q records.AppointmentQuery) ([]records.Appointment, error) {
	if m.appointments == nil {
		return m.Store.Appointments(ctx, q)
	}
	return m.appointments(ctx, q)
}

func (m mutant) Changed(ctx context.Context, limit int) ([]records.Appointed, error) {
	if m.changed == nil {
		return m.Store.Changed(ctx, limit)
	}
	return m.changed(ctx, limit)
}

func (m mutant) PutOff(ctx context.Context, k records.Key, version string, at time.Time) error {
	if m.putOff == nil {
		return m.Store.PutOff(ctx, k, version, at)
	}
	return m.putOff(ctx, k, version, at)
}

func (m mutant) Planned(ctx context.Context, k records.Key, version string) error {
	if m.planned == nil {
		return m.Store.Planned(ctx, k, version)
	}
	return m.planned(ctx, k, version)
}

// broken is one way to break a store, and the case that is there to catch it.
type broken struct {
	name, caughtBy string
	breaks         func(good records.Store, entries *auditmem.Store) records.Store
}

// changing returns a break that changes what is given before it is kept.
func changing(name, caughtBy string, change func(*records.Change)) broken {
	return broken{name, caughtBy, func(good records.Store, _ *auditmem.Store) records.Store {
		return mutant{Store: good, apply: func(ctx context.Context, c records.Change) (bool, error) {
			if err := c.Validate(); err != nil {
				return false, err
			}
			if c.Patient != nil {
				p := c.Patient.Clone()
				c.Patient = &p
			}
			if c.Appointment != nil {
				a := *c.Appointment
				c.Appointment = &a
			}
			c.Leaves = slices.Clone(c.Leaves)
			change(&c)
			return good.Apply(ctx, c)
		}}
	}}
}

// answering returns a break that changes what became of a write.
func answering(name, caughtBy string, answer func(written bool, err error) (bool, error)) broken {
	return broken{name, caughtBy, func(good records.Store, _ *auditmem.Store) records.Store {
		return mutant{Store: good, apply: func(ctx context.Context, c records.Change) (bool, error) {
			return answer(good.Apply(ctx, c))
		}}
	}}
}

// asking returns a break that changes what is asked of the schedule.
func asking(name, caughtBy string, ask func(*records.AppointmentQuery)) broken {
	return broken{name, caughtBy, func(good records.Store, _ *auditmem.Store) records.Store {
		return mutant{Store: good, appointments: func(ctx context.Context, q records.AppointmentQuery) ([]records.Appointment, error) {
			ask(&q)
			return good.Appointments(ctx, q)
		}}
	}}
}

// finding returns a break that changes what patients are looked for.
func finding(name, caughtBy string, find func(*records.PatientQuery)) broken {
	return broken{name, caughtBy, func(good records.Store, _ *auditmem.Store) records.Store {
		return mutant{Store: good, patients: func(ctx context.Context, q records.PatientQuery) ([]records.Patient, error) {
			q.Terms = slices.Clone(q.Terms)
			find(&q)
			return good.Patients(ctx, q)
		}}
	}}
}

// reporting returns a break that changes what is reported as changed.
func reporting(name, caughtBy string, report func([]records.Appointed) []records.Appointed) broken {
	return broken{name, caughtBy, func(good records.Store, _ *auditmem.Store) records.Store {
		return mutant{Store: good, changed: func(ctx context.Context, limit int) ([]records.Appointed, error) {
			got, err := good.Changed(ctx, limit)
			return report(got), err
		}}
	}}
}

// writes are the breaks of Apply and Done.
func writes() []broken {
	return []broken{
		{"keeps a change when its entry is refused", "a refused entry takes the change with it", func(good records.Store, _ *auditmem.Store) records.Store {
			return mutant{Store: good, apply: func(ctx context.Context, c records.Change) (bool, error) {
				written, err := good.Apply(ctx, c)
				if errors.Is(err, audit.ErrConflict) {
					c.Leaves = slices.Clone(c.Leaves)
					c.Leaves[0].ID += "'"
					_, again := good.Apply(ctx, c)
					err = errors.Join(err, again)
				}
				return written, err
			}}
		}},
		{"forgets the entry", "a patient comes back as written", func(_ records.Store, _ *auditmem.Store) records.Store {
			return recordsmem.New(auditmem.New())
		}},
		changing("keeps the first entry of several", "every entry of a change is kept", func(c *records.Change) {
			c.Leaves = c.Leaves[:min(1, len(c.Leaves))]
		}),
		{"writes an entry for a repeated act", "a repeated act changes nothing and leaves no second entry", func(good records.Store, entries *auditmem.Store) records.Store {
			return mutant{Store: good, apply: func(ctx context.Context, c records.Change) (bool, error) {
				written, err := good.Apply(ctx, c)
				if err == nil && !written {
					err = entries.Append(ctx, c.Leaves...)
				}
				return written, err
			}}
		}},
		{"writes an entry for a stale change", "a stale change writes nothing", func(good records.Store, entries *auditmem.Store) records.Store {
			return mutant{Store: good, apply: func(ctx context.Context, c records.Change) (bool, error) {
				written, err := good.Apply(ctx, c)
				if errors.Is(err, records.ErrStale) {
					err = errors.Join(err, entries.Append(ctx, c.Leaves...))
				}
				return written, err
			}}
		}},
		answering("says that a repeated act was written", "a repeated act changes nothing and leaves no second entry", func(_ bool, err error) (bool, error) {
			return err == nil, err
		}),
		answering("swallows errors of a write", "a refused entry takes the change with it", func(written bool, err error) (bool, error) {
			if errors.Is(err, audit.ErrConflict) {
				err = nil
			}
			return written, err
		}),
		changing("takes a repeated act for a new one", "a repeated act changes nothing and leaves no second entry", func(c *records.Change) {
			c.Act.ID = c.Leaves[0].ID
		}),
		{"takes an act for one over all practices", "practices do not see each other", func(good records.Store, _ *auditmem.Store) records.Store {
			used := map[string]bool{}
			return mutant{Store: good, apply: func(ctx context.Context, c records.Change) (bool, error) {
				if used[c.Act.ID] {
					return false, nil
				}
				written, err := good.Apply(ctx, c)
				used[c.Act.ID] = used[c.Act.ID] || written
				return written, err
			}}
		}},
		{"does not compare digests", "an act is known by its id and its digest", func(good records.Store, _ *auditmem.Store) records.Store {
			return mutant{Store: good, done: func(ctx context.Context, a records.Act) (bool, error) {
				done, err := good.Done(ctx, a)
				if errors.Is(err, records.ErrConflict) {
					return true, nil
				}
				return done, err
			}}
		}},
		{"folds the case of acts", "an act is known by its id and its digest", func(good records.Store, _ *auditmem.Store) records.Store {
			return mutant{Store: good, done: func(ctx context.Context, a records.Act) (bool, error) {
				a.ID = strings.ToLower(a.ID)
				return good.Done(ctx, a)
			}}
		}},
		{"forgets that an act was done", "an act is known by its id and its digest", func(good records.Store, _ *auditmem.Store) records.Store {
			return mutant{Store: good, done: func(context.Context, records.Act) (bool, error) { return false, nil }}
		}},
		{"keeps the act of a refused change", "a refused entry takes the change with it", func(good records.Store, _ *auditmem.Store) records.Store {
			kept := map[string]bool{}
			return mutant{
				Store: good, apply: func(ctx context.Context, c records.Change) (bool, error) {
					written, err := good.Apply(ctx, c)
					kept[c.Act.ID] = true
					return written, err
				}, done: func(ctx context.Context, a records.Act) (bool, error) {
					done, err := good.Done(ctx, a)
					return done || kept[a.ID], err
				},
			}
		}},
		{"ignores revisions", "a stale change writes nothing", func(good records.Store, _ *auditmem.Store) records.Store {
			return mutant{Store: good, apply: func(ctx context.Context, c records.Change) (bool, error) {
				if p := c.Patient; p != nil {
					if kept, err := good.Patient(ctx, p.Key()); err == nil {
						changed := p.Clone()
						changed.Revision = kept.Revision + 1
						c.Patient = &changed
					}
				}
				return good.Apply(ctx, c)
			}}
		}},
		{"books for anybody", "nobody is booked who is no patient", func(good records.Store, _ *auditmem.Store) records.Store {
			return mutant{Store: good, apply: func(ctx context.Context, c records.Change) (bool, error) {
				written, err := good.Apply(ctx, c)
				if errors.Is(err, records.ErrNotFound) {
					return true, nil
				}
				return written, err
			}}
		}},
		changing("folds the case of patients", "ids are exact", func(c *records.Change) {
			if c.Patient != nil {
				c.Patient.ID = strings.ToLower(c.Patient.ID)
				c.Act.Patient = c.Patient.ID
			}
		}),
		changing("trims appointments", "ids are exact", func(c *records.Change) {
			if c.Appointment != nil {
				c.Appointment.ID = strings.TrimSpace(c.Appointment.ID)
			}
		}),
		changing("reissues nothing", "a reissue gives booked appointments another version", func(c *records.Change) { c.Reissue = nil }),
		changing("reissues the past as well", "a reissue gives booked appointments another version", func(c *records.Change) {
			if c.Reissue != nil {
				c.Reissue.At = c.Reissue.At.Add(-time.Nanosecond * 1000)
			}
		}),
		changing("reissues with every save", "a reissue gives booked appointments another version", func(c *records.Change) {
			if c.Patient != nil && c.Reissue == nil {
				c.Reissue = &records.Reissue{Version: "again", At: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
			}
		}),
		changing("plans everything", "a change is reported until it is planned", func(c *records.Change) {
			c.Plan = c.Appointment != nil
		}),
		changing("plans nothing", "a change is reported until it is planned", func(c *records.Change) { c.Plan = false }),
		changing("keeps times at milliseconds", "an appointment comes back as written", func(c *records.Change) {
			if c.Appointment != nil {
				c.Appointment.Start = c.Appointment.Start.Truncate(time.Millisecond)
			}
		}),
		{"does not look at what it is given", "what no store can keep is refused", func(good records.Store, _ *auditmem.Store) records.Store {
			return mutant{Store: good, apply: func(ctx context.Context, c records.Change) (bool, error) {
				if c.Patient != nil {
					p := c.Patient.Clone()
					p.Name.Family = strings.ReplaceAll(p.Name.Family, "\x00", "")
					c.Patient = &p
				}
				return good.Apply(ctx, c)
			}}
		}},
		{"ignores a cancelled context", "a cancelled context writes nothing", func(good records.Store, _ *auditmem.Store) records.Store {
			return mutant{Store: good, apply: func(ctx context.Context, c records.Change) (bool, error) {
				return good.Apply(context.WithoutCancel(ctx), c)
			}}
		}},
		{"plans under a cancelled context", "a cancelled context writes nothing", func(good records.Store, _ *auditmem.Store) records.Store {
			return mutant{Store: good, planned: func(ctx context.Context, k records.Key, version string) error {
				return good.Planned(context.WithoutCancel(ctx), k, version)
			}}
		}},
		{"looks at the revision before it locks", "concurrent saves of one revision exclude each other", func(good records.Store, _ *auditmem.Store) records.Store {
			arrived := make(chan struct{}, 8)
			return mutant{Store: good, apply: func(ctx context.Context, c records.Change) (bool, error) {
				written, err := good.Apply(ctx, c)
				if errors.Is(err, records.ErrStale) && cap(arrived) > len(arrived) {
					arrived <- struct{}{}
					return true, nil
				}
				return written, err
			}}
		}},
		{"reads the patient of a moment ago", "no booking beside a reissue keeps the old number", func(good records.Store, _ *auditmem.Store) records.Store {
			var mu sync.Mutex
			ago := map[records.Key]records.Patient{}
			return mutant{
				Store: good, apply: func(ctx context.Context, c records.Change) (bool, error) {
					if c.Reissue != nil {
						if before, err := good.Patient(ctx, c.Patient.Key()); err == nil {
							mu.Lock()
							ago[before.Key()] = before
							mu.Unlock()
						}
					}
					return good.Apply(ctx, c)
				}, changed: func(ctx context.Context, limit int) ([]records.Appointed, error) {
					got, err := good.Changed(ctx, limit)
					mu.Lock()
					defer mu.Unlock()
					for i, g := range got {
						if before, ok := ago[g.Patient.Key()]; ok {
							got[i].Patient = before
						}
					}
					return got, err
				},
			}
		}},
		{"names what it could not write", "errors carry nothing of a patient", func(good records.Store, _ *auditmem.Store) records.Store {
			return mutant{Store: good, apply: func(ctx context.Context, c records.Change) (bool, error) {
				written, err := good.Apply(ctx, c)
				if err != nil && c.Patient != nil {
					err = fmt.Errorf("patient %s: %w", c.Patient.Name.Family, err)
				}
				return written, err
			}}
		}},
		{"quotes the row", "errors carry nothing of a patient", func(good records.Store, _ *auditmem.Store) records.Store {
			return mutant{Store: good, apply: func(ctx context.Context, c records.Change) (bool, error) {
				written, err := good.Apply(ctx, c)
				if err != nil && len(c.Leaves) > 0 {
					err = fmt.Errorf("%w: %s", err, c.Leaves[0].Bytes)
				}
				return written, err
			}}
		}},
	}
}

// reads are the breaks of everything else.
func reads() []broken {
	return []broken{
		{"says ErrNoRows of absence", "what is not there is not found", func(good records.Store, _ *auditmem.Store) records.Store {
			return mutant{Store: good, patient: func(ctx context.Context, k records.Key) (records.Patient, error) {
				p, err := good.Patient(ctx, k)
				if errors.Is(err, records.ErrNotFound) {
					err = sql.ErrNoRows
				}
				return p, err
			}}
		}},
		{"returns nobody for absence", "what is not there is not found", func(good records.Store, _ *auditmem.Store) records.Store {
			return mutant{Store: good, appointment: func(ctx context.Context, k records.Key) (records.Appointment, error) {
				a, err := good.Appointment(ctx, k)
				if errors.Is(err, records.ErrNotFound) {
					err = nil
				}
				return a, err
			}}
		}},
		{"shares what it returns", "what is returned is not shared", func(good records.Store, _ *auditmem.Store) records.Store {
			var kept records.Patient
			return mutant{Store: good, patient: func(ctx context.Context, k records.Key) (records.Patient, error) {
				p, err := good.Patient(ctx, k)
				if kept.Key() != k {
					kept = p
				}
				return kept, err
			}}
		}},
		{"shares what it was given", "what is returned is not shared", func(good records.Store, _ *auditmem.Store) records.Store {
			var given []records.Phone
			return mutant{
				Store: good, apply: func(ctx context.Context, c records.Change) (bool, error) {
					if c.Patient != nil {
						given = c.Patient.Phones
					}
					return good.Apply(ctx, c)
				}, patient: func(ctx context.Context, k records.Key) (records.Patient, error) {
					p, err := good.Patient(ctx, k)
					p.Phones = slices.Clone(given)
					return p, err
				},
			}
		}},
		{"returns times in another zone", "an appointment comes back as written", func(good records.Store, _ *auditmem.Store) records.Store {
			return mutant{Store: good, appointment: func(ctx context.Context, k records.Key) (records.Appointment, error) {
				a, err := good.Appointment(ctx, k)
				a.Start = a.Start.In(time.FixedZone("CST", -6*3600))
				return a, err
			}}
		}},
		finding("finds in all practices", "practices do not see each other", func(q *records.PatientQuery) { q.Practice = "oak-street" }),
		finding("finds what begins alike", "patients are found by what they have now", func(q *records.PatientQuery) {
			q.Terms[0].Value = strings.TrimSpace(q.Terms[0].Value)
		}),
		finding("finds by any kind", "patients are found by what they have now", func(q *records.PatientQuery) {
			if q.Terms[0].Kind == "other" {
				q.Terms[0].Kind = records.ByName
			}
		}),
		finding("finds by the first of several terms", "patients are found by several terms at once, each once", func(q *records.PatientQuery) {
			q.Terms = q.Terms[:1]
		}),
		{"finds a patient once for each term", "patients are found by several terms at once, each once", func(good records.Store, _ *auditmem.Store) records.Store {
			return mutant{Store: good, patients: func(ctx context.Context, q records.PatientQuery) (all []records.Patient, err error) {
				for _, term := range q.Terms {
					q.Terms = []records.Term{term}
					got, err := good.Patients(ctx, q)
					if all = append(all, got...); err != nil {
						return nil, err
					}
				}
				slices.SortFunc(all, func(a, b records.Patient) int { return strings.Compare(a.ID, b.ID) })
				return all[:min(len(all), q.Limit)], nil
			}}
		}},
		{"finds by the first term of a kind", "a patient of two surnames is found by each", func(good records.Store, _ *auditmem.Store) records.Store {
			return mutant{Store: good, patients: func(ctx context.Context, q records.PatientQuery) ([]records.Patient, error) {
				got, err := good.Patients(ctx, q)
				return slices.DeleteFunc(got, func(p records.Patient) bool {
					return q.Terms[0].Kind == records.ByName && records.Terms(p)[0] != q.Terms[0]
				}), err
			}}
		}},
		{"finds by what a patient had", "patients are found by what they have now", func(good records.Store, _ *auditmem.Store) records.Store {
			had := map[records.Term]records.Key{}
			return mutant{
				Store: good, apply: func(ctx context.Context, c records.Change) (bool, error) {
					if c.Patient != nil {
						for _, term := range records.Terms(*c.Patient) {
							had[term] = c.Patient.Key()
						}
					}
					return good.Apply(ctx, c)
				}, patients: func(ctx context.Context, q records.PatientQuery) ([]records.Patient, error) {
					got, err := good.Patients(ctx, q)
					if k, ok := had[q.Terms[0]]; ok && len(got) == 0 {
						p, err := good.Patient(ctx, k)
						return []records.Patient{p}, err
					}
					return got, err
				},
			}
		}},
		finding("returns the first page again", "patients come in pages by id", func(q *records.PatientQuery) {
			if q.After != "" {
				q.After = "p00"
			}
		}),
		finding("returns more than a page", "patients come in pages by id", func(q *records.PatientQuery) { q.Limit++ }),
		asking("reads the schedules of all practices", "practices do not see each other", func(q *records.AppointmentQuery) { q.Practice = "oak-street" }),
		asking("ends the schedule too late", "a schedule has the appointments of its time", func(q *records.AppointmentQuery) {
			q.Until = q.Until.Add(time.Microsecond)
		}),
		asking("begins the schedule too early", "a schedule has the appointments of its time", func(q *records.AppointmentQuery) {
			q.From = q.From.Add(-time.Microsecond)
		}),
		asking("leaves out the first moment", "a schedule has the appointments of its time", func(q *records.AppointmentQuery) {
			q.From = q.From.Add(time.Microsecond)
		}),
		asking("ignores the status", "a schedule has the appointments of its time", func(q *records.AppointmentQuery) { q.Status = "" }),
		asking("continues behind the last moment", "a schedule comes in pages", func(q *records.AppointmentQuery) {
			if q.After.ID != "" {
				q.After.ID = "zzz"
			}
		}),
		asking("reads one page", "a schedule comes in pages", func(q *records.AppointmentQuery) { q.Limit = min(q.Limit, 50) }),
		{"sorts the schedule by id", "a schedule has the appointments of its time", func(good records.Store, _ *auditmem.Store) records.Store {
			return mutant{Store: good, appointments: func(ctx context.Context, q records.AppointmentQuery) ([]records.Appointment, error) {
				got, err := good.Appointments(ctx, q)
				slices.SortFunc(got, func(a, b records.Appointment) int { return strings.Compare(a.ID, b.ID) })
				return got, err
			}}
		}},
		reporting("reports the newest first", "changes are reported oldest first, of all practices", func(got []records.Appointed) []records.Appointed {
			slices.Reverse(got)
			return got
		}),
		reporting("reports one practice", "changes are reported oldest first, of all practices", func(got []records.Appointed) []records.Appointed {
			return slices.DeleteFunc(got, func(a records.Appointed) bool { return a.Appointment.Practice != "elm-street" })
		}),
		reporting("reports no patients", "a change is reported until it is planned", func(got []records.Appointed) []records.Appointed {
			for i := range got {
				got[i].Patient.Phones = nil
			}
			return got
		}),
		{"reports without end", "changes are reported oldest first, of all practices", func(good records.Store, _ *auditmem.Store) records.Store {
			return mutant{Store: good, changed: func(ctx context.Context, _ int) ([]records.Appointed, error) {
				return good.Changed(ctx, 1000)
			}}
		}},
		{"reports once", "a change is reported until it is planned", func(good records.Store, _ *auditmem.Store) records.Store {
			return mutant{Store: good, changed: func(ctx context.Context, limit int) ([]records.Appointed, error) {
				got, err := good.Changed(ctx, limit)
				for _, g := range got {
					err = errors.Join(err, good.Planned(ctx, g.Appointment.Key(), g.Appointment.Version))
				}
				return got, err
			}}
		}},
		{"writes back any version", "a version that was replaced is not written back", func(good records.Store, _ *auditmem.Store) records.Store {
			return mutant{Store: good, apply: func(ctx context.Context, c records.Change) (bool, error) {
				c.Seen = ""
				return good.Apply(ctx, c)
			}}
		}},
		{"plans anew what keeps its version", "a version that was replaced is not written back", func(good records.Store, _ *auditmem.Store) records.Store {
			return mutant{Store: good, apply: func(ctx context.Context, c records.Change) (bool, error) {
				if c.Seen != "" && c.Plan {
					c.Seen = ""
				}
				return good.Apply(ctx, c)
			}}
		}},
		{"puts nothing off", "what is put off stands behind the others", func(good records.Store, _ *auditmem.Store) records.Store {
			return mutant{Store: good, putOff: func(context.Context, records.Key, string, time.Time) error { return nil }}
		}},
		{"puts off any version", "what is put off stands behind the others", func(good records.Store, _ *auditmem.Store) records.Store {
			return mutant{Store: good, putOff: func(ctx context.Context, k records.Key, _ string, at time.Time) error {
				a, err := good.Appointment(ctx, k)
				if err != nil {
					return nil
				}
				return good.PutOff(ctx, k, a.Version, at)
			}}
		}},
		{"puts off by planning", "what is put off stands behind the others", func(good records.Store, _ *auditmem.Store) records.Store {
			return mutant{Store: good, putOff: func(ctx context.Context, k records.Key, version string, _ time.Time) error {
				return good.Planned(ctx, k, version)
			}}
		}},
		{"puts off to the end", "what is put off stands behind the others", func(good records.Store, _ *auditmem.Store) records.Store {
			return mutant{Store: good, putOff: func(ctx context.Context, k records.Key, version string, at time.Time) error {
				return good.PutOff(ctx, k, version, at.AddDate(1, 0, 0))
			}}
		}},
		{"plans any version", "a change is reported until it is planned", func(good records.Store, _ *auditmem.Store) records.Store {
			return mutant{Store: good, planned: func(ctx context.Context, k records.Key, _ string) error {
				a, err := good.Appointment(ctx, k)
				if err != nil {
					return nil
				}
				return good.Planned(ctx, k, a.Version)
			}}
		}},
		{"plans in all practices", "practices do not see each other", func(good records.Store, _ *auditmem.Store) records.Store {
			return mutant{Store: good, planned: func(ctx context.Context, k records.Key, version string) error {
				return errors.Join(good.Planned(ctx, k, version), good.Planned(ctx, records.Key{Practice: "oak-street", ID: k.ID}, version))
			}}
		}},
		{"plans nothing", "a change is reported until it is planned", func(good records.Store, _ *auditmem.Store) records.Store {
			return mutant{Store: good, planned: func(ctx context.Context, _ records.Key, _ string) error { return ctx.Err() }}
		}},
		{"misses what nobody has", "what is not there is not found", func(good records.Store, _ *auditmem.Store) records.Store {
			return mutant{Store: good, planned: func(ctx context.Context, k records.Key, version string) error {
				if _, err := good.Appointment(ctx, k); err != nil {
					return err
				}
				return good.Planned(ctx, k, version)
			}}
		}},
	}
}

// requireCaught runs the case that is there to catch m. Other cases may catch it as well.
func requireCaught(t *testing.T, m broken) {
	t.Helper()
	for _, c := range recordstest.Cases() {
		if c.Name == m.caughtBy {
			entries := auditmem.New()
			store := m.breaks(recordsmem.New(entries), entries)
			require.Error(t, c.Check(t.Context(), recordstest.Harness{Store: store, Entries: entries}))
			return
		}
	}
	t.Fatalf("there is no case %q", m.caughtBy)
}

func TestTheSuiteCatchesBrokenStores(t *testing.T) {
	caught := map[string]bool{}
	for _, m := range slices.Concat(writes(), reads()) {
		caught[m.caughtBy] = true
		t.Run(m.name, func(t *testing.T) { requireCaught(t, m) })
	}
	for _, c := range recordstest.Cases() {
		if c.Name != "concurrent writers lose nothing" { // the race detector's
			require.True(t, caught[c.Name], "no broken store is caught by: %s", c.Name)
		}
	}
}

func TestTheSuiteCatchesALostField(t *testing.T) {
	lose := func(name, caughtBy string, index []int, record func(*records.Change) any) {
		t.Run(name, func(t *testing.T) {
			m := changing(name, caughtBy, func(c *records.Change) {
				if r := reflect.ValueOf(record(c)); !r.IsNil() {
					r.Elem().FieldByIndex(index).SetZero()
				}
			})
			requireCaught(t, m)
		})
	}
	for i := range reflect.TypeFor[records.Patient]().NumField() {
		field := reflect.TypeFor[records.Patient]().Field(i)
		patient := func(c *records.Change) any { return c.Patient }
		lose(field.Name, "a patient comes back as written", field.Index, patient)
		if field.Type.Kind() == reflect.Struct {
			for j := range field.Type.NumField() {
				lose(field.Name+"."+field.Type.Field(j).Name, "a patient comes back as written", []int{i, j}, patient)
			}
		}
	}
	for i := range reflect.TypeFor[records.Appointment]().NumField() {
		field := reflect.TypeFor[records.Appointment]().Field(i)
		lose(field.Name, "an appointment comes back as written", field.Index, func(c *records.Change) any { return c.Appointment })
	}
}
