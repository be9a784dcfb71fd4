package auditpg

import (
	"context"
	"database/sql"
	"errors"
	"iter"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/audit/tree"
	"github.com/enamel-go/enamel/internal/pgstore"
)

// line is a row as four columns: a text with a line for each short field, and what is bytes as bytes. Each column that a
// driver hands over costs it as much as half a leaf's hash. The time is the eight bytes that Postgres sends of it, for
// its text takes Postgres as long as all the rest.
const line = `concat_ws(E'\n', t.practice, t.id, t.xid, t.seq, encode(timestamptz_send(t.at), 'hex'), t.actor_kind, t.actor,
	t.action, t.outcome, t.term), t.tag, t.mac, t.bytes`

const fields = 10

// partSize is how many rows are given out together.
const partSize = 256

var errNoLine = errors.New("a row makes no lines")

// placed reads the rows that q selects. Inside h's transaction it reads lines. Where a row makes none, because a field
// holds a line feed or a time that no entry has, it reads all of them once more, column by column.
func placed(ctx context.Context, h pgstore.Handle, q *bun.SelectQuery) ([]tree.Row, error) {
	if h.Tx() == nil {
		return placedByColumns(ctx, q)
	}
	var rows []tree.Row
	err := placedByLines(ctx, h, q, func(part []tree.Row) bool {
		rows = append(rows, part...)
		return true
	})
	if errors.Is(err, errNoLine) {
		return placedByColumns(ctx, q)
	}
	return rows, err
}

// streamed is placed for many rows, which it gives out in parts while it reads. Inside h's transaction q must select the
// same rows in the same order when it is asked twice.
func streamed(ctx context.Context, h pgstore.Handle, q *bun.SelectQuery) iter.Seq2[[]tree.Row, error] {
	return func(yield func([]tree.Row, error) bool) {
		given, more := 0, true
		err := placedByLines(ctx, h, q, func(part []tree.Row) bool {
			given, more = given+len(part), yield(part, nil)
			return more
		})
		var rest []tree.Row
		if more && errors.Is(err, errNoLine) {
			if rest, err = placedByColumns(ctx, q); err == nil {
				rest = rest[given:]
			}
		}
		if more && (err != nil || len(rest) > 0) {
			yield(rest, err)
		}
	}
}

// placedByLines gives out the rows that q selects until give says that it wants no more. It prepares its statement, so
// that drivers have bytes sent as bytes, and closes it before the transaction ends, so that nobody looks for it on another
// connection of a pooler.
func placedByLines(ctx context.Context, h pgstore.Handle, q *bun.SelectQuery, give func([]tree.Row) bool) (err error) {
	statement, err := h.Tx().PrepareContext(ctx, q.Clone().ColumnExpr(line).String())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, statement.Close()) }()
	lines, err := statement.QueryContext(ctx)
	if err != nil {
		return err
	}
	defer lines.Close()
	var text string
	var tag, mac, bytes sql.RawBytes
	var part []tree.Row
	var store room
	for lines.Next() {
		if err := lines.Scan(&text, &tag, &mac, &bytes); err != nil {
			return err
		}
		if part == nil {
			part = make([]tree.Row, 0, partSize)
		}
		part = append(part, tree.Row{})
		if !parseLine(text, &part[len(part)-1]) {
			return errNoLine
		}
		leaf := &part[len(part)-1].Leaf
		leaf.Tag, leaf.MAC, leaf.Bytes = store.keep(tag), store.keep(mac), store.keep(bytes)
		if len(part) == partSize {
			if !give(part) {
				return nil
			}
			part = nil
		}
	}
	if err := lines.Err(); err != nil || len(part) == 0 {
		return err
	}
	give(part)
	return nil
}

// placedByColumns is placed for whatever a column may hold.
func placedByColumns(ctx context.Context, q *bun.SelectQuery) ([]tree.Row, error) {
	var whole []wholeRow
	if err := q.Model(&whole).ColumnExpr(readable + ", xid, seq").Scan(ctx); err != nil {
		return nil, err
	}
	rows := make([]tree.Row, len(whole))
	for i, r := range whole {
		rows[i] = tree.Row{Leaf: r.Leaf(), Order: strconv.FormatInt(r.XID, 10) + "." + strconv.FormatInt(r.Seq, 10)}
	}
	return rows, nil
}

// room is memory for what many rows hold, so that each costs no allocation.
type room []byte

func (r *room) keep(b []byte) []byte {
	if len(b) == 0 {
		return nil
	}
	if len(b) > cap(*r)-len(*r) {
		*r = make([]byte, 0, max(len(b), 1<<15))
	}
	from := len(*r)
	*r = append(*r, b...)
	return (*r)[from:len(*r):len(*r)]
}

func parseLine(text string, into *tree.Row) bool {
	if strings.Count(text, "\n") != fields-1 {
		return false
	}
	var field [fields]string
	for i := range field {
		field[i], text, _ = strings.Cut(text, "\n")
	}
	at, known := parseTime(field[4])
	if !known {
		return false
	}
	into.Order = field[2] + "." + field[3]
	into.Leaf = audit.Leaf{
		Practice: field[0], ID: field[1], At: at, Actor: audit.Actor{Kind: audit.ActorKind(field[5]), ID: field[6]},
		Action: field[7], Outcome: audit.Outcome(field[8]), Term: audit.Term(field[9]),
	}
	return true
}

// epoch is the instant from which Postgres counts the microseconds of a time.
var epoch = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// parseTime reads what Postgres sends of a time, in hexadecimals. Its two infinities are none.
func parseTime(text string) (time.Time, bool) {
	count, err := strconv.ParseUint(text, 16, 64)
	micro := int64(count)
	if err != nil || micro == math.MinInt64 || micro == math.MaxInt64 {
		return time.Time{}, false
	}
	return time.UnixMicro(micro).Add(epoch.Sub(time.Unix(0, 0))).UTC(), true
}
