package consent_test

import (
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/uptrace/bun"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/audit/auditmem"
	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/consent/consentmem"
	"github.com/enamel-go/enamel/consent/consentpg"
	"github.com/enamel-go/enamel/internal/pairs"
	"github.com/enamel-go/enamel/internal/stage"
)

// sizes are of practices, the last of them by ENAMEL_GROWTH=1000000 alone, for it takes minutes to fill.
func sizes() []int {
	n, err := strconv.Atoi(os.Getenv("ENAMEL_GROWTH"))
	if err != nil || n <= 100_000 {
		return []int{10_000, 100_000}
	}
	return []int{10_000, n}
}

// nth is the n-th of the numbers at a practice, in an order without a pattern.
func nth(n int) consent.Key {
	return consent.Key{Practice: key.Practice, Number: fmt.Sprintf("+1%010d", 2_000_000_000+uint32(n)*2_654_435_761%1_000_000_007)}
}

// granted is a grant as a store keeps it.
func granted(k consent.Key, id int) consent.Fact {
	return consent.Fact{
		ID: fmt.Sprint("g-", id), Practice: k.Practice, Number: k.Number, Kind: consent.Granted, Category: consent.Transactional,
		At: noon, Recorded: noon, Actor: staff, Duty: "2026-01", Basis: consent.SignedAgreement, Evidence: grant(consent.Transactional).Evidence,
	}
}

// BenchmarkPairPermission measures the check before every text beside ten look-ups in a plain map of as many numbers.
func BenchmarkPairPermission(b *testing.B) {
	for _, size := range sizes() {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			entries := auditmem.New()
			store := consentmem.New(entries)
			bench := assemble(b, stage.On(b, noon, entries), store, store.Shred)
			plain := map[consent.Key]consent.Status{}
			keys := make([]consent.Key, size)
			for n := range keys {
				keys[n] = nth(n)
				plain[keys[n]] = consent.Active
				f := granted(keys[n], n)
				written, err := store.Apply(b.Context(), consent.Change{Fact: &f, Leaves: []audit.Leaf{{
					ID: fmt.Sprint(n), Practice: f.Practice, At: noon, Actor: staff, Action: "consent.grant", Outcome: audit.Done,
					Term: audit.SixYears, Bytes: []byte("{}"), MAC: []byte("mac"),
				}}})
				require.NoError(b, err)
				require.True(b, written)
			}
			var at, other int
			next := func(at *int) consent.Key {
				*at = (*at + 7919) % len(keys)
				return keys[*at]
			}
			u := consent.Use{Category: consent.Transactional, Sender: office, Patient: "p-1"}
			ctx := b.Context()
			pairs.Run(b, pairs.Compute, func(n int) error {
				for range n {
					if p, err := bench.Permission(ctx, next(&at), u); err != nil || p.Status != consent.Active {
						return fmt.Errorf("%+v, %w", p, err)
					}
				}
				return nil
			}, pairs.Peer{Name: "ten-look-ups", Time: 1, Run: func(n int) error {
				for range 10 * n {
					if plain[next(&other)] != consent.Active {
						return fmt.Errorf("not there")
					}
				}
				return nil
			}})
		})
	}
}

// TestAPermissionAllocatesNothing holds the check before every text to what the README says of it.
func TestAPermissionAllocatesNothing(t *testing.T) {
	b := promoted(t, onMemory(t))
	for _, u := range uses() {
		require.Zero(t, testing.AllocsPerRun(100, func() {
			if _, err := b.Permission(t.Context(), key, u); err != nil {
				t.Error(err)
			}
		}), "%+v", u)
	}
}

// BenchmarkPairPermissionStored measures the check on Postgres beside a bare SELECT of the same row by the same index.
func BenchmarkPairPermissionStored(b *testing.B) {
	for _, size := range sizes() {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			s, d := stage.Postgres(b, noon, layout)
			db, ctx, o := d.Pool(2), b.Context(), &consentpg.Options{Schema: d.Schema()}
			bench := assemble(b, s, consentpg.New(db, s.Keys, o), nil)
			const known = 1000 // are real; the others only fill the table
			for n := range known {
				g := grant(consent.Transactional)
				g.Number = nth(n).Number
				must(b)(bench.Grant(ctx, staff, g))
			}
			table := bun.Ident(d.Schema() + ".consent_fact")
			_, err := db.NewRaw(`INSERT INTO ?0 (practice, id, number, place, kind, category, at, recorded, sealed)
				SELECT f.practice, 'fill-' || n, sha256(n::text::bytea), 1, f.kind, f.category, f.at, f.recorded, f.sealed
				FROM (SELECT * FROM ?0 LIMIT 1) AS f, generate_series(1, ?1) AS n`, table, size-known).Exec(ctx)
			require.NoError(b, err)
			_, err = db.NewRaw("VACUUM ANALYZE ?", table).Exec(ctx)
			require.NoError(b, err)
			var indexes [][]byte
			require.NoError(b, db.NewRaw("SELECT number FROM ? WHERE id NOT LIKE 'fill-%'", table).Scan(ctx, &indexes))
			require.Len(b, indexes, known)
			var at, other int
			u := consent.Use{Category: consent.Transactional, Sender: office, Patient: "p-1"}
			pairs.Run(b, pairs.Wait, func(n int) error {
				for range n {
					at = (at + 7) % known
					if p, err := bench.Permission(ctx, nth(at), u); err != nil || p.Status != consent.Active {
						return fmt.Errorf("%+v, %w", p, err)
					}
				}
				return nil
			}, pairs.Peer{Name: "select", Rate: 0.9, Run: func(n int) error {
				for range n {
					other = (other + 7) % known
					var rows []struct {
						ID       string    `bun:"id"`
						Kind     string    `bun:"kind"`
						Category string    `bun:"category"`
						At       time.Time `bun:"at"`
						Recorded time.Time `bun:"recorded"`
						Patient  []byte    `bun:"patient"`
						Sealed   []byte    `bun:"sealed"`
						Evidence []byte    `bun:"evidence"`
					}
					err := db.NewRaw("SELECT id, kind, category, at, recorded, patient, sealed, evidence FROM ? WHERE practice = ? AND number = ? ORDER BY seq",
						table, key.Practice, indexes[other]).Scan(ctx, &rows)
					if err != nil || len(rows) != 1 {
						return fmt.Errorf("%d rows, %w", len(rows), err)
					}
				}
				return nil
			}})
		})
	}
}
