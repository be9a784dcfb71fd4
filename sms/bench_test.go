package sms_test

import (
	"crypto/sha256"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/sms"
)

// What it costs to decide on a reminder, beside one pass of SHA-256 over it.
func BenchmarkDecide(b *testing.B) {
	l := law(b)
	f := sms.Facts{
		Text: sms.Text{
			Kind: sms.Ordinary, Category: consent.Transactional, Provider: "twilio", LastUseful: noon.Add(24 * time.Hour),
			Body: "Elm Street Dental: reminder of your appointment on Wednesday, March 4 at 6:00 PM. Questions: 214-555-0199. " +
				"Reply HELP for help, STOP to end texts.",
		},
		Permission: consent.Permission{Status: consent.Active, Basis: consent.WebForm}, Agreement: true, Current: true,
		Standing: sms.Standing{Kind: sms.LongCode, Approved: true, Categories: consent.Categories()},
		Zones:    []string{"America/Chicago"}, Regions: []string{"US-IL"}, Name: "Elm Street Dental", Screen: "test",
	}
	require.Equal(b, sms.Send, l.Decide(f, noon).Verdict)
	b.Run("decide", func(b *testing.B) {
		for b.Loop() {
			l.Decide(f, noon)
		}
	})
	b.Run("sha-256", func(b *testing.B) {
		body := []byte(f.Text.Body)
		for b.Loop() {
			sha256.Sum256(body)
		}
	})
}
