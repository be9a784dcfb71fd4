package main

import (
	"context"

	"github.com/enamel-go/enamel/examples/internal/world"
	"github.com/enamel-go/enamel/sms"
)

type finishInput struct {
	Task    string `json:"task" doc:"the task's id, as tasks has it"`
	Outcome string `json:"outcome" doc:"handled or needless; of a review was_sent or not_sent, of a doubt stops or no_stop"`
	Patient string `json:"patient" doc:"of a correction on a shared phone: whom it is about"`
	Reason  string `json:"reason" doc:"what was done, without a word of anybody's health"`
}

// finish ends a task, and does what follows from its outcome.
func finish(ctx context.Context, s *app, in finishInput) (done, error) {
	outcome, err := choice("outcome", in.Outcome, sms.Handled, sms.Needless, sms.WasSent, sms.NotSent, sms.Stops, sms.NoStop)
	if err != nil {
		return done{}, err
	}
	sc := s.scene.Load()
	ended, err := sc.Texts.Finish(ctx, world.Desk(), sms.Finish{
		Key: sms.Key{Practice: practice, ID: in.Task}, Outcome: outcome, Patient: in.Patient, Reason: in.Reason,
	})
	if err != nil {
		return done{}, err
	}
	if !ended {
		return done{}, badInput("Somebody has finished this already.")
	}
	return done{Said: "Noted. It needs nobody any more."}, sc.settled(ctx)
}

type messageInput struct {
	Provider string `json:"provider" doc:"the provider of the message, as tasks has it"`
	Message  string `json:"message" doc:"the provider's id of it"`
}

func (in messageInput) key() sms.MessageKey {
	return sms.MessageKey{Practice: practice, Provider: in.Provider, ID: in.Message}
}

// contentView is what a flagged message holds, for whoever decides where it belongs.
type contentView struct {
	Words string `json:"words"`
	Filed bool   `json:"filed"` // it was handed out for the chart, and is here no more
}

// readContent shows what a flagged message holds. That the desk read it, and what for, is recorded first.
func readContent(ctx context.Context, s *app, in messageInput) (done, error) {
	words, err := s.scene.Load().Texts.Content(ctx, world.Desk(), in.key(), sms.ForConversation)
	if err != nil {
		return done{}, err
	}
	v := contentView{Words: words}
	return done{
		Said: "That you read it is in the log. Put it in the chart, or delete it.", Result: v,
		show: func(page *view) { page.Content = &v },
	}, nil
}

// fileContent hands out what a flagged message holds, for the chart, and destroys it here.
func fileContent(ctx context.Context, s *app, in messageInput) (done, error) {
	words, err := s.scene.Load().Texts.File(ctx, world.Desk(), in.key())
	if err != nil {
		return done{}, err
	}
	v := contentView{Words: words, Filed: true}
	return done{
		Said: "It was handed out for the chart, this once. Here it is no more.", Result: v,
		show: func(page *view) { page.Content = &v },
	}, nil
}

type deleteInput struct {
	messageInput

	Reason string `json:"reason" doc:"why it is deleted, without a word of anybody's health"`
}

// deleteContent destroys what a flagged message holds.
func deleteContent(ctx context.Context, s *app, in deleteInput) (done, error) {
	if err := s.scene.Load().Texts.Delete(ctx, world.Desk(), in.key(), in.Reason); err != nil {
		return done{}, err
	}
	return done{Said: "Deleted. That there was a message, and who deleted it, is in the log."}, nil
}

type channelInput struct {
	Patient string `json:"patient" doc:"the patient's id"`
	Number  string `json:"number" doc:"another number of the chart that texts about the patient go to; left out: by no text"`
	Usual   string `json:"usual" doc:"yes: as usual again"`
}

// reach keeps where a patient asked to be reached.
func reach(ctx context.Context, s *app, in channelInput) (done, error) {
	sc := s.scene.Load()
	t, err := sc.patient(ctx, in.Patient)
	if err != nil {
		return done{}, err
	}
	if in.Usual == "yes" {
		return done{Said: "Texts about the patient go to the usual number again.", who: t.ID}, sc.ReachAsUsual(ctx, t.ID)
	}
	to := ""
	if in.Number != "" {
		if to, err = number(in.Number); err != nil {
			return done{}, err
		}
	}
	kept, err := sc.Reach(ctx, t, to)
	switch {
	case err != nil:
		return done{}, err
	case !kept:
		return done{}, badInput("This is no number of the patient's that texts can go to. Save it with the patient first.")
	case to == "":
		return done{Said: "No text about the patient leaves any more. Call instead.", who: t.ID}, nil
	}
	return done{Said: "Texts about the patient go to that number, and never to the usual one.", who: t.ID}, nil
}
