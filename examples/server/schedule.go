package main

import (
	"context"
	"time"

	"github.com/enamel-go/enamel/examples/internal/world"
	"github.com/enamel-go/enamel/records"
)

// visitView is an appointment as the page and the API show it.
type visitView struct {
	ID        string         `json:"id"`
	Patient   string         `json:"patient"`
	Name      string         `json:"name"`
	Clinician string         `json:"clinician"`
	Start     time.Time      `json:"start"`
	Minutes   int            `json:"minutes"`
	Status    records.Status `json:"status"`
	Revision  int            `json:"revision"`
	Confirmed bool           `json:"confirmed"` // by the patient's answer to the reminder
}

// Time is when it begins, by the practice's clock.
func (v visitView) Time() string { return clocked(v.Start) }

// Input is when it begins, as a form's field takes it.
func (v visitView) Input() string { return local(v.Start).Format("2006-01-02T15:04") }

// Booked reports whether it can still be moved or cancelled.
func (v visitView) Booked() bool { return v.Status == records.Booked }

// dayView is the visits of one day.
type dayView struct {
	Title  string
	Visits []visitView
}

// visits returns the appointments from one moment to another, after recording that the desk looked at each.
func visits(ctx context.Context, s *scene, people []personView, from, until time.Time) ([]visitView, error) {
	all := []visitView{}
	for after := ""; ; {
		page, err := s.Charts.Schedule(ctx, world.Desk(), records.ScheduleQuery{
			Practice: world.Practice, From: from, Until: until, After: after, Limit: 1000,
		})
		if err != nil {
			return nil, err
		}
		for _, a := range page.Appointments {
			confirmed, err := s.Confirmed(ctx, a)
			if err != nil {
				return nil, err
			}
			all = append(all, visitView{
				Confirmed: confirmed, ID: a.ID, Patient: a.Patient, Name: called(people, a.Patient, ""), Clinician: a.Clinician, Start: a.Start,
				Minutes: int(a.Duration / time.Minute), Status: a.Status, Revision: a.Revision,
			})
		}
		if after = page.Next; after == "" {
			return all, nil
		}
	}
}

// fortnight is what of the schedule the page shows: today and the two weeks after it.
func fortnight(now time.Time) (from, until time.Time) {
	y, m, d := local(now).Date()
	zone := local(now).Location()
	return time.Date(y, m, d, 0, 0, 0, 0, zone), time.Date(y, m, d+15, 0, 0, 0, 0, zone)
}

// days puts visits under their days.
func days(all []visitView, now time.Time) []dayView {
	var list []dayView
	for _, v := range all {
		title := local(v.Start).Format("Monday, January 2")
		switch {
		case sameDay(v.Start, now):
			title = "Today, " + title
		case sameDay(v.Start, now.Add(24*time.Hour)):
			title = "Tomorrow, " + title
		}
		if len(list) == 0 || list[len(list)-1].Title != title {
			list = append(list, dayView{Title: title})
		}
		last := &list[len(list)-1]
		last.Visits = append(last.Visits, v)
	}
	return list
}
