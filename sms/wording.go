package sms

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/enamel-go/enamel/internal/form"
	"github.com/enamel-go/enamel/sms/screen"
)

// Wording says reminders in a practice's own words, and in its patients' languages. It is told nothing of the patients
// themselves ([Reminder]), so that no words of its can be about them.
type Wording interface {
	// Reminder words a reminder. It is asked when one is planned, and again when an appointment comes to it or is taken out of
	// it. No words and no error leave it to the library's own, in English. Words that come with an error, are longer than a text may be, do not pass the screen, or do not say who sends them and
	// how to end them, are not used either, and the logger hears why. It may be called concurrently.
	Reminder(ctx context.Context, r Reminder) (body string, err error)
}

// Reminder is all that a reminder may say: by whom, and when.
type Reminder struct {
	Sender   Sender   // who sends it, and whom to ask
	Language string   // what all those whom it is about read, as BCP 47 names it, such as es-US; empty: not known, or they differ
	Date     string   // the day by the practice's clock, such as 2026-12-08
	Times    []string // when they are expected, each time once and in order, such as 09:30
	Answer   string   // what to reply to confirm all of its appointments, such as C42; empty: nobody hears an answer
}

const hourOfDay = "15:04"

// reminder returns what a reminder says of the appointments that a text is about, which are of one day and in the order of their
// times. It offers an answer where somebody hears it.
func reminder(ctx context.Context, own Wording, logger *slog.Logger, s Sender, t Text, answers bool) (string, error) {
	subjects := t.about()
	r, err := telling(s, subjects, answers)
	if err != nil {
		return "", err
	}
	if own == nil {
		return r.body(len(subjects)), nil
	}
	body, err := ask(ctx, &asking{map[string]error{}}, "the wording", func(ctx context.Context) (string, error) { return own.Reminder(ctx, r) })
	if err == nil && body == "" {
		return r.body(len(subjects)), nil
	}
	if err == nil {
		err = r.takes(body)
	}
	if err == nil {
		return body, nil
	}
	if err := ctx.Err(); err != nil {
		return "", err // whoever takes it up asks again
	}
	if logger != nil {
		logger.ErrorContext(ctx, "a reminder is not in the practice's own words", slog.String("practice", t.Practice), slog.String("error", err.Error()))
	}
	return r.body(len(subjects)), nil
}

// telling returns what a reminder of these appointments may say.
func telling(s Sender, subjects []Subject, answers bool) (Reminder, error) {
	r := Reminder{Sender: s, Language: subjects[0].Language}
	for _, one := range subjects {
		zone, err := time.LoadLocation(one.Clock)
		if err != nil {
			return Reminder{}, fmt.Errorf("%w: the schedule's time zone is not known here", ErrInvalid)
		}
		start := one.Start.In(zone)
		if r.Date == "" {
			r.Date = start.Format(time.DateOnly)
		}
		if at := start.Format(hourOfDay); !slices.Contains(r.Times, at) {
			r.Times = append(r.Times, at)
		}
		if one.Language != r.Language {
			r.Language = ""
		}
	}
	if answers {
		r.Answer = token(subjects)
	}
	return r, nil
}

// takes refuses words that no reminder of the practice may have.
func (r Reminder) takes(body string) error {
	if err := form.Text(ErrInvalid, "the reminder's body", body, longestBody, true); err != nil {
		return err
	}
	found := screen.Screen(body, screen.Context{Practice: r.Sender.Name, NeedsName: true, NeedsEnd: true})
	if len(found) > 0 {
		return fmt.Errorf("%w: the reminder's body does not pass the screen: %s", ErrInvalid, describe(found[0]))
	}
	return nil
}

// mostTimes is how many times of a day a reminder lists; of more it says from when on.
const mostTimes = 4

// body is the library's own wording.
func (r Reminder) body(appointments int) string {
	what := "appointment"
	if appointments > 1 {
		what = "appointments"
	}
	var times []string
	for _, at := range r.Times {
		times = append(times, written(hourOfDay, at, "3:04 PM"))
	}
	when, last := "at "+times[0], len(times)-1
	switch {
	case len(times) > mostTimes:
		when = "from " + times[0]
	case last > 0:
		when = "at " + strings.Join(times[:last], ", ") + " and " + times[last]
	}
	offered := ""
	if r.Answer != "" {
		offered = " Reply " + r.Answer + " to confirm."
	}
	return fmt.Sprintf("%s: reminder of your %s on %s %s.%s Questions: %s. Reply HELP for help, STOP to end texts.",
		r.Sender.Name, what, written(time.DateOnly, r.Date, "Monday, January 2"), when, offered, r.Sender.Contact)
}

// written writes a date or a time in another form. Both come from telling.
func written(form, value, as string) string {
	at, err := time.Parse(form, value)
	if err != nil {
		return value
	}
	return at.Format(as)
}
