package pgentry

import (
	"context"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/schema"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/internal/pgstore"
)

// Append adds leaves that no fact goes with, of which there must be at least one, and returns how many it added. A leaf that is
// already there raises a duplicate key, unless conflict says what to do then: "ON CONFLICT DO NOTHING".
func Append(ctx context.Context, h pgstore.Handle, leaves []audit.Leaf, conflict string) (int64, error) {
	var values pgstore.Beside
	const insert = "INSERT INTO ? (" + entryColumns + ") "
	if len(leaves) == 1 { // which Postgres plans and carries out sooner than rows of arrays
		one := values.List(rowOf(leaves[0]).values()...)
		return h.ExecWith(ctx, &values, insert+"VALUES (?) ?", h.Table(Table), one, bun.Safe(conflict))
	}
	rows := pgstore.NewUnnest(entryTypes...).Expect(len(leaves))
	for _, f := range leaves {
		rows.Add(rowOf(f).values()...)
	}
	return h.ExecWith(ctx, &values, insert+"SELECT * FROM ? ?", h.Table(Table), values.Rows(rows), bun.Safe(conflict))
}

// After returns an INSERT of leaves that adds them when the CTE named fact returned at least one row, and nothing
// otherwise. It is a fragment: an argument for a ? in the statement that defines the CTE. There must be at least one
// leaf.
func After(h pgstore.Handle, fact string, leaves []audit.Leaf) schema.QueryAppender {
	return after{table: h.Table(Table), fact: bun.Ident(fact), leaves: leaves}
}

type after struct {
	table, fact bun.Ident
	leaves      []audit.Leaf
}

// Each returns an INSERT of leaves that adds leaves[i] when the CTE named fact returned a row whose column place is i. It is a
// fragment, as that of [After] is, of a statement that is sent with values. There must be at least one leaf.
func Each(h pgstore.Handle, values *pgstore.Beside, fact string, leaves [][]audit.Leaf) schema.QueryAppender {
	rows := pgstore.NewUnnest(append([]string{"int"}, entryTypes...)...).Expect(len(leaves))
	for place, leaves := range leaves {
		for _, f := range leaves {
			rows.Add(append([]any{place}, rowOf(f).values()...)...)
		}
	}
	return bun.SafeQuery("INSERT INTO ? ("+entryColumns+") SELECT "+entryColumns+" FROM ? AS leaf (place, "+entryColumns+`)
		WHERE place = ANY (ARRAY(SELECT place FROM ?))`, h.Table(Table), values.Rows(rows), bun.Ident(fact))
}

const entryColumns = "practice, id, at, actor_kind, actor, action, outcome, term, tag, bytes, mac"

var entryTypes = []string{"text", "text", "timestamptz", "text", "text", "text", "text", "text", "bytea", "bytea", "bytea"}

// AppendQuery writes the fragment. The casts say what the literals are, which INSERT ... SELECT does not tell them. A
// single leaf is no list of VALUES, whose plan costs Postgres a tenth of the statement; the fact is carried out as a
// whole whatever the LIMIT.
func (a after) AppendQuery(gen schema.QueryGen, b []byte) ([]byte, error) {
	b = gen.AppendQuery(b, "INSERT INTO ? ("+entryColumns+") SELECT ", a.table)
	if len(a.leaves) == 1 {
		return gen.AppendQuery(appendLiterals(gen, b, a.leaves[0]), " FROM ? LIMIT 1", a.fact), nil
	}
	b = append(b, "* FROM (VALUES "...)
	for i, f := range a.leaves {
		if i > 0 {
			b = append(b, ", "...)
		}
		b = append(appendLiterals(gen, append(b, '('), f), ')')
	}
	return gen.AppendQuery(b, ") AS leaf WHERE EXISTS (SELECT FROM ?)", a.fact), nil
}

func appendLiterals(gen schema.QueryGen, b []byte, f audit.Leaf) []byte {
	return gen.AppendQuery(b, "?, ?, ?::timestamptz, ?, ?, ?, ?, ?, ?::bytea, ?::bytea, ?::bytea", rowOf(f).values()...)
}
