package crypto

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/enamel-go/enamel/crypto/floe"
)

// A sealed stream, version 1, is a head of 72 bytes and a stream of package floe, whose doc describes it. Numbers are
// big-endian.
//
//	0xD1            1 byte   says what it is
//	0x03            1 byte   suite 3: a stream follows
//	0x00            1 byte   flags, none yet
//	0x00            1 byte   reserved
//	key id          8 bytes
//	nonce          12 bytes
//	stream key     32 bytes  encrypted
//	tag            16 bytes
//	FLOE stream              segments of 65,536 bytes; its additional data are the 15 bytes "enamel/stream/1"
//
// The stream key is random, of this stream alone, and sealed by AES-256-GCM under the key that the id names. The
// additional data are the 15 bytes "enamel/stream/1"; practice, patient, class, kind and id, each behind its length in
// 4 bytes; and the first 12 bytes of the head. A stream is 178 bytes longer than its plaintext, and 32 more for each
// 65,504 bytes of plaintext, or part of them, that follow the first.

// StreamHead is the length of a sealed stream's head in bytes: all that [Keyring.ResealStream] has to replace.
const StreamHead = headerSize + 12 + keySize + 16

// streamLabel begins the additional data of a stream's head, and is those of its segments.
const streamLabel = "enamel/stream/1"

// SealWriter writes the head of a sealed stream to w and returns a writer that seals whatever is written to it, of any
// length and in constant memory, and binds it to b. Its Close seals the final segment, and w is not closed: until then
// the stream does not open to its end, so whoever gives up must not call it. After an error of w, and of the reader
// that [io.Copy] reads from, Close answers that error again and finishes nothing; of a reader that is copied to several
// writers at once, by [io.MultiWriter], it cannot know. The writer must not be used concurrently. Ctx is for the key
// alone. Errors are those of [Keyring.Seal], or what w answered.
func (k *Keyring) SealWriter(ctx context.Context, w io.Writer, b Binding) (io.WriteCloser, error) {
	key := newSecret()
	defer key.wipe()
	head, err := k.sealHead(ctx, key, b)
	if err != nil {
		return nil, err
	}
	if _, err := io.Copy(w, bytes.NewReader(head)); err != nil {
		return nil, fmt.Errorf("crypto: write a stream: %w", err)
	}
	out, err := floe.NewWriter(w, key.raw, []byte(streamLabel), nil)
	if err != nil {
		return nil, err
	}
	return out, nil
}

// OpenReader reads the head of a sealed stream from r and returns a reader of the plaintext that SealWriter was given
// for the same binding. All it releases is authenticated: after the last good segment it answers an error that wraps
// [ErrAuth], or what r answered, and [io.EOF] only where the stream was whole and r has ended with it. The reader must
// not be used concurrently. Ctx is for the key alone; a reader that is open goes on after its key was shredded. Errors
// wrap [ErrInvalid], [ErrVersion], [ErrUnknownKey], [ErrAuth] or [ErrShredded], or what r, the key store or the key
// manager answered.
func (k *Keyring) OpenReader(ctx context.Context, r io.Reader, b Binding) (io.Reader, error) {
	head := make([]byte, StreamHead)
	if _, err := io.ReadFull(r, head); err != nil {
		return nil, headError(err)
	}
	key, err := k.openHead(ctx, head, b)
	if err != nil {
		return nil, err
	}
	defer key.wipe()
	stream, err := floe.NewReader(r, key.raw, []byte(streamLabel), nil)
	if err != nil {
		return nil, streamError(err)
	}
	return streamReader{r: stream}, nil
}

// OpenReaderAt opens a sealed stream of size bytes for random access: it reads, seeks and reads at any offset of the
// plaintext, as [net/http.ServeContent] asks, and opens no more than the segments of 64 KiB that are touched. The final
// segment is authenticated before it returns, so the Size is what was sealed, and a stream that was cut short is
// refused at once. ReadAt may be used concurrently, Read and Seek not. What a read answers, and the errors, are those
// of OpenReader.
func (k *Keyring) OpenReaderAt(ctx context.Context, r io.ReaderAt, size int64, b Binding) (*io.SectionReader, error) {
	head := make([]byte, StreamHead)
	if n, err := r.ReadAt(head, 0); n < len(head) {
		return nil, headError(err)
	}
	key, err := k.openHead(ctx, head, b)
	if err != nil {
		return nil, err
	}
	defer key.wipe()
	rest := io.NewSectionReader(r, StreamHead, size-StreamHead)
	stream, err := floe.NewReaderAt(rest, rest.Size(), key.raw, []byte(streamLabel), nil)
	if err != nil {
		return nil, streamError(err)
	}
	return io.NewSectionReader(streamReaderAt{r: stream}, 0, stream.Size()), nil
}

// ResealStream takes the first [StreamHead] bytes of a sealed stream that is bound to from, and returns as many that
// take their place: sealed under the newest key of to, and bound to it. So an image moves to another patient's record,
// or to a new version of a key, without being sealed again. The old head opens the stream still, as long as its key is
// there: overwrite it. [Keyring.Outdated] tells which heads name an older version. Errors are those of OpenReader and
// SealWriter.
func (k *Keyring) ResealStream(ctx context.Context, head []byte, from, to Binding) ([]byte, error) {
	if len(head) != StreamHead {
		return nil, fmt.Errorf("%w: the head of a stream has %d bytes", ErrInvalid, StreamHead)
	}
	key, err := k.openHead(ctx, head, from)
	if err != nil {
		return nil, err
	}
	defer key.wipe()
	return k.sealHead(ctx, key, to)
}

// sealHead seals the key of a stream.
func (k *Keyring) sealHead(ctx context.Context, key secret, b Binding) ([]byte, error) {
	s, err := b.subject()
	if err != nil {
		return nil, err
	}
	l, err := k.key(ctx, ref{Subject: s})
	if err != nil {
		return nil, err
	}
	if !k.count(l.id) {
		return nil, ErrExhausted
	}
	head := append(make([]byte, 0, StreamHead), 0xD1, 3, 0, 0)
	head = binary.BigEndian.AppendUint64(head, l.id)
	return l.aead.Seal(head, nil, key.raw, streamBind(b, head)), nil
}

// openHead reverses sealHead; head has StreamHead bytes.
func (k *Keyring) openHead(ctx context.Context, head []byte, b Binding) (secret, error) {
	s, err := b.subject()
	if err != nil {
		return secret{}, err
	}
	if !isStream(head) {
		return secret{}, fmt.Errorf("%w of a sealed stream", ErrVersion)
	}
	l, err := k.keyByID(ctx, b.Practice, binary.BigEndian.Uint64(head[4:]), "")
	if err != nil {
		return secret{}, err
	}
	if l.subject != s {
		return secret{}, errOthersKey
	}
	raw, err := l.aead.Open(nil, nil, head[headerSize:], streamBind(b, head[:headerSize]))
	if err != nil {
		return secret{}, ErrAuth
	}
	return secret{raw: raw}, nil
}

// isStream reports whether the first bytes are those of a sealed stream, version 1.
func isStream(head []byte) bool { return [4]byte(head) == [4]byte{0xD1, 3, 0, 0} }

// streamBind is what the key of a stream is bound to. The label keeps it apart from a sealed value of the same binding:
// nobody can put a value of 32 bytes that he knows in the place of a stream's key, or have one shown as a value.
func streamBind(b Binding, header []byte) []byte {
	bind := appendParts([]byte(streamLabel), b.Practice, b.Patient, string(b.Class), b.Kind, b.ID)
	return append(bind, header...)
}

// streamReader gives errors of this package.
type streamReader struct {
	quiet
	r *floe.Reader
}

func (s streamReader) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	return n, streamError(err)
}

// WriteTo spares [io.Copy] a copy.
func (s streamReader) WriteTo(w io.Writer) (int64, error) {
	n, err := s.r.WriteTo(w)
	return n, streamError(err)
}

// streamReaderAt gives errors of this package.
type streamReaderAt struct {
	quiet
	r *floe.ReaderAt
}

func (s streamReaderAt) ReadAt(p []byte, off int64) (int, error) {
	n, err := s.r.ReadAt(p, off)
	return n, streamError(err)
}

// streamError gives a stream that does not open the error of a value that does not, with the reason.
func streamError(err error) error {
	if errors.Is(err, floe.ErrNotOpened) {
		return fmt.Errorf("%w: %s", ErrAuth, strings.TrimPrefix(err.Error(), floe.ErrNotOpened.Error()+": "))
	}
	return err
}

// headError tells a stream that ends within its head from one that cannot be read.
func headError(err error) error {
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return fmt.Errorf("%w: it is cut short", ErrAuth)
	}
	return fmt.Errorf("crypto: read a stream: %w", err)
}
