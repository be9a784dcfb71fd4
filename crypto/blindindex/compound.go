package blindindex

import (
	"bytes"
	"encoding/binary"
)

// Compound joins values into one that is indexed as a whole, such as a surname and a birth date: each behind its length
// in four bytes, big-endian. So no other values give the same, as they would with separators that a value may hold. The
// result is for a key to hash, and not for people to read.
func Compound(values ...string) string {
	var b []byte
	for _, v := range values {
		b = binary.BigEndian.AppendUint32(b, uint32(len(v)))
		b = append(b, v...)
	}
	return string(b)
}

// Truncate returns the first bits of an index: of every byte the most significant bit is the first. The result has as
// many bytes as it needs, and what of its last byte is not used is zero. With fewer than one bit it is empty, and all
// rows are alike; with more bits than the index has, it is the whole index. The index stays as it is, and the result
// shares no memory with it.
//
// Rows that are found by a truncated index are candidates. Decrypt them, normalise what they hold, compare it with what
// is looked for, and drop the others before anybody sees them or a page is cut.
func Truncate(index []byte, bits int) []byte {
	bits = min(max(bits, 0), 8*len(index))
	kept := bytes.Clone(index[:(bits+7)/8])
	if rest := bits % 8; rest > 0 {
		kept[len(kept)-1] &= 0xFF << (8 - rest)
	}
	return kept
}
