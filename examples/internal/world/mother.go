package world

import (
	"context"
	"time"

	"github.com/enamel-go/enamel/consent/representative"
	"github.com/enamel-go/enamel/examples/internal/clock"
	"github.com/enamel-go/enamel/internal/civil"
)

// Mother is who may act for the two children of the story.
const Mother = "miriam-feld"

// represent appoints the mother of the two children. It can be repeated.
func (w *World) represent(ctx context.Context, first time.Time) error {
	zone, err := clock.Central()
	if err != nil {
		return err
	}
	signed := first.AddDate(0, 0, -20) // with the consents on paper
	for _, child := range []string{"p-103", "p-104"} {
		_, err := w.Acting.Appoint(ctx, Desk(), representative.Appointment{
			ID: "story-mother-" + child, Practice: Practice, Patient: child, Person: Mother, Basis: representative.Parent,
			Acts: representative.Acts(), From: civil.Of(signed.In(zone)), At: signed,
			Proof: representative.Proof{Kind: "birth certificate", Document: "scan-birth-" + child},
		})
		if err != nil {
			return err
		}
	}
	return nil
}
