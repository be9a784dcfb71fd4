package recordspg_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/audit/auditmem"
	"github.com/enamel-go/enamel/records"
	"github.com/enamel-go/enamel/records/recordsmem"
)

// side is one of the two services that must answer alike.
type side struct {
	*records.Service
	log     *audit.Log
	entries audit.Store
}

// newSide returns a service whose ids count from 1 and whose clock is *now.
func newSide(t require.TestingT, store records.Store, entries audit.Store, keys audit.Keys, now *time.Time) side {
	log, err := audit.NewLog(entries, keys, nil)
	require.NoError(t, err)
	n := 0
	service, err := records.New(store, log, &records.Options{
		Now:   func() time.Time { return *now },
		NewID: func() string { n++; return fmt.Sprint("id-", n) },
	})
	require.NoError(t, err)
	return side{service, log, entries}
}

// acted returns what a practice's log says, sorted: entries of one moment have no order.
func (s side) acted(ctx context.Context, t require.TestingT, practice string) []string {
	page, err := s.entries.Leaves(ctx, audit.Query{Practice: practice, Limit: 1000})
	require.NoError(t, err)
	var acts []string
	for _, f := range page.Leaves {
		e, err := s.log.Open(ctx, f)
		require.NoError(t, err)
		e.ID, e.At = "", time.Time{}
		acts = append(acts, fmt.Sprint(e))
	}
	slices.Sort(acts)
	return acts
}

func TestMemoryAndPostgresAgree(t *testing.T) {
	database := layout.New(t)
	db := database.Pool(2)
	store, entries := stores(t, database, db)
	keyring := keys(t)
	ctx := t.Context()
	rapid.Check(t, func(t *rapid.T) {
		_, err := db.ExecContext(ctx, fmt.Sprintf("TRUNCATE %[1]s.records_patient, %[1]s.records_patient_index, "+
			"%[1]s.records_appointment, %[1]s.records_act, %[1]s.audit_entry", database.Schema()))
		require.NoError(t, err)
		now := noon
		logs := auditmem.New()
		memory := newSide(t, recordsmem.New(logs), logs, keyring, &now)
		postgres := newSide(t, store, entries, keyring, &now)

		by := audit.Actor{Kind: audit.Staff, ID: "u-1"}
		practices := rapid.SampledFrom([]string{"elm", "oak"})
		ids := rapid.SampledFrom([]string{"a", "b", "B", ""})
		acts := rapid.SampledFrom([]string{"", "", "", "one", "two", "three"})
		revisions := rapid.IntRange(0, 4)
		reasons := rapid.SampledFrom([]string{"because", "because", ""})
		starts := rapid.Custom(func(t *rapid.T) time.Time {
			return noon.Add(time.Duration(rapid.IntRange(-3, 6).Draw(t, "hours")) * time.Hour)
		})
		names := rapid.SampledFrom([]records.Name{
			{Family: "Müller", Given: "Zoë"}, {Family: "MULLER", Given: "zoe"}, {Family: "Müller-Ünal", Given: "Zoë"}, {Given: "Ada"}, {},
		})
		numbers := rapid.SampledFrom([]string{"(212) 555-0100", "212-555-0101", "555-0100", "+1 900 555 0100"})
		emails := rapid.SampledFrom([]string{"", "A@example.com", "a@EXAMPLE.com", "none"})
		births := rapid.SampledFrom([]records.Date{{}, {Year: 1984, Month: 7, Day: 2}, {Year: 2999, Month: 1, Day: 1}})

		// both calls the same on both sides and compares what they answer.
		both := func(t *rapid.T, call func(s side) (any, error)) {
			t.Helper()
			want, wantErr := call(memory)
			got, gotErr := call(postgres)
			if fmt.Sprint(wantErr) != fmt.Sprint(gotErr) {
				t.Fatalf("memory: %v\npostgres: %v", wantErr, gotErr)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatalf("memory is -, postgres is +\n%s", diff)
			}
		}
		t.Repeat(map[string]func(*rapid.T){
			"save": func(t *rapid.T) {
				c := records.Save{
					ID: acts.Draw(t, "act"), Reason: reasons.Draw(t, "reason"), Patient: records.Patient{
						Practice: practices.Draw(t, "practice"), ID: ids.Draw(t, "patient"), Name: names.Draw(t, "name"),
						Birth: births.Draw(t, "birth"), Email: emails.Draw(t, "email"), Revision: revisions.Draw(t, "revision"),
						Zone:     rapid.SampledFrom([]string{"", "America/Chicago", "Mars/Base"}).Draw(t, "zone"),
						Language: rapid.SampledFrom([]string{"", "es", "fr-CA"}).Draw(t, "language"),
					},
				}
				for range rapid.IntRange(0, 2).Draw(t, "phones") {
					use := rapid.SampledFrom([]records.Use{"", records.Mobile, records.Old}).Draw(t, "use")
					c.Patient.Phones = append(c.Patient.Phones, records.Phone{Number: numbers.Draw(t, "number"), Use: use})
				}
				both(t, func(s side) (any, error) { return s.SavePatient(ctx, by, c) })
			},
			"book": func(t *rapid.T) {
				b := records.Booking{
					ID: acts.Draw(t, "act"), Practice: practices.Draw(t, "practice"), Appointment: ids.Draw(t, "appointment"),
					Patient: ids.Draw(t, "patient"), Clinician: "u-3", Start: starts.Draw(t, "start"), Zone: "America/Chicago",
					Duration: time.Duration(rapid.IntRange(0, 2).Draw(t, "duration")) * time.Hour,
				}
				both(t, func(s side) (any, error) { return s.Book(ctx, by, b) })
			},
			"move": func(t *rapid.T) {
				m := records.Move{
					ID: acts.Draw(t, "act"), Practice: practices.Draw(t, "practice"), Appointment: ids.Draw(t, "appointment"),
					Revision: revisions.Draw(t, "revision"), Start: starts.Draw(t, "start"), Reason: reasons.Draw(t, "reason"),
				}
				both(t, func(s side) (any, error) { return s.Move(ctx, by, m) })
			},
			"cancel": func(t *rapid.T) {
				c := records.Cancellation{
					ID: acts.Draw(t, "act"), Practice: practices.Draw(t, "practice"), Appointment: ids.Draw(t, "appointment"),
					Revision: revisions.Draw(t, "revision"), Reason: reasons.Draw(t, "reason"),
				}
				both(t, func(s side) (any, error) { return s.Cancel(ctx, by, c) })
			},
			"close": func(t *rapid.T) {
				c := records.Closing{
					ID: acts.Draw(t, "act"), Practice: practices.Draw(t, "practice"), Appointment: ids.Draw(t, "appointment"),
					Revision: revisions.Draw(t, "revision"),
					Status:   rapid.SampledFrom([]records.Status{records.Kept, records.Missed, records.Booked}).Draw(t, "status"),
				}
				both(t, func(s side) (any, error) { return s.Close(ctx, by, c) })
			},
			"read": func(t *rapid.T) {
				k := records.Key{Practice: practices.Draw(t, "practice"), ID: ids.Draw(t, "id")}
				both(t, func(s side) (any, error) {
					p, err1 := s.Patient(ctx, by, k)
					a, err2 := s.Appointment(ctx, by, k)
					return []any{p, a}, errors.Join(err1, err2)
				})
			},
			"find": func(t *rapid.T) {
				practice, limit := practices.Draw(t, "practice"), rapid.IntRange(0, 2).Draw(t, "limit")
				byName := records.NameQuery{Practice: practice, Name: names.Draw(t, "name"), Birth: births.Draw(t, "birth"), Limit: limit}
				byPhone := records.PhoneQuery{Practice: practice, Number: numbers.Draw(t, "number"), Limit: limit}
				byEmail := records.EmailQuery{Practice: practice, Email: emails.Draw(t, "email"), Limit: limit}
				both(t, func(s side) (any, error) { return s.FindByName(ctx, by, byName) })
				both(t, func(s side) (any, error) { return s.FindByPhone(ctx, by, byPhone) })
				both(t, func(s side) (any, error) { return s.FindByEmail(ctx, by, byEmail) })
			},
			"schedule": func(t *rapid.T) {
				q := records.ScheduleQuery{
					Practice: practices.Draw(t, "practice"), From: starts.Draw(t, "from"), Until: starts.Draw(t, "until"),
					Status: rapid.SampledFrom([]records.Status{"", records.Booked, records.Cancelled}).Draw(t, "status"),
					Limit:  rapid.IntRange(0, 2).Draw(t, "limit"),
				}
				both(t, func(s side) (any, error) {
					first, err := s.Schedule(ctx, by, q)
					if err != nil || first.Next == "" {
						return first, err
					}
					next := q
					next.After = first.Next
					second, err := s.Schedule(ctx, by, next)
					return []records.AppointmentPage{first, second}, err
				})
			},
			"plan": func(t *rapid.T) {
				both(t, func(s side) (any, error) {
					visits, err := s.Changed(ctx, 2)
					if err == nil && len(visits) > 0 {
						v := visits[0]
						err = s.Planned(ctx, v.Practice, v.Appointment, v.Version)
					}
					return visits, err
				})
			},
			"current": func(t *rapid.T) {
				practice, id := practices.Draw(t, "practice"), ids.Draw(t, "appointment")
				version := fmt.Sprint("id-", rapid.IntRange(1, 30).Draw(t, "version"))
				both(t, func(s side) (any, error) { return s.Current(ctx, practice, id, version) })
			},
			"later": func(t *rapid.T) {
				now = now.Add(time.Duration(rapid.IntRange(0, 120).Draw(t, "minutes")) * time.Minute)
			},
		})
		for _, practice := range []string{"elm", "oak"} {
			if diff := cmp.Diff(memory.acted(ctx, t, practice), postgres.acted(ctx, t, practice)); diff != "" {
				t.Fatalf("the logs differ: memory is -, postgres is +\n%s", diff)
			}
		}
	})
}
