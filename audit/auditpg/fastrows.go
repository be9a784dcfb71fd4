package auditpg

import (
	"context"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/audit/tree"
)

// line is a row as one text, a line for each column, with what a leaf's bytes are at the end. Each column that a driver
// hands over costs it as much as half a leaf's hash, and each byte of a bytea two characters. The time is in microseconds,
// for a text of it takes Postgres as long as all the rest; a double holds those of our time, and others make no line.
const line = `concat_ws(E'\n', t.practice, t.id, t.xid || '.' || t.seq,
	CASE WHEN t.at > '1970-01-01Z' AND t.at < '2200-01-01Z' THEN (date_part('epoch', t.at) * 1000000)::bigint END,
	t.actor_kind, t.actor, t.action, t.outcome, t.term, coalesce(encode(t.tag, 'hex'), ''), encode(t.mac, 'hex'),
	encode(t.bytes, 'escape'))`

const columns = 12

// placed reads the rows that q selects, probably not more than most. Where one of them makes
// no line, because a column holds a line feed or a time that no entry has, it reads all of them once more, column by
// column.
func placed(ctx context.Context, q *bun.SelectQuery, most int) ([]tree.Row, error) {
	lines, err := q.Clone().ColumnExpr(line).Rows(ctx)
	if err != nil {
		return nil, err
	}
	defer lines.Close()
	var rows []tree.Row
	var text string
	for lines.Next() {
		if err := lines.Scan(&text); err != nil {
			return nil, err
		}
		if len(rows) == cap(rows) {
			more := 64
			if len(rows) > 0 { // a row is large, and append alone would move each one four times
				more = max(len(rows), most-len(rows))
			}
			rows = slices.Grow(rows, more)
		}
		rows = append(rows, tree.Row{})
		if !parseLine(text, &rows[len(rows)-1]) {
			if err := lines.Close(); err != nil {
				return nil, err
			}
			return placedSlowly(ctx, q)
		}
	}
	return rows, lines.Err()
}

// placedSlowly is placed for whatever a column may hold.
func placedSlowly(ctx context.Context, q *bun.SelectQuery) ([]tree.Row, error) {
	var whole []wholeRow
	if err := q.Model(&whole).Scan(ctx); err != nil {
		return nil, err
	}
	rows := make([]tree.Row, len(whole))
	for i, r := range whole {
		rows[i] = tree.Row{Leaf: r.leaf(), Order: strconv.FormatInt(r.XID, 10) + "." + strconv.FormatInt(r.Seq, 10)}
	}
	return rows, nil
}

func parseLine(text string, into *tree.Row) bool {
	var column [columns]string
	for i := range columns - 1 {
		var found bool
		if column[i], text, found = strings.Cut(text, "\n"); !found {
			return false
		}
	}
	micro, badTime := strconv.ParseInt(column[3], 10, 64)
	tagSize, macSize := hex.DecodedLen(len(column[9])), hex.DecodedLen(len(column[10]))
	room := make([]byte, tagSize+macSize, tagSize+macSize+len(text))
	_, badTag := hex.Decode(room, []byte(column[9]))
	_, badMAC := hex.Decode(room[tagSize:], []byte(column[10]))
	room, plain := appendUnescaped(room, text)
	_, _, badOrder := parseOrder(column[2])
	if !plain || badTag != nil || badMAC != nil || badOrder != nil || badTime != nil {
		return false
	}
	into.Order = column[2]
	into.Leaf = audit.Leaf{
		Practice: column[0], ID: column[1], At: time.UnixMicro(micro).UTC(), Actor: audit.Actor{Kind: audit.ActorKind(column[4]), ID: column[5]},
		Action: column[6], Outcome: audit.Outcome(column[7]), Term: audit.Term(column[8]),
		MAC: room[tagSize : tagSize+macSize : tagSize+macSize], Bytes: room[tagSize+macSize:],
	}
	if tagSize > 0 {
		into.Leaf.Tag = room[:tagSize:tagSize]
	}
	return true
}

// appendUnescaped appends what Postgres's encode(..., 'escape') wrote: a backslash is doubled, and bytes outside of ASCII
// and zeros are three octal digits. A line feed stands for itself, and tells that another column has one.
func appendUnescaped(dst []byte, text string) ([]byte, bool) {
	for {
		at := strings.IndexByte(text, '\\')
		if at < 0 {
			return append(dst, text...), true
		}
		dst = append(dst, text[:at]...)
		text = text[at+1:]
		if strings.HasPrefix(text, `\`) {
			dst, text = append(dst, '\\'), text[1:]
			continue
		}
		if len(text) < 3 {
			return dst, false
		}
		b, err := strconv.ParseUint(text[:3], 8, 8)
		if err != nil {
			return dst, false
		}
		dst, text = append(dst, byte(b)), text[3:]
	}
}
