package auditpg

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"slices"
	"strconv"

	"github.com/enamel-go/enamel/audit/tree"
)

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
