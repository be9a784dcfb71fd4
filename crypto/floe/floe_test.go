package floe_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/enamel-go/enamel/crypto/floe"
)

const (
	payload = testSegment - 32
	header  = 74
)

// TestLengths seals and opens what ends before, at and after the end of a segment.
func TestLengths(t *testing.T) {
	for _, o := range []*floe.Options{small(), {SegmentSize: 33}, {SegmentSize: 4 << 10}, nil} {
		segment := 64 << 10
		if o != nil {
			segment = o.SegmentSize
		}
		payload := segment - 32
		for _, n := range []int{
			0, 1, payload - 1, payload, payload + 1, 2*payload - 1, 2 * payload, 2*payload + 1, 5 * payload, 5*payload + 3,
		} {
			if n < 0 {
				continue
			}
			plain := text(n)
			sealed := seal(t, plain, o)
			segments := max(1, (n+payload-1)/payload) // never an empty segment after a full one
			require.Len(t, sealed, header+n+32*segments)
			for _, step := range []int{n + 1, payload, payload + 1, payload/2 + 1} {
				got, err := readAll(sealed, testKey, testAAD, o, step)
				require.NoError(t, err)
				require.True(t, bytes.Equal(plain, got))
				got, err = readAllAt(sealed, testKey, testAAD, o, step)
				require.NoError(t, err)
				require.True(t, bytes.Equal(plain, got))
				got, err = copyAll(sealed, testKey, testAAD, o, step)
				require.NoError(t, err)
				require.True(t, bytes.Equal(plain, got))
			}
			got, err := copyAll(sealed, testKey, testAAD, o, 0)
			require.NoError(t, err)
			require.True(t, bytes.Equal(plain, got))
			at, err := floe.NewReaderAt(bytes.NewReader(sealed), int64(len(sealed)), testKey, testAAD, o)
			require.NoError(t, err)
			require.EqualValues(t, n, at.Size())
		}
	}
}

// TestStandardReader runs the standard library's own test of readers.
func TestStandardReader(t *testing.T) {
	for _, n := range []int{0, 1, 5 * payload, 5*payload + 3} {
		plain := text(n)
		sealed := seal(t, plain, small())
		r, err := floe.NewReader(iotest.HalfReader(bytes.NewReader(sealed)), testKey, testAAD, small())
		require.NoError(t, err)
		require.NoError(t, iotest.TestReader(r, plain))
		at, err := floe.NewReaderAt(bytes.NewReader(sealed), int64(len(sealed)), testKey, testAAD, small())
		require.NoError(t, err)
		require.NoError(t, iotest.TestReader(io.NewSectionReader(at, 0, at.Size()), plain))
	}
}

// TestEveryByte flips a bit of every byte of a stream of several segments, one at a time.
func TestEveryByte(t *testing.T) {
	plain := text(4*payload + 5)
	sealed := seal(t, plain, small())
	for i := range sealed {
		for _, bit := range []byte{0x01, 0x80} {
			broken := bytes.Clone(sealed)
			broken[i] ^= bit
			refuses(t, broken, plain, testKey, testAAD, small())
		}
		// Nothing after the first bad byte: the segments before its own, and no more.
		broken := bytes.Clone(sealed)
		broken[i] ^= 1
		before := max(0, (i-header)/testSegment) * payload
		got, _ := readAll(broken, testKey, testAAD, small(), 3)
		require.Len(t, got, before)
		got, _ = readAll(broken, testKey, testAAD, small(), 1000)
		require.Len(t, got, before)
		got, _ = copyAll(broken, testKey, testAAD, small(), 0)
		require.Len(t, got, before)
		if i >= header && i < header+4*testSegment {
			got, _ = readAllAt(broken, testKey, testAAD, small(), 1000)
			require.Len(t, got, before)
		}
	}
}

// TestEveryLength cuts a stream at every length, and makes it longer.
func TestEveryLength(t *testing.T) {
	for _, n := range []int{0, 3, 2 * payload, 4*payload + 5} {
		plain := text(n)
		sealed := seal(t, plain, small())
		for i := range sealed {
			refuses(t, sealed[:i], plain, testKey, testAAD, small())
			_, err := readAll(sealed[:i], testKey, testAAD, small(), 9)
			require.ErrorIs(t, err, io.ErrUnexpectedEOF)
			require.NotErrorIs(t, err, io.EOF)
		}
		for _, more := range [][]byte{{0}, sealed, sealed[header:], make([]byte, testSegment)} {
			refuses(t, append(bytes.Clone(sealed), more...), plain, testKey, testAAD, small())
		}
	}
}

// TestSegments reorders, repeats and drops segments, and takes them from another stream under the same key.
func TestSegments(t *testing.T) {
	plain := text(5 * payload)
	sealed, other := seal(t, plain, small()), seal(t, plain, small())
	cut := func(stream []byte) [][]byte { return slices.Collect(slices.Chunk(stream[header:], testSegment)) }
	mine, theirs := cut(sealed), cut(other)
	join := func(segments ...[]byte) []byte {
		return append(bytes.Clone(sealed[:header]), slices.Concat(segments...)...)
	}
	for i := range mine {
		for j := range mine {
			if i != j {
				swapped := slices.Clone(mine)
				swapped[i], swapped[j] = swapped[j], swapped[i]
				refuses(t, join(swapped...), plain, testKey, testAAD, small())
				replaced := slices.Clone(mine)
				replaced[i] = mine[j]
				refuses(t, join(replaced...), plain, testKey, testAAD, small())
			}
		}
		repeated := slices.Insert(slices.Clone(mine), i, mine[i])
		refuses(t, join(repeated...), plain, testKey, testAAD, small())
		refuses(t, join(slices.Delete(slices.Clone(mine), i, i+1)...), plain, testKey, testAAD, small())
		foreign := slices.Clone(mine)
		foreign[i] = theirs[i]
		refuses(t, join(foreign...), plain, testKey, testAAD, small())

		// The end is authenticated: a segment cannot be made the final one, nor the final one any other.
		final := slices.Clone(mine[:i+1])
		final[i] = binary.BigEndian.AppendUint32(nil, testSegment)
		final[i] = append(final[i], mine[i][4:]...)
		if i < len(mine)-1 {
			refuses(t, join(final...), plain, testKey, testAAD, small())
		}
	}
	unfinished := slices.Clone(mine)
	unfinished[4] = append([]byte{0xFF, 0xFF, 0xFF, 0xFF}, mine[4][4:]...)
	refuses(t, join(append(unfinished, mine[4])...), plain, testKey, testAAD, small())
	refuses(t, append(bytes.Clone(other[:header]), sealed[header:]...), plain, testKey, testAAD, small())
}

func TestOtherKeyOrData(t *testing.T) {
	plain := text(3 * payload)
	sealed := seal(t, plain, small())
	refuses(t, sealed, nil, make([]byte, floe.KeySize), testAAD, small())
	refuses(t, sealed, nil, testKey, nil, small())
	refuses(t, sealed, nil, testKey, append(testAAD, 0), small())
	refuses(t, sealed, nil, testKey, testAAD, nil)
	refuses(t, sealed, nil, testKey, testAAD, &floe.Options{SegmentSize: testSegment + 1})
}

// TestHeaderIsCheckedFirst wants no reader of a stream whose header is not the one that key, additional data and segment size
// make: the header commits to the key, and nothing after it does.
func TestHeaderIsCheckedFirst(t *testing.T) {
	sealed := seal(t, text(3*payload), small())
	none := func(sealed, key, aad []byte, o *floe.Options) {
		t.Helper()
		r, err := floe.NewReader(bytes.NewReader(sealed), key, aad, o)
		require.ErrorIs(t, err, floe.ErrNotOpened)
		require.Nil(t, r)
		at, err := floe.NewReaderAt(bytes.NewReader(sealed), int64(len(sealed)), key, aad, o)
		require.ErrorIs(t, err, floe.ErrNotOpened)
		require.Nil(t, at)
	}
	for i := range header {
		altered := bytes.Clone(sealed)
		altered[i] ^= 1
		none(altered, testKey, testAAD, small())
		none(sealed[:i], testKey, testAAD, small())
	}
	none(sealed, make([]byte, floe.KeySize), testAAD, small())
	none(sealed, testKey, nil, small())
	none(sealed, testKey, testAAD, floe.Rotating(testSegment+1, 1))
}

func TestArguments(t *testing.T) {
	for _, c := range []struct {
		key  int
		size int
	}{{0, 0}, {31, 0}, {33, 0}, {32, -1}, {32, 1}, {32, 32}, {32, 1<<25 + 1}} {
		o, key := &floe.Options{SegmentSize: c.size}, make([]byte, c.key)
		_, err := floe.NewWriter(io.Discard, key, nil, o)
		require.ErrorIs(t, err, floe.ErrInvalid)
		_, err = floe.NewReader(bytes.NewReader(nil), key, nil, o)
		require.ErrorIs(t, err, floe.ErrInvalid)
		_, err = floe.NewReaderAt(bytes.NewReader(nil), 0, key, nil, o)
		require.ErrorIs(t, err, floe.ErrInvalid)
	}
	_, err := floe.NewWriter(io.Discard, testKey, nil, &floe.Options{SegmentSize: 1 << 25})
	require.NoError(t, err, "the largest")
	_, err = floe.NewReaderAt(bytes.NewReader(nil), -1, testKey, nil, nil)
	require.ErrorIs(t, err, floe.ErrNotOpened)
	sealed := seal(t, text(3), nil)
	at, err := floe.NewReaderAt(bytes.NewReader(sealed), int64(len(sealed)), testKey, testAAD, nil)
	require.NoError(t, err)
	_, err = at.ReadAt(make([]byte, 1), -1)
	require.ErrorIs(t, err, floe.ErrInvalid)
	// A size that is not the stream's.
	for _, off := range []int64{-1, 1, 100, 1 << 40} {
		_, err := floe.NewReaderAt(bytes.NewReader(sealed), int64(len(sealed))+off, testKey, testAAD, nil)
		require.ErrorIs(t, err, floe.ErrNotOpened)
	}
}

// TestKeysAreNotKept wants key and additional data to be the caller's own again.
func TestKeysAreNotKept(t *testing.T) {
	plain := text(9 * payload)
	var out bytes.Buffer
	key, aad := bytes.Clone(testKey), bytes.Clone(testAAD)
	w, err := floe.NewWriter(&out, key, aad, small())
	require.NoError(t, err)
	clear(key)
	clear(aad)
	_, err = w.Write(plain)
	require.NoError(t, err)
	for _, verb := range []string{"%v", "%+v", "%#v", "%d", "%x", "%s"} {
		require.Equal(t, "[secret]", fmt.Sprintf(verb, w))
	}
	kept := w.Key()
	require.NoError(t, w.Close())
	require.Equal(t, make([]byte, 48), kept)

	copy(key, testKey)
	copy(aad, testAAD)
	r, err := floe.NewReader(&out, key, aad, small())
	require.NoError(t, err)
	clear(key)
	clear(aad)
	kept = r.Key()
	got, err := io.ReadAll(r)
	require.NoError(t, err)
	require.Equal(t, plain, got)
	require.Equal(t, make([]byte, 48), kept)
	require.Equal(t, "[secret]", fmt.Sprintf("%+v", r))
}

// TestAnyPieces seals and opens in pieces of any size.
func TestAnyPieces(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := floe.Rotating(rapid.IntRange(33, 70).Draw(t, "segment"), rapid.UintRange(1, 3).Draw(t, "rotation"))
		plain := text(rapid.IntRange(0, 300).Draw(t, "length"))
		var out bytes.Buffer
		w, err := floe.NewWriter(&out, testKey, testAAD, o)
		require.NoError(t, err)
		for rest := plain; len(rest) > 0; {
			n := rapid.IntRange(0, len(rest)).Draw(t, "piece")
			if rapid.Bool().Draw(t, "from") {
				copied, err := w.ReadFrom(iotest.OneByteReader(bytes.NewReader(rest[:n])))
				require.NoError(t, err)
				require.EqualValues(t, n, copied)
			} else {
				_, err := w.Write(rest[:n])
				require.NoError(t, err)
			}
			rest = rest[n:]
		}
		require.NoError(t, w.Close())

		sealed := out.Bytes()
		at, err := floe.NewReaderAt(bytes.NewReader(sealed), int64(len(sealed)), testKey, testAAD, o)
		require.NoError(t, err)
		r, err := floe.NewReader(bytes.NewReader(sealed), testKey, testAAD, o)
		require.NoError(t, err)
		var got []byte
		for len(got) < len(plain) {
			if rapid.IntRange(0, 9).Draw(t, "rest") == 0 {
				break
			}
			p := make([]byte, rapid.IntRange(1, 100).Draw(t, "step"))
			n, err := r.Read(p)
			require.NoError(t, err)
			got = append(got, p[:n]...)

			off := rapid.Int64Range(0, at.Size()).Draw(t, "offset")
			n, err = at.ReadAt(p, off)
			if int64(len(p)) > at.Size()-off {
				require.Equal(t, io.EOF, err)
			} else {
				require.NoError(t, err)
			}
			require.True(t, bytes.Equal(plain[off:min(off+int64(len(p)), at.Size())], p[:n]))
		}
		var tail bytes.Buffer
		_, err = r.WriteTo(&tail)
		require.NoError(t, err)
		require.True(t, bytes.Equal(plain, append(got, tail.Bytes()...)))
	})
}

var errBroken = errors.New("out of reach")

// brittle takes some bytes and then fails.
type brittle struct {
	bytes.Buffer
	room  int
	short bool // fails without saying so
}

func (b *brittle) Write(p []byte) (int, error) {
	n := min(len(p), b.room)
	b.Buffer.Write(p[:n])
	b.room -= n
	if n < len(p) && !b.short {
		return n, errBroken
	}
	return n, nil
}

// TestWriterFails lets the underlying writer fail after every number of bytes. What it has taken opens to a beginning
// and never to its end.
func TestWriterFails(t *testing.T) {
	plain := text(3*payload + 2)
	whole := len(seal(t, plain, small()))
	for room := range whole {
		for _, short := range []bool{false, true} {
			b := &brittle{room: room, short: short}
			want := errBroken
			if short {
				want = io.ErrShortWrite
			}
			w, err := floe.NewWriter(b, testKey, testAAD, small())
			if room < header {
				require.ErrorIs(t, err, want)
				require.Nil(t, w)
				continue
			}
			require.NoError(t, err)
			_, err = w.Write(plain)
			if err == nil {
				err = w.Close()
			}
			require.ErrorIs(t, err, want)
			b.room = 1 << 20 // it recovers, but the stream has a hole
			taken := b.Len()
			_, err = w.Write(plain)
			require.ErrorIs(t, err, want)
			require.ErrorIs(t, w.Close(), want)
			require.ErrorIs(t, w.Close(), want)
			require.Equal(t, taken, b.Len())
			refuses(t, b.Bytes(), plain, testKey, testAAD, small())
		}
	}
}

// TestSourceFails wants what could be read only in part never to look whole.
func TestSourceFails(t *testing.T) {
	plain := text(5 * payload)
	for n := range plain {
		for _, cause := range []error{errBroken, io.ErrUnexpectedEOF} {
			var out bytes.Buffer
			w, err := floe.NewWriter(&out, testKey, testAAD, small())
			require.NoError(t, err)
			_, err = io.Copy(w, io.MultiReader(bytes.NewReader(plain[:n]), iotest.ErrReader(cause)))
			require.ErrorIs(t, err, cause)
			require.ErrorIs(t, w.Close(), cause)
			refuses(t, out.Bytes(), plain, testKey, testAAD, small())
		}
	}
}

// TestSourceIsAStream copies streams that were cut short from a reader, which writes by itself, to a writer: half of an
// image must not become a whole one.
func TestSourceIsAStream(t *testing.T) {
	plain := text(5 * payload)
	sealed := seal(t, plain, small())
	for n := header; n <= len(sealed); n++ {
		for name, source := range map[string]io.Reader{
			"in memory": bytes.NewReader(sealed[:n]), "read": struct{ io.Reader }{bytes.NewReader(sealed[:n])},
		} {
			r, err := floe.NewReader(source, testKey, testAAD, small())
			require.NoError(t, err)
			var out bytes.Buffer
			w, err := floe.NewWriter(&out, testKey, testAAD, small())
			require.NoError(t, err)
			_, err = io.Copy(w, r)
			if n == len(sealed) {
				require.NoError(t, err)
				require.NoError(t, w.Close())
				opened, err := readAll(out.Bytes(), testKey, testAAD, small(), 7)
				require.NoError(t, err)
				require.Equal(t, plain, opened)
				continue
			}
			require.ErrorIs(t, err, floe.ErrNotOpened, name)
			require.ErrorIs(t, w.Close(), floe.ErrNotOpened, name)
			refuses(t, out.Bytes(), plain, testKey, testAAD, small())
		}
	}
}

// TestWithoutClose wants a writer that was given up to leave a stream that does not open to its end.
func TestWithoutClose(t *testing.T) {
	plain := text(5 * payload)
	for n := range plain {
		var out bytes.Buffer
		w, err := floe.NewWriter(&out, testKey, testAAD, small())
		require.NoError(t, err)
		_, err = w.Write(plain[:n])
		require.NoError(t, err)
		refuses(t, out.Bytes(), plain, testKey, testAAD, small())
	}
}

func TestClose(t *testing.T) {
	var out bytes.Buffer
	w, err := floe.NewWriter(&out, testKey, testAAD, small())
	require.NoError(t, err)
	require.NoError(t, w.Close())
	require.NoError(t, w.Close())
	sealed := bytes.Clone(out.Bytes())
	_, err = w.Write(nil)
	require.Error(t, err)
	_, err = w.Write([]byte("late"))
	require.Error(t, err)
	_, err = w.ReadFrom(bytes.NewReader([]byte("late")))
	require.Error(t, err)
	require.NoError(t, w.Close())
	require.Equal(t, sealed, out.Bytes())
}

// TestReaderFails lets the underlying reader fail after every number of bytes: its error is passed on, and is not that
// of a stream that was altered.
func TestReaderFails(t *testing.T) {
	plain := text(3 * payload)
	sealed := seal(t, plain, small())
	for n := range len(sealed) + 1 {
		for _, step := range []int{5, 1000} {
			r, err := floe.NewReader(io.MultiReader(bytes.NewReader(sealed[:n]), iotest.ErrReader(errBroken)),
				testKey, testAAD, small())
			if n < header {
				require.ErrorIs(t, err, errBroken)
				require.Nil(t, r)
				continue
			}
			require.NoError(t, err)
			var got []byte
			for err == nil {
				piece := make([]byte, step)
				var n int
				n, err = r.Read(piece)
				got = append(got, piece[:n]...)
			}
			require.ErrorIs(t, err, errBroken)
			require.NotErrorIs(t, err, floe.ErrNotOpened)
			require.Len(t, got, min((n-header)/testSegment, 2)*payload)
			_, again := r.Read(make([]byte, step))
			require.Equal(t, err, again)
		}
		at, err := floe.NewReaderAt(brokenAt{sealed, n}, int64(len(sealed)), testKey, testAAD, small())
		if n < len(sealed) {
			require.ErrorIs(t, err, errBroken)
			require.NotErrorIs(t, err, floe.ErrNotOpened)
			require.Nil(t, at)
		}
	}
}

// TestTakerFails lets whom a Reader writes to fail: nothing comes after it.
func TestTakerFails(t *testing.T) {
	plain := text(3 * payload)
	sealed := seal(t, plain, small())
	for _, source := range []func() io.Reader{
		func() io.Reader { return bytes.NewReader(sealed) }, func() io.Reader { return bytes.NewBuffer(sealed) },
		func() io.Reader { return struct{ io.Reader }{bytes.NewReader(sealed)} },
	} {
		for room := range len(plain) {
			for _, short := range []bool{false, true} {
				b := &brittle{room: room, short: short}
				want := errBroken
				if short {
					want = io.ErrShortWrite
				}
				r, err := floe.NewReader(source(), testKey, testAAD, small())
				require.NoError(t, err)
				head := make([]byte, min(5, room)) // of what is read before
				_, err = io.ReadFull(r, head)
				require.NoError(t, err)
				b.room -= len(head)
				n, err := r.WriteTo(b)
				require.ErrorIs(t, err, want)
				require.EqualValues(t, room-len(head), n)
				require.Equal(t, plain[:room], append(head, b.Bytes()...))
				_, err = r.Read(make([]byte, 100))
				require.ErrorIs(t, err, want)
			}
		}
		r, err := floe.NewReader(source(), testKey, testAAD, small())
		require.NoError(t, err)
		n, err := r.WriteTo(&brittle{room: len(plain)})
		require.NoError(t, err)
		require.EqualValues(t, len(plain), n)
		n, err = r.WriteTo(&brittle{})
		require.NoError(t, err)
		require.Zero(t, n)
	}
}

// brokenAt cannot be read past a position.
type brokenAt struct {
	all  []byte
	upTo int
}

func (b brokenAt) ReadAt(p []byte, off int64) (int, error) {
	if int(off)+len(p) > b.upTo {
		return 0, errBroken
	}
	return copy(p, b.all[off:]), nil
}

// TestReaderAtFails wants the segments before the bad one, and the others still to open.
func TestReaderAtFails(t *testing.T) {
	plain := text(5 * payload)
	sealed := seal(t, plain, small())
	sealed[header+2*testSegment+20] ^= 1
	at, err := floe.NewReaderAt(bytes.NewReader(sealed), int64(len(sealed)), testKey, testAAD, small())
	require.NoError(t, err)
	for range 2 {
		p := bytes.Repeat([]byte{0xEE}, len(plain))
		n, err := at.ReadAt(p, 1)
		require.ErrorIs(t, err, floe.ErrNotOpened)
		require.Equal(t, 2*payload-1, n)
		require.Equal(t, plain[1:2*payload], p[:n])
		require.False(t, bytes.Contains(p, plain[2*payload:3*payload]))
		for range 2 { // the second time too: nothing is kept of what did not open
			n, err = at.ReadAt(p[:3], 2*payload+5)
			require.ErrorIs(t, err, floe.ErrNotOpened)
			require.Zero(t, n)
		}
		n, err = at.ReadAt(p, 3*payload)
		require.Equal(t, io.EOF, err)
		require.Equal(t, plain[3*payload:], p[:n])
	}
}

// TestConcurrent reads all over a stream of several keys at once.
func TestConcurrent(t *testing.T) {
	plain := text(40*payload + 3)
	sealed := seal(t, plain, small())
	at, err := floe.NewReaderAt(bytes.NewReader(sealed), int64(len(sealed)), testKey, testAAD, small())
	require.NoError(t, err)
	var all sync.WaitGroup
	for g := range 8 {
		all.Go(func() {
			for i := range 300 {
				off := (i*37 + g*101) % len(plain)
				p := make([]byte, (i+g)%90)
				n, err := at.ReadAt(p, int64(off))
				if err != nil && err != io.EOF || !bytes.Equal(plain[off:off+n], p[:n]) {
					t.Errorf("%d bytes at %d: %v", n, off, err)
				}
			}
		})
	}
	all.Wait()
}

// TestLongest wants a stream to end where its positions do.
func TestLongest(t *testing.T) {
	w, err := floe.NewWriter(io.Discard, testKey, testAAD, small())
	require.NoError(t, err)
	w.Skip(floe.LastPosition - 1)
	_, err = w.Write(text(2 * payload))
	require.NoError(t, err)
	require.NoError(t, w.Close())

	w, err = floe.NewWriter(io.Discard, testKey, testAAD, small())
	require.NoError(t, err)
	w.Skip(floe.LastPosition - 1)
	_, err = w.Write(text(3 * payload))
	require.ErrorIs(t, err, floe.ErrInvalid)
	require.ErrorIs(t, w.Close(), floe.ErrInvalid)
}

// sparse is a stream of which only the header and the last segment are there.
type sparse struct {
	header, last []byte
	at           int64 // where the last segment begins
}

func (s sparse) ReadAt(p []byte, off int64) (int, error) {
	if off >= s.at {
		return bytes.NewReader(s.last).ReadAt(p, off-s.at)
	}
	return bytes.NewReader(s.header).ReadAt(p, off)
}

// TestLongestAt opens the last part of a stream that is as long as one may be, and of one that is longer, which somebody
// with the key has made.
func TestLongestAt(t *testing.T) {
	for position, ok := range map[uint64]bool{floe.LastPosition: true, floe.LastPosition + 1: false} {
		var sealed bytes.Buffer
		w, err := floe.NewWriter(&sealed, testKey, testAAD, small())
		require.NoError(t, err)
		header := bytes.Clone(sealed.Bytes())
		sealed.Reset()
		w.Skip(position)
		_, err = w.Write(text(3))
		require.NoError(t, err)
		require.NoError(t, w.Close())
		long := sparse{header, sealed.Bytes(), int64(len(header)) + int64(position)*testSegment}
		at, err := floe.NewReaderAt(long, long.at+int64(len(long.last)), testKey, testAAD, small())
		if !ok {
			require.ErrorIs(t, err, floe.ErrNotOpened)
			continue
		}
		require.NoError(t, err)
		got := make([]byte, 3)
		_, err = at.ReadAt(got, at.Size()-3)
		require.NoError(t, err)
		require.Equal(t, text(3), got)
	}
}
