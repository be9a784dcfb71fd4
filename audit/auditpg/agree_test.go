package auditpg_test

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
	"github.com/enamel-go/enamel/audit/auditpg"
)

// TestMemoryAndPostgresAgree gives both stores the same random leaves and questions. The store in memory is the model.
func TestMemoryAndPostgresAgree(t *testing.T) {
	_, db, o := open(t, 2)
	postgres, run := auditpg.New(db, o), 0
	rapid.Check(t, func(rt *rapid.T) {
		run++
		memory := auditmem.New()
		practices := []string{fmt.Sprint("elm-", run), fmt.Sprint("Elm-", run)}
		for range rapid.IntRange(1, 6).Draw(rt, "appends") {
			var leaves []audit.Leaf
			for range rapid.IntRange(1, 5).Draw(rt, "leaves") {
				leaves = append(leaves, drawLeaf(rt, practices))
			}
			err, err2 := memory.Append(t.Context(), leaves...), postgres.Append(t.Context(), leaves...)
			if (err == nil) != (err2 == nil) || errors.Is(err, audit.ErrConflict) != errors.Is(err2, audit.ErrConflict) {
				rt.Fatalf("memory: %v; Postgres: %v", err, err2)
			}
		}
		for range 6 {
			q := audit.Query{
				Practice: rapid.SampledFrom(practices).Draw(rt, "practice"),
				Newest:   rapid.Bool().Draw(rt, "newest"),
				Limit:    rapid.IntRange(1, 4).Draw(rt, "limit"),
				Tag:      rapid.SampledFrom([][]byte{nil, {1}, {2}}).Draw(rt, "tag"),
			}
			for page := 0; page == 0 || q.After != ""; page++ {
				want, err := memory.Leaves(t.Context(), q)
				require.NoError(rt, err)
				got, err := postgres.Leaves(t.Context(), q)
				require.NoError(rt, err)
				require.Empty(rt, cmp.Diff(want, got, cmpopts.EquateEmpty()))
				q.After = want.Next
			}
		}
	})
}

// drawLeaf draws from so few leaves that some come again, and some are refused.
func drawLeaf(rt *rapid.T, practices []string) audit.Leaf {
	return audit.Leaf{
		ID:       rapid.SampledFrom([]string{"a", "B", "b", "é", "e", "Z", "10", "9"}).Draw(rt, "id"),
		Practice: rapid.SampledFrom(practices).Draw(rt, "practice"),
		At:       time.Date(2026, 3, 2, 9, 0, 0, 1000*rapid.IntRange(0, 1).Draw(rt, "microsecond"), time.UTC),
		Actor:    audit.Actor{Kind: audit.Staff, ID: "u-17"},
		Action:   "records.patient.read", Outcome: audit.Done, Term: audit.SixYears,
		Tag:   rapid.SampledFrom([][]byte{nil, {1}, {2}}).Draw(rt, "tag"),
		Bytes: []byte{'x'}, MAC: []byte{0},
	}
}
