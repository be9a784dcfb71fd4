package registration

import (
	"context"
	"errors"
	"time"
)

// Registrar files registrations with one provider. It is safe for concurrent use and returns soon after ctx ends.
type Registrar interface {
	// Submit hands a registration in and returns what the provider said at once: at least its reference. An error that
	// wraps [ErrNotTaken] says that the provider certainly did not take it on; after any other error it may have, and
	// nothing is submitted again before [Registrar.Fetch] told.
	Submit(ctx context.Context, r Request) (Word, error)

	// Fetch returns what the provider says of a registration now. It finds it by r.Reference, or by r.Filing where no
	// reference is known. A Word of kind [Returned] says that the provider has certainly never taken it on.
	Fetch(ctx context.Context, r Request) (Word, error)
}

// ErrNotTaken is wrapped by the error of a [Registrar] whose provider certainly did not take a registration on. A
// *[NotTaken] says why.
var ErrNotTaken = errors.New("registration: the provider did not take it on")

// NotTaken is why a provider did not take a registration on. It wraps [ErrNotTaken]. Its text holds no content.
type NotTaken struct {
	Code   string // the provider's own code, or ""
	Reason string // the provider's own words
}

// Error names the code.
func (e *NotTaken) Error() string {
	if e.Code == "" {
		return ErrNotTaken.Error()
	}
	return ErrNotTaken.Error() + ": " + e.Code
}

// Unwrap returns [ErrNotTaken].
func (e *NotTaken) Unwrap() error { return ErrNotTaken }

// Request is what a provider is told of a registration.
type Request struct {
	Practice  string
	Subject   Subject
	Filing    string   // our id of the submission: at Telnyx referenceId, at Twilio ExternalReferenceId
	Reference string   // the provider's, of one that is edited or asked about; empty: it is a new one
	Brand     Brand    // whose it is
	BrandID   string   // the provider's reference of the brand, of a campaign
	Campaign  Campaign // of a campaign
	TollFree  TollFree // of a toll-free number
}

// Word is what a provider says of a registration.
type Word struct {
	Kind   Kind      // as in [Report]
	At     time.Time // when it says that it was so; zero: now
	Notice Notice
}
