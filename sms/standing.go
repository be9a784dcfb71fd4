package sms

import (
	"context"
	"time"

	"github.com/enamel-go/enamel/consent"
)

// SenderKind is what kind of number a practice texts from: each is registered in its own way.
type SenderKind string

// The kinds of numbers.
const (
	LongCode  SenderKind = "long_code"  // an ordinary number, by a 10DLC brand and campaign
	TollFree  SenderKind = "toll_free"  // by toll-free verification
	ShortCode SenderKind = "short_code" // by a short code program
)

// Standing is how a number that a practice texts from is registered with the carriers. The zero value: it is not.
type Standing struct {
	Kind       SenderKind         `json:"kind,omitzero"`
	Approved   bool               `json:"approved,omitzero"`
	Why        string             `json:"why,omitzero"`         // why it is not approved, one plain sentence without the number; empty: nothing is known
	Categories []consent.Category `json:"categories,omitempty"` // what its use case admits; answers to STOP, HELP and START it always does
	Until      time.Time          `json:"until,omitzero"`       // from then on it has lapsed; zero: it does not; UTC
}

// Registrations says how a practice's number is registered with the carriers. A number that nobody knows of has the zero
// [Standing], and no error.
type Registrations interface {
	Standing(ctx context.Context, practice, number string) (Standing, error)
}
