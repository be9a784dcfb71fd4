package main

import (
	"context"
	"strings"

	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/examples/internal/world"
	"github.com/enamel-go/enamel/sms"
	"github.com/enamel-go/enamel/sms/link"
	"github.com/enamel-go/enamel/sms/template"
)

type linkTextInput struct {
	Patient string `json:"patient" doc:"the patient's id"`
	Kind    string `json:"kind" doc:"what it leads to, such as document or plan; document where it is left out"`
	ID      string `json:"id" doc:"which one, by an id of yours"`
}

// textLink issues a link and queues the text that carries it. The token is in the text and nowhere else.
func textLink(ctx context.Context, s *app, in linkTextInput) (done, error) {
	if in.Kind == "" {
		in.Kind = "document"
	}
	sc := s.scene.Load()
	t, err := toPatient(ctx, sc, sms.Text{
		Practice: practice, Category: consent.Transactional, From: world.Sender().Number,
		LastUseful: sc.Clock.Now().Add(link.Lasts), // no longer than the link
	}, in.Patient)
	if err != nil {
		return done{}, err
	}
	made, err := templateOf(world.Document)
	if err != nil {
		return done{}, err
	}
	token, err := sc.Links.Issue(ctx, world.Desk(), link.Link{
		Practice: practice, Patient: t.Patient, Resource: link.Resource{Kind: in.Kind, ID: in.ID},
	})
	if err != nil {
		return done{}, err
	}
	if t.Body, err = made.Render(template.English, textSetting(""), template.Values{"link": linkHead + token}); err != nil {
		return done{}, err
	}
	k, err := sc.Texts.Enqueue(ctx, world.Desk(), t)
	if err != nil {
		return done{}, err
	}
	return done{
		Said:   "The link is in a text that is queued, and is told nowhere else: open it on the phone.",
		Result: map[string]string{"text": k.ID}, who: t.Patient,
	}, sc.settled(ctx)
}

type openLinkInput struct {
	Link    string `json:"link" doc:"the link, as the phone shows it"`
	Patient string `json:"patient" doc:"whose sign-in it is, by the patient's id"`
	By      string `json:"by" doc:"who has signed in: patient, or the id of who acts for the patient; patient where it is left out"`
}

// openLink stands for the button of a portal that knows its visitor by a sign-in, which the demonstration has not got.
func openLink(ctx context.Context, s *app, in openLinkInput) (done, error) {
	token, found := strings.CutPrefix(strings.TrimSpace(in.Link), linkHead)
	if !found {
		return done{}, badInput("This is no link of the practice's: those begin with %s.", linkHead)
	}
	if in.By == "" {
		in.By = "patient"
	}
	sc := s.scene.Load()
	who, err := sc.identify(ctx, in.Patient, in.By)
	if err != nil {
		return done{}, err
	}
	leads, err := sc.Links.Open(ctx, who, link.Opening{Practice: practice, Token: token})
	if err != nil {
		return done{}, err
	}
	return done{Said: "It opened, and shows " + leads.Kind + " " + leads.ID + ". It opens no more.", Result: leadsView(leads), who: in.Patient}, nil
}

type revokeLinkInput struct {
	ID string `json:"id" doc:"the link's id, as links has it"`
}

func revokeLink(ctx context.Context, s *app, in revokeLinkInput) (done, error) {
	err := s.scene.Load().Links.Revoke(ctx, world.Desk(), link.Revocation{Practice: practice, ID: in.ID})
	return done{Said: "The link was taken back. It opens no more."}, err
}
