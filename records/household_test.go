package records_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/crypto"
	"github.com/enamel-go/enamel/records"
)

// counting is a store that counts how often patients are read.
type counting struct {
	records.Store
	reads int
}

func (c *counting) Patients(ctx context.Context, q records.PatientQuery) ([]records.Patient, error) {
	c.reads++
	return c.Store.Patients(ctx, q)
}

// Who shares a phone is who has it in the chart and still uses it, at this practice.
func TestFirstNames(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		const family, alone, parents = "+12125550142", "+12125550143", "+12125550145"
		for _, p := range []struct {
			practice, id, given, number string
			use                         records.Use
		}{
			{practice, "p-1", "Emma", "(212) 555-0142", records.Home},
			{practice, "p-2", "Mary Ann", family, ""},
			{practice, "p-3", "Emma", family, records.Work},
			{practice, "p-4", "", family, ""},
			{practice, "p-5", "Moved", family, records.Old},
			{practice, "p-6", "Ida", alone, ""},
			{practice, "p-7", "Gone", alone, records.Old},
			{"oak-street", "p-8", "Oak", alone, ""},
			{practice, "p-9", "Ann", parents, ""},
			{practice, "p-10", "Bea", parents, ""},
		} {
			_, err := w.SavePatient(t.Context(), desk, records.Save{Patient: records.Patient{
				Practice: p.practice, ID: p.id, Name: records.Name{Family: "Doe", Given: p.given}, Phones: []records.Phone{{Number: p.number, Use: p.use}},
			}})
			require.NoError(t, err)
		}
		who := func(number string) []string {
			t.Helper()
			names, err := w.FirstNames(t.Context(), practice, []string{number})
			require.NoError(t, err)
			return names[number]
		}
		require.Equal(t, []string{"Emma", "Mary Ann"}, who(family))
		read := map[string]bool{}
		for _, e := range w.entriesOf(t, "records.patient.find") {
			require.Equal(t, audit.Actor{Kind: audit.System, ID: "texts"}, e.Actor)
			read[e.Patient] = true
		}
		require.Equal(t, map[string]bool{"p-1": true, "p-2": true, "p-3": true, "p-4": true, "p-5": true}, read)
		for _, number := range []string{alone, "+12125550144"} {
			require.Empty(t, who(number))
		}
		for _, numbers := range [][]string{{""}, {family, "\x00"}, make([]string, 1001)} {
			_, err := w.FirstNames(t.Context(), practice, numbers)
			require.ErrorIs(t, err, records.ErrInvalid)
		}

		// Of many at once each says what it says by itself, whoever has two of them, and all are read and put on record together.
		before := len(w.entriesOf(t, "records.patient.find"))
		counted := &counting{Store: w.store}
		names, err := w.WithStore(counted).FirstNames(t.Context(), practice, []string{family, parents, alone, "+12125550144", "(212) 555-0142"})
		require.NoError(t, err)
		require.Equal(t, map[string][]string{family: {"Emma", "Mary Ann"}, "(212) 555-0142": {"Emma", "Mary Ann"}, parents: {"Bea", "Ann"}}, names)
		require.Equal(t, 1, counted.reads)
		require.Len(t, w.entriesOf(t, "records.patient.find"), before+9, "one for each patient")
		names, err = w.WithStore(counted).FirstNames(t.Context(), practice, nil)
		require.NoError(t, err)
		require.Empty(t, names)
		require.Equal(t, 1, counted.reads, "nobody is asked about")

		// Of one whose evidence alone was destroyed the chart still says who it is; of one whose chart was, nothing does.
		require.NoError(t, w.fuse.Shred(t.Context(), crypto.Subject{Practice: practice, Patient: "p-2", Class: crypto.Evidence}))
		require.Equal(t, []string{"Emma", "Mary Ann"}, who(family))
		if w.db != nil { // the store in memory seals nothing
			require.NoError(t, w.fuse.Shred(t.Context(), crypto.Subject{Practice: practice, Patient: "p-2", Class: crypto.Chart}))
			require.Equal(t, []string{"Emma"}, who(family))
		}

		// What cannot be put on record is not told.
		w.fuse.blown = true
		names, err = w.FirstNames(t.Context(), practice, []string{family})
		require.True(t, errors.Is(err, errBlown), err)
		require.Nil(t, names)
	})
}
