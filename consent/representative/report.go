package representative

import (
	"time"

	"github.com/enamel-go/enamel/internal/civil"
)

// Report is what became of a report that a child gave data.
type Report struct {
	Fact     Fact // as it was made
	Decision Kind // [Unfrozen] or [Removed]; empty while what the child gave is frozen
	Decided  time.Time
	Answered time.Time // when whoever reported got the answer; zero: not yet
	Due      Date      // the last day for the answer; zero where no rule names one
	Late     bool      // the answer came, or will come, after that day
}

// Reports returns what became of a patient's reports, the oldest first, as it stood at a moment. It is a pure function like
// [Law.May]. Days are the calendar's in zone, which may be nil for UTC; the first day counted is the one after the report.
func (l *Law) Reports(k Key, facts []Fact, zone *time.Location, moment time.Time) []Report {
	q := Question{Zone: zone}
	s := l.state(k, facts, q, moment)
	var reports []Report
	for _, f := range s.facts {
		if f.Kind != Reported {
			continue
		}
		r := Report{Fact: f.Clone()}
		if d := decision(s.facts, f.ID); d != nil {
			r.Decision, r.Decided = d.Kind, d.Recorded
		}
		last := s.today
		if a := about(s.facts, f.ID, Answered); a != nil {
			r.Answered, last = a.Recorded, civil.Of(a.Recorded.In(q.zone()))
		}
		for _, rule := range l.rules {
			if rule.Check == CheckAnswer && !rule.Effective.After(f.Recorded) {
				r.Due = civil.Of(f.Recorded.In(q.zone())).AddDays(rule.Days)
				r.Late = last.After(r.Due)
			}
		}
		reports = append(reports, r)
	}
	return reports
}
