package consentpg_test

import (
	"crypto/rand"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/internal/uuidv7"
)

// BenchmarkGrant stands beside the limit it is measured against: the bare INSERT of a row of the same size into the same
// table, committed by itself. A grant reads the ledger and the settings and then applies one change.
func BenchmarkGrant(b *testing.B) {
	bench := open(b)
	db := bench.Pool(2)
	log, err := audit.NewLog(bench.entries(bench.Pool(1)), bench.keys, nil)
	require.NoError(b, err)
	consents, err := consent.New(bench.store(db), log, nil)
	require.NoError(b, err)
	by := audit.Actor{Kind: audit.Staff, ID: "u-17"}
	ready(b, consents, "elm-street")

	b.Run("grant", func(b *testing.B) {
		for n := 0; b.Loop(); n++ {
			_, err := consents.Grant(b.Context(), by, consent.Grant{
				Practice: "elm-street", Number: fmt.Sprintf("+1212%07d", n), Category: consent.Transactional,
				Basis: consent.SignedAgreement, Evidence: consent.Evidence{
					Wording: shown, Language: "en", Signature: "sig-1",
				},
			})
			require.NoError(b, err)
		}
	})
	b.Run("apply", func(b *testing.B) {
		store, at := bench.store(db), time.Now().UTC().Truncate(time.Microsecond)
		for n := 0; b.Loop(); n++ {
			entry, err := log.Stamp(b.Context(), audit.Entry{Practice: "elm", Actor: by, Action: "consent.grant", Object: audit.Object{Kind: "number"}})
			require.NoError(b, err)
			written, err := store.Apply(b.Context(), consent.Change{Leaves: []audit.Leaf{entry}, Fact: &consent.Fact{
				ID: entry.ID, Practice: "elm", Number: fmt.Sprintf("+1212%07d", n), Kind: consent.Granted, At: at, Recorded: at, Actor: by,
			}})
			require.NoError(b, err)
			require.True(b, written)
		}
	})
	b.Run("insert", func(b *testing.B) {
		number, sealed := make([]byte, 32), make([]byte, 440)
		for b.Loop() {
			_, _ = rand.Read(number)
			_, _ = rand.Read(sealed)
			_, err := db.NewRaw(`INSERT INTO ? (practice, id, number, place, kind, category, at, recorded, sealed)
				VALUES (?, ?, ?, 1, 'granted', 'transactional', ?, ?, ?)`, bench.tables()[0], "oak-street", uuidv7.New(), number,
				time.Now(), time.Now(), sealed).Exec(b.Context())
			require.NoError(b, err)
		}
	})
}

// BenchmarkImport takes as many rows as it runs, four at once, each with its evidence and its entry:
//
//	go test -run '^$' -bench Import -benchtime 100000x ./consent/consentpg
func BenchmarkImport(b *testing.B) {
	bench := open(b)
	log, err := audit.NewLog(bench.entries(bench.Pool(4)), bench.keys, nil)
	require.NoError(b, err)
	consents, err := consent.New(bench.store(bench.Pool(4)), log, nil)
	require.NoError(b, err)
	ready(b, consents, "elm-street")
	rows := func(yield func(consent.Grant, error) bool) {
		for i := range b.N {
			g := consent.Grant{
				ID: fmt.Sprint("row-", i), Number: fmt.Sprintf("+1212%07d", i), Category: consent.Transactional,
				Basis: consent.SignedAgreement, Evidence: consent.Evidence{Wording: shown, Language: "en", Signature: fmt.Sprint("sig-", i)},
				At: published,
			}
			if !yield(g, nil) {
				return
			}
		}
	}
	b.ResetTimer()
	report, err := consents.Import(b.Context(), audit.Actor{Kind: audit.System, ID: "import"}, "elm-street", rows, nil)
	require.NoError(b, err)
	require.Equal(b, b.N, report.Recorded)
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}
