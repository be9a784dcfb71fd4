package main

import (
	"context"
	"net/http"
	"strings"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/consent/representative"
	"github.com/enamel-go/enamel/examples/internal/clock"
	"github.com/enamel-go/enamel/examples/internal/world"
	"github.com/enamel-go/enamel/records"
)

type reportInput struct {
	Given   string `json:"given" doc:"the child's given name"`
	Family  string `json:"family" doc:"the child's family name"`
	Birth   string `json:"birth" doc:"the child's birth date as 2016-02-20"`
	Name    string `json:"name" doc:"of whoever reports; may be left out"`
	Contact string `json:"contact" doc:"where the answer goes"`
	Words   string `json:"words" doc:"what happened; may be left out"`
}

// reporter is who fills in the public form: anybody.
func reporter() audit.Actor { return audit.Actor{Kind: audit.System, ID: "report form"} }

// thanks is the same whether such a child is on record or not: the form says of nobody whether they are a patient.
const thanks = "Thank you. If a child of this name gave us data, nothing of it is used from this moment on. A person looks at it and answers you."

// reportChild records that somebody believes that a child gave data.
func reportChild(ctx context.Context, s *app, in reportInput) (done, error) {
	if strings.TrimSpace(in.Contact) == "" {
		return done{}, badInput("Say where we can answer you.")
	}
	birth, err := records.ParseDate(in.Birth)
	if err != nil {
		return done{}, badInput("Write the child's birth date as 2016-02-20.")
	}
	sc := s.scene.Load()
	found, err := sc.Charts.FindByName(ctx, reporter(), records.NameQuery{
		Practice: practice, Name: records.Name{Given: strings.TrimSpace(in.Given), Family: strings.TrimSpace(in.Family)}, Birth: birth,
	})
	if err != nil {
		return done{}, err
	}
	for _, p := range found.Patients {
		_, err := sc.Acting.Report(ctx, reporter(), representative.ChildReport{
			Practice: practice, Patient: p.ID, Name: in.Name, Contact: in.Contact, Words: in.Words,
		})
		if err != nil {
			return done{}, err
		}
	}
	if len(found.Patients) == 0 { // it has to be answered all the same, so the log keeps it
		err := sc.Log.Record(ctx, audit.Entry{
			Practice: practice, Actor: reporter(), Action: "demo.report.unfound", Object: audit.Object{Kind: "report"},
			Details: map[string]string{
				"child": in.Given + " " + in.Family + ", " + in.Birth, "name": in.Name, "contact": in.Contact, "words": in.Words,
			},
		})
		if err != nil {
			return done{}, err
		}
	}
	return done{Said: thanks}, nil
}

// askForReport shows the form, to anybody.
func (s *app) askForReport(w http.ResponseWriter, r *http.Request) {
	s.show(w, r, http.StatusOK, publicView{
		Title: "Did a child give us data?", Form: "report",
		Says: "We take nothing that a child under 13 enters itself unless a parent has agreed. Tell us if you believe that it happened. You need no account.",
	})
}

// takeReport takes the form.
func (s *app) takeReport(w http.ResponseWriter, r *http.Request) {
	err := r.ParseForm()
	if err != nil {
		err = unread(err)
	}
	f := r.PostForm
	var d done
	if err == nil {
		d, err = s.repeats.do(r, func(ctx context.Context) (done, error) {
			return reportChild(ctx, s, reportInput{
				f.Get("given"), f.Get("family"), f.Get("birth"), f.Get("name"), f.Get("contact"), f.Get("words"),
			})
		})
	}
	if err != nil {
		status, sentence, failed := explain(err)
		s.logFailure(r.Context(), failed, err)
		s.show(w, r, status, publicView{Title: "Not sent", Says: sentence, Wrong: true, Form: "report", Typed: f})
		return
	}
	s.show(w, r, http.StatusOK, publicView{Title: "Sent", Says: d.Said})
}

type decideInput struct {
	Patient  string `json:"patient" doc:"the child's id"`
	Report   string `json:"report" doc:"the report's id, as representatives has it"`
	Finding  string `json:"finding" doc:"of unfreeze: covered (a parent's consent covers it) or mistaken (it was no child); covered where it is left out"`
	Proof    string `json:"proof" doc:"what was verified"`
	Document string `json:"document" doc:"where the proof is kept"`
	Reason   string `json:"reason" doc:"why it was decided so"`
}

func unfreeze(ctx context.Context, s *app, in decideInput) (done, error) {
	finding := representative.Covered
	if in.Finding != "" {
		var err error
		if finding, err = choice("finding", in.Finding, representative.Covered, representative.Mistaken); err != nil {
			return done{}, err
		}
	}
	zone, err := clock.Central()
	if err != nil {
		return done{}, err
	}
	_, err = s.scene.Load().Acting.Unfreeze(ctx, world.Desk(), representative.Release{
		Practice: practice, Patient: in.Patient, Report: in.Report, Finding: finding, Reason: in.Reason, Zone: zone,
		Proof: representative.Proof{Kind: in.Proof, Document: in.Document},
	})
	if err != nil {
		return done{}, err
	}
	return done{Said: "Decided: what was given may be used. Now answer whoever reported it.", who: in.Patient}, nil
}

func remove(ctx context.Context, s *app, in decideInput) (done, error) {
	if in.Finding != "" {
		return done{}, badInput("A finding belongs to unfreeze. What is removed is removed.")
	}
	_, err := s.scene.Load().Acting.Remove(ctx, world.Desk(), representative.Removal{
		Practice: practice, Patient: in.Patient, Report: in.Report, Reason: in.Reason,
		Proof: representative.Proof{Kind: in.Proof, Document: in.Document},
	})
	if err != nil {
		return done{}, err
	}
	return done{Said: "Decided: what the child gave was deleted. Now answer whoever reported it.", who: in.Patient}, nil
}

type answerInput struct {
	Patient string `json:"patient" doc:"the child's id"`
	Report  string `json:"report" doc:"the report's id, as representatives has it"`
	Words   string `json:"words" doc:"what was answered"`
}

func answerReport(ctx context.Context, s *app, in answerInput) (done, error) {
	_, err := s.scene.Load().Acting.Answer(ctx, world.Desk(), representative.Reply{
		Practice: practice, Patient: in.Patient, Report: in.Report, Words: in.Words,
	})
	if err != nil {
		return done{}, err
	}
	return done{Said: "Noted: whoever reported it got the answer.", who: in.Patient}, nil
}
