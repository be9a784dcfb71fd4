package cryptopg_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/uptrace/bun"

	"github.com/enamel-go/enamel/crypto"
	"github.com/enamel-go/enamel/crypto/cryptopg"
	"github.com/enamel-go/enamel/internal/pgtest"
)

const (
	benchPatients = 3000
	benchFields   = 10
	benchBatch    = 500
)

// BenchmarkRewrap wraps the keys of a practice's patients anew, beside sealing ten fields of each of them anew, as one
// would have to without a key for each patient; both in batches of one size.
func BenchmarkRewrap(b *testing.B) {
	d := pgtest.New(b)
	o := &cryptopg.Options{Schema: d.Schema()}
	db := d.Pool(4)
	require.NoError(b, cryptopg.Migrate(b.Context(), db, o))
	ring := newRing(b, cryptopg.New(db, o), crypto.NewEphemeral(), nil)
	table := bun.Ident(o.Schema + ".field")
	_, err := db.NewRaw("CREATE TABLE ? (id integer PRIMARY KEY, sealed bytea NOT NULL)", table).Exec(b.Context())
	require.NoError(b, err)
	for first := 0; first < benchPatients*benchFields; first += benchBatch {
		var args []any
		for id := first; id < first+benchBatch; id++ {
			value, err := ring.Seal(b.Context(), nil, make([]byte, 64), fieldOf(id))
			require.NoError(b, err)
			args = append(args, id, value)
		}
		_, err := db.NewRaw("INSERT INTO ? VALUES "+list("(?, ?)"), append([]any{table}, args...)...).Exec(b.Context())
		require.NoError(b, err)
	}
	_, err = db.NewRaw("ANALYZE ?, ?", table, bun.Ident(o.Schema+".crypto_key")).Exec(b.Context())
	require.NoError(b, err)
	var keys, fields time.Duration
	n := 0
	for b.Loop() {
		require.NoError(b, ring.Rotate(b.Context(), ownKey))
		began := time.Now()
		require.NoError(b, ring.Rewrap(b.Context(), practice, nil))
		keys += time.Since(began)
		began = time.Now()
		resealAll(b, db, ring, table)
		fields += time.Since(began)
		n++
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(keys.Seconds()*1e6/float64(n*benchPatients), "us/patient-rewrapped")
	b.ReportMetric(fields.Seconds()*1e6/float64(n*benchPatients), "us/patient-resealed")
	b.ReportMetric(float64(fields)/float64(keys), "ratio")
}

func fieldOf(id int) crypto.Binding {
	b := chart(fmt.Sprintf("p-%d", id/benchFields))
	b.ID = fmt.Sprint(id)
	return b
}

func list(row string) string { return strings.Repeat(", "+row, benchBatch)[2:] }

func resealAll(b *testing.B, db *bun.DB, ring *crypto.Keyring, table bun.Ident) {
	for first := 0; first < benchPatients*benchFields; first += benchBatch {
		var rows []struct {
			ID     int
			Sealed []byte
		}
		err := db.NewRaw("SELECT id, sealed FROM ? WHERE id >= ? ORDER BY id LIMIT ?", table, first, benchBatch).
			Scan(b.Context(), &rows)
		require.NoError(b, err)
		args := make([]any, 0, 2*benchBatch)
		for _, r := range rows {
			value, err := ring.Reseal(b.Context(), nil, r.Sealed, fieldOf(r.ID))
			require.NoError(b, err)
			args = append(args, r.ID, value)
		}
		_, err = db.NewRaw("UPDATE ? AS f SET sealed = v.sealed FROM (VALUES "+list("(?, ?::bytea)")+
			") AS v (id, sealed) WHERE f.id = v.id", append([]any{table}, args...)...).Exec(b.Context())
		require.NoError(b, err)
	}
}
