package sms

import (
	"context"
	"fmt"
	"net/http"
	"time"
)

// Message is what a provider is asked to carry.
type Message struct {
	Reference string        // our id of the text; it comes back in receipts and look-ups
	From      string        // the practice's number, E.164
	To        string        // the recipient's number, E.164
	Body      string        // what the recipient reads
	Validity  time.Duration // the provider must not deliver later than this after it accepted; at least a second
	Sent      time.Time     // when the first attempt began, UTC; a look-up searches from here
	Tried     time.Time     // when the latest attempt began, UTC; zero: at Sent. Absence counts from here
}

// Accepted is a provider's answer to a message it took on.
type Accepted struct {
	ID string // the provider's own id
}

// Provider carries texts. Send returns nil error only when the provider has taken the message on. Every error that it
// returns is, or wraps, a *[SendError], whose Class says what may be done about it; [Unknown] when the provider may or
// may not have taken it. A provider never repeats a request by itself, and returns soon after ctx ends. It is safe for
// concurrent use.
type Provider interface {
	Send(ctx context.Context, m Message) (Accepted, error)
}

// Finder is the optional ability to ask a provider what became of a message.
type Finder interface {
	// Find returns how the provider answered for m's reference. Found is false when the provider has certainly never
	// taken it on. When it cannot tell, the error is, or wraps, a *[SendError] at [AtLookup]: [Transient] or
	// [Throttled] when asking again later may tell, anything else when only a person can.
	Find(ctx context.Context, m Message) (r Receipt, found bool, err error)
}

// InboundReader is the optional ability to read a provider's webhook for texts that came in.
type InboundReader interface {
	// ReadInbound checks the request's signature and reads one message. It reads at most 64 KiB of the body. Errors
	// wrap [ErrSignature], [ErrTooLarge] or [ErrInvalid].
	ReadInbound(r *http.Request) (Inbound, error)
}

// ReceiptReader is the optional ability to read a provider's webhook for delivery receipts.
type ReceiptReader interface {
	// ReadReceipt checks the request's signature and reads one receipt. It reads at most 64 KiB of the body. Errors
	// wrap [ErrSignature], [ErrTooLarge] or [ErrInvalid].
	ReadReceipt(r *http.Request) (Receipt, error)
}

// Inbound is a text that came in, as the provider tells it.
type Inbound struct {
	Provider string // "twilio", "carrier"
	ID       string // the provider's id of the message: the same id twice is the same message
	From     string // who wrote, E.164 where it is a phone number
	To       string // the practice's number, E.164
	Body     string
	Media    int    // how many pictures or files came with it; they are never fetched
	Keyword  string // "STOP", "START" or "HELP" where the provider acted on it and answered by itself; or ""
}

// Status is how far a message has come, in rank order: a receipt never takes a message back to a lower rank.
type Status string

// The statuses of a message at a provider.
const (
	StatusAccepted    Status = "accepted"    // queued, accepted or scheduled at the provider
	StatusSent        Status = "sent"        // handed to the recipient's carrier
	StatusUndelivered Status = "undelivered" // the carrier answered that it could not deliver
	StatusFailed      Status = "failed"      // the provider gave up before handing it on
	StatusDelivered   Status = "delivered"   // the carrier confirmed delivery
)

// Rank orders statuses: accepted, sent, then the two failures, then delivered. An unknown status ranks lowest.
func (s Status) Rank() int {
	switch s {
	case StatusAccepted:
		return 1
	case StatusSent:
		return 2
	case StatusUndelivered, StatusFailed:
		return 3
	case StatusDelivered:
		return 4
	}
	return 0
}

// Receipt is what a provider says of a message it took on. Receipts come late, twice and out of order.
type Receipt struct {
	Provider  string
	ID        string // the provider's id of the message
	Reference string // our id of the text, where the provider returns it
	Status    Status
	Code      string // the provider's own error code, or ""
	Class     Class  // what the code means, or ""
}

// Class says what an error of a provider means for what happens next. One that is not known here counts as [Unknown].
type Class string

// The classes of provider errors.
const (
	OptedOut  Class = "opted_out" // the recipient said STOP to the provider: a revocation, never sent again
	BadNumber Class = "bad_number"
	Transient Class = "transient" // may be tried again later, within the window
	Throttled Class = "throttled" // too fast: tried again later
	Filtered  Class = "filtered"  // a carrier refused the content
	BadSender Class = "bad_sender"
	Expired   Class = "expired" // its validity ended before delivery
	Rejected  Class = "rejected"
	Unknown   Class = "unknown" // the outcome is not known: ask, never send again blindly
)

// Stage says where an error arose; providers reuse codes with other meanings from stage to stage.
type Stage string

// The stages of a message.
const (
	AtSend     Stage = "send"
	AtDelivery Stage = "delivery"
	AtLookup   Stage = "lookup"
)

// SendError is a provider's refusal or failure. Its text holds no number and no body.
type SendError struct {
	Stage    Stage
	Provider string
	Code     string // the provider's own code, or "" where there was no answer
	Class    Class
}

// Error names provider, stage, code and class.
func (e *SendError) Error() string {
	code := e.Code
	if code == "" {
		code = "no answer"
	}
	return fmt.Sprintf("sms: %s refused at %s: %s (%s)", e.Provider, e.Stage, code, e.Class)
}
