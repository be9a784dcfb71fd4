package phone_test

import (
	"bufio"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/internal/phone"
	"github.com/enamel-go/enamel/internal/shareddata"
)

// row is a number as libphonenumber reads it in its region.
type row struct {
	ID     string
	Input  string
	Region string // where it was dialled
	E164   string
	Valid  bool
	Code   string `json:"region_code"` // whose number it is
}

// unopened are the islands for which libphonenumber also knows which exchanges are opened. We do not, on purpose.
var unopened = []string{
	"242", "246", "264", "268", "284", "340", "345", "441", "473", "649", "664", "670", "671", "684", "721", "758",
	"767", "784", "868", "869",
}

func TestNumbersOfOthers(t *testing.T) {
	var agreed, islands, abroad int
	for _, r := range rows(t) {
		if r.Region != "US" {
			continue // dialled within another country, without its code
		}
		got, err := phone.Parse(r.Input)
		switch {
		case r.Valid:
			require.NoError(t, err, r.ID)
			require.Equal(t, r.E164, got, r.ID)
			if region := phone.Region(got); region != "" {
				require.Equal(t, r.Code, region, r.ID)
			}
			agreed++
		case err != nil:
			agreed++
		case strings.HasPrefix(got, "+1"):
			require.Contains(t, unopened, got[2:5], "%s should be refused", r.ID)
			require.Equal(t, r.E164, got, r.ID)
			islands++
		default:
			require.Equal(t, r.E164, got, r.ID)
			abroad++
		}
	}
	t.Logf("%d as libphonenumber; taken though no exchange is opened: %d of islands, %d abroad", agreed, islands, abroad)
	require.Positive(t, agreed)
}

func rows(t *testing.T) []row {
	t.Helper()
	file, err := os.Open(shareddata.Path(t, "phone/phone.jsonl"))
	require.NoError(t, err)
	defer file.Close()
	var out []row
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		var r row
		require.NoError(t, json.Unmarshal(lines.Bytes(), &r))
		out = append(out, r)
	}
	require.NoError(t, lines.Err())
	return out
}
