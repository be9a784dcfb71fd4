package consent

import "time"

// Grant records that a consent was given, for one category.
type Grant struct {
	ID       string // the caller's id of the act; the same id and content again changes nothing. Defaults to a new id.
	Practice string
	Number   string // E.164
	Category Category
	Sender   string // the one number of ours that it is for; empty: all of the practice's
	Patient  string // whose consent it is, the vendor's id; the evidence is erased with that patient. Empty: nobody's in particular.
	Basis    Basis
	Evidence Evidence
	At       time.Time // when it was given. Defaults to now.
}

// Revocation records that a consent was withdrawn.
type Revocation struct {
	ID       string // as in Grant
	Practice string
	Number   string
	Category Category // only what the patient's own words narrow it to. Empty, without words, or where they are a plain stop: everything.
	Channel  Channel
	Sender   string    // the number of ours that the words came to, where they came by text
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

// Link records that the one confirmation request of a double opt-in is being made by a link, which the service gives out
// once.
type Link struct {
	ID       string // as in Grant; it stands in the link
	Practice string
	Number   string
	Secret   string // what makes the link hard to guess, at least 22 characters. Defaults to a new one of 128 bits.
}

// LinkConfirmation records that the patient followed a link and said yes.
type LinkConfirmation struct {
	ID       string // as in Grant
	Practice string
	Link     string   // as AskByLink returned it
	Evidence Evidence // Address and Browser are required
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

// Lapse records that a number has another holder now, or none.
type Lapse struct {
	ID       string // as in Grant
	Practice string
	Number   string
	Cause    Cause
	Evidence Evidence  // what says so: Words and Message of a stranger, Document of a list or a look-up
	At       time.Time // since when. Defaults to now.
}

// Mute records what one patient of those who share a number wants: no texts about himself, or (Unmute) texts again.
type Mute struct {
	ID       string // as in Grant
	Practice string
	Number   string
	Patient  string // required, the vendor's id
	Category Category
	Evidence Evidence  // Words, Message, Document or Staff as there are
	At       time.Time // when the patient said it. Defaults to now.
}

// Doubt records that the patient said, by any channel, what may be a revocation.
type Doubt struct {
	ID       string // as in Grant
	Practice string
	Number   string
	Channel  Channel
	Evidence Evidence  // Words are required; Message, Document or Staff as the channel has them
	At       time.Time // when the patient said it. Defaults to now.
}

// Clearance records that a person looked at a doubt and that it was no revocation.
type Clearance struct {
	ID       string // as in Grant
	Practice string
	Number   string
	Doubt    string // the id of the doubt, required
}
