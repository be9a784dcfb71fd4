package consentpg_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/audit/auditmem"
	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/consent/consentmem"
)

var (
	practices = []string{"elm", "Elm", "oak?0"}
	numbers   = []string{"+12125550100", "+12125550101", "+525512345678"}
	patients  = []string{"", "p-1", "P-1", "p\\?0"}
	kinds     = []consent.Kind{
		consent.Granted, consent.Asked, consent.Revoked, consent.Lapsed, consent.Muted, consent.Unmuted, consent.Doubted, consent.Cleared,
	}
)

// TestMemoryAndPostgresAgree gives both stores the same random changes. The store in memory is the model.
func TestMemoryAndPostgresAgree(t *testing.T) {
	b := open(t)
	db := b.Pool(2)
	rapid.Check(t, func(rt *rapid.T) {
		b.clear(t, db)
		logged := auditmem.New()
		memory, postgres := consentmem.New(logged), b.store(db)
		entries := 0
		for range rapid.IntRange(1, 12).Draw(rt, "changes") {
			entries++
			c := drawChange(rt, entries)
			err, err2 := both(rt, c, memory.Apply, postgres.Apply)
			for _, sentinel := range []error{consent.ErrStale, consent.ErrInvalid} {
				if errors.Is(err, sentinel) != errors.Is(err2, sentinel) {
					rt.Fatalf("memory: %v; Postgres: %v", err, err2)
				}
			}
		}
		for _, practice := range practices {
			same(rt, practice, memory.Settings, postgres.Settings)
			for _, number := range numbers {
				same(rt, consent.Key{Practice: practice, Number: number}, memory.Ledger, postgres.Ledger)
			}
			for _, kind := range kinds {
				same(rt, consent.Query{Practice: practice, Kind: kind, Limit: 2}, memory.Facts, postgres.Facts)
			}
			for _, patient := range patients {
				want, err := memory.Numbers(t.Context(), practice, patient)
				require.NoError(rt, err)
				got, err := postgres.Numbers(t.Context(), practice, patient)
				require.NoError(rt, err)
				require.Empty(rt, cmp.Diff(want, got, cmpopts.EquateEmpty()))
			}
			same(rt, audit.Query{Practice: practice, Limit: 1000}, logged.Leaves, b.entries(db).Leaves)
		}
	})
}

func drawChange(rt *rapid.T, n int) consent.Change {
	practice := rapid.SampledFrom(practices).Draw(rt, "practice")
	by := audit.Actor{Kind: audit.Staff, ID: rapid.StringN(1, 8, 64).Draw(rt, "actor")}
	at := time.Date(2026, 3, 2, 15, 0, n, 0, time.UTC)
	entry := audit.Leaf{
		ID: fmt.Sprintf("01920000-0000-7000-8000-%012d", n), Practice: practice, At: at,
		Actor: audit.Actor{Kind: audit.System, ID: "test"}, Action: "consent.test", Outcome: audit.Done, Term: audit.SixYears,
		Bytes: fmt.Appendf(nil, "entry %d", n), MAC: []byte{byte(n)},
	}
	if n > 1 && rapid.IntRange(0, 9).Draw(rt, "clash") == 0 {
		entry.ID = fmt.Sprintf("01920000-0000-7000-8000-%012d", n-1)
	}
	c := consent.Change{Seen: consent.Any, Leaves: []audit.Leaf{entry}}
	switch rapid.IntRange(0, 7).Draw(rt, "settings") {
	case 0:
		c.Duty = &consent.Duty{Practice: practice, Terms: rapid.StringN(0, 8, 64).Draw(rt, "terms"), Accepted: at, By: by}
		return c
	case 1:
		c.Settings = &consent.Settings{Practice: practice, Name: rapid.StringN(0, 8, 64).Draw(rt, "name"), DoubleOptIn: rapid.SampledFrom([]consent.DoubleOptIn{
			consent.ConfirmOff, consent.ConfirmPromotional, consent.ConfirmAll, "never",
		}).Draw(rt, "double opt-in")}
		return c
	}
	c.Seen = rapid.IntRange(consent.Any, 4).Draw(rt, "seen")
	c.Fact = &consent.Fact{
		ID: rapid.SampledFrom([]string{"a", "A", "b", "c'?", "d\\", "é", "e\u0301"}).Draw(rt, "id"), Practice: practice,
		Number:   rapid.SampledFrom(numbers).Draw(rt, "number"),
		Kind:     rapid.SampledFrom(kinds).Draw(rt, "kind"),
		Category: rapid.SampledFrom(append(consent.Categories(), "")).Draw(rt, "category"),
		At:       at.Add(time.Duration(rapid.Int64Range(-1e12, 1e12).Draw(rt, "at")) * time.Microsecond), Recorded: at, Actor: by,
		Patient: rapid.SampledFrom(patients).Draw(rt, "patient"), Sender: rapid.SampledFrom([]string{"", "+12125550199"}).Draw(rt, "sender"),
		Entry: entry.ID, Cause: consent.Landline, Basis: consent.WebForm, Channel: consent.ByText, Confirm: rapid.Bool().Draw(rt, "confirm"),
		About:   rapid.SliceOfN(rapid.StringN(1, 8, 64), 0, 3).Draw(rt, "about"),
		Expires: rapid.SampledFrom([]time.Time{{}, at}).Draw(rt, "expires"),
		Evidence: consent.Evidence{
			Wording: rapid.String().Draw(rt, "wording"), Words: rapid.String().Draw(rt, "words"),
			Browser: rapid.SampledFrom([]string{"", "\\x00", "'; --", "?0 ?1", "\U0001f9b7"}).Draw(rt, "browser"),
		},
	}
	return c
}
