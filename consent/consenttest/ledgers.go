package consenttest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/enamel-go/enamel/audit"
)

// ledgerStore is a store of facts in ledgers: of versions, or of who acts for whom.
type ledgerStore[Key, Change, Fact, Query, Page any] interface {
	Apply(ctx context.Context, c Change) (bool, error)
	Ledger(ctx context.Context, k Key) ([]Fact, error)
	Facts(ctx context.Context, q Query) (Page, error)
}

// ledgerHarness is as [Harness].
type ledgerHarness[Key, Change, Fact, Query, Page any] struct {
	Store         ledgerStore[Key, Change, Fact, Query, Page]
	Entries       audit.Store
	OneConnection bool
}

// ledgerCase is as [Case].
type ledgerCase[Key, Change, Fact, Query, Page any] struct {
	name  string
	check func(ctx context.Context, h ledgerHarness[Key, Change, Fact, Query, Page]) error
}

// common are the fields that the facts of every ledger have.
type common struct {
	ID, Practice *string
	At, Recorded *time.Time
	Actor        *audit.Actor
}

// ledgerKit is what the cases know of the facts of one kind of store.
type ledgerKit[Key, Change, Fact, Query, Page any] struct {
	fact   func(id string) Fact // of the ledger that the cases look at
	common func(*Fact) common
	key    func(Fact) Key
	change func(f Fact, seen int, leaves []audit.Leaf) Change
	query  func(practice, after string, limit int) Query // for facts of the kind of fact
	page   func(Page) (facts []Fact, next string)
	stale  error
	after  error // of a page that continues after what is not there
	wrong  error // of a query that asks for nothing
	// otherKind makes a fact of another kind.
	otherKind func(*Fact)
	// elsewhere moves a fact to another ledger of the practice, each to another one.
	elsewhere []func(*Fact)
	// whole is facts of the one ledger or of several that set every field between them, and filled says so.
	whole  []Fact
	filled func([]Fact) error
	// share changes a fact through memory that a careless copy would share, and shared reports whether that was done.
	share  func(*Fact)
	shared func(Fact) bool
	// spoil makes a fact that no store can keep, beyond what spoils any.
	spoil map[string]func(*Fact)
	// plant puts secrets into a fact and returns them.
	plant func(*Fact) []string
}

// anyLedger is the Seen of a change that holds whatever the ledger says.
const anyLedger = -1

// cases is the suite.
func (k ledgerKit[Key, Change, Fact, Query, Page]) cases() []ledgerCase[Key, Change, Fact, Query, Page] {
	return []ledgerCase[Key, Change, Fact, Query, Page]{
		{"facts come back as written, in order", k.inOrder},
		{"every field survives", k.everyField},
		{"a ledger that nobody wrote to is empty", k.absence},
		{"a repeated fact changes nothing and leaves no second entry", k.repeated},
		{"an id belongs to the practice, not to the ledger", k.idsArePerPractice},
		{"practices do not see each other", k.practicesApart},
		{"practices, ledgers and ids are exact", k.exact},
		{"a stale change writes nothing", k.staleChange},
		{"a change on any length is never stale", k.anyLength},
		{"a refused entry takes the fact with it", k.allOrNothing},
		{"what is given and returned is not shared", k.notShared},
		{"every entry of a change is kept", k.severalEntries},
		{"what no store can keep is refused", k.invalid},
		{"a cancelled context writes nothing", k.cancelled},
		{"concurrent writers lose nothing", k.concurrent},
		{"concurrent decisions on one ledger exclude each other", k.decisions},
		{"a long ledger comes back whole", k.long},
		{"facts of one kind come page by page", k.ofOneKind},
		{"errors carry no secrets", k.noSecrets},
	}
}

// made is a fact of the ledger that the cases look at, changed.
func (k ledgerKit[Key, Change, Fact, Query, Page]) made(id string, change func(*Fact)) Fact {
	f := k.fact(id)
	if change != nil {
		change(&f)
	}
	return f
}

// on is a change decided on a ledger of seen facts, with one entry.
func (k ledgerKit[Key, Change, Fact, Query, Page]) on(f Fact, seen, entry int) Change {
	return k.change(f, seen, []audit.Leaf{leaf(uuid(entry), *k.common(&f).Practice)})
}

// write has a change written that is new.
func (k ledgerKit[Key, Change, Fact, Query, Page]) write(ctx context.Context, h ledgerHarness[Key, Change, Fact, Query, Page], c Change) error {
	written, err := h.Store.Apply(ctx, c)
	if err == nil && !written {
		err = errors.New("a new fact was taken for a repeated one")
	}
	return err
}

// add writes a fact whatever its ledger holds.
func (k ledgerKit[Key, Change, Fact, Query, Page]) add(ctx context.Context, h ledgerHarness[Key, Change, Fact, Query, Page], f Fact, entry int) error {
	return k.write(ctx, h, k.on(f, anyLedger, entry))
}

// holds checks which facts the ledger has, by their ids, and how many entries the practice's log has.
func (k ledgerKit[Key, Change, Fact, Query, Page]) holds(ctx context.Context, h ledgerHarness[Key, Change, Fact, Query, Page], ids string, logged int) error {
	facts, err := h.Store.Ledger(ctx, k.key(k.fact("")))
	if err != nil {
		return err
	}
	var got []string
	for i := range facts {
		got = append(got, *k.common(&facts[i]).ID)
	}
	if strings.Join(got, " ") != ids {
		return fmt.Errorf("the ledger holds %q, not %q", got, ids)
	}
	return k.logs(ctx, h, logged)
}

func (k ledgerKit[Key, Change, Fact, Query, Page]) logs(ctx context.Context, h ledgerHarness[Key, Change, Fact, Query, Page], logged int) error {
	n, err := entries(ctx, Harness{Entries: h.Entries}, practice)
	if err == nil && n != logged {
		err = fmt.Errorf("the log holds %d entries, not %d", n, logged)
	}
	return err
}
