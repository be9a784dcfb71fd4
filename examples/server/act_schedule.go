package main

import (
	"context"
	"time"

	"github.com/enamel-go/enamel/examples/internal/world"
	"github.com/enamel-go/enamel/internal/uuidv7"
	"github.com/enamel-go/enamel/records"
)

type bookInput struct {
	Patient   string `json:"patient" doc:"the patient's id"`
	Start     string `json:"start" doc:"2026-11-24T09:30 by the practice's clock, or RFC 3339"`
	Minutes   string `json:"minutes" doc:"how long it takes; 30 where it is left out"`
	Clinician string `json:"clinician" doc:"who treats; Dr. Lindqvist where it is left out"`
}

func book(ctx context.Context, s *app, in bookInput) (done, error) {
	start, err := moment(in.Start)
	if err != nil {
		return done{}, err
	}
	minutes := 30
	if in.Minutes != "" {
		if minutes, err = whole("minutes", in.Minutes); err != nil {
			return done{}, err
		}
	}
	if in.Clinician == "" {
		in.Clinician = "Dr. Lindqvist"
	}
	sc := s.scene.Load()
	a, err := sc.Charts.Book(ctx, world.Desk(), records.Booking{
		Practice: practice, Appointment: uuidv7.New(), Patient: in.Patient, Clinician: in.Clinician,
		Start: start, Zone: world.Sender().Zone, Duration: time.Duration(minutes) * time.Minute,
	})
	if err != nil {
		return done{}, err
	}
	return done{
		Said:   "Booked for " + spoken(a.Start) + ". The reminder is planned for a day before.",
		Result: bookedView(a), who: a.Patient,
	}, sc.settled(ctx)
}

type moveInput struct {
	Appointment string `json:"appointment" doc:"the appointment's id"`
	Revision    string `json:"revision" doc:"the revision that you have seen"`
	Start       string `json:"start" doc:"the new time, as in book"`
	Reason      string `json:"reason" doc:"why it is moved"`
}

func move(ctx context.Context, s *app, in moveInput) (done, error) {
	start, err := moment(in.Start)
	if err != nil {
		return done{}, err
	}
	revision, err := whole("revision", in.Revision)
	if err != nil {
		return done{}, err
	}
	sc := s.scene.Load()
	a, err := sc.Charts.Move(ctx, world.Desk(), records.Move{
		Practice: practice, Appointment: in.Appointment, Revision: revision, Start: start, Reason: in.Reason,
	})
	if err != nil {
		return done{}, err
	}
	return done{
		Said:   "Moved to " + spoken(a.Start) + ". A reminder of the old time will not leave.",
		Result: bookedView(a), who: a.Patient,
	}, sc.settled(ctx)
}

type cancelInput struct {
	Appointment string `json:"appointment" doc:"the appointment's id"`
	Revision    string `json:"revision" doc:"the revision that you have seen"`
	Reason      string `json:"reason" doc:"why it is cancelled"`
}

func cancel(ctx context.Context, s *app, in cancelInput) (done, error) {
	revision, err := whole("revision", in.Revision)
	if err != nil {
		return done{}, err
	}
	sc := s.scene.Load()
	a, err := sc.Charts.Cancel(ctx, world.Desk(), records.Cancellation{
		Practice: practice, Appointment: in.Appointment, Revision: revision, Reason: in.Reason,
	})
	if err != nil {
		return done{}, err
	}
	return done{Said: "Cancelled. Its reminder will not leave.", Result: bookedView(a), who: a.Patient}, sc.settled(ctx)
}

func bookedView(a records.Appointment) visitView {
	return visitView{
		ID: a.ID, Patient: a.Patient, Clinician: a.Clinician, Start: a.Start, Minutes: int(a.Duration / time.Minute),
		Status: a.Status, Revision: a.Revision,
	}
}
