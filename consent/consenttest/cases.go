package consenttest

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/consent"
)

// Harness is one fresh store under test and the audit store that its entries go to.
type Harness struct {
	Store   consent.Store
	Entries audit.Store
	// Shred destroys the key that seals a patient's evidence, as the patient's erasure does.
	Shred func(ctx context.Context, practice, patient string) error
	// OneConnection says that the store works inside a single transaction, so that cases with concurrent writers and
	// cancelled contexts, which such a transaction does not survive, are left out.
	OneConnection bool
}

// Case is one rule that every store keeps.
type Case struct {
	Name  string
	Check func(ctx context.Context, h Harness) error
}

// Cases returns the suite.
func Cases() []Case {
	return []Case{
		{"facts come back as written, in order", inOrder},
		{"every field survives", everyField},
		{"a number without facts is empty", absence},
		{"a repeated fact changes nothing and leaves no second entry", repeated},
		{"an id belongs to the practice, not to the number", idsArePerPractice},
		{"practices do not see each other", practicesApart},
		{"numbers and ids are exact", exact},
		{"a stale change writes nothing", stale},
		{"a change on any length is never stale", anyLength},
		{"a refused entry takes the fact with it", allOrNothing},
		{"what is returned is not shared", notShared},
		{"what is lent stays as it is", lent},
		{"what stands is the ledger, evidence aside", standing},
		{"what stands in many ledgers is what stands in each", standings},
		{"facts of one kind come page by page", ofOneKind},
		{"a fact is found by its id", byID},
		{"a patient's numbers are found", numbersOf},
		{"a practice's ledgers come page by page", allLedgers},
		{"an erased patient's evidence is gone, and the facts stay", erased},
		{"settings are replaced, with their entry", settings},
		{"settings belong to one practice", settingsApart},
		{"every field of the settings survives, and the duty beside them", allSettings},
		{"wordings are added, and none changes", wordings},
		{"every entry of a change is kept", severalEntries},
		{"what no store can keep is refused", invalid},
		{"a cancelled context writes nothing", cancelled},
		{"concurrent writers lose nothing", concurrent},
		{"concurrent decisions on one ledger exclude each other", concurrentDecisions},
		{"stops beside decisions lose nothing", stopsBesideDecisions},
		{"a long ledger comes back whole", long},
		{"errors carry no number and no words", noSecrets},
	}
}

var start = time.Date(2026, 3, 2, 15, 0, 0, 123456000, time.UTC)

const (
	practice = "elm-street"
	number   = "+12125550100"
)

func fact(id string) consent.Fact {
	return consent.Fact{
		ID: id, Practice: practice, Number: number, Kind: consent.Revoked, Channel: consent.ByDesk,
		At: start, Recorded: start.Add(time.Second), Actor: audit.Actor{Kind: audit.Staff, ID: "u-1"},
	}
}

func leaf(id, practice string) audit.Leaf {
	return audit.Leaf{
		ID: id, Practice: practice, At: start, Actor: audit.Actor{Kind: audit.Staff, ID: "u-1"},
		Action: "consent.revoke", Outcome: audit.Done, Term: audit.SixYears, Bytes: []byte(`{"id":"` + id + `"}`), MAC: []byte("mac of " + id),
	}
}

// uuid gives the entry of a test's fact an id of the form that ours have.
func uuid(n int) string { return fmt.Sprintf("01920000-0000-7000-8000-%012d", n) }

func change(f consent.Fact, entry int) consent.Change {
	return consent.Change{Fact: &f, Seen: consent.Any, Leaves: []audit.Leaf{leaf(uuid(entry), f.Practice)}}
}

func apply(ctx context.Context, s consent.Store, c consent.Change) error {
	written, err := s.Apply(ctx, c)
	if err == nil && !written {
		err = errors.New("a new change was taken for a repeated one")
	}
	return err
}

func entries(ctx context.Context, h Harness, practice string) (int, error) {
	page, err := h.Entries.Leaves(ctx, audit.Query{Practice: practice, Limit: 1000})
	return len(page.Leaves), err
}

// ledger returns the facts of a number at the practice.
func ledger(ctx context.Context, s consent.Store, number string) ([]consent.Fact, error) {
	return s.Ledger(ctx, consent.Key{Practice: practice, Number: number})
}

// holds checks how many facts the ledger of number and entries the practice's log have.
func holds(ctx context.Context, h Harness, facts, logged int) error {
	got, err := ledger(ctx, h.Store, number)
	if err != nil {
		return err
	}
	if len(got) != facts {
		return fmt.Errorf("the ledger holds %d facts, not %d", len(got), facts)
	}
	n, err := entries(ctx, h, practice)
	if err != nil {
		return err
	}
	if n != logged {
		return fmt.Errorf("the log holds %d entries, not %d", n, logged)
	}
	return nil
}
