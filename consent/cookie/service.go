package cookie

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/internal/fact"
	"github.com/enamel-go/enamel/internal/form"
	"github.com/enamel-go/enamel/internal/uuidv7"
)

// The actions of the log's entries.
const (
	choose   = "consent.cookie.choose"
	withdraw = "consent.cookie.withdraw"
	read     = "consent.cookie.read"
)

// Options adjusts a [Service]. The zero value is ready to use.
type Options struct {
	// Now gives the recorded time. Defaults to time.Now.
	Now func() time.Time
	// NewID gives ids to commands that bring none. Defaults to UUIDs of version 7.
	NewID func() string
}

// Service keeps choices as evidence. It is immutable and may be used concurrently.
type Service struct {
	store Store
	log   *audit.Log
	now   func() time.Time
	newID func() string
}

// New returns a service on store. The log keeps reads, refusals and findings, on a handle of its own. Both are required;
// o may be nil.
func New(store Store, log *audit.Log, o *Options) (*Service, error) {
	if store == nil || log == nil {
		return nil, fmt.Errorf("%w: a service needs a store and a log", ErrInvalid)
	}
	s := &Service{store: store, log: log, now: time.Now, newID: uuidv7.New}
	if o != nil && o.Now != nil {
		s.now = o.Now
	}
	if o != nil && o.NewID != nil {
		s.newID = o.NewID
	}
	return s, nil
}

// WithStore returns a copy that writes through store, which is usually bound to the caller's transaction. The log of
// reads and refusals keeps its own handle.
func (s *Service) WithStore(store Store) *Service {
	bound := *s
	bound.store = store
	return &bound
}

// Choosing is a visitor's answer to the notice. One that allows nothing is a no.
type Choosing struct {
	ID       string // the caller's id of the act; the same id and content again changes nothing. Defaults to a new id.
	Practice string
	Visitor  string
	Allowed  []Category // of [Optional]
	Wording  string     // the notice that was shown, exactly; required where anything is allowed, and so are the next two
	Language string
	Shown    string // [Register.Fingerprint]
	Signals  Signals
	At       time.Time // when the visitor chose. Defaults to now.
}

// Withdrawal takes back whatever a visitor has allowed.
type Withdrawal struct {
	ID       string // as in Choosing
	Practice string
	Visitor  string
	Signals  Signals
	At       time.Time // as in Choosing
}

// Choose records a choice and returns it. A yes is refused with [ErrEvidence] without what the visitor was shown, and
// with [ErrSignal] while the browser asks that nobody follows them. A no is never refused for either.
func (s *Service) Choose(ctx context.Context, by audit.Actor, c Choosing) (Choice, error) {
	return s.keep(ctx, choose, Choice{
		ID: c.ID, Practice: c.Practice, Visitor: c.Visitor, Allowed: slices.Clone(c.Allowed), At: c.At, Actor: by,
		Wording: c.Wording, Language: c.Language, Shown: c.Shown, Signals: c.Signals,
	})
}

// Withdraw records that a visitor takes back what they allowed. It is never refused for what was chosen before, nor for
// its time.
func (s *Service) Withdraw(ctx context.Context, by audit.Actor, w Withdrawal) (Choice, error) {
	return s.keep(ctx, withdraw, Choice{
		ID: w.ID, Practice: w.Practice, Visitor: w.Visitor, Withdrawn: true, At: w.At, Actor: by, Signals: w.Signals,
	})
}

// Choices returns a page of a visitor's choices with all evidence, oldest first, after recording that by looked. When
// that cannot be recorded nothing is returned.
func (s *Service) Choices(ctx context.Context, by audit.Actor, q Query) (Page, error) {
	if by.Validate() != nil {
		return Page{}, errActor
	}
	e := entry(read, Choice{Practice: q.Practice, Visitor: q.Visitor, Actor: by})
	if err := q.Validate(); err != nil {
		return Page{}, s.log.Refuse(ctx, e, err)
	}
	found, err := s.store.Choices(ctx, q)
	if errors.Is(err, ErrInvalid) {
		return Page{}, s.log.Refuse(ctx, e, err)
	}
	if err != nil {
		return Page{}, fmt.Errorf("cookie: choices: %w", err)
	}
	if err := s.log.Record(ctx, e); err != nil {
		return Page{}, fmt.Errorf("cookie: choices: %w", err)
	}
	return found, nil
}

// keep writes a choice with its entry, or records why not.
func (s *Service) keep(ctx context.Context, action string, c Choice) (Choice, error) {
	if c.Actor.Validate() != nil {
		return Choice{}, errActor // without an actor there is no entry either
	}
	if c.ID == "" {
		c.ID = s.newID()
	}
	dated := !c.At.IsZero()
	c.At, c.Recorded = c.At.UTC().Truncate(time.Microsecond), s.moment()
	if !dated {
		c.At = c.Recorded
	}
	if err := c.refused(); err != nil {
		return Choice{}, s.log.Refuse(ctx, entry(action, c), err)
	}
	leaf, err := s.log.Stamp(ctx, entry(action, c))
	if err != nil {
		return Choice{}, fmt.Errorf("cookie: keep: %w", err)
	}
	written, err := s.store.Apply(ctx, Change{Choice: c, Leaves: []audit.Leaf{leaf}})
	if err != nil {
		return Choice{}, fmt.Errorf("cookie: keep: %w", err)
	}
	if written {
		return c, nil
	}
	old, err := s.store.Choice(ctx, c.Key())
	if err != nil {
		return Choice{}, fmt.Errorf("cookie: keep: %w", err)
	}
	if !c.repeats(old, dated) {
		return Choice{}, s.log.Refuse(ctx, entry(action, c), ErrConflict)
	}
	return old, nil
}

// refused says why a choice is not taken, or nil.
func (c Choice) refused() error {
	if err := c.valid(); err != nil || len(c.Allowed) == 0 {
		return err
	}
	switch {
	case fact.Ahead(c.At, c.Recorded):
		return errAhead
	case strings.TrimSpace(c.Wording) == "" || strings.TrimSpace(c.Language) == "" || strings.TrimSpace(c.Shown) == "":
		return fmt.Errorf("%w: a yes needs the notice that was shown, its language and the cookies it named", ErrEvidence)
	case c.Signals.Sent():
		return ErrSignal
	}
	return nil
}

// entry records a choice. Of a refused one it keeps what a store could hold.
func entry(action string, c Choice) audit.Entry {
	e := audit.Entry{Practice: c.Practice, Actor: c.Actor, Action: action, Object: audit.Object{Kind: "visitor", ID: form.Fit(c.Visitor, form.ID)}}
	if action == read {
		return e
	}
	e.Details = form.Fitting(map[string]string{
		"allowed": cmp.Or(join(ordered(c.Allowed)), "none"), "signals": c.Signals.String(), "choice": c.ID, "language": c.Language,
		"wording sha-256": c.Hash(), "shown": c.Shown,
	}, form.ID)
	return e
}

func join(categories []Category) string {
	words := make([]string, len(categories))
	for i, c := range categories {
		words[i] = string(c)
	}
	return strings.Join(words, ", ")
}

func (s *Service) moment() time.Time { return s.now().UTC().Truncate(time.Microsecond) }
