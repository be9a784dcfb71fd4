package pgstore

import (
	"context"
	"strconv"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/schema"
)

// Beside is what is sent beside the text of a statement, where it stands as $1, $2: bun writes values into the text, and Postgres
// takes longer to read a hundred rows there than to write them.
//
//	var values pgstore.Beside
//	h.ScanWith(ctx, &values, &ids, "INSERT INTO ? SELECT * FROM ? AS v (id, sealed) RETURNING id", h.Table("thing"), values.Rows(rows))
//
// The text is the same whatever the values are, so that a pool whose driver keeps prepared statements prepares it once. Through a
// transaction that somebody wrapped they are written into it after all. A Beside belongs to one statement.
type Beside struct {
	values []any
	within bool // the text
}

// List returns values as a fragment of the statement: $1, $2.
func (v *Beside) List(values ...any) schema.QueryAppender {
	l := list{of: v, first: len(v.values) + 1, count: len(values)}
	v.values = append(v.values, values...)
	return l
}

type list struct {
	of           *Beside
	first, count int
}

// AppendQuery implements schema.QueryAppender.
func (l list) AppendQuery(gen schema.QueryGen, b []byte) ([]byte, error) {
	if l.of.within {
		return bun.List(l.of.values[l.first-1:][:l.count]).AppendQuery(gen, b)
	}
	for i := range l.count {
		if i > 0 {
			b = append(b, ", "...)
		}
		b = strconv.AppendInt(append(b, '$'), int64(l.first+i), 10)
	}
	return b, nil
}

// Rows returns the rows as a fragment of the statement.
func (v *Beside) Rows(u *Unnest) schema.QueryAppender {
	r := rows{of: v, rows: u, first: len(v.values) + 1}
	for _, column := range u.columns {
		v.values = append(v.values, "{"+string(column)+"}")
	}
	return r
}

type rows struct {
	of    *Beside
	rows  *Unnest
	first int
}

// AppendQuery implements schema.QueryAppender.
func (r rows) AppendQuery(gen schema.QueryGen, b []byte) ([]byte, error) {
	if r.of.within {
		return r.rows.AppendQuery(gen, b)
	}
	b = append(b, "unnest("...)
	for i, of := range r.rows.types {
		if i > 0 {
			b = append(b, ", "...)
		}
		b = strconv.AppendInt(append(b, '$'), int64(r.first+i), 10)
		b = append(append(append(b, "::"...), of...), "[]"...)
	}
	return append(b, ')'), nil
}

// ScanWith runs a statement with values beside it and reads its rows into dest, as bun does.
func (h Handle) ScanWith(ctx context.Context, v *Beside, dest any, query string, args ...any) error {
	conn := h.beneath()
	if v.within = conn == nil; v.within {
		return h.Raw(query, args...).Scan(ctx, dest)
	}
	rows, err := conn.QueryContext(ctx, h.Raw(query, args...).String(), v.values...)
	if err != nil {
		return err
	}
	defer rows.Close()
	return h.db.ScanRows(ctx, rows, dest)
}

// ExecWith runs a statement with values beside it, and returns how many rows it touched.
func (h Handle) ExecWith(ctx context.Context, v *Beside, query string, args ...any) (int64, error) {
	conn := h.beneath()
	if v.within = conn == nil; v.within {
		return h.Exec(ctx, query, args...)
	}
	res, err := conn.ExecContext(ctx, h.Raw(query, args...).String(), v.values...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// beneath returns what is beneath bun, which would look for its own placeholders; nil where that cannot be had: what somebody
// wrapped may be bun's, and must not be passed by.
func (h Handle) beneath() bun.IConn {
	if tx := h.Tx(); tx != nil {
		return tx
	}
	if h.tx == nil {
		return h.db.DB
	}
	return nil
}
