package world

import (
	"context"
	"fmt"

	"github.com/enamel-go/enamel/sms/registration"
)

// The registrations of the invented practice.
var (
	BrandSubject    = registration.Subject{Kind: registration.BrandKind, ID: "elm-street"}
	CampaignSubject = registration.Subject{Kind: registration.CampaignKind, ID: "texts"}
)

// Brand is the invented practice as carriers are told of it.
func Brand() registration.Brand {
	return registration.Brand{
		Name: "Elm Street Dental PLLC", DisplayName: Sender().Name, Entity: registration.PrivateProfit, EIN: "98-7654321",
		Vertical: registration.Healthcare, Website: "https://elm-street.example", Email: "hello@elm-street.example", Phone: "+15125550199",
		Address: registration.Address{Street: "4 Oak Street", City: "Austin", State: "TX", Zip: "78701", Country: "US"},
		Contact: registration.Contact{First: "Hanna", Last: "Lindqvist", Email: "hanna@elm-street.example", Phone: "+15125550198"},
	}
}

// Campaign is what the invented practice texts, and for what.
func Campaign() registration.Campaign {
	return registration.Campaign{
		Brand: BrandSubject.ID, UseCase: registration.Mixed,
		SubUseCases: []registration.UseCase{registration.AccountNotification, registration.CustomerCare, registration.Marketing},
		Description: "Elm Street Dental reminds its patients of their appointments, answers their texts, and makes offers to those who agreed to them.",
		MessageFlow: "Patients tick a box on the intake form, on paper at the desk or at https://elm-street.example/intake.",
		Samples: []string{
			"Elm Street Dental: a reminder of your appointment on [date] at [time]. Reply STOP to end texts.",
			"Elm Street Dental: we have moved to 4 Oak Street. Reply STOP to end texts.",
			"Elm Street Dental: 20% off whitening until [date]. Reply STOP to end texts.",
		},
		OptIn: registration.Reply{
			Keywords: []string{"START"},
			Message:  "Elm Street Dental: you get our appointment texts. Message frequency varies. Msg & data rates may apply. Reply HELP for help, STOP to end.",
		},
		OptOut:     registration.Reply{Keywords: []string{"STOP", "END"}, Message: "Elm Street Dental: you will receive no more texts from us."},
		Help:       registration.Reply{Keywords: []string{"HELP"}, Message: "Elm Street Dental: call 512-555-0199. Reply STOP to end."},
		PrivacyURL: "https://elm-street.example/privacy", TermsURL: "https://elm-street.example/terms",
	}
}

// Enrol has the invented practice registered with the simulated network, once: its brand, a campaign of everything that it
// texts, and its number. What became of them later is left as it is.
func (w *World) Enrol(ctx context.Context) error {
	const enrolled = "enrolled " + Practice
	if told, err := w.settings.Get(ctx, enrolled); err != nil || told == 1 {
		return err
	}
	for _, r := range []struct {
		subject registration.Subject
		content registration.Content
	}{{BrandSubject, registration.Content{Brand: Brand()}}, {CampaignSubject, registration.Content{Campaign: Campaign()}}} {
		draft := registration.Draft{ID: "story-" + r.subject.ID, Practice: Practice, Subject: r.subject, Content: r.content}
		if _, err := w.Registrations.Draft(ctx, Desk(), draft); err != nil {
			return err
		}
		filed := registration.Submission{ID: "story-filed-" + r.subject.ID, Practice: Practice, Subject: r.subject, Provider: Network}
		state, err := w.Registrations.Submit(ctx, Desk(), filed)
		if err != nil {
			return err
		}
		if err := w.Rule(ctx, state, registration.Approved, 0); err != nil {
			return err
		}
	}
	n := registration.Numbering{ID: "story-number", Practice: Practice, Campaign: CampaignSubject.ID, Number: Sender().Number}
	if _, err := w.Registrations.Attach(ctx, Desk(), n); err != nil {
		return err
	}
	n.ID = "story-carried"
	if _, err := w.Registrations.Carry(ctx, Desk(), n); err != nil {
		return err
	}
	return w.settings.Set(ctx, enrolled, 1)
}

// Rule has the simulated office decide on a registration, and the practice hear of it.
func (w *World) Rule(ctx context.Context, s registration.State, k registration.Kind, code int) error {
	if s.Notice.Reference == "" {
		return fmt.Errorf("%w: it was not submitted, so nobody can decide on it", registration.ErrOrder)
	}
	if err := w.registry.Decide(ctx, s.Notice.Reference, k, code); err != nil {
		return err
	}
	_, err := w.Registrations.Refresh(ctx, Desk(), Practice, s.Subject)
	return err
}
