package pgentry_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/uptrace/bun"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/internal/pgentry"
	"github.com/enamel-go/enamel/internal/pgstore"
	"github.com/enamel-go/enamel/internal/pgtest"
	"github.com/enamel-go/enamel/internal/stage"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

const practice = "elm-street"

// fact is what a domain keeps.
type fact struct {
	bun.BaseModel `bun:"table:fact"`
	ID            string `bun:"id"`
}

var layout = stage.NewLayout(func(ctx context.Context, db *bun.DB, schema string) error {
	_, err := db.NewRaw("CREATE TABLE ?.fact (id text PRIMARY KEY)", bun.Ident(schema)).Exec(ctx)
	return err
})

// bench is a log, and a pool on which facts and their leaves are written in one statement.
type bench struct {
	stage.Stage
	db *bun.DB
	h  pgstore.Handle
}

func open(t *testing.T) bench {
	t.Helper()
	s, d := stage.Postgres(t, time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC), layout)
	db := d.Pool(2)
	return bench{Stage: s, db: db, h: pgstore.New(db, d.Schema())}
}

func (b bench) stamp(t *testing.T, action string) audit.Leaf {
	t.Helper()
	b.Clock.Pass(time.Microsecond) // so that a page is in the order of stamping
	f, err := b.Log.Stamp(t.Context(), audit.Entry{
		Practice: practice, Actor: audit.Actor{Kind: audit.Staff, ID: "u-17"}, Action: action,
		Object: audit.Object{Kind: "patient", ID: "p-1"}, Patient: "p-1",
	})
	require.NoError(t, err)
	return f
}

// kept returns how many facts there are, and the leaves of the log.
func (b bench) kept(t *testing.T) (facts int, leaves []audit.Leaf) {
	t.Helper()
	require.NoError(t, b.h.Raw("SELECT count(*) FROM ?", b.h.Table("fact")).Scan(t.Context(), &facts))
	page, err := b.Entries.Leaves(t.Context(), audit.Query{Practice: practice})
	require.NoError(t, err)
	return facts, page.Leaves
}

// after writes a fact that may quietly not happen, and returns how many leaves it left.
func after(t *testing.T, h pgstore.Handle, id string, leaves ...audit.Leaf) int64 {
	t.Helper()
	n, err := h.Exec(t.Context(), "WITH fact AS (?) ?",
		h.Insert("fact", &fact{ID: id}).On("CONFLICT DO NOTHING").Returning("1"), pgentry.After(h, "fact", leaves))
	require.NoError(t, err)
	return n
}

// same requires that the log holds these leaves, just as they were stamped.
func same(t *testing.T, want, got []audit.Leaf) {
	t.Helper()
	require.Len(t, got, len(want))
	for i := range want {
		require.True(t, want[i].Equal(got[i]), "leaf %d: %+v", i, got[i])
	}
}

func TestAppend(t *testing.T) {
	b := open(t)
	add := func(conflict string, leaves ...audit.Leaf) (int64, error) {
		return pgentry.Append(t.Context(), b.h, leaves, conflict)
	}
	alone, odd, first, second := b.stamp(t, "a"), b.stamp(t, `o'd"d\?ä{},$1`), b.stamp(t, "b"), b.stamp(t, `it's`)
	for _, leaves := range [][]audit.Leaf{{alone}, {odd}, {first, second}} {
		n, err := add("", leaves...)
		require.NoError(t, err)
		require.EqualValues(t, len(leaves), n)
	}
	further := b.stamp(t, "c")
	for _, leaves := range [][]audit.Leaf{{alone}, {further, second}} {
		_, err := add("", leaves...)
		require.True(t, pgstore.Duplicate(err), "one that is there undoes all")
	}
	n, err := add("ON CONFLICT DO NOTHING", alone)
	require.NoError(t, err)
	require.Zero(t, n)
	n, err = add("ON CONFLICT DO NOTHING", further, second)
	require.NoError(t, err)
	require.EqualValues(t, 1, n)
	_, leaves := b.kept(t)
	same(t, []audit.Leaf{alone, odd, first, second, further}, leaves)
}

func TestAfter(t *testing.T) {
	b := open(t)
	first, odd, alone := b.stamp(t, "a"), b.stamp(t, `o'd"d\?ä`), b.stamp(t, `it's`)
	require.EqualValues(t, 2, after(t, b.h, "a", first, odd))
	require.EqualValues(t, 1, after(t, b.h, "b", alone))
	require.Zero(t, after(t, b.h, "a", b.stamp(t, "again")), "a refused fact leaves no entry")
	require.Zero(t, after(t, b.h, "a", b.stamp(t, "again"), b.stamp(t, "again")))
	_, leaves := b.kept(t)
	same(t, []audit.Leaf{first, odd, alone}, leaves)
}

// Each fact's leaves go with it, whichever of the others happen, and however many leaves it has.
func TestEach(t *testing.T) {
	b := open(t)
	require.EqualValues(t, 1, after(t, b.h, "there", b.stamp(t, "there")))
	_, before := b.kept(t)
	a, odd, refused := b.stamp(t, "a"), b.stamp(t, `o'd"d\?ä{},`), b.stamp(t, "again")
	leaves := [][]audit.Leaf{{a, odd}, {refused}, nil}

	facts := pgstore.NewUnnest("int", "text")
	for place, id := range []string{"a", "there", "silent"} {
		facts.Add(place, id)
	}
	var values pgstore.Beside
	table := b.h.Table("fact")
	var places []int
	require.NoError(t, b.h.ScanWith(t.Context(), &values, &places, `WITH given AS (SELECT * FROM ? AS g (place, id)),
		made AS (INSERT INTO ? SELECT id FROM given ON CONFLICT DO NOTHING RETURNING id),
		fact AS (SELECT place FROM given JOIN made USING (id)), entry AS (?) SELECT place FROM fact ORDER BY place`,
		values.Rows(facts), table, pgentry.Each(b.h, &values, "fact", leaves)))
	require.Equal(t, []int{0, 2}, places)
	_, now := b.kept(t)
	same(t, append(before, a, odd), now)
}

func TestOneTransaction(t *testing.T) {
	b := open(t)
	tx, err := b.db.BeginTx(t.Context(), nil)
	require.NoError(t, err)
	h := b.h.WithTx(tx)
	require.EqualValues(t, 1, after(t, h, "a", b.stamp(t, "a")))
	for _, leaves := range [][]audit.Leaf{{b.stamp(t, "b")}, {b.stamp(t, "c"), b.stamp(t, "d")}} {
		_, err = pgentry.Append(t.Context(), h, leaves, "")
		require.NoError(t, err)
	}
	require.NoError(t, tx.Rollback())
	facts, leaves := b.kept(t)
	require.Zero(t, facts)
	require.Empty(t, leaves)
}
