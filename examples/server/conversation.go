package main

import (
	"context"
	"net/url"
	"time"

	"github.com/enamel-go/enamel/examples/internal/world"
	"github.com/enamel-go/enamel/internal/phone"
	"github.com/enamel-go/enamel/sms"
)

// conversationView is what the practice and a number wrote each other, read for a purpose.
type conversationView struct {
	Number  string      `json:"number"`
	Patient string      `json:"patient,omitempty"` // only what is about this patient, or nobody in particular
	Purpose sms.Purpose `json:"purpose"`
	Items   []lineView  `json:"items"` // newest first
	Next    string      `json:"next,omitempty"`
}

// lineView is one text or one message.
type lineView struct {
	At      time.Time `json:"at"`
	Theirs  bool      `json:"theirs"` // the patient wrote it
	Body    string    `json:"body,omitempty"`
	Kept    string    `json:"kept,omitempty"` // of a flagged message: where its words are
	Says    string    `json:"says,omitempty"` // what it was taken for, or what became of it
	Patient string    `json:"patient,omitempty"`
}

// When is when it was written.
func (v lineView) When() string { return spoken(v.At) }

func lookConversation(ctx context.Context, _ *app, s *scene, q url.Values) (any, error) {
	to, err := phone.Parse(q.Get("number"))
	if err != nil {
		return nil, err
	}
	return conversation(ctx, s, sms.ThreadQuery{
		Practice: world.Practice, Number: to, Patient: q.Get("patient"), Purpose: sms.Purpose(q.Get("purpose")), After: q.Get("after"),
	})
}

// conversation reads a conversation, after recording that the desk did and what for.
func conversation(ctx context.Context, s *scene, q sms.ThreadQuery) (conversationView, error) {
	page, err := s.Texts.Thread(ctx, world.Desk(), q)
	if err != nil {
		return conversationView{}, err
	}
	v := conversationView{Number: q.Number, Patient: q.Patient, Purpose: q.Purpose, Items: []lineView{}, Next: page.Next}
	for _, item := range page.Items {
		v.Items = append(v.Items, viewItem(item, s.Clock.Now()))
	}
	return v, nil
}

func viewItem(item sms.Item, now time.Time) lineView {
	v := lineView{At: item.At}
	if t := item.Text; t != nil {
		shown := textView{}
		shown.tell(*t, now)
		v.Body, v.Says, v.Patient = covered(t.Body), shown.Label, t.Patient
		return v
	}
	m := item.Message
	v.Theirs, v.Body, v.Patient = true, m.Body, m.Patient
	if m.Word != "" {
		v.Says = "taken for: " + m.Word
	}
	switch m.Content {
	case sms.ContentHeld:
		v.Kept = "Its words are kept apart, for it speaks of health or came with a picture."
	case sms.ContentFiled:
		v.Kept = "Its words are in the chart."
	case sms.ContentDeleted:
		v.Kept = "Its words were deleted."
	}
	return v
}
