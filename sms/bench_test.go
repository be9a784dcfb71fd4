package sms_test

import (
	"crypto/sha256"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/internal/pairs"
	"github.com/enamel-go/enamel/sms"
)

// BenchmarkPairDecide measures what it costs to decide, the screen apart, beside one pass of SHA-256 over the text: for a
// reminder that is sent, one that waits for the morning, and a promotional text to a State with hours and a cap of its own.
func BenchmarkPairDecide(b *testing.B) {
	l := law(b)
	reminder := lawful(noon, "America/Chicago")
	reminder.Text.Body = "Elm Street Dental: reminder of your appointment on Wednesday, March 4 at 6:00 PM. Questions: 214-555-0199. " +
		"Reply HELP for help, STOP to end texts."
	night := noon.Add(12 * time.Hour)
	promotion := lawful(noon, "America/New_York", "America/Chicago")
	promotion.Text.Category, promotion.Regions = consent.Promotional, []string{"US-FL"}
	promotion.Text.Body = "Elm Street Dental: our new office on Oak Street is open, with parking behind the building and hours on " +
		"Saturdays. Call 214-555-0199. Reply STOP to end texts."
	for _, c := range []struct {
		name  string
		facts sms.Facts
		now   time.Time
		want  sms.Verdict
	}{
		{"reminder", reminder, noon, sms.Send},
		{"at-night", reminder, night, sms.Defer},
		{"promotion", promotion, noon, sms.Send},
	} {
		b.Run(c.name, func(b *testing.B) {
			body := []byte(c.facts.Text.Body)
			require.Equal(b, c.want, l.Decide(c.facts, c.now).Verdict)
			pairs.Run(b, pairs.Compute, func(n int) error {
				for range n {
					if d := l.Decide(c.facts, c.now); d.Verdict != c.want {
						return fmt.Errorf("%s: %s", d.Verdict, d.Reason)
					}
				}
				return nil
			}, pairs.Peer{Name: "sha-256", Time: 20, Run: func(n int) error {
				for range n {
					sha256.Sum256(body)
				}
				return nil
			}})
		})
	}
}
