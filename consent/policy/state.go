package policy

import (
	"slices"
	"time"

	"github.com/enamel-go/enamel/internal/civil"
)

// Step is what is due of a person.
type Step string

// The steps.
const (
	Settled Step = "settled" // nothing
	Tell    Step = "tell"    // show what changes, and record it as told
	Use     Step = "use"     // using on accepts the change, by the policy's own words: record it
	Ask     Step = "ask"     // ask for acceptance
)

// Due is what a person has to be told or asked on the next use, and why.
type Due struct {
	Step Step
	Fact Fact // the publication that it is about; zero where no version is in effect
	// Changes are the publications whose material changes the person has to be told of, each of them, the oldest first. Of
	// who has accepted no version there are none.
	Changes []Fact
	Why     string // one plain sentence, which names nobody
}

// InEffect returns the publication that is in effect at a moment, by a document's own facts. It is a pure function: facts
// that were recorded after the moment do not count, so what was in effect at any past moment can be had again. It reports
// false before the first version's date.
func InEffect(versions []Fact, moment time.Time) (Fact, bool) {
	var found Fact
	for _, f := range Standing(versions, moment) {
		if !f.Edition.From.After(moment) {
			found = f
		}
	}
	return found, found.Kind == Published
}

// Upcoming returns the publications whose date has not come at a moment, the next one first.
func Upcoming(versions []Fact, moment time.Time) []Fact {
	return slices.DeleteFunc(Standing(versions, moment), func(f Fact) bool { return !f.Edition.From.After(moment) })
}

// Standing returns the publications that were not withdrawn by a moment, in the order in which they take effect: past
// ones, the one in effect, upcoming ones.
func Standing(versions []Fact, moment time.Time) []Fact {
	var standing []Fact
	for _, f := range versions {
		if f.Recorded.After(moment) {
			continue
		}
		switch f.Kind {
		case Published:
			standing = append(standing, f.Clone())
		case Withdrawn:
			standing = slices.DeleteFunc(standing, func(p Fact) bool { return p.Version == f.Version })
		}
	}
	slices.SortStableFunc(standing, func(a, b Fact) int { return a.Edition.From.Compare(b.Edition.From) })
	return standing
}

// Next says what is due of a person at a moment, by the document's own facts and the person's. It is a pure function:
// facts that were recorded after the moment do not count.
//
//   - Who accepted the version in effect, or an earlier one with only changes that are not material since, has nothing to
//     do, but is told of an upcoming material change from the day on which a notice within the platform announces it.
//   - Further use accepts a material change only where the words of the version that the person accepted say so, and
//     those of the version in effect, and only after the person was told of each such change.
//   - Everybody else is asked: further use continues what was agreed, and so accepts no first version.
func Next(versions, person []Fact, moment time.Time) Due {
	person = slices.DeleteFunc(slices.Clone(person), func(f Fact) bool { return f.Recorded.After(moment) })
	now, ok := InEffect(versions, moment)
	if !ok {
		return Due{Step: Settled, Why: "No version is in effect yet."}
	}
	accepted, before := lastAccepted(versions, person, moment)
	since := material(versions, accepted, now, moment)
	untold := slices.DeleteFunc(slices.Clone(since), func(f Fact) bool { return told(person, f.Version) })
	switch {
	case !before:
		return Due{Step: Ask, Fact: now, Why: "No version was accepted yet."}
	case len(since) == 0:
		return ahead(versions, person, now, moment)
	case !accepted.Edition.ByUse() || !now.Edition.ByUse():
		return Due{Ask, now, untold, "The change is material, and the policy does not say that further use accepts it."}
	case len(untold) > 0:
		return Due{Tell, now, untold, "The change is material, and was not told yet."}
	}
	return Due{Step: Use, Fact: now, Why: "The change was told, and by the policy's words further use accepts it."}
}

// ahead says what is due of a person who has accepted what is in effect.
func ahead(versions, person []Fact, now Fact, moment time.Time) Due {
	for _, f := range Upcoming(versions, moment) {
		if f.Edition.Material && announced(f.Edition, moment) && !told(person, f.Version) && !accepts(person, f.Version) {
			return Due{Tell, f, []Fact{f}, "A material change is announced, and was not told yet."}
		}
	}
	return Due{Step: Settled, Fact: now, Why: "What is in effect was accepted."}
}

// announced reports whether a notice within the platform is due by a moment.
func announced(e Edition, moment time.Time) bool {
	zone, err := time.LoadLocation(e.Zone)
	if err != nil {
		zone = time.UTC // a zone that this host does not know any more
	}
	return slices.ContainsFunc(e.Announced, func(a Announcement) bool {
		return a.Channel == Notice && !a.On.After(civil.Of(moment.In(zone)))
	})
}

// lastAccepted returns the newest version, up to the one in effect, that the person has accepted.
func lastAccepted(versions, person []Fact, moment time.Time) (last Fact, ok bool) {
	for _, f := range Standing(versions, moment) {
		if !f.Edition.From.After(moment) && accepts(person, f.Version) {
			last, ok = f, true
		}
	}
	return last, ok
}

// material returns the publications of material changes that came into effect after the accepted version.
func material(versions []Fact, accepted, now Fact, moment time.Time) []Fact {
	return slices.DeleteFunc(Standing(versions, moment), func(f Fact) bool {
		return !f.Edition.Material || !f.Edition.From.After(accepted.Edition.From) || f.Edition.From.After(now.Edition.From)
	})
}

func told(person []Fact, version string) bool {
	return slices.ContainsFunc(person, func(f Fact) bool { return f.Kind == Told && f.Version == version })
}

func accepts(person []Fact, version string) bool {
	return slices.ContainsFunc(person, func(f Fact) bool {
		return (f.Kind == Accepted || f.Kind == Used) && f.Version == version
	})
}
