package sms_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/sms"
)

// What is decided on a text that nobody has queued is what is decided on the same text when it is due, and nothing comes
// of it.
func TestATextThatIsTriedIsDecidedAsIfItWereDue(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		d := w.dispatcher()
		text := sms.Text{
			Practice: practice, Category: consent.Transactional, To: patient, Body: "Elm Street Dental: we moved.",
			LastUseful: noon.Add(72 * time.Hour),
		}
		refused, err := d.Decide(t.Context(), text)
		require.NoError(t, err)
		require.Equal(t, sms.Refuse, refused.Verdict)
		require.Equal(t, "consent", refused.Rule)

		w.grant(consent.Transactional)
		tried, err := d.Decide(t.Context(), text)
		require.NoError(t, err)
		require.Equal(t, sms.Send, tried.Verdict)
		require.Empty(t, w.carrier.bodies())
		page, err := w.store.Texts(t.Context(), sms.Query{Practice: practice})
		require.NoError(t, err)
		require.Empty(t, page.Texts)

		k := w.enqueue(text)
		w.step(d)
		sent := w.tracked(k).Decision
		require.Equal(t, sent.Trail, tried.Trail)
		require.Equal(t, sent.Facts, tried.Facts)

		// Another moment is asked of the law.
		law, err := sms.NewLaw(sms.Promised())
		require.NoError(t, err)
		facts := *tried.Facts
		facts.Text = w.tracked(k).Text
		require.Equal(t, sms.Defer, law.Decide(facts, noon.Add(12*time.Hour)).Verdict)

		past, never := text, text
		past.LastUseful, never.NotBefore = noon, text.LastUseful
		for _, none := range []sms.Text{past, never} {
			_, err = d.Decide(t.Context(), none)
			require.ErrorIs(t, err, sms.ErrInvalid, "what could not be queued")
		}
		text.Body = ""
		_, err = d.Decide(t.Context(), text)
		require.ErrorIs(t, err, sms.ErrInvalid)
		text.Body, text.Practice = "x", "oak-street"
		_, err = d.Decide(t.Context(), text)
		require.ErrorIs(t, err, sms.ErrNotFound)
	})
}
