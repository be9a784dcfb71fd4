package crypto_test

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha512"
	"encoding/binary"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/crypto"
	"github.com/enamel-go/enamel/crypto/cryptomem"
)

var updateStream = flag.Bool("update-stream", false, "write testdata/stream-v1.json anew, under new keys")

const goldenStreamPath = "testdata/stream-v1.json"

// goldenStreams is what version 1 has once written, for every later version to open. Its keys protect nothing.
type goldenStreams struct {
	KeyFile string
	Rows    []crypto.Key
	Streams []goldenStream
}

// goldenStream is the first Size bytes of [image], sealed.
type goldenStream struct {
	Binding crypto.Binding
	Size    int
	Sealed  []byte
}

func readGoldenStreams(t *testing.T) goldenStreams {
	t.Helper()
	raw, err := os.ReadFile(goldenStreamPath)
	require.NoError(t, err)
	var g goldenStreams
	require.NoError(t, json.Unmarshal(raw, &g))
	require.Len(t, g.Streams, 4)
	return g
}

func TestGoldenStream(t *testing.T) {
	if *updateStream {
		writeGoldenStreams(t)
	}
	g := readGoldenStreams(t)
	path := filepath.Join(t.TempDir(), "keys")
	require.NoError(t, os.WriteFile(path, []byte(g.KeyFile), 0o600))
	s := cryptomem.New()
	for _, row := range g.Rows {
		_, err := s.Add(t.Context(), row)
		require.NoError(t, err)
	}
	ring := newRing(t, s, openFile(t, path), nil)
	for _, v := range g.Streams {
		streamOpens(t, ring, v.Sealed, v.Binding, image(v.Size))
	}
}

func writeGoldenStreams(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys")
	kept := &rows{KeyStore: cryptomem.New()}
	ring := newRing(t, kept, openFile(t, path), nil)
	var g goldenStreams
	for _, v := range []goldenStream{
		{Binding: chart("p-204", "r-1"), Size: 0},
		{Binding: chart("p-204", "r-17"), Size: 1000},
		{Binding: chart("p-205", "r-18"), Size: streamPiece + 10},
		{Binding: crypto.Binding{Practice: practice, Kind: "logo", ID: "é"}, Size: 100},
	} {
		v.Sealed = sealStream(t, ring, image(v.Size), v.Binding)
		g.Streams = append(g.Streams, v)
	}
	keys, err := os.ReadFile(path)
	require.NoError(t, err)
	g.KeyFile, g.Rows = string(keys), kept.all
	raw, err := json.MarshalIndent(g, "", "\t")
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(goldenStreamPath, append(raw, '\n'), 0o644))
}

// TestStreamStandardLibraryAlone opens what version 1 has written with nothing but the documented format and the
// standard library.
func TestStreamStandardLibraryAlone(t *testing.T) {
	g := readGoldenStreams(t)
	all := golden{KeyFile: g.KeyFile, Rows: g.Rows}
	for _, v := range g.Streams {
		require.Equal(t, []byte{0xD1, 3, 0, 0}, v.Sealed[:4])
		b := v.Binding
		data := byHand(t, all, rowOf(t, all, binary.BigEndian.Uint64(v.Sealed[4:])))
		additional := parts("enamel/stream/1", b.Practice, b.Patient, string(b.Class), b.Kind, b.ID)
		additional = append(additional, v.Sealed[:12]...)
		key := gcmOpen(t, data, v.Sealed[12:72], additional)

		header, body := v.Sealed[72:146], v.Sealed[146:]
		require.Equal(t, []byte{0, 0, 0, 1, 0, 0, 0, 0, 0, 32}, header[:10])
		kdf := func(key []byte, purpose string, size int) []byte {
			out, err := hkdf.Expand(sha512.New384, key, string(header[:42])+purpose+"enamel/stream/1", size)
			require.NoError(t, err)
			return out
		}
		require.Equal(t, kdf(key, "HEADER_TAG:", 32), header[42:])
		block, err := aes.NewCipher(kdf(kdf(key, "MESSAGE_KEY:", 48), "DEK:\x00\x00\x00\x00\x00\x00\x00\x00", 32))
		require.NoError(t, err)
		segments, err := cipher.NewGCMWithRandomNonce(block)
		require.NoError(t, err)
		var plain []byte
		for position := byte(0); len(body) > 0; position++ {
			segment, final := body[:min(len(body), 65_536)], byte(0)
			length := []byte{0xFF, 0xFF, 0xFF, 0xFF}
			if body = body[len(segment):]; len(body) == 0 {
				length, final = binary.BigEndian.AppendUint32(nil, uint32(len(segment))), 1
			}
			require.Equal(t, length, segment[:4])
			plain, err = segments.Open(plain, nil, segment[4:], []byte{0, 0, 0, 0, 0, 0, 0, position, final})
			require.NoError(t, err)
		}
		require.True(t, bytes.Equal(image(v.Size), plain))
	}
}
