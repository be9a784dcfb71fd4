package representative_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/consent/representative"
	"github.com/enamel-go/enamel/crypto"
)

func TestOpenReportsAreFoundOldestFirstAndTheReadIsRecordedForEachChild(t *testing.T) {
	b := busy(t) // of its two reports one was decided, and none was answered
	b.set(t, date(2026, 3, 3), 9, 0)
	for _, id := range []string{"r-a", "r-b"} {
		r := reporting()
		r.ID, r.Patient = id, "p-of-"+id
		_, err := b.Report(t.Context(), form, r)
		require.NoError(t, err)
	}
	b.set(t, date(2026, 3, 4), 9, 0)
	late := reporting()
	late.ID = "r-2"
	_, err := b.Report(t.Context(), form, late)
	require.NoError(t, err)
	answered := replying()
	answered.Report = "r-0"
	_, err = b.Answer(t.Context(), staff, answered)
	require.NoError(t, err)

	open, err := b.Open(t.Context(), staff, practice, chicago(t))
	require.NoError(t, err)
	var ids []string
	for _, r := range open {
		ids = append(ids, r.Fact.ID)
	}
	require.Equal(t, []string{"r-1", "r-a", "r-b", "r-2"}, ids)
	var children []string
	for _, e := range b.Logged(t, practice, "consent.representative.read") {
		children = append(children, e.Patient)
	}
	require.ElementsMatch(t, []string{patient, "p-of-r-a", "p-of-r-b"}, children)

	none, err := b.Open(t.Context(), staff, "oak-street", nil)
	require.NoError(t, err)
	require.Empty(t, none)
	_, err = b.Open(t.Context(), audit.Actor{}, practice, nil)
	require.ErrorIs(t, err, representative.ErrInvalid)
	_, err = b.Open(t.Context(), staff, "", nil)
	require.ErrorIs(t, err, representative.ErrInvalid)
}

func TestWhatIsLeftOfOneChildHidesNoReport(t *testing.T) {
	onBoth(t, func(t *testing.T, open func(testing.TB) bench) {
		b := open(t)
		for _, id := range []string{"r-a", "r-b"} {
			r := reporting()
			r.ID, r.Patient = id, "p-of-"+id
			_, err := b.Report(t.Context(), form, r)
			require.NoError(t, err)
		}
		require.NoError(t, b.Keys.Shred(t.Context(), crypto.Subject{Practice: practice, Patient: "p-of-r-a", Class: crypto.Evidence}))
		left, err := b.Open(t.Context(), staff, practice, nil)
		require.NoError(t, err)
		require.NotEmpty(t, left)
		require.Equal(t, "r-b", left[len(left)-1].Fact.ID)
	})
}

// What was decided is open until whoever reported got the answer, which may be in words alone.
func TestADecidedReportIsOpenUntilItIsAnswered(t *testing.T) {
	b := busy(t)
	open := func() (ids []string) {
		found, err := b.Open(t.Context(), staff, practice, nil)
		require.NoError(t, err)
		for _, r := range found {
			require.Zero(t, r.Answered)
			ids = append(ids, r.Fact.ID)
		}
		return ids
	}
	require.Equal(t, []string{"r-0", "r-1"}, open())
	told := replying()
	told.Report, told.Message, told.Words = "r-0", "", "We have deleted it."
	_, err := b.Answer(t.Context(), staff, told)
	require.NoError(t, err)
	require.Equal(t, []string{"r-1"}, open())
}
