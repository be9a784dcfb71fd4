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
	"github.com/enamel-go/enamel/consent/cookie"
)

func (b bench) cookies(db *bun.DB) *consentpg.Cookies {
	return consentpg.NewCookies(db, b.keys, &consentpg.Options{Schema: b.Schema()})
}

func (b bench) cookieTable() bun.Ident { return bun.Ident(b.Schema() + ".consent_cookie") }

func TestCookies(t *testing.T) {
	b := open(t)
	db := b.Pool(4)
	for _, c := range consenttest.CookieCases() {
		t.Run(c.Name, func(t *testing.T) {
			b.clearTable(t, db, b.cookieTable())
			require.NoError(t, c.Check(t.Context(), consenttest.CookieHarness{Store: b.cookies(db), Entries: b.entries(db)}))
		})
	}
}

// TestCookiesInTransaction runs the suite as TestStoreInTransaction does.
func TestCookiesInTransaction(t *testing.T) {
	b := open(t)
	db := b.Restricted("SELECT, INSERT ON consent_cookie", ofLog).Pool(1)
	for _, c := range consenttest.CookieCases() {
		t.Run(c.Name, func(t *testing.T) {
			b.inTransaction(t, db, b.cookieTable(), func(ctx context.Context, tx bun.IConn) error {
				return c.Check(ctx, consenttest.CookieHarness{
					Store: b.cookies(db).WithTx(tx), Entries: b.entries(db).WithTx(tx), OneConnection: true,
				})
			})
		})
	}
}

const visitor = "planted-visitor"

// allow records a yes with planted secrets, and a withdrawal.
func allow(t testing.TB, store cookie.Store, log *audit.Log, practice string) *cookie.Service {
	t.Helper()
	choices, err := cookie.New(store, log, nil)
	require.NoError(t, err)
	by := audit.Actor{Kind: audit.Patient, ID: "planted-actor"}
	_, err = choices.Choose(t.Context(), by, cookie.Choosing{
		ID: "yes", Practice: practice, Visitor: visitor, Allowed: cookie.Optional(),
		Wording: "planted-wording", Language: "planted-language", Shown: "planted-shown",
	})
	require.NoError(t, err)
	_, err = choices.Withdraw(t.Context(), by, cookie.Withdrawal{ID: "back", Practice: practice, Visitor: visitor})
	require.NoError(t, err)
	return choices
}

func TestADumpOfChoicesNamesNobody(t *testing.T) {
	b := open(t)
	db := b.Pool(2)
	log := b.log(t)
	choices := allow(t, b.cookies(db), log, "elm-street")
	b.hides(t, db, b.cookieTable(), 2, "analytics")
	p, err := choices.Choices(t.Context(), audit.Actor{Kind: audit.Staff, ID: "u-1"}, cookie.Query{Practice: "elm-street", Visitor: visitor})
	require.NoError(t, err)
	require.Equal(t, "planted-wording", p.Choices[0].Wording)
}

func TestAnAlteredChoiceIsFound(t *testing.T) {
	b := open(t)
	db := b.Pool(2)
	log := b.log(t)
	for name, alter := range map[string]string{
		"the recorded time":              "UPDATE ?0 SET recorded = recorded + interval '1 year' WHERE id = 'yes'",
		"the sealed part":                "UPDATE ?0 SET sealed = set_byte(sealed, 40, get_byte(sealed, 40) # 1) WHERE id = 'yes'",
		"another choice's sealed part":   "UPDATE ?0 SET sealed = (SELECT sealed FROM ?0 WHERE practice = 'elm-street' AND id = 'yes') WHERE id = 'back'",
		"another id":                     "UPDATE ?0 SET id = 'then' WHERE id = 'back'",
		"a choice from another visitor":  "UPDATE ?0 SET visitor = (SELECT visitor FROM ?0 WHERE practice = 'elm-street' AND id = 'yes') WHERE id = 'other'",
		"a choice from another practice": "UPDATE ?0 SET practice = 'elm-street', id = 'oak', visitor = (SELECT visitor FROM ?0 WHERE practice = 'elm-street' AND id = 'yes') WHERE practice = 'oak-street' AND id = 'yes'",
	} {
		t.Run(name, func(t *testing.T) {
			b.clearTable(t, db, b.cookieTable())
			choices := allow(t, b.cookies(db), log, "elm-street")
			allow(t, b.cookies(db), log, "oak-street")
			by := audit.Actor{Kind: audit.Staff, ID: "u-1"}
			_, err := choices.Withdraw(t.Context(), by, cookie.Withdrawal{ID: "other", Practice: "elm-street", Visitor: "other"})
			require.NoError(t, err)
			b.alter(t, db, b.cookieTable(), alter)
			p, err := choices.Choices(t.Context(), by, cookie.Query{Practice: "elm-street", Visitor: visitor})
			require.Error(t, err)
			require.Empty(t, p.Choices)
			require.NotContains(t, err.Error(), "planted")
			if name != "a choice from another practice" { // its key is not even known here
				require.ErrorIs(t, err, cookie.ErrTampered)
			}
		})
	}
}

// TestMemoryAndPostgresAgreeOnChoices gives both stores the same random choices. The store in memory is the model.
func TestMemoryAndPostgresAgreeOnChoices(t *testing.T) {
	b := open(t)
	db := b.Pool(2)
	rapid.Check(t, func(rt *rapid.T) {
		b.clearTable(t, db, b.cookieTable())
		memory, postgres := consentmem.NewCookies(auditmem.New()), b.cookies(db)
		for n := range rapid.IntRange(1, 12).Draw(rt, "choices") {
			c := drawChoice(rt, n)
			both(rt, c, memory.Apply, postgres.Apply)
		}
		for _, practice := range practices {
			for _, visitor := range []string{"v", "V"} {
				q := cookie.Query{Practice: practice, Visitor: visitor, Limit: rapid.IntRange(1, 3).Draw(rt, "limit")}
				for more := true; more; more = q.After != "" {
					q.After = same(rt, q, memory.Choices, postgres.Choices).Next
				}
			}
		}
	})
}

func drawChoice(rt *rapid.T, n int) cookie.Change {
	practice := rapid.SampledFrom(practices).Draw(rt, "practice")
	at := time.Date(2026, 3, 2, 15, 0, 0, 0, time.UTC)
	by := audit.Actor{Kind: audit.System, ID: rapid.StringN(1, 8, 64).Draw(rt, "actor")}
	return cookie.Change{
		Choice: cookie.Choice{
			ID: drawID(rt), Practice: practice,
			Visitor:  rapid.SampledFrom([]string{"v", "V"}).Draw(rt, "visitor"),
			Allowed:  rapid.SampledFrom([][]cookie.Category{nil, cookie.Optional(), {cookie.Preference}, {cookie.Session}}).Draw(rt, "allowed"),
			At:       at.Add(time.Duration(rapid.Int64Range(-1e12, 1e12).Draw(rt, "at")) * time.Microsecond),
			Recorded: at.Add(time.Duration(rapid.IntRange(0, 2).Draw(rt, "recorded")) * time.Microsecond), Actor: by,
			Wording: rapid.String().Draw(rt, "wording"), Language: "en",
			Signals: cookie.Signals{DoNotTrack: rapid.Bool().Draw(rt, "dnt")},
		},
		Leaves: []audit.Leaf{drawLeaf(practice, n)},
	}
}
