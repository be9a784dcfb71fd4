package crypto

import (
	"bytes"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
)

// ErrPassphrase is wrapped when a key file is sealed under another passphrase than the one that was given, or under
// one where none was. The file itself is whole.
var ErrPassphrase = fmt.Errorf("%w: the key file is sealed under another passphrase", ErrInvalid)

const (
	// minPassphrase is what FIPS 140-3 asks of a password for PBKDF2: 112 bits.
	minPassphrase = 14

	// sealRounds is how often PBKDF2 repeats for new files: OWASP's Password Storage Cheat Sheet asks for 600,000 with
	// HMAC-SHA256. A file may ask for more, up to what an opening shall take at most: some seconds.
	sealRounds    = 600_000
	maxSealRounds = 20_000_000

	saltSize = 16 // NIST SP 800-132 asks for 128 bits
)

// MakeSealedKeyFile is [MakeKeyFile] for a file whose keys are sealed under a passphrase, as [OpenSealedKeyFile] opens it.
func MakeSealedKeyFile(path string, passphrase []byte) (*KeyFile, error) {
	return makeSealed(path, givenPassphrase{passphrase, sealRounds})
}

func makeSealed(path string, with givenPassphrase) (*KeyFile, error) {
	if len(with.bytes) < minPassphrase {
		return nil, errShortPassphrase
	}
	return keyFile(path, with, with.anew)
}

// OpenSealedKeyFile is [OpenKeyFile] for a file whose keys are sealed under a passphrase, so that the file alone opens
// nothing. The passphrase has at least 14 bytes; fewer are [ErrInvalid]. It is not kept and may be wiped. A wrong one is
// [ErrPassphrase], a broken file [ErrInvalid] without it. A file that is not sealed is refused as well: open it with
// [OpenKeyFile] and call [KeyFile.SetPassphrase]. It takes a good part of a second, on purpose.
func OpenSealedKeyFile(path string, passphrase []byte) (*KeyFile, error) {
	if len(passphrase) < minPassphrase {
		return nil, errShortPassphrase
	}
	return keyFile(path, givenPassphrase{passphrase, sealRounds}, nil)
}

var errShortPassphrase = fmt.Errorf("%w: a passphrase has at least 14 bytes", ErrInvalid)

// SetPassphrase seals the file under a new passphrase, which it had one or not, and replaces it as [KeyFile.Rotate]
// does. Other processes go on unwrapping with the versions that they know. To wrap they need the file, and so to open
// it with the new passphrase.
//
// What was on the disk before may still be there, and in backups, under the old passphrase or none: whoever may have
// had both is shut out by a rotation, and by wrapping every practice's key anew.
func (f *KeyFile) SetPassphrase(passphrase []byte) error {
	return f.sealUnder(givenPassphrase{passphrase, sealRounds})
}

func (f *KeyFile) sealUnder(with givenPassphrase) error {
	if len(with.bytes) < minPassphrase {
		return errShortPassphrase
	}
	return f.replace("seal key file", func(keys []rootKey) ([]rootKey, *sealedKey, error) {
		seal, err := with.anew()
		return keys, seal, err
	})
}

// opener is what a key file is opened with.
type opener interface {
	unsealed() error                       // whether it may open a file without a passphrase
	derive(sealParams) (*sealedKey, error) // for a file with one
}

// givenPassphrase is a passphrase and the least number of rounds, which new files get: [sealRounds], fewer only in tests.
type givenPassphrase struct {
	bytes  []byte
	rounds int
}

func (givenPassphrase) unsealed() error {
	return fmt.Errorf("%w: the key file has no passphrase", ErrInvalid)
}

func (p givenPassphrase) derive(params sealParams) (*sealedKey, error) {
	if params.rounds < p.rounds {
		return nil, errBrokenFile
	}
	return deriveSeal(p.bytes, params)
}

// anew returns what a new file is sealed under.
func (p givenPassphrase) anew() (*sealedKey, error) {
	params := sealParams{rounds: p.rounds}
	_, _ = rand.Read(params.salt[:])
	return deriveSeal(p.bytes, params)
}

// sealParams are what a key is derived from beside the passphrase.
type sealParams struct {
	rounds int
	salt   [saltSize]byte
}

// sealedKey is what a passphrase and the parameters of a file become. A nil one stands for a file without a passphrase.
type sealedKey struct {
	params sealParams
	key    secret // seals the file's keys
	check  []byte // is in the file and tells whether it was this passphrase
}

// deriveSeal is slow.
func deriveSeal(passphrase []byte, params sealParams) (*sealedKey, error) {
	raw, err := pbkdf2.Key(sha256.New, string(passphrase), params.salt[:], params.rounds, keySize)
	if err != nil {
		return nil, err
	}
	defer clear(raw)
	s := &sealedKey{params: params}
	if s.check, err = hkdf.Expand(sha256.New, raw, "enamel/passphrase-check/1", sha256.Size); err != nil {
		return nil, err
	}
	s.key.raw, err = hkdf.Expand(sha256.New, raw, "enamel/passphrase-key/1", keySize)
	return s, err
}

// unsealed and derive open a file again with what its passphrase became, for the passphrase is not kept.
func (s *sealedKey) unsealed() error {
	if s == nil {
		return nil
	}
	return fmt.Errorf("%w: the key file has lost its passphrase", ErrInvalid)
}

func (s *sealedKey) derive(params sealParams) (*sealedKey, error) {
	if s == nil || s.params != params {
		return nil, ErrPassphrase
	}
	return s, nil
}

// sealedFileHead is how a sealed key file begins.
const sealedFileHead = "enamel-keys 2 "

// sealedFile is what a sealed key file holds.
type sealedFile struct {
	params sealParams
	check  []byte
	sealed []byte
}

// head is the first two lines, which the keys are sealed with as additional data.
func (f sealedFile) head() []byte {
	out := append(make([]byte, 0, 256), sealedFileHead+"pbkdf2-hmac-sha256 "...)
	out = strconv.AppendInt(out, int64(f.params.rounds), 10)
	out = hex.AppendEncode(append(out, ' '), f.params.salt[:])
	out = hex.AppendEncode(append(out, '\n'), f.check)
	return append(out, '\n')
}

// encode writes the one form that decodeSealed reads. The digest in the last line tells a damaged file from a wrong
// passphrase, and is no more than that: it needs no key.
func (f sealedFile) encode() []byte {
	out := f.head()
	out = append(hex.AppendEncode(out, f.sealed), '\n')
	digest := sha256.Sum256(out)
	return append(hex.AppendEncode(out, digest[:]), '\n')
}

// decodeSealed reads a sealed key file. Whatever differs in a single byte from what encode writes is refused.
func decodeSealed(raw []byte) (sealedFile, error) {
	var f sealedFile
	lines := bytes.Split(raw, []byte("\n"))
	fields := bytes.Split(lines[0], []byte(" "))
	if len(lines) == 5 && len(fields) == 5 && len(fields[4]) == hex.EncodedLen(saltSize) {
		f.params.rounds, _ = strconv.Atoi(string(fields[3]))
		_, _ = hex.Decode(f.params.salt[:], fields[4]) // what is no digit shows below
		f.check, _ = hex.DecodeString(string(lines[1]))
		f.sealed, _ = hex.DecodeString(string(lines[2]))
	}
	rounds := f.params.rounds
	if len(f.check) != sha256.Size || rounds < 1 || rounds > maxSealRounds || !bytes.Equal(f.encode(), raw) {
		return sealedFile{}, errBrokenFile
	}
	return f, nil
}

// encode writes a key file with keys.
func (s *sealedKey) encode(keys []rootKey) ([]byte, error) {
	content := encodeKeyFile(keys)
	if s != nil {
		defer clear(content)
		aead, err := newAEAD(s.key.raw)
		if err != nil {
			return nil, err
		}
		f := sealedFile{params: s.params, check: s.check}
		f.sealed = aead.Seal(nil, nil, content, f.head())
		content = f.encode()
	}
	if len(content) > maxKeyFile {
		return nil, fmt.Errorf("%w: the key file would be too large", ErrInvalid)
	}
	return content, nil
}

// open reverses encode. The check is compared first, for AES-GCM alone does not commit to a key: a file can be crafted
// that opens under many, and whether it opens would say much of the passphrase.
func (s *sealedKey) open(f sealedFile) ([]rootKey, error) {
	if !hmac.Equal(s.check, f.check) {
		return nil, ErrPassphrase
	}
	aead, err := newAEAD(s.key.raw)
	if err != nil {
		return nil, err
	}
	content, err := aead.Open(nil, nil, f.sealed, f.head())
	if err != nil {
		return nil, errBrokenFile
	}
	defer clear(content)
	return decodeKeyFile(content)
}
