package consentpg_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"github.com/uptrace/bun"
	"pgregory.net/rapid"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/audit/auditmem"
	"github.com/enamel-go/enamel/consent/consentmem"
	"github.com/enamel-go/enamel/consent/consentpg"
	"github.com/enamel-go/enamel/consent/consenttest"
	"github.com/enamel-go/enamel/consent/representative"
	"github.com/enamel-go/enamel/crypto"
)

func (b bench) representatives(db *bun.DB) *consentpg.Representatives {
	return consentpg.NewRepresentatives(db, b.keys, &consentpg.Options{Schema: b.Schema()})
}

func (b bench) representativeTable() bun.Ident {
	return bun.Ident(b.Schema() + ".consent_representative")
}

func TestRepresentatives(t *testing.T) {
	b := open(t)
	db := b.Pool(4)
	for _, c := range consenttest.RepresentativeCases() {
		t.Run(c.Name, func(t *testing.T) {
			b.clearTable(t, db, b.representativeTable())
			require.NoError(t, c.Check(t.Context(), consenttest.RepresentativeHarness{Store: b.representatives(db), Entries: b.entries(db)}))
		})
	}
}

// TestRepresentativesInTransaction runs the suite as TestStoreInTransaction does.
func TestRepresentativesInTransaction(t *testing.T) {
	b := open(t)
	db := b.Restricted("SELECT, INSERT ON consent_representative", ofLog).Pool(1)
	for _, c := range consenttest.RepresentativeCases() {
		t.Run(c.Name, func(t *testing.T) {
			b.inTransaction(t, db, b.representativeTable(), func(ctx context.Context, tx bun.IConn) error {
				return c.Check(ctx, consenttest.RepresentativeHarness{
					Store: b.representatives(db).WithTx(tx), Entries: b.entries(db).WithTx(tx), OneConnection: true,
				})
			})
		})
	}
}

var childKey = representative.Key{Practice: "elm-street", Patient: "planted-child"}

// report has a report made of a child, with planted secrets, and of another one.
func report(t testing.TB, store representative.Store, log *audit.Log, practice string) *representative.Service {
	t.Helper()
	s, err := representative.New(store, log, nil)
	require.NoError(t, err)
	by := audit.Actor{Kind: audit.Staff, ID: "planted-actor"}
	for id, patient := range map[string]string{"r": childKey.Patient, "other": "another"} {
		_, err = s.Report(t.Context(), by, representative.ChildReport{
			ID: id, Practice: practice, Patient: patient, Name: "planted-name", Contact: "planted-contact", Words: "planted-words",
		})
		require.NoError(t, err)
	}
	_, err = s.Shield(t.Context(), by, representative.Shield{ID: "s", Practice: practice, Patient: childKey.Patient, Episode: "planted-episode", Basis: representative.Lawful})
	require.NoError(t, err)
	return s
}

func TestADumpOfRepresentativesNamesNobody(t *testing.T) {
	b := open(t)
	db := b.Pool(2)
	log := b.log(t)
	s := report(t, b.representatives(db), log, childKey.Practice)
	b.hides(t, db, b.representativeTable(), 3)
	facts, err := s.History(t.Context(), audit.Actor{Kind: audit.Staff, ID: "u-1"}, childKey)
	require.NoError(t, err)
	require.Equal(t, "planted-contact", facts[0].Evidence.Contact)
}

func TestAnAlteredRepresentativeIsFound(t *testing.T) {
	b := open(t)
	db := b.Pool(2)
	log := b.log(t)
	for name, alter := range map[string]string{
		"the recorded time":          "UPDATE ?0 SET recorded = recorded + interval '1 year' WHERE id = 'r'",
		"the sealed part":            "UPDATE ?0 SET sealed = set_byte(sealed, 40, get_byte(sealed, 40) # 1) WHERE id = 'r'",
		"another fact's sealed part": "UPDATE ?0 SET sealed = (SELECT sealed FROM ?0 WHERE practice = 'elm-street' AND id = 's') WHERE id = 'r'",
		"another id":                 "UPDATE ?0 SET id = 'then' WHERE id = 'r'",
		"another child's report":     "UPDATE ?0 SET ledger = (SELECT ledger FROM ?0 WHERE practice = 'elm-street' AND id = 'r') WHERE practice = 'elm-street' AND id = 'other'",
		"the kind":                   "UPDATE ?0 SET kind = 'answered' WHERE id = 'r'",
		"the patient":                "UPDATE ?0 SET patient = (SELECT patient FROM ?0 WHERE practice = 'elm-street' AND id = 'other') WHERE practice = 'elm-street' AND id = 'r'",
		"no patient":                 "UPDATE ?0 SET patient = NULL WHERE id = 'r'",
		"another practice's report":  "UPDATE ?0 SET practice = 'elm-street', id = 'oak', ledger = (SELECT ledger FROM ?0 WHERE practice = 'elm-street' AND id = 'r') WHERE practice = 'oak-street' AND id = 'r'",
	} {
		t.Run(name, func(t *testing.T) {
			b.clearTable(t, db, b.representativeTable())
			s := report(t, b.representatives(db), log, "elm-street")
			report(t, b.representatives(db), log, "oak-street")
			b.alter(t, db, b.representativeTable(), alter)
			a, err := s.May(t.Context(), childKey, representative.Question{Person: audit.Actor{Kind: audit.Staff, ID: "u-1"}, Act: representative.Enter})
			require.Error(t, err)
			require.Zero(t, a)
			require.NotContains(t, err.Error(), "planted")
			if name != "another practice's report" { // its key is not even known here
				require.ErrorIs(t, err, representative.ErrTampered)
			}
		})
	}
}

func TestAShreddedPatientsRepresentativesAreGone(t *testing.T) {
	b := open(t)
	db := b.Pool(2)
	log := b.log(t)
	s := report(t, b.representatives(db), log, childKey.Practice)
	require.NoError(t, b.keys.Shred(t.Context(), crypto.Subject{Practice: childKey.Practice, Patient: childKey.Patient, Class: crypto.Evidence}))
	a, err := s.May(t.Context(), childKey, representative.Question{Person: audit.Actor{Kind: audit.Staff, ID: "u-1"}, Act: representative.Use})
	require.ErrorIs(t, err, crypto.ErrShredded)
	require.False(t, a.Allowed)
	facts, err := b.representatives(db).Ledger(t.Context(), representative.Key{Practice: childKey.Practice, Patient: "another"})
	require.NoError(t, err)
	require.Len(t, facts, 1, "nobody else's are")
	page, err := b.representatives(db).Facts(t.Context(), representative.Query{Practice: childKey.Practice, Kind: representative.Reported})
	require.NoError(t, err)
	require.Empty(t, cmp.Diff(facts, page.Facts), "nor stand in the way of others'")
}

// TestMemoryAndPostgresAgreeOnRepresentatives gives both stores the same random facts. The store in memory is the model.
func TestMemoryAndPostgresAgreeOnRepresentatives(t *testing.T) {
	b := open(t)
	db := b.Pool(2)
	rapid.Check(t, func(rt *rapid.T) {
		b.clearTable(t, db, b.representativeTable())
		memory, postgres := consentmem.NewRepresentatives(auditmem.New()), b.representatives(db)
		seen := map[representative.Key]bool{}
		for n := range rapid.IntRange(1, 12).Draw(rt, "facts") {
			c := drawRepresentative(rt, n)
			seen[c.Fact.Key()] = true
			both(rt, c, memory.Apply, postgres.Apply)
		}
		for k := range seen {
			same(rt, k, memory.Ledger, postgres.Ledger)
		}
		for _, practice := range practices {
			for _, kind := range []representative.Kind{representative.Appointed, representative.Reported} {
				q := representative.Query{Practice: practice, Kind: kind, Limit: rapid.IntRange(1, 3).Draw(rt, "limit")}
				for more := true; more; more = q.After != "" {
					q.After = same(rt, q, memory.Facts, postgres.Facts).Next
				}
			}
		}
	})
}

func drawRepresentative(rt *rapid.T, n int) representative.Change {
	at := time.Date(2026, 3, 2, 15, 0, n, 0, time.UTC)
	f := representative.Fact{
		ID:       drawID(rt),
		Practice: rapid.SampledFrom(practices).Draw(rt, "practice"), Patient: rapid.SampledFrom([]string{"p", "P"}).Draw(rt, "patient"),
		Kind:   rapid.SampledFrom([]representative.Kind{representative.Appointed, representative.Reported, representative.Ended, "other"}).Draw(rt, "kind"),
		Person: rapid.StringN(0, 8, 64).Draw(rt, "person"), Acts: rapid.SliceOfN(rapid.SampledFrom(representative.Acts()), 0, 3).Draw(rt, "acts"),
		From: representative.Date{Year: 2026, Month: 2, Day: rapid.IntRange(27, 29).Draw(rt, "day")}, Bars: rapid.Bool().Draw(rt, "bars"),
		Reason: rapid.String().Draw(rt, "reason"), Evidence: representative.Evidence{Words: rapid.String().Draw(rt, "words")},
		At: at.Add(time.Duration(rapid.Int64Range(-1e12, 1e12).Draw(rt, "at")) * time.Microsecond), Recorded: at,
		Actor: audit.Actor{Kind: audit.Staff, ID: rapid.StringN(1, 8, 64).Draw(rt, "actor")},
	}
	return representative.Change{Fact: f, Seen: rapid.IntRange(representative.Any, 3).Draw(rt, "seen"), Leaves: []audit.Leaf{drawLeaf(f.Practice, n)}}
}
