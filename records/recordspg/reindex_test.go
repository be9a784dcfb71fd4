package recordspg_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/crypto"
	"github.com/enamel-go/enamel/crypto/cryptomem"
	"github.com/enamel-go/enamel/records"
	"github.com/enamel-go/enamel/records/recordspg"
)

// TestReindex rotates the index keys of all kinds. Patients are found at every moment: by what was written before, by
// what is written meanwhile, and after the older keys were retired.
func TestReindex(t *testing.T) {
	t.Parallel()
	database := layout.New(t)
	db := database.Pool(2)
	now := noon
	life := 5 * time.Minute
	keyring, err := crypto.NewKeyring(cryptomem.New(), crypto.NewEphemeral(),
		&crypto.Options{Now: func() time.Time { return now }, Lifetime: life})
	require.NoError(t, err)
	store := recordspg.New(db, keyring, &recordspg.Options{Schema: database.Schema()})
	patients := 0
	saved := func() {
		t.Helper()
		c := save(1, fmt.Sprintf("+1212555%04d", patients))
		c.Patient.ID, c.Act.Patient = fmt.Sprintf("p-%03d", patients), fmt.Sprintf("p-%03d", patients)
		c.Act.ID = "act " + c.Patient.ID
		c.Leaves = leaf("entry " + c.Patient.ID)
		requireApplied(t, store, c)
		patients++
	}
	found := func() {
		t.Helper()
		for i := range patients {
			all, err := store.Patients(t.Context(), records.PatientQuery{
				Practice: "elm-street", Terms: []records.Term{{Kind: records.ByPhone, Value: fmt.Sprintf("+1212555%04d", i)}}, Limit: 10,
			})
			require.NoError(t, err)
			require.Len(t, all, 1)
		}
	}
	kinds := []records.TermKind{records.ByName, records.ByPhone}
	for range 4 {
		saved()
	}
	for range 2 {
		found()
		for _, kind := range kinds {
			require.NoError(t, keyring.RotateIndex(t.Context(), "elm-street", recordspg.IndexKind(kind)))
		}
		for range 4 {
			saved()
			found()
			_, err = store.Reindex(t.Context(), "elm-street", "", 1000)
			require.ErrorIs(t, err, crypto.ErrInUse, "somebody may still write the old index")
			now = now.Add(life)
		}
		pages := 0
		for next := "begin"; next != ""; pages++ {
			if next == "begin" {
				next = ""
			}
			next, err = store.Reindex(t.Context(), "elm-street", next, 3)
			require.NoError(t, err)
			found()
		}
		require.Equal(t, (patients+2)/3+1, pages)
		for _, kind := range kinds {
			require.NoError(t, keyring.RetireIndex(t.Context(), "elm-street", recordspg.IndexKind(kind)))
		}
		found()
	}
	require.NoError(t, keyring.Shred(t.Context(), crypto.Subject{
		Practice: "elm-street", Patient: "p-001", Class: crypto.Chart,
	}))
	last, err := store.Reindex(t.Context(), "elm-street", "", 2)
	require.NoError(t, err, "who was forgotten is left out")
	require.Equal(t, "p-001", last)
	_, err = store.Reindex(t.Context(), "elm-street", "", 0)
	require.ErrorIs(t, err, records.ErrInvalid)
}
