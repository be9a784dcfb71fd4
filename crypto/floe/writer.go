package floe

import (
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"io"
	"slices"
)

// Writer seals what is written to it. It must not be used concurrently. It prints as a fixed word.
type Writer struct {
	*stream
	w        io.Writer
	plain    []byte // written and not yet sealed: a full segment waits, for only Close knows that it is the final one
	sealed   []byte // one segment, used again
	at       place
	position uint64
	err      error
}

// NewWriter writes the header of a new stream to w and returns a writer that seals what follows under key, which has
// [KeySize] bytes, and aad. The caller has to call Close; w is not closed. Neither key nor aad is kept. O may be nil.
// Errors wrap [ErrInvalid] or what w answered.
func NewWriter(w io.Writer, key, aad []byte, o *Options) (*Writer, error) {
	s, err := newStream(key, aad, o)
	if err != nil {
		return nil, err
	}
	var iv [ivSize]byte
	_, _ = rand.Read(iv[:]) // it never fails
	tag, err := s.start(key, iv[:])
	if err != nil {
		return nil, err
	}
	out := &Writer{stream: s, w: w}
	if err := out.send(slices.Concat(s.context, tag)); err != nil {
		return nil, err
	}
	return out, nil
}

// Write seals p, of which up to a segment waits for more or for Close. Errors wrap what the underlying writer
// answered; after one nothing more is written, and the stream opens up to where it broke off and not to the end.
func (w *Writer) Write(p []byte) (int, error) {
	if w.err != nil {
		return 0, w.err
	}
	n := 0
	for n < len(p) {
		rest := p[n:]
		if len(w.plain) == 0 && len(rest) > w.payload {
			if err := w.seal(rest[:w.payload], false); err != nil {
				return n, err
			}
			n += w.payload
			continue
		}
		if len(w.plain) == w.payload {
			if err := w.seal(w.plain, false); err != nil {
				return n, err
			}
			w.plain = w.plain[:0]
			continue
		}
		k := min(len(rest), w.payload-len(w.plain))
		w.plain = append(w.plain, rest[:k]...)
		n += k
	}
	return n, nil
}

// ReadFrom seals all that r gives, as Write does, without copying it first; [io.Copy] calls it. When r fails the error
// wraps what it answered, and the stream cannot be finished: Close must not make half of something look whole. So it is
// when io.Copy has a [Reader] write by itself. Of a source that fails behind another writer, such as [io.MultiWriter],
// nothing is known here.
func (w *Writer) ReadFrom(r io.Reader) (int64, error) {
	var total int64
	// One byte more than a segment holds says that the segment is not the final one.
	w.plain = slices.Grow(w.plain, w.payload+1-len(w.plain))
	for w.err == nil {
		n, err := r.Read(w.plain[len(w.plain) : w.payload+1])
		w.plain = w.plain[:len(w.plain)+n]
		total += int64(n)
		if len(w.plain) > w.payload {
			if err := w.seal(w.plain[:w.payload], false); err != nil {
				return total, err
			}
			w.plain = append(w.plain[:0], w.plain[w.payload])
		}
		if err == io.EOF {
			return total, nil
		}
		if err != nil {
			w.giveUp(err)
		}
	}
	return total, w.err
}

// giveUp notes that what is to be sealed could not be read to its end.
func (w *Writer) giveUp(err error) {
	if w.err == nil {
		w.err = fmt.Errorf("floe: read what is to be sealed: %w", err)
	}
}

// Close seals the final segment; without it the stream does not open to its end. So whoever gives up must not call it.
// It repeats the error of a Write or ReadFrom that failed, and changes nothing then. Repeating it is no error.
func (w *Writer) Close() error {
	if w.err == errClosed {
		return nil
	}
	if w.err == nil && w.seal(w.plain, true) == nil {
		w.err = errClosed
	}
	clear(w.plain[:cap(w.plain)])
	w.wipe()
	if w.err == errClosed {
		return nil
	}
	return w.err
}

// seal writes a segment.
func (w *Writer) seal(plain []byte, final bool) error {
	length := uint32(goesOn)
	if final {
		length = uint32(overhead + len(plain))
	} else if w.position >= maxSegments-1 {
		w.err = fmt.Errorf("%w: the stream is as long as one may be", ErrInvalid)
		return w.err
	}
	aead, err := w.aead(w.position)
	if err != nil {
		w.err = err
		return err
	}
	w.sealed = slices.Grow(w.sealed[:0], overhead+len(plain))
	w.sealed = binary.BigEndian.AppendUint32(w.sealed, length)
	w.sealed = aead.Seal(w.sealed, nil, plain, w.at.set(w.position, final))
	w.position++
	return w.send(w.sealed)
}

// send writes to the underlying writer.
func (w *Writer) send(p []byte) error {
	n, err := w.w.Write(p)
	if err == nil && n < len(p) {
		err = io.ErrShortWrite
	}
	if err != nil {
		w.err = fmt.Errorf("floe: write: %w", err)
	}
	return w.err
}
