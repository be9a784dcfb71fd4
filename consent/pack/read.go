package pack

import (
	"context"
	"errors"
	"fmt"

	"github.com/enamel-go/enamel/audit"
)

// State returns what a release stands at now, after recording that by looked. When that cannot be recorded nothing is
// returned; where the evidence of the patient whom it is about was destroyed, the entry no longer says who that is.
func (s *Service) State(ctx context.Context, by audit.Actor, k Key) (State, error) {
	if by.Validate() != nil {
		return State{}, errActor
	}
	looked := Fact{Practice: k.Practice, Release: k.Release, Actor: by}
	if err := k.valid(); err != nil {
		return State{}, s.log.Refuse(ctx, entry("consent.pack.read", looked), err)
	}
	facts, err := s.store.Ledger(ctx, k)
	if err != nil {
		return State{}, fmt.Errorf("pack: state: %w", err)
	}
	state := Derive(k, facts, latest(s.moment(), facts))
	looked.Scope.Patient = state.Request.Scope.Patient
	if err := s.log.RecordSeen(ctx, entry("consent.pack.read", looked)); err != nil {
		return State{}, fmt.Errorf("pack: state: %w", err)
	}
	return state, nil
}

// Releases returns a page of a practice's facts of one kind in the order in which they were written: by [Written] the
// account of what was handed out, to whom, when and about whom; by [Requested] what was asked for. For each release that is
// shown it is recorded, as by [Service.State], that by looked. When that cannot be recorded nothing is returned.
func (s *Service) Releases(ctx context.Context, by audit.Actor, q Query) (Page, error) {
	const action = "consent.pack.read"
	if by.Validate() != nil {
		return Page{}, errActor
	}
	found, err := s.store.Facts(ctx, q)
	if errors.Is(err, ErrInvalid) {
		return Page{}, s.log.Refuse(ctx, entry(action, Fact{Practice: q.Practice, Actor: by}), err)
	}
	if err != nil {
		return Page{}, fmt.Errorf("pack: releases: %w", err)
	}
	shown := map[Key]bool{}
	var entries []audit.Entry
	for _, f := range found.Facts {
		if !shown[f.Key()] {
			shown[f.Key()] = true
			looked := Fact{Practice: f.Practice, Release: f.Release, Actor: by, Scope: Scope{Patient: f.Scope.Patient}}
			entries = append(entries, entry(action, looked))
		}
	}
	if len(entries) == 0 {
		return found, nil // nothing is shown
	}
	if err := s.log.RecordSeen(ctx, entries...); err != nil {
		return Page{}, fmt.Errorf("pack: releases: %w", err)
	}
	return found, nil
}
