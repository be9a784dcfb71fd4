package copied_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/examples/internal/copied"
)

func TestCheckpoint(t *testing.T) {
	const signed = "log.example/elm-street\n61\nDVEPEvZ2IqLDJQcx9X+GdYNBtgn2DsmrfqQTNIxJcZQ=\n\n— log.example X1V/P+9h\n— witness.example bWFw\n"
	for name, came := range map[string]string{
		"as it was":        signed,
		"no last line end": strings.TrimSpace(signed),
		"Windows":          strings.ReplaceAll(signed, "\n", "\r\n"),
		"marked":           "\ufeff" + signed,
		"blanks around":    "\n  " + strings.ReplaceAll(signed, "\n", " \n\t") + "\n\n",
	} {
		require.Equal(t, signed, copied.Checkpoint(came), name)
	}
	require.Empty(t, copied.Checkpoint("\ufeff \r\n"))
	changed := strings.Replace(signed, "61", "6 1", 1)
	require.Equal(t, changed, copied.Checkpoint(changed))
}
