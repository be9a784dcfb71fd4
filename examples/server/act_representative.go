package main

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/consent/representative"
	"github.com/enamel-go/enamel/examples/internal/clock"
	"github.com/enamel-go/enamel/examples/internal/world"
	"github.com/enamel-go/enamel/records"
)

// chart returns the chart of a patient: who may act hangs on birth date and State.
func (s *scene) chart(ctx context.Context, patient string) (records.Patient, error) {
	return s.Charts.Patient(ctx, world.Desk(), records.Key{Practice: practice, ID: patient})
}

type appointInput struct {
	Patient  string `json:"patient" doc:"the patient's id"`
	Person   string `json:"person" doc:"who may act for the patient, by an id of yours"`
	Basis    string `json:"basis" doc:"parent, court or by_patient; parent where it is left out"`
	Acts     string `json:"acts" doc:"what it covers, with commas between: see, agree, request, text, enter, use; all where it is left out"`
	From     string `json:"from" doc:"the first day, as 2026-06-01"`
	Until    string `json:"until" doc:"the last day; may be left out"`
	Proof    string `json:"proof" doc:"what proves it, such as birth certificate"`
	Document string `json:"document" doc:"where that is kept"`
}

func appoint(ctx context.Context, s *app, in appointInput) (done, error) {
	a := representative.Appointment{
		Practice: practice, Patient: in.Patient, Person: in.Person, Basis: representative.Parent, Acts: representative.Acts(),
		Proof: representative.Proof{Kind: in.Proof, Document: in.Document},
	}
	var err error
	if in.Basis != "" {
		if a.Basis, err = choice("basis", in.Basis, representative.Parent, representative.Court, representative.ByPatient); err != nil {
			return done{}, err
		}
	}
	if in.Acts != "" {
		a.Acts = nil
		for name := range strings.SplitSeq(in.Acts, ",") {
			act, err := choice("acts", strings.TrimSpace(name), representative.Acts()...)
			if err != nil {
				return done{}, err
			}
			a.Acts = append(a.Acts, act)
		}
	}
	if a.From, err = day("from", in.From); err != nil {
		return done{}, err
	}
	if in.Until != "" {
		if a.Until, err = day("until", in.Until); err != nil {
			return done{}, err
		}
	}
	sc := s.scene.Load()
	if _, err := sc.chart(ctx, in.Patient); err != nil {
		return done{}, err
	}
	f, err := sc.Acting.Appoint(ctx, world.Desk(), a)
	if err != nil {
		return done{}, err
	}
	return done{Said: "Recorded. " + actingSays(f), Result: map[string]string{"fact": f.ID}, who: in.Patient}, nil
}

type parentInput struct {
	Patient      string `json:"patient" doc:"the child's id"`
	Parent       string `json:"parent" doc:"the parent, by an id of yours"`
	Method       string `json:"method" doc:"how it was verified: signed_form, payment_card, call, video, government_id, knowledge, face_match, email_plus or text_plus; signed_form where it is left out"`
	Wording      string `json:"wording" doc:"what the parent read and agreed to, exactly"`
	Language     string `json:"language" doc:"of the wording; en where it is left out"`
	Document     string `json:"document" doc:"where the proof of the verification is kept"`
	Confirmation string `json:"confirmation" doc:"the confirming message, which email_plus and text_plus need"`
}

func parentConsent(ctx context.Context, s *app, in parentInput) (done, error) {
	c := representative.ParentConsent{
		Practice: practice, Patient: in.Patient, Parent: in.Parent, Method: representative.SignedForm, Wording: in.Wording,
		Language: in.Language, Confirmation: in.Confirmation,
	}
	var err error
	if in.Method != "" {
		c.Method, err = choice("method", in.Method, representative.SignedForm, representative.PaymentCard, representative.Call,
			representative.Video, representative.GovernmentID, representative.Knowledge, representative.FaceMatch,
			representative.EmailPlus, representative.TextPlus)
		if err != nil {
			return done{}, err
		}
	}
	if c.Language == "" {
		c.Language = "en"
	}
	c.Proof = representative.Proof{Kind: strings.ReplaceAll(string(c.Method), "_", " "), Document: in.Document}
	sc := s.scene.Load()
	if _, err := sc.chart(ctx, in.Patient); err != nil {
		return done{}, err
	}
	f, err := sc.Acting.Consent(ctx, world.Desk(), c)
	if err != nil {
		return done{}, err
	}
	return done{
		Said:   "Recorded. The child may give data itself. It permits no texts and no care.",
		Result: map[string]string{"fact": f.ID}, who: in.Patient,
	}, nil
}

type parentEndInput struct {
	Patient string `json:"patient" doc:"the child's id"`
	Parent  string `json:"parent" doc:"the parent, by an id of yours"`
	Words   string `json:"words" doc:"what the parent wrote or said; may be left out"`
}

func parentWithdrawal(ctx context.Context, s *app, in parentEndInput) (done, error) {
	_, err := s.scene.Load().Acting.Withdraw(ctx, world.Desk(), representative.ParentWithdrawal{
		Practice: practice, Patient: in.Patient, Parent: in.Parent, Words: in.Words,
	})
	if err != nil {
		return done{}, err
	}
	return done{Said: "Recorded. From this moment the child gives nothing itself.", who: in.Patient}, nil
}

// identify returns who fills in a form: the patient, or somebody who is on record as acting for the patient. A portal knows
// it by its sign-in.
func (s *scene) identify(ctx context.Context, patient, by string) (audit.Actor, error) {
	if by == "patient" {
		return audit.Actor{Kind: audit.Patient, ID: patient}, nil
	}
	facts, err := s.Acting.History(ctx, world.Desk(), representative.Key{Practice: practice, Patient: patient})
	if err != nil {
		return audit.Actor{}, err
	}
	if !slices.Contains(named(facts), by) {
		return audit.Actor{}, &inputError{http.StatusForbidden, "Nobody of this id acts for the patient."}
	}
	return audit.Actor{Kind: audit.Representative, ID: by}, nil
}

type enterInput struct {
	Patient string `json:"patient" doc:"the patient's id"`
	By      string `json:"by" doc:"patient, or the id of who acts for the patient"`
}

// enter stands for a portal's form, which the demonstration has not got: it asks whether it would be taken.
func enter(ctx context.Context, s *app, in enterInput) (done, error) {
	sc := s.scene.Load()
	zone, err := clock.Central()
	if err != nil {
		return done{}, err
	}
	p, err := sc.chart(ctx, in.Patient)
	if err != nil {
		return done{}, err
	}
	who, err := sc.identify(ctx, p.ID, in.By)
	if err != nil {
		return done{}, err
	}
	answer, err := sc.Acting.May(
		ctx, representative.Key{Practice: practice, Patient: p.ID}, question(p, who, representative.Enter, zone),
	)
	switch {
	case err != nil:
		return done{}, err
	case !answer.Allowed:
		return done{}, &inputError{http.StatusForbidden, "The form was not taken. " + answer.Why}
	}
	err = sc.Log.Record(ctx, audit.Entry{
		Practice: practice, Actor: who, Action: "demo.portal.enter", Object: audit.Object{Kind: "form"}, Patient: p.ID,
	})
	if err != nil {
		return done{}, err
	}
	return done{Said: "The form was taken. " + answer.Why, Result: answer, who: p.ID}, nil
}
