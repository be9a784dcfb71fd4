package pgstore

import (
	"context"
	"database/sql"
	"strconv"

	"github.com/uptrace/bun/schema"
)

// Beside is what is sent beside the text of a statement, where it stands as $1, $2: bun writes values into the text, and Postgres
// takes longer to read a hundred rows there than to write them.
//
//	var values pgstore.Beside
//	h.ScanWith(ctx, &values, &ids, "INSERT INTO ? SELECT * FROM ? AS v (id, sealed) RETURNING id", h.Table("thing"), values.Rows(rows))
//
// It belongs to one statement.
type Beside struct{ values []any }

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
	text := h.Raw(query, args...).String()
	var rows *sql.Rows
	var err error
	if tx := h.Tx(); tx != nil {
		rows, err = tx.QueryContext(ctx, text, v.values...)
	} else {
		rows, err = h.db.DB.QueryContext(ctx, text, v.values...)
	}
	if err != nil {
		return err
	}
	defer rows.Close()
	return h.db.ScanRows(ctx, rows, dest)
}
