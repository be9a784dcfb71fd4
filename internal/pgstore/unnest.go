package pgstore

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/uptrace/bun/schema"
)

// Unnest is rows for a statement, written as one array for each column: Postgres reads a hundred rows from a few arrays
// sooner than from a VALUES list of a thousand literals.
//
//	rows := pgstore.NewUnnest("text", "bytea")
//	rows.Add("elm-street", sealed)
//	h.Exec(ctx, "INSERT INTO ? SELECT * FROM ? AS v (practice, sealed)", h.Table("thing"), rows)
type Unnest struct {
	types   []string
	columns [][]byte
	rows    int
	expect  int
}

// NewUnnest returns no rows of columns of these types.
func NewUnnest(types ...string) *Unnest {
	return &Unnest{types: types, columns: make([][]byte, len(types))}
}

// Expect says how many rows there will be, so that memory for them is taken at once.
func (u *Unnest) Expect(rows int) *Unnest {
	u.expect = rows
	return u
}

// Len returns how many rows there are.
func (u *Unnest) Len() int { return u.rows }

// Add adds a row. A value is a string, an int, an int64, a bool, bytes, an instant, a duration for an interval, or nil for
// NULL. Text holds no NUL, which Postgres cannot keep.
func (u *Unnest) Add(values ...any) {
	for i, v := range values {
		b := u.columns[i]
		if u.rows > 0 {
			b = append(b, ',')
		}
		u.columns[i] = appendElement(b, v)
	}
	if u.rows++; u.rows == 1 && u.expect > 1 {
		for i, b := range u.columns {
			u.columns[i] = slices.Grow(b, (len(b)+1)*u.expect*9/8)
		}
	}
}

func appendElement(b []byte, value any) []byte {
	switch v := value.(type) {
	case nil:
		return append(b, "NULL"...)
	case string:
		return appendText(b, v)
	case int:
		return strconv.AppendInt(b, int64(v), 10)
	case int64:
		return strconv.AppendInt(b, v, 10)
	case bool:
		return strconv.AppendBool(b, v)
	case []byte:
		if v == nil {
			return append(b, "NULL"...)
		}
		b = append(slices.Grow(b, 2*len(v)+8), `"\\x`...)
		return append(hex.AppendEncode(b, v), '"')
	case time.Time:
		b = append(b, '"')
		return append(v.UTC().AppendFormat(b, "2006-01-02 15:04:05.999999-07:00"), '"')
	case time.Duration:
		return append(strconv.AppendInt(append(b, '"'), v.Microseconds(), 10), ` microseconds"`...)
	}
	panic(fmt.Sprintf("pgstore: no column is made of a %T", value))
}

// appendText writes an element of an array.
func appendText(b []byte, s string) []byte {
	b = append(b, '"')
	for i := range len(s) {
		switch c := s[i]; c {
		case '"', '\\':
			b = append(b, '\\', c)
		default:
			b = append(b, c)
		}
	}
	return append(b, '"')
}

// appendArray writes the elements of an array as a literal.
func appendArray(b, elements []byte, of string) []byte {
	b = append(b, "'{"...)
	for {
		before, after, more := bytes.Cut(elements, []byte("'"))
		b = append(b, before...)
		if !more {
			break
		}
		b, elements = append(b, "''"...), after
	}
	return append(append(append(b, "}'::"...), of...), "[]"...)
}

// AppendQuery implements schema.QueryAppender.
func (u *Unnest) AppendQuery(_ schema.QueryGen, b []byte) ([]byte, error) {
	b = append(b, "unnest("...)
	for i, column := range u.columns {
		if i > 0 {
			b = append(b, ", "...)
		}
		b = appendArray(b, column, u.types[i])
	}
	return append(b, ')'), nil
}

// Texts writes words as an array of text.
func Texts(words []string) schema.QueryAppender { return texts(words) }

type texts []string

// AppendQuery implements schema.QueryAppender.
func (t texts) AppendQuery(_ schema.QueryGen, b []byte) ([]byte, error) {
	var elements []byte
	for i, w := range t {
		if i > 0 {
			elements = append(elements, ',')
		}
		elements = appendText(elements, w)
	}
	return appendArray(b, elements, "text"), nil
}
