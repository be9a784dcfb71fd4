package records

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/internal/form"
)

// order is a command on its way into the store.
type order struct {
	id      string // the caller's id of the act; may be empty
	command any
	valid   error // why it cannot be carried out, whatever is kept
	entry   audit.Entry

	// decide looks at what is kept and returns the change that the command makes, or [errUnchanged], or a refusal. It
	// may complete the entry, also of what it refuses.
	decide func(e *audit.Entry) (Change, error)
}

// write carries a command out, with its entry, and reports whether it wrote anything: the repetition of an act and what
// is kept already write nothing. When the record changes under a decision, it is decided again.
func (s *Service) write(ctx context.Context, o order) (bool, error) {
	e := o.entry
	if err := s.allow(ctx, e, o.valid); err != nil {
		return false, err
	}
	repeatable := o.id != ""
	if !repeatable {
		o.id = s.newID()
	}
	act, err := newAct(e.Action, e.Actor, e.Practice, o.id, o.command)
	if err != nil {
		return false, s.log.Refuse(ctx, e, err)
	}
	for {
		if repeatable {
			if done, err := s.store.Done(ctx, act); done || err != nil {
				return false, s.fail(ctx, e, err)
			}
		}
		c, err := o.decide(&e)
		if errors.Is(err, errUnchanged) {
			return false, nil
		}
		if err != nil {
			return false, s.fail(ctx, e, err)
		}
		c.Act = act
		c.Act.Patient = e.Patient
		leaf, err := s.log.Stamp(ctx, e)
		if err != nil {
			return false, s.fail(ctx, e, err)
		}
		c.Leaves = []audit.Leaf{leaf}
		written, err := s.store.Apply(ctx, c)
		switch {
		case errors.Is(err, ErrStale):
			continue
		case written || err != nil:
			return written, s.fail(ctx, e, err)
		}
		repeatable = true // somebody wrote this act since we looked: what is done now says which
	}
}

// allow refuses what is not valid, and records that.
func (s *Service) allow(ctx context.Context, e audit.Entry, valid error) error {
	if e.Actor.Validate() != nil {
		return errActor // without an actor there is no entry either
	}
	if valid != nil {
		return s.log.Refuse(ctx, e, valid)
	}
	return nil
}

// fail returns nil for nil. What is refused is recorded as a refusal; what is broken gets the name of the operation.
func (s *Service) fail(ctx context.Context, e audit.Entry, err error) error {
	switch {
	case err == nil:
		return nil
	case refusal(err):
		return s.log.Refuse(ctx, e, err)
	case errors.Is(err, audit.ErrShredded): // what cannot be put on record is neither done nor shown
		return s.log.Refuse(ctx, e, fmt.Errorf("%s: %w", op(e.Action), err))
	}
	return fmt.Errorf("%s: %w", op(e.Action), err)
}

// The kinds of objects that entries are about.
const (
	patientKind     = "patient"
	appointmentKind = "appointment"
	scheduleKind    = "schedule"
)

// entry begins the entry of an act on an object of a patient's. Of a refused command it keeps what could be an id.
func entry(action string, by audit.Actor, practice, patient string, object audit.Object, reason string) audit.Entry {
	return audit.Entry{
		Practice: practice, Actor: by, Action: action, Patient: form.Fit(patient, form.ID),
		Object: audit.Object{Kind: object.Kind, ID: form.Fit(object.ID, form.ID)}, Reason: reason,
	}
}

// op turns "records.patient.save" into "records: patient save", the prefix of an error.
func op(action string) string {
	return strings.ReplaceAll(strings.Replace(action, ".", ": ", 1), ".", " ")
}
