package phonenumbers_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/internal/shareddata"
	"github.com/enamel-go/enamel/sms"
	"github.com/enamel-go/enamel/sms/phonenumbers"
)

var _ sms.Zones = phonenumbers.Zones{}

// Numbers that nobody here wrote: the number and whether it is valid exactly, its zones as a set.
func TestNumbersOfOthers(t *testing.T) {
	rows := 0
	for line := range bytes.Lines(shareddata.Read(t, "phone/phone.jsonl")) {
		var r struct {
			ID, Input, Region, E164 string
			Valid                   bool
			Timezones               []string
		}
		require.NoError(t, json.Unmarshal(line, &r))
		number, valid, err := phonenumbers.Parse(r.Input, r.Region)
		rows++
		if r.E164 == "" {
			require.ErrorIs(t, err, phonenumbers.ErrNoNumber, r.ID)
			continue
		}
		require.NoError(t, err, r.ID)
		require.Equal(t, r.E164, number, r.ID)
		require.Equal(t, r.Valid, valid, r.ID)
		if !r.Valid {
			continue
		}
		zones, err := phonenumbers.Zones{}.Zones(t.Context(), number)
		require.NoError(t, err)
		require.ElementsMatch(t, r.Timezones, zones, r.ID)
	}
	t.Logf("%d numbers as libphonenumber has them", rows)
	require.Positive(t, rows)
}

func TestWhatIsNowhere(t *testing.T) {
	for _, number := range []string{"", "+", "12125550100", "+1212555x100", "+999123456789"} {
		zones, err := phonenumbers.Zones{}.Zones(t.Context(), number)
		require.NoError(t, err)
		require.Empty(t, zones, "%q", number)
	}
}

func TestAnswersAreTheCallers(t *testing.T) {
	for range 2 {
		zones, err := phonenumbers.Zones{}.Zones(t.Context(), "+12125550100")
		require.NoError(t, err)
		require.Equal(t, []string{"America/New_York"}, zones)
		zones[0] = "changed"
	}
}
