package broadcast

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/enamel-go/enamel/internal/form"
	"github.com/enamel-go/enamel/sms"
)

// Criterion is what an audience is chosen by.
type Criterion string

// The criteria. There are no others: nobody chooses by what an advertiser knows, or by likeness to somebody else. A
// criterion that says something of health needs an authorization of each patient (45 CFR 164.508(a)(3)).
const (
	Consents  Criterion = "consents"  // everybody with an active consent to the category
	Due       Criterion = "due"       // whose next visit is due by a day
	Booked    Criterion = "booked"    // who has a visit on a day: when the office closes, say
	Condition Criterion = "condition" // health: what somebody has
	Treatment Criterion = "treatment" // health: what was or is to be done
	Drug      Criterion = "drug"      // health: what somebody takes
	Coverage  Criterion = "coverage"  // health: who pays, or what is owed
)

// Health reports whether the criterion says something of a person's health, or of payment for it.
func (c Criterion) Health() bool {
	return c == Condition || c == Treatment || c == Drug || c == Coverage
}

// Listed reports whether the practice names the recipients itself, by [Service.Include].
func (c Criterion) Listed() bool { return c != Consents }

// Audience is whom a broadcast is for.
type Audience struct {
	Criterion Criterion
	Day       string // of Due and Booked: the day, as 2026-12-08
	Detail    string // of a criterion of health: what was chosen by, such as the condition; at most 256 bytes
}

func (a Audience) valid() error {
	switch a.Criterion {
	case Consents, Due, Booked, Condition, Treatment, Drug, Coverage:
	default:
		return ErrCriterion
	}
	_, err := time.Parse(time.DateOnly, a.Day)
	dated := a.Criterion == Due || a.Criterion == Booked
	if dated && err != nil || !dated && a.Day != "" {
		return fmt.Errorf("%w: an audience by date of visit names the day, as 2026-12-08, and no other does", ErrInvalid)
	}
	if !a.Criterion.Health() && a.Detail != "" {
		return fmt.Errorf("%w: only a criterion of health has a detail: by anything else nothing more is chosen", ErrInvalid)
	}
	return form.Text(ErrInvalid, "what was chosen by", a.Detail, 256, a.Criterion.Health())
}

// Stage is how far a broadcast has come with a recipient.
type Stage string

// The stages. A recipient of the last four is done with.
const (
	Waiting   Stage = "waiting"   // no text is queued
	Queued    Stage = "queued"    // a text is queued, on its way, or in doubt
	Review    Stage = "review"    // nobody can tell whether the text left: a person decides
	Sent      Stage = "sent"      // the provider took it on
	Refused   Stage = "refused"   // a rule forbids it
	Failed    Stage = "failed"    // the provider refused it for good
	Withdrawn Stage = "withdrawn" // it was taken back
)

func (s Stage) valid() bool {
	return slices.Contains([]Stage{Waiting, Queued, Review, Sent, Refused, Failed, Withdrawn}, s)
}

// Recipient is a number that a broadcast is for. A number is one recipient, however many patients share it.
type Recipient struct {
	Place         int64  // the store's, ascending; zero before it is kept
	Number        string // E.164
	Patient       string // who was chosen; empty: nobody in particular
	Shared        bool   // several patients who were chosen share the number: its text is about nobody in particular
	Language      string // as BCP 47 names it; empty: not known
	Zone          string // the recipient's time zone by address, an IANA name; empty: by the number
	Authorization string // of a criterion of health: the reference of the patient's authorization

	Stage  Stage
	Turn   int    // how often a text was taken back, or refused, to wait for another one
	Reason string // of Refused: the rule's id, or what else refused it; of Failed: the class; of Waiting: why it goes on waiting, see [Progress]; never a patient's data
}

// Text names the recipient's text in a broadcast: the same every time until it is taken back to wait. It tells no number.
func (r Recipient) Text(k Key) sms.Key {
	id := "broadcast-" + k.Broadcast + "." + strconv.FormatInt(r.Place, 10) + "." + strconv.Itoa(r.Turn)
	return sms.Key{Practice: k.Practice, ID: id}
}

// valid refuses what no store can hold.
func (r Recipient) valid() error {
	if !form.E164(r.Number) {
		return fmt.Errorf("%w: a recipient's number is not in E.164 form, such as +15125550100", ErrInvalid)
	}
	for _, field := range []struct{ name, value string }{
		{"the recipient's patient", r.Patient},
		{"the recipient's language", r.Language},
		{"the recipient's time zone", r.Zone},
		{"the recipient's authorization", r.Authorization},
		{"the recipient's reason", r.Reason},
	} {
		if err := form.Text(ErrInvalid, field.name, field.value, form.ID, false); err != nil {
			return err
		}
	}
	if r.Zone != "" && !form.Zone(r.Zone) {
		return fmt.Errorf("%w: a recipient's time zone is not known here", ErrInvalid)
	}
	if !r.Stage.valid() || r.Turn < 0 || r.Place < 0 {
		return fmt.Errorf("%w: a recipient has a stage, and neither a place nor a turn below zero", ErrInvalid)
	}
	return nil
}

// merged makes one recipient of those who share a number, in the order of their first.
func merged(recipients []Recipient) []Recipient {
	at := map[string]int{}
	var merged []Recipient
	for _, r := range recipients {
		i, known := at[r.Number]
		if !known {
			at[r.Number] = len(merged)
			merged = append(merged, r)
			continue
		}
		merged[i].Shared = merged[i].Shared || merged[i].Patient != r.Patient
	}
	return merged
}

// sum tells two lists of recipients apart.
func sum(recipients []Recipient) string {
	plain, err := json.Marshal(recipients)
	if err != nil {
		return "" // strings and numbers can always be written
	}
	digest := sha256.Sum256(plain)
	return hex.EncodeToString(digest[:])
}
