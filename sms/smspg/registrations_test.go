package smspg_test

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/audit/auditmem"
	"github.com/enamel-go/enamel/crypto"
	"github.com/enamel-go/enamel/crypto/cryptopg"
	"github.com/enamel-go/enamel/sms/registration"
	"github.com/enamel-go/enamel/sms/smsmem"
	"github.com/enamel-go/enamel/sms/smspg"
	"github.com/enamel-go/enamel/sms/smstest"
)

var _ registration.Store = (*smspg.Registrations)(nil)

func (c *clinic) registrations() *smspg.Registrations {
	return smspg.NewRegistrations(c.db, c.keys, c.options)
}

func (c *clinic) emptyRegistrations(t require.TestingT) {
	for _, table := range []string{"sms_registration", "audit_entry"} {
		_, err := c.db.ExecContext(context.Background(), "DELETE FROM "+c.Schema()+"."+table)
		require.NoError(t, err)
	}
}

func TestRegistrations(t *testing.T) {
	c := open(t, 8)
	for _, s := range smstest.RegistrationCases() {
		t.Run(s.Name, func(t *testing.T) {
			c.emptyRegistrations(t)
			require.NoError(t, s.Check(t.Context(), smstest.RegistrationHarness{Store: c.registrations(), Entries: c.entries}))
		})
	}
}

// TestRegistrationsInACallersTransaction runs the suite as TestStoreInACallersTransaction does.
func TestRegistrationsInACallersTransaction(t *testing.T) {
	c := open(t, 1)
	own := c.Pool(2)
	c = c.as("SELECT, INSERT ON sms_registration")
	keys, err := crypto.NewKeyring(cryptopg.New(own, &cryptopg.Options{Schema: c.Schema()}), crypto.NewEphemeral(), nil)
	require.NoError(t, err)
	for _, s := range smstest.RegistrationCases() {
		t.Run(s.Name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			tx, err := c.db.BeginTx(ctx, nil)
			require.NoError(t, err)
			defer tx.Rollback() //nolint:errcheck // a refused entry has ended it already
			require.NoError(t, s.Check(ctx, smstest.RegistrationHarness{
				Store: smspg.NewRegistrations(c.db, keys, c.options).WithTx(tx), Entries: c.entries.WithTx(tx), OneConnection: true,
			}))
		})
	}
	facts, err := smspg.NewRegistrations(c.db, keys, c.options).Ledger(t.Context(), elm)
	require.NoError(t, err)
	require.Empty(t, facts, "something was written outside the caller's transaction")
}

// fact is a line of the ledger number n of a practice.
func fact(practice string, n int, kind registration.Kind) registration.Fact {
	f := registration.Fact{
		ID: fmt.Sprint("f-", n), Practice: practice, Subject: registration.Subject{Kind: registration.BrandKind, ID: "brand"}, Kind: kind,
		At: start, Recorded: start, Actor: audit.Actor{Kind: audit.Staff, ID: "u-1"},
	}
	switch kind {
	case registration.Drafted:
		f.Content.Brand = registration.Brand{
			Name: "planted-name", EIN: "98-7654321",
			Contact: registration.Contact{First: "planted-first", Email: "planted@elm.example", Phone: patient},
		}
	default:
		f.Notice = registration.Notice{Provider: "twilio", Reference: "BN1", Code: "30702", Reason: "planted-reason"}
	}
	return f
}

func (c *clinic) register(t *testing.T, facts ...registration.Fact) {
	t.Helper()
	for i, f := range facts {
		written, err := c.registrations().Apply(t.Context(), registration.Change{Fact: f, Seen: i, Leaves: []audit.Leaf{entry(f.Practice, f.ID)}})
		require.NoError(t, err)
		require.True(t, written)
	}
}

func entry(practice, id string) audit.Leaf {
	return audit.Leaf{
		ID: fmt.Sprintf("%.36s", hex.EncodeToString([]byte(practice+id))+strings.Repeat("0", 36)), Practice: practice, At: start,
		Actor: audit.Actor{Kind: audit.System, ID: "test"}, Action: "sms.test", Outcome: audit.Done, Term: audit.SixYears,
		Bytes: []byte(practice + id), MAC: []byte{1},
	}
}

func TestADumpOfRegistrationsNamesNobody(t *testing.T) {
	c := open(t, 2)
	number := fact(elm, 3, registration.Drafted)
	number.Subject = registration.Subject{Kind: registration.TollFreeKind, ID: "+18335550100"}
	number.Content = registration.Content{TollFree: registration.TollFree{Notify: "planted-notify@elm.example", Summary: "shown-summary"}}
	c.register(t, fact(elm, 1, registration.Drafted), fact(elm, 2, registration.Rejected), number)
	var rows []map[string]any
	require.NoError(t, c.db.NewRaw("SELECT * FROM "+c.Schema()+".sms_registration").Scan(t.Context(), &rows))
	require.Len(t, rows, 3)
	var dump strings.Builder
	for _, row := range rows {
		for column, value := range row {
			fmt.Fprintf(&dump, "%s=%v\n", column, value)
			if raw, ok := value.([]byte); ok {
				fmt.Fprintf(&dump, "%s\n%x\n%s\n", raw, raw, base64.StdEncoding.EncodeToString(raw))
			}
		}
	}
	require.Contains(t, dump.String(), "shown-summary", "the dump shows nothing at all")
	for _, secret := range []string{"planted", "98-7654321", "987654321", patient[1:]} {
		require.NotContains(t, dump.String(), secret)
		require.NotContains(t, dump.String(), hex.EncodeToString([]byte(secret)))
	}
}

func TestAnAlteredRegistrationIsFound(t *testing.T) {
	c := open(t, 2)
	for name, alter := range map[string]string{
		"the kind":                     "SET kind = 'approved' WHERE id = 'f-2'",
		"the subject":                  "SET subject = 'other' WHERE id = 'f-2'",
		"the time":                     "SET at = at + interval '1 hour' WHERE id = 'f-2'",
		"the recorded time":            "SET recorded = recorded + interval '1 hour' WHERE id = 'f-2'",
		"the actor":                    "SET actor = 'u-2' WHERE id = 'f-2'",
		"the provider":                 "SET provider = 'telnyx' WHERE id = 'f-2'",
		"the reference":                "SET reference = 'BN2' WHERE id = 'f-2'",
		"the code":                     "SET code = '' WHERE id = 'f-2'",
		"the body":                     "SET body = '{\"score\":100}' WHERE id = 'f-2'",
		"the id":                       "SET id = 'f-9' WHERE id = 'f-2'",
		"the place":                    "SET place = 9 WHERE id = 'f-2'",
		"the sealed part":              "SET sealed = set_byte(sealed, 50, get_byte(sealed, 50) # 1) WHERE id = 'f-2'",
		"another fact's sealed part":   "SET sealed = (SELECT sealed FROM ?schema.sms_registration WHERE practice = 'elm-street' AND id = 'f-1') WHERE id = 'f-2'",
		"another number of a campaign": "SET number = '+12125550199' WHERE id = 'f-2'",
	} {
		t.Run(name, func(t *testing.T) {
			c.emptyRegistrations(t)
			c.register(t, fact(elm, 1, registration.Drafted), fact(elm, 2, registration.Suspended))
			done, err := c.db.ExecContext(t.Context(), strings.ReplaceAll("UPDATE ?schema.sms_registration "+alter, "?schema", c.Schema()))
			require.NoError(t, err)
			n, err := done.RowsAffected()
			require.NoError(t, err)
			require.EqualValues(t, 1, n)
			_, err = c.registrations().Ledger(t.Context(), elm)
			require.ErrorIs(t, err, registration.ErrTampered)
			require.NotContains(t, err.Error(), "planted")
			_, err = c.registrations().Facts(t.Context(), registration.Query{Practice: elm})
			require.ErrorIs(t, err, registration.ErrTampered)
		})
	}
}

// TestMemoryAndPostgresAgreeOnRegistrations gives both stores the same random facts. The store in memory is the model.
func TestMemoryAndPostgresAgreeOnRegistrations(t *testing.T) {
	c := open(t, 2)
	kinds := []registration.Kind{registration.Drafted, registration.Submitted, registration.Approved, registration.Attached, "odd"}
	rapid.Check(t, func(rt *rapid.T) {
		c.emptyRegistrations(rt)
		logged := auditmem.New()
		memory, postgres := smsmem.NewRegistrations(logged), c.registrations()
		for n := range rapid.IntRange(1, 14).Draw(rt, "facts") {
			f := registration.Fact{
				ID: draw(rt, "id", append(names, "f", "g")), Practice: draw(rt, "practice", practices), Kind: draw(rt, "kind", kinds),
				Subject: registration.Subject{Kind: registration.CampaignKind, ID: draw(rt, "subject", names)}, At: start, Recorded: start,
				Actor: audit.Actor{Kind: audit.Staff, ID: draw(rt, "actor", names)},
			}
			switch f.Kind {
			case registration.Drafted:
				f.Content.Campaign.Samples = rapid.SliceOfN(rapid.String(), 0, 3).Draw(rt, "samples")
				f.Content.Campaign.Links = rapid.Bool().Draw(rt, "links")
			case registration.Attached:
				f.Number = draw(rt, "number", numbers)
			default:
				f.Notice.Provider = draw(rt, "provider", names)
			}
			change := registration.Change{
				Fact: f, Seen: rapid.IntRange(-1, 6).Draw(rt, "seen"),
				Leaves: []audit.Leaf{entry(f.Practice, fmt.Sprint(n))},
			}
			want, err := memory.Apply(t.Context(), change)
			got, err2 := postgres.Apply(t.Context(), change)
			agree(rt, want, got, err, err2)
		}
		for _, practice := range practices {
			want, err := memory.Ledger(t.Context(), practice)
			require.NoError(rt, err)
			got, err := postgres.Ledger(t.Context(), practice)
			require.NoError(rt, err)
			require.Empty(rt, cmp.Diff(want, got, cmpopts.EquateEmpty()))
			for _, subject := range []registration.Subject{{}, {Kind: registration.CampaignKind, ID: "a"}} {
				q := registration.Query{Practice: practice, Subject: subject, Limit: rapid.IntRange(1, 3).Draw(rt, "limit")}
				for more := true; more; more = q.After != "" {
					want, err := memory.Facts(t.Context(), q)
					require.NoError(rt, err)
					got, err := postgres.Facts(t.Context(), q)
					require.NoError(rt, err)
					require.Empty(rt, cmp.Diff(want, got, cmpopts.EquateEmpty()))
					q.After = got.Next
				}
			}
		}
	})
}
