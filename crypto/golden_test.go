package crypto_test

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/crypto"
	"github.com/enamel-go/enamel/crypto/cryptomem"
)

var update = flag.Bool("update", false, "write testdata/v1.json anew, under new keys")

const goldenPath = "testdata/v1.json"

// golden is what version 1 has once written. Nonces are random, so it can be opened and not be written again: it must
// open with every later version of the package. Its keys protect nothing.
type golden struct {
	KeyFile string
	Rows    []crypto.Key
	Values  []goldenValue
	Index   goldenHash // of kind Kind
	Tag     goldenHash
	MAC     goldenHash
}

type goldenValue struct {
	Binding crypto.Binding
	Plain   string
	Sealed  []byte
}

type goldenHash struct {
	Practice, Kind, Value string
	Hash                  []byte
}

func readGolden(t *testing.T) golden {
	t.Helper()
	raw, err := os.ReadFile(goldenPath)
	require.NoError(t, err)
	var g golden
	require.NoError(t, json.Unmarshal(raw, &g))
	return g
}

func TestGolden(t *testing.T) {
	if *update {
		writeGolden(t)
	}
	g := readGolden(t)
	path := filepath.Join(t.TempDir(), "keys")
	require.NoError(t, os.WriteFile(path, []byte(g.KeyFile), 0o600))
	s := cryptomem.New()
	for _, row := range g.Rows {
		_, err := s.Add(t.Context(), row)
		require.NoError(t, err)
	}
	ring := newRing(t, s, openFile(t, path), nil)
	for _, v := range g.Values {
		opens(t, ring, v.Sealed, v.Binding, v.Plain)
	}
	index, err := ring.Index(t.Context(), g.Index.Practice, g.Index.Kind, g.Index.Value)
	require.NoError(t, err)
	require.Equal(t, g.Index.Hash, index)
	tag, err := ring.Tag(t.Context(), g.Tag.Practice, g.Tag.Value)
	require.NoError(t, err)
	require.Equal(t, g.Tag.Hash, tag)
	mac, err := ring.MAC(t.Context(), g.MAC.Practice, []byte(g.MAC.Value))
	require.NoError(t, err)
	require.Equal(t, g.MAC.Hash, mac)
}

// rows keeps what a keyring adds.
type rows struct {
	crypto.KeyStore
	all []crypto.Key
}

func (r *rows) Add(ctx context.Context, k crypto.Key) (crypto.Key, error) {
	r.all = append(r.all, k)
	return r.KeyStore.Add(ctx, k)
}

func writeGolden(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys")
	file := openFile(t, path)
	kept := &rows{KeyStore: cryptomem.New()}
	ring := newRing(t, kept, file, nil)
	var g golden
	for _, plain := range []string{"", "1987-05-11", "caries profunda, 16 distal"} {
		for _, b := range []crypto.Binding{
			chart("p-204", "n-1"),
			{Practice: practice, Patient: "p-204", Class: crypto.Billing, Kind: "claim.amount", ID: "c-9"},
			{Practice: practice, Kind: "contact.phone", ID: "é"},
		} {
			g.Values = append(g.Values, goldenValue{Binding: b, Plain: plain, Sealed: seal(t, ring, plain, b)})
		}
		require.NoError(t, file.Rotate())
	}
	var err error
	g.Index = goldenHash{Practice: practice, Kind: "contact.phone", Value: "+15555550100"}
	g.Index.Hash, err = ring.Index(t.Context(), practice, g.Index.Kind, g.Index.Value)
	require.NoError(t, err)
	g.Tag = goldenHash{Practice: practice, Value: "p-204"}
	g.Tag.Hash, err = ring.Tag(t.Context(), practice, g.Tag.Value)
	require.NoError(t, err)
	g.MAC = goldenHash{Practice: practice, Value: "an entry"}
	g.MAC.Hash, err = ring.MAC(t.Context(), practice, []byte(g.MAC.Value))
	require.NoError(t, err)
	keys, err := os.ReadFile(path)
	require.NoError(t, err)
	g.KeyFile, g.Rows = string(keys), kept.all
	raw, err := json.MarshalIndent(g, "", "\t")
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(goldenPath, append(raw, '\n'), 0o644))
}

// gcmOpen opens nonce, ciphertext and tag with the standard library's AES-256-GCM.
func gcmOpen(t *testing.T, key, sealed, additional []byte) []byte {
	t.Helper()
	block, err := aes.NewCipher(key)
	require.NoError(t, err)
	gcm, err := cipher.NewGCM(block)
	if err != nil { // GODEBUG=fips140=only admits no nonce of the caller's, not even to open
		gcm, err = cipher.NewGCMWithRandomNonce(block)
	}
	require.NoError(t, err)
	nonce := sealed[:gcm.NonceSize()]
	plain, err := gcm.Open(nil, nonce, sealed[len(nonce):], additional)
	require.NoError(t, err)
	return plain
}

// parts follows the package comment: each part behind its length in four bytes.
func parts(label string, of ...string) []byte {
	out := []byte(label)
	for _, part := range of {
		out = append(out, byte(len(part)>>24), byte(len(part)>>16), byte(len(part)>>8), byte(len(part)))
		out = append(out, part...)
	}
	return out
}

// byHand unwraps the key of a row with nothing but the package comment and the standard library.
func byHand(t *testing.T, g golden, row crypto.Key) []byte {
	t.Helper()
	blob := row.Wrapped.Blob
	require.EqualValues(t, 1, blob[0])
	ids := binary.BigEndian.AppendUint64(nil, row.ID)
	ids = binary.BigEndian.AppendUint32(ids, uint32(row.Version))
	var key []byte
	if row.Class == "practice" {
		for _, line := range strings.Split(g.KeyFile, "\n") {
			if fields := strings.Fields(line); len(fields) == 3 && fields[0] == row.Wrapped.KeyID {
				root, err := hex.DecodeString(fields[1])
				require.NoError(t, err)
				bind := string(parts("", row.Practice, "practice"))
				key = gcmOpen(t, root, blob[1:], parts("enamel/root/1", row.Wrapped.KeyID, bind))
			}
		}
	} else {
		id, err := strconv.ParseUint(row.Wrapped.KeyID, 16, 64)
		require.NoError(t, err)
		additional := append(parts("enamel/key/1", row.Practice, row.Patient, string(row.Class)), ids...)
		key = gcmOpen(t, byHand(t, g, rowOf(t, g, id)), blob[1:], additional)
	}
	code := hmac.New(sha256.New, key)
	code.Write(append(parts("enamel/commit/1", row.Practice, row.Patient, string(row.Class)), ids...))
	require.Equal(t, code.Sum(nil)[:16], row.Check)
	return key
}

func rowOf(t *testing.T, g golden, id uint64) crypto.Key {
	t.Helper()
	for _, row := range g.Rows {
		if row.ID == id {
			return row
		}
	}
	require.Fail(t, "no such key")
	return crypto.Key{}
}

// TestStandardLibraryAlone opens what version 1 has written without a line of this package: a practice that leaves us
// needs its keys and any AES-GCM.
func TestStandardLibraryAlone(t *testing.T) {
	g := readGolden(t)
	for _, v := range g.Values {
		require.Equal(t, []byte{0xD1, 1, 0, 0}, v.Sealed[:4])
		key := byHand(t, g, rowOf(t, g, binary.BigEndian.Uint64(v.Sealed[4:])))
		b := v.Binding
		additional := parts("enamel/field/1", b.Practice, b.Patient, string(b.Class), b.Kind, b.ID)
		additional = append(additional, v.Sealed[:12]...)
		require.Equal(t, v.Plain, string(gcmOpen(t, key, v.Sealed[12:], additional)))
		require.Len(t, v.Sealed, 40+len(v.Plain))
	}
	prf := func(class crypto.Class, purpose, value string) (crypto.Key, []byte) {
		for _, row := range g.Rows {
			if row.Class == class {
				family, _, _ := strings.Cut(string(class), "/")
				info := string(parts("enamel/"+family+"/1", purpose))
				key, err := hkdf.Key(sha256.New, byHand(t, g, row), nil, info, 32)
				require.NoError(t, err)
				code := hmac.New(sha256.New, key)
				code.Write([]byte(value))
				return row, code.Sum(nil)
			}
		}
		require.Fail(t, "no such key")
		return crypto.Key{}, nil
	}
	_, index := prf(crypto.Class("index/"+g.Index.Kind), g.Index.Kind, g.Index.Value)
	require.Equal(t, g.Index.Hash, index)
	_, tag := prf("audit", "tag", g.Tag.Value)
	require.Equal(t, g.Tag.Hash, tag)
	row, mac := prf("audit", "mac", g.MAC.Value)
	require.Equal(t, g.MAC.Hash, append(idBytes(row), mac...))
}
