package letter_test

import (
	"bytes"
	"os"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestTheTableIsUnicodes makes the table anew from golang.org/x/text, which the package itself does not link.
func TestTheTableIsUnicodes(t *testing.T) {
	want, err := exec.CommandContext(t.Context(), "go", "run", "gen.go").Output()
	require.NoError(t, err)
	got, err := os.ReadFile("plain.go")
	require.NoError(t, err)
	version := func(source []byte) string { return string(bytes.SplitN(source, []byte("\n"), 3)[1]) }
	if version(want) != version(got) {
		t.Skipf("the table is of%s, this toolchain has%s", version(got)[2:], version(want)[2:])
	}
	require.Equal(t, string(want), string(got), "run: go run gen.go > plain.go")
}
