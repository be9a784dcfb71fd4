package link

import (
	"context"
	"time"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/internal/form"
)

// write has a fact written with its entry, and reports whether it is new.
func (s *Service) write(ctx context.Context, store Store, e audit.Entry, f Fact) (bool, error) {
	leaf, err := s.log.Stamp(ctx, e)
	if err != nil {
		return false, err
	}
	return store.Apply(ctx, Change{Fact: f, Leaves: []audit.Leaf{leaf}})
}

// entry records a fact about a link, and never its token. Of a refused command it keeps what a store could hold.
func entry(action string, f, issued Fact) audit.Entry {
	e := audit.Entry{Practice: f.Practice, Actor: f.Actor, Action: action, Object: audit.Object{Kind: "link"}}
	if form.Text(ErrInvalid, "", f.ID, form.ID, true) == nil {
		e.Object.ID = f.ID
	}
	if form.Text(ErrInvalid, "", issued.Patient, form.ID, true) == nil {
		e.Patient = issued.Patient
	}
	if issued.issued() == nil {
		e.Details = map[string]string{
			"kind": issued.Resource.Kind, "resource": issued.Resource.ID, "expires": issued.Expires.Format(time.RFC3339),
		}
	}
	return e
}

// latest returns the recorded time of a fact that follows another, whatever the clocks of several processes say.
func latest(now, before time.Time) time.Time {
	if now.Before(before) {
		return before
	}
	return now
}

func (s *Service) moment() time.Time { return s.now().UTC().Truncate(time.Microsecond) }
