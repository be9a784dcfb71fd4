package policy

import (
	"context"
	"errors"
	"fmt"

	"github.com/enamel-go/enamel/audit"
)

// Versions returns a document's own facts with all texts, in the order in which they were written: what [InEffect],
// [Upcoming] and [Standing] read. A policy is public and nobody's data, so no entry is left. A document of which nothing
// was published has no facts.
func (s *Service) Versions(ctx context.Context, practice, document string) ([]Fact, error) {
	k := Key{Practice: practice, Document: document}
	if err := k.valid(); err != nil {
		return nil, err
	}
	own, err := s.store.Ledger(ctx, k)
	if err != nil {
		return nil, fmt.Errorf("policy: versions: %w", err)
	}
	return own, nil
}

// Due says what is due of a person on the next use, which is now. It answers the machine that serves the person, reads the
// store every time, and records nothing: what is shown then is recorded by [Service.Tell].
func (s *Service) Due(ctx context.Context, k Key) (Due, error) {
	if err := k.person(); err != nil {
		return Due{}, err
	}
	l, err := s.read(ctx, k)
	if err != nil {
		return Due{}, fmt.Errorf("policy: due: %w", err)
	}
	return Next(l.own, l.person, latest(latest(s.moment(), l.own), l.person)), nil
}

// History returns what a person was told and has accepted, with all evidence, in the order in which it was written, after
// recording that by looked. When that cannot be recorded nothing is returned.
func (s *Service) History(ctx context.Context, by audit.Actor, k Key) ([]Fact, error) {
	if by.Validate() != nil {
		return nil, errActor
	}
	e := entry("consent.policy.read", Fact{Practice: k.Practice, Document: k.Document, Person: k.Person, Actor: by})
	if err := k.person(); err != nil {
		return nil, s.log.Refuse(ctx, e, err)
	}
	facts, err := s.store.Ledger(ctx, k)
	if err != nil {
		return nil, fmt.Errorf("policy: history: %w", err)
	}
	if err := s.log.Record(ctx, e); err != nil {
		return nil, fmt.Errorf("policy: history: %w", err)
	}
	return facts, nil
}

// person refuses a key that names no person.
func (k Key) person() error {
	if err := k.valid(); err != nil {
		return err
	}
	if k.Person == (audit.Actor{}) {
		return fmt.Errorf("%w: no person is named", ErrInvalid)
	}
	return nil
}

// Facts returns a page of a practice's facts of one kind: all who were told, or who accepted, in the order in which it was
// written, after recording, for each person who is shown, that by looked. When that cannot be recorded nothing is returned;
// where a patient's evidence was destroyed, the entry no longer says whom it is about.
func (s *Service) Facts(ctx context.Context, by audit.Actor, q Query) (Page, error) {
	const action = "consent.policy.read"
	if by.Validate() != nil {
		return Page{}, errActor
	}
	found, err := s.store.Facts(ctx, q)
	if errors.Is(err, ErrInvalid) {
		return Page{}, s.log.Refuse(ctx, entry(action, Fact{Practice: q.Practice, Actor: by}), err)
	}
	if err != nil {
		return Page{}, fmt.Errorf("policy: facts: %w", err)
	}
	shown := map[Key]bool{}
	var entries []audit.Entry
	for _, f := range found.Facts {
		if k := f.Key(); k.Person != (audit.Actor{}) && !shown[k] {
			shown[k] = true
			entries = append(entries, entry(action, Fact{Practice: k.Practice, Document: k.Document, Person: k.Person, Actor: by}))
		}
	}
	if len(entries) == 0 {
		return found, nil // nobody is shown
	}
	if err := s.log.RecordSeen(ctx, entries...); err != nil {
		return Page{}, fmt.Errorf("policy: facts: %w", err)
	}
	return found, nil
}
