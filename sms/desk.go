package sms

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/internal/form"
)

// Tasks returns a page of what needs a person, the first that is due first, after recording that by looked.
func (s *Service) Tasks(ctx context.Context, by audit.Actor, q TaskQuery) (TaskPage, error) {
	page, err := s.store.Tasks(ctx, q)
	if err == nil {
		err = s.log.Record(ctx, audit.Entry{
			Practice: q.Practice, Actor: by, Action: "sms.tasks.read", Object: audit.Object{Kind: "tasks", ID: q.Number},
		})
	}
	if err != nil {
		return TaskPage{}, fmt.Errorf("sms: tasks: %w", err)
	}
	return page, nil
}

// Alarms returns every task that should have been finished by now, the longest overdue first, after recording that by
// looked.
func (s *Service) Alarms(ctx context.Context, by audit.Actor, practice string) ([]Task, error) {
	q := TaskQuery{Practice: practice, Due: s.moment(), Limit: 1000}
	var alarms []Task
	for {
		page, err := s.store.Tasks(ctx, q)
		if err != nil {
			return nil, fmt.Errorf("sms: alarms: %w", err)
		}
		alarms = append(alarms, page.Tasks...)
		if q.After = page.Next; q.After == "" {
			break
		}
	}
	err := s.log.Record(ctx, audit.Entry{
		Practice: practice, Actor: by, Action: "sms.alarms", Object: audit.Object{Kind: "practice", ID: practice},
	})
	if err != nil {
		return nil, fmt.Errorf("sms: alarms: %w", err)
	}
	return alarms, nil
}

// Finish ends a task and reports whether it did: one that is finished already stays as it is. What follows from the outcome
// happens with it: of a text in review it is recorded whether it was sent, and what was in doubt is revoked, or cleared, at
// consent first. It is refused with [ErrInvalid] when the outcome is none of the task's kind, and when nobody says whom a
// correction is about; sensitive content is filed or deleted instead. The entry keeps the reason and the outcome; about a
// patient whose keys were destroyed it names nobody and keeps the reason alone ([audit.Log.StampSeen]), and the outcome
// stands with the task.
func (s *Service) Finish(ctx context.Context, by audit.Actor, f Finish) (bool, error) {
	entry := audit.Entry{
		Practice: f.Key.Practice, Actor: by, Action: "sms.task.finish", Object: audit.Object{Kind: "task", ID: f.Key.ID},
		Reason: f.Reason, Details: map[string]string{"outcome": string(f.Outcome)},
	}
	t, err := s.store.Task(ctx, f.Key)
	if err != nil {
		return false, s.refuse(ctx, entry, fmt.Errorf("sms: finish: %w", err))
	}
	if !t.Finished.IsZero() {
		return false, nil
	}
	if err := t.finishes(f); err != nil {
		return false, s.refuse(ctx, entry, err)
	}
	if entry.Patient = t.Patient; f.Patient != "" {
		entry.Patient = f.Patient
	}
	f.At = s.moment()
	change := Change{Finish: &f}
	switch f.Outcome {
	case WasSent: // the text is settled, and with it the task
		change = Change{Resolve: &Resolve{Key: Key{t.Practice, t.Text}, State: Sent}}
	case NotSent:
		change.Resolve = &Resolve{Key: Key{t.Practice, t.Text}, State: Failed}
	case Stops:
		change.Stop = &Stop{Practice: t.Practice, Number: t.Number, Decision: stopped()}
		err = s.settleDoubt(ctx, by, t, f)
	case NoStop:
		err = s.settleDoubt(ctx, by, t, f)
	}
	if err != nil {
		return false, fmt.Errorf("sms: finish: %w", err)
	}
	if change.Leaves, err = stamp(ctx, s.log, entry); err != nil {
		return false, fmt.Errorf("sms: finish: %w", err)
	}
	done, err := s.store.Apply(ctx, change)
	if err != nil {
		return false, fmt.Errorf("sms: finish: %w", err)
	}
	return done, nil
}

// finishes refuses an end that the task does not have.
func (t Task) finishes(f Finish) error {
	if err := form.Text(ErrInvalid, "the patient", f.Patient, form.ID, false); err != nil {
		return err
	}
	switch {
	case t.Kind == TaskSensitive:
		return fmt.Errorf("%w: what the message holds is to be filed or deleted, and that ends the task", ErrInvalid)
	case !slices.Contains(t.Kind.outcomes(), f.Outcome):
		return fmt.Errorf("%w: a task of kind %s does not end so", ErrInvalid, t.Kind)
	case t.Kind == TaskCorrection && f.Outcome == Handled && t.Patient == "" && f.Patient == "":
		return fmt.Errorf("%w: more than one patient has this number; ask whom it is about, and say so", ErrInvalid)
	case t.Patient != "" && f.Patient != "" && f.Patient != t.Patient:
		return fmt.Errorf("%w: the task is about another patient", ErrInvalid)
	}
	return nil
}

// settleDoubt takes a doubt for a stop, or clears it. One that was settled at consent meanwhile is settled.
func (s *Service) settleDoubt(ctx context.Context, by audit.Actor, t Task, f Finish) error {
	doubt := messageID(Inbound{Provider: t.Message.Provider, ID: t.Message.ID})
	if f.Outcome == Stops {
		_, err := s.gate.Revoke(ctx, by, consent.Revocation{
			ID: hashed("stops", doubt), Practice: t.Practice, Number: t.Number, Channel: consent.ByText,
			Evidence: consent.Evidence{Message: doubt},
		})
		return err
	}
	_, err := s.gate.Clear(ctx, by, consent.Clearance{
		ID: hashed("cleared", doubt), Practice: t.Practice, Number: t.Number, Doubt: doubt,
	})
	if errors.Is(err, consent.ErrNoDoubt) && !errors.Is(err, audit.ErrNotRecorded) {
		return nil
	}
	return err
}
