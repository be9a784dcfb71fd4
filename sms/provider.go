package sms

import (
	"context"
	"fmt"
	"iter"
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
	// Find returns how the provider answered for m's reference. The receipt names the reference where the provider knows it,
	// and none where the message was found by its numbers and its words: another one may have the same. Found is false when
	// the provider has certainly never taken it on. When it cannot tell, the error is, or wraps, a *[SendError] at [AtLookup]: [Transient] or
	// [Throttled] when asking again later may tell, anything else when only a person can.
	Find(ctx context.Context, m Message) (r Receipt, found bool, err error)
}

// WebhookReader is the optional ability to read a provider's webhooks.
type WebhookReader interface {
	// ReadWebhook checks that the provider made the request, and returns what it tells of in the order it tells it: texts
	// that came in, and receipts, mixed as they come. A kind of event that is none of these is left out, so there may be
	// nothing; fields that are not known are passed over. It reads at most 64 KiB of the body, which must not have been
	// read before. Errors wrap [ErrSignature], [ErrTooLarge] or [ErrInvalid]; beside the last of them stand the events that
	// could be read, for a stop must not be lost over its neighbour.
	ReadWebhook(r *http.Request) ([]Event, error)
}

// Event is one thing that a webhook tells of; exactly one of its fields is set.
type Event struct {
	Inbound *Inbound
	Receipt *Receipt
}

// Canceller is the optional ability to take back a message that a provider took on.
type Canceller interface {
	// Cancel takes back the message that the provider knows by id. It reports false when it is too late, or when the
	// provider takes back no message that stands as this one does. Cancelling twice is harmless. An error is, or wraps, a
	// *[SendError] at [AtCancel]; then nobody knows.
	Cancel(ctx context.Context, id string) (bool, error)
}

// Lingering is the admission that a provider cannot be told until when it may deliver. Linger returns how long it may
// hold a message it took on: whoever must not have it delivered after a moment hands it over that much earlier. A
// provider without this method heeds [Message.Validity].
type Lingering interface {
	Linger() time.Duration
}

// OptOutLister is the optional ability to read a provider's own list of who said stop.
type OptOutLister interface {
	// OptOuts goes through those who opted out at since or later, page by page, each at least once and in any order; a zero
	// since is all of them. It ends at the first error, which is, or wraps, a *[SendError] at [AtLookup]. What cannot be
	// read of the list is such an error too: an entry is never passed over in silence.
	OptOuts(ctx context.Context, since time.Time) iter.Seq2[OptOut, error]
}

// OptOut is an entry of a provider's list.
type OptOut struct {
	Number string    // who opted out, E.164
	Sender string    // from which of our numbers, E.164; empty: from more than one
	At     time.Time // UTC, at microseconds
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

	// At is when the provider took the message in, UTC; zero: it does not say, as Twilio. It is the same whenever the message
	// is delivered. A START counts from it; a stop counts from when it came in. It is not kept.
	At time.Time
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

// Stage says where an error arose; providers reuse codes with other meanings from stage to stage.
type Stage string

// The stages of a message.
const (
	AtSend     Stage = "send"
	AtDelivery Stage = "delivery"
	AtLookup   Stage = "lookup" // of a question, which changes nothing
	AtCancel   Stage = "cancel"
)

// SendError is a provider's refusal or failure. Its text holds no number and no body.
type SendError struct {
	Stage    Stage
	Provider string
	Code     string // the provider's own code, or "" where there was no answer
	Class    Class
	After    time.Duration // how long to wait before another try; zero: the provider did not say
}

// Error names provider, stage, code and class.
func (e *SendError) Error() string {
	code := e.Code
	if code == "" {
		code = "no answer"
	}
	return fmt.Sprintf("sms: %s refused at %s: %s (%s)", e.Provider, e.Stage, code, e.Class)
}
