package main

import (
	"context"

	"github.com/enamel-go/enamel/examples/internal/world"
	"github.com/enamel-go/enamel/records"
	"github.com/enamel-go/enamel/sms/broadcast"
	"github.com/enamel-go/enamel/sms/template"
)

type castInput struct {
	ID       string `json:"id" doc:"its name, such as closed-on-friday"`
	Template string `json:"template" doc:"what it says: closed, offer or recall, as templates has them"`
	Audience string `json:"audience" doc:"consents: who agreed to such texts; booked: who has a visit on a day; condition, treatment, drug or coverage: by health data, with each patient's authorization alone"`
	Day      string `json:"day" doc:"of booked: the day, as 2026-12-08; also the date that the text gives"`
	Detail   string `json:"detail" doc:"of an audience by health data: what it was chosen by"`
	Patient  string `json:"patient" doc:"of an audience by health data: whom it is for"`
	From     string `json:"from" doc:"when its texts may leave at the earliest, 2026-11-24T09:30 by the practice's clock; now where it is left out"`
}

// draftCast plans a text to many, and names its recipients where the practice chooses them.
func draftCast(ctx context.Context, s *app, in castInput) (done, error) {
	sc := s.scene.Load()
	t, err := templateOf(in.Template)
	if err != nil {
		return done{}, err
	}
	d := broadcast.Drafting{
		Practice: practice, Broadcast: in.ID, Template: t, From: world.Sender().Number, LastUseful: sc.Clock.Now().Add(useful),
		Audience: broadcast.Audience{Criterion: broadcast.Criterion(in.Audience), Detail: in.Detail},
	}
	if in.From != "" {
		if d.NotBefore, err = moment(in.From); err != nil {
			return done{}, err
		}
		d.LastUseful = d.NotBefore.Add(useful)
	}
	if in.Audience == string(broadcast.Booked) || in.Audience == string(broadcast.Due) {
		d.Audience.Day = in.Day
	}
	if d.Values, err = (valuesInput{Date: in.Day}).values(t, template.English); err != nil {
		return done{}, err
	}
	var people []broadcast.Recipient
	if d.Audience.Criterion == broadcast.Booked {
		if people, err = booked(ctx, sc, in.Day); err != nil {
			return done{}, err
		}
		if len(people) == 0 {
			return done{}, badInput("Nobody who can be texted has a visit on that day.")
		}
	}
	state, err := sc.Casts.Draft(ctx, world.Desk(), d)
	if err != nil {
		return done{}, err
	}
	if d.Audience.Criterion.Health() {
		p, err := sc.patient(ctx, in.Patient)
		if err != nil {
			return done{}, err
		}
		// The demonstration keeps no authorizations, so the patient has none.
		people = []broadcast.Recipient{{Number: p.Number(), Patient: p.ID, Zone: p.Zone, Authorization: "none"}}
	}
	if len(people) > 0 {
		_, err = sc.Casts.Include(ctx, world.Desk(), broadcast.Inclusion{Practice: practice, Broadcast: state.Broadcast, Recipients: people})
		if err != nil {
			return done{}, err
		}
	}
	return done{
		Said:   "Drafted. Nothing leaves before it is started, and each text is decided on by itself then.",
		Result: map[string]string{"broadcast": state.Broadcast},
	}, nil
}

// booked returns who has a visit on a day and can be texted.
func booked(ctx context.Context, s *scene, day string) ([]broadcast.Recipient, error) {
	from, err := moment(day + "T00:00")
	if err != nil {
		return nil, badInput("Write the field %q as a day, such as 2026-12-08.", "day")
	}
	page, err := s.Charts.Schedule(ctx, world.Desk(), records.ScheduleQuery{
		Practice: practice, From: from, Until: from.AddDate(0, 0, 1), Limit: 1000,
	})
	if err != nil {
		return nil, err
	}
	var people []broadcast.Recipient
	for _, a := range page.Appointments {
		if a.Status != records.Booked {
			continue
		}
		p, err := s.patient(ctx, a.Patient)
		if err != nil {
			return nil, err
		}
		if p.Number() != "" {
			people = append(people, broadcast.Recipient{Number: p.Number(), Patient: p.ID, Zone: p.Zone})
		}
	}
	return people, nil
}

// patient returns a patient's chart, after recording that the desk looked.
func (s *scene) patient(ctx context.Context, id string) (records.Patient, error) {
	return s.Charts.Patient(ctx, world.Desk(), records.Key{Practice: practice, ID: id})
}

type steerInput struct {
	Broadcast string `json:"broadcast" doc:"its name"`
	Step      string `json:"step" doc:"start, pause, resume or cancel"`
	Reason    string `json:"reason" doc:"why; required of a cancellation"`
}

// steer starts, holds or ends a broadcast.
func steer(ctx context.Context, s *app, in steerInput) (done, error) {
	step, err := choice("step", in.Step, "start", "pause", "resume", "cancel")
	if err != nil {
		return done{}, err
	}
	sc := s.scene.Load()
	act := broadcast.Act{Practice: practice, Broadcast: in.Broadcast, Reason: in.Reason}
	said := "It goes on."
	switch step {
	case "start":
		_, err = sc.Casts.Start(ctx, world.Desk(), act)
		said = "Started. Its texts are queued little by little, and each is decided on by itself."
	case "pause":
		_, err = sc.Casts.Pause(ctx, world.Desk(), act)
		said = "Paused. What has not been claimed is taken back; nothing more leaves."
	case "resume":
		_, err = sc.Casts.Resume(ctx, world.Desk(), act)
	case "cancel":
		_, err = sc.Casts.Cancel(ctx, world.Desk(), act)
		said = "Cancelled, for good. What has not been claimed is taken back."
	}
	if err != nil {
		return done{}, err
	}
	return done{Said: said}, sc.settled(ctx)
}
