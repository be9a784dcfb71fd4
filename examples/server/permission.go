package main

import (
	"context"

	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/examples/internal/world"
)

// permissionView is what texts of one kind stand at.
type permissionView struct {
	Status consent.Status `json:"status"`
	Why    string         `json:"why"`
}

func permission(p consent.Permission) permissionView { return permissionView{p.Status, p.Why} }

// Word is the status in plain words.
func (v permissionView) Word() string {
	switch v.Status {
	case consent.Active:
		return "agreed"
	case consent.Pending:
		return "not confirmed yet"
	case consent.Stopped:
		return "stopped"
	case consent.Held:
		return "held, a person looks first"
	case consent.Expired:
		return "run out"
	case consent.Ended:
		return "ended with the number's holder"
	}
	return "never agreed"
}

// permit fills in what texts about the patient, from the practice's number, stand at: others on the same phone may stand at something else.
func (p *personView) permit(ctx context.Context, s *scene) error {
	for c, view := range map[consent.Category]*permissionView{
		consent.Transactional: &p.Transactional, consent.Conversational: &p.Conversational, consent.Promotional: &p.Promotional,
	} {
		now, err := s.Consents.Permission(ctx, consent.Key{Practice: world.Practice, Number: p.Number}, consent.Use{
			Category: c, Sender: world.Sender().Number, Patient: p.ID,
		})
		if err != nil {
			return err
		}
		*view = permission(now)
	}
	return nil
}
