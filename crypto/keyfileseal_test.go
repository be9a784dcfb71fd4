package crypto_test

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/crypto"
)

const (
	passphrase = "planted correct horse"
	sealedPath = "testdata/keyfile-sealed.txt"
)

func openSealed(t testing.TB, path, passphrase string) *crypto.KeyFile {
	t.Helper()
	given := []byte(passphrase)
	f, err := crypto.MakeSealedQuickly(path, given)
	require.NoError(t, err)
	clear(given) // nothing may depend on it any more
	return f
}

func refusedSealed(t *testing.T, path, passphrase string, want error) {
	t.Helper()
	_, err := crypto.MakeSealedQuickly(path, []byte(passphrase))
	refusal(t, err, want)
}

func refusal(t *testing.T, err, want error) {
	t.Helper()
	require.ErrorIs(t, err, want)
	require.ErrorIs(t, err, crypto.ErrInvalid)
	require.Equal(t, errors.Is(want, crypto.ErrPassphrase), errors.Is(err, crypto.ErrPassphrase))
	require.NotContains(t, err.Error(), "planted")
}

func wrapped(t *testing.T, f *crypto.KeyFile) crypto.Wrapped {
	t.Helper()
	w, err := f.Wrap(t.Context(), bytes.Repeat([]byte{7}, 32), []byte("bind"))
	require.NoError(t, err)
	return w
}

func unwraps(t *testing.T, f *crypto.KeyFile, all ...crypto.Wrapped) {
	t.Helper()
	for _, w := range all {
		key, err := f.Unwrap(t.Context(), w, []byte("bind"))
		require.NoError(t, err)
		require.Equal(t, bytes.Repeat([]byte{7}, 32), key)
	}
}

// TestSealedKeyFilesHaveSalt wants one passphrase to make another key for each file, and whenever it is set again.
func TestSealedKeyFilesHaveSalt(t *testing.T) {
	dir := t.TempDir()
	heads := map[string]bool{}
	head := func(path string) {
		raw, err := os.ReadFile(path)
		require.NoError(t, err)
		lines := strings.SplitN(string(raw), "\n", 3)
		heads[lines[0]], heads[lines[1]] = true, true
	}
	for _, name := range []string{"one", "two"} {
		f, err := crypto.MakeSealedQuickly(filepath.Join(dir, name), []byte(passphrase))
		require.NoError(t, err)
		head(filepath.Join(dir, name))
		require.NoError(t, f.SetPassphraseQuickly([]byte(passphrase)))
		head(filepath.Join(dir, name))
	}
	require.Len(t, heads, 8)
}

// TestSealedKeyFileOfOtherLengths reads files whose parts are longer or shorter than any that was written.
func TestSealedKeyFileOfOtherLengths(t *testing.T) {
	for n := range 65 {
		for _, digits := range []string{strings.Repeat("0", n), strings.Repeat("0", 10*n)} {
			for part := range 4 {
				parts := []string{strings.Repeat("0", 32), strings.Repeat("0", 64), strings.Repeat("0", 200), strings.Repeat("0", 64)}
				parts[part] = digits
				raw := crypto.SealedFileHead + "pbkdf2-hmac-sha256 600000 " + strings.Join(parts, "\n") + "\n"
				require.ErrorIs(t, crypto.DecodeSealed([]byte(raw)), crypto.ErrInvalid)
			}
		}
	}
}

func TestSealedKeyFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "keys")
	here := openSealed(t, path, passphrase)
	folder(t, dir, "keys")
	all := []crypto.Wrapped{wrapped(t, here)}
	require.NoError(t, here.Rotate())
	all = append(all, wrapped(t, here))
	require.NotEqual(t, all[0].KeyID, all[1].KeyID)
	folder(t, dir, "keys")

	there := openSealed(t, path, passphrase)
	unwraps(t, there, all...)
	require.NoError(t, there.Rotate())
	all = append(all, wrapped(t, there))
	unwraps(t, here, all...) // reads the new version without the passphrase

	refusedSealed(t, path, "planted another horse", crypto.ErrPassphrase)
	_, err := crypto.MakeKeyFile(path)
	require.ErrorIs(t, err, crypto.ErrPassphrase, "without one")

	// Neither an id nor a key can be read in the file.
	raw, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NotContains(t, string(raw), "file-")
}

func TestSealedKeyFileChangesPassphrase(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "keys")
	plain := openFile(t, path)
	all := []crypto.Wrapped{wrapped(t, plain)}
	refusedSealed(t, path, passphrase, crypto.ErrInvalid) // it has none

	require.NoError(t, plain.SetPassphraseQuickly([]byte(passphrase)))
	folder(t, dir, "keys")
	require.NoError(t, plain.Rotate())
	all = append(all, wrapped(t, plain))
	first := openSealed(t, path, passphrase)
	unwraps(t, first, all...)

	const other = "planted other passphrase"
	second := openSealed(t, path, passphrase)
	require.NoError(t, second.SetPassphraseQuickly([]byte(other)))
	require.NoError(t, second.Rotate())
	newest := wrapped(t, second)
	unwraps(t, openSealed(t, path, other), append(all, newest)...)
	refusedSealed(t, path, passphrase, crypto.ErrPassphrase)

	// Who has the file open from before goes on, but reads and writes it no more.
	unwraps(t, first, all...)
	_, err := first.Unwrap(t.Context(), newest, []byte("bind"))
	require.ErrorIs(t, err, crypto.ErrPassphrase)
	require.NotErrorIs(t, err, crypto.ErrNotOpened)
	before, err := os.ReadFile(path)
	require.NoError(t, err)
	require.ErrorIs(t, first.Rotate(), crypto.ErrPassphrase)
	require.ErrorIs(t, first.SetPassphraseQuickly([]byte(passphrase)), crypto.ErrPassphrase)
	after, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, before, after)
	folder(t, dir, "keys")

	// A file that lost its passphrase is somebody else's.
	bare := filepath.Join(dir, "bare")
	openFile(t, bare)
	require.NoError(t, os.Rename(bare, path))
	require.ErrorIs(t, second.Rotate(), crypto.ErrInvalid)
}

func TestShortPassphrase(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "keys")
	for _, short := range []string{"", "planted", strings.Repeat("x", 13)} {
		refusedSealed(t, path, short, crypto.ErrInvalid)
	}
	_, err := crypto.OpenSealedKeyFile(path, []byte("thirteen byte"))
	require.ErrorIs(t, err, crypto.ErrInvalid)
	_, err = crypto.OpenSealedKeyFile(path, []byte("fourteen bytes"))
	require.ErrorIs(t, err, os.ErrNotExist)
	folder(t, dir)
	f := openFile(t, path)
	require.ErrorIs(t, f.SetPassphrase([]byte("thirteen byte")), crypto.ErrInvalid)
	folder(t, dir, "keys")
	unwraps(t, openFile(t, path), wrapped(t, f))
	fourteen := []byte(strings.Repeat("x", 14))
	_, err = crypto.MakeSealedKeyFile(filepath.Join(dir, "fourteen"), fourteen)
	require.NoError(t, err)
	require.NoError(t, f.SetPassphrase(fourteen))
	for _, name := range []string{"fourteen", "keys"} {
		raw, err := os.ReadFile(filepath.Join(dir, name))
		require.NoError(t, err)
		require.Contains(t, string(raw), "pbkdf2-hmac-sha256 600000 ")
	}
}

// TestSealedKeyFileDamaged flips every bit, cuts the file everywhere and lengthens it: each is told from a wrong
// passphrase, and costs no derivation.
func TestSealedKeyFileDamaged(t *testing.T) {
	good, err := os.ReadFile(sealedPath)
	require.NoError(t, err)
	refused := func(bad []byte) {
		err := crypto.DecodeSealed(bad)
		if !bytes.HasPrefix(bad, []byte(crypto.SealedFileHead)) {
			_, err = crypto.DecodeKeyFile(bad) // it is read as a file without a passphrase
		}
		require.EqualError(t, err, "crypto: invalid: the key file is broken; restore it from its backup")
	}
	for bit := range len(good) * 8 {
		bad := bytes.Clone(good)
		bad[bit/8] ^= 1 << (bit % 8)
		refused(bad)
	}
	for cut := range len(good) {
		refused(good[:cut])
	}
	refused(append(bytes.Clone(good), '\n'))
	refused(bytes.ToUpper(good))
	for _, rounds := range []string{"0", "20000001", "0600000", "+600000", "-1", "99999999999999999999"} {
		refused(digested(bytes.Replace(good, []byte("600000"), []byte(rounds), 1)))
	}

	// Fewer rounds than new files get, so that a guess would cost less.
	path := filepath.Join(t.TempDir(), "keys")
	require.NoError(t, os.WriteFile(path, digested(bytes.Replace(good, []byte("600000"), []byte("599999"), 1)), 0o600))
	_, err = crypto.MakeSealedKeyFile(path, []byte(passphrase))
	refusal(t, err, crypto.ErrInvalid)
	require.EqualError(t, err, "crypto: invalid: the key file is broken; restore it from its backup")

	// Damage that somebody took the trouble to hide.
	require.NoError(t, os.Remove(path))
	openSealed(t, path, passphrase)
	good, err = os.ReadFile(path)
	require.NoError(t, err)
	lines := strings.Split(string(good), "\n")
	for line, want := range map[int]error{0: crypto.ErrPassphrase, 1: crypto.ErrPassphrase, 2: crypto.ErrInvalid} {
		bad := append([]string{}, lines...)
		end := len(bad[line]) - 1
		other := map[bool]string{true: "1", false: "0"}[bad[line][end] == '0'] // hexadecimal digit
		bad[line] = bad[line][:end] + other
		require.NoError(t, os.WriteFile(path, digested([]byte(strings.Join(bad, "\n"))), 0o600))
		refusedSealed(t, path, passphrase, want)
	}
}

// digested puts the right digest at the end of a sealed file.
func digested(file []byte) []byte {
	end := bytes.LastIndexByte(bytes.TrimSuffix(file, []byte("\n")), '\n') + 1
	digest := sha256.Sum256(file[:end])
	return append(hex.AppendEncode(bytes.Clone(file[:end]), digest[:]), '\n')
}

// TestSealedGolden opens what version 2 of the format has once written.
func TestSealedGolden(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys")
	if *update {
		made, err := crypto.MakeSealedKeyFile(path, []byte(passphrase))
		require.NoError(t, err)
		require.NoError(t, made.Rotate())
		written, err := os.ReadFile(path)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(sealedPath, written, 0o600))
	}
	raw, err := os.ReadFile(sealedPath)
	require.NoError(t, err)
	require.True(t, bytes.HasPrefix(raw, []byte("enamel-keys 2 pbkdf2-hmac-sha256 600000 ")))
	require.NoError(t, os.WriteFile(path, raw, 0o600))
	f, err := crypto.MakeSealedKeyFile(path, []byte(passphrase))
	require.NoError(t, err)
	unwraps(t, f, wrapped(t, f))
}

// TestSealedFormat opens a file with the standard library alone, as the package comment says.
func TestSealedFormat(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys")
	f := openSealed(t, path, passphrase)
	require.NoError(t, f.Rotate())
	raw, err := os.ReadFile(path)
	require.NoError(t, err)

	lines := strings.Split(string(raw), "\n")
	require.Len(t, lines, 5)
	head := strings.Split(lines[0], " ")
	require.Equal(t, []string{"enamel-keys", "2", "pbkdf2-hmac-sha256"}, head[:3])
	rounds, err := strconv.Atoi(head[3])
	require.NoError(t, err)
	derived, err := pbkdf2.Key(sha256.New, passphrase, unhex(t, head[4]), rounds, 32)
	require.NoError(t, err)
	check, err := hkdf.Expand(sha256.New, derived, "enamel/passphrase-check/1", 32)
	require.NoError(t, err)
	require.Equal(t, unhex(t, lines[1]), check)
	key, err := hkdf.Expand(sha256.New, derived, "enamel/passphrase-key/1", 32)
	require.NoError(t, err)
	block, err := aes.NewCipher(key)
	require.NoError(t, err)
	aead, err := cipher.NewGCMWithRandomNonce(block)
	require.NoError(t, err)
	plain, err := aead.Open(nil, nil, unhex(t, lines[2]), []byte(lines[0]+"\n"+lines[1]+"\n"))
	require.NoError(t, err)
	w := wrapped(t, f)
	require.NoError(t, os.WriteFile(path, plain, 0o600))
	unwraps(t, openFile(t, path), w)
	digest := sha256.Sum256([]byte(strings.Join(lines[:3], "\n") + "\n"))
	require.Equal(t, digest[:], unhex(t, lines[3]))
}

func unhex(t *testing.T, digits string) []byte {
	t.Helper()
	raw, err := hex.DecodeString(digits)
	require.NoError(t, err)
	return raw
}

// TestKeyFileFull stops before the file would be too large to be read again.
func TestKeyFileFull(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys")
	require.NoError(t, crypto.FillKeyFile(path))
	before, err := os.ReadFile(path)
	require.NoError(t, err)
	f := openFile(t, path)
	require.ErrorIs(t, f.Rotate(), crypto.ErrInvalid)
	require.ErrorIs(t, f.SetPassphraseQuickly([]byte(passphrase)), crypto.ErrInvalid)
	after, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, before, after)
	unwraps(t, f, wrapped(t, f))
}

// FuzzSealedKeyFile gives foreign bytes to the decoder of sealed key files, with a digest that is right: what it takes
// is what it would write. Whoever reads on would need the passphrase.
func FuzzSealedKeyFile(f *testing.F) {
	good, err := os.ReadFile(sealedPath)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add(bytes.Replace(good, []byte("600000"), []byte("700000"), 1))
	f.Add([]byte(crypto.SealedFileHead + "pbkdf2-hmac-sha256 600000 \n\n\n\n"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		for _, file := range [][]byte{raw, digested(raw)} {
			if err := crypto.DecodeSealed(file); err != nil && !errors.Is(err, crypto.ErrInvalid) {
				t.Error(err)
			}
		}
	})
}

func TestCancelledManagers(t *testing.T) {
	over, cancel := context.WithCancel(t.Context())
	cancel()
	for _, m := range []crypto.KeyManager{crypto.NewEphemeral(), openFile(t, filepath.Join(t.TempDir(), "keys"))} {
		w, err := m.Wrap(t.Context(), make([]byte, 32), nil)
		require.NoError(t, err)
		_, err = m.Unwrap(over, w, nil)
		require.ErrorIs(t, err, context.Canceled)
		_, err = m.Wrap(over, make([]byte, 32), nil)
		require.ErrorIs(t, err, context.Canceled)
	}
}

// A wrapped key says its version in a byte that nothing authenticates: only the one that there is may open.
func TestWrappedKeyOfAnotherVersion(t *testing.T) {
	m, bind := crypto.NewEphemeral(), []byte("bind")
	w, err := m.Wrap(t.Context(), make([]byte, 32), bind)
	require.NoError(t, err)
	for _, version := range []byte{0, 2, 255} {
		w.Blob[0] = version
		_, err := m.Unwrap(t.Context(), w, bind)
		require.ErrorIs(t, err, crypto.ErrVersion)
	}
	w.Blob = nil
	_, err = m.Unwrap(t.Context(), w, bind)
	require.ErrorIs(t, err, crypto.ErrVersion)
}

func TestBindKey(t *testing.T) {
	key, bind := bytes.Repeat([]byte{7}, 32), []byte("bind")
	bound, err := crypto.BindKey(key, bind)
	require.NoError(t, err)
	code := hmac.New(sha256.New, key) // as BindKey's comment has it: what services keep opens in later versions too
	code.Write([]byte("enamel/bound/1bind"))
	require.Equal(t, code.Sum(bytes.Clone(key)), bound)
	got, err := crypto.UnbindKey(bound, bind)
	require.NoError(t, err)
	require.Equal(t, key, got)
	clear(bound)
	require.Equal(t, key, got, "it shares no memory")

	bound, err = crypto.BindKey(key, bind)
	require.NoError(t, err)
	for _, other := range []string{"", "bin", "bindx", "Bind"} {
		_, err := crypto.UnbindKey(bound, []byte(other))
		require.ErrorIs(t, err, crypto.ErrAuth)
	}
	for i := range bound {
		bad := bytes.Clone(bound)
		bad[i] ^= 1
		_, err := crypto.UnbindKey(bad, bind)
		require.ErrorIs(t, err, crypto.ErrAuth)
	}
	for _, size := range []int{0, 1, 32, 63, 65, 96} {
		_, err := crypto.UnbindKey(make([]byte, size), bind)
		require.ErrorIs(t, err, crypto.ErrAuth)
	}
	for _, size := range []int{0, 13, 31, 33, 64} {
		_, err := crypto.BindKey(make([]byte, size), bind)
		require.ErrorIs(t, err, crypto.ErrInvalid)
		_, err = crypto.NewEphemeral().Wrap(t.Context(), make([]byte, size), bind)
		require.ErrorIs(t, err, crypto.ErrInvalid)
	}
}
