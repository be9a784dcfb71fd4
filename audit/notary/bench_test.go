package notary_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/uptrace/bun"

	"github.com/enamel-go/enamel/audit"
)

// BenchmarkInclusion proves a leaf of large batches, beside as many statements of one row: it takes three.
func BenchmarkInclusion(b *testing.B) {
	w, d, o := onPostgres(b, nil)
	const batches, size, together = 4, 5000, 500
	for range batches {
		for range size / together {
			var entries []audit.Entry
			for i := range together {
				entries = append(entries, entry(elm, i))
			}
			require.NoError(b, w.log.Record(b.Context(), entries...))
		}
		w.step(b, size)
	}
	b.Run("proof", func(b *testing.B) {
		for range b.N {
			_, err := w.reader.Inclusion(b.Context(), elm, "e-18000")
			require.NoError(b, err)
		}
	})
	db := d.Pool(1)
	b.Run("statements alone", func(b *testing.B) {
		for range 3 * b.N {
			var checkpoint string
			err := db.NewRaw("SELECT checkpoint FROM ?.audit_head WHERE practice = ? AND size = ?",
				bun.Ident(o.Schema), elm, batches*size).Scan(b.Context(), &checkpoint)
			require.NoError(b, err)
		}
	})
}
