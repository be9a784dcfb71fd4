package records_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/records"
)

// planted is a patient whose every word can be searched for.
func planted() records.Patient {
	return records.Patient{
		Practice: practice, ID: "p-204", Name: records.Name{Family: "Plantéd-Nàme", Given: "Zyxwöuta"},
		Birth: records.Date{Year: 1961, Month: time.September, Day: 17},
		Address: records.Address{
			Line: "4711 Quuxley Road\nApt Qx815", City: "Xanadupolis", State: "Franklinstate",
			PostalCode: "98765-4321", Country: "Ruritania",
		},
		Phones: []records.Phone{{Number: "(512) 555-0142", Use: records.Mobile}, {Number: "555-767-7476", Use: records.Home}},
		Email:  "Zyx.Planted@Example.COM", Zone: "America/Indiana/Tell_City",
	}
}

// plantedWords are its data in every form that might be kept. None of them could be part of a random number, of a
// moment or of an id.
func plantedWords() []string {
	return []string{
		"Plantéd", "planted", "Zyxw", "zyxw", "1961-09-17", "19610917", "Quuxley", "Qx815", "Xanadu", "Franklinstate",
		"98765-4321", "Ruritania", "(512) 555", "5125550142", "555-767-7476", "5557677476", "Zyx.Planted", "zyx.planted",
		"Tell_City", "u-clinician",
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

		t.Run("refuses_half_a_match", func(t *testing.T) {
			born := p.Birth
			born.Day--
			for by, find := range map[string]func() (records.PatientPage, error){
				"another birth date": func() (records.PatientPage, error) {
					return w.FindByName(ctx, desk, records.NameQuery{Practice: practice, Name: p.Name, Birth: born})
				},
				"no birth date": func() (records.PatientPage, error) {
					return w.FindByName(ctx, desk, records.NameQuery{Practice: practice, Name: p.Name})
				},
				"the family name alone": func() (records.PatientPage, error) {
					name := records.Name{Family: p.Name.Family}
					return w.FindByName(ctx, desk, records.NameQuery{Practice: practice, Name: name, Birth: p.Birth})
				},
				"the given name alone": func() (records.PatientPage, error) {
					name := records.Name{Given: p.Name.Given}
					return w.FindByName(ctx, desk, records.NameQuery{Practice: practice, Name: name, Birth: p.Birth})
				},
				"another number": func() (records.PatientPage, error) {
					return w.FindByPhone(ctx, desk, records.PhoneQuery{Practice: practice, Number: "512 555 0143"})
				},
				"another address": func() (records.PatientPage, error) {
					return w.FindByEmail(ctx, desk, records.EmailQuery{Practice: practice, Email: "planted@example.com"})
				},
			} {
				page, err := find()
				require.NoError(t, err, by)
				require.Empty(t, page.Patients, by)
			}
		})
		t.Run("refuses_bad_input", func(t *testing.T) {
			for name, spoil := range map[string]func(*records.Patient){
				"no name":         func(p *records.Patient) { p.Name = records.Name{} },
				"no such date":    func(p *records.Patient) { p.Birth = records.Date{Year: 1961, Month: 2, Day: 29} },
				"a future birth":  func(p *records.Patient) { p.Birth = records.Date{Year: 2961, Month: 9, Day: 17} },
				"no such address": func(p *records.Patient) { p.Email = "planted" },
				"no such zone":    func(p *records.Patient) { p.Zone = "America/Xanadupolis" },
				"no language":     func(p *records.Patient) { p.Language = "Xanadu language" },
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
		t.Run("refuses_to_find_by_what_is_no_longer_so", func(t *testing.T) {
			next := want
			next.Name.Family, next.Email = "Zyxwüst", "zyxw@example.com"
			next.Phones = []records.Phone{{Number: "+15125550143", Use: records.Mobile}}
			saved, err := w.SavePatient(ctx, desk, records.Save{Patient: next})
			require.NoError(t, err)
			for by, find := range finders {
				page, err := find(practice)
				require.NoError(t, err, by)
				require.Empty(t, page.Patients, by)
			}
			page, err := w.FindByEmail(ctx, desk, records.EmailQuery{Practice: practice, Email: next.Email})
			require.NoError(t, err)
			require.Empty(t, cmp.Diff([]records.Patient{saved.Patient}, page.Patients))
			require.Empty(t, found(w.dump(t)))

			old := planted()
			old.Revision = saved.Revision
			saved, err = w.SavePatient(ctx, desk, records.Save{Patient: old})
			require.NoError(t, err)
			want = saved.Patient
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
			w.exec(t, `UPDATE records_patient a SET sealed = b.sealed
				FROM records_patient b WHERE a.id = 'thief' AND b.id = 'p-204'`)
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
