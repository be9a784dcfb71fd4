package crypto_test

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/fips140"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// modeVariable tells the tests of this process in which mode they were started.
const modeVariable = "ENAMEL_TEST_FIPS140"

// TestFIPS runs all tests of this package again, as a process of its own, in each mode of Go's FIPS 140-3 module. Mode
// "only" refuses or panics wherever something unapproved is used. A passphrase is stretched there by the tests of few
// rounds alone: the module asks nothing of how many they are.
func TestFIPS(t *testing.T) {
	if os.Getenv(modeVariable) != "" {
		t.Skip("this is such a process")
	}
	self, err := os.Executable()
	require.NoError(t, err)
	for _, mode := range []string{"on", "only"} {
		t.Run(mode, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
			defer cancel()
			cmd := exec.CommandContext(ctx, self, "-test.v", "-test.count=1", "-test.skip=^("+stretching+")$")
			cmd.Env = append(os.Environ(), "GODEBUG=fips140="+mode, modeVariable+"="+mode)
			out, err := cmd.CombinedOutput()
			require.NoError(t, err, "%s", failures(out))
			require.Contains(t, string(out), "--- PASS: TestMode")
			require.Contains(t, string(out), "--- PASS: TestGolden")
		})
	}
}

// stretching names the tests that stretch passphrases in full, which takes seconds each time.
const stretching = "TestShortPassphrase|TestSealedGolden|ExampleMakeSealedKeyFile"

// failures cuts what the tests have printed down to what is not about passing.
func failures(out []byte) []byte {
	var kept [][]byte
	for line := range bytes.Lines(out) {
		if !bytes.HasPrefix(line, []byte("=== ")) && !bytes.Contains(line, []byte("--- PASS")) {
			kept = append(kept, line)
		}
	}
	return bytes.Join(kept, nil)
}

// TestMode wants this process to be in the mode that it was started in.
func TestMode(t *testing.T) {
	mode := os.Getenv(modeVariable)
	if mode == "" {
		t.Skip("TestFIPS starts it")
	}
	require.True(t, fips140.Enabled())
	block, err := aes.NewCipher(make([]byte, 32))
	require.NoError(t, err)
	_, err = cipher.NewGCM(block)
	require.Equal(t, mode == "only", err != nil, "mode only admits no nonce of the caller's")
}
