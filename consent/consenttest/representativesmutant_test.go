package consenttest_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/audit/auditmem"
	"github.com/enamel-go/enamel/consent/consentmem"
	"github.com/enamel-go/enamel/consent/consenttest"
	"github.com/enamel-go/enamel/consent/representative"
)

type representativeStore = ledgerStore[representative.Key, representative.Change, representative.Fact, representative.Query, representative.Page]

func representativeMutants() ledgerMutants[representative.Key, representative.Change, representative.Fact, representative.Query, representative.Page] {
	return ledgerMutants[representative.Key, representative.Change, representative.Fact, representative.Query, representative.Page]{
		validate: representative.Change.Validate,
		parts: func(c *representative.Change) parts[representative.Fact] {
			return parts[representative.Fact]{&c.Fact, &c.Seen, &c.Leaves, &c.Fact.ID, &c.Fact.Practice, &c.Fact.At, &c.Fact.Patient}
		},
		empty:  func(entries *auditmem.Store) representativeStore { return consentmem.NewRepresentatives(entries) },
		change: func(f representative.Fact) representative.Change { return representative.Change{Fact: f} },
		clone:  representative.Fact.Clone,
		key:    representative.Fact.Key,
		foreign: func(k representative.Key, practice string) representative.Key {
			k.Practice = practice
			return k
		},
		stale: representative.ErrStale,
		query: func(q *representative.Query) (practice, after *string, limit *int) {
			return &q.Practice, &q.After, &q.Limit
		},
		page: func(p *representative.Page) (facts *[]representative.Fact, next *string) { return &p.Facts, &p.Next },
		tidy: func(f *representative.Fact) { f.Evidence.Words = strings.ReplaceAll(f.Evidence.Words, "\x00", "") },
	}
}

// checkRepresentatives runs the case of that name on what breaks makes of a good store.
func checkRepresentatives(t *testing.T, name string, breaks breaking[representativeStore]) error {
	t.Helper()
	cases := consenttest.RepresentativeCases()
	at := slices.IndexFunc(cases, func(c consenttest.RepresentativeCase) bool { return c.Name == name })
	require.GreaterOrEqual(t, at, 0, "no case is called %q", name)
	entries := auditmem.New()
	store := breaks(consentmem.NewRepresentatives(entries), entries)
	return cases[at].Check(t.Context(), consenttest.RepresentativeHarness{Store: store, Entries: entries})
}

func TestTheSuiteCatchesBrokenStoresOfRepresentatives(t *testing.T) {
	catches(t, representativeMutants().all(), checkRepresentatives)
}

func TestTheSuiteCatchesALostFieldOfARepresentative(t *testing.T) {
	representativeMutants().losing(t, checkRepresentatives)
}

func TestTheSuitePassesTheGoodStoreOfRepresentatives(t *testing.T) {
	passes(t, representativeNames(), checkRepresentatives)
}

func TestEveryCaseOfRepresentativesCatchesSomething(t *testing.T) {
	allCatch(t, representativeNames(), representativeMutants().all())
}

func representativeNames() []string {
	var names []string
	for _, c := range consenttest.RepresentativeCases() {
		names = append(names, c.Name)
	}
	return names
}
