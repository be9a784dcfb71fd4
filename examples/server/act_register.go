package main

import (
	"context"
	"fmt"

	"github.com/enamel-go/enamel/examples/internal/world"
	"github.com/enamel-go/enamel/sms/registration"
)

type subjectInput struct {
	Kind string `json:"kind" doc:"brand, campaign or toll_free"`
	ID   string `json:"id" doc:"its id, as registrations has it; of a toll-free number the number"`
}

// subject reads what is registered.
func (in subjectInput) subject() (s registration.Subject, err error) {
	s.ID = in.ID
	s.Kind, err = choice("kind", in.Kind, registration.BrandKind, registration.CampaignKind, registration.TollFreeKind)
	return s, err
}

// submit hands a registration to the simulated registry.
func submit(ctx context.Context, s *app, in subjectInput) (done, error) {
	subject, err := in.subject()
	if err != nil {
		return done{}, err
	}
	state, err := s.scene.Load().Registrations.Submit(ctx, world.Desk(), registration.Submission{
		Practice: practice, Subject: subject, Provider: world.Network,
	})
	if err != nil {
		return done{}, err
	}
	return done{
		Said:   "Submitted. The registry reviews it; nothing leaves on the strength of it before it is approved.",
		Result: map[string]string{"status": string(state.Status), "reference": state.Notice.Reference},
	}, nil
}

type registryInput struct {
	subjectInput

	Verdict string `json:"verdict" doc:"in_review, approved, rejected, suspended or expired"`
	Code    string `json:"code" doc:"the registry's code for a rejection or a suspension, such as 30893; may be left out"`
}

// registry has the simulated registry decide.
func registry(ctx context.Context, s *app, in registryInput) (done, error) {
	subject, err := in.subject()
	if err != nil {
		return done{}, err
	}
	verdict, err := choice("verdict", in.Verdict, world.Verdicts()...)
	if err != nil {
		return done{}, err
	}
	code := 0
	if in.Code != "" {
		if code, err = whole("code", in.Code); err != nil || code < 1 || code > 99999 {
			return done{}, badInput("The code is a number of at most five digits, such as 30893.")
		}
	}
	sc := s.scene.Load()
	all, err := sc.Registrations.Overview(ctx, world.Desk(), practice)
	if err != nil {
		return done{}, err
	}
	for _, state := range all.States {
		if state.Subject != subject {
			continue
		}
		if err := sc.Rule(ctx, state, verdict, code); err != nil {
			return done{}, err
		}
		return done{Said: ruled(verdict)}, sc.settled(ctx)
	}
	return done{}, fmt.Errorf("%w", registration.ErrUnknown)
}

// ruled says what follows from the registry's word.
func ruled(k registration.Kind) string {
	switch k {
	case registration.Approved:
		return "The registry has approved it, and the practice has heard of it."
	case registration.InReview:
		return "The registry reviews it."
	}
	return "The registry's word is: " + string(k) + ". What depends on it does not text any more."
}

type numberingInput struct {
	Campaign string `json:"campaign" doc:"the campaign's id"`
	Number   string `json:"number" doc:"an ordinary number that the practice texts from"`
}

func (in numberingInput) numbering() (registration.Numbering, error) {
	to, err := number(in.Number)
	return registration.Numbering{Practice: practice, Campaign: in.Campaign, Number: to}, err
}

func attach(ctx context.Context, s *app, in numberingInput) (done, error) {
	n, err := in.numbering()
	if err != nil {
		return done{}, err
	}
	if _, err := s.scene.Load().Registrations.Attach(ctx, world.Desk(), n); err != nil {
		return done{}, err
	}
	return done{Said: "The number belongs to the campaign. It may text when the carriers know it: in three days at the latest, or when they say so."}, nil
}

func carry(ctx context.Context, s *app, in numberingInput) (done, error) {
	n, err := in.numbering()
	if err != nil {
		return done{}, err
	}
	sc := s.scene.Load()
	if _, err := sc.Registrations.Carry(ctx, world.Desk(), n); err != nil {
		return done{}, err
	}
	return done{Said: "The carriers know the number as the campaign's."}, sc.settled(ctx)
}

func detach(ctx context.Context, s *app, in numberingInput) (done, error) {
	n, err := in.numbering()
	if err != nil {
		return done{}, err
	}
	if _, err := s.scene.Load().Registrations.Detach(ctx, world.Desk(), n); err != nil {
		return done{}, err
	}
	return done{Said: "The number belongs to no campaign any more, and nothing leaves from it."}, nil
}
