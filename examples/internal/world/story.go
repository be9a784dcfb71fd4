package world

import (
	"context"
	"fmt"
	"time"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/examples/internal/clock"
	"github.com/enamel-go/enamel/records"
	"github.com/enamel-go/enamel/sms"
)

// Desk is who acts on the page until sign-in exists: whoever has the token.
func Desk() audit.Actor { return audit.Actor{Kind: audit.Staff, ID: "front-desk"} }

// Manager is the second member of staff, who approves what the desk asks for.
func Manager() audit.Actor { return audit.Actor{Kind: audit.Staff, ID: "practice-manager"} }

// Sender is the number that the invented practice texts from.
func Sender() sms.Sender {
	return sms.Sender{
		Practice: Practice, Number: "+15125550100", Provider: Network, Name: "Elm Street Dental", Contact: "(512) 555-0199",
		Frequency: "about 2 texts per visit", Zone: "America/Chicago",
		FrequencySpanish: "unos 2 textos por cita", FrequencyFrench: "environ 2 textos par visite",
	}
}

// Wording is what a patient of the invented practice reads and signs.
const Wording = "I agree that Elm Street Dental may text me, through Enamel, reminders and other information about my appointments and, " +
	"where I ticked its box, offers: about 2 texts per visit. Message and data rates may apply. Texts are not encrypted. My " +
	"consent is not a condition of any purchase or service. I can reply STOP to end texts and HELP for help. " +
	"Terms: https://elm-street.example/terms. Privacy policy: https://elm-street.example/privacy."

// person is somebody who was invented. The numbers are those that the plan reserves for fiction (555-0100 to 555-0199).
type person struct {
	id, family, given, birth string
	phone                    string
	city, state, zone        string
	agreed                   bool
	day                      int           // of the first appointment, days from the story's first
	at                       time.Duration // of the appointment, after midnight
}

// people are chosen so that the first page shows each thing that can become of a text.
func people() []person {
	const minute = time.Minute
	return []person{
		{"p-101", "Delgado", "Rosa", "1987-05-11", "(512) 555-0142", "Austin", "TX", "America/Chicago", true, 1, 9*60*minute + 0},
		// It is early in the morning where he is when the practice opens.
		{"p-102", "Mahoe", "Keola", "1974-09-02", "(808) 555-0117", "Honolulu", "HI", "Pacific/Honolulu", true, 1, 9*60*minute + 30*minute},
		// Two children on one phone, their mother's.
		{"p-103", "Feld", "Jonah", "2016-02-20", "(737) 555-0178", "Austin", "TX", "America/Chicago", true, 1, 15*60*minute + 0},
		{"p-104", "Feld", "Leah", "2018-11-06", "(737) 555-0178", "Austin", "TX", "America/Chicago", true, 1, 15*60*minute + 30*minute},
		// Never asked for consent.
		{"p-105", "Natarajan", "Priya", "1991-12-30", "(512) 555-0163", "Round Rock", "TX", "America/Chicago", false, 1, 9*60*minute + 45*minute},
		// His network loses answers; see muteNumber.
		{"p-106", "Grant", "Otis", "1959-07-14", "(303) 555-0187", "Denver", "CO", "America/Denver", true, 1, 9*60*minute + 15*minute},
		// Her number was written down without its area code.
		{"p-107", "Whitfield", "Mae", "1948-03-25", "555-0121", "Austin", "TX", "America/Chicago", false, 2, 11*60*minute + 0},
	}
}

// Begin tells the story's beginning, unless it was told: the practice's number, its agreement with the network, patients,
// consents and appointments. Every step can be repeated, so a beginning that was cut off is finished by the next.
func (w *World) Begin(ctx context.Context) error {
	const begun = "story " + Practice
	first, err := w.settings.Begin(ctx, begun, w.Clock.Now().UnixMicro())
	if err != nil {
		return fmt.Errorf("begin the story: %w", err)
	}
	if err := w.Agreements.Begin(ctx, Practice, Network); err != nil {
		return fmt.Errorf("begin the story: %w", err)
	}
	if err := w.Open(ctx); err != nil {
		return fmt.Errorf("begin the story: %w", err)
	}
	if err := w.Enrol(ctx); err != nil {
		return fmt.Errorf("begin the story: %w", err)
	}
	if told, err := w.settings.Get(ctx, begun+" told"); err != nil || told == 1 {
		return err
	}
	if err := w.Texts.Register(ctx, Desk(), Sender()); err != nil {
		return fmt.Errorf("begin the story: %w", err)
	}
	if err := w.declare(ctx); err != nil {
		return fmt.Errorf("begin the story: %w", err)
	}
	for _, p := range people() {
		if err := w.introduce(ctx, p, time.UnixMicro(first)); err != nil {
			return fmt.Errorf("begin the story: %w", err)
		}
	}
	if err := w.represent(ctx, time.UnixMicro(first)); err != nil {
		return fmt.Errorf("begin the story: %w", err)
	}
	return w.settings.Set(ctx, begun+" told", 1)
}

// Open has the invented practice do what it must before its patients consent: it accepts its duty, says what it is called,
// and publishes the texts that they are shown. It can be repeated.
func (w *World) Open(ctx context.Context) error {
	if err := w.Consents.Accept(ctx, Desk(), consent.Duty{Practice: Practice, Terms: "terms of 2026-01"}); err != nil {
		return err
	}
	set, err := w.Consents.Settings(ctx, Practice)
	if err != nil {
		return err
	}
	if set.Name == "" {
		set.Name, set.Platform, set.Zone = Sender().Name, "Enamel", Sender().Zone
		if err := w.Consents.Configure(ctx, Desk(), set); err != nil {
			return err
		}
	}
	zone, err := clock.Central()
	if err != nil {
		return err
	}
	for _, c := range consent.Categories() {
		err := w.Consents.Publish(ctx, Desk(), consent.Wording{
			ID: string(c) + "-2026-01", Practice: Practice, Category: c, Language: "en", Text: Wording,
			Effective: time.Date(2026, 1, 1, 0, 0, 0, 0, zone), // on paper, before the story begins
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (w *World) introduce(ctx context.Context, p person, first time.Time) error {
	birth, err := records.ParseDate(p.birth)
	if err != nil {
		return err
	}
	saved, err := w.Charts.SavePatient(ctx, Desk(), records.Save{ID: "story-" + p.id, Patient: records.Patient{
		Practice: Practice, ID: p.id, Name: records.Name{Family: p.family, Given: p.given}, Birth: birth, Zone: p.zone,
		Address: records.Address{City: p.city, State: p.state, Country: "US"},
		Phones:  []records.Phone{{Number: p.phone, Use: records.Mobile}},
	}, Reason: "the story begins"})
	if err != nil {
		return err
	}
	if err := w.Roster.Add(ctx, p.id); err != nil {
		return err
	}
	if p.agreed {
		// Of two children on one phone the second form changes nothing but the record that it was signed.
		_, err := w.Consents.Grant(ctx, Desk(), consent.Grant{
			ID: "story-" + p.id, Practice: Practice, Number: saved.Number(), Category: consent.Transactional, Patient: p.id,
			Basis: consent.OfficeDocument, At: first.AddDate(0, 0, -20),
			Evidence: consent.Evidence{Wording: Wording, Language: "en", Document: "scan-" + p.id, Staff: Desk().ID},
		})
		if err != nil {
			return err
		}
	}
	start, err := Day(first, p.day, p.at)
	if err != nil {
		return err
	}
	_, err = w.Charts.Book(ctx, Desk(), records.Booking{
		ID: "story-visit-" + p.id, Practice: Practice, Appointment: "a-" + p.id, Patient: p.id, Clinician: "Dr. Lindqvist",
		Start: start, Zone: Sender().Zone, Duration: 30 * time.Minute,
	})
	return err
}

// Day returns the moment at which the practice's clock shows the time after midnight, some days after first.
func Day(first time.Time, days int, after time.Duration) (time.Time, error) {
	zone, err := clock.Central()
	if err != nil {
		return time.Time{}, err
	}
	y, m, d := first.In(zone).Date()
	return time.Date(y, m, d+days, int(after/time.Hour), int(after%time.Hour/time.Minute), 0, 0, zone), nil
}
