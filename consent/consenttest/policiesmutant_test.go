package consenttest_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/audit/auditmem"
	"github.com/enamel-go/enamel/consent/consentmem"
	"github.com/enamel-go/enamel/consent/consenttest"
	"github.com/enamel-go/enamel/consent/policy"
)

type policyStore = ledgerStore[policy.Key, policy.Change, policy.Fact, policy.Query, policy.Page]

func policyMutants() ledgerMutants[policy.Key, policy.Change, policy.Fact, policy.Query, policy.Page] {
	return ledgerMutants[policy.Key, policy.Change, policy.Fact, policy.Query, policy.Page]{
		validate: policy.Change.Validate,
		parts: func(c *policy.Change) parts[policy.Fact] {
			return parts[policy.Fact]{&c.Fact, &c.Seen, &c.Leaves, &c.Fact.ID, &c.Fact.Practice, &c.Fact.At, &c.Fact.Person.ID}
		},
		empty:  func(entries *auditmem.Store) policyStore { return consentmem.NewPolicies(entries) },
		change: func(f policy.Fact) policy.Change { return policy.Change{Fact: f} },
		clone:  policy.Fact.Clone,
		key:    policy.Fact.Key,
		foreign: func(k policy.Key, practice string) policy.Key {
			k.Practice = practice
			return k
		},
		stale: policy.ErrStale,
		query: func(q *policy.Query) (practice, after *string, limit *int) { return &q.Practice, &q.After, &q.Limit },
		page:  func(p *policy.Page) (facts *[]policy.Fact, next *string) { return &p.Facts, &p.Next },
		tidy:  func(f *policy.Fact) { f.Evidence.Wording = strings.ReplaceAll(f.Evidence.Wording, "\x00", "") },
	}
}

// checkPolicies runs the case of that name on what breaks makes of a good store.
func checkPolicies(t *testing.T, name string, breaks breaking[policyStore]) error {
	t.Helper()
	cases := consenttest.PolicyCases()
	at := slices.IndexFunc(cases, func(c consenttest.PolicyCase) bool { return c.Name == name })
	require.GreaterOrEqual(t, at, 0, "no case is called %q", name)
	entries := auditmem.New()
	store := breaks(consentmem.NewPolicies(entries), entries)
	return cases[at].Check(t.Context(), consenttest.PolicyHarness{Store: store, Entries: entries})
}

func TestTheSuiteCatchesBrokenStoresOfPolicies(t *testing.T) {
	catches(t, policyMutants().all(), checkPolicies)
}

func TestTheSuiteCatchesALostFieldOfAPolicy(t *testing.T) { policyMutants().losing(t, checkPolicies) }

func TestTheSuitePassesTheGoodStoreOfPolicies(t *testing.T) { passes(t, policyNames(), checkPolicies) }

func TestEveryCaseOfPoliciesCatchesSomething(t *testing.T) {
	allCatch(t, policyNames(), policyMutants().all())
}

func policyNames() []string {
	var names []string
	for _, c := range consenttest.PolicyCases() {
		names = append(names, c.Name)
	}
	return names
}
