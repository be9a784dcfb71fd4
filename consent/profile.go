package consent

import (
	"fmt"
	"slices"
	"time"
)

// Rule says what a basis needs and permits, from a day on. Evidence is needed by these names: "wording", "language",
// "signature or document", "document", "address", "browser", "staff".
type Rule struct {
	ID        string
	Basis     Basis
	Effective time.Time  // UTC; a grant is judged by the newest rule in effect at its claimed time
	Needs     []string   // evidence without which the grant is refused: by the names above
	Permits   []Category // what the grant permits; empty: it is recorded and permits nothing
	Citation  string     // where the rule comes from
}

// Profile is a named set of rules. A vendor who names a profile that is [Profile.Wider] than [Promised] no longer keeps
// the promise that only written consent permits a text.
type Profile struct {
	Name  string
	Rules []Rule
}

// Promised returns the default profile: consent is express and written, by one of the three methods that the policy
// names, each with its evidence. Nothing else permits a text.
func Promised() Profile {
	const policy = "DentTracks SMS Privacy Policy, section 2; 47 CFR 64.1200(f)(9)"
	all := Categories()
	return Profile{Name: promised, Rules: []Rule{
		{ID: "signed-agreement-1", Basis: SignedAgreement, Needs: []string{"wording", "language", "signature or document"}, Permits: all, Citation: policy},
		{ID: "web-form-1", Basis: WebForm, Needs: []string{"wording", "language", "address", "browser"}, Permits: all, Citation: policy},
		{ID: "office-document-1", Basis: OfficeDocument, Needs: []string{"wording", "language", "document", "staff"}, Permits: all, Citation: policy},
		{ID: "number-in-care-1", Basis: NumberInCare, Citation: policy},
		{ID: "verbal-1", Basis: Verbal, Citation: policy},
		{ID: "import-1", Basis: Import, Citation: policy},
	}}
}

const promised = "promised"

// Wider returns the rules that permit a text on another basis, or on less evidence, than [Promised] does. A profile that
// has any does not keep promise D2.1, and whoever reports on the promises says so.
func (p Profile) Wider() []Rule {
	var wider []Rule
	own := Promised()
	for _, r := range p.Rules {
		strict := own.rule(r.Basis, r.Effective)
		if strict == nil {
			strict = &Rule{}
		}
		enough := !slices.ContainsFunc(strict.Needs, func(need string) bool { return !slices.Contains(r.Needs, need) })
		if len(r.Permits) > 0 && (len(strict.Permits) == 0 || !enough) {
			wider = append(wider, r)
		}
	}
	return wider
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
