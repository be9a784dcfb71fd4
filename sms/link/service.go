package link

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/internal/uuidv7"
)

// Representatives vouches for who acts for a patient. Package consent/representative can answer it.
type Representatives interface {
	// May reports whether a representative, whom the vendor has signed in, may see a resource of the patient's now. After
	// an error the link stays as it is.
	May(ctx context.Context, practice, patient string, by audit.Actor, r Resource) (bool, error)
}

// Options adjusts a [Service]. The zero value is ready to use.
type Options struct {
	// Representatives vouches for who acts for a patient. Nil: nobody but patients opens links.
	Representatives Representatives
	// Now gives the recorded time. Defaults to time.Now.
	Now func() time.Time
	// NewID gives ids to links that bring none. Defaults to UUIDs of version 7.
	NewID func() string
}

// Service issues links and opens them. It is immutable and may be used concurrently.
type Service struct {
	store           Store // bound to the caller's transaction by WithStore
	own             Store // as it was given to New
	log             *audit.Log
	representatives Representatives
	now             func() time.Time
	newID           func() string
}

// New returns a service on store. The log keeps refusals and reads, on a handle of its own. Both are required; o may be nil.
func New(store Store, log *audit.Log, o *Options) (*Service, error) {
	if store == nil || log == nil {
		return nil, fmt.Errorf("%w: a service needs a store and a log", ErrInvalid)
	}
	s := &Service{store: store, own: store, log: log, now: time.Now, newID: uuidv7.New}
	if o == nil {
		return s, nil
	}
	s.representatives = o.Representatives
	if o.Now != nil {
		s.now = o.Now
	}
	if o.NewID != nil {
		s.newID = o.NewID
	}
	return s, nil
}

// WithStore returns a copy that issues links and takes them back through store, which is usually bound to the caller's
// transaction. The log of refusals and reads keeps its own handle, and so does [Service.Open].
func (s *Service) WithStore(store Store) *Service {
	bound := *s
	bound.store = store
	return &bound
}

// Issue records a link and returns its token, the last part of the address that a text carries: the vendor puts it behind
// an address of its own. It is shown this once; only its hash is kept. Only staff or a system issues links.
//
// The same command again, with its ID and its Secret, changes nothing and returns the same token, also when the link is
// used or expired by then.
func (s *Service) Issue(ctx context.Context, by audit.Actor, l Link) (string, error) {
	if l.ID == "" {
		l.ID = s.newID()
	}
	if l.Secret == "" {
		l.Secret = NewToken()
	}
	now := s.moment()
	f := Fact{
		ID: l.ID, Practice: l.Practice, Kind: Issued, Recorded: now, Actor: by,
		Patient: l.Patient, Resource: l.Resource, Token: hashed(l.Secret), Expires: l.Expires.UTC().Truncate(time.Microsecond),
	}
	if l.Expires.IsZero() {
		f.Expires = now.Add(Lasts)
	}
	if by.Validate() != nil {
		return "", errActor // without an actor there is no entry either
	}
	e := entry("sms.link.issue", f, f)
	if err := f.valid(); err != nil {
		return "", s.log.Refuse(ctx, e, err)
	}
	if !formed(l.Secret) || !passes(l.Secret) {
		return "", s.log.Refuse(ctx, e, fmt.Errorf("%w: a link's secret is 22 to 64 letters and digits in which no word is read", ErrInvalid))
	}
	for {
		old, found, err := s.store.Link(ctx, f.Practice, f.ID)
		switch {
		case err != nil:
			return "", fmt.Errorf("link: issue: %w", err)
		case found && !f.repeats(old.Issued, !l.Expires.IsZero()):
			return "", s.log.Refuse(ctx, e, ErrConflict)
		case found:
			return l.Secret, nil
		case !f.Expires.After(now) || f.Expires.After(now.Add(Longest)):
			return "", s.log.Refuse(ctx, e, fmt.Errorf("%w: a link expires after now, and within seven days", ErrInvalid))
		}
		written, err := s.write(ctx, s.store, e, f)
		switch {
		case errors.Is(err, ErrConflict):
			return "", s.log.Refuse(ctx, e, ErrConflict)
		case err != nil:
			return "", fmt.Errorf("link: issue: %w", err)
		case written:
			return l.Secret, nil
		}
		// Somebody else issued it since we looked: it is on record now.
	}
}

// repeats reports whether f says what old says. Our recorded time is not content, nor is an expiry that was left out.
func (f Fact) repeats(old Fact, expires bool) bool {
	f.Recorded = old.Recorded
	if !expires {
		f.Expires = old.Expires
	}
	return f == old
}
