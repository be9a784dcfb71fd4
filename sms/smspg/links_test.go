package smspg_test

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"errors"
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
	"github.com/enamel-go/enamel/sms/link"
	"github.com/enamel-go/enamel/sms/smsmem"
	"github.com/enamel-go/enamel/sms/smspg"
	"github.com/enamel-go/enamel/sms/smstest"
)

var _ link.Store = (*smspg.Links)(nil)

func (c *clinic) links() *smspg.Links { return smspg.NewLinks(c.db, c.keys, c.options) }

func (c *clinic) emptyLinks(t require.TestingT) {
	for _, table := range []string{"sms_link", "audit_entry"} {
		_, err := c.db.ExecContext(context.Background(), "DELETE FROM "+c.Schema()+"."+table)
		require.NoError(t, err)
	}
}

func TestLinks(t *testing.T) {
	c := open(t, 8)
	for _, s := range smstest.LinkCases() {
		t.Run(s.Name, func(t *testing.T) {
			c.emptyLinks(t)
			require.NoError(t, s.Check(t.Context(), smstest.LinkHarness{Store: c.links(), Entries: c.entries}))
		})
	}
}

// TestLinksInACallersTransaction runs the suite as TestStoreInACallersTransaction does.
func TestLinksInACallersTransaction(t *testing.T) {
	c := open(t, 1)
	own := c.Pool(2)
	c = c.as("SELECT, INSERT ON sms_link")
	keys, err := crypto.NewKeyring(cryptopg.New(own, &cryptopg.Options{Schema: c.Schema()}), crypto.NewEphemeral(), nil)
	require.NoError(t, err)
	for _, s := range smstest.LinkCases() {
		t.Run(s.Name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			tx, err := c.db.BeginTx(ctx, nil)
			require.NoError(t, err)
			defer tx.Rollback() //nolint:errcheck // a refused entry has ended it already
			require.NoError(t, s.Check(ctx, smstest.LinkHarness{
				Store: smspg.NewLinks(c.db, keys, c.options).WithTx(tx), Entries: c.entries.WithTx(tx), OneConnection: true,
			}))
		})
	}
	states, err := smspg.NewLinks(c.db, keys, c.options).Of(t.Context(), elm, "p-1")
	require.NoError(t, err)
	require.Empty(t, states, "something was written outside the caller's transaction")
}

// issue writes the links l-1, l-2 and l-3 of a planted patient, of which the second was opened.
func (c *clinic) issue(t *testing.T) {
	t.Helper()
	var facts []link.Fact
	for n := 1; n <= 3; n++ {
		facts = append(facts, link.Fact{
			ID: fmt.Sprint("l-", n), Practice: elm, Kind: link.Issued, Recorded: start, Actor: audit.Actor{Kind: audit.Staff, ID: "shown-staff"},
			Patient: "planted-patient", Resource: link.Resource{Kind: "planted-kind", ID: "planted-resource"},
			Token: fmt.Sprintf("%064x", n), Expires: start.Add(time.Hour),
		})
	}
	facts = append(facts, link.Fact{
		ID: "l-2", Practice: elm, Kind: link.Opened, Recorded: start, Actor: audit.Actor{Kind: audit.Representative, ID: "planted-parent"},
	})
	for i, f := range facts {
		written, err := c.links().Apply(t.Context(), link.Change{Fact: f, Leaves: []audit.Leaf{entry(elm, fmt.Sprint(i))}})
		require.NoError(t, err)
		require.True(t, written)
	}
}

func TestADumpOfLinksNamesNobody(t *testing.T) {
	c := open(t, 2)
	c.issue(t)
	var rows []map[string]any
	require.NoError(t, c.db.NewRaw("SELECT * FROM "+c.Schema()+".sms_link").Scan(t.Context(), &rows))
	require.Len(t, rows, 4)
	var dump strings.Builder
	for _, row := range rows {
		for column, value := range row {
			fmt.Fprintf(&dump, "%s=%v\n", column, value)
			if raw, ok := value.([]byte); ok {
				fmt.Fprintf(&dump, "%s\n%x\n%s\n", raw, raw, base64.StdEncoding.EncodeToString(raw))
			}
		}
	}
	require.Contains(t, dump.String(), "shown-staff", "the dump shows nothing at all")
	require.NotContains(t, dump.String(), "planted")
	require.NotContains(t, dump.String(), hex.EncodeToString([]byte("planted")))
}

func TestAnAlteredLinkIsFound(t *testing.T) {
	c := open(t, 2)
	for name, alter := range map[string]string{
		"the expiry":                   "SET expires = expires + interval '1 hour' WHERE id = 'l-1'",
		"no expiry":                    "SET expires = NULL WHERE id = 'l-1'",
		"the token":                    "SET token = repeat('e', 64) WHERE id = 'l-1'",
		"no token":                     "SET token = NULL WHERE id = 'l-1'",
		"the time":                     "SET recorded = recorded + interval '1 hour' WHERE id = 'l-1'",
		"who issued it":                "SET actor = 'u-2' WHERE id = 'l-1'",
		"who opened it":                "SET actor = 'u-2' WHERE id = 'l-2' AND place = 2",
		"in what capacity":             "SET actor_kind = 'patient' WHERE id = 'l-2' AND place = 2",
		"what ended it":                "SET kind = 'revoked' WHERE id = 'l-2' AND place = 2",
		"the id":                       "SET id = 'l-9' WHERE id = 'l-1'",
		"an opening of another link":   "SET id = 'l-1' WHERE id = 'l-2' AND place = 2",
		"the sealed part":              "SET sealed = set_byte(sealed, 50, get_byte(sealed, 50) # 1) WHERE id = 'l-1'",
		"another link's sealed part":   "SET sealed = (SELECT sealed FROM ?schema.sms_link WHERE id = 'l-3') WHERE id = 'l-1'",
		"an opening's sealed part":     "SET sealed = (SELECT sealed FROM ?schema.sms_link WHERE id = 'l-2' AND place = 2) WHERE id = 'l-2' AND place = 1",
		"a link that was never issued": "SET kind = 'opened' WHERE id = 'l-1'",
	} {
		t.Run(name, func(t *testing.T) {
			c.emptyLinks(t)
			c.issue(t)
			done, err := c.db.ExecContext(t.Context(), strings.ReplaceAll("UPDATE ?schema.sms_link "+alter, "?schema", c.Schema()))
			require.NoError(t, err)
			n, err := done.RowsAffected()
			require.NoError(t, err)
			require.EqualValues(t, 1, n)
			_, err = c.links().Of(t.Context(), elm, "planted-patient")
			require.ErrorIs(t, err, link.ErrTampered)
			require.NotContains(t, err.Error(), "planted")
		})
	}
}

// TestMemoryAndPostgresAgreeOnLinks gives both stores the same random facts. The store in memory is the model.
func TestMemoryAndPostgresAgreeOnLinks(t *testing.T) {
	c := open(t, 2)
	kinds := []link.Kind{link.Issued, link.Issued, link.Opened, link.Revoked, "odd"}
	rapid.Check(t, func(rt *rapid.T) {
		c.emptyLinks(rt)
		memory, postgres := smsmem.NewLinks(auditmem.New()), c.links()
		for n := range rapid.IntRange(1, 14).Draw(rt, "facts") {
			f := link.Fact{
				ID: draw(rt, "id", names), Practice: draw(rt, "practice", practices), Kind: draw(rt, "kind", kinds),
				Recorded: start.Add(time.Duration(rapid.IntRange(0, 2).Draw(rt, "minute")) * time.Minute),
				Actor:    audit.Actor{Kind: draw(rt, "actor", []audit.ActorKind{audit.Staff, audit.Patient}), ID: draw(rt, "actor's id", names)},
			}
			if f.Kind == link.Issued {
				f.Patient, f.Resource = draw(rt, "patient", names), link.Resource{Kind: rapid.String().Draw(rt, "resource's kind"), ID: "d"}
				f.Token, f.Expires = fmt.Sprintf("%064x", rapid.IntRange(0, 5).Draw(rt, "token")), f.Recorded.Add(time.Hour)
			}
			change := link.Change{Fact: f, Leaves: []audit.Leaf{entry(f.Practice, fmt.Sprint(n))}}
			want, err := memory.Apply(t.Context(), change)
			got, err2 := postgres.Apply(t.Context(), change)
			agree(rt, want, got, err, err2)
			require.Equal(rt, errors.Is(err, link.ErrConflict), errors.Is(err2, link.ErrConflict), "memory: %v; Postgres: %v", err, err2)
		}
		for _, practice := range practices {
			for _, name := range names {
				want, err := memory.Of(t.Context(), practice, name)
				require.NoError(rt, err)
				got, err := postgres.Of(t.Context(), practice, name)
				require.NoError(rt, err)
				require.Empty(rt, cmp.Diff(want, got, cmpopts.EquateEmpty()))
				one, found, err := memory.Link(t.Context(), practice, name)
				require.NoError(rt, err)
				other, found2, err := postgres.Link(t.Context(), practice, name)
				require.NoError(rt, err)
				agree(rt, one, other, nil, nil)
				require.Equal(rt, found, found2)
			}
			for n := range 6 {
				want, found, err := memory.Find(t.Context(), practice, fmt.Sprintf("%064x", n))
				require.NoError(rt, err)
				got, found2, err := postgres.Find(t.Context(), practice, fmt.Sprintf("%064x", n))
				require.NoError(rt, err)
				require.Equal(rt, found, found2)
				require.Equal(rt, want, got)
			}
		}
	})
}
