package main

import (
	"context"

	"github.com/enamel-go/enamel/consent/pack"
	"github.com/enamel-go/enamel/examples/internal/world"
)

type requestPackInput struct {
	Recipient string `json:"recipient" doc:"practice, patient, court or carrier; nobody else gets one"`
	Number    string `json:"number" doc:"the phone number; may be left out where a patient is given"`
	Patient   string `json:"patient" doc:"the patient's id; all of the patient's numbers where no number is given"`
	Name      string `json:"name" doc:"of the court or the carrier"`
	Document  string `json:"document" doc:"the court's order or subpoena; what else was asked in writing"`
}

func requestPack(ctx context.Context, s *app, in requestPackInput) (done, error) {
	scope := pack.Scope{Recipient: pack.Recipient(in.Recipient), Name: in.Name, Patient: in.Patient, Document: in.Document}
	if in.Number != "" {
		var err error
		if scope.Number, err = number(in.Number); err != nil {
			return done{}, err
		}
	}
	packs := s.scene.Load().Packs
	f, err := packs.Request(ctx, world.Desk(), pack.Request{Practice: practice, Scope: scope})
	if err != nil {
		return done{}, err
	}
	state, err := packs.State(ctx, world.Desk(), f.Key())
	if err != nil {
		return done{}, err
	}
	says := "It may be handed out."
	if state.Status == pack.Waiting {
		says = "The manager has to approve it first."
	}
	return done{Said: "Asked for. " + says, Result: map[string]string{"release": f.Release, "status": string(state.Status)}}, nil
}

type approvePackInput struct {
	Release string `json:"release" doc:"what was asked for, as packs has it"`
}

// approvePack is the manager's act: whoever asked cannot approve.
func approvePack(ctx context.Context, s *app, in approvePackInput) (done, error) {
	_, err := s.scene.Load().Packs.Approve(ctx, world.Manager(), pack.Approval{Practice: practice, Release: in.Release})
	return done{Said: "Approved. The file may be handed out."}, err
}

type denyPackInput struct {
	Release string `json:"release" doc:"what was asked for, as packs has it"`
	Reason  string `json:"reason" doc:"why not"`
}

func denyPack(ctx context.Context, s *app, in denyPackInput) (done, error) {
	_, err := s.scene.Load().Packs.Deny(ctx, world.Manager(), pack.Denial{Practice: practice, Release: in.Release, Reason: in.Reason})
	return done{Said: "Denied. No file is handed out."}, err
}
