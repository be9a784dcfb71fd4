package consenttest

import (
	"context"
	"strings"
	"time"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/consent/pack"
	"github.com/enamel-go/enamel/internal/suite"
)

// PackHarness is one fresh store of releases under test and the audit store that its entries go to.
type PackHarness struct {
	Store   pack.Store
	Entries audit.Store
	// OneConnection is as in [Harness].
	OneConnection bool
}

// PackCase is one rule that every store of releases keeps.
type PackCase struct {
	Name  string
	Check func(ctx context.Context, h PackHarness) error
}

// PackCases returns the suite of stores of releases.
func PackCases() []PackCase {
	var cases []PackCase
	for _, c := range packs().cases() {
		cases = append(cases, PackCase{c.name, func(ctx context.Context, h PackHarness) error {
			return c.check(ctx, ledgerHarness[pack.Key, pack.Change, pack.Fact, pack.Query, pack.Page]{h.Store, h.Entries, h.OneConnection})
		}})
	}
	return cases
}

// hash is of nothing in particular.
var hash = strings.Repeat("0f", 32)

func requestedPack(id string) pack.Fact {
	return pack.Fact{
		ID: id, Practice: practice, Release: "release", Kind: pack.Requested, At: start, Recorded: start,
		Actor: audit.Actor{Kind: audit.Staff, ID: "u-1"}, Scope: pack.Scope{Recipient: pack.Practice, Number: "+15125550100"},
	}
}

func packs() ledgerKit[pack.Key, pack.Change, pack.Fact, pack.Query, pack.Page] {
	return ledgerKit[pack.Key, pack.Change, pack.Fact, pack.Query, pack.Page]{
		fact: requestedPack,
		common: func(f *pack.Fact) common {
			return common{&f.ID, &f.Practice, &f.At, &f.Recorded, &f.Actor}
		},
		key: pack.Fact.Key,
		change: func(f pack.Fact, seen int, leaves []audit.Leaf) pack.Change {
			return pack.Change{Fact: f, Seen: seen, Leaves: leaves}
		},
		query: func(practice, after string, limit int) pack.Query {
			return pack.Query{Practice: practice, Kind: pack.Requested, After: after, Limit: limit}
		},
		page:  func(p pack.Page) ([]pack.Fact, string) { return p.Facts, p.Next },
		stale: pack.ErrStale, after: pack.ErrAfter, wrong: pack.ErrInvalid,
		otherKind: func(f *pack.Fact) { f.Kind = pack.Approved },
		elsewhere: []func(*pack.Fact){
			func(f *pack.Fact) { f.Release = "Release" },
			func(f *pack.Fact) { f.Release = "release " },
			func(f *pack.Fact) { f.Release = "réleasé" },
			func(f *pack.Fact) { f.Release = "re\u0301lease\u0301" },
		},
		whole:  wholePacks(),
		filled: func(facts []pack.Fact) error { return suite.Filled(struct{ Facts []pack.Fact }{facts}) },
		share:  func(f *pack.Fact) { f.Scope.Name = "changed from outside" },
		shared: func(f pack.Fact) bool { return f.Scope.Name == "changed from outside" },
		spoil: map[string]func(*pack.Fact){
			"a release without name":      func(f *pack.Fact) { f.Release = "" },
			"a release with a NUL":        func(f *pack.Fact) { f.Release = "release\x00" },
			"an unknown kind":             func(f *pack.Fact) { f.Kind = "sold" },
			"an unknown recipient":        func(f *pack.Fact) { f.Scope.Recipient = "broker" },
			"a court without a document":  func(f *pack.Fact) { f.Scope.Recipient, f.Scope.Name = pack.Court, "Court" },
			"a carrier told of a patient": func(f *pack.Fact) { f.Scope = pack.Scope{Recipient: pack.Carrier, Name: "C", Patient: "p"} },
			"nobody it is about":          func(f *pack.Fact) { f.Scope.Number = "" },
			"a number that is none":       func(f *pack.Fact) { f.Scope.Number = "512-555-0100" },
			"a name with a NUL":           func(f *pack.Fact) { f.Scope.Name = "a\x00" },
			"a denial without a reason":   func(f *pack.Fact) { f.Kind = pack.Denied },
			"a file without a hash":       func(f *pack.Fact) { f.Kind, f.Size = pack.Written, 1 },
			"a file without a size":       func(f *pack.Fact) { f.Kind, f.Hash = pack.Written, hash },
			"a hash that is none":         func(f *pack.Fact) { f.Kind, f.Size, f.Hash = pack.Written, 1, "0f" },
			"a request with a hash":       func(f *pack.Fact) { f.Hash = hash },
		},
		plant: func(f *pack.Fact) []string {
			f.Scope.Patient, f.Scope.Name = "person-planted-0815", "planted-name-4711"
			return []string{f.Scope.Patient, f.Scope.Name, f.Scope.Number}
		},
	}
}

// wholePacks set every field between them.
func wholePacks() []pack.Fact {
	requested := requestedPack("f-1")
	requested.At = start.Add(-time.Hour)
	requested.Scope = pack.Scope{
		Recipient: pack.Court, Name: "it's \\ a ?0 Court 👍", Number: "+15125550100", Patient: "P-é", Document: "Order «26-1»\n",
	}
	denied := requested
	denied.ID, denied.Kind, denied.Recorded, denied.Reason = "f-2", pack.Denied, start.Add(time.Microsecond), "No order.\n\"none\""
	written := requested
	written.ID, written.Kind, written.Hash, written.Size = "f-3", pack.Written, hash, 1<<40
	return []pack.Fact{requested, denied, written}
}
