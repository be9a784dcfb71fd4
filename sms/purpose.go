package sms

import (
	"fmt"
	"slices"
)

// Purpose is what texts and messages are read for. The policy lets their data be used strictly for the intended
// communication (DentTracks SMS Privacy Policy, section 5), so there is no purpose such as marketing, analytics, search, or
// the building of an audience, and none can be named.
type Purpose string

// The purposes.
const (
	ForConversation Purpose = "conversation" // to go on with the conversation with the number that is read
	ForDelivery     Purpose = "delivery"     // to find out whether texts arrive and messages are answered, of all numbers or of one
	ForRequest      Purpose = "request"      // to answer the patient's own request, or one that the law makes us answer
)

// valid refuses what is no purpose.
func (p Purpose) valid() error {
	if !slices.Contains([]Purpose{ForConversation, ForDelivery, ForRequest}, p) {
		return ErrPurpose
	}
	return nil
}

// serves refuses a read that does not say what it is for, or whose conversation.
func (p Purpose) serves(number string) error {
	if err := p.valid(); err != nil {
		return err
	}
	if number == "" && p != ForDelivery {
		return fmt.Errorf("%w: it names no number, and so no conversation", ErrPurpose)
	}
	return nil
}
