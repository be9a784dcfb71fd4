package consent

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/internal/form"
)

// AskByLink records that confirmation is being asked by a link, as [Service.Ask] does for a text, and returns the link's
// last part: the vendor puts it behind an address of its own. It is shown this once; only its hash is kept. The link
// proves what it was sent to, so send it where the holder of the number alone reads it. A number that is a landline can be
// asked so. The same command again, with its Secret, returns the same link.
func (s *Service) AskByLink(ctx context.Context, by audit.Actor, l Link) (string, State, error) {
	if l.ID == "" {
		l.ID = s.newID()
	}
	if l.Secret == "" {
		l.Secret = rand.Text()
	}
	f := Fact{ID: l.ID, Practice: l.Practice, Number: l.Number, Kind: Asked, Token: hashed(l.Secret), Actor: by}
	state, err := s.append(ctx, "consent.ask", f, func(facts []Fact, f *Fact) error {
		if len(l.Secret) < 22 {
			return fmt.Errorf("%w: a link's secret has at least 22 characters", ErrInvalid)
		}
		return s.asks(ctx, facts, f)
	})
	if err != nil {
		return "", State{}, err
	}
	return base64.RawURLEncoding.EncodeToString([]byte(l.ID)) + "." + l.Secret, state, nil
}

// ConfirmByLink records the patient's own yes behind a link. Call it when the patient presses a button, never when a page
// is fetched: programs that look into mail follow links. It is refused with [ErrUsed] the second time, with [ErrExpired]
// when it came too late, with [ErrNotAsked] for a link that we did not make or that a stop has overtaken, and with
// [ErrEvidence] without the address and the browser it came from.
func (s *Service) ConfirmByLink(ctx context.Context, by audit.Actor, c LinkConfirmation) (State, error) {
	f := Fact{ID: c.ID, Practice: c.Practice, Kind: Confirmed, Actor: by, Evidence: c.Evidence}
	if by.Validate() != nil {
		return State{}, errActor
	}
	request, err := s.follow(ctx, c)
	switch {
	case errors.Is(err, ErrNotAsked):
		return State{}, s.log.Refuse(ctx, entry("consent.confirm", f), err)
	case err != nil:
		return State{}, fmt.Errorf("consent: confirm: %w", err)
	}
	f.Number, f.About = request.Number, []string{request.ID}
	return s.append(ctx, "consent.confirm", f, func(facts []Fact, f *Fact) error {
		v := s.view(f.Key(), facts, f.Recorded)
		present := f.Evidence.fields()
		switch {
		case f.Actor.Kind != audit.Patient || !present["address"] || !present["browser"]:
			return fmt.Errorf("%w: only the patient confirms; address and browser are needed", ErrEvidence)
		case v.used(request.ID):
			return ErrUsed
		case f.Recorded.After(request.Expires):
			return ErrExpired
		case !v.answerable(&request):
			return ErrNotAsked
		}
		return nil
	})
}

// follow returns the request that a link belongs to.
func (s *Service) follow(ctx context.Context, c LinkConfirmation) (Fact, error) {
	encoded, secret, _ := strings.Cut(c.Link, ".")
	id, err := base64.RawURLEncoding.DecodeString(encoded)
	if err != nil || form.Fit(string(id), form.ID) == "" || form.Fit(c.Practice, form.ID) == "" {
		return Fact{}, ErrNotAsked
	}
	request, found, err := s.store.Fact(ctx, c.Practice, string(id))
	if err != nil {
		return Fact{}, err
	}
	if !found || request.Kind != Asked || subtle.ConstantTimeCompare([]byte(request.Token), []byte(hashed(secret))) != 1 {
		return Fact{}, ErrNotAsked
	}
	return request, nil
}

// used reports whether a request was answered.
func (v *view) used(request string) bool {
	for f := range v.known(Confirmed) {
		if slices.Contains(f.About, request) {
			return true
		}
	}
	return false
}

func hashed(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}
