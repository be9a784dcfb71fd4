package floe

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha512"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"sync/atomic"
)

// KeySize is the length of a key in bytes.
const KeySize = 32

// Options adjusts a stream. The zero value is ready to use. Who opens a stream gives what it was sealed with.
type Options struct {
	// SegmentSize is the length in bytes of an encrypted segment, 33 to 33,554,432. A larger one makes the stream a
	// little shorter; a smaller one lets a [ReaderAt] read less for a few bytes. Defaults to 65,536.
	SegmentSize int

	rotation uint // of the known answers; every other stream has the specification's
}

const (
	ivSize     = 32
	tagSize    = 32
	headerSize = 10 + ivSize + tagSize
	kdfKeySize = 48

	lengthSize = 4
	overhead   = lengthSize + 12 + 16 // of a segment: its length, a nonce and a tag

	rotation    = 20      // 1<<rotation segments are sealed under one key
	maxSegments = 1 << 40 // of a stream

	maxSegmentSize = 1 << 25

	// goesOn stands in the place of a length in every segment but the final one.
	goesOn = math.MaxUint32
)

// stream is what all segments of a stream share: the state of the specification. It may be used concurrently.
type stream struct {
	segment  int // how long an encrypted segment is
	payload  int // how much plaintext a full one holds
	rotation uint
	context  []byte // the parameters and the IV, with which the info of every derivation begins
	aad      []byte
	key      []byte                // the message key, from which those of the segments are derived
	current  atomic.Pointer[epoch] // the key used last
}

// epoch is the segments that are sealed under one key.
type epoch struct {
	first uint64
	aead  cipher.AEAD
}

// newStream prepares what needs no key.
func newStream(key, aad []byte, o *Options) (*stream, error) {
	if o == nil {
		o = &Options{}
	}
	s := &stream{segment: o.SegmentSize, rotation: o.rotation}
	if s.segment == 0 {
		s.segment = 64 << 10
	}
	if s.rotation == 0 {
		s.rotation = rotation
	}
	if len(key) != KeySize {
		return nil, fmt.Errorf("%w: a key has %d bytes", ErrInvalid, KeySize)
	}
	if s.segment <= overhead || s.segment > maxSegmentSize {
		return nil, fmt.Errorf("%w: a segment has %d to %d bytes", ErrInvalid, overhead+1, maxSegmentSize)
	}
	s.payload = s.segment - overhead
	s.aad = append(s.aad, aad...)
	s.context = append(make([]byte, 0, headerSize), 0, 0) // AES-256-GCM and HKDF-Expand-SHA384
	s.context = binary.BigEndian.AppendUint32(s.context, uint32(s.segment))
	s.context = binary.BigEndian.AppendUint32(s.context, ivSize)
	return s, nil
}

// start takes the IV, derives the message key and returns the header's tag, which commits to key, IV, additional data
// and parameters.
func (s *stream) start(key, iv []byte) (tag []byte, err error) {
	s.context = append(s.context, iv...)
	if tag, err = s.derive(key, "HEADER_TAG:", tagSize); err != nil {
		return nil, err
	}
	s.key, err = s.derive(key, "MESSAGE_KEY:", kdfKeySize)
	return tag, err
}

// derive is FLOE_KDF of the specification.
func (s *stream) derive(key []byte, purpose string, size int) ([]byte, error) {
	out, err := hkdf.Expand(sha512.New384, key, string(s.context)+purpose+string(s.aad), size)
	if err != nil {
		return nil, fmt.Errorf("floe: derive a key: %w", err)
	}
	return out, nil
}

// aead returns the cipher of the segment at a position.
func (s *stream) aead(position uint64) (cipher.AEAD, error) {
	first := position >> s.rotation << s.rotation
	if e := s.current.Load(); e != nil && e.first == first {
		return e.aead, nil
	}
	purpose := binary.BigEndian.AppendUint64([]byte("DEK:"), first)
	key, err := s.derive(s.key, string(purpose), KeySize)
	if err != nil {
		return nil, err
	}
	defer clear(key)
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("floe: use a key: %w", err)
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, fmt.Errorf("floe: use a key: %w", err)
	}
	s.current.Store(&epoch{first: first, aead: aead})
	return aead, nil
}

// place is the additional data of a segment, in memory that is used again.
type place [9]byte

func (p *place) set(position uint64, final bool) []byte {
	binary.BigEndian.PutUint64(p[:], position)
	p[8] = 0
	if final {
		p[8] = 1
	}
	return p[:]
}

// open appends the plaintext of a segment to dst. After an error it has left none there.
func (s *stream) open(dst, segment []byte, at *place, position uint64, final bool) ([]byte, error) {
	if len(segment) < overhead || !final && len(segment) < s.segment {
		return nil, errCut
	}
	length, have := binary.BigEndian.Uint32(segment), uint32(len(segment))
	switch {
	case !final && (length != goesOn || position >= maxSegments-1), position >= maxSegments:
		return nil, altered(position)
	case final && length > have:
		return nil, errCut
	case final && length < have:
		return nil, errLong
	}
	aead, err := s.aead(position)
	if err != nil {
		return nil, err
	}
	out, err := aead.Open(dst, nil, segment[lengthSize:], at.set(position, final))
	if err != nil {
		return nil, altered(position)
	}
	return out, nil
}

func altered(position uint64) error {
	return fmt.Errorf("%w: segment %d was altered or moved", ErrNotOpened, position)
}

// wipe overwrites the message key. What was derived from it lies in a cipher, and the standard library has no way to
// wipe those.
func (s *stream) wipe() {
	clear(s.key)
	s.current.Store(nil)
}

// Format writes a fixed word for every verb, so that no key is printed.
func (s *stream) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "[secret]") }
