package consenttest

import (
	"context"
	"time"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/consent/policy"
	"github.com/enamel-go/enamel/internal/suite"
)

// PolicyHarness is one fresh store of versions and acceptances under test and the audit store that its entries go to.
type PolicyHarness struct {
	Store   policy.Store
	Entries audit.Store
	// OneConnection is as in [Harness].
	OneConnection bool
}

// PolicyCase is one rule that every store of versions and acceptances keeps.
type PolicyCase struct {
	Name  string
	Check func(ctx context.Context, h PolicyHarness) error
}

// PolicyCases returns the suite of stores of versions and acceptances.
func PolicyCases() []PolicyCase {
	var cases []PolicyCase
	for _, c := range policies().cases() {
		cases = append(cases, PolicyCase{c.name, func(ctx context.Context, h PolicyHarness) error {
			return c.check(ctx, ledgerHarness[policy.Key, policy.Change, policy.Fact, policy.Query, policy.Page]{h.Store, h.Entries, h.OneConnection})
		}})
	}
	return cases
}

const person = "person-planted-0815"

func publication(id string) policy.Fact {
	return policy.Fact{
		ID: id, Practice: practice, Document: "privacy", Kind: policy.Published, Version: "1", At: start, Recorded: start,
		Actor: audit.Actor{Kind: audit.Staff, ID: "u-1"},
		Edition: policy.Edition{
			Texts:     []policy.Text{{Language: "en", Body: "What we keep."}},
			Effective: policy.Date{Year: 2026, Month: time.June, Day: 1}, Zone: "America/Chicago",
		},
	}
}

func policies() ledgerKit[policy.Key, policy.Change, policy.Fact, policy.Query, policy.Page] {
	return ledgerKit[policy.Key, policy.Change, policy.Fact, policy.Query, policy.Page]{
		fact: publication,
		common: func(f *policy.Fact) common {
			return common{&f.ID, &f.Practice, &f.At, &f.Recorded, &f.Actor}
		},
		key: policy.Fact.Key,
		change: func(f policy.Fact, seen int, leaves []audit.Leaf) policy.Change {
			return policy.Change{Fact: f, Seen: seen, Leaves: leaves}
		},
		query: func(practice, after string, limit int) policy.Query {
			return policy.Query{Practice: practice, Kind: policy.Published, After: after, Limit: limit}
		},
		page:  func(p policy.Page) ([]policy.Fact, string) { return p.Facts, p.Next },
		stale: policy.ErrStale, after: policy.ErrAfter, wrong: policy.ErrInvalid,
		otherKind: func(f *policy.Fact) { f.Kind, f.Edition, f.Reason = policy.Withdrawn, policy.Edition{}, "Wrong." },
		elsewhere: []func(*policy.Fact){
			func(f *policy.Fact) { f.Document = "Privacy" },
			func(f *policy.Fact) { f.Document = "privacy " },
			func(f *policy.Fact) { belongs(f, audit.Staff, person) },
			func(f *policy.Fact) { belongs(f, audit.Patient, person) },
			func(f *policy.Fact) { belongs(f, audit.Patient, "Person-planted-0815") },
			func(f *policy.Fact) { belongs(f, audit.Patient, person+" ") },
		},
		whole:  wholePolicies(),
		filled: func(facts []policy.Fact) error { return suite.Filled(struct{ Facts []policy.Fact }{facts}) },
		share: func(f *policy.Fact) {
			if len(f.Edition.Texts) > 0 {
				f.Edition.Texts[0].Body = "changed from outside"
			}
		},
		shared: func(f policy.Fact) bool { return f.Edition.Texts[0].Body == "changed from outside" },
		spoil: map[string]func(*policy.Fact){
			"a version without text":        func(f *policy.Fact) { f.Edition.Texts = nil },
			"a text with a NUL":             func(f *policy.Fact) { f.Edition.Texts[0].Body = "what\x00" },
			"a language twice":              func(f *policy.Fact) { f.Edition.Texts = append(f.Edition.Texts, f.Edition.Texts[0]) },
			"a date that is none":           func(f *policy.Fact) { f.Edition.Effective.Day = 31 },
			"a zone that is none":           func(f *policy.Fact) { f.Edition.Zone = "Elm Street" },
			"an unknown kind":               func(f *policy.Fact) { f.Kind = "other" },
			"a document without name":       func(f *policy.Fact) { f.Document = "" },
			"a label with a NUL":            func(f *policy.Fact) { f.Version = "1\x00" },
			"a publication of a person's":   func(f *policy.Fact) { f.Person = audit.Actor{Kind: audit.Patient, ID: person} },
			"an acceptance of nobody's":     func(f *policy.Fact) { f.Kind, f.Edition = policy.Accepted, policy.Edition{} },
			"a wording with a NUL":          func(f *policy.Fact) { belongs(f, audit.Patient, person); f.Evidence.Wording = "yes\x00" },
			"a person who is a machine":     func(f *policy.Fact) { belongs(f, audit.System, person) },
			"a withdrawal without a reason": func(f *policy.Fact) { f.Kind, f.Edition = policy.Withdrawn, policy.Edition{} },
		},
		plant: func(f *policy.Fact) []string {
			belongs(f, audit.Patient, person)
			f.Evidence.Wording = "planted-words-4711"
			return []string{person, f.Evidence.Wording}
		},
	}
}

// belongs makes f an acceptance of a person's.
func belongs(f *policy.Fact, kind audit.ActorKind, id string) {
	f.Kind, f.Person, f.Edition = policy.Accepted, audit.Actor{Kind: kind, ID: id}, policy.Edition{}
}

// wholePolicies set every field between them.
func wholePolicies() []policy.Fact {
	published := publication("f-1")
	published.At = start.Add(-time.Hour)
	published.Edition = policy.Edition{
		Texts: []policy.Text{
			{Language: "en", Body: "What we keep. it's \\ fine ?0 👍\n Use on and you agree.", Use: "Use on and you agree."},
			{Language: "es", Body: "¿Qué guardamos? Al seguir, acepta.", Use: "Al seguir, acepta."},
		},
		Effective: policy.Date{Year: 2028, Month: time.February, Day: 29}, Zone: "America/New_York", From: start.Add(time.Hour),
		Material: true, Changes: "We keep less.",
		Announced: []policy.Announcement{{Channel: policy.Email, On: policy.Date{Year: 2026, Month: 3, Day: 3}, Reference: "mail-9"}, {Channel: policy.Posting, On: policy.Date{Year: 2026, Month: 3, Day: 2}}},
	}
	withdrawn := publication("f-2")
	withdrawn.Kind, withdrawn.Edition, withdrawn.Reason = policy.Withdrawn, policy.Edition{}, "A sentence was wrong."
	accepted := publication("f-3")
	belongs(&accepted, audit.Representative, person)
	accepted.Recorded = start.Add(time.Microsecond)
	accepted.Evidence = policy.Evidence{
		Channel: policy.Notice, Message: "m-1", Language: "es", Wording: "Acepto «la» política.", Hash: published.Edition.Texts[1].Hash(),
	}
	return []policy.Fact{published, withdrawn, accepted}
}
