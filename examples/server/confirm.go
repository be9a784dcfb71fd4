package main

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/examples/internal/world"
)

// follower is who presses the button behind a link: whoever it was sent to, and nobody known besides.
func follower() audit.Actor { return audit.Actor{Kind: audit.Patient, ID: "confirmation link"} }

type linkInput struct {
	Number string `json:"number" doc:"the phone number whose consents wait; a landline too"`
}

// askByLink makes the one request for confirmation as a link, which is told this once.
func askByLink(ctx context.Context, s *app, in linkInput) (done, error) {
	to, err := number(in.Number)
	if err != nil {
		return done{}, err
	}
	last, _, err := s.scene.Load().Consents.AskByLink(ctx, world.Desk(), consent.Link{Practice: practice, Number: to})
	if err != nil {
		return done{}, err
	}
	link := s.address() + "/confirm/" + last
	return done{
		Said:   "Send this link where the patient alone reads it; it is shown this once: " + link,
		Result: map[string]string{"link": link},
	}, nil
}

// askToConfirm shows the button. It changes nothing: programs that look into mail follow links.
func (s *app) askToConfirm(w http.ResponseWriter, r *http.Request) {
	s.show(w, r, http.StatusOK, publicView{
		Title: "Do you agree to texts?",
		Says: "You signed a consent to texts from us. Press the button to confirm it. If you do not, no such text comes. " +
			"Once you have, you end texts at any time by answering STOP to one.",
		Form: "confirm",
	})
}

// confirmByLink records the yes of whoever pressed the button.
func (s *app) confirmByLink(w http.ResponseWriter, r *http.Request) {
	err := r.ParseForm()
	if err != nil {
		err = unread(err)
	}
	var d done
	if err == nil {
		d, err = s.repeats.do(r, func(ctx context.Context) (done, error) {
			_, err := s.scene.Load().Consents.ConfirmByLink(ctx, follower(), consent.LinkConfirmation{
				Practice: practice, Link: r.PathValue("link"),
				Evidence: consent.Evidence{Address: client(r), Browser: strings.ToValidUTF8(browser(r), "?")},
			})
			return done{Said: "You have confirmed. You end texts at any time by answering STOP to one."}, err
		})
	}
	if err != nil {
		status, sentence, failed := explain(err)
		s.logFailure(r.Context(), failed, err)
		title := "Not confirmed"
		if errors.Is(err, consent.ErrUsed) {
			title = "Confirmed before"
		}
		s.show(w, r, status, publicView{Title: title, Says: sentence, Wrong: true})
		return
	}
	s.show(w, r, http.StatusOK, publicView{Title: "Thank you", Says: d.Said})
}
