package auditpg

import (
	"cmp"
	"context"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/uptrace/bun"

	"github.com/enamel-go/enamel/audit/tree"
	"github.com/enamel-go/enamel/internal/pgstore"
)

// headRow is a head as a row.
type headRow struct {
	bun.BaseModel `bun:"table:audit_head,alias:t"`

	Practice   string `bun:"practice"`
	Size       int64  `bun:"size"`
	First      int64  `bun:"first"`
	Number     int64  `bun:"number"`
	IDs        []byte `bun:"ids"`
	Lowest     string `bun:"lowest"`
	Highest    string `bun:"highest"`
	Orders     []byte `bun:"orders"`
	FirstHash  int64  `bun:"first_hash"`
	Hashes     []byte `bun:"hashes"`
	Checkpoint string `bun:"checkpoint"`

	// Of a search for an id: where its 16 bytes stand, or the ids if they are no UUIDs.
	Place int64  `bun:"place,scanonly"`
	Texts []byte `bun:"texts,scanonly"`
	Found int64  `bun:"-"`
}

func headRowOf(h tree.Head) (headRow, error) {
	r := headRow{
		Practice: h.Practice, Size: h.Size, First: h.First, Number: h.Number, IDs: packIDs(h.Marks),
		FirstHash: h.FirstHash, Checkpoint: h.Checkpoint, Hashes: make([]byte, 0, len(h.Hashes)*len(tree.Hash{})),
	}
	for i, m := range h.Marks {
		if i == 0 || m.ID < r.Lowest {
			r.Lowest = m.ID
		}
		r.Highest = max(r.Highest, m.ID)
	}
	for _, hash := range h.Hashes {
		r.Hashes = append(r.Hashes, hash[:]...)
	}
	var err error
	r.Orders, err = packOrders(h.Marks)
	return r, err
}

// insertHeads keeps heads by one statement. Their bytes are sent beside it, for in its text they would be twice as long.
func insertHeads(ctx context.Context, h pgstore.Handle, heads []tree.Head) error {
	statement := []byte(h.Raw(`INSERT INTO ? (practice, size, first, number, ids, lowest, highest, orders, first_hash, hashes,
		checkpoint) VALUES `, h.Table(headTable)).String())
	var values []any
	for i, head := range heads {
		r, err := headRowOf(head)
		if err != nil {
			return err
		}
		before := len(values)
		values = append(values, r.Practice, r.Size, r.First, r.Number, r.IDs, r.Lowest, r.Highest, r.Orders, r.FirstHash,
			r.Hashes, r.Checkpoint)
		if i > 0 {
			statement = append(statement, ',')
		}
		for n := before; n < len(values); n++ {
			statement = append(statement, "(,"[min(n-before, 1)], '$')
			statement = strconv.AppendInt(statement, int64(n+1), 10)
		}
		statement = append(statement, ')')
	}
	prepared, err := h.Tx().PrepareContext(ctx, string(statement))
	if err != nil {
		return err
	}
	_, err = prepared.ExecContext(ctx, values...)
	return errors.Join(err, prepared.Close())
}

// find says whether the head has a mark with the id, and sets Found to its position.
func (r *headRow) find(id string) bool {
	if r.Texts != nil {
		ids, err := unpackIDs(r.Texts)
		at := slices.Index(ids, id)
		r.Found = r.First + int64(at)
		return err == nil && at >= 0
	}
	// Postgres counts from 1, and a byte stands before the ids.
	r.Found = r.First + (r.Place-2)/16
	return r.Place >= 2 && (r.Place-2)%16 == 0
}

// brief reads a row without marks and hashes.
func (r headRow) brief() tree.Head {
	return tree.Head{
		Practice: r.Practice, Number: r.Number, First: r.First, Size: r.Size,
		FirstHash: r.FirstHash, Checkpoint: r.Checkpoint,
	}
}

// head reads a row. Somebody may have damaged it: then it has no marks, which is found wherever they are counted.
func (r headRow) head() tree.Head {
	h := r.brief()
	for raw := range slices.Chunk(r.Hashes, len(tree.Hash{})) {
		if len(raw) == len(tree.Hash{}) {
			h.Hashes = append(h.Hashes, tree.Hash(raw))
		}
	}
	ids, err := unpackIDs(r.IDs)
	orders, err2 := unpackOrders(r.Orders, len(ids))
	if err != nil || err2 != nil || len(ids) == 0 || slices.Min(ids) != r.Lowest || slices.Max(ids) != r.Highest {
		return h
	}
	h.Marks = make([]tree.Mark, len(ids))
	for i, id := range ids {
		h.Marks[i] = tree.Mark{ID: id, Order: orders[i]}
	}
	return h
}

var errPacked = errors.New("a head's marks cannot be read")

// The ids of a head are packed: a byte that says how, then UUIDs of 16 bytes each, or texts with their lengths.
const (
	packedTexts = 0
	packedUUIDs = 1
)

func packIDs(marks []tree.Mark) []byte {
	packed := append(make([]byte, 0, 1+16*len(marks)), packedUUIDs)
	for _, m := range marks {
		raw, ok := parseUUID(m.ID)
		if !ok {
			return packTexts(marks)
		}
		packed = append(packed, raw[:]...)
	}
	return packed
}

func packTexts(marks []tree.Mark) []byte {
	packed := []byte{packedTexts}
	for _, m := range marks {
		packed = appendText(packed, m.ID)
	}
	return packed
}

func appendText(dst []byte, id string) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(id))), id...)
}

// needles are how an id may stand among packed ids. Where one is found the id is there nearly always, and where none is
// found it never is.
func needles(id string) (uuid, text []byte) {
	if raw, ok := parseUUID(id); ok {
		uuid = raw[:]
	}
	return uuid, appendText(nil, id)
}

func unpackIDs(packed []byte) ([]string, error) {
	if len(packed) == 0 {
		return nil, errPacked
	}
	form, rest := packed[0], packed[1:]
	switch {
	case form == packedUUIDs && len(rest)%16 == 0:
		all := make([]byte, 0, len(rest)/16*36)
		for raw := range slices.Chunk(rest, 16) {
			all = appendUUID(all, raw)
		}
		ids, text := make([]string, 0, len(rest)/16), string(all)
		for ; text != ""; text = text[36:] {
			ids = append(ids, text[:36])
		}
		return ids, nil
	case form == packedTexts:
		var ids []string
		for len(rest) > 0 {
			size, n := binary.Uvarint(rest)
			if n <= 0 || size > uint64(len(rest)-n) {
				return nil, errPacked
			}
			ids = append(ids, string(rest[n:n+int(size)]))
			rest = rest[n+int(size):]
		}
		return ids, nil
	}
	return nil, errPacked
}

// parseUUID reads a UUID in its canonical form, and no other, so that the text can be made again.
func parseUUID(text string) (raw [16]byte, ok bool) {
	if len(text) != 36 || text[8] != '-' || text[13] != '-' || text[18] != '-' || text[23] != '-' {
		return raw, false
	}
	var digits [32]byte
	n := 0
	for _, part := range []string{text[:8], text[9:13], text[14:18], text[19:23], text[24:]} {
		n += copy(digits[n:], part)
	}
	for _, c := range digits {
		if c >= 'A' && c <= 'F' {
			return raw, false
		}
	}
	_, err := hex.Decode(raw[:], digits[:])
	return raw, err == nil
}

func appendUUID(dst, raw []byte) []byte {
	for i, part := range [][]byte{raw[:4], raw[4:6], raw[6:8], raw[8:10], raw[10:]} {
		if i > 0 {
			dst = append(dst, '-')
		}
		dst = hex.AppendEncode(dst, part)
	}
	return dst
}

// packOrders writes each order as its distance from the one before, which is small; nothing in the tree of heads.
func packOrders(marks []tree.Mark) ([]byte, error) {
	packed := make([]byte, 0, 3*len(marks))
	var before [2]int64
	for _, m := range marks {
		if m.Order == "" {
			continue
		}
		xid, seq, err := parseOrder(m.Order)
		if err != nil {
			return nil, err
		}
		packed = binary.AppendVarint(binary.AppendVarint(packed, xid-before[0]), seq-before[1])
		before = [2]int64{xid, seq}
	}
	return packed, nil
}

func unpackOrders(packed []byte, count int) ([]string, error) {
	orders := make([]string, count)
	if len(packed) == 0 {
		return orders, nil
	}
	var at [2]int64
	var all []byte
	ends := make([]int, count)
	for i := range orders {
		for k := range at {
			d, n := binary.Varint(packed)
			if n <= 0 {
				return nil, errPacked
			}
			at[k] += d
			packed = packed[n:]
		}
		all = strconv.AppendInt(append(strconv.AppendInt(all, at[0], 10), '.'), at[1], 10)
		ends[i] = len(all)
	}
	if len(packed) > 0 {
		return nil, errPacked
	}
	text, start := string(all), 0
	for i, end := range ends {
		orders[i], start = text[start:end], end
	}
	return orders, nil
}

// parseOrder reads the transaction and the sequence number of a row.
func parseOrder(order string) (xid, seq int64, err error) {
	left, right, _ := strings.Cut(order, ".")
	if xid, err = strconv.ParseInt(left, 10, 64); err == nil {
		seq, err = strconv.ParseInt(right, 10, 64)
	}
	if err != nil {
		return 0, 0, fmt.Errorf("an order cannot be read")
	}
	return xid, seq, nil
}

// xidOf returns the number of the transaction that appended a row of this store.
func xidOf(r tree.Row) int64 {
	xid, _, _ := parseOrder(r.Order) // it was read from two numbers
	return xid
}

// byOrder compares the places of two rows of this store.
func byOrder(a, b tree.Row) int {
	ax, as, _ := parseOrder(a.Order)
	bx, bs, _ := parseOrder(b.Order)
	return cmp.Or(cmp.Compare(ax, bx), cmp.Compare(as, bs))
}
