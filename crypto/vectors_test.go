package crypto_test

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/internal/shareddata"
)

// octets is a byte string as Wycheproof writes it.
type octets []byte

func (o *octets) UnmarshalText(text []byte) (err error) {
	*o, err = hex.DecodeString(string(text))
	return err
}

type vectorGroup struct {
	IVSize, KeySize, TagSize int
	Tests                    []struct {
		TCID                       int
		Key, IV, AAD, Msg, CT, Tag octets
		IKM, Salt, Info, OKM       octets
		Password, DK               octets
		Size, IterationCount       int
		Comment, Result            string
	}
}

func vectors(t *testing.T, file string) []vectorGroup {
	t.Helper()
	raw := shareddata.Read(t, "crypto/"+file)
	var v struct{ TestGroups []vectorGroup }
	require.NoError(t, json.Unmarshal(raw, &v))
	return v.TestGroups
}

// TestWycheproofGCM runs Wycheproof's vectors of AES-256-GCM with nonces of 96 bits and tags of 128 through the very
// construction that seals: it takes the nonce from in front of the ciphertext.
func TestWycheproofGCM(t *testing.T) {
	ran := 0
	for _, g := range vectors(t, "aes_gcm_test.json") {
		if g.IVSize != 96 || g.KeySize != 256 || g.TagSize != 128 {
			continue
		}
		for _, v := range g.Tests {
			block, err := aes.NewCipher(v.Key)
			require.NoError(t, err)
			aead, err := cipher.NewGCMWithRandomNonce(block)
			require.NoError(t, err)
			plain, err := aead.Open(nil, nil, slices.Concat(v.IV, v.CT, v.Tag), v.AAD)
			if v.Result == "invalid" {
				require.Error(t, err, "%d %s", v.TCID, v.Comment)
			} else {
				require.NoError(t, err, "%d %s", v.TCID, v.Comment)
				require.Equal(t, []byte(v.Msg), append([]byte{}, plain...), "%d %s", v.TCID, v.Comment)
			}
			ran++
		}
	}
	require.Equal(t, 66, ran)
}

func TestWycheproofHKDF(t *testing.T) {
	ran := 0
	for _, g := range vectors(t, "hkdf_sha256_test.json") {
		if g.KeySize != 256 {
			continue // of this package's keys
		}
		for _, v := range g.Tests {
			key, err := hkdf.Key(sha256.New, v.IKM, v.Salt, string(v.Info), v.Size)
			if v.Result == "invalid" {
				require.Error(t, err, "%d %s", v.TCID, v.Comment)
			} else {
				require.NoError(t, err, "%d %s", v.TCID, v.Comment)
				require.Equal(t, []byte(v.OKM), key, "%d %s", v.TCID, v.Comment)
			}
			ran++
		}
	}
	require.Equal(t, 37, ran)
}

// TestWycheproofHMAC wants codes of 256 bits, and those cut to 128 as a key's check is.
func TestWycheproofHMAC(t *testing.T) {
	ran := 0
	for _, g := range vectors(t, "hmac_sha256_test.json") {
		if g.KeySize != 256 {
			continue // of this package's keys
		}
		for _, v := range g.Tests {
			code := hmac.New(sha256.New, v.Key)
			code.Write(v.Msg)
			equal := hmac.Equal(code.Sum(nil)[:g.TagSize/8], v.Tag)
			require.Equal(t, v.Result != "invalid", equal, "%d %s", v.TCID, v.Comment)
			ran++
		}
	}
	require.Equal(t, 162, ran)
}

// TestWycheproofPBKDF2 wants what a key file's passphrase becomes to be what others make of it, for passphrases and salts
// that are long enough.
func TestWycheproofPBKDF2(t *testing.T) {
	ran := 0
	for _, g := range vectors(t, "pbkdf2_hmacsha256_test.json") {
		for _, v := range g.Tests {
			if len(v.Password) < 14 || len(v.Salt) != 16 {
				continue // of this package's passphrases
			}
			key, err := pbkdf2.Key(sha256.New, string(v.Password), v.Salt, v.IterationCount, len(v.DK))
			require.NoError(t, err, "%d %s", v.TCID, v.Comment)
			require.Equal(t, []byte(v.DK), key, "%d %s", v.TCID, v.Comment)
			ran++
		}
	}
	require.Equal(t, 12, ran)
}
