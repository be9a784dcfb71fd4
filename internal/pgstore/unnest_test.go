package pgstore_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/internal/pgstore"
)

func TestUnnest(t *testing.T) {
	pool, schema := things(t)
	h := pgstore.New(pool, schema)
	at := time.Date(2026, 3, 3, 12, 0, 0, 123456000, time.FixedZone("", -6*3600))
	type row struct {
		Text  *string   `bun:"text"`
		Bytes []byte    `bun:"bytes"`
		Count int       `bun:"count"`
		At    time.Time `bun:"at"`
		Micro int64     `bun:"micro"`
		Yes   bool      `bun:"yes"`
	}
	const query = `SELECT text, bytes, count, at, (extract(epoch FROM wait) * 1000000)::bigint AS micro, yes
		FROM ? WITH ORDINALITY AS v (text, bytes, count, at, wait, yes, n) ORDER BY n`
	read := func(u *pgstore.Unnest) []row {
		var within, beside, inTx []row
		require.NoError(t, h.Raw(query, u).Scan(t.Context(), &within))
		var one, two pgstore.Beside
		require.NoError(t, h.ScanWith(t.Context(), &one, &beside, query, one.Rows(u)))
		require.Equal(t, within, beside)
		require.NoError(t, h.Atomic(t.Context(), func(h pgstore.Handle) error {
			return h.ScanWith(t.Context(), &two, &inTx, query, two.Rows(u))
		}))
		require.Equal(t, within, inTx)
		return within
	}
	u := pgstore.NewUnnest("text", "bytea", "bigint", "timestamptz", "interval", "boolean")
	require.Empty(t, read(u))
	words := []string{"", "NULL", "null", `a "quoted" \ 'word'`, "{a,b}", "ünïcode ✓", " ", "a\nb", "--", "? ?0 :x", `\x41`}
	for i, w := range words {
		u.Add(w, []byte(w), i, at.Add(time.Duration(i)*time.Microsecond), time.Duration(i)*time.Microsecond, i%2 == 0)
	}
	u.Add(nil, []byte(nil), int64(7), at, time.Hour, false)
	rows := read(u)
	require.Len(t, rows, u.Len())
	for i, w := range words {
		require.Equal(t, w, *rows[i].Text)
		require.Equal(t, []byte(w), rows[i].Bytes)
		require.Equal(t, i, rows[i].Count)
		require.True(t, at.Add(time.Duration(i)*time.Microsecond).Equal(rows[i].At))
		require.Equal(t, int64(i), rows[i].Micro)
		require.Equal(t, i%2 == 0, rows[i].Yes)
	}
	last := rows[len(words)]
	require.Nil(t, last.Text)
	require.Nil(t, last.Bytes)
	require.Equal(t, time.Hour.Microseconds(), last.Micro)
	require.Panics(t, func() { u.Add(struct{}{}) })

	for _, words := range [][]string{nil, words} {
		var read []string
		err := h.Raw("SELECT word FROM unnest(?) WITH ORDINALITY AS v (word, n) ORDER BY n", pgstore.Texts(words)).Scan(t.Context(), &read)
		require.NoError(t, err)
		require.Equal(t, len(words), len(read))
		for i := range words {
			require.Equal(t, words[i], read[i])
		}
	}
}
