package witness

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode"

	"golang.org/x/mod/sumdb/note"
)

// An Ed25519 cosignature key has the type 4 among those of c2sp.org/signed-note.
const (
	cosignatureType = 4
	privatePrefix   = "PRIVATE+KEY+"
)

// GenerateKey makes an Ed25519 key for a witness. The name is a URL without its scheme that says whose witness it is; it
// has no space and no plus. Use the key for this one witness alone.
func GenerateKey(name string) (private, public string, err error) {
	if !validName(name) {
		return "", "", fmt.Errorf("%w: a key's name has no space and no plus", ErrInvalid)
	}
	pub, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return "", "", fmt.Errorf("witness: make a key: %w", err)
	}
	id := fmt.Sprintf("%s+%08x+", name, keyID(name, pub))
	encode := func(key []byte) string {
		return base64.StdEncoding.EncodeToString(append([]byte{cosignatureType}, key...))
	}
	return privatePrefix + id + encode(key.Seed()), id + encode(pub), nil
}

func validName(name string) bool {
	return name != "" && !strings.Contains(name, "+") && strings.IndexFunc(name, unicode.IsSpace) < 0 &&
		strings.ToValidUTF8(name, "") == name
}

// keyID is SHA-256(name, line feed, 4, key), its first four bytes.
func keyID(name string, key ed25519.PublicKey) uint32 {
	h := sha256.New()
	h.Write([]byte(name + "\n"))
	h.Write([]byte{cosignatureType})
	h.Write(key)
	return binary.BigEndian.Uint32(h.Sum(nil))
}

// parseKey reads "name+id+base64(type, key)", where the key has size bytes. The id is checked by whoever knows the public
// key.
func parseKey(text string, size int) (name string, id uint32, key []byte, err error) {
	name, rest, _ := strings.Cut(text, "+")
	hex, encoded, _ := strings.Cut(rest, "+")
	n, err1 := strconv.ParseUint(hex, 16, 32)
	raw, err2 := base64.StdEncoding.DecodeString(encoded)
	if !validName(name) || len(hex) != 8 || err1 != nil || err2 != nil || len(raw) != 1+size || raw[0] != cosignatureType {
		return "", 0, nil, fmt.Errorf("%w: not a cosignature key", ErrInvalid)
	}
	return name, uint32(n), raw[1:], nil
}

// Cosigner makes cosignatures. It implements [note.Signer] and may be used concurrently.
type Cosigner struct {
	verifier
	key ed25519.PrivateKey
	now func() time.Time
}

// NewCosigner reads a private key of [GenerateKey]. Now gives the time of a cosignature; nil means time.Now.
func NewCosigner(private string, now func() time.Time) (*Cosigner, error) {
	text, found := strings.CutPrefix(private, privatePrefix)
	name, id, seed, err := parseKey(text, ed25519.SeedSize)
	if !found || err != nil {
		return nil, fmt.Errorf("%w: not a private cosignature key", ErrInvalid)
	}
	key := ed25519.NewKeyFromSeed(seed)
	public := key.Public().(ed25519.PublicKey)
	if keyID(name, public) != id {
		return nil, fmt.Errorf("%w: a key whose id is another's", ErrInvalid)
	}
	if now == nil {
		now = time.Now
	}
	return &Cosigner{verifier: verifier{name: name, id: id, key: public}, key: key, now: now}, nil
}

// Sign implements [note.Signer]: eight bytes of the time, and the signature.
func (c *Cosigner) Sign(text []byte) ([]byte, error) {
	at := c.now().Unix()
	if at < 0 {
		return nil, fmt.Errorf("%w: a time before 1970", ErrInvalid)
	}
	sig := binary.BigEndian.AppendUint64(nil, uint64(at))
	return append(sig, ed25519.Sign(c.key, cosigned(uint64(at), text))...), nil
}

// Verifier returns what checks the cosigner's cosignatures.
func (c *Cosigner) Verifier() note.Verifier { return &c.verifier }

// line is the cosignature of a checkpoint's text as a line of a note.
func (c *Cosigner) line(text string) (string, error) {
	sig, err := c.Sign([]byte(text))
	if err != nil {
		return "", err
	}
	raw := append(binary.BigEndian.AppendUint32(nil, c.id), sig...)
	return "— " + c.name + " " + base64.StdEncoding.EncodeToString(raw) + "\n", nil
}

type verifier struct {
	name string
	id   uint32
	key  ed25519.PublicKey
}

// NewVerifier reads a public key of [GenerateKey], or of another witness, for note.Open: it says whether the witness
// cosigned a checkpoint, whenever that was.
func NewVerifier(public string) (note.Verifier, error) {
	name, id, key, err := parseKey(public, ed25519.PublicKeySize)
	if err != nil {
		return nil, err
	}
	if keyID(name, key) != id {
		return nil, fmt.Errorf("%w: a key whose id is another's", ErrInvalid)
	}
	return &verifier{name: name, id: id, key: key}, nil
}

// Name implements [note.Verifier].
func (v *verifier) Name() string { return v.name }

// KeyHash implements [note.Verifier].
func (v *verifier) KeyHash() uint32 { return v.id }

// Verify implements [note.Verifier].
func (v *verifier) Verify(text, sig []byte) bool {
	if len(sig) != 8+ed25519.SignatureSize {
		return false
	}
	at := binary.BigEndian.Uint64(sig)
	return at <= math.MaxInt64 && ed25519.Verify(v.key, cosigned(at, text), sig[8:])
}

// cosigned is what an Ed25519 cosignature signs.
func cosigned(at uint64, text []byte) []byte {
	return append(fmt.Appendf(nil, "cosignature/v1\ntime %d\n", at), text...)
}
