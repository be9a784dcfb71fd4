package witness_test

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/note"

	"github.com/enamel-go/enamel/audit/witness"
)

func TestCosignature(t *testing.T) {
	private, public, err := witness.GenerateKey(witnessName)
	require.NoError(t, err)
	at := time.Unix(1679315147, 0)
	cosigner, err := witness.NewCosigner(private, func() time.Time { return at })
	require.NoError(t, err)
	verifier, err := witness.NewVerifier(public)
	require.NoError(t, err)
	const text = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
	signed, err := note.Sign(&note.Note{Text: text}, cosigner)
	require.NoError(t, err)
	n, err := note.Open(signed, note.VerifierList(verifier))
	require.NoError(t, err)
	require.Len(t, n.Sigs, 1)
	raw, err := base64.StdEncoding.DecodeString(n.Sigs[0].Base64)
	require.NoError(t, err)
	require.Len(t, raw, 4+8+64)
	// The time of the specification's example, as that example has it.
	require.Equal(t, []byte{0, 0, 0, 0, 0x64, 0x18, 0x50, 0xcb}, raw[4:12])
	for i := 4; i < len(raw); i++ {
		changed := append([]byte(nil), raw[4:]...)
		changed[i-4] ^= 1
		require.False(t, verifier.Verify([]byte(text), changed), "byte %d", i)
	}
	require.False(t, verifier.Verify([]byte(text+"x"), raw[4:]))
	require.False(t, verifier.Verify([]byte(text), raw[5:]))
	require.Equal(t, witnessName, cosigner.Verifier().Name())
	require.Equal(t, cosigner.KeyHash(), verifier.KeyHash())

	early, err := witness.NewCosigner(private, func() time.Time { return time.Unix(-1, 0) })
	require.NoError(t, err)
	_, err = early.Sign([]byte(text))
	require.ErrorIs(t, err, witness.ErrInvalid)
}

// TestKeyID follows the words of c2sp.org/tlog-cosignature and signed-note, for others' witnesses are known by it.
func TestKeyID(t *testing.T) {
	_, public, err := witness.GenerateKey(witnessName)
	require.NoError(t, err)
	parts := strings.Split(public, "+")
	key, err := base64.StdEncoding.DecodeString(strings.Join(parts[2:], "+")) // the type 4, and the key
	require.NoError(t, err)
	id := sha256.Sum256(slices.Concat([]byte(witnessName+"\n"), key))
	require.Equal(t, hex.EncodeToString(id[:4]), parts[1])
}

// TestCosignatureOfNoTime is one whose time is no number of 63 bits, which the specification has refused.
func TestCosignatureOfNoTime(t *testing.T) {
	private, public, err := witness.GenerateKey(witnessName)
	require.NoError(t, err)
	verifier, err := witness.NewVerifier(public)
	require.NoError(t, err)
	seed, err := base64.StdEncoding.DecodeString(strings.SplitN(private, "+", 5)[4])
	require.NoError(t, err)
	cosign := func(at uint64) []byte {
		signed := fmt.Appendf(nil, "cosignature/v1\ntime %d\ntext\n", at)
		return append(binary.BigEndian.AppendUint64(nil, at), ed25519.Sign(ed25519.NewKeyFromSeed(seed[1:]), signed)...)
	}
	require.True(t, verifier.Verify([]byte("text\n"), cosign(math.MaxInt64)))
	require.False(t, verifier.Verify([]byte("text\n"), cosign(math.MaxInt64+1)))
}

func TestKeys(t *testing.T) {
	private, public, err := witness.GenerateKey(witnessName)
	require.NoError(t, err)
	_, err = note.NewVerifier(public)
	require.Error(t, err, "no key of a log is taken for a witness's")
	for _, name := range []string{"", "a b", "a+b", "a\nb", "\xff"} {
		_, _, err := witness.GenerateKey(name)
		require.ErrorIs(t, err, witness.ErrInvalid)
	}
	for _, key := range []string{
		"", "x", public + "x", strings.Replace(public, "w1", "w2", 1), private, strings.Replace(public, "+B", "+A", 1),
		strings.Replace(public, "w1+", "w1+0", 1),
	} {
		_, err := witness.NewVerifier(key)
		require.ErrorIs(t, err, witness.ErrInvalid, key)
	}
	for _, key := range []string{"", "x", public, strings.Replace(private, "w1", "w2", 1), private[:len(private)-4]} {
		_, err := witness.NewCosigner(key, nil)
		require.ErrorIs(t, err, witness.ErrInvalid)
	}
}
