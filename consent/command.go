package consent

import "time"

// Grant records that a consent was given, for one category.
type Grant struct {
	ID       string // the caller's id of the act; the same id and content again changes nothing. Defaults to a new id.
	Practice string
	Number   string // E.164
	Category Category
	Basis    Basis
	Evidence Evidence
	At       time.Time // when it was given. Defaults to now.
}

// Revocation records that a consent was withdrawn.
type Revocation struct {
	ID       string // as in Grant
	Practice string
	Number   string
	Category Category // only what the patient's own words narrow it to; empty: everything
	Channel  Channel
	Evidence Evidence  // Words, and Message, Document or Staff as the channel has them
	At       time.Time // when the patient said it. Defaults to now.
}

// Ask records that the one confirmation request of a double opt-in is being made, for every grant that waits for one
// and that nobody was asked about.
type Ask struct {
	ID       string // as in Grant
	Practice string
	Number   string
}

// Confirmation records the patient's own answer to a confirmation request.
type Confirmation struct {
	ID       string // as in Grant
	Practice string
	Number   string
	Evidence Evidence  // Words and Message, both required: nobody confirms for a patient
	At       time.Time // when the patient wrote it. Defaults to now.
}

// Restart records the patient's own START.
type Restart struct {
	ID       string // as in Grant
	Practice string
	Number   string
	Evidence Evidence  // Words and Message, both required: only the patient's own text restarts
	At       time.Time // when the patient wrote it. Defaults to now.
}
