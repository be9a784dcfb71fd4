package consenttest

import (
	"context"
	"time"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/consent/representative"
	"github.com/enamel-go/enamel/internal/suite"
)

// RepresentativeHarness is one fresh store of who acts for whom under test and the audit store that its entries go to.
type RepresentativeHarness struct {
	Store   representative.Store
	Entries audit.Store
	// OneConnection is as in [Harness].
	OneConnection bool
}

// RepresentativeCase is one rule that every store of who acts for whom keeps.
type RepresentativeCase struct {
	Name  string
	Check func(ctx context.Context, h RepresentativeHarness) error
}

// RepresentativeCases returns the suite of stores of who acts for whom.
func RepresentativeCases() []RepresentativeCase {
	var cases []RepresentativeCase
	for _, c := range representatives().cases() {
		cases = append(cases, RepresentativeCase{c.name, func(ctx context.Context, h RepresentativeHarness) error {
			return c.check(ctx, ledgerHarness[representative.Key, representative.Change, representative.Fact, representative.Query, representative.Page]{h.Store, h.Entries, h.OneConnection})
		}})
	}
	return cases
}

const child = "child-planted-0815"

func appointment(id string) representative.Fact {
	return representative.Fact{
		ID: id, Practice: practice, Patient: child, Kind: representative.Appointed, Person: "mother", Basis: representative.Parent,
		Acts: []representative.Act{representative.See, representative.Agree}, From: representative.Date{Year: 2020, Month: time.February, Day: 29},
		Proof: representative.Proof{Kind: "birth certificate", Document: "scan-1"}, At: start, Recorded: start,
		Actor: audit.Actor{Kind: audit.Staff, ID: "u-1"},
	}
}

func representatives() ledgerKit[representative.Key, representative.Change, representative.Fact, representative.Query, representative.Page] {
	return ledgerKit[representative.Key, representative.Change, representative.Fact, representative.Query, representative.Page]{
		fact: appointment,
		common: func(f *representative.Fact) common {
			return common{&f.ID, &f.Practice, &f.At, &f.Recorded, &f.Actor}
		},
		key: representative.Fact.Key,
		change: func(f representative.Fact, seen int, leaves []audit.Leaf) representative.Change {
			return representative.Change{Fact: f, Seen: seen, Leaves: leaves}
		},
		query: func(practice, after string, limit int) representative.Query {
			return representative.Query{Practice: practice, Kind: representative.Appointed, After: after, Limit: limit}
		},
		page:  func(p representative.Page) ([]representative.Fact, string) { return p.Facts, p.Next },
		stale: representative.ErrStale, after: representative.ErrAfter, wrong: representative.ErrInvalid,
		otherKind: func(f *representative.Fact) { f.Kind = representative.Reported },
		elsewhere: []func(*representative.Fact){
			func(f *representative.Fact) { f.Patient = "Child-planted-0815" },
			func(f *representative.Fact) { f.Patient = child + " " },
			func(f *representative.Fact) { f.Patient = "child" },
		},
		whole: wholeRepresentatives(),
		filled: func(facts []representative.Fact) error {
			return suite.Filled(struct{ Facts []representative.Fact }{facts})
		},
		share: func(f *representative.Fact) {
			if len(f.Acts) > 0 {
				f.Acts[0] = "changed from outside"
			}
		},
		shared: func(f representative.Fact) bool { return f.Acts[0] == "changed from outside" },
		spoil: map[string]func(*representative.Fact){
			"an unknown kind":        func(f *representative.Fact) { f.Kind = "other" },
			"a fact of nobody's":     func(f *representative.Fact) { f.Patient = "" },
			"an act twice":           func(f *representative.Fact) { f.Acts = append(f.Acts, representative.See) },
			"an unknown act":         func(f *representative.Fact) { f.Acts = []representative.Act{"sell"} },
			"a date that is none":    func(f *representative.Fact) { f.Until = representative.Date{Year: 2026, Month: 2, Day: 29} },
			"words with a NUL":       func(f *representative.Fact) { f.Evidence.Words = "no\x00" },
			"a reason without UTF-8": func(f *representative.Fact) { f.Reason = "\xff" },
		},
		plant: func(f *representative.Fact) []string {
			f.Evidence.Contact, f.Evidence.Words = "contact-planted-0816", "planted-words-4711"
			return []string{child, f.Evidence.Contact, f.Evidence.Words}
		},
	}
}

// wholeRepresentatives set every field between them.
func wholeRepresentatives() []representative.Fact {
	ordered := appointment("f-1")
	ordered.Kind, ordered.Basis, ordered.Bars = representative.Ordered, representative.Court, true
	ordered.Until = representative.Date{Year: 2028, Month: time.February, Day: 29}
	ordered.At, ordered.Recorded = start.Add(-time.Hour), start.Add(time.Microsecond)
	consented := appointment("f-2")
	consented.Kind, consented.Acts, consented.From, consented.Method = representative.Consented, nil, representative.Date{}, representative.EmailPlus
	consented.Evidence = representative.Evidence{
		Wording: "¿Consiente? it's \\ fine ?0 👍\n", Language: "es", Confirmation: "mail-2", Words: "«Sí».", Name: "Ana Ruiz",
		Contact: "ana@example.com", Message: "mail-3",
	}
	consented.Actor = audit.Actor{Kind: audit.Representative, ID: "mother"}
	decided := appointment("f-3")
	decided.Kind, decided.About, decided.Finding, decided.Reason = representative.Unfrozen, "f-0", representative.Covered, "The consent is of May."
	decided.Episode = "visit-9"
	return []representative.Fact{ordered, consented, decided}
}
