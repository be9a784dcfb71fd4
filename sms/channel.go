package sms

import (
	"context"
	"errors"
	"fmt"

	"github.com/enamel-go/enamel/audit"
)

// Channels says where patients asked to be reached: they may ask for another number than the usual one, or for no text at
// all (45 CFR 164.522(b)).
type Channels interface {
	// Number returns the number that a patient asked to be texted at, and whether the patient asked for anything. Where it
	// was asked and the number is empty, the patient is not texted. Who takes a wish back has asked for the usual number: only where
	// that is said does what was turned to the other number before, and has not left, go to the usual one.
	Number(ctx context.Context, practice, patient string) (number string, asked bool, err error)
}

// ErrElsewhere is the [ErrInvalid] of a text about a patient who asked to be reached otherwise than by text.
var ErrElsewhere = fmt.Errorf("%w: the patient asked to be reached otherwise than by text", ErrInvalid)

// ErrChannel is wrapped where [Channels] cannot tell where a patient wants to be reached: then nothing is queued, for the usual number
// may be the very one that the patient does not want.
var ErrChannel = errors.New("sms: nobody can tell where the patient wants to be reached")

// ErrRedirected is the [ErrInvalid] of a text of a broadcast about a patient who asked to be texted at another number than the text's:
// the broadcast turns to it itself, for it may text that number already.
var ErrRedirected = fmt.Errorf("%w: the patient asked to be texted at another number, to which a text of a broadcast is not turned", ErrInvalid)

// asked returns what a patient asked for, as [Channels] says it. Where there are none nobody asked for anything.
func (s *Service) asked(ctx context.Context, practice, patient string) (number string, asked bool, err error) {
	if s.channels == nil || patient == "" {
		return "", false, nil
	}
	return s.channels.Number(ctx, practice, patient)
}

// turn lets a text go to the number that its patient asked for, and never to the usual one.
func (s *Service) turn(ctx context.Context, by audit.Actor, t Text) (Text, error) {
	number, asked, err := s.asked(ctx, t.Practice, t.Patient)
	switch {
	case err != nil:
		return t, fmt.Errorf("%w: %w", ErrChannel, err)
	case asked && number == "":
		return t, s.refuse(ctx, enqueued(by, t), ErrElsewhere)
	case asked && number != t.To && t.Broadcast != "":
		return t, ErrRedirected
	case asked && number != t.To:
		return t.at(number), nil
	}
	return t, nil
}

// at returns the text as it goes to another number than the usual one: zones and regions are by the usual address.
func (t Text) at(number string) Text {
	t = t.Clone()
	t.To, t.Zone, t.Region = number, "", ""
	for i := range t.Subjects {
		t.Subjects[i].Zone, t.Subjects[i].Region = "", ""
	}
	return t
}
