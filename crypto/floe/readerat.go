package floe

import (
	"fmt"
	"io"
	"sync"
)

// ReaderAt opens any part of a stream. It may be used concurrently. It prints as a fixed word.
//
// With [io.NewSectionReader] it reads and seeks, as http.ServeContent asks.
type ReaderAt struct {
	*stream
	r     io.ReaderAt
	size  int64  // of the plaintext
	last  uint64 // position of the final segment
	tail  int    // length of the final segment
	spare sync.Pool
}

// window is what one call of ReadAt works with. It keeps the segment of which a part was read: who reads in small steps
// wants the next part of it.
type window struct {
	sealed   []byte
	plain    []byte // made when it is first needed
	position uint64 // of the segment in plain
	at       place
}

// NewReaderAt reads the header of a stream of size bytes from r and its final segment, and checks that they were sealed
// under key and aad and in the same segment size. So the size of the plaintext is authentic from the beginning, and a
// stream that was cut short is refused here. Neither key nor aad is kept. O may be nil. Errors wrap [ErrInvalid],
// [ErrNotOpened] or what r answered.
func NewReaderAt(r io.ReaderAt, size int64, key, aad []byte, o *Options) (*ReaderAt, error) {
	s, err := newStream(key, aad, o)
	if err != nil {
		return nil, err
	}
	var header [headerSize]byte
	if err := fill(r, header[:], 0); err != nil {
		return nil, err
	}
	if err := s.check(key, header[:]); err != nil {
		return nil, err
	}
	body, segment := size-headerSize, int64(s.segment)
	last := (body - 1) / segment
	tail := body - last*segment
	if tail < overhead { // also where size is less than a header has
		return nil, errCut
	}
	out := &ReaderAt{stream: s, r: r, last: uint64(last), tail: int(tail)}
	out.size = last*int64(s.payload) + tail - overhead
	out.spare.New = func() any { return &window{sealed: make([]byte, min(segment, body))} }

	w := out.spare.Get().(*window)
	defer out.spare.Put(w)
	if err := out.load(w, out.last); err != nil {
		return nil, err
	}
	return out, nil
}

// Size returns the length of the plaintext in bytes.
func (r *ReaderAt) Size() int64 { return r.size }

// ReadAt reads plaintext from the offset off of the plaintext, all of it authenticated. It reads and authenticates
// whole segments; one that was read just before may be answered from memory. As [io.ReaderAt] says, fewer bytes than
// asked for come with an error: [io.EOF] at the end of the plaintext; otherwise one that wraps [ErrNotOpened] or what
// the underlying reader answered, and the bytes before the segment that failed.
func (r *ReaderAt) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 {
		return 0, fmt.Errorf("%w: the offset is negative", ErrInvalid)
	}
	if off >= r.size {
		return 0, io.EOF
	}
	end := error(nil)
	if int64(len(p)) > r.size-off {
		p, end = p[:r.size-off], io.EOF
	}
	w := r.spare.Get().(*window)
	defer r.spare.Put(w)
	n := 0
	for n < len(p) {
		position, skip := uint64(off/int64(r.payload)), int(off%int64(r.payload))
		k, err := r.part(w, p[n:], position, skip)
		if err != nil {
			return n, err
		}
		n += k
		off += int64(k)
	}
	return n, end
}

// part copies what p has room for of a segment, from skip on.
func (r *ReaderAt) part(w *window, p []byte, position uint64, skip int) (int, error) {
	held := len(w.plain) > 0 && w.position == position
	if !held && skip == 0 && len(p) >= r.holds(position) {
		plain, err := r.segmentAt(w, p[:0:len(p)], position)
		return len(plain), err
	}
	if !held {
		if err := r.load(w, position); err != nil {
			return 0, err
		}
	}
	return copy(p, w.plain[skip:]), nil
}

// holds returns how much plaintext a segment holds.
func (r *ReaderAt) holds(position uint64) int {
	if position == r.last {
		return r.tail - overhead
	}
	return r.payload
}

// load opens a segment into the window.
func (r *ReaderAt) load(w *window, position uint64) error {
	if w.plain == nil {
		w.plain = make([]byte, 0, len(w.sealed)-overhead)
	}
	plain, err := r.segmentAt(w, w.plain[:0], position)
	w.plain, w.position = w.plain[:len(plain)], position
	return err
}

// segmentAt reads a segment and appends its plaintext to dst.
func (r *ReaderAt) segmentAt(w *window, dst []byte, position uint64) ([]byte, error) {
	sealed, final := w.sealed, position == r.last
	if final {
		sealed = sealed[:r.tail]
	}
	if err := fill(r.r, sealed, headerSize+int64(position)*int64(r.segment)); err != nil {
		return nil, err
	}
	return r.open(dst, sealed, &w.at, position, final)
}

// fill reads all of p.
func fill(r io.ReaderAt, p []byte, off int64) error {
	if n, err := r.ReadAt(p, off); n < len(p) {
		return failed(err)
	}
	return nil
}
