package main

import (
	"context"
	"time"

	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/examples/internal/world"
	"github.com/enamel-go/enamel/records"
	"github.com/enamel-go/enamel/sms"
)

type textInput struct {
	Patient  string `json:"patient" doc:"the patient's id"`
	Category string `json:"category" doc:"transactional, conversational or promotional"`
	Body     string `json:"body" doc:"what the patient will read"`
}

func writeText(ctx context.Context, s *app, in textInput) (done, error) {
	category, err := choice("category", in.Category, consent.Categories()...)
	if err != nil {
		return done{}, err
	}
	sc := s.scene.Load()
	t, err := toPatient(ctx, sc, sms.Text{
		Practice: practice, Category: category, From: world.Sender().Number, Body: in.Body,
		LastUseful: sc.Clock.Now().Add(useful),
	}, in.Patient)
	if err != nil {
		return done{}, err
	}
	k, err := sc.Texts.Enqueue(ctx, world.Desk(), t)
	if err != nil {
		return done{}, err
	}
	return done{
		Said:   "The text is queued. Today's texts say what became of it, and why.",
		Result: map[string]string{"text": k.ID}, who: t.Patient,
	}, sc.settled(ctx)
}

// useful is how long a text that is written on the page is of use.
const useful = 3 * 24 * time.Hour

// addressed says whom a text is for, and where that person is: the hours of that place hold.
func addressed(t sms.Text, p records.Patient) sms.Text {
	t.Patient, t.To, t.Zone, t.Region = p.ID, p.Number(), p.Zone, p.Address.Region()
	return t
}

type requeueInput struct {
	Text   string `json:"text" doc:"the text's id"`
	Reason string `json:"reason" doc:"what was done about whatever was in its way"`
}

func requeueText(ctx context.Context, s *app, in requeueInput) (done, error) {
	sc := s.scene.Load()
	changed, err := sc.Texts.Requeue(ctx, world.Desk(), sms.Key{Practice: practice, ID: in.Text}, in.Reason)
	if err != nil {
		return done{}, err
	}
	if !changed {
		return done{}, badInput("This text cannot be put back: it neither failed nor was refused.")
	}
	return done{Said: "The text was put back. It is decided on anew: whatever still forbids it refuses it again."}, sc.settled(ctx)
}

type resolveInput struct {
	Text    string `json:"text" doc:"the text's id"`
	Arrived string `json:"arrived" doc:"yes or no"`
	Reason  string `json:"reason" doc:"how you know"`
}

func resolveText(ctx context.Context, s *app, in resolveInput) (done, error) {
	arrived, err := choice("arrived", in.Arrived, "yes", "no")
	if err != nil {
		return done{}, err
	}
	sc := s.scene.Load()
	changed, err := sc.Texts.Resolve(ctx, world.Desk(), sms.Key{Practice: practice, ID: in.Text}, arrived == "yes", in.Reason)
	switch {
	case err != nil:
		return done{}, err
	case !changed:
		return done{}, badInput("This text does not need a person, or no longer does.")
	case arrived == "yes":
		return done{Said: "Noted: it arrived."}, nil
	}
	return done{Said: "Noted: it did not arrive. It is not sent again by itself."}, nil
}

type withdrawInput struct {
	Text   string `json:"text" doc:"the text's id"`
	Reason string `json:"reason" doc:"why it is taken back"`
}

func withdrawText(ctx context.Context, s *app, in withdrawInput) (done, error) {
	changed, err := s.scene.Load().Texts.Cancel(ctx, world.Desk(), sms.Key{Practice: practice, ID: in.Text}, in.Reason)
	if err != nil {
		return done{}, err
	}
	if !changed {
		return done{}, badInput("This text cannot be taken back: it has left, or is just leaving.")
	}
	return done{Said: "The text was taken back. It will not leave."}, nil
}

type replyInput struct {
	Number string `json:"number" doc:"the phone that writes"`
	Words  string `json:"words" doc:"what its owner writes, such as STOP, HELP, START or AGREE; may be left out beside a picture"`
	With   string `json:"with" doc:"picture: a picture comes with it; nothing where it is left out"`
}

// reply writes from a simulated phone. The network tells the practice of it through the signed webhook, as a real one
// would, so this waits until the practice has taken it in.
func reply(ctx context.Context, s *app, in replyInput) (done, error) {
	from, err := number(in.Number)
	if err != nil {
		return done{}, err
	}
	pictures := 0
	if in.With != "" {
		if _, err := choice("with", in.With, "picture"); err != nil {
			return done{}, err
		}
		pictures = 1
	}
	switch {
	case in.Words == "" && pictures == 0:
		return done{}, badInput("Write something first.")
	case len(in.Words) > 1600:
		return done{}, badInput("A text has at most 1600 characters.")
	}
	sc := s.scene.Load()
	id, err := sc.network.ReplyPictures(from, practiceNumber(), in.Words, pictures)
	if err != nil {
		return done{}, err
	}
	m, arrived, err := sc.arrived(ctx, from, id)
	switch {
	case err != nil:
		return done{}, err
	case !arrived:
		return done{Said: "The phone has sent it. The practice has not received it yet."}, nil
	}
	return done{Said: taken(m), Result: map[string]string{"message": id, "word": m.Word, "flag": string(m.Flag)}}, sc.settled(ctx)
}

// arrived waits until a message was taken in, and returns what it was taken for.
func (s *scene) arrived(ctx context.Context, from, id string) (m sms.Received, arrived bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	ticker := time.NewTicker(20 * time.Millisecond)
	defer ticker.Stop()
	for {
		m, arrived, err := s.TakenIn(ctx, from, id)
		if arrived || err != nil && ctx.Err() == nil {
			return m, arrived, err
		}
		select {
		case <-ctx.Done():
			return sms.Received{}, false, nil
		case <-ticker.C:
		}
	}
}

// taken says what a message was taken for.
func taken(m sms.Received) string {
	switch m.Word {
	case "stop":
		return "The practice has received it. It is a stop: it counts at once, for everybody on this phone."
	case "narrow":
		return "The practice has received it. It ends offers; texts about appointments go on."
	case "stranger":
		return "The practice has received it. The number is not the patient's: no text leaves for it any more."
	case "review":
		return "The practice has received it. It may be a stop: offers are held until a person has looked."
	case "help":
		return "The practice has received it, and answers with its contact."
	case "start":
		return "The practice has received it, and answers what START brings back."
	case "confirm":
		return "The practice has received it. It confirms the appointment, which the schedule shows."
	case "correct":
		return "The practice has received it. It asks to put something right: a person sees to it, by its deadline."
	case "agree":
		return "The practice has received it. It is the answer to a request for confirmation, where there is one."
	}
	switch m.Flag {
	case sms.Picture:
		return "The practice has received it. A picture came with it, which nobody fetches: what came is kept apart until a person files or deletes it, and the phone is asked to call."
	case sms.Health:
		return "The practice has received it. It speaks of health: its words are kept apart until a person files or deletes them, and the phone is asked to call."
	}
	return "The practice has received it. It is an ordinary message; where it waits for an answer, it is listed under What needs a person."
}
