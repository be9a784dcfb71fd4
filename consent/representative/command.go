package representative

import "time"

// Appointment records that somebody may act for a patient. Days are the calendar's.
type Appointment struct {
	ID       string // the caller's id of the act; the same id and content again changes nothing. Defaults to a new id.
	Practice string
	Patient  string
	Person   string // the representative, by the vendor's id
	Basis    Basis  // [Parent], [Court] or [ByPatient]
	Acts     []Act  // what it covers; at least one
	From     Date   // the first day
	Until    Date   // the last day; zero: none is set. That of a parent's ends with majority whatever it says.
	Proof    Proof
	At       time.Time // when it was made. Defaults to now.
}

// Order records what a court said about one person.
type Order struct {
	ID       string // as in Appointment
	Practice string
	Patient  string
	Person   string
	Bars     bool  // the person may not act; false: may
	Acts     []Act // empty: all
	From     Date
	Until    Date // as in Appointment
	Proof    Proof
	At       time.Time
}

// Emancipation records that a minor is of age by a court's order or by law.
type Emancipation struct {
	ID       string // as in Appointment
	Practice string
	Patient  string
	From     Date
	Proof    Proof
	At       time.Time
}

// Ending records that an appointment, an order or an emancipation has ended. Where an end is known beforehand the
// appointment says it itself.
type Ending struct {
	ID       string // as in Appointment
	Practice string
	Patient  string
	About    string // the id of what ends
	Reason   string
	At       time.Time
}

// Shield records that an episode of care is the minor's own to decide on, for good.
type Shield struct {
	ID       string // as in Appointment
	Practice string
	Patient  string
	Episode  string // the vendor's id of the care
	Basis    Basis  // [MinorAlone], [Lawful] or [Agreed]
	Reason   string // the State's statute, or what was agreed; may be empty
	At       time.Time
}

// ParentConsent records a parent's verified consent that the child itself gives data.
type ParentConsent struct {
	ID       string // as in Appointment
	Practice string
	Patient  string // the child
	Parent   string // by the vendor's id
	Method   Method
	Proof    Proof // of the verification
	// Wording is the text on which the parent consented, exactly, and Language its BCP 47 tag; both required.
	Wording, Language string
	Confirmation      string // the confirming message; required of [EmailPlus] and [TextPlus]
	At                time.Time
}

// ParentWithdrawal records that a parent takes the consent back.
type ParentWithdrawal struct {
	ID       string // as in Appointment
	Practice string
	Patient  string
	Parent   string
	Words    string // what the parent wrote or said; may be empty
	At       time.Time
}

// ChildReport records that somebody believes that a child gave data. Whoever reports needs no account.
type ChildReport struct {
	ID       string // as in Appointment
	Practice string
	Patient  string // the child, or its account, by the vendor's id
	Name     string // of who reports
	Contact  string // where the answer goes
	Words    string // what they wrote or said
	At       time.Time
}

// Release decides that what a child gave may be used.
type Release struct {
	ID       string // as in Appointment
	Practice string
	Patient  string
	Report   string // the id of the report
	Finding  Finding
	Proof    Proof // of what was verified
	Reason   string
	Zone     *time.Location // the practice's, in which the days of a court's order count. Defaults to UTC. No content.
	At       time.Time
}

// Removal decides that what a child gave is deleted, when that was done.
type Removal struct {
	ID       string // as in Appointment
	Practice string
	Patient  string
	Report   string
	Proof    Proof // of what was verified, and deleted
	Reason   string
	At       time.Time
}

// Reply records that whoever reported got the answer.
type Reply struct {
	ID       string // as in Appointment
	Practice string
	Patient  string
	Report   string
	Message  string // the vendor's id of what was sent; it or Words is required
	Words    string // what was answered
	At       time.Time
}
