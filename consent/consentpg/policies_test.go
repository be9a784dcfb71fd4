package consentpg_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/uptrace/bun"
	"pgregory.net/rapid"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/audit/auditmem"
	"github.com/enamel-go/enamel/consent/consentmem"
	"github.com/enamel-go/enamel/consent/consentpg"
	"github.com/enamel-go/enamel/consent/consenttest"
	"github.com/enamel-go/enamel/consent/policy"
)

func (b bench) policies(db *bun.DB) *consentpg.Policies {
	return consentpg.NewPolicies(db, b.keys, &consentpg.Options{Schema: b.Schema()})
}

func (b bench) policyTable() bun.Ident { return bun.Ident(b.Schema() + ".consent_policy") }

func TestPolicies(t *testing.T) {
	b := open(t)
	db := b.Pool(4)
	for _, c := range consenttest.PolicyCases() {
		t.Run(c.Name, func(t *testing.T) {
			b.clearTable(t, db, b.policyTable())
			require.NoError(t, c.Check(t.Context(), consenttest.PolicyHarness{Store: b.policies(db), Entries: b.entries(db)}))
		})
	}
}

// TestPoliciesInTransaction runs the suite as TestStoreInTransaction does.
func TestPoliciesInTransaction(t *testing.T) {
	b := open(t)
	db := b.Restricted("SELECT, INSERT ON consent_policy", ofLog).Pool(1)
	for _, c := range consenttest.PolicyCases() {
		t.Run(c.Name, func(t *testing.T) {
			b.inTransaction(t, db, b.policyTable(), func(ctx context.Context, tx bun.IConn) error {
				return c.Check(ctx, consenttest.PolicyHarness{
					Store: b.policies(db).WithTx(tx), Entries: b.entries(db).WithTx(tx), OneConnection: true,
				})
			})
		})
	}
}

var reader = audit.Actor{Kind: audit.Patient, ID: "planted-person"}

// publish has a version published and accepted, with planted secrets, and another document published.
func publish(t testing.TB, store policy.Store, log *audit.Log, practice string) *policy.Service {
	t.Helper()
	now := func() time.Time { return time.Date(2026, 3, 2, 15, 0, 0, 0, time.UTC) }
	policies, err := policy.New(store, log, &policy.Options{Now: now})
	require.NoError(t, err)
	by := audit.Actor{Kind: audit.Staff, ID: "planted-actor"}
	text := policy.Text{Language: "en", Body: "planted-body"}
	for _, document := range []string{"privacy", "other"} {
		_, err = policies.Publish(t.Context(), by, policy.Publication{
			ID: document, Practice: practice, Document: document, Version: "1", Texts: []policy.Text{text},
			Effective: policy.Date{Year: 2026, Month: 3, Day: 2}, Zone: "America/Chicago",
		})
		require.NoError(t, err)
	}
	for id, person := range map[string]audit.Actor{"yes": reader, "other yes": {Kind: audit.Patient, ID: "another"}} {
		_, err = policies.Accept(t.Context(), person, policy.Acceptance{
			ID: id, Practice: practice, Document: "privacy", Version: "1", Person: person,
			Language: "en", Wording: "planted-wording", Hash: text.Hash(),
		})
		require.NoError(t, err)
	}
	return policies
}

func TestADumpOfPoliciesNamesNobody(t *testing.T) {
	b := open(t)
	db := b.Pool(2)
	log := b.log(t)
	policies := publish(t, b.policies(db), log, "elm-street")
	b.hides(t, db, b.policyTable(), 4)
	facts, err := policies.History(t.Context(), audit.Actor{Kind: audit.Staff, ID: "u-1"}, policy.Key{Practice: "elm-street", Document: "privacy", Person: reader})
	require.NoError(t, err)
	require.Equal(t, "planted-wording", facts[0].Evidence.Wording)
}

func TestAnAlteredPolicyIsFound(t *testing.T) {
	b := open(t)
	db := b.Pool(2)
	log := b.log(t)
	for name, alter := range map[string]string{
		"the kind":                        "UPDATE ?0 SET kind = 'withdrawn' WHERE id = 'privacy'",
		"the recorded time":               "UPDATE ?0 SET recorded = recorded + interval '1 year' WHERE id = 'privacy'",
		"the sealed part":                 "UPDATE ?0 SET sealed = set_byte(sealed, 40, get_byte(sealed, 40) # 1) WHERE id = 'privacy'",
		"another fact's sealed part":      "UPDATE ?0 SET sealed = (SELECT sealed FROM ?0 WHERE practice = 'elm-street' AND id = 'other') WHERE id = 'privacy'",
		"another id":                      "UPDATE ?0 SET id = 'then' WHERE id = 'privacy'",
		"another document's version":      "UPDATE ?0 SET ledger = (SELECT ledger FROM ?0 WHERE practice = 'elm-street' AND id = 'privacy'), place = 2 WHERE practice = 'elm-street' AND id = 'other'",
		"another person's acceptance":     "UPDATE ?0 SET ledger = (SELECT ledger FROM ?0 WHERE practice = 'elm-street' AND id = 'yes') WHERE practice = 'elm-street' AND id = 'other yes'",
		"another practice's own document": "UPDATE ?0 SET practice = 'elm-street', id = 'oak', place = 2, ledger = (SELECT ledger FROM ?0 WHERE practice = 'elm-street' AND id = 'privacy') WHERE practice = 'oak-street' AND id = 'privacy'",
	} {
		t.Run(name, func(t *testing.T) {
			b.clearTable(t, db, b.policyTable())
			policies := publish(t, b.policies(db), log, "elm-street")
			publish(t, b.policies(db), log, "oak-street")
			b.alter(t, db, b.policyTable(), alter)
			due, err := policies.Due(t.Context(), policy.Key{Practice: "elm-street", Document: "privacy", Person: reader})
			require.Error(t, err)
			require.Zero(t, due)
			require.NotContains(t, err.Error(), "planted")
			if name != "another practice's own document" { // its key is not even known here
				require.ErrorIs(t, err, policy.ErrTampered)
			}
		})
	}
}

// TestMemoryAndPostgresAgreeOnPolicies gives both stores the same random facts. The store in memory is the model.
func TestMemoryAndPostgresAgreeOnPolicies(t *testing.T) {
	b := open(t)
	db := b.Pool(2)
	rapid.Check(t, func(rt *rapid.T) {
		b.clearTable(t, db, b.policyTable())
		memory, postgres := consentmem.NewPolicies(auditmem.New()), b.policies(db)
		seen := map[policy.Key]bool{}
		for n := range rapid.IntRange(1, 12).Draw(rt, "facts") {
			c := drawPolicy(rt, n)
			seen[c.Fact.Key()] = true
			both(rt, c, memory.Apply, postgres.Apply)
		}
		for k := range seen {
			same(rt, k, memory.Ledger, postgres.Ledger)
		}
		for _, practice := range practices {
			for _, kind := range []policy.Kind{policy.Published, policy.Accepted} {
				q := policy.Query{Practice: practice, Kind: kind, Limit: rapid.IntRange(1, 3).Draw(rt, "limit")}
				for more := true; more; more = q.After != "" {
					q.After = same(rt, q, memory.Facts, postgres.Facts).Next
				}
			}
		}
	})
}

func drawPolicy(rt *rapid.T, n int) policy.Change {
	at := time.Date(2026, 3, 2, 15, 0, n, 0, time.UTC)
	f := policy.Fact{
		ID:       drawID(rt),
		Practice: rapid.SampledFrom(practices).Draw(rt, "practice"), Document: rapid.SampledFrom([]string{"p", "P"}).Draw(rt, "document"),
		Version: rapid.StringN(0, 4, 64).Draw(rt, "version"), At: at, Recorded: at,
		Actor: audit.Actor{Kind: audit.Staff, ID: rapid.StringN(1, 8, 64).Draw(rt, "actor")},
		Kind:  rapid.SampledFrom([]policy.Kind{policy.Published, policy.Withdrawn, policy.Accepted, policy.Told}).Draw(rt, "kind"),
	}
	switch f.Kind {
	case policy.Published:
		f.Edition = policy.Edition{
			Texts:     []policy.Text{{Language: "en", Body: rapid.String().Draw(rt, "body")}},
			Effective: policy.Date{Year: rapid.IntRange(-1, 10000).Draw(rt, "year"), Month: 2, Day: rapid.IntRange(27, 29).Draw(rt, "day")}, Zone: "UTC",
			Changes: rapid.String().Draw(rt, "changes"), Announced: []policy.Announcement{{Channel: policy.Email, On: policy.Date{Year: 2026, Month: 1, Day: 1}}},
		}
	case policy.Withdrawn:
		f.Reason = rapid.String().Draw(rt, "reason")
	default:
		f.Person = audit.Actor{Kind: rapid.SampledFrom([]audit.ActorKind{audit.Staff, audit.Patient}).Draw(rt, "kind of person"), ID: rapid.SampledFrom([]string{"p", "P", "?"}).Draw(rt, "person")}
		f.Evidence.Wording = rapid.String().Draw(rt, "wording")
	}
	return policy.Change{Fact: f, Seen: rapid.IntRange(policy.Any, 3).Draw(rt, "seen"), Leaves: []audit.Leaf{drawLeaf(f.Practice, n)}}
}
