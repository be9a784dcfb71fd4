package world

import (
	"context"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/examples/internal/setting"
	"github.com/enamel-go/enamel/records"
)

// visits is the schedule as patients' answers reach it: records keeps the appointments, and a setting which of them were
// confirmed. It implements sms.Answers.
type visits struct {
	*records.Service
	settings setting.Store
}

// texter is who reads charts to text.
var texter = audit.Actor{Kind: audit.System, ID: "texts"}

// Confirm implements sms.Answers.
func (v visits) Confirm(ctx context.Context, _, appointment, version, _ string) error {
	return v.settings.Set(ctx, confirmed(appointment, version), 1)
}

func confirmed(appointment, version string) string { return "confirmed " + appointment + " " + version }

// Confirmed reports whether the patient confirmed an appointment as it stands.
func (w *World) Confirmed(ctx context.Context, a records.Appointment) (bool, error) {
	value, err := w.settings.Get(ctx, confirmed(a.ID, a.Version))
	return value == 1, err
}
