package registration

import (
	"slices"
	"time"
)

// State is what a registration stands at.
type State struct {
	Subject Subject
	Status  Kind      // Drafted, Submitted, InReview, Approved, Rejected, Suspended or Expired; empty: nothing was written yet
	Since   time.Time // when the status began, as claimed; UTC
	Draft   Content   // what was written last
	Filed   Content   // what was submitted last: what an approval is about
	// Notice is what is known from the provider: who, its references and score, and of the last word code, reason and dates.
	Notice Notice
	Filing string // the id of the fact that submitted it, by which a provider is asked about it; empty: it never was

	heard time.Time // when the last word that counted was spoken
	said  Kind      // what it was; empty: none since the last submission
}

// Editable reports whether it was rejected and may still be edited under the provider's reference. Otherwise a new
// submission is a new one at the provider too.
func (s State) Editable(moment time.Time) bool {
	return s.said == Rejected && s.Notice.Reference != "" && (s.Notice.EditUntil.IsZero() || moment.Before(s.Notice.EditUntil))
}

// open reports whether the provider has it under review.
func (s State) open() bool { return s.Status == Submitted || s.Status == InReview }

// StateOf returns what a registration stands at, as was known at a moment: a pure function of the practice's facts and the
// moment. A word that happened before another one that counted, as late deliveries tell it, changes nothing.
func StateOf(facts []Fact, subject Subject, moment time.Time) State {
	s := State{Subject: subject}
	for i := range facts {
		if f := &facts[i]; f.Subject == subject && !f.Recorded.After(moment) {
			s.add(f)
		}
	}
	if s.Status == Approved && !s.Notice.Until.IsZero() && !moment.Before(s.Notice.Until) {
		s.Status, s.Since = Expired, s.Notice.Until
	}
	return s
}

// add takes in a fact.
func (s *State) add(f *Fact) {
	switch {
	case f.Kind == Drafted:
		s.Draft = f.Content
		s.Status, s.Since = Drafted, f.At
	case f.Kind == Submitted:
		if s.Notice.Provider != f.Notice.Provider {
			s.Notice = Notice{Registry: s.Notice.Registry, Score: s.Notice.Score} // the old one's reference is not the new one's
		}
		s.Notice.Provider = f.Notice.Provider
		s.Filed, s.Filing, s.heard, s.said = s.Draft, f.ID, f.At, ""
		s.Status, s.Since = Submitted, f.At
	case f.Kind.word() && f.Notice.Provider == s.Notice.Provider && !f.At.Before(s.heard):
		if status := s.spoken(f.Kind); status != Drafted || s.Status != Drafted {
			s.Status, s.Since = status, f.At
		}
		s.heard, s.said = f.At, f.Kind
		s.Notice = s.Notice.after(f.Notice)
	}
}

// spoken returns the status after a provider's word.
func (s State) spoken(k Kind) Kind {
	switch {
	case k == Returned:
		return Drafted
	case k == Received:
		return s.Status // it is under way as it was
	case k == s.said && s.Status == Drafted:
		return Drafted // it says again what was heard before the practice wrote it anew
	}
	return k
}

// after returns what is known from a provider after another word of it.
func (n Notice) after(word Notice) Notice {
	n.Code, n.Reason, n.EditUntil, n.Until = word.Code, word.Reason, word.EditUntil, word.Until
	if word.Reference != "" {
		n.Reference = word.Reference
	}
	if word.Registry != "" {
		n.Registry = word.Registry
	}
	if word.Score != 0 {
		n.Score = word.Score
	}
	return n
}

// Subjects returns what a practice has registered or drafted, in the order in which it was begun.
func Subjects(facts []Fact) []Subject {
	var all []Subject
	for i := range facts {
		if subject := facts[i].Subject; !slices.Contains(all, subject) {
			all = append(all, subject)
		}
	}
	return all
}

// Attachment is a number of a campaign.
type Attachment struct {
	Number   string
	Campaign string
	Since    time.Time // when it was attached; UTC
	Carried  time.Time // when the carriers knew it as the campaign's; zero: nobody has said so; UTC
}

// Numbers returns the numbers that were attached to campaigns, as was known at a moment, in the order of attachment.
func Numbers(facts []Fact, moment time.Time) []Attachment {
	var all []Attachment
	for i := range facts {
		f := &facts[i]
		if !f.Kind.number() || f.Recorded.After(moment) {
			continue
		}
		at := slices.IndexFunc(all, func(a Attachment) bool { return a.Number == f.Number })
		switch {
		case f.Kind == Attached && at < 0:
			all = append(all, Attachment{Number: f.Number, Campaign: f.Subject.ID, Since: f.At})
		case at < 0 || all[at].Campaign != f.Subject.ID:
		case f.Kind == Carried:
			all[at].Carried = f.At
		case f.Kind == Detached:
			all = slices.Delete(all, at, at+1)
		}
	}
	return all
}

// attachment returns the campaign that a number belongs to.
func attachment(facts []Fact, number string, moment time.Time) (Attachment, bool) {
	all := Numbers(facts, moment)
	at := slices.IndexFunc(all, func(a Attachment) bool { return a.Number == number })
	if at < 0 {
		return Attachment{}, false
	}
	return all[at], true
}
