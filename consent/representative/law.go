package representative

import (
	"fmt"
	"slices"
	"time"

	"github.com/enamel-go/enamel/internal/form"
)

// Check names what a rule looks at.
type Check string

// The checks. Each is a few lines of [Law.May]; what differs between laws is in the rules' other fields.
const (
	CheckFrozen   Check = "frozen"   // no report on what the child gave waits for a decision
	CheckPractice Check = "practice" // the practice itself records, or uses what was given
	CheckCustody  Check = "custody"  // no court's order bars the person
	CheckConsent  Check = "consent"  // a child gives data itself only with a parent's verified consent
	CheckEntry    Check = "entry"    // a parent gives data about a minor, or a patient about itself
	CheckShield   Check = "shield"   // the episode is not the minor's own
	CheckAdult    Check = "adult"    // the patient acts, and is of age
	CheckMajority Check = "majority" // the patient is a minor, or has appointed the person anew
	CheckAppoint  Check = "appoint"  // an appointment or an order covers the act
	CheckAnswer   Check = "answer"   // not of an act: until when whoever reports gets an answer
)

func checks() []Check {
	return []Check{
		CheckFrozen, CheckPractice, CheckCustody, CheckConsent, CheckEntry, CheckShield, CheckAdult, CheckMajority, CheckAppoint,
		CheckAnswer,
	}
}

// Rule is one rule as a dated row of data.
type Rule struct {
	ID        string
	Version   int
	Effective time.Time // UTC; before it the rule is not looked at
	Citation  string
	Check     Check
	Under     int // of CheckConsent: it is about children younger than this, in years
	Days      int // of CheckAnswer
}

// Promised returns the rules of the policy and of the law under it, in the order in which they are looked at.
func Promised() []Rule {
	const policy = "MyDentalPMS Privacy Policy, section 8"
	return []Rule{
		{ID: "frozen", Version: 1, Check: CheckFrozen, Citation: policy},
		{ID: "practice", Version: 1, Check: CheckPractice, Citation: policy},
		{ID: "custody", Version: 1, Check: CheckCustody, Citation: "45 CFR 164.502(g)(3), (g)(5)"},
		{ID: "consent", Version: 1, Check: CheckConsent, Under: 13, Citation: policy + "; 16 CFR 312.5"},
		{ID: "entry", Version: 1, Check: CheckEntry, Citation: policy},
		{ID: "shield", Version: 1, Check: CheckShield, Citation: "45 CFR 164.502(g)(3)(i)"},
		{ID: "adult", Version: 1, Check: CheckAdult, Citation: "45 CFR 164.502(g)(1)"},
		{ID: "majority", Version: 1, Check: CheckMajority, Citation: policy + "; 45 CFR 164.502(g)(3)"},
		{ID: "appoint", Version: 1, Check: CheckAppoint, Citation: policy + "; 45 CFR 164.502(g)(2), (g)(3)"},
		{ID: "answer", Version: 1, Check: CheckAnswer, Days: 30, Citation: "MyDentalPMS Privacy Policy, section 11"},
	}
}

// Law is the rules and the ages of majority in a form ready to decide by. It is immutable and may be used concurrently.
type Law struct {
	rules []Rule
	ages  []Age
}

// NewLaw checks the rules, which are looked at in their order, and the ages.
func NewLaw(rules []Rule, ages []Age) (*Law, error) {
	l := &Law{}
	for _, r := range rules {
		switch {
		case form.Fit(r.ID, form.ID) == "":
			return nil, fmt.Errorf("%w: a rule has no id of at most 64 bytes", ErrInvalid)
		case !slices.Contains(checks(), r.Check):
			return nil, fmt.Errorf("%w: rule %s has an unknown check %q", ErrInvalid, r.ID, r.Check)
		case r.Check == CheckConsent && r.Under <= 0:
			return nil, fmt.Errorf("%w: rule %s is about children of no age", ErrInvalid, r.ID)
		case r.Check == CheckAnswer && r.Days <= 0:
			return nil, fmt.Errorf("%w: rule %s leaves no day for an answer", ErrInvalid, r.ID)
		}
		l.rules = append(l.rules, r)
	}
	for _, a := range ages {
		if len(a.State) != 2 || a.Years <= 0 || slices.ContainsFunc(a.Acts, func(act Act) bool { return !slices.Contains(Acts(), act) }) {
			return nil, fmt.Errorf("%w: an age of majority needs a State of two letters, years, and acts that are known", ErrInvalid)
		}
		a.Acts = slices.Clone(a.Acts)
		l.ages = append(l.ages, a)
	}
	return l, nil
}
