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
// The text is the same whatever the values are, so that a pool whose driver keeps prepared statements prepares it once. A Beside
// belongs to one statement.
type Beside struct{ values []any }

// List returns values as a fragment of the statement: $1, $2.
func (v *Beside) List(values ...any) schema.QueryAppender {
	l := list{first: len(v.values) + 1, count: len(values)}
	v.values = append(v.values, values...)
	return l
}

type list struct{ first, count int }

// AppendQuery implements schema.QueryAppender.
func (l list) AppendQuery(_ schema.QueryGen, b []byte) ([]byte, error) {
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
	r := rows{types: u.types, first: len(v.values) + 1}
	for _, column := range u.columns {
		v.values = append(v.values, "{"+string(column)+"}")
	}
	return r
}

type rows struct {
	types []string
	first int
}

// AppendQuery implements schema.QueryAppender.
func (r rows) AppendQuery(_ schema.QueryGen, b []byte) ([]byte, error) {
	b = append(b, "unnest("...)
	for i, of := range r.types {
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
	rows, err := h.conn().QueryContext(ctx, h.Raw(query, args...).String(), v.values...)
	if err != nil {
		return err
	}
	defer rows.Close()
	return h.db.ScanRows(ctx, rows, dest)
}

// ExecWith runs a statement with values beside it, and returns how many rows it touched.
func (h Handle) ExecWith(ctx context.Context, v *Beside, query string, args ...any) (int64, error) {
	res, err := h.conn().ExecContext(ctx, h.Raw(query, args...).String(), v.values...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// conn returns what statements with values beside them are sent through: what is beneath bun, for bun would look for its
// own placeholders.
func (h Handle) conn() bun.IConn {
	if tx := h.Tx(); tx != nil {
		return tx
	}
	switch own := h.tx.(type) {
	case nil:
		return h.db.DB
	case bun.Conn:
		return own.Conn
	default: // somebody's own, which must not be passed by
		return own
	}
}
