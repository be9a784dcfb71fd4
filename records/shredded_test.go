package records_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/crypto"
	"github.com/enamel-go/enamel/records"
	"github.com/enamel-go/enamel/records/fhir"
)

// visitor keeps a patient with a visit tomorrow.
func visitor(t *testing.T, w *world, practice, id string) {
	t.Helper()
	_, err := w.SavePatient(t.Context(), desk, records.Save{Patient: records.Patient{
		Practice: practice, ID: id, Name: records.Name{Family: "Kreiger", Given: id}, Phones: []records.Phone{{Number: "+12125550142"}},
	}})
	require.NoError(t, err)
	_, err = w.Book(t.Context(), desk, records.Booking{
		Practice: practice, Appointment: "a-" + id, Patient: id, Clinician: "u-3", Start: noon.AddDate(0, 0, 1), Zone: "America/Chicago",
		Duration: time.Hour,
	})
	require.NoError(t, err)
}

// entriesOf returns the practice's entries of an action that can still be opened.
func (w *world) entriesOf(t *testing.T, action string) []audit.Entry {
	t.Helper()
	page, err := w.entries.Leaves(t.Context(), audit.Query{Practice: practice, Limit: 1000})
	require.NoError(t, err)
	var all []audit.Entry
	for _, f := range page.Leaves {
		e, err := w.log.Open(t.Context(), f)
		if errors.Is(err, crypto.ErrShredded) {
			continue
		}
		require.NoError(t, err)
		if e.Action == action {
			all = append(all, e)
		}
	}
	return all
}

// The evidence of one patient may be destroyed while the chart lives. No entry names that patient any more, and nobody else
// waits for that.
func TestWhatIsLeftOfOnePatientHidesNobodyElse(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		visitor(t, w, practice, "p-1")
		visitor(t, w, practice, "p-2")
		visitor(t, w, "oak-street", "p-3")
		require.NoError(t, w.fuse.Shred(t.Context(), crypto.Subject{Practice: practice, Patient: "p-1", Class: crypto.Evidence}))

		// about says which patient each entry of an action names, by its object.
		about := func(action string) map[string]string {
			named := map[string]string{}
			for _, e := range w.entriesOf(t, action) {
				named[e.Object.ID] = e.Patient
			}
			return named
		}
		visits, err := w.Changed(t.Context(), 0)
		require.NoError(t, err)
		active := map[string]bool{}
		for _, v := range visits {
			active[v.Appointment] = v.Active
		}
		require.Equal(t, map[string]bool{"a-p-1": false, "a-p-2": true, "a-p-3": true}, active, "no text leaves that cannot be put on record")
		require.Equal(t, map[string]string{"a-p-1": "", "a-p-2": "p-2"}, about("records.appointment.read"))

		visit, err := w.Visit(t.Context(), practice, "a-p-1")
		require.NoError(t, err)
		require.Equal(t, records.Visit{Practice: practice, Appointment: "a-p-1"}, visit)
		visit, err = w.Visit(t.Context(), practice, "a-p-2")
		require.NoError(t, err)
		require.True(t, visit.Active)

		schedule, err := w.Schedule(t.Context(), desk, records.ScheduleQuery{Practice: practice, From: noon, Until: noon.AddDate(0, 0, 7)})
		require.NoError(t, err)
		require.Len(t, schedule.Appointments, 2)
		require.Equal(t, map[string]string{"a-p-1": "", "a-p-2": "p-2"}, about("records.schedule.read"))

		found, err := w.FindByPhone(t.Context(), desk, records.PhoneQuery{Practice: practice, Number: "+12125550142"})
		require.NoError(t, err)
		require.Len(t, found.Patients, 2)
		require.Equal(t, map[string]string{"": "", "p-2": "p-2"}, about("records.patient.find"), "here the patient is the object too")
	})
}

// What cannot be put on record is not read, and the visits of all other practices are planned meanwhile.
func TestAPracticeWithoutKeysHoldsUpNoOther(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		for practice, id := range map[string]string{"oak-street": "p-1", practice: "p-2", "ash-street": "p-3"} {
			visitor(t, w, practice, id)
		}
		w.fuse.lost = "oak-street"
		visits, err := w.Changed(t.Context(), 0)
		require.NoError(t, err)
		require.Len(t, visits, 2)
		for _, v := range visits {
			require.NotEqual(t, "oak-street", v.Practice)
			require.True(t, v.Active)
			require.NoError(t, w.Planned(t.Context(), v.Practice, v.Appointment, v.Version))
		}
		visits, err = w.Changed(t.Context(), 0)
		require.ErrorIs(t, err, errBlown, "where there is nothing else to plan, it is said")
		require.Empty(t, visits)
		w.fuse.lost = ""
		visits, err = w.Changed(t.Context(), 0)
		require.NoError(t, err)
		require.Len(t, visits, 1, "it waits for its keys")
	})
}

// However many of one practice's visits wait for its keys, and whatever was booked before: they do not stand in front of others'.
func TestVisitsWithoutKeysDoNotStandInFrontOfOthers(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		for i := range 5 {
			visitor(t, w, "ash-street", fmt.Sprint("p-", i))
		}
		visitor(t, w, practice, "p-9")
		w.fuse.lost = "ash-street"
		now := noon
		var err error
		w.Service, err = records.New(w.store, w.log, &records.Options{Now: func() time.Time { now = now.Add(time.Second); return now }})
		require.NoError(t, err)
		for calls := 0; ; calls++ {
			require.Less(t, calls, 4, "five that wait stand in front of it, two of them in each call")
			visits, err := w.Changed(t.Context(), 2)
			if err != nil {
				require.ErrorIs(t, err, errBlown)
				require.Empty(t, visits)
				continue
			}
			require.Len(t, visits, 1)
			require.Equal(t, practice, visits[0].Practice)
			require.NoError(t, w.Planned(t.Context(), practice, visits[0].Appointment, visits[0].Version))
			break
		}
		w.fuse.lost = ""
		visits, err := w.Changed(t.Context(), 0)
		require.NoError(t, err)
		require.Len(t, visits, 5, "they wait for their keys")
		for _, v := range visits {
			require.NoError(t, w.Planned(t.Context(), v.Practice, v.Appointment, v.Version))
		}
		visits, err = w.Changed(t.Context(), 0)
		require.NoError(t, err)
		require.Empty(t, visits)
	})
}

// An import goes on after a patient who cannot be taken over any more, and says why.
func TestAnImportGoesOnAfterADestroyedPatient(t *testing.T) {
	const bundle = `{"resourceType":"Bundle","entry":[
		{"resource":{"resourceType":"Patient","id":"p-1","name":[{"family":"Kreiger"}]}},
		{"resource":{"resourceType":"Patient","id":"p-2","name":[{"family":"Garcia"}]}}]}`
	for name, c := range map[string]struct {
		classes []crypto.Class
		kept    bool
		why     string
	}{
		"all of it":                          {[]crypto.Class{crypto.Chart, crypto.Evidence}, true, "the patient's records were destroyed"},
		"the evidence":                       {[]crypto.Class{crypto.Evidence}, true, "nothing about the patient can be put on record"},
		"the evidence, and no chart is kept": {[]crypto.Class{crypto.Evidence}, false, "nothing about the patient can be put on record"},
	} {
		t.Run(name, func(t *testing.T) {
			worlds(t, func(t *testing.T, w *world) {
				if w.db == nil && len(c.classes) > 1 {
					t.Skip("the memory store seals nothing, so no chart is destroyed with its key")
				}
				if c.kept {
					_, err := w.SavePatient(t.Context(), desk, records.Save{Patient: records.Patient{
						Practice: practice, ID: "p-1", Name: records.Name{Family: "Kreiger"},
					}})
					require.NoError(t, err)
				}
				for _, class := range c.classes {
					require.NoError(t, w.fuse.Shred(t.Context(), crypto.Subject{Practice: practice, Patient: "p-1", Class: class}))
				}
				report, err := fhir.Import(t.Context(), desk, w.Service, practice, strings.NewReader(bundle))
				require.NoError(t, err)
				require.Equal(t, 1, report.Imported)
				require.Len(t, report.Skipped, 1)
				require.Equal(t, "p-1", report.Skipped[0].Patient)
				require.Contains(t, report.Skipped[0].Reason, c.why)
				refused := slices.DeleteFunc(append(w.entriesOf(t, "records.patient.save"), w.entriesOf(t, "records.patient.read")...),
					func(e audit.Entry) bool { return e.Outcome != audit.Refused })
				require.Len(t, refused, 1)
				require.Empty(t, refused[0].Patient)
				require.Empty(t, refused[0].Object.ID)
			})
		})
	}
}
