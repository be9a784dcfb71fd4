package sms_test

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/consent/keyword"
	"github.com/enamel-go/enamel/sms"
)

// However long a message is, its word is heard, and what fits is kept.
func TestALongMessageIsHeard(t *testing.T) {
	blank, tail := strings.Repeat(" ", 20<<10), strings.Repeat("é", 20<<10)
	cases := map[string]struct {
		in   sms.Inbound
		want keyword.Word
	}{
		"with a tail":                  {sms.Inbound{Body: "STOP" + blank}, keyword.Stop},
		"behind all that fits":         {sms.Inbound{Body: blank + "STOP"}, keyword.Stop},
		"with bytes that are no text":  {sms.Inbound{Body: "stop texting me\n" + strings.Repeat("\x00", 17<<10)}, keyword.Stop},
		"that the provider acted on":   {sms.Inbound{Body: "a" + tail, Keyword: "STOP"}, keyword.Stop},
		"with a picture":               {sms.Inbound{Body: "STOP" + blank, Media: 1}, keyword.Stop},
		"of health":                    {sms.Inbound{Body: "My root canal hurts. " + tail}, keyword.Review},
		"that nobody reads to its end": {sms.Inbound{Body: "Thank you for the visit. " + tail}, keyword.Review},
	}
	worlds(t, func(t *testing.T, w *world) {
		n := 0
		for name, c := range cases {
			n++
			c.in.From = fmt.Sprintf("+1212555%04d", n)
			w.paper(c.in.From, consent.Transactional)
			m := w.send(c.in)
			require.Equal(t, string(c.want), m.Word, name)
			body := m.Body
			if m.Flag != sms.Unflagged {
				require.Empty(t, m.Body, name)
				var err error
				body, err = w.store.Content(t.Context(), m.Key())
				require.NoError(t, err, name)
			}
			require.LessOrEqual(t, len(body), 16<<10, name)
			require.Greater(t, len(body), 16<<10-utf8.UTFMax, name)
			require.True(t, utf8.ValidString(body), name)
			state, err := w.consents.State(t.Context(), staff, consent.Key{Practice: practice, Number: c.in.From})
			require.NoError(t, err)
			require.Equal(t, c.want == keyword.Stop, state.Transactional.Status == consent.Stopped, name)
		}
	})
}
