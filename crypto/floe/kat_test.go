package floe_test

import (
	"bytes"
	"encoding/hex"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/crypto/floe"
	"github.com/enamel-go/enamel/internal/shareddata"
)

// TestKnownAnswers opens what the reference implementations in C++, Go, Java and Rust have sealed: from the beginning
// to the end, and piece by piece.
func TestKnownAnswers(t *testing.T) {
	key, aad := make([]byte, floe.KeySize), []byte("This is AAD")
	folder := shareddata.Path(t, "crypto/floe")
	files, err := os.ReadDir(folder)
	require.NoError(t, err)
	ran := map[string]int{}
	for _, file := range files {
		name, ok := strings.CutSuffix(file.Name(), "_ct.txt")
		if !ok {
			continue
		}
		var o *floe.Options
		by, kind, _ := strings.Cut(name, "_")
		switch kind {
		case "GCM256_IV256_4K":
			o = &floe.Options{SegmentSize: 4 << 10}
		case "GCM256_IV256_64":
			o = &floe.Options{SegmentSize: 64}
		case "rotation":
			o = floe.Rotating(40, 2)
		case "lastSegAligned", "lastSegEmpty":
			o = &floe.Options{SegmentSize: 40}
		default:
			require.Fail(t, "an answer of unknown parameters", name)
		}
		ran[by]++
		t.Run(name, func(t *testing.T) {
			sealed, plain := readHex(t, folder, name+"_ct.txt"), readHex(t, folder, name+"_pt.txt")
			r, err := floe.NewReader(bytes.NewReader(sealed), key, aad, o)
			require.NoError(t, err)
			got, err := io.ReadAll(r)
			require.NoError(t, err)
			require.Equal(t, plain, got)

			at, err := floe.NewReaderAt(bytes.NewReader(sealed), int64(len(sealed)), key, aad, o)
			require.NoError(t, err)
			require.EqualValues(t, len(plain), at.Size())
			for _, step := range []int{1, 7, 8, 9, 32, 100, len(plain)} {
				for off := 0; off < len(plain); off += max(step, len(plain)/50) {
					piece := make([]byte, min(step, len(plain)-off))
					n, err := at.ReadAt(piece, int64(off))
					require.NoError(t, err)
					require.Equal(t, plain[off:off+n], piece)
				}
			}
			for i := range sealed {
				broken := bytes.Clone(sealed)
				broken[i] ^= 0x80
				if len(sealed) < 1000 || i%97 == 0 {
					refuses(t, broken, plain, key, aad, o)
				}
			}
		})
	}
	require.Equal(t, map[string]int{"cpp": 3, "go": 3, "java": 5, "rust": 3}, ran)
}

func readHex(t *testing.T, folder, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(folder, name))
	require.NoError(t, err)
	raw, err := hex.DecodeString(strings.TrimSpace(string(text)))
	require.NoError(t, err)
	return raw
}
