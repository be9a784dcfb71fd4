package smstest

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/sms"
	"github.com/enamel-go/enamel/sms/screen"
)

// Harness is one fresh store under test, its queue, and the audit store that their entries go to.
type Harness struct {
	Store   sms.Store
	Queue   sms.Queue // [Cases] do without
	Router  sms.Router
	Entries audit.Store
	// OneConnection says that the store works inside a single transaction, so that cases with concurrent writers and
	// cancelled contexts, which such a transaction does not survive, are left out. Its router sees only what was
	// committed.
	OneConnection bool
}

// Case is one rule that every store keeps.
type Case struct {
	Name  string
	Check func(ctx context.Context, h Harness) error
}

// Cases returns the part of the suite that needs a store alone.
func Cases() []Case {
	return []Case{
		{"every field of a text survives", everyField},
		{"what is not there is not found", absence},
		{"a repeated text changes nothing and leaves no second entry", repeated},
		{"several texts are queued together or not at all", together},
		{"practices do not see each other", practicesApart},
		{"ids are exact", exact},
		{"pages are whole, stable and newest first", pages},
		{"pages can be asked for a number and a state", filtered},
		{"pages can be asked for a category", categories},
		{"pages can be asked for texts by their ids", named},
		{"times are kept in UTC at microseconds", instants},
		{"what is returned is not shared", notShared},
		{"what cannot be kept is refused", invalid},
		{"every field of a message survives", everyMessageField},
		{"a repeated message takes the rest of its change with it", repeatedMessage},
		{"a message is known by its key, whatever became of it", known},
		{"messages come newest first", messages},
		{"messages come behind any of them", messagesAfter},
		{"texts and messages can be asked for up to a moment", before},
		{"every field of a task survives", everyTaskField},
		{"a task is opened once, or its change is not made", taskOnce},
		{"a task is finished once, and open no more", taskFinished},
		{"tasks come by when they are due, page by page", taskPages},
		{"what cannot be kept of tasks and flagged messages is refused", taskInvalid},
		{"what a flagged message holds is kept apart", contentApart},
		{"what a flagged message holds is disposed of once, and the message stays", disposed},
		{"a stop refuses what is queued to its number, but no answers", stop},
		{"a message, its stop and its answer are one change", stopIsOneChange},
		{"a cancelled text was queued", cancel},
		{"receipts never take a text back", receipts},
		{"a receipt's first code stays", receiptCodes},
		{"a receipt is kept where its text is as it was seen", receiptSeen},
		{"every field of a sender survives", everySenderField},
		{"a practice's oldest number is its default", senders},
		{"a number belongs to one practice", oneOwner},
		{"a refused entry takes the change with it", allOrNothing},
		{"every entry of a change is kept", everyEntry},
		{"a change without entries writes none", withoutEntries},
		{"a cancelled context writes nothing", cancelledContext},
		{"of concurrent texts with one id one is queued", concurrent},
		{"errors carry no number and no words", noSecrets},
	}
}

// QueueCases returns the part of the suite that needs a store with its queue.
func QueueCases() []Case {
	return []Case{
		{"texts are claimed by priority, due time and id", order},
		{"a claimed text comes whole", claimedWhole},
		{"answers alone are claimed where nothing else may be", answersAlone},
		{"pages can be asked for what was claimed after a moment", claimedAfter},
		{"a claimed text is nobody else's", claimedOnce},
		{"claims cross practices", acrossPractices},
		{"what is not due is not claimed", notDue},
		{"a claimed text is neither cancelled nor stopped", tooLate},
		{"the answer to a stop waits for unsettled texts to its number", answerWaits},
		{"the answer to a stop waits for no other number or practice", answerWaitsForItsOwn},
		{"the answer to a stop loses patience", patience},
		{"the answer to a stop is claimed alone", answerAlone},
		{"two answers to stops of one number do not leave together", answersApart},
		{"a settled text is as it was settled", settled},
		{"what takes a text's place is queued with its settlement, or not at all", takesPlace},
		{"every decision on a text is kept", decisions},
		{"many texts are settled at once, each by itself", manySettlements},
		{"a text is not settled twice at once", settledTwiceAtOnce},
		{"a settlement keeps what it does not say", settlementKeeps},
		{"a settlement never takes a delivery back", settlementRank},
		{"a code is the last attempt's, until the delivery has one", lastCode},
		{"what was told of is nobody's to review", toldIsNoReview},
		{"attempts are counted", attempts},
		{"only the text's last worker settles it, once", foreignWorker},
		{"every entry of a settlement is kept", everySettlementEntry},
		{"a settlement without entries writes none", settledWithoutEntries},
		{"a refused entry takes the settlement with it", settlementAllOrNothing},
		{"a text that goes back is claimed again when due", backInQueue},
		{"an expired lease is doubt, after a wait", expired},
		{"a lease that runs is nobody's doubt", running},
		{"doubtful texts are leased once, the longest waiting first", doubted},
		{"a worker may settle after its lease, until another has the text", lateSettlement},
		{"what failed or was refused can be put back", requeue},
		{"texts that need a person are tasks", textTasks},
		{"a text's task is finished once, and is another when it fails again", textTaskFinished},
		{"a text in review is resolved with its task", resolvedTask},
		{"an allowance gives what it has, once", allowances},
		{"of an allowance nobody gets what another one got", takenAtOnce},
		{"what is no allowance is refused", badAllowances},
		{"a person settles what is in review", resolve},
		{"claims that cannot be met are refused", invalidClaims},
		{"a cancelled context claims and settles nothing", cancelledClaim},
		{"of concurrent workers none gets another's text", concurrentClaims},
		{"a stop beside claims gets each text or leaves it to its worker", stopBesideClaims},
		{"errors of the queue carry no number and no words", noQueueSecrets},
	}
}

var start = time.Date(2026, 3, 2, 15, 0, 0, 123456000, time.UTC)

const (
	practice = "elm-street"
	other    = "oak-street"
	number   = "+12125550100"
	from     = "+12125550199"
)

func text(id string) sms.Text {
	return sms.Text{
		ID: id, Practice: practice, Kind: sms.Ordinary, Category: consent.Transactional, Provider: "twilio",
		From: from, To: number, Body: "Your visit is tomorrow.",
		NotBefore: start, LastUseful: start.Add(time.Hour), Created: start,
	}
}

func of(kind sms.Kind, id string) sms.Text {
	t := text(id)
	t.Kind = kind
	return t
}

func key(id string) sms.Key { return sms.Key{Practice: practice, ID: id} }

func message(id string) sms.Received {
	return sms.Received{
		Inbound:  sms.Inbound{Provider: "twilio", ID: id, From: number, To: from, Body: "See you then"},
		Practice: practice, At: start,
	}
}

func decision(reason string) sms.Decision {
	return sms.Decision{
		Verdict: sms.Refuse, Rule: "stop", Reason: reason, Trail: []sms.Step{{
			Rule: "stop", Version: 1, Citation: "47 CFR 64.1200(a)(10)", Fact: "it's \\ a ? fact", Says: sms.Refuse, Reason: reason,
		}},
		Law: "law-1", At: start, Facts: facts(), Next: []string{"t-2", "it's \\ a ? text"},
	}
}

// full is a text with every field.
func full() sms.Text {
	return sms.Text{
		ID: "t-1", Practice: practice, Patient: "p-1", Kind: sms.ConfirmRequest, Category: consent.Promotional,
		Provider: "twilio", From: from, To: number, Body: "it's \\ fine? ?0 ¿sí? 👍", Subject: "a-1", Version: "7",
		Zone: "America/Chicago", Region: "US-IL", Broadcast: "b-1", Answers: "m-1", NotBefore: start.Add(time.Minute), LastUseful: start.Add(time.Hour),
		Created: start.Add(time.Microsecond), Start: start.Add(2 * time.Hour), Clock: "America/New_York", Language: "es-US",
		Subjects: []sms.Subject{
			{
				Appointment: "a-1", Version: "7", Patient: "p-1", Start: start.Add(2 * time.Hour), Clock: "America/New_York",
				Zone: "America/Chicago", Region: "US-IL", Language: "es-US",
			},
			{
				Appointment: "a-2 \\ it's ?0", Version: "8", Patient: "p-2", Start: start.Add(3 * time.Hour), Clock: "America/New_York",
				Zone: "America/Denver", Region: "US-CO", Language: "fr",
			},
		},
	}
}

// facts are such as a decision is kept with, and every one of them.
func facts() *sms.Facts {
	return &sms.Facts{
		Text:       full(),
		Permission: consent.Permission{Status: consent.Active, Since: start, Fact: "g-1", Basis: consent.WebForm, Why: "It's so."},
		Agreement:  true,
		Standing:   sms.Standing{Kind: sms.TollFree, Approved: true, Why: "It's so.", Categories: consent.Categories(), Until: start},
		Each:       []sms.Each{{Permission: consent.Permission{Status: consent.Stopped, Since: start, Fact: "m-1", Basis: consent.WebForm, Why: "No."}, Restricted: true, Current: true}},
		Restricted: true, Current: true, Wrote: start, Zones: []string{"America/Chicago"}, Regions: []string{"US-IL"},
		Promotions: []time.Time{start}, Name: "Elm Street", Screen: 1, Linger: 4 * time.Hour,
		Findings: []screen.Finding{{Class: screen.Health, What: "tooth", Words: "it's", Start: 1, End: 5}},
	}
}

// leaf is the entry number n of a practice.
func leaf(n int, practice string) audit.Leaf {
	id := fmt.Sprintf("01920000-0000-7000-8000-%012d", n)
	return audit.Leaf{
		ID: id, Practice: practice, At: start, Actor: audit.Actor{Kind: audit.Staff, ID: "u-1"},
		Action: "sms.test", Outcome: audit.Done, Term: audit.SixYears, Bytes: []byte(`{"id":"` + id + `"}`), MAC: []byte("mac of " + id),
	}
}

// with adds the entry number n to a change.
func with(n int, c sms.Change) sms.Change {
	c.Leaves = []audit.Leaf{leaf(n, practice)}
	return c
}

func apply(ctx context.Context, h Harness, c sms.Change) error {
	written, err := h.Store.Apply(ctx, c)
	if err == nil && !written {
		err = errors.New("a new change was taken for one that was made or no longer applies")
	}
	return err
}

// made checks that a change is one that was made before or no longer applies.
func made(ctx context.Context, h Harness, c sms.Change) error {
	written, err := h.Store.Apply(ctx, c)
	if err != nil || written {
		return fmt.Errorf("a change that does not apply: written %v, error %v", written, err)
	}
	return nil
}

func queue(ctx context.Context, h Harness, texts ...sms.Text) error {
	for _, t := range texts {
		if err := apply(ctx, h, sms.Change{Texts: []sms.Text{t}}); err != nil {
			return fmt.Errorf("text %s: %w", t.ID, err)
		}
	}
	return nil
}

// logged checks how many entries the practice's log has.
func logged(ctx context.Context, h Harness, want int) error {
	page, err := h.Entries.Leaves(ctx, audit.Query{Practice: practice, Limit: 1000})
	if err == nil && len(page.Leaves) != want {
		err = fmt.Errorf("the log holds %d entries, not %d", len(page.Leaves), want)
	}
	return err
}

// same fails when got is not want.
func same[T any](what string, got, want T) error {
	if !reflect.DeepEqual(got, want) {
		return fmt.Errorf("%s: got %+v, want %+v", what, got, want)
	}
	return nil
}

// in checks a text's state.
func in(ctx context.Context, h Harness, k sms.Key, want sms.State) error {
	t, err := h.Store.Text(ctx, k)
	if err == nil && t.State != want {
		err = fmt.Errorf("text %s is %s, not %s", k.ID, t.State, want)
	}
	return err
}

// steps runs checks in order and returns the first error.
func steps(checks ...func() error) error {
	for _, check := range checks {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

// ids names texts in the order they came.
func ids(texts []sms.Tracked) string {
	var all []string
	for _, t := range texts {
		all = append(all, t.ID)
	}
	return strings.Join(all, " ")
}

// filled fails when a field of a struct is zero, so that a field added later cannot be forgotten in the suite.
func filled(v reflect.Value) error {
	for i := range v.NumField() {
		f := v.Field(i)
		if f.IsZero() {
			return fmt.Errorf("the suite does not set %s.%s", v.Type(), v.Type().Field(i).Name)
		}
		for f.Kind() == reflect.Slice {
			f = f.Index(0)
		}
		if f.Kind() == reflect.Pointer {
			f = f.Elem()
		}
		if f.Kind() == reflect.Struct && f.Type() != reflect.TypeFor[time.Time]() {
			if err := filled(f); err != nil {
				return err
			}
		}
	}
	return nil
}

// quiet fails when an error names one of the secrets.
func quiet(err error, secrets ...string) error {
	if err == nil {
		return errors.New("what was to fail did not")
	}
	for _, secret := range secrets {
		if strings.Contains(err.Error(), secret) {
			return errors.New("an error names a secret")
		}
	}
	return nil
}
