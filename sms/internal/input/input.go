// Package input holds what every store of texts does with what it is given, so that all of them refuse the same and
// keep the same: instants become UTC at microseconds, and text that Postgres cannot hold is refused.
package input

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/enamel-go/enamel/sms"
)

// Change checks a change and returns a copy as it is to be kept.
func Change(c sms.Change) (sms.Change, error) {
	var check checker
	check.that(len(c.Texts) > 0 || c.Received != nil || c.Stop != nil || c.Cancel != nil || c.Receipt != nil ||
		c.Resolve != nil || c.Requeue != nil || c.Sender != nil || len(c.Tasks) > 0 || c.Finish != nil || c.Dispose != nil, "the change carries nothing")
	c.Texts = check.texts(c.Texts)
	if r := c.Received; r != nil {
		check.text("the practice", r.Practice, 64)
		check.text("the message's provider", r.Provider, 64)
		check.text("the message's id", r.ID, 256)
		check.text("the message's sender", r.From, 64)
		for _, s := range []string{r.To, r.Body, r.Keyword, r.Word, string(r.Flag), r.Patient, r.Subject} {
			check.optional("a field of the message", s)
		}
		check.that((r.Flag == sms.Unflagged) == (r.Content == "") && (r.Content == "" || r.Content == sms.ContentHeld),
			"what a message holds is held apart when it comes in flagged")
		kept := *r
		kept.At = Instant(r.At)
		c.Received = &kept
	}
	if c.Stop != nil {
		check.text("the practice", c.Stop.Practice, 64)
		check.text("the number", c.Stop.Number, 64)
		c.Stop = &sms.Stop{Practice: c.Stop.Practice, Number: c.Stop.Number, Decision: check.decision(c.Stop.Decision)}
	}
	if c.Cancel != nil {
		check.key(c.Cancel.Key)
		c.Cancel = &sms.Cancel{Key: c.Cancel.Key, Decision: check.decision(c.Cancel.Decision)}
	}
	if r := c.Receipt; r != nil {
		check.key(r.Key)
		for _, s := range []string{r.ProviderID, string(r.Status), r.Code, string(r.Class)} {
			check.optional("a field of the receipt", s)
		}
		if r.Seen != nil {
			check.optional("how the receipt's text was seen", string(r.Seen.State)+string(r.Seen.Delivery))
		}
	}
	if c.Resolve != nil {
		check.key(c.Resolve.Key)
		check.that(c.Resolve.State == sms.Sent || c.Resolve.State == sms.Failed, "a text in review was sent or failed")
	}
	if c.Requeue != nil {
		check.key(c.Requeue.Key)
		c.Requeue = &sms.Requeue{Key: c.Requeue.Key, Due: Instant(c.Requeue.Due)}
	}
	c = check.tasks(c)
	if s := c.Sender; s != nil {
		check.text("the practice", s.Practice, 64)
		check.text("the sender's number", s.Number, 64)
		for _, s := range []string{
			s.Provider, s.Name, s.Contact, s.Frequency, s.FrequencySpanish, s.FrequencyFrench, s.Zone,
			string(s.Answering.Stop), string(s.Answering.Help), string(s.Answering.Start),
		} {
			check.optional("a field of the sender", s)
		}
	}
	return c, check.err
}

// Claim checks a claim and returns it as it is to be used.
func Claim(c sms.Claim) (sms.Claim, error) {
	var check checker
	check.text("the worker", c.Worker, 256)
	check.that(c.Lease > 0 && c.Wait >= 0, "a lease is positive and a wait not negative")
	check.that(c.Limit > 0, "a claim has a limit")
	c.Now, c.Lease, c.Wait = Instant(c.Now), c.Lease.Truncate(time.Microsecond), c.Wait.Truncate(time.Microsecond)
	return c, check.err
}

// Settlement checks a settlement and returns it as it is to be kept.
func Settlement(s sms.Settlement) (sms.Settlement, error) {
	var check checker
	check.key(s.Key)
	check.text("the worker", s.Worker, 256)
	check.that(s.Wait >= 0, "a wait is not negative")
	switch s.State {
	case sms.Queued, sms.Doubtful, sms.Review, sms.Sent, sms.Refused, sms.Failed, sms.Cancelled:
	default:
		check.that(false, "no text is settled to that state")
	}
	for _, f := range []string{s.ProviderID, string(s.Delivery), s.Code, string(s.Class)} {
		check.optional("a field of the settlement", f)
	}
	s.Next = check.texts(s.Next)
	for _, t := range s.Next {
		check.that(t.Practice == s.Key.Practice, "what takes a text's place is of the same practice")
	}
	s.Due, s.Tried, s.Wait = Instant(s.Due), Instant(s.Tried), s.Wait.Truncate(time.Microsecond)
	s.Decision = check.decision(s.Decision)
	return s, check.err
}

// Allowance checks what is asked of an allowance and returns it as it is to be kept.
func Allowance(a sms.Allowance, want int) (sms.Allowance, error) {
	var check checker
	check.text("the allowance's key", a.Key, 512)
	check.that(want >= 0 && a.Count >= 0, "no less than nothing is taken from an allowance")
	a.From, a.Until = Instant(a.From), Instant(a.Until)
	return a, check.err
}

// Apart refuses settlements of which two name the same text.
func Apart(settlements []sms.Settlement) error {
	seen := make(map[sms.Key]bool, len(settlements))
	for _, s := range settlements {
		if seen[s.Key] {
			return fmt.Errorf("%w: a text is settled twice at once", sms.ErrInvalid)
		}
		seen[s.Key] = true
	}
	return nil
}

// Instant returns t as stores keep it: UTC, at microseconds.
func Instant(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }

// checker keeps the first thing that is wrong. Its errors name what, and never quote it.
type checker struct{ err error }

func (c *checker) that(holds bool, rule string) {
	if !holds && c.err == nil {
		c.err = fmt.Errorf("%w: %s", sms.ErrInvalid, rule)
	}
}

func (c *checker) key(k sms.Key) {
	c.text("the practice", k.Practice, 64)
	c.text("the text's id", k.ID, 256)
}

// texts returns a copy of texts as they are to be kept.
func (c *checker) texts(texts []sms.Text) []sms.Text {
	texts = slices.Clone(texts)
	for i := range texts {
		t := texts[i].Clone()
		c.key(t.Key())
		c.text("the text's kind", string(t.Kind), 64)
		c.text("the text's recipient", t.To, 64)
		fields := []string{t.Patient, string(t.Category), t.Provider, t.From, t.Body, t.Subject, t.Version, t.Clock, t.Zone, t.Region, t.Language, t.Answers}
		for n := range t.Subjects {
			about := &t.Subjects[n]
			about.Start = Instant(about.Start)
			fields = append(fields, about.Appointment, about.Version, about.Patient, about.Clock, about.Zone, about.Region, about.Language)
		}
		for _, f := range fields {
			c.optional("a field of the text", f)
		}
		t.NotBefore, t.LastUseful, t.Created, t.Start = Instant(t.NotBefore), Instant(t.LastUseful), Instant(t.Created), Instant(t.Start)
		texts[i] = t
	}
	return texts
}

// decision returns a copy of a decision as it is to be kept.
func (c *checker) decision(d sms.Decision) sms.Decision {
	d.Until, d.Trail = Instant(d.Until), slices.Clone(d.Trail)
	if len(d.Trail) == 0 {
		d.Trail = nil
	}
	c.optional("the decision", string(d.Verdict))
	c.optional("the decision", d.Reason)
	for i := range d.Trail {
		s := &d.Trail[i]
		for _, words := range [...]string{s.Rule, s.Citation, s.Fact, string(s.Says), s.Reason} {
			c.optional("a step of the decision", words)
		}
	}
	return d
}

func (c *checker) text(what, s string, limit int) {
	if strings.TrimSpace(s) == "" {
		c.that(false, what+" is empty")
	}
	if len(s) > limit {
		c.that(false, fmt.Sprintf("%s is longer than %d bytes", what, limit))
	}
	c.optional(what, s)
}

func (c *checker) optional(what, s string) {
	if !Keepable(s) {
		c.that(false, what+" is not valid text")
	}
}

// Keepable reports whether Postgres can hold s. Nothing is kept under a name that it cannot hold.
func Keepable(s string) bool { return utf8.ValidString(s) && strings.IndexByte(s, 0) < 0 }
