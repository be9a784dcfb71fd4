package consent

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/consent/wording"
	"github.com/enamel-go/enamel/internal/form"
)

// Wording is a text that patients are shown where they opt in. It never changes once it is published: another text is
// another wording.
type Wording struct {
	ID        string // its version's name, required; unique at the practice
	Practice  string
	Category  Category
	Language  string // as a BCP 47 tag such as "en" or "es"
	Text      string
	Effective time.Time   // from when patients were or will be shown it, on paper too; UTC, at microseconds. Defaults to now.
	Recorded  time.Time   // set by [Service.Publish]
	By        audit.Actor // set by [Service.Publish]
}

// Hash returns the SHA-256 of the text in hexadecimal.
func (w Wording) Hash() string { return Evidence{Wording: w.Text}.Hash() }

// valid refuses a wording that no store can hold.
func (w Wording) valid() error {
	for _, field := range []struct {
		name, value string
		limit       int
	}{
		{"the practice", w.Practice, form.ID},
		{"the wording's id", w.ID, form.ID},
		{"the wording's language", w.Language, form.ID},
		{"the wording", w.Text, 16 << 10},
	} {
		if err := form.Text(ErrInvalid, field.name, field.value, field.limit, true); err != nil {
			return err
		}
	}
	if !w.Category.valid() {
		return errCategory
	}
	if w.By.Validate() != nil {
		return errActor
	}
	return form.Instants(ErrInvalid, w.Effective, w.Recorded)
}

// WordingError refuses a text that does not say what it must. It is an [ErrInvalid].
type WordingError struct {
	Missing []wording.Element
}

// Error says what the text must say besides.
func (e *WordingError) Error() string { return "consent: " + wording.Missing(e.Missing) }

// Unwrap returns [ErrInvalid].
func (e *WordingError) Unwrap() error { return ErrInvalid }

// Publish records a text that patients may be shown, after it was read for all that such a text must say; one that lacks
// something is refused with a [WordingError], which lists it. The practice's name and the platform's, which it must name,
// are those of the practice's settings. Only a member of staff publishes. The same wording again changes nothing; another
// one under its id is refused with [ErrConflict].
func (s *Service) Publish(ctx context.Context, by audit.Actor, w Wording) error {
	w.By, w.Recorded = by, s.moment()
	dated := !w.Effective.IsZero()
	if w.Effective = w.Effective.UTC().Truncate(time.Microsecond); !dated {
		w.Effective = w.Recorded
	}
	e := audit.Entry{Practice: w.Practice, Actor: by, Action: "consent.publish", Object: audit.Object{Kind: "practice", ID: w.Practice}}
	if by.Validate() != nil {
		return errActor
	}
	if err := w.valid(); err != nil {
		return s.log.Refuse(ctx, e, err)
	}
	e.Details = map[string]string{"wording": w.ID, "category": string(w.Category), "language": w.Language, "wording sha-256": w.Hash()}
	if by.Kind != audit.Staff {
		return s.log.Refuse(ctx, e, fmt.Errorf("%w: only a member of staff publishes a wording", ErrInvalid))
	}
	known, err := s.store.Wordings(ctx, w.Practice)
	if err != nil {
		return fmt.Errorf("consent: publish: %w", err)
	}
	for _, old := range known {
		if old.ID == w.ID {
			return s.republish(ctx, e, old, w, dated)
		}
	}
	set, err := s.store.Settings(ctx, w.Practice)
	if err != nil {
		return fmt.Errorf("consent: publish: %w", err)
	}
	lacks := wording.Check(w.Text, wording.Names{Practice: set.Name, Platform: set.Platform, Language: w.Language})
	if len(lacks) > 0 {
		return s.log.Refuse(ctx, e, &WordingError{lacks})
	}
	written, err := s.keep(ctx, e, Change{Wording: &w})
	if err != nil {
		return err
	}
	if !written { // somebody published under this id since we read
		return s.Publish(ctx, by, w)
	}
	return nil
}

// republish compares a wording with the one that has its id.
func (s *Service) republish(ctx context.Context, e audit.Entry, old, w Wording, dated bool) error {
	if old.Category != w.Category || old.Language != w.Language || old.Text != w.Text || dated && !old.Effective.Equal(w.Effective) {
		return s.log.Refuse(ctx, e, ErrConflict)
	}
	return nil
}

// Wordings returns all texts that a practice has published, in the order in which it did. They are shown to anybody, and
// no entry is left.
func (s *Service) Wordings(ctx context.Context, practice string) ([]Wording, error) {
	if err := form.Text(ErrInvalid, "the practice", practice, form.ID, true); err != nil {
		return nil, err
	}
	wordings, err := s.store.Wordings(ctx, practice)
	if err != nil {
		return nil, fmt.Errorf("consent: wordings: %w", err)
	}
	return wordings, nil
}

// shown refuses a grant whose evidence is a text that the practice had not published by then.
func (s *Service) shown(ctx context.Context, f *Fact) error {
	wordings, err := s.store.Wordings(ctx, f.Practice)
	if err != nil {
		return failure{err}
	}
	if !slices.ContainsFunc(wordings, func(w Wording) bool {
		return w.Category == f.Category && w.Language == f.Evidence.Language && w.Text == f.Evidence.Wording && !w.Effective.After(f.At)
	}) {
		return ErrWording
	}
	return nil
}
