package broadcast

import (
	"fmt"

	"github.com/enamel-go/enamel/audit"
)

// Status is what a broadcast stands at.
type Status string

// The statuses. Only a running one queues texts.
const (
	None    Status = "none" // nobody drafted it
	Draft   Status = "draft"
	Running Status = "running"
	Held    Status = "paused"
	Ended   Status = "cancelled"
	Done    Status = "done"
)

// State is what a broadcast stands at.
type State struct {
	Key
	Status Status
	Plan   Plan
	Actor  audit.Actor // who acted last
	Reason string      // why it was paused or cancelled

	gathered bool   // all recipients are known
	after    string // where to go on among the consents
	finished bool
	included int
}

// Derive says what a broadcast stands at. It is a pure function of its facts; facts of another do not count.
func Derive(k Key, facts []Fact) State {
	s := State{Key: k, Status: None}
	for _, f := range facts {
		if f.Key() != k {
			continue
		}
		switch f.Kind {
		case Drafted:
			s.Status, s.Plan = Draft, f.Plan
			s.gathered = f.Plan.Audience.Criterion.Listed()
		case Included:
			s.included += f.Count
		case Gathered:
			s.after, s.gathered = f.After, f.Last
			continue
		case Redirected:
			continue
		case Started, Resumed:
			s.Status = Running
		case Paused:
			s.Status = Held
		case Cancelled:
			s.Status = Ended
		case Finished:
			s.finished = true
			if s.Status != Ended {
				s.Status = Done
			}
			continue
		}
		s.Actor, s.Reason = f.Actor, f.Reason
	}
	return s
}

// permit refuses a fact that may not follow on a broadcast's facts.
func permit(s State, f *Fact) error {
	if f.Kind == Drafted {
		if s.Status != None {
			return fmt.Errorf("%w: a broadcast has this id", ErrConflict)
		}
		return nil
	}
	if s.Status == None {
		return ErrUnknown
	}
	may := false
	switch f.Kind {
	case Included:
		if !s.Plan.Audience.Criterion.Listed() {
			return fmt.Errorf("%w: its audience is found among the consents", ErrStatus)
		}
		may = s.Status == Draft
	case Started:
		if s.Status == Draft && s.Plan.Audience.Criterion.Listed() && s.included == 0 {
			return ErrEmpty
		}
		if s.Status == Draft && !s.Plan.LastUseful.After(f.Recorded) {
			return fmt.Errorf("%w: its texts are of no use any more", ErrStatus)
		}
		may = s.Status == Draft
	case Gathered:
		may = s.Status == Running && !s.gathered
	case Paused, Redirected:
		may = s.Status == Running
	case Resumed:
		may = s.Status == Held
	case Cancelled:
		may = s.Status == Draft || s.Status == Running || s.Status == Held
	case Finished:
		may = !s.finished && (s.Status == Running && s.gathered || s.Status == Ended)
	}
	if !may {
		return fmt.Errorf("%w: it stands at %s", ErrStatus, s.Status)
	}
	return nil
}
