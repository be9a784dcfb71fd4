package main

import (
	"context"
	"net/url"
	"time"

	"github.com/enamel-go/enamel/examples/internal/world"
	"github.com/enamel-go/enamel/sms"
)

// taskView is something about texts that needs a person. It never holds what a message said.
type taskView struct {
	ID       string        `json:"id"`
	Kind     sms.TaskKind  `json:"kind"`
	Says     string        `json:"says"`
	Name     string        `json:"name"`
	Patient  string        `json:"patient,omitempty"` // empty: staff finds out
	Number   string        `json:"number"`
	Text     string        `json:"text,omitempty"`
	Provider string        `json:"provider,omitempty"` // of a message, with its id
	Message  string        `json:"message,omitempty"`
	Opened   time.Time     `json:"opened"`
	Due      time.Time     `json:"due"`
	Overdue  bool          `json:"overdue"`
	Outcomes []outcomeView `json:"outcomes"` // how it can be finished

	Holders []personView `json:"-"` // who has the number, where whoever finishes it has to say whom it is about
}

// outcomeView is a way to finish a task.
type outcomeView struct {
	Outcome sms.Outcome `json:"outcome"`
	Says    string      `json:"says"`
}

// When is when it arose.
func (v taskView) When() string { return spoken(v.Opened) }

// Until is the moment before which a person has to have seen to it: of one that lies between two days, the last of them.
func (v taskView) Until() string {
	if at := local(v.Due); at.Hour() == 0 && at.Minute() == 0 {
		return "the end of " + local(v.Due.Add(-time.Second)).Format("Mon, Jan 2")
	}
	return spoken(v.Due)
}

// Shown is the number as people write it.
func (v taskView) Shown() string { return shown(v.Number) }

// Sensitive reports whether what a message holds is to be filed or deleted.
func (v taskView) Sensitive() bool { return v.Kind == sms.TaskSensitive }

// Whose reports whether whoever finishes it has to say whom it is about.
func (v taskView) Whose() bool { return v.Kind == sms.TaskCorrection && v.Patient == "" }

func lookTasks(ctx context.Context, _ *app, s *scene, _ url.Values) (any, error) {
	people, err := roster(ctx, s)
	if err != nil {
		return nil, err
	}
	return tasks(ctx, s, people)
}

// tasks returns what needs a person, the first that is due first, after recording that the desk looked.
func tasks(ctx context.Context, s *scene, people []personView) ([]taskView, error) {
	views, now := []taskView{}, s.Clock.Now()
	for after := ""; ; {
		page, err := s.Texts.Tasks(ctx, world.Desk(), sms.TaskQuery{Practice: world.Practice, After: after, Limit: 1000})
		if err != nil {
			return nil, err
		}
		for _, t := range page.Tasks {
			v := taskView{
				ID: t.ID, Kind: t.Kind, Says: taskSays(t.Kind), Name: called(people, t.Patient, t.Number), Patient: t.Patient,
				Number: t.Number, Text: t.Text, Provider: t.Message.Provider, Message: t.Message.ID, Opened: t.Opened, Due: t.Due,
				Overdue: !now.Before(t.Due), Outcomes: outcomes(t.Kind),
			}
			for _, p := range people {
				if v.Whose() && p.Number == t.Number {
					v.Holders = append(v.Holders, p)
				}
			}
			views = append(views, v)
		}
		if after = page.Next; after == "" {
			return views, nil
		}
	}
}

// taskSays says what a person has to do.
func taskSays(k sms.TaskKind) string {
	switch k {
	case sms.TaskReview:
		return "Nobody can tell whether a text was sent. Ask the patient."
	case sms.TaskFailed:
		return "A text did not reach its phone. Reach the patient otherwise, or mend what was in its way and put it back."
	case sms.TaskStale:
		return "A text could not leave at a lawful hour while it was of use. Reach the patient otherwise."
	case sms.TaskUnready:
		return "A text was refused because the practice has no agreement in force with the network that carries it, or its number is not " +
			"registered for such texts. Why stands beside the text: put it back when it has."
	case sms.TaskSensitive:
		return "A message speaks of health, or came with a picture. Its words are kept apart: put them in the chart or delete them."
	case sms.TaskAnswer:
		return "An answer may be meant for more than one appointment. The patient was asked back where they can be told apart."
	case sms.TaskCorrection:
		return "The patient wants something put right that the practice has wrong."
	case sms.TaskReply:
		return "A message waits for an answer."
	case sms.TaskDoubt:
		return "Words that may be a stop. Nothing but answers leaves until a person has looked."
	}
	return string(k)
}

// outcomes are how a person can finish a task. Sensitive content is filed or deleted instead.
func outcomes(k sms.TaskKind) []outcomeView {
	switch k {
	case sms.TaskReview:
		return []outcomeView{{sms.WasSent, "It arrived"}, {sms.NotSent, "It did not"}}
	case sms.TaskDoubt:
		return []outcomeView{{sms.NoStop, "It was no stop"}, {sms.Stops, "It was a stop"}}
	case sms.TaskSensitive:
		return []outcomeView{}
	}
	return []outcomeView{{sms.Handled, "Seen to"}, {sms.Needless, "Nothing to do"}}
}
