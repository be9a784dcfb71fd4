package crypto_test

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/crypto"
)

// TestPromise_M4_1_SealedKeyFileHoldsNoKey looks for root keys in every file that a sealed key file leaves behind.
func TestPromise_M4_1_SealedKeyFileHoldsNoKey(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "keys")
	file := openFile(t, path)
	require.NoError(t, file.Rotate())
	bare, err := os.ReadFile(path)
	require.NoError(t, err)
	var digits []string
	for _, line := range strings.Split(strings.TrimSpace(string(bare)), "\n")[1:] {
		digits = append(digits, strings.Split(line, " ")[1])
	}
	require.Len(t, digits, 2)
	found := func() (n int) {
		entries, err := os.ReadDir(dir)
		require.NoError(t, err)
		for _, e := range entries {
			raw, err := os.ReadFile(filepath.Join(dir, e.Name()))
			require.NoError(t, err)
			for _, d := range digits {
				key := unhex(t, d)
				for _, form := range []string{d, strings.ToUpper(d), string(key), base64.StdEncoding.EncodeToString(key)[:40], passphrase} {
					if strings.Contains(string(raw), form) {
						n++
					}
				}
			}
		}
		return n
	}
	require.Equal(t, 2, found(), "without a passphrase both keys are found, so the search finds what is there")

	w := wrapped(t, file)
	require.NoError(t, file.SetPassphraseQuickly([]byte(passphrase)))
	require.NoError(t, file.Rotate())
	require.Zero(t, found())
	unwraps(t, openSealed(t, path, passphrase), w)
	t.Run("refuses_without_passphrase", func(t *testing.T) {
		_, err := crypto.MakeKeyFile(path)
		require.ErrorIs(t, err, crypto.ErrPassphrase)
		refusedSealed(t, path, passphrase+" ", crypto.ErrPassphrase)
	})
}

func ExampleMakeSealedKeyFile() {
	dir, err := os.MkdirTemp("", "keys")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "keys")

	// The passphrase comes from an operator or a secret store, never from the machine that keeps the file.
	given := []byte("correct horse battery staple")
	manager, err := crypto.MakeSealedKeyFile(path, given)
	if err != nil {
		panic(err)
	}
	clear(given)
	if err := manager.Rotate(); err != nil { // needs no passphrase
		panic(err)
	}
	_, err = crypto.OpenSealedKeyFile(path, []byte("a mistyped passphrase"))
	os.Stdout.WriteString(err.Error())
	// Output: crypto: invalid: the key file is sealed under another passphrase
}
