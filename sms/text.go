package sms

import (
	"fmt"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/consent/keyword"
	"github.com/enamel-go/enamel/internal/form"
	"github.com/enamel-go/enamel/sms/template"
)

// Kind is why a text is sent. It decides which rules apply to it.
type Kind string

// The kinds. The three answers are the closed list of what may leave after a STOP.
const (
	Ordinary       Kind = "ordinary"        // whatever the practice sends; needs consent to its category
	ConfirmRequest Kind = "confirm_request" // the one request of a double opt-in; needs a grant that waits for it
	StopAnswer     Kind = "stop_answer"     // confirms a STOP, once (47 CFR 64.1200(a)(12))
	HelpAnswer     Kind = "help_answer"     // answers one HELP
	StartAnswer    Kind = "start_answer"    // answers one START
)

// Answer reports whether the kind is one of the answers that leave at any hour and after a STOP.
func (k Kind) Answer() bool { return k == StopAnswer || k == HelpAnswer || k == StartAnswer }

// Key names a text.
type Key struct {
	Practice string
	ID       string
}

// reference is how a provider is told of a text; it comes back in receipts. Escaped, so that it can be taken apart
// whatever the vendor's ids contain.
func (k Key) reference() string { return url.PathEscape(k.Practice) + "/" + url.PathEscape(k.ID) }

// keyOf takes a reference apart.
func keyOf(reference string) (Key, bool) {
	practice, id, ok := strings.Cut(reference, "/")
	if !ok {
		return Key{}, false
	}
	p, err1 := url.PathUnescape(practice)
	i, err2 := url.PathUnescape(id)
	return Key{p, i}, err1 == nil && err2 == nil && p != "" && i != ""
}

// Text is a text that is to be sent. It never changes: what happens to it is its [Progress]. Its JSON is part of what
// kept decisions hold.
type Text struct {
	ID         string           `json:"id,omitzero"` // the caller's, random or a number: it goes to the provider and into logs, unsealed; the same id and content again changes nothing
	Practice   string           `json:"practice,omitzero"`
	Patient    string           `json:"patient,omitzero"` // whom it is about, the vendor's id; empty: nobody in particular, or several
	Kind       Kind             `json:"kind,omitzero"`
	Category   consent.Category `json:"category,omitzero"`
	Provider   string           `json:"provider,omitzero"` // which provider carries it; from the sender
	From       string           `json:"from,omitzero"`     // the practice's number
	To         string           `json:"to,omitzero"`       // the recipient's number, E.164
	Body       string           `json:"body,omitzero"`
	Subject    string           `json:"subject,omitzero"`     // the appointment it is about; empty: none
	Version    string           `json:"version,omitzero"`     // the appointment's version it was written for; another version makes the text obsolete
	Zone       string           `json:"zone,omitzero"`        // the recipient's time zone by address, an IANA name; empty: by the number
	Region     string           `json:"region,omitzero"`      // the recipient's State or province by address, ISO 3166-2 such as US-FL; empty: by the number, which counts too where this is no State or province
	Broadcast  string           `json:"broadcast,omitzero"`   // the broadcast it is one of; empty: none
	Answers    string           `json:"answers,omitzero"`     // of an answer to the patient's own message: that message's id in the ledger; empty: it answers none
	Start      time.Time        `json:"start,omitzero"`       // of a reminder: when its first appointment begins; UTC, at microseconds
	Clock      string           `json:"clock,omitzero"`       // of a reminder of one appointment: the time zone that the start is told in, an IANA name
	Language   string           `json:"language,omitzero"`    // of a reminder of one appointment: what the patient reads, as BCP 47 names it; empty: not known
	Subjects   []Subject        `json:"subjects,omitempty"`   // of a reminder of several appointments: all of them, in the order of their times; then Subject, Version, Clock, Zone, Region and Language are empty
	NotBefore  time.Time        `json:"not_before,omitzero"`  // when it may leave at the earliest; UTC, at microseconds
	LastUseful time.Time        `json:"last_useful,omitzero"` // after this it is of no use and is refused as stale; UTC, at microseconds
	Created    time.Time        `json:"created,omitzero"`     // UTC, at microseconds
}

// Priority orders what is claimed first: answers to patients' own messages, then what they wait for, which is a conversation
// or the request to confirm a consent, then what they need, then what is promotional.
func (t Text) Priority() int {
	switch {
	case t.Kind.Answer():
		return 0
	case t.Kind == ConfirmRequest || t.Category == consent.Conversational:
		return 1
	case t.Category == consent.Promotional:
		return 3
	}
	return 2
}

// Clone returns a copy that shares no memory with t.
func (t Text) Clone() Text {
	t.Subjects = slices.Clone(t.Subjects)
	return t
}

// same reports whether two texts are the same in everything.
func (t Text) same(o Text) bool { return reflect.DeepEqual(t, o) }

// Place says where the text stands among a practice's, as a [Query] continues after it.
func (t Text) Place() string { return place(t.Created, t.ID) }

func place(at time.Time, id string) string { return strconv.FormatInt(at.UnixMicro(), 10) + "." + id }

// Key returns the text's key.
func (t Text) Key() Key { return Key{t.Practice, t.ID} }

// longestBody is how many bytes a text may have.
const longestBody = 1600

// valid refuses a text that cannot be kept or cannot be decided on.
func (t Text) valid() error {
	for _, field := range []struct {
		name, value string
		limit       int
		required    bool
	}{
		{"practice", t.Practice, 64, true},
		{"id", t.ID, 128, true},
		{"patient", t.Patient, 64, false},
		{"body", t.Body, longestBody, true},
		{"subject", t.Subject, 64, false},
		{"version", t.Version, 64, false},
		{"time zone", t.Zone, 64, false},
		{"broadcast", t.Broadcast, 64, false},
		{"language", t.Language, 64, false},
	} {
		if err := form.Text(ErrInvalid, "the text's "+field.name, field.value, field.limit, field.required); err != nil {
			return err
		}
	}
	switch {
	case !form.E164(t.To):
		return fmt.Errorf("%w: the recipient's number is not in E.164 form, such as +15125550100", ErrInvalid)
	case !slices.Contains(consent.Categories(), t.Category):
		return fmt.Errorf("%w: the category is none of transactional, conversational, promotional", ErrInvalid)
	case (t.Subject == "") != (t.Version == ""):
		return fmt.Errorf("%w: a text about an appointment names it and its version", ErrInvalid)
	case !t.LastUseful.After(t.NotBefore):
		return fmt.Errorf("%w: the text's last useful moment is not after the moment it may leave", ErrInvalid)
	case t.NotBefore.Year() < 1 || t.LastUseful.Year() > 9999:
		return fmt.Errorf("%w: the text's times are not between the years 1 and 9999", ErrInvalid)
	}
	if t.Zone != "" && !form.Zone(t.Zone) {
		return fmt.Errorf("%w: the recipient's time zone is not known here", ErrInvalid)
	}
	if t.Region != "" && !region(t.Region) {
		return fmt.Errorf("%w: the recipient's region is not in the form of ISO 3166-2, such as US-FL", ErrInvalid)
	}
	return nil
}

// region reports whether s has the form of a country's code, or of a State's or province's behind it.
func region(s string) bool {
	country, part, divided := strings.Cut(s, "-")
	return len(country) == 2 && strings.Trim(country, capitals) == "" &&
		(!divided || len(part) > 0 && len(part) <= 3 && strings.Trim(part, capitals+"0123456789") == "")
}

const capitals = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

// State is what has become of a text.
type State string

// The states. Sending and Doubtful are unsettled: the text may be on its way. A person settles Review.
const (
	Queued    State = "queued"
	Sending   State = "sending"  // claimed by a worker under a lease
	Doubtful  State = "doubtful" // no answer, or the lease expired: the provider is asked, nothing is sent again blindly
	Review    State = "review"   // the provider cannot tell what became of it: a person decides
	Sent      State = "sent"     // the provider took it on
	Refused   State = "refused"  // a rule forbids it
	Failed    State = "failed"   // the provider refused it for good
	Cancelled State = "cancelled"
)

// Unsettled reports whether a text in this state may be on its way.
func (s State) Unsettled() bool { return s == Sending || s == Doubtful || s == Review }

// Progress is what has become of a text so far.
type Progress struct {
	State      State
	Due        time.Time // while queued: when it is looked at next; UTC
	Attempts   int       // how many requests to the provider began
	FirstTry   time.Time // when the first of them began; zero: none; UTC
	Claimed    time.Time // when a worker claimed it to send it last: no request began later than its lease; zero: never; UTC
	ProviderID string    // the provider's id, once it took the text on
	Delivery   Status    // how far it has come at the provider
	Code       string    // the provider's first error code
	Class      Class     // what that code means
	Decision   Decision  // the last decision, with its trail
	InFlight   bool      // a STOP was answered while it was unsettled: it may have been delivered after
}

// Tracked is a text and its progress.
type Tracked struct {
	Text
	Progress
}

// Next returns the texts that took the place of this one, which was [Cancelled] for them: its number moved to another provider, its
// patient asked for another number, or a reminder of several appointments was put together or taken apart. Whoever follows a text
// by its key goes on with them until there are none. What a [Queue] hands out has none.
func (t Tracked) Next() []Key {
	var next []Key
	for _, id := range t.Decision.Next {
		next = append(next, Key{t.Practice, id})
	}
	return next
}

// Sender is a number that a practice texts from, and what its answers say.
type Sender struct {
	Practice  string
	Number    string // E.164
	Provider  string // the name of the provider that carries its texts, such as "twilio"
	Name      string // the practice's name, as patients know it
	Contact   string // whom patients may call or write to
	Frequency string // how often it texts, such as "about 2 texts per visit"
	Zone      string // the practice's time zone, an IANA name
	Answering Answering

	// How often it texts, for the answers in Spanish and French, such as "unos 2 textos por cita" and "environ 2 textos par visite".
	// Default to that it may vary.
	FrequencySpanish string
	FrequencyFrench  string
}

// frequency returns how often the number texts, in a language; empty: nobody said it in that.
func (s Sender) frequency(l template.Language) string {
	switch l {
	case template.Spanish:
		return s.FrequencySpanish
	case template.French:
		return s.FrequencyFrench
	}
	return s.Frequency
}

// Received is a message that came in, as it is kept.
type Received struct {
	Inbound
	Practice string
	At       time.Time // when we received it; UTC, at microseconds
	Word     string    // what it asks for, as package keyword says it, or "confirm" or "correct"; empty: nothing
	Flag     Flag      // why its body is kept apart, and empty here; empty: it is not
	Content  Content   // of a flagged message: what became of its body
	Patient  string    // whose message it is, the vendor's id; empty: not known, as on a phone that a family shares
	Subject  string    // the appointment that it confirms; empty: none
}

// Place says where the message stands among a practice's, as a [Query] continues after it.
func (r Received) Place() string { return place(r.At, url.PathEscape(r.Provider)+"/"+r.ID) }

// ledger names what consent has of the number that it came from.
func (r Received) ledger() consent.Key { return consent.Key{Practice: r.Practice, Number: r.From} }

// Free reports whether a message is in the writer's own words, and so begins or goes on with a conversation: whoever asks a
// machine for one of its words (STOP in any words, HELP, START, AGREE) has not.
func (r Received) Free() bool { return !slices.Contains(Words(), r.Word) }

// Words are what a message may ask a machine for, as [Received] has it in Word.
func Words() []string {
	return []string{
		string(keyword.Stop), string(keyword.Stranger), string(keyword.Narrow), string(keyword.Help), string(keyword.Start), string(keyword.Agree),
	}
}
