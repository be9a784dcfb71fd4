package consent_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/consent"
)

// permitted reads all pages of the numbers that promotional texts may go to.
func (b bench) permitted(t testing.TB, c consent.Category, limit int) map[string]consent.Permitted {
	t.Helper()
	all := map[string]consent.Permitted{}
	q := consent.PermittedQuery{Practice: key.Practice, Category: c, Limit: limit}
	for range 20 {
		numbers, next, err := b.Permitted(t.Context(), staff, q)
		require.NoError(t, err)
		for _, p := range numbers {
			require.NotContains(t, all, p.Number, "a number came twice")
			all[p.Number] = p
		}
		if q.After = next; next == "" {
			return all
		}
	}
	t.Fatal("the pages never end")
	return nil
}

func TestPermittedNumbersAreThoseThatConsented(t *testing.T) {
	onBoth(t, func(t *testing.T, open func(testing.TB) bench) {
		b := open(t)
		give := func(number, patient string, c consent.Category) {
			g := grant(c)
			g.Number, g.Patient = number, patient
			must(t)(b.Grant(t.Context(), staff, g))
			b.later()
		}
		const one, family, stopped, pending, muted, another = "+12125550101", "+12125550102", "+12125550103", "+12125550104", "+12125550105", "+12125550106"
		const unnamed = "+12125550107"
		give(one, "p-1", consent.Transactional)
		give(unnamed, "", consent.Transactional)
		give(family, "", consent.Transactional)
		give(family, "p-2", consent.Transactional)
		give(family, "p-3", consent.Transactional)
		give(family, "p-2", consent.Transactional)
		give(stopped, "p-4", consent.Transactional)
		r := stop()
		r.Number = stopped
		must(t)(b.Revoke(t.Context(), patient, r))
		give(pending, "p-5", consent.Promotional) // waits for confirmation
		give(muted, "p-6", consent.Transactional)
		m := mute("p-6", "")
		m.Number = muted
		must(t)(b.Mute(t.Context(), patient, m))
		give(another, "p-7", consent.Transactional)
		l := lapse(consent.Reassigned)
		l.Number = another
		must(t)(b.Lapse(t.Context(), staff, l))
		b.later()
		give(another, "p-8", consent.Transactional)

		want := map[string]consent.Permitted{
			one:     {Number: one, Patients: []string{"p-1"}, Language: "en"},
			family:  {Number: family, Patients: []string{"p-2", "p-3"}, Language: "en"},
			another: {Number: another, Patients: []string{"p-8"}, Language: "en"},
			unnamed: {Number: unnamed, Patients: []string{""}, Language: "en"},
		}
		for _, limit := range []int{0, 1, 2, 1000} {
			require.Empty(t, cmp.Diff(want, b.permitted(t, consent.Transactional, limit)))
		}
		require.Empty(t, b.permitted(t, consent.Promotional, 0), "what waits for confirmation permits nothing")

		m.Number, m.Patient = family, "p-2"
		must(t)(b.Mute(t.Context(), patient, m))
		require.Equal(t, []string{"p-3"}, b.permitted(t, consent.Transactional, 0)[family].Patients, "the texts are about the other one alone")
	})
}

func TestPermittedNumbersAreReadOnRecord(t *testing.T) {
	onBoth(t, func(t *testing.T, open func(testing.TB) bench) {
		b := open(t)
		before := len(b.logged(t, key.Practice))
		_, _, err := b.Permitted(t.Context(), staff, consent.PermittedQuery{Practice: key.Practice, Category: consent.Promotional})
		require.NoError(t, err)
		log := b.logged(t, key.Practice)
		require.Len(t, log, before+1)
		require.Equal(t, "consent.permitted", log[len(log)-1].Action)
		for _, q := range []consent.PermittedQuery{
			{Practice: key.Practice, Category: "advertising"},
			{Practice: key.Practice, Category: consent.Promotional, Limit: -1},
			{Category: consent.Promotional},
		} {
			_, _, err := b.Permitted(t.Context(), staff, q)
			require.ErrorIs(t, err, consent.ErrInvalid)
		}
		_, _, err = b.Permitted(t.Context(), audit.Actor{}, consent.PermittedQuery{Practice: key.Practice, Category: consent.Promotional})
		require.ErrorIs(t, err, consent.ErrInvalid)
	})
}
