package pack

import (
	"fmt"
	"time"

	"github.com/enamel-go/enamel/audit"
)

// Status is what a release stands at.
type Status string

// The statuses. Only Ready permits a file.
const (
	None    Status = "none"    // nobody requested it
	Waiting Status = "waiting" // a second member of staff has to approve
	Ready   Status = "ready"
	Closed  Status = "closed" // it was denied
)

// State is what a release stands at, and by which facts.
type State struct {
	Status   Status
	Request  Fact   // zero for None
	Decision Fact   // the approval or the denial; zero where nobody decided
	Written  []Fact // each time that a file was handed out, the oldest first
}

// Derive says what a release stands at. It is a pure function of its facts and the moment: facts of another ledger and facts
// that were recorded after the moment do not count. A court's and a carrier's wait for approval, the practice's and the
// patient's own for nothing; none is written once it was denied.
func Derive(k Key, facts []Fact, moment time.Time) State {
	state := State{Status: None}
	for _, f := range facts {
		if f.Key() != k || f.Recorded.After(moment) {
			continue
		}
		switch f.Kind {
		case Requested:
			state.Request, state.Status = f, Ready
			if f.Scope.Recipient.approved() {
				state.Status = Waiting
			}
		case Approved:
			state.Decision, state.Status = f, Ready
		case Denied:
			state.Decision, state.Status = f, Closed
		case Written:
			state.Written = append(state.Written, f)
		}
	}
	return state
}

// permit refuses a fact that may not follow on a release's facts, and gives one that may the request's scope.
func permit(facts []Fact, f *Fact) error {
	state := Derive(f.Key(), facts, f.Recorded)
	if f.Actor.Kind != audit.Staff {
		return ErrStaff
	}
	if f.Kind == Requested {
		if state.Status != None {
			return fmt.Errorf("%w: the release was requested before", ErrConflict)
		}
		return nil
	}
	if state.Status == None {
		return ErrUnknown
	}
	f.Scope = state.Request.Scope
	switch {
	case f.Kind == Written && state.Status == Waiting:
		return ErrNotApproved
	case f.Kind == Written && state.Status == Closed:
		return ErrDenied
	case f.Kind == Written:
		return nil
	case state.Decision.Kind != "" || len(state.Written) > 0:
		return ErrDecided
	case f.Kind == Approved && f.Actor == state.Request.Actor:
		return ErrSelf
	}
	return nil
}
