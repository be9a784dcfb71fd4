package floe_test

import (
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
// "only" refuses or panics wherever something unapproved is used.
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
			cmd := exec.CommandContext(ctx, self, "-test.v", "-test.count=1", "-test.run=^(Test|Example)")
			cmd.Env = append(os.Environ(), "GODEBUG=fips140="+mode, modeVariable+"="+mode)
			out, err := cmd.CombinedOutput()
			require.NoError(t, err, "%s", out)
			require.Contains(t, string(out), "--- PASS: TestMode")
			require.Contains(t, string(out), "--- PASS: TestLengths")
		})
	}
}

// TestMode wants this process to be in the mode that it was started in.
func TestMode(t *testing.T) {
	mode := os.Getenv(modeVariable)
	if mode == "" {
		t.Skip("TestFIPS starts it")
	}
	require.True(t, fips140.Enabled())
	block, err := aes.NewCipher(testKey)
	require.NoError(t, err)
	_, err = cipher.NewGCM(block)
	require.Equal(t, mode == "only", err != nil, "mode only admits no nonce of the caller's")
}
