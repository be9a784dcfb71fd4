package main

import (
	"context"
	"net/url"
	"time"

	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/examples/internal/world"
)

// alarmView is something that a patient said and that may be a stop: a person has to look.
type alarmView struct {
	Doubt   string          `json:"doubt"` // its id
	Number  string          `json:"number"`
	Channel consent.Channel `json:"channel"`
	Words   string          `json:"words"`
	Said    time.Time       `json:"said"`
	Due     time.Time       `json:"due"` // the moment before which a person has to have looked
	Overdue bool            `json:"overdue"`
}

// When is when it was said.
func (v alarmView) When() string { return spoken(v.Said) }

// Until is the last day for a person to look.
func (v alarmView) Until() string { return dated(v.Due.Add(-time.Second)) }

// By is how it was said.
func (v alarmView) By() string { return channelName(v.Channel) }

// Shown is the number as people write it.
func (v alarmView) Shown() string { return shown(v.Number) }

func lookAlarms(ctx context.Context, _ *app, s *scene, _ url.Values) (any, error) {
	return alarms(ctx, s)
}

// alarms returns what nobody has looked at yet, the oldest first, after recording that the desk looked.
func alarms(ctx context.Context, s *scene) ([]alarmView, error) {
	open, err := s.Consents.Alarms(ctx, world.Desk(), world.Practice)
	if err != nil {
		return nil, err
	}
	views := make([]alarmView, 0, len(open))
	for _, a := range open {
		views = append(views, alarmView{
			a.Doubt.ID, a.Doubt.Number, a.Doubt.Channel, a.Doubt.Evidence.Words, a.Doubt.At, a.Due, a.Overdue,
		})
	}
	return views, nil
}
