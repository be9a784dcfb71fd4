package crypto_test

import (
	"crypto/sha256"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/crypto"
	"github.com/enamel-go/enamel/crypto/cryptomem"
	"github.com/enamel-go/enamel/crypto/cryptopg"
	"github.com/enamel-go/enamel/internal/pgtest"
)

// onStores runs a test with a keyring whose keys are in memory, and with one whose keys are on Postgres.
func onStores(t *testing.T, test func(t *testing.T, ring *crypto.Keyring)) {
	t.Run("mem", func(t *testing.T) {
		test(t, newRing(t, cryptomem.New(), crypto.NewEphemeral(), nil))
	})
	t.Run("postgres", func(t *testing.T) {
		if os.Getenv(modeVariable) != "" {
			t.Skip("the mode is no matter of where the keys are")
		}
		pg := pgtest.New(t)
		db, o := pg.Pool(2), &cryptopg.Options{Schema: pg.Schema()}
		require.NoError(t, cryptopg.Migrate(t.Context(), db, o))
		test(t, newRing(t, cryptopg.New(db, o), crypto.NewEphemeral(), nil))
	})
}

// allocated returns how many bytes a function allocates, whether or not they are freed.
func allocated(do func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	do()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// arranged is a sealed stream whose segments somebody has put in another order. The final one stays behind them.
type arranged struct {
	io.ReaderAt
	order []int64 // which segment is in each place
	size  int64
}

func (a arranged) ReadAt(p []byte, off int64) (n int, err error) {
	for n < len(p) && off < a.size {
		from, k := off, int64(len(p)-n)
		if at := off - streamStart; at >= 0 && at/streamSegment < int64(len(a.order)) {
			from = streamStart + a.order[at/streamSegment]*streamSegment + at%streamSegment
			k = min(k, streamSegment-at%streamSegment)
		} else if at < 0 {
			k = min(k, -at)
		} else {
			from = off + a.shift()
			k = min(k, a.size-off)
		}
		got, err := a.ReaderAt.ReadAt(p[n:n+int(k)], from)
		n += got
		off += int64(got)
		if err != nil {
			return n, err
		}
	}
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// shift is by how much the final segment has moved.
func (a arranged) shift() int64 { return (imageSize/streamPiece - int64(len(a.order))) * streamSegment }

const imageSize = 64 << 20

// Radiographs, images, diagnostic material: a 64 MiB file streams in and out sealed, in constant memory; a flipped,
// missing or reordered byte is an error and yields no plaintext past it.
func TestPromise_M1_6_ImagesStreamSealed(t *testing.T) {
	folder := t.TempDir()
	plain, err := os.Create(filepath.Join(folder, "plain"))
	require.NoError(t, err)
	defer func() { require.NoError(t, plain.Close()) }()
	_, err = io.CopyN(plain, rand.NewChaCha8([32]byte{1}), imageSize)
	require.NoError(t, err)
	hash := sha256.New()
	// sum returns the hash of the first n bytes.
	sum := func(n int64) string {
		hash.Reset()
		_, err := io.Copy(hash, io.NewSectionReader(plain, 0, n))
		require.NoError(t, err)
		return string(hash.Sum(nil))
	}
	whole := sum(imageSize)

	onStores(t, func(t *testing.T, ring *crypto.Keyring) {
		ctx := t.Context()
		radiograph := crypto.Binding{
			Practice: practice, Patient: "p-204", Class: crypto.Chart, Kind: "radiograph", ID: "r-17",
		}
		seal(t, ring, "", radiograph) // which makes the keys
		file, err := os.Create(filepath.Join(t.TempDir(), "sealed"))
		require.NoError(t, err)
		defer func() { require.NoError(t, file.Close()) }()

		// constant runs one of the ways in or out, and wants it to take no more memory for 64 MiB than for one.
		constant := func(t *testing.T, do func()) {
			if bytes := allocated(do); !raceDetector() { // which makes pools drop what they hold
				require.Less(t, bytes, uint64(1<<20))
			}
		}
		t.Run("in", func(t *testing.T) {
			_, err := plain.Seek(0, io.SeekStart)
			require.NoError(t, err)
			constant(t, func() {
				w, err := ring.SealWriter(ctx, file, radiograph)
				require.NoError(t, err)
				n, err := io.Copy(w, plain)
				require.NoError(t, err)
				require.EqualValues(t, imageSize, n)
				require.NoError(t, w.Close())
			})
		})
		info, err := file.Stat()
		require.NoError(t, err)
		size := info.Size()
		require.EqualValues(t, imageSize+178+imageSize/streamPiece*32, size)

		// out opens a stream from its beginning and returns how much it has released, with the error that followed. What
		// was released has to be the beginning of the file.
		out := func(t *testing.T, sealed io.ReaderAt, size int64, b crypto.Binding) (int64, error) {
			r, err := ring.OpenReader(ctx, io.NewSectionReader(sealed, 0, size), b)
			if err != nil {
				return 0, err
			}
			hash := sha256.New()
			n, err := io.Copy(hash, r)
			require.True(t, sum(n) == string(hash.Sum(nil)), "what came out is not what went in")
			return n, err
		}
		// outAt does so by random access.
		outAt := func(t *testing.T, sealed io.ReaderAt, size int64, b crypto.Binding) (int64, error) {
			r, err := ring.OpenReaderAt(ctx, sealed, size, b)
			if err != nil {
				return 0, err
			}
			hash := sha256.New()
			n, err := io.Copy(hash, r)
			require.True(t, sum(n) == string(hash.Sum(nil)), "what came out is not what went in")
			return n, err
		}
		t.Run("out", func(t *testing.T) {
			hash := sha256.New()
			constant(t, func() {
				r, err := ring.OpenReader(ctx, io.NewSectionReader(file, 0, size), radiograph)
				require.NoError(t, err)
				_, err = io.Copy(hash, r)
				require.NoError(t, err)
			})
			require.True(t, whole == string(hash.Sum(nil)))
		})
		t.Run("out_by_random_access", func(t *testing.T) {
			hash := sha256.New()
			constant(t, func() {
				r, err := ring.OpenReaderAt(ctx, file, size, radiograph)
				require.NoError(t, err)
				require.EqualValues(t, imageSize, r.Size())
				_, err = io.Copy(hash, r)
				require.NoError(t, err)
			})
			require.True(t, whole == string(hash.Sum(nil)))

			r, err := ring.OpenReaderAt(ctx, file, size, radiograph)
			require.NoError(t, err)
			for _, off := range []int64{0, 1, streamPiece - 5, 500*streamPiece + 77, imageSize - 10} {
				got, want := make([]byte, 10), make([]byte, 10)
				_, err := r.ReadAt(got, off)
				require.NoError(t, err)
				_, err = plain.ReadAt(want, off)
				require.NoError(t, err)
				require.Equal(t, want, got)
			}
		})

		const full = imageSize / streamPiece
		// refused wants both readers to stop at a segment.
		refused := func(t *testing.T, sealed io.ReaderAt, size, segment int64) {
			t.Helper()
			n, err := out(t, sealed, size, radiograph)
			require.ErrorIs(t, err, crypto.ErrAuth)
			require.Equal(t, segment*streamPiece, n)
			n, err = outAt(t, sealed, size, radiograph)
			require.ErrorIs(t, err, crypto.ErrAuth)
			require.LessOrEqual(t, n, segment*streamPiece) // where the final segment is wrong, it opens nothing
		}
		t.Run("refuses_a_flipped_byte", func(t *testing.T) {
			flipped := func(at, segment int64) {
				flip(t, file, at)
				refused(t, file, size, segment)
				flip(t, file, at)
			}
			for _, at := range []int64{12, 40, crypto.StreamHead, crypto.StreamHead + 20, streamStart - 1} {
				flipped(at, 0) // of the head, and of the header behind it
			}
			for _, at := range []int64{0, 4, 16, 5000, streamSegment - 1} { // length, nonce, ciphertext, tag
				flipped(streamStart+at, 0)
				flipped(streamStart+streamSegment+at, 1)
			}
			flipped(streamStart+700*streamSegment+5000, 700)
			flipped(size-1, full)
			n, err := out(t, file, size, radiograph)
			require.NoError(t, err)
			require.EqualValues(t, imageSize, n)
		})
		in := func(segments int64) []int64 {
			order := make([]int64, segments)
			for i := range order {
				order[i] = int64(i)
			}
			return order
		}
		t.Run("refuses_reordered_segments", func(t *testing.T) {
			order := in(full)
			order[3], order[4] = order[4], order[3]
			refused(t, arranged{file, order, size}, size, 3)
		})
		t.Run("refuses_a_segment_twice", func(t *testing.T) {
			order := append([]int64{0, 1, 1}, in(full)[2:]...)
			refused(t, arranged{file, order, size + streamSegment}, size+streamSegment, 2)
		})
		t.Run("refuses_a_missing_segment", func(t *testing.T) {
			order := append([]int64{0, 1}, in(full)[3:]...)
			refused(t, arranged{file, order, size - streamSegment}, size-streamSegment, 2)
		})
		t.Run("refuses_a_missing_end", func(t *testing.T) {
			refused(t, file, size-1, full)
			refused(t, file, streamStart+5*streamSegment, 5)
			refused(t, file, streamStart+5*streamSegment+100, 5)
			refused(t, file, 100, 0)
		})
		t.Run("refuses_it_elsewhere", func(t *testing.T) {
			for _, move := range []func(*crypto.Binding){
				func(b *crypto.Binding) { b.Practice = "oak-lane" }, func(b *crypto.Binding) { b.Patient = "p-205" },
				func(b *crypto.Binding) { b.Class = crypto.Billing }, func(b *crypto.Binding) { b.Kind = "photo" },
				func(b *crypto.Binding) { b.ID = "r-18" },
			} {
				b := radiograph
				move(&b)
				n, err := out(t, file, size, b)
				require.ErrorIs(t, err, crypto.ErrNotOpened)
				require.Zero(t, n)
				n, err = outAt(t, file, size, b)
				require.ErrorIs(t, err, crypto.ErrNotOpened)
				require.Zero(t, n)
			}
		})
		t.Run("refuses_it_after_shredding", func(t *testing.T) {
			require.NoError(t, ring.Shred(ctx, subject(radiograph)))
			_, err := out(t, file, size, radiograph)
			require.ErrorIs(t, err, crypto.ErrShredded)
			_, err = outAt(t, file, size, radiograph)
			require.ErrorIs(t, err, crypto.ErrShredded)
		})
	})
}

// flip changes a byte of a file, and changes it back when it is called again.
func flip(t *testing.T, file *os.File, at int64) {
	t.Helper()
	var b [1]byte
	_, err := file.ReadAt(b[:], at)
	require.NoError(t, err)
	b[0] ^= 1
	_, err = file.WriteAt(b[:], at)
	require.NoError(t, err)
}
