package floe_test

import (
	"bytes"
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/crypto/floe"
)

const testSegment = 48 // 16 bytes of plaintext

var (
	testKey = bytes.Repeat([]byte{7}, floe.KeySize)
	testAAD = []byte("of these tests")
)

// small returns options for short streams of several segments, and of several keys.
func small() *floe.Options { return floe.Rotating(testSegment, 1) }

// text returns n bytes that differ from one another.
func text(n int) []byte {
	out := make([]byte, n)
	for i := range out {
		out[i] = byte(i*7 + i>>8)
	}
	return out
}

func seal(t testing.TB, plain []byte, o *floe.Options) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := floe.NewWriter(&out, testKey, testAAD, o)
	require.NoError(t, err)
	n, err := w.Write(plain)
	require.NoError(t, err)
	require.Equal(t, len(plain), n)
	require.NoError(t, w.Close())
	return out.Bytes()
}

// readAll opens a stream in steps of a size and returns all that was released, with the error that followed, nil for
// the end.
func readAll(sealed, key, aad []byte, o *floe.Options, step int) ([]byte, error) {
	r, err := floe.NewReader(bytes.NewReader(sealed), key, aad, o)
	if err != nil {
		return nil, err
	}
	var got []byte
	for {
		piece := make([]byte, step)
		n, err := r.Read(piece)
		got = append(got, piece[:n]...)
		if err == io.EOF {
			return got, nil
		}
		if err != nil {
			return got, err
		}
	}
}

// copyAll does so as io.Copy does, where step is 0 from memory and else from a reader that gives at most step bytes.
func copyAll(sealed, key, aad []byte, o *floe.Options, step int) ([]byte, error) {
	var source io.Reader = bytes.NewReader(sealed)
	if step > 0 {
		source = stepReader{source, step}
	}
	r, err := floe.NewReader(source, key, aad, o)
	if err != nil {
		return nil, err
	}
	var got bytes.Buffer
	_, err = io.Copy(struct{ io.Writer }{&got}, r)
	return got.Bytes(), err
}

type stepReader struct {
	io.Reader
	step int
}

func (s stepReader) Read(p []byte) (int, error) { return s.Reader.Read(p[:min(len(p), s.step)]) }

// readAllAt does so by random access.
func readAllAt(sealed, key, aad []byte, o *floe.Options, step int) ([]byte, error) {
	r, err := floe.NewReaderAt(bytes.NewReader(sealed), int64(len(sealed)), key, aad, o)
	if err != nil {
		return nil, err
	}
	var got []byte
	for {
		piece := make([]byte, step)
		n, err := r.ReadAt(piece, int64(len(got)))
		got = append(got, piece[:n]...)
		if err == io.EOF {
			return got, nil
		}
		if err != nil {
			return got, err
		}
	}
}

// refuses checks that a stream does not open to its end, in small steps and large, and that what is released before is
// the beginning of plain.
func refuses(t testing.TB, sealed, plain, key, aad []byte, o *floe.Options) {
	t.Helper()
	for _, step := range []int{0, 11} {
		got, err := copyAll(sealed, key, aad, o, step)
		if !bytes.HasPrefix(plain, got) {
			t.Fatal("a Reader copied what nobody sealed")
		}
		require.ErrorIs(t, err, floe.ErrNotOpened)
	}
	for _, step := range []int{1000, 5} {
		got, err := readAll(sealed, key, aad, o, step)
		if !bytes.HasPrefix(plain, got) {
			t.Fatal("a Reader released what nobody sealed")
		}
		require.ErrorIs(t, err, floe.ErrNotOpened)
		got, err = readAllAt(sealed, key, aad, o, step)
		if !bytes.HasPrefix(plain, got) {
			t.Fatal("a ReaderAt released what nobody sealed")
		}
		require.ErrorIs(t, err, floe.ErrNotOpened)
	}
}
