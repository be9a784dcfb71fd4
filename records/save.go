package records

import (
	"cmp"
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/internal/civil"
)

// SavePatient keeps a patient's data and returns it as it is kept: phone numbers in E.164, each with whether it can be
// texted, and the new revision. A patient who is kept just so is left alone, whatever revision was given: then the call
// is a read. Otherwise it is refused with [ErrRevision] unless the revision is the latest. When the number that the
// patient is texted at changes, or the time zone, the State or province of the address, or the language, every booked
// appointment gets another version, in the same change.
func (s *Service) SavePatient(ctx context.Context, by audit.Actor, c Save) (Saved, error) {
	c.Patient = c.Patient.settled()
	k := c.Patient.Key()
	var next Patient
	o := order{
		id: c.ID, command: c, valid: s.savable(c),
		entry: entry("records.patient.save", by, k.Practice, k.ID, audit.Object{Kind: patientKind, ID: k.ID}, c.Reason),
	}
	o.decide = func(e *audit.Entry) (Change, error) {
		kept, err := s.store.Patient(ctx, k)
		if err != nil && (!errors.Is(err, ErrNotFound) || errors.Is(err, ErrGone)) {
			return Change{}, err
		}
		next = c.Patient
		switch {
		case kept.Revision == 0 && next.Revision > 0:
			return Change{}, ErrNotFound
		case kept.Revision > 0 && kept.same(next):
			return Change{}, errUnchanged
		case kept.Revision != next.Revision:
			return Change{}, ErrRevision
		}
		next.Revision++
		e.Details = map[string]string{"revision": strconv.Itoa(next.Revision), "changed": differences(kept, next)}
		change := Change{Patient: &next}
		if kept.Revision > 0 && (reminded(kept) != reminded(next)) {
			change.Reissue = &Reissue{Version: s.newID(), At: s.moment()}
		}
		return change, nil
	}
	written, err := s.write(ctx, o)
	if err != nil {
		return Saved{}, err
	}
	if written {
		return Saved{Patient: next}, nil
	}
	kept, err := s.Patient(ctx, by, k)
	return Saved{Patient: kept, Unchanged: true}, err
}

// reminded is what the reminders of a patient's appointments depend on.
func reminded(p Patient) [4]string {
	return [4]string{p.Number(), p.Zone, p.Address.Region(), p.Language}
}

// savable refuses a command that cannot be carried out whatever is kept.
func (s *Service) savable(c Save) error {
	return cmp.Or(check(c.ID, c.Reason, false), c.Patient.valid(civil.Of(s.moment().Add(furthestEast))))
}

// furthestEast is how far the clock of the furthest time zone is ahead of UTC: a child may be born there tomorrow.
const furthestEast = 14 * time.Hour

// differences names what differs between two patients, without saying how.
func differences(a, b Patient) string {
	var names []string
	for _, d := range []struct {
		name   string
		differ bool
	}{
		{"name", a.Name != b.Name},
		{"birth date", a.Birth != b.Birth},
		{"address", a.Address != b.Address},
		{"phones", !Patient{Phones: a.Phones}.same(Patient{Phones: b.Phones})},
		{"e-mail", a.Email != b.Email},
		{"time zone", a.Zone != b.Zone},
		{"language", a.Language != b.Language},
	} {
		if d.differ {
			names = append(names, d.name)
		}
	}
	return strings.Join(names, ", ")
}
