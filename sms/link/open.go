package link

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/internal/form"
)

// Peek reports whether a link would open now for whom it was issued. It uses nothing up, says nothing of anybody and leaves
// no entry: it is for the page that a link leads to, which programs fetch too. A token that nobody issued, one that was used
// and one that has expired look alike.
func (s *Service) Peek(ctx context.Context, practice, token string) (bool, error) {
	if err := form.Text(ErrInvalid, "the practice", practice, form.ID, true); err != nil {
		return false, err
	}
	state, err := s.find(ctx, practice, token)
	switch {
	case errors.Is(err, ErrUnknown):
		return false, nil
	case err != nil:
		return false, fmt.Errorf("link: peek: %w", err)
	}
	return state.Refusal(s.moment()) == nil, nil
}

// Open uses a link up and returns what it leads to, after recording that by opened it. Call it when the signed-in patient
// presses the button, never when a page is fetched. It is refused with [ErrUnknown]; with [ErrOther] for another sign-in than
// the patient's, or a representative's for whom nobody vouches, whatever else is wrong; then with [ErrUsed], [ErrRevoked] or
// [ErrExpired]. Of several presses at once one opens it. Every refusal is recorded and leaves the link as it was.
func (s *Service) Open(ctx context.Context, by audit.Actor, o Opening) (Resource, error) {
	const action = "sms.link.open"
	if by.Validate() != nil {
		return Resource{}, errActor
	}
	f := Fact{Practice: o.Practice, Kind: Opened, Recorded: s.moment(), Actor: by}
	if err := form.Text(ErrInvalid, "the practice", o.Practice, form.ID, true); err != nil {
		return Resource{}, err
	}
	state, err := s.find(ctx, o.Practice, o.Token)
	switch {
	case errors.Is(err, ErrUnknown):
		return Resource{}, s.log.Refuse(ctx, entry(action, f, Fact{}), err)
	case err != nil:
		return Resource{}, fmt.Errorf("link: open: %w", err)
	}
	f.ID, f.Recorded = state.Issued.ID, latest(f.Recorded, state.Issued.Recorded)
	e := entry(action, f, state.Issued)
	may, err := s.may(ctx, by, state.Issued)
	if err != nil {
		return Resource{}, fmt.Errorf("link: open: %w", err)
	}
	if !may {
		return Resource{}, s.log.Refuse(ctx, e, ErrOther)
	}
	if err := state.Refusal(f.Recorded); err != nil {
		return Resource{}, s.log.Refuse(ctx, e, err)
	}
	written, err := s.write(ctx, s.own, e, f)
	if err == nil && !written { // another press, or whoever took it back, was faster
		if state, err = s.find(ctx, o.Practice, o.Token); err == nil {
			return Resource{}, s.log.Refuse(ctx, e, state.ended())
		}
	}
	if err != nil {
		return Resource{}, fmt.Errorf("link: open: %w", err)
	}
	return state.Issued.Resource, nil
}

// may reports whether somebody may open a link.
func (s *Service) may(ctx context.Context, by audit.Actor, issued Fact) (bool, error) {
	switch {
	case by.Kind == audit.Patient:
		return by.ID == issued.Patient, nil
	case by.Kind == audit.Representative && s.representatives != nil:
		return s.representatives.May(ctx, issued.Practice, issued.Patient, by, issued.Resource)
	}
	return false, nil
}

// find returns the link of a token. It is looked up by its hash, and hashes are compared in constant time: how long that
// takes tells nothing of any token.
func (s *Service) find(ctx context.Context, practice, token string) (State, error) {
	if !formed(token) {
		return State{}, ErrUnknown
	}
	hash := hashed(token)
	state, found, err := s.own.Find(ctx, practice, hash)
	if err == nil && (!found || subtle.ConstantTimeCompare([]byte(state.Issued.Token), []byte(hash)) != 1) {
		err = ErrUnknown
	}
	return state, err
}
