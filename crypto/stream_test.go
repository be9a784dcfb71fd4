package crypto_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/crypto"
)

const (
	streamPiece   = 64<<10 - 32 // plaintext of a full segment
	streamSegment = 64 << 10
	streamStart   = crypto.StreamHead + 74 // of the first segment
)

// image is n bytes that do not repeat soon.
func image(n int) []byte {
	out := make([]byte, n)
	for i := range out {
		out[i] = byte(i*31 + i>>8 + i>>16)
	}
	return out
}

func sealStream(t testing.TB, k *crypto.Keyring, plain []byte, b crypto.Binding) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := k.SealWriter(context.Background(), &out, b)
	require.NoError(t, err)
	_, err = w.Write(plain)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return out.Bytes()
}

// readStream opens a stream from its beginning, in steps of 1,000 bytes, and returns what was released and the error
// that followed it.
func readStream(k *crypto.Keyring, sealed []byte, b crypto.Binding) ([]byte, error) {
	r, err := k.OpenReader(context.Background(), bytes.NewReader(sealed), b)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	_, err = io.CopyBuffer(struct{ io.Writer }{&out}, struct{ io.Reader }{r}, make([]byte, 1000))
	return out.Bytes(), err
}

// copyStream does so as io.Copy does.
func copyStream(k *crypto.Keyring, sealed []byte, b crypto.Binding) ([]byte, error) {
	r, err := k.OpenReader(context.Background(), bytes.NewReader(sealed), b)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	_, err = io.Copy(&out, r)
	return out.Bytes(), err
}

// readStreamAt does so by random access, in one go.
func readStreamAt(k *crypto.Keyring, sealed []byte, b crypto.Binding) ([]byte, error) {
	r, err := k.OpenReaderAt(context.Background(), bytes.NewReader(sealed), int64(len(sealed)), b)
	if err != nil {
		return nil, err
	}
	out := make([]byte, r.Size())
	n, err := r.ReadAt(out, 0)
	if err == io.EOF {
		err = nil
	}
	return out[:n], err
}

var streamOpeners = []func(*crypto.Keyring, []byte, crypto.Binding) ([]byte, error){
	readStream, copyStream, readStreamAt,
}

// streamOpens checks that sealed opens to plain, in every way.
func streamOpens(t testing.TB, k *crypto.Keyring, sealed []byte, b crypto.Binding, plain []byte) {
	t.Helper()
	for _, open := range streamOpeners {
		got, err := open(k, sealed, b)
		require.NoError(t, err)
		require.True(t, bytes.Equal(plain, got))
	}
}

// streamShut checks that sealed does not open to its end, for the given reason, and that what is released before is at
// most the first so many bytes of plain.
func streamShut(t testing.TB, k *crypto.Keyring, sealed []byte, b crypto.Binding, want error, plain []byte, upTo int) {
	t.Helper()
	for _, open := range streamOpeners {
		got, err := open(k, sealed, b)
		require.ErrorIs(t, err, want)
		require.LessOrEqual(t, len(got), upTo)
		require.True(t, bytes.HasPrefix(plain, got))
	}
}

// TestStreamLengths seals what ends before, at and after the end of a segment.
func TestStreamLengths(t *testing.T) {
	ring := plainRing(t)
	for _, b := range []crypto.Binding{chart("p-204", "r-17"), {Practice: practice, Kind: "logo", ID: "1"}} {
		for _, n := range []int{
			0, 1, streamPiece - 1, streamPiece, streamPiece + 1, 2 * streamPiece, 2*streamPiece + 1, 3*streamPiece + 7,
		} {
			plain := image(n)
			sealed := sealStream(t, ring, plain, b)
			require.Len(t, sealed, n+178+32*(max(0, n-1)/streamPiece))
			streamOpens(t, ring, sealed, b, plain)
		}
	}
}

// TestStreamCopies sends a stream through io.Copy, which takes other ways through the writer and the reader.
func TestStreamCopies(t *testing.T) {
	ring := plainRing(t)
	b := chart("p-204", "r-17")
	plain := image(3*streamPiece + 7)
	for name, source := range map[string]io.Reader{
		"whole": bytes.NewReader(plain), "read": struct{ io.Reader }{bytes.NewReader(plain)},
		"halves": iotest.HalfReader(bytes.NewReader(plain)),
	} {
		var out bytes.Buffer
		w, err := ring.SealWriter(t.Context(), &out, b)
		require.NoError(t, err)
		n, err := io.Copy(w, source)
		require.NoError(t, err)
		require.EqualValues(t, len(plain), n, name)
		require.NoError(t, w.Close())
		streamOpens(t, ring, out.Bytes(), b, plain)
	}
	sealed := sealStream(t, ring, plain[:streamPiece+9], b)
	r, err := ring.OpenReader(t.Context(), iotest.OneByteReader(bytes.NewReader(sealed)), b)
	require.NoError(t, err)
	require.NoError(t, iotest.TestReader(r, plain[:streamPiece+9]))
	read := streamPiece + 9
	if raceDetector() { // it makes pools drop what they hold, so that each byte would open its piece anew
		read = 999
	}
	sealed = sealStream(t, ring, plain[:read], b)
	at, err := ring.OpenReaderAt(t.Context(), bytes.NewReader(sealed), int64(len(sealed)), b)
	require.NoError(t, err)
	require.NoError(t, iotest.TestReader(at, plain[:read]))
}

// TestStreamCopiedInPart copies an image that was cut short to another record.
func TestStreamCopiedInPart(t *testing.T) {
	ring := plainRing(t)
	from, to := chart("p-204", "r-17"), chart("p-204", "r-18")
	plain := image(2*streamPiece + 7)
	sealed := sealStream(t, ring, plain, from)
	r, err := ring.OpenReader(t.Context(), bytes.NewReader(sealed[:len(sealed)-1]), from)
	require.NoError(t, err)
	var out bytes.Buffer
	w, err := ring.SealWriter(t.Context(), &out, to)
	require.NoError(t, err)
	_, err = io.Copy(w, r)
	require.ErrorIs(t, err, crypto.ErrAuth)
	require.Error(t, w.Close())
	streamShut(t, ring, out.Bytes(), to, crypto.ErrAuth, plain, 2*streamPiece)
}

// TestStreamMoved opens a stream under every other binding.
func TestStreamMoved(t *testing.T) {
	ring := plainRing(t)
	plain := image(100)
	var bindings []crypto.Binding
	for _, w := range []string{"a", "ab", "b"} {
		for _, x := range []string{"a", "b", "bc", "é"} {
			bindings = append(bindings,
				crypto.Binding{Practice: w, Kind: x, ID: "1"},
				crypto.Binding{Practice: "p", Kind: w, ID: x},
				crypto.Binding{Practice: "p", Patient: w, Class: crypto.Chart, Kind: x, ID: "1"},
				crypto.Binding{Practice: "p", Patient: w, Class: crypto.Evidence, Kind: "k", ID: x},
				crypto.Binding{Practice: x, Patient: "1", Class: crypto.Billing, Kind: w, ID: w},
			)
		}
	}
	for i, from := range bindings {
		sealed := sealStream(t, ring, plain, from)
		streamOpens(t, ring, sealed, from, plain)
		for j, to := range bindings {
			if from != to {
				_, err := ring.OpenReader(t.Context(), bytes.NewReader(sealed), to)
				require.ErrorIs(t, err, crypto.ErrNotOpened, "%d opened as %d", i, j)
			}
		}
	}
}

// TestStreamIsNoValue keeps streams and values apart that are bound alike: a value of 32 bytes that somebody knows must
// not become the key of a stream, and no stream's key a value.
func TestStreamIsNoValue(t *testing.T) {
	ring := plainRing(t)
	b := chart("p-204", "n-1")
	stream := sealStream(t, ring, image(10), b)
	head := bytes.Clone(stream[:crypto.StreamHead])
	shut(t, ring, head, b, crypto.ErrVersion)
	head[1] = 1
	shut(t, ring, head, b, crypto.ErrAuth)

	value := seal(t, ring, string(image(32)), b)
	require.Len(t, value, crypto.StreamHead)
	stream = append(value, stream[crypto.StreamHead:]...)
	streamShut(t, ring, stream, b, crypto.ErrVersion, nil, 0)
	stream[1] = 3
	streamShut(t, ring, stream, b, crypto.ErrAuth, nil, 0)
}

// TestStreamShred wants a stream to be gone with its key, and with nobody else's.
func TestStreamShred(t *testing.T) {
	ring := plainRing(t)
	b, other := chart("p-204", "r-17"), chart("p-205", "r-17")
	plain := image(2 * streamPiece)
	sealed, kept := sealStream(t, ring, plain, b), sealStream(t, ring, plain, other)
	open, err := ring.OpenReader(t.Context(), bytes.NewReader(sealed), b)
	require.NoError(t, err)
	require.NoError(t, ring.Shred(t.Context(), subject(b)))
	streamShut(t, ring, sealed, b, crypto.ErrShredded, nil, 0)
	streamOpens(t, ring, kept, other, plain)
	var out bytes.Buffer
	w, err := ring.SealWriter(t.Context(), &out, b)
	require.ErrorIs(t, err, crypto.ErrShredded)
	require.Nil(t, w)
	require.Zero(t, out.Len())
	got, err := io.ReadAll(open) // it was open before
	require.NoError(t, err)
	require.Equal(t, plain, got)
}

// TestStreamAltered flips every byte of the head and of the stream's header, and some of every segment.
func TestStreamAltered(t *testing.T) {
	ring := plainRing(t)
	b := chart("p-204", "r-17")
	plain := image(2*streamPiece + 40)
	sealed := sealStream(t, ring, plain, b)
	flip := func(i int) {
		broken := bytes.Clone(sealed)
		broken[i] ^= 1
		streamShut(t, ring, broken, b, crypto.ErrNotOpened, plain, max(0, i-streamStart)/streamSegment*streamPiece)
	}
	for i := range streamStart {
		flip(i)
	}
	for start := streamStart; start < len(sealed); start += streamSegment {
		end := min(start+streamSegment, len(sealed))
		for _, i := range []int{start, start + 3, start + 4, start + 15, start + 16, start + 40, end - 16, end - 1} {
			flip(i)
		}
	}
}

// TestStreamCut cuts a stream short, between segments too, and makes it longer.
func TestStreamCut(t *testing.T) {
	ring := plainRing(t)
	b := chart("p-204", "r-17")
	plain := image(2*streamPiece + 40)
	sealed := sealStream(t, ring, plain, b)
	for _, n := range []int{
		0, 1, 71, 72, 73, 145, streamStart, streamStart + 4, streamStart + 31, streamStart + streamSegment - 1,
		streamStart + streamSegment, streamStart + 2*streamSegment, len(sealed) - 40, len(sealed) - 1,
	} {
		streamShut(t, ring, sealed[:n], b, crypto.ErrAuth, plain, max(0, n-streamStart)/streamSegment*streamPiece)
	}
	streamShut(t, ring, append(bytes.Clone(sealed), 0), b, crypto.ErrAuth, plain, 2*streamPiece)
	streamShut(t, ring, append(bytes.Clone(sealed), sealed...), b, crypto.ErrAuth, plain, 2*streamPiece)
	for size := range int64(len(sealed)) {
		if size < streamStart+40 || size%999 == 0 {
			_, err := ring.OpenReaderAt(t.Context(), bytes.NewReader(sealed), size, b)
			require.ErrorIs(t, err, crypto.ErrAuth)
		}
	}
}

func TestStreamReseal(t *testing.T) {
	ring := plainRing(t)
	ctx := t.Context()
	from, to := chart("p-204", "r-17"), chart("p-205", "r-18")
	plain := image(streamPiece + 9)
	sealed := sealStream(t, ring, plain, from)
	head, err := ring.ResealStream(ctx, sealed[:crypto.StreamHead], from, to)
	require.NoError(t, err)
	moved := slices.Concat(head, sealed[crypto.StreamHead:])
	streamOpens(t, ring, moved, to, plain)
	streamShut(t, ring, moved, from, crypto.ErrAuth, nil, 0)
	require.NoError(t, ring.Shred(ctx, subject(from)))
	streamOpens(t, ring, moved, to, plain)

	old, err := ring.Outdated(ctx, moved, to)
	require.NoError(t, err)
	require.False(t, old)
	require.NoError(t, ring.Rotate(ctx, subject(to)))
	streamOpens(t, ring, moved, to, plain)
	for _, head := range [][]byte{head, moved} {
		old, err = ring.Outdated(ctx, head, to)
		require.NoError(t, err)
		require.True(t, old)
	}
	_, err = ring.Outdated(ctx, head[:crypto.StreamHead-1], to)
	require.ErrorIs(t, err, crypto.ErrNotOpened)
	again, err := ring.ResealStream(ctx, head, to, to)
	require.NoError(t, err)
	require.NotEqual(t, head, again)
	old, err = ring.Outdated(ctx, again, to)
	require.NoError(t, err)
	require.False(t, old)
	streamOpens(t, ring, slices.Concat(again, sealed[crypto.StreamHead:]), to, plain)

	_, err = ring.ResealStream(ctx, head, from, to)
	require.ErrorIs(t, err, crypto.ErrAuth)
	_, err = ring.ResealStream(ctx, head[1:], to, to)
	require.ErrorIs(t, err, crypto.ErrInvalid)
	_, err = ring.ResealStream(ctx, head, to, from)
	require.ErrorIs(t, err, crypto.ErrShredded)
	_, err = ring.ResealStream(ctx, head, to, crypto.Binding{})
	require.ErrorIs(t, err, crypto.ErrInvalid)
	_, err = ring.ResealStream(ctx, head, crypto.Binding{}, to)
	require.ErrorIs(t, err, crypto.ErrInvalid)
}

// lame fails after so many bytes.
type lame struct{ room int }

func (l *lame) Write(p []byte) (int, error) {
	n := min(l.room, len(p))
	l.room -= n
	if n < len(p) {
		return n, errDown
	}
	return n, nil
}

func (l *lame) ReadAt(p []byte, off int64) (int, error) { return 0, errDown }

// TestStreamErrors wants what others answer to be passed on, and nothing to look altered that could only not be
// reached.
func TestStreamErrors(t *testing.T) {
	s, m := newStore(), newManager()
	ring := newRing(t, s, m, nil)
	ctx := t.Context()
	b := chart("p-204", "r-17")
	plain := image(2 * streamPiece)
	sealed := sealStream(t, ring, plain, b)

	for _, room := range []int{0, 71, 72, 100} {
		_, err := ring.SealWriter(ctx, &lame{room: room}, b)
		require.ErrorIs(t, err, errDown)
	}
	w, err := ring.SealWriter(ctx, &lame{room: 70_000}, b)
	require.NoError(t, err)
	_, err = w.Write(plain)
	require.NoError(t, err, "the second segment waits")
	require.ErrorIs(t, w.Close(), errDown)

	var out bytes.Buffer
	w, err = ring.SealWriter(ctx, &out, b)
	require.NoError(t, err)
	_, err = io.Copy(w, io.MultiReader(bytes.NewReader(plain), iotest.ErrReader(errDown)))
	require.ErrorIs(t, err, errDown)
	require.ErrorIs(t, w.Close(), errDown)
	streamShut(t, ring, out.Bytes(), b, crypto.ErrAuth, plain, len(plain))

	for _, n := range []int{0, 71, 72, 100, 1000, 70_000} {
		r, err := ring.OpenReader(ctx, io.MultiReader(bytes.NewReader(sealed[:n]), iotest.ErrReader(errDown)), b)
		if err == nil {
			_, err = io.ReadAll(r)
		}
		require.ErrorIs(t, err, errDown)
		require.NotErrorIs(t, err, crypto.ErrNotOpened)
	}
	_, err = ring.OpenReaderAt(ctx, &lame{}, 1000, b)
	require.ErrorIs(t, err, errDown)
	require.NotErrorIs(t, err, crypto.ErrNotOpened)

	_, err = ring.SealWriter(ctx, io.Discard, crypto.Binding{})
	require.ErrorIs(t, err, crypto.ErrInvalid)
	streamShut(t, ring, sealed, crypto.Binding{}, crypto.ErrInvalid, nil, 0)

	cold := newRing(t, s, m, nil)
	m.down.Store(true)
	_, err = cold.SealWriter(ctx, io.Discard, b)
	require.ErrorIs(t, err, errDown)
	streamShut(t, cold, sealed, b, errDown, nil, 0)
	m.down.Store(false)

	stranger := plainRing(t)
	streamShut(t, stranger, sealed, b, crypto.ErrUnknownKey, nil, 0)
	for _, change := range []func([]byte){
		func(p []byte) { p[0] = 0xD0 }, func(p []byte) { p[1] = 1 }, func(p []byte) { p[2] = 1 },
		func(p []byte) { p[3] = 1 },
	} {
		other := bytes.Clone(sealed)
		change(other)
		streamShut(t, ring, other, b, crypto.ErrVersion, nil, 0)
	}

	require.NoError(t, ring.Spend(seal(t, ring, "x", b), crypto.SealLimit-1))
	_, err = ring.SealWriter(ctx, io.Discard, b)
	require.ErrorIs(t, err, crypto.ErrExhausted)
}

// TestStreamPrintsNothing wants no verb to show a key, and no error an id or a plaintext.
func TestStreamPrintsNothing(t *testing.T) {
	ring := plainRing(t)
	b := crypto.Binding{Practice: "PLANTED", Patient: "PLANTED", Class: crypto.Chart, Kind: "PLANTED", ID: "PLANTED"}
	sealed := sealStream(t, ring, []byte("PLANTED"), b)
	w, err := ring.SealWriter(t.Context(), io.Discard, b)
	require.NoError(t, err)
	r, err := ring.OpenReader(t.Context(), bytes.NewReader(sealed), b)
	require.NoError(t, err)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x"} {
		require.Equal(t, "[secret] [secret]", fmt.Sprintf(verb+" "+verb, w, r))
	}
	for i := range sealed {
		broken := bytes.Clone(sealed)
		broken[i] ^= 1
		for _, open := range streamOpeners {
			_, err := open(ring, broken, b)
			require.ErrorIs(t, err, crypto.ErrNotOpened)
			require.NotContains(t, err.Error(), "PLANTED")
			require.NotContains(t, err.Error(), "floe")
		}
	}
}

// edit changes a stream as a script says, four bytes for each change: flip, cut off, insert, or copy to another place.
func edit(sealed, script []byte) []byte {
	sealed = bytes.Clone(sealed)
	for ; len(script) >= 4 && len(sealed) > 0; script = script[4:] {
		at := int(script[1]) % len(sealed)
		switch script[0] % 4 {
		case 0:
			sealed[at] ^= script[2]
		case 1:
			sealed = sealed[:at]
		case 2:
			sealed = slices.Insert(sealed, at, script[2:4]...)
		case 3:
			from := sealed[int(script[2])%len(sealed):]
			copy(sealed[at:], from[:min(int(script[3]), len(from))])
		}
	}
	return sealed
}

// FuzzStream changes a stream in every way, and gives both readers bytes that never were one: nothing panics, nothing
// comes out but the beginning of what was sealed, and nothing opens to its end but the stream itself.
func FuzzStream(f *testing.F) {
	ring := plainRing(f)
	b := chart("p-204", "r-17")
	plain := image(40)
	good := sealStream(f, ring, plain, b)
	for _, seed := range [][]byte{
		nil, {0, 0, 0, 0}, {0, 9, 1, 0}, {0, 200, 1, 0}, {1, 72, 0, 0}, {1, 146, 0, 0}, {2, 217, 1, 1}, {3, 20, 100, 9},
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, script []byte) {
		for _, sealed := range [][]byte{edit(good, script), script} {
			for i, open := range streamOpeners {
				got, err := open(ring, sealed, b)
				if !bytes.HasPrefix(plain, got) {
					t.Errorf("%d: released what nobody sealed", i)
				}
				if err == nil != bytes.Equal(sealed, good) || err == nil && len(got) != len(plain) {
					t.Errorf("%d: %v", i, err)
				} else if err != nil && !errors.Is(err, crypto.ErrNotOpened) {
					t.Errorf("%d: %v", i, err)
				}
			}
		}
	})
}
