package consentpg_test

import (
	"context"
	"io"
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
	"github.com/enamel-go/enamel/consent/pack"
)

func (b bench) packs(db *bun.DB) *consentpg.Packs {
	return consentpg.NewPacks(db, b.keys, &consentpg.Options{Schema: b.Schema()})
}

func (b bench) packTable() bun.Ident { return bun.Ident(b.Schema() + ".consent_pack") }

func TestPacks(t *testing.T) {
	b := open(t)
	db := b.Pool(4)
	for _, c := range consenttest.PackCases() {
		t.Run(c.Name, func(t *testing.T) {
			b.clearTable(t, db, b.packTable())
			require.NoError(t, c.Check(t.Context(), consenttest.PackHarness{Store: b.packs(db), Entries: b.entries(db)}))
		})
	}
}

// TestPacksInTransaction runs the suite as TestStoreInTransaction does.
func TestPacksInTransaction(t *testing.T) {
	b := open(t)
	db := b.Restricted("SELECT, INSERT ON consent_pack", ofLog).Pool(1)
	for _, c := range consenttest.PackCases() {
		t.Run(c.Name, func(t *testing.T) {
			b.inTransaction(t, db, b.packTable(), func(ctx context.Context, tx bun.IConn) error {
				return c.Check(ctx, consenttest.PackHarness{
					Store: b.packs(db).WithTx(tx), Entries: b.entries(db).WithTx(tx), OneConnection: true,
				})
			})
		})
	}
}

// nothing is where nobody is on record.
type nothing struct{ pack.Ledgers }

// ask has two releases requested, with planted secrets.
func ask(t testing.TB, store pack.Store, log *audit.Log, practice string) *pack.Service {
	t.Helper()
	releases, err := pack.New(store, log, nothing{}, func(context.Context, io.Writer, string, []string) error { return nil }, nil)
	require.NoError(t, err)
	for _, release := range []string{"release", "other"} {
		_, err = releases.Request(t.Context(), audit.Actor{Kind: audit.Staff, ID: "planted-actor"}, pack.Request{
			ID: release + " asked", Practice: practice, Release: release, Scope: pack.Scope{
				Recipient: pack.Court, Name: "planted-court", Document: "planted-order", Number: "+15125550100", Patient: "planted-patient",
			},
		})
		require.NoError(t, err)
	}
	return releases
}

func TestADumpOfReleasesNamesNobody(t *testing.T) {
	b := open(t)
	db := b.Pool(2)
	log := b.log(t)
	releases := ask(t, b.packs(db), log, "elm-street")
	b.hides(t, db, b.packTable(), 2)
	state, err := releases.State(t.Context(), audit.Actor{Kind: audit.Staff, ID: "u-1"}, pack.Key{Practice: "elm-street", Release: "release"})
	require.NoError(t, err)
	require.Equal(t, "planted-court", state.Request.Scope.Name)
}

func TestAnAlteredReleaseIsFound(t *testing.T) {
	b := open(t)
	db := b.Pool(2)
	log := b.log(t)
	for name, alter := range map[string]string{
		"the kind":                       "UPDATE ?0 SET kind = 'approved' WHERE id = 'release asked'",
		"the recorded time":              "UPDATE ?0 SET recorded = recorded + interval '1 year' WHERE id = 'release asked'",
		"the sealed part":                "UPDATE ?0 SET sealed = set_byte(sealed, 40, get_byte(sealed, 40) # 1) WHERE id = 'release asked'",
		"another fact's sealed part":     "UPDATE ?0 SET sealed = (SELECT sealed FROM ?0 WHERE practice = 'elm-street' AND id = 'other asked') WHERE id = 'release asked'",
		"another id":                     "UPDATE ?0 SET id = 'then' WHERE id = 'release asked'",
		"another release's request":      "UPDATE ?0 SET ledger = (SELECT ledger FROM ?0 WHERE practice = 'elm-street' AND id = 'release asked'), place = 2 WHERE practice = 'elm-street' AND id = 'other asked'",
		"another practice's own release": "UPDATE ?0 SET practice = 'elm-street', id = 'oak', place = 2, ledger = (SELECT ledger FROM ?0 WHERE practice = 'elm-street' AND id = 'release asked') WHERE practice = 'oak-street' AND id = 'release asked'",
	} {
		t.Run(name, func(t *testing.T) {
			b.clearTable(t, db, b.packTable())
			releases := ask(t, b.packs(db), log, "elm-street")
			ask(t, b.packs(db), log, "oak-street")
			b.alter(t, db, b.packTable(), alter)
			state, err := releases.State(t.Context(), audit.Actor{Kind: audit.Staff, ID: "u-1"}, pack.Key{Practice: "elm-street", Release: "release"})
			require.Error(t, err)
			require.Zero(t, state)
			require.NotContains(t, err.Error(), "planted")
			if name != "another practice's own release" { // its key is not even known here
				require.ErrorIs(t, err, pack.ErrTampered)
			}
		})
	}
}

// TestMemoryAndPostgresAgreeOnReleases gives both stores the same random facts. The store in memory is the model.
func TestMemoryAndPostgresAgreeOnReleases(t *testing.T) {
	b := open(t)
	db := b.Pool(2)
	rapid.Check(t, func(rt *rapid.T) {
		b.clearTable(t, db, b.packTable())
		memory, postgres := consentmem.NewPacks(auditmem.New()), b.packs(db)
		seen := map[pack.Key]bool{}
		for n := range rapid.IntRange(1, 12).Draw(rt, "facts") {
			c := drawPack(rt, n)
			seen[c.Fact.Key()] = true
			both(rt, c, memory.Apply, postgres.Apply)
		}
		for k := range seen {
			same(rt, k, memory.Ledger, postgres.Ledger)
		}
		for _, practice := range practices {
			for _, kind := range []pack.Kind{pack.Requested, pack.Written} {
				q := pack.Query{Practice: practice, Kind: kind, Limit: rapid.IntRange(1, 3).Draw(rt, "limit")}
				for more := true; more; more = q.After != "" {
					q.After = same(rt, q, memory.Facts, postgres.Facts).Next
				}
			}
		}
	})
}

func drawPack(rt *rapid.T, n int) pack.Change {
	at := time.Date(2026, 3, 2, 15, 0, n, 0, time.UTC)
	f := pack.Fact{
		ID:       drawID(rt),
		Practice: rapid.SampledFrom(practices).Draw(rt, "practice"), Release: rapid.SampledFrom([]string{"r", "R"}).Draw(rt, "release"),
		At: at, Recorded: at, Actor: audit.Actor{Kind: audit.Staff, ID: rapid.StringN(1, 8, 64).Draw(rt, "actor")},
		Kind: rapid.SampledFrom([]pack.Kind{pack.Requested, pack.Approved, pack.Denied, pack.Written}).Draw(rt, "kind"),
		Scope: pack.Scope{
			Recipient: rapid.SampledFrom([]pack.Recipient{pack.Practice, pack.Patient, pack.Court, pack.Carrier, "other"}).Draw(rt, "recipient"),
			Name:      rapid.StringN(0, 8, 64).Draw(rt, "name"), Document: rapid.StringN(0, 8, 64).Draw(rt, "document"),
			Patient: rapid.SampledFrom([]string{"", "p", "P", "?"}).Draw(rt, "patient"), Number: rapid.SampledFrom([]string{"", "+15125550100"}).Draw(rt, "number"),
		},
	}
	switch f.Kind {
	case pack.Denied:
		f.Reason = rapid.String().Draw(rt, "reason")
	case pack.Written:
		f.Hash, f.Size = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff", rapid.Int64Range(1, 1<<62).Draw(rt, "size")
	}
	return pack.Change{Fact: f, Seen: rapid.IntRange(pack.Any, 3).Draw(rt, "seen"), Leaves: []audit.Leaf{drawLeaf(f.Practice, n)}}
}
