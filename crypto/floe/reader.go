package floe

import (
	"bytes"
	"crypto/subtle"
	"encoding/binary"
	"fmt"
	"io"
)

// Reader opens a stream from its beginning to its end. It must not be used concurrently. It prints as a fixed word.
type Reader struct {
	*stream
	r        io.Reader
	sealed   []byte // one segment, made when it is first needed, like plain
	over     [1]byte
	plain    []byte
	rest     []byte // of plain, what was not yet read
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
	return &Reader{stream: s, r: r}, nil
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
			r.rest = r.next(r.plain)
		} else if n := len(r.next(p[:0:len(p)])); n > 0 {
			return n, nil
		}
	}
	n := copy(p, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

// WriteTo writes all that Read would give to w, without copying it first; [io.Copy] calls it. What lies in a
// [bytes.Reader] or [bytes.Buffer] is opened where it lies. An error of w is wrapped, and nothing can be read after it.
func (r *Reader) WriteTo(w io.Writer) (int64, error) {
	d := &delivery{r: r, w: w}
	d.deliver(r.rest)
	r.rest = nil
	switch source := r.r.(type) {
	case *bytes.Reader, *bytes.Buffer:
		if r.err == nil {
			_, _ = source.(io.WriterTo).WriteTo(d) // its error is r.err
		}
	}
	for r.err == nil {
		d.deliver(r.next(r.plain))
	}
	if r.err == io.EOF {
		return d.total, nil
	}
	if to, ok := w.(*Writer); ok {
		to.giveUp(r.err) // or its Close would make a whole stream of half of one
	}
	return d.total, r.err
}

// next returns the plaintext of the next segment, appended to dst. After the final segment, and in place of plaintext
// after a failure, it sets what follows.
func (r *Reader) next(dst []byte) []byte {
	if cap(r.sealed) < r.segment {
		r.sealed = make([]byte, r.segment)
	}
	n, err := io.ReadFull(r.r, r.sealed[:r.segment])
	if err != nil && !ended(err) {
		return r.fail(failed(err))
	}
	segment := r.sealed[:n]
	if final(segment) && err == nil {
		// The segment is as long as one can be, so the end of the underlying reader was not seen yet.
		switch _, err := io.ReadFull(r.r, r.over[:]); {
		case err == nil:
			return r.fail(errLong)
		case !ended(err):
			return r.fail(failed(err))
		}
	}
	return r.take(dst, segment)
}

// take opens the next segment. One that makes plain makes it as large as it has to be.
func (r *Reader) take(dst, segment []byte) []byte {
	plain, err := r.open(dst, segment, &r.at, r.position, final(segment))
	if err != nil {
		return r.fail(err)
	}
	if cap(dst) == 0 {
		r.plain = plain[:0]
	}
	r.position++
	if final(segment) {
		r.fail(io.EOF)
	}
	return plain
}

// fail sets what follows.
func (r *Reader) fail(err error) []byte {
	r.err = err
	r.wipe()
	return nil
}

// final reports whether a segment says that it is the final one.
func final(segment []byte) bool {
	return len(segment) >= lengthSize && binary.BigEndian.Uint32(segment) != goesOn
}

// delivery writes what a Reader opens, and is what a source in memory writes to.
type delivery struct {
	r     *Reader
	w     io.Writer
	total int64
}

// deliver writes plaintext.
func (d *delivery) deliver(plain []byte) {
	if len(plain) == 0 {
		return
	}
	n, err := d.w.Write(plain)
	if err == nil && n < len(plain) {
		err = io.ErrShortWrite
	}
	d.total += int64(n)
	if err != nil {
		d.r.fail(fmt.Errorf("floe: write: %w", err))
	}
}

// Write opens all that a source in memory holds. Those of package bytes write it at once.
func (d *delivery) Write(p []byte) (int, error) {
	r, n := d.r, 0
	for r.err == nil && n < len(p) {
		segment := p[n:min(n+r.segment, len(p))]
		if n += len(segment); n < len(p) && final(segment) {
			r.fail(errLong)
			break
		}
		d.deliver(r.take(r.plain, segment))
	}
	return n, r.err
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
