package records_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/crypto"
	"github.com/enamel-go/enamel/records"
)

// Who shares a phone is who has it in the chart and still uses it, at this practice.
func TestFirstNames(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		const family, alone = "+12125550142", "+12125550143"
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
		} {
			_, err := w.SavePatient(t.Context(), desk, records.Save{Patient: records.Patient{
				Practice: p.practice, ID: p.id, Name: records.Name{Family: "Doe", Given: p.given}, Phones: []records.Phone{{Number: p.number, Use: p.use}},
			}})
			require.NoError(t, err)
		}
		names, err := w.FirstNames(t.Context(), practice, family)
		require.NoError(t, err)
		require.Equal(t, []string{"Emma", "Mary Ann"}, names)
		read := map[string]bool{}
		for _, e := range w.entriesOf(t, "records.patient.find") {
			require.Equal(t, audit.Actor{Kind: audit.System, ID: "texts"}, e.Actor)
			read[e.Patient] = true
		}
		require.Equal(t, map[string]bool{"p-1": true, "p-2": true, "p-3": true, "p-4": true, "p-5": true}, read)
		for _, number := range []string{alone, "+12125550144"} {
			names, err = w.FirstNames(t.Context(), practice, number)
			require.NoError(t, err)
			require.Empty(t, names)
		}
		_, err = w.FirstNames(t.Context(), practice, "")
		require.ErrorIs(t, err, records.ErrInvalid)

		// Of one whose evidence alone was destroyed the chart still says who it is; of one whose chart was, nothing does.
		require.NoError(t, w.fuse.Shred(t.Context(), crypto.Subject{Practice: practice, Patient: "p-2", Class: crypto.Evidence}))
		names, err = w.FirstNames(t.Context(), practice, family)
		require.NoError(t, err)
		require.Equal(t, []string{"Emma", "Mary Ann"}, names)
		if w.db != nil { // the store in memory seals nothing
			require.NoError(t, w.fuse.Shred(t.Context(), crypto.Subject{Practice: practice, Patient: "p-2", Class: crypto.Chart}))
			names, err = w.FirstNames(t.Context(), practice, family)
			require.NoError(t, err)
			require.Equal(t, []string{"Emma"}, names)
		}

		// What cannot be put on record is not told.
		w.fuse.blown = true
		names, err = w.FirstNames(t.Context(), practice, family)
		require.True(t, errors.Is(err, errBlown), err)
		require.Nil(t, names)
	})
}
