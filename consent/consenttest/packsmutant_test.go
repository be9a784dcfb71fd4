package consenttest_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/audit/auditmem"
	"github.com/enamel-go/enamel/consent/consentmem"
	"github.com/enamel-go/enamel/consent/consenttest"
	"github.com/enamel-go/enamel/consent/pack"
)

type packStore = ledgerStore[pack.Key, pack.Change, pack.Fact, pack.Query, pack.Page]

func packMutants() ledgerMutants[pack.Key, pack.Change, pack.Fact, pack.Query, pack.Page] {
	return ledgerMutants[pack.Key, pack.Change, pack.Fact, pack.Query, pack.Page]{
		validate: pack.Change.Validate,
		parts: func(c *pack.Change) parts[pack.Fact] {
			return parts[pack.Fact]{&c.Fact, &c.Seen, &c.Leaves, &c.Fact.ID, &c.Fact.Practice, &c.Fact.At, &c.Fact.Scope.Name}
		},
		empty:  func(entries *auditmem.Store) packStore { return consentmem.NewPacks(entries) },
		change: func(f pack.Fact) pack.Change { return pack.Change{Fact: f} },
		clone:  pack.Fact.Clone,
		key:    pack.Fact.Key,
		foreign: func(k pack.Key, practice string) pack.Key {
			k.Practice = practice
			return k
		},
		stale: pack.ErrStale,
		query: func(q *pack.Query) (practice, after *string, limit *int) { return &q.Practice, &q.After, &q.Limit },
		page:  func(p *pack.Page) (facts *[]pack.Fact, next *string) { return &p.Facts, &p.Next },
		tidy:  func(f *pack.Fact) { f.Scope.Name = strings.ReplaceAll(f.Scope.Name, "\x00", "") },
	}
}

// checkPacks runs the case of that name on what breaks makes of a good store.
func checkPacks(t *testing.T, name string, breaks breaking[packStore]) error {
	t.Helper()
	cases := consenttest.PackCases()
	at := slices.IndexFunc(cases, func(c consenttest.PackCase) bool { return c.Name == name })
	require.GreaterOrEqual(t, at, 0, "no case is called %q", name)
	entries := auditmem.New()
	store := breaks(consentmem.NewPacks(entries), entries)
	return cases[at].Check(t.Context(), consenttest.PackHarness{Store: store, Entries: entries})
}

func TestTheSuiteCatchesBrokenStoresOfReleases(t *testing.T) {
	catches(t, slices.DeleteFunc(packMutants().all(), func(m mutant[packStore]) bool {
		return m.name == "shares what it was given" // a release's fact holds nothing that could be shared
	}), checkPacks)
}

func TestTheSuiteCatchesALostFieldOfARelease(t *testing.T) { packMutants().losing(t, checkPacks) }

func TestTheSuitePassesTheGoodStoreOfReleases(t *testing.T) { passes(t, packNames(), checkPacks) }

func TestEveryCaseOfReleasesCatchesSomething(t *testing.T) {
	allCatch(t, packNames(), packMutants().all())
}

func packNames() []string {
	var names []string
	for _, c := range consenttest.PackCases() {
		names = append(names, c.Name)
	}
	return names
}
