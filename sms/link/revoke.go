package link

import (
	"context"
	"fmt"

	"github.com/enamel-go/enamel/audit"
)

const revoking = "sms.link.revoke"

// Revoke takes a link back: it opens no more. It is refused with [ErrUsed] when it was opened before, and with [ErrUnknown]
// when there is none. Only staff or a system takes links back.
func (s *Service) Revoke(ctx context.Context, by audit.Actor, r Revocation) error {
	f := Fact{ID: r.ID, Practice: r.Practice, Kind: Revoked, Recorded: s.moment(), Actor: by}
	if by.Validate() != nil {
		return errActor
	}
	e := entry(revoking, f, Fact{})
	if err := f.valid(); err != nil {
		return s.log.Refuse(ctx, e, err)
	}
	state, found, err := s.store.Link(ctx, f.Practice, f.ID)
	if err != nil {
		return fmt.Errorf("link: revoke: %w", err)
	}
	if !found {
		return s.log.Refuse(ctx, e, ErrUnknown)
	}
	state, err = s.revoke(ctx, state, f)
	if err == nil && state.Ended.Kind == Opened {
		err = s.log.Refuse(ctx, entry(revoking, f, state.Issued), ErrUsed)
	}
	return err
}

// Withdraw takes back every link of a patient's that would still open, and returns how many: when a number by which the
// patient was reached has another holder, or the patient asks for it. Repeat it after an error. A link that is issued
// meanwhile stays. Only staff or a system takes links back.
func (s *Service) Withdraw(ctx context.Context, by audit.Actor, w Withdrawal) (int, error) {
	states, err := s.of(ctx, by, revoking, w.Practice, w.Patient)
	if err != nil {
		return 0, err
	}
	n, now := 0, s.moment()
	for _, state := range states {
		if state.Refusal(now) != nil {
			continue
		}
		state, err := s.revoke(ctx, state, Fact{ID: state.Issued.ID, Practice: w.Practice, Kind: Revoked, Recorded: now, Actor: by})
		if err != nil {
			return n, err
		}
		if state.Ended.Kind == Revoked {
			n++
		}
	}
	return n, nil
}

// revoke ends a link, unless it was ended before, and returns what became of it.
func (s *Service) revoke(ctx context.Context, state State, f Fact) (State, error) {
	if state.Ended.Kind != "" {
		return state, nil
	}
	f.Recorded = latest(f.Recorded, state.Issued.Recorded)
	written, err := s.write(ctx, s.store, entry(revoking, f, state.Issued), f)
	if written {
		return State{state.Issued, f}, nil
	}
	if err == nil { // whoever opened it, or took it back, was faster
		state, _, err = s.store.Link(ctx, f.Practice, f.ID)
	}
	if err != nil {
		return State{}, fmt.Errorf("link: revoke: %w", err)
	}
	return state, nil
}
