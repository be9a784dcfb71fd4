package world

import (
	"context"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/consent/representative"
	"github.com/enamel-go/enamel/examples/internal/clock"
	"github.com/enamel-go/enamel/records"
	"github.com/enamel-go/enamel/sms/link"
)

// seers vouches for who may open a patient's link beside the patient: who may see the record, at that moment.
type seers struct {
	acting *representative.Service
	charts *records.Service
}

// May implements [link.Representatives].
func (s seers) May(ctx context.Context, in, patient string, by audit.Actor, _ link.Resource) (bool, error) {
	zone, err := clock.Central()
	if err != nil {
		return false, err
	}
	p, err := s.charts.Patient(ctx, audit.Actor{Kind: audit.System, ID: "links"}, records.Key{Practice: in, ID: patient})
	if err != nil {
		return false, err
	}
	answer, err := s.acting.May(ctx, representative.Key{Practice: in, Patient: patient}, representative.Question{
		Person: by, Act: representative.See, Born: p.Birth, State: p.Address.State, Zone: zone,
	})
	return answer.Allowed, err
}
