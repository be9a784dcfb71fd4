package consent_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/consent"
)

func TestTheLanguageOfWhatWasAgreedTo(t *testing.T) {
	onBoth(t, func(t *testing.T, open func(testing.TB) bench) {
		b := open(t)
		language := func() string {
			t.Helper()
			got, err := b.Language(t.Context(), key)
			require.NoError(t, err)
			return got
		}
		require.Empty(t, language(), "nobody agreed to anything")
		must(t)(b.Grant(t.Context(), staff, grant(consent.Transactional)))
		require.Equal(t, "en", language())
		b.later()
		g := grant(consent.Promotional)
		g.Patient, g.Evidence.Wording, g.Evidence.Language = "p-204", shownInSpanish, "es"
		must(t)(b.Grant(t.Context(), staff, g))
		require.Equal(t, "es", language(), "what was agreed to last, confirmed or not")
		b.later()
		own := grant(consent.Conversational)
		own.Basis, own.Evidence = consent.OwnText, consent.Evidence{Words: "Hello", Message: "m-1"}
		must(t)(b.Grant(t.Context(), patient, own))
		require.Equal(t, "es", language(), "a text of the patient's is no wording")
		must(t)(b.Revoke(t.Context(), patient, stop()))
		require.Equal(t, "es", language(), "a stop is answered in it")
		before := len(b.logged(t, key.Practice))
		language()
		require.Len(t, b.logged(t, key.Practice), before, "nothing of anybody's is shown")
		require.NoError(t, b.shred(t.Context(), key.Practice, "p-204"))
		require.Equal(t, "en", language(), "what was erased is known no more")
		b.later()
		must(t)(b.Lapse(t.Context(), staff, lapse(consent.Reassigned)))
		require.Empty(t, language(), "whoever holds the number now agreed to nothing")
		_, err := b.Language(t.Context(), consent.Key{Practice: key.Practice, Number: "0100"})
		require.ErrorIs(t, err, consent.ErrInvalid)
	})
}
