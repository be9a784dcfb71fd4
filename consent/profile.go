package consent

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/enamel-go/enamel/internal/civil"
	"github.com/enamel-go/enamel/internal/phone"
)

// Rule says what a basis needs and permits, from a day on. Evidence is needed by these names: "wording", "language",
// "signature or document", "document", "address", "browser", "staff", "choice", "words", "message".
type Rule struct {
	ID        string
	Basis     Basis
	Effective time.Time  // UTC; a grant is judged by the newest rule in effect at its claimed time
	Needs     []string   // evidence without which the grant is refused: by the names above
	Permits   []Category // what the grant permits; empty: it is recorded and permits nothing
	Lasts     Period     // how long it permits; zero: until it is taken back
	Countries []string   // where the number must be, as ISO 3166 codes such as "CA"; empty: anywhere
	Citation  string     // where the rule comes from
}

// Period is a length of time by the calendar.
type Period struct{ Months, Days int }

// end returns the moment at which a period is over that began on the day of at in the zone. Its last day counts whole; where
// the month lacks the day, the last of the month is meant.
func (p Period) end(at time.Time, zone *time.Location) time.Time {
	return civil.Of(at.In(zone)).AddMonths(p.Months).AddDays(p.Days + 1).In(zone).UTC()
}

// longer reports whether p may end after the other one. The zero period never ends.
func (p Period) longer(other Period) bool {
	if other == (Period{}) {
		return false
	}
	return p == Period{} || p.Months > other.Months || p.Days > other.Days
}

// Profile is a named set of rules. A vendor who names a profile that is [Profile.Wider] than [Promised] no longer keeps
// the promise that only written consent permits a text.
type Profile struct {
	Name  string
	Rules []Rule
}

// Promised returns the default profile: consent is express and written, by one of the three methods that the policy
// names, each with its evidence. A patient's own text permits the answer to it, until the end of the next day. Nothing
// else permits a text.
func Promised() Profile {
	const policy = "DentTracks SMS Privacy Policy, section 2; 47 CFR 64.1200(f)(9)"
	all := Categories()
	return Profile{Name: promised, Rules: []Rule{
		{ID: "signed-agreement-1", Basis: SignedAgreement, Needs: []string{"wording", "language", "signature or document"}, Permits: all, Citation: policy},
		{ID: "web-form-1", Basis: WebForm, Needs: []string{"wording", "language", "address", "browser", "choice"}, Permits: all, Citation: policy},
		{ID: "office-document-1", Basis: OfficeDocument, Needs: []string{"wording", "language", "document", "staff"}, Permits: all, Citation: policy},
		{
			ID: "own-text-1", Basis: OwnText, Needs: []string{"words", "message"}, Permits: []Category{Conversational}, Lasts: Period{Days: 1},
			Citation: "DentTracks SMS Privacy Policy, section 1; CTIA Messaging Principles (May 2023), 5.1.1",
		},
		{ID: "number-in-care-1", Basis: NumberInCare, Citation: policy},
		{ID: "verbal-1", Basis: Verbal, Citation: policy},
		{ID: "purchase-1", Basis: Purchase, Lasts: Period{Months: 24}, Countries: []string{"CA"}, Citation: policy},
		{ID: "inquiry-1", Basis: Inquiry, Lasts: Period{Months: 6}, Countries: []string{"CA"}, Citation: policy},
		{ID: "import-1", Basis: Import, Citation: policy},
	}}
}

const promised = "promised"

// Lawful returns the widest profile that the law of the United States and Canada admits. It is wider than the promise: who
// names it does not keep D2.1. A number given in care permits texts about that care (47 CFR 64.1200(a)(1); FCC 15-72, 141 to
// 143), and so does a patient's word to staff, but never promotions. In Canada a purchase permits commercial texts for two
// years and an inquiry for six months (CASL, section 10(9) and (10)).
func Lawful() Profile {
	const (
		tcpa = "47 CFR 64.1200(a)(1), (f)(9); FCC 15-72, 141 to 143"
		casl = "Canada's Anti-Spam Legislation (S.C. 2010, c. 23), section 10(9), (10)"
	)
	p := Promised()
	p.Name = "lawful"
	for i, r := range p.Rules {
		switch r.Basis {
		case NumberInCare:
			r.ID, r.Permits, r.Citation = "number-in-care-lawful-1", []Category{Transactional}, tcpa
		case Verbal:
			r.ID, r.Needs, r.Permits, r.Citation = "verbal-lawful-1", []string{"staff"}, []Category{Transactional, Conversational}, tcpa
		case Purchase:
			r.ID, r.Needs, r.Permits, r.Citation = "purchase-lawful-1", []string{"document"}, []Category{Transactional, Promotional}, casl
		case Inquiry:
			r.ID, r.Needs, r.Permits, r.Citation = "inquiry-lawful-1", []string{"document"}, []Category{Transactional, Promotional}, casl
		}
		p.Rules[i] = r
	}
	return p
}

// Wider returns the rules that permit more texts than [Promised] does, on less evidence, for longer, or elsewhere. A profile
// that has any does not keep promise D2.1, and whoever reports on the promises says so.
func (p Profile) Wider() []Rule {
	var wider []Rule
	own := Promised()
	for _, r := range p.Rules {
		strict := own.rule(r.Basis, r.Effective)
		if strict == nil {
			strict = &Rule{}
		}
		more := beyond(r.Permits, strict.Permits) || beyond(strict.Needs, r.Needs) || r.Lasts.longer(strict.Lasts) ||
			len(strict.Countries) > 0 && (len(r.Countries) == 0 || beyond(r.Countries, strict.Countries))
		if len(r.Permits) > 0 && more {
			wider = append(wider, r)
		}
	}
	return wider
}

// beyond reports whether a list holds what the other one does not.
func beyond[E comparable](list, other []E) bool {
	return slices.ContainsFunc(list, func(e E) bool { return !slices.Contains(other, e) })
}

// valid refuses a profile without a name, one that is called as the default and is wider, and rules that could never
// be met.
func (p Profile) valid() error {
	known := Evidence{}.fields()
	switch {
	case p.Name == "":
		return fmt.Errorf("%w: the profile has no name", ErrInvalid)
	case p.Name == promised && len(p.Wider()) > 0:
		return fmt.Errorf("%w: a profile that is wider than %q has another name", ErrInvalid, promised)
	}
	for _, r := range p.Rules {
		for _, need := range r.Needs {
			if _, ok := known[need]; !ok {
				return fmt.Errorf("%w: the rule %s needs %q, which is no evidence", ErrInvalid, r.ID, need)
			}
		}
	}
	return nil
}

// clone returns a copy that shares no memory with p.
func (p Profile) clone() Profile {
	p.Rules = slices.Clone(p.Rules)
	for i, r := range p.Rules {
		p.Rules[i].Needs = slices.Clone(r.Needs)
		p.Rules[i].Permits = slices.Clone(r.Permits)
		p.Rules[i].Countries = slices.Clone(r.Countries)
	}
	return p
}

// rule returns the newest rule for basis in effect at the moment, or nil when the profile knows no such basis.
func (p *Profile) rule(basis Basis, at time.Time) *Rule {
	var newest *Rule
	for i := range p.Rules {
		r := &p.Rules[i]
		if r.Basis == basis && !r.Effective.After(at) && (newest == nil || r.Effective.After(newest.Effective)) {
			newest = r
		}
	}
	return newest
}

// missing returns what r needs and e lacks, in the rule's order.
func (r *Rule) missing(e Evidence) []string {
	present := e.fields()
	return slices.DeleteFunc(slices.Clone(r.Needs), func(need string) bool { return present[need] })
}

// admits says why a grant on the rule's basis is refused, or nil.
func (r *Rule) admits(f *Fact) error {
	if missing := r.missing(f.Evidence); len(missing) > 0 {
		return fmt.Errorf("%w: a consent by %s needs %s", ErrEvidence, label(f.Basis), strings.Join(missing, ", "))
	}
	switch f.Evidence.Choice {
	case "", Separate:
	case PreChecked:
		return fmt.Errorf("%w: a box that was ticked beforehand is nobody's yes", ErrEvidence)
	case Bundled:
		return fmt.Errorf("%w: the yes to texts was tied to another agreement, a purchase or a service; ask for it apart", ErrEvidence)
	default:
		return fmt.Errorf("%w: the choice is none of separate, prechecked, bundled", ErrInvalid)
	}
	if f.Basis == OwnText {
		if err := own(f); err != nil {
			return err
		}
	}
	if !r.reaches(f.Number) {
		return fmt.Errorf("%w: a consent by %s is for numbers in %s alone", ErrInvalid, label(f.Basis), strings.Join(r.Countries, ", "))
	}
	return nil
}

// reaches reports whether the rule is for the country of the number.
func (r *Rule) reaches(number string) bool {
	return len(r.Countries) == 0 || slices.Contains(r.Countries, phone.Region(number))
}

// permits reports whether a grant on the rule's basis permits a category. One that was recorded under a rule without an end
// permits nothing under a rule that has one.
func (r *Rule) permits(f *Fact) bool {
	return slices.Contains(r.Permits, f.Category) && r.reaches(f.Number) && (r.Lasts == Period{} || !f.Expires.IsZero())
}
