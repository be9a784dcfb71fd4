// Package uuidv7 makes the ids that Enamel gives to its own rows.
package uuidv7

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"strconv"
	"time"
)

// New returns a version 7 UUID (RFC 9562, section 5.7) of this moment; see [At].
func New() string { return At(time.Now()) }

// At returns a version 7 UUID of a moment in its canonical text form: 48 bits of Unix milliseconds, then 74 random bits.
// Ids of another, later millisecond sort later; within one millisecond their order is random.
func At(moment time.Time) string {
	var b [16]byte
	rand.Read(b[:]) // never fails: crypto/rand ends the program instead
	ms := uint64(moment.UnixMilli())
	for i := range 6 {
		b[i] = byte(ms >> (8 * (5 - i)))
	}
	b[6] = b[6]&0x0f | 0x70
	b[8] = b[8]&0x3f | 0x80

	var s [36]byte
	hex.Encode(s[0:8], b[0:4])
	hex.Encode(s[9:13], b[4:6])
	hex.Encode(s[14:18], b[6:8])
	hex.Encode(s[19:23], b[8:10])
	hex.Encode(s[24:36], b[10:16])
	s[8], s[13], s[18], s[23] = '-', '-', '-', '-'
	return string(s[:])
}

// Prefix returns the first 13 characters of the ids of a moment. Byte by byte, every id of that moment or a later one is
// greater, and every id of an earlier millisecond less.
func Prefix(moment time.Time) string {
	ms := uint64(moment.UnixMilli())
	return fmt.Sprintf("%08x-%04x", ms>>16&(1<<32-1), ms&(1<<16-1))
}

// Time returns the moment that an id of version 7 says, at milliseconds, in UTC; false for any other text.
func Time(id string) (time.Time, bool) {
	if len(id) != 36 || id[8] != '-' || id[13] != '-' || id[14] != '7' || id[18] != '-' || id[23] != '-' {
		return time.Time{}, false
	}
	ms, err := strconv.ParseUint(id[:8]+id[9:13], 16, 64)
	if err != nil {
		return time.Time{}, false
	}
	return time.UnixMilli(int64(ms)).UTC(), true
}
