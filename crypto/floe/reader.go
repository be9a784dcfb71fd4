package floe

import (
	"crypto/subtle"
	"encoding/binary"
	"fmt"
	"io"
)

// Reader opens a stream from its beginning to its end. It must not be used concurrently. It prints as a fixed word.
type Reader struct {
	*stream
	r        io.Reader
	sealed   []byte  // one segment
	over     [1]byte // what must not follow the final one
	plain    []byte  // made when it is first needed
	rest     []byte  // of plain, what was not yet read
	at       place
	position uint64
	err      error // what comes after rest
}

// NewReader reads the header of a stream from r, checks that it was sealed under key and aad and in the same segment
// size, and returns a reader of its plaintext. Neither key nor aad is kept. The stream ends where r does. O may be nil.
// Errors wrap [ErrInvalid], [ErrNotOpened] or what r answered.
func NewReader(r io.Reader, key, aad []byte, o *Options) (*Reader, error) {
	s, err := newStream(key, aad, o)
	if err != nil {
		return nil, err
	}
	var header [headerSize]byte
	if _, err := io.ReadFull(r, header[:]); err != nil {
		return nil, failed(err)
	}
	if err := s.check(key, header[:]); err != nil {
		return nil, err
	}
	return &Reader{stream: s, r: r, sealed: make([]byte, s.segment)}, nil
}

// check takes the IV from a header and compares the rest.
func (s *stream) check(key, header []byte) error {
	given := len(s.context)
	if string(header[:given]) != string(s.context) {
		return fmt.Errorf("%w: its header names other parameters", ErrNotOpened)
	}
	tag, err := s.start(key, header[given:given+ivSize])
	if err != nil {
		return err
	}
	if subtle.ConstantTimeCompare(tag, header[given+ivSize:]) != 1 {
		s.wipe()
		return fmt.Errorf("%w: another key or other additional data, or its header was altered", ErrNotOpened)
	}
	return nil
}

// Read reads plaintext, all of it authenticated. It answers [io.EOF] when the stream was whole: its final segment is
// authentic and the last thing that the underlying reader holds. Any other error wraps [ErrNotOpened] or what the
// underlying reader answered, comes after the last segment that was authentic, and comes again with every later call.
func (r *Reader) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	for len(r.rest) == 0 {
		if r.err != nil {
			return 0, r.err
		}
		if len(p) < r.payload {
			r.buffer()
		} else if n := len(r.next(p[:0:len(p)])); n > 0 {
			return n, nil
		}
	}
	n := copy(p, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

// WriteTo writes all that Read would give to w, without copying it first; [io.Copy] calls it. An error of w is wrapped,
// and what w did not take is lost.
func (r *Reader) WriteTo(w io.Writer) (int64, error) {
	var total int64
	for {
		if len(r.rest) > 0 {
			n, err := w.Write(r.rest)
			if err == nil && n < len(r.rest) {
				err = io.ErrShortWrite
			}
			total += int64(n)
			r.rest = nil
			if err != nil {
				return total, fmt.Errorf("floe: write: %w", err)
			}
		}
		if r.err == io.EOF {
			return total, nil
		}
		if r.err != nil {
			return total, r.err
		}
		r.buffer()
	}
}

// buffer opens the next segment into memory of the reader's own. The first one makes it, as large as it has to be.
func (r *Reader) buffer() {
	r.rest = r.next(r.plain)
	if cap(r.plain) == 0 {
		r.plain = r.rest[:0]
	}
}

// next returns the plaintext of the next segment, appended to dst. After the final segment, and after a failure, in
// place of any plaintext, it sets what follows.
func (r *Reader) next(dst []byte) []byte {
	plain, final, err := r.read(dst)
	if err == nil && final {
		err = io.EOF
	}
	if err != nil {
		r.err = err
		r.wipe()
	}
	r.position++
	return plain
}

func (r *Reader) read(dst []byte) (plain []byte, final bool, err error) {
	n, err := io.ReadFull(r.r, r.sealed)
	if err != nil && !ended(err) {
		return nil, false, failed(err)
	}
	segment := r.sealed[:n]
	if n < overhead {
		return nil, false, errCut
	}
	final = binary.BigEndian.Uint32(segment) != goesOn
	if final && err == nil {
		// The segment is as long as one can be, so the end of the underlying reader was not seen yet.
		switch _, err := io.ReadFull(r.r, r.over[:]); {
		case err == nil:
			return nil, false, errLong
		case !ended(err):
			return nil, false, failed(err)
		}
	}
	plain, err = r.open(dst, segment, &r.at, r.position, final)
	return plain, final, err
}

// ended reports whether an error says that there is nothing more to read.
func ended(err error) bool { return err == io.EOF || err == io.ErrUnexpectedEOF }

// failed tells a stream that ends too soon from one that cannot be read.
func failed(err error) error {
	if ended(err) {
		return errCut
	}
	return fmt.Errorf("floe: read: %w", err)
}
