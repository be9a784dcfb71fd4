package cookie

import (
	"fmt"
	"slices"
	"time"
)

// Check names what a rule looks at.
type Check string

// The checks. Each is a few lines of [Law.Decide]; what differs between laws is in the rules' other fields.
const (
	CheckRegister  Check = "register"  // the cookie is in the register
	CheckHost      Check = "host"      // it is set for this host alone: it names no Domain
	CheckSite      Check = "site"      // it is not set with SameSite=None
	CheckNecessary Check = "necessary" // its category is one of the rule's, so that nothing else is looked at
	CheckGPC       Check = "gpc"       // the browser sends no Global Privacy Control
	CheckDNT       Check = "dnt"       // the browser sends no Do Not Track
	CheckChoice    Check = "choice"    // the visitor has chosen, within the rule's time
	CheckShown     Check = "shown"     // what a yes was given to are the cookies of the register
	CheckLife      Check = "life"      // it is not set for longer than the register says
	CheckPath      Check = "path"      // it is set under the path of the register, so that it can be taken back
	CheckCategory  Check = "category"  // the visitor has allowed its category
)

func checks() []Check {
	return []Check{
		CheckRegister, CheckHost, CheckSite, CheckNecessary, CheckGPC, CheckDNT,
		CheckChoice, CheckShown, CheckLife, CheckPath, CheckCategory,
	}
}

// Rule is one rule as a dated row of data.
type Rule struct {
	ID         string
	Version    int
	Effective  time.Time // UTC; before it the rule is not looked at
	Citation   string
	Check      Check
	Categories []Category    // of CheckNecessary
	Within     time.Duration // of CheckChoice
}

// Law is the rules in a form ready to decide by. It is immutable and may be used concurrently.
type Law struct{ rules []Rule }

// NewLaw checks the rules. They are looked at in their order.
func NewLaw(rules []Rule) (*Law, error) {
	l := &Law{}
	for _, r := range rules {
		if !slices.Contains(checks(), r.Check) {
			return nil, fmt.Errorf("%w: rule %s has an unknown check %q", ErrInvalid, r.ID, r.Check)
		}
		if r.Check == CheckChoice && r.Within <= 0 {
			return nil, fmt.Errorf("%w: rule %s gives a choice no time to hold", ErrInvalid, r.ID)
		}
		r.Categories = slices.Clone(r.Categories)
		l.rules = append(l.rules, r)
	}
	return l, nil
}

// holds is how long a choice holds: a year or a little more. A no is not asked about again before.
const holds = 366 * 24 * time.Hour

// Promised returns the rules of the policy and of the law under it. Global Privacy Control and Do Not Track come before
// the choice: while one is sent it beats a yes, however the yes was given. DNT has no force of law; the policy promises
// it, so it counts alike.
func Promised() []Rule {
	const policy = "MyDentalPMS Privacy Policy, section 7"
	return []Rule{
		{ID: "register", Version: 1, Check: CheckRegister, Citation: policy},
		{ID: "host", Version: 1, Check: CheckHost, Citation: policy},
		{ID: "site", Version: 1, Check: CheckSite, Citation: policy},
		{ID: "necessary", Version: 1, Check: CheckNecessary, Categories: []Category{Session, Security}, Citation: policy},
		{ID: "gpc", Version: 1, Check: CheckGPC, Citation: policy + "; Cal. Civ. Code 1798.135(e); 11 CCR 7025"},
		{ID: "dnt", Version: 1, Check: CheckDNT, Citation: policy},
		{ID: "choice", Version: 1, Check: CheckChoice, Within: holds, Citation: policy + "; Cal. Civ. Code 1798.135(c)(4)"},
		{ID: "shown", Version: 1, Check: CheckShown, Citation: policy},
		{ID: "life", Version: 1, Check: CheckLife, Citation: policy},
		{ID: "path", Version: 1, Check: CheckPath, Citation: policy},
		{ID: "category", Version: 1, Check: CheckCategory, Citation: policy},
	}
}
