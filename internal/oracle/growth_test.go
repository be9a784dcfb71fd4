package oracle_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/audit/auditpg"
	"github.com/enamel-go/enamel/audit/notary"
	"github.com/enamel-go/enamel/internal/pairs"
	"github.com/enamel-go/enamel/internal/pgtest"
)

// BenchmarkPairGrowth does the same on a log of many leaves and on one of a hundredth of them. ENAMEL_GROWTH says how
// many, such as 1000000; by default it is so few that the benchmark is quick. No goal is set: appending and integrating
// should take the same, a proof hardly longer, and verifying the same for each leaf.
func BenchmarkPairGrowth(b *testing.B) {
	many := growth(b)
	d := durable(b)
	batch := min(1000, many/100)
	large, small := newGrown(b, d, "large", many, batch), newGrown(b, d, "small", many/100, batch)
	for _, work := range []struct {
		name   string
		before func(g *grown, n int) error
		run    func(g *grown, n int) error
		small  int // how often the small log does it while the large one does it once
	}{
		{name: "verify_all", small: 100, run: (*grown).verify},
		{name: "prove", small: 1, run: (*grown).prove},
		{name: "append", small: 1, run: (*grown).append},
		{name: "integrate", small: 1, before: (*grown).settle, run: (*grown).integrate}, // last, for it makes the small log large
	} {
		side := func(g *grown, times int) pairs.Peer {
			p := pairs.Peer{Name: strconv.Itoa(many/100) + "_leaves", Run: func(n int) error { return work.run(g, n*times) }}
			if work.before != nil {
				p.Before = func(n int) error { return work.before(g, n*times) }
			}
			return p
		}
		b.Run(fmt.Sprintf("%s/%d_leaves", work.name, many), func(b *testing.B) {
			pairs.Sides(b, pairs.Wait, side(large, 1), side(small, work.small))
		})
	}
}

// growth is how large what has grown is.
func growth(b *testing.B) int {
	b.Helper()
	many := 20_000
	if text, found := os.LookupEnv("ENAMEL_GROWTH"); found {
		var err error
		many, err = strconv.Atoi(text)
		require.NoError(b, err)
	}
	require.GreaterOrEqual(b, many, 10_000)
	return many
}

// grown is a log that has grown.
type grown struct {
	*world
	b       *testing.B
	batch   int // leaves
	copying *pgxpool.Pool
	schema  string
	ids     []string
}

func newGrown(b *testing.B, d *pgtest.Database, name string, size, batch int) *grown {
	b.Helper()
	o := &auditpg.Options{Schema: d.Schema() + "_" + name}
	require.NoError(b, auditpg.Migrate(b.Context(), d.Pool(1), o))
	g := &grown{
		world: worldOn(b, auditpg.New(d.Pool(2), o), auditpg.NewTrees(d.Pool(2), o), &notary.Options{Limit: batch}),
		b:     b, batch: batch, copying: (&native{d: d}).pool(b, 1, pgx.QueryExecModeCacheStatement), schema: o.Schema,
	}
	for len(g.ids) < size {
		require.NoError(b, g.fill(1))
		require.NoError(b, g.integrate(1))
	}
	_, err := g.copying.Exec(b.Context(), "VACUUM ANALYZE "+g.schema+".audit_entry")
	require.NoError(b, err)
	return g
}

// fill appends n batches of leaves by COPY, so that a million of them is a matter of a minute.
func (g *grown) fill(n int) error {
	ctx := g.b.Context()
	for range n {
		var rows [][]any
		for i := range g.batch {
			leaf, err := g.log.Stamp(ctx, entry(practice, i))
			if err != nil {
				return err
			}
			g.ids = append(g.ids, leaf.ID)
			rows = append(rows, columns(leaf))
		}
		_, err := g.copying.CopyFrom(ctx, pgx.Identifier{g.schema, "audit_entry"}, columnNames, pgx.CopyFromRows(rows))
		if err != nil {
			return err
		}
	}
	return nil
}

func (g *grown) append(n int) error {
	for i := range n {
		if err := g.log.Record(g.b.Context(), entry(practice, i)); err != nil {
			return err
		}
	}
	return nil
}

// settle integrates what waits, and then lets n batches wait.
func (g *grown) settle(n int) error {
	for done := 1; done > 0; {
		var err error
		if done, err = g.notary.Step(g.b.Context()); err != nil {
			return err
		}
	}
	return g.fill(n)
}

func (g *grown) integrate(n int) error {
	for range n {
		if done, err := g.notary.Step(g.b.Context()); err != nil || done != g.batch {
			return fmt.Errorf("%d leaves were integrated, not %d: %w", done, g.batch, err)
		}
	}
	return nil
}

func (g *grown) prove(n int) error {
	for range n {
		if _, err := g.reader.Inclusion(g.b.Context(), practice, g.ids[rand.IntN(len(g.ids))]); err != nil {
			return err
		}
	}
	return nil
}

func (g *grown) verify(n int) error {
	for range n {
		report, err := g.reader.Verify(g.b.Context(), g.log, practice)
		if err != nil || len(report.Damage) > 0 {
			return fmt.Errorf("%d places are damaged: %w", len(report.Damage), err)
		}
	}
	return nil
}
