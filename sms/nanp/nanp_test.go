package nanp_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/internal/phone"
	"github.com/enamel-go/enamel/internal/shareddata"
	"github.com/enamel-go/enamel/sms/nanp"
)

// Each area code that is in use is in one place, of the same country as package phone has it, with zones that are known.
func TestEveryAreaCodeIsSomewhere(t *testing.T) {
	states := map[string]bool{}
	for code := range 1000 {
		number := fmt.Sprintf("+1%03d5550100", code)
		country, regions, zones := phone.Region(number), nanp.Regions(number), nanp.Zones(number)
		if country == "" {
			require.Empty(t, regions, number)
			require.Empty(t, zones, number)
			continue
		}
		require.True(t, nanp.Valid(number), number)
		require.False(t, nanp.TollFree(number), number)
		require.NotEmpty(t, regions, number)
		require.NotEmpty(t, zones, number)
		require.Len(t, slices.Compact(slices.Sorted(slices.Values(zones))), len(zones), number)
		for _, region := range regions {
			states[region] = true
			of, part, divided := strings.Cut(region, "-")
			if of == "US" && slices.Contains([]string{"PR", "VI", "GU", "MP", "AS"}, part) {
				of = part
			}
			require.Equal(t, country, of, number)
			require.Equal(t, divided, country == "US" || country == "CA" || part != "", number)
			require.Subset(t, nanp.Within(region), zones)
		}
		for _, zone := range zones {
			_, err := time.LoadLocation(zone)
			require.NoError(t, err)
			require.Contains(t, nanp.Everywhere(), zone)
		}
	}
	us, ca := 0, 0
	for region := range states {
		switch region[:2] {
		case "US":
			us++
		case "CA":
			ca++
		}
	}
	require.Equal(t, 50+1+5, us, "States, the District, territories")
	require.Equal(t, 13, ca, "provinces and territories")
}

// Tables of others are slow to learn that a code was laid over a region that is in two zones.
func TestAnOverlayHasTheZonesOfWhatItOverlays(t *testing.T) {
	for overlay, code := range map[string]string{
		"448": "850", "364": "270", "483": "334", "729": "423", "930": "812", "458": "541", "986": "208", "879": "709", "581": "418",
		"367": "418", "672": "250", "778": "250", "236": "250", "257": "250", "474": "306", "639": "306",
	} {
		require.Equal(t, nanp.Zones("+1"+code+"5550100"), nanp.Zones("+1"+overlay+"5550100"), overlay)
	}
}

func TestWhatIsNoNumber(t *testing.T) {
	for _, number := range []string{
		"", "+", "+1", "5125550100", "+1512555010", "+151255501000", "+1512555010x", "+1512x550100", "+15121550100", "+15129110100",
		"+11235550100", "+442079460000", "+1 5125550100", "+１5125550100", "+12125550100\x00",
	} {
		require.False(t, nanp.Valid(number), "%q", number)
	}
	for _, number := range []string{"", "+", "+1", "5125550100", "+1512555010", "+151255501000", "+1512555010x", "+442079460000"} {
		require.Empty(t, nanp.Zones(number), "%q", number)
		require.Empty(t, nanp.Regions(number), "%q", number)
		require.False(t, nanp.TollFree(number), "%q", number)
	}
	require.Empty(t, nanp.Within("US-XX"))
	require.Empty(t, nanp.Within(""))
}

func TestAnswersAreTheCallers(t *testing.T) {
	nanp.Zones("+12125550100")[0] = "changed"
	nanp.Regions("+12125550100")[0] = "changed"
	require.Equal(t, []string{"America/New_York"}, nanp.Zones("+12125550100"))
	require.Equal(t, []string{"US-NY"}, nanp.Regions("+12125550100"))
}

func TestPlanAnswersAsTheFunctions(t *testing.T) {
	zones, err := nanp.Plan{}.Zones(t.Context(), "+18505550100")
	require.NoError(t, err)
	require.Equal(t, nanp.Zones("+18505550100"), zones)
	regions, err := nanp.Plan{}.Regions(t.Context(), "+18505550100")
	require.NoError(t, err)
	require.Equal(t, []string{"US-FL"}, regions)
}

// The zones that another table has for a prefix are among ours; where we have one zone alone it is theirs.
func TestZonesOfOthers(t *testing.T) {
	exact, wider := 0, 0
	for line := range strings.Lines(string(shareddata.Read(t, "phone/nanp_timezones.txt"))) {
		prefix, zones, ok := strings.Cut(strings.TrimSpace(line), "|")
		if !ok || strings.HasPrefix(line, "#") || len(prefix) < 4 {
			continue
		}
		number := "+" + prefix + "5550100000"[:11-len(prefix)]
		ours, theirs := nanp.Zones(number), strings.Split(zones, "&")
		require.Subset(t, ours, theirs, prefix)
		if len(ours) == 1 {
			require.Equal(t, theirs, ours, prefix)
			exact++
			continue
		}
		wider++
	}
	t.Logf("%d prefixes in one zone, as others have them; %d in area codes of several zones, which hold theirs", exact, wider)
	require.Positive(t, exact)
}

// unopened are the islands for which libphonenumber also knows which exchanges are opened. We do not, on purpose.
const unopened = "242 246 264 268 284 340 345 441 473 649 664 670 671 684 721 758 767 784 868 869"

func TestNumbersOfOthers(t *testing.T) {
	valid, refused, islands := 0, 0, 0
	for line := range bytes.Lines(shareddata.Read(t, "phone/phone.jsonl")) {
		var r struct {
			ID, E164  string
			Valid     bool
			Code      string `json:"region_code"`
			Type      string
			Timezones []string
		}
		require.NoError(t, json.Unmarshal(line, &r))
		switch {
		case !strings.HasPrefix(r.E164, "+1"):
			require.False(t, nanp.Valid(r.E164), r.ID)
			require.Empty(t, nanp.Zones(r.E164), r.ID)
			continue
		case !r.Valid && nanp.Valid(r.E164):
			require.Contains(t, strings.Fields(unopened), r.E164[2:5], r.ID)
			islands++
			continue
		case !r.Valid:
			refused++
			continue
		}
		require.True(t, nanp.Valid(r.E164), r.ID)
		require.Equal(t, r.Type == "TOLL_FREE", nanp.TollFree(r.E164), r.ID)
		valid++
		ours := nanp.Zones(r.E164)
		if len(ours) == 0 {
			require.Contains(t, []string{"TOLL_FREE", "PREMIUM_RATE"}, r.Type, r.ID)
			continue
		}
		require.Subset(t, ours, r.Timezones, r.ID)
		if len(ours) == 1 {
			require.Equal(t, r.Timezones, ours, r.ID)
		}
	}
	t.Logf("%d valid and %d not, as others have them; %d of islands taken though no exchange is opened", valid, refused, islands)
	require.Positive(t, valid)
}

func TestKnown(t *testing.T) {
	for region, want := range map[string]bool{
		"US-TX": true, "US-DC": true, "US-PR": true, "CA-PE": true, "CA-YT": true, "JM": true,
		"PR": true, "GU": true, "VI": true, "MP": true, "AS": true, "AL": false, "DC": false,
		"": false, "US": false, "CA": false, "US-XX": false, "us-tx": false, "CA-NS CA-PE": false,
	} {
		require.Equal(t, want, nanp.Known(region), region)
		require.Equal(t, want, len(nanp.Within(region)) > 0, region)
	}
	require.Equal(t, []string{"Pacific/Guam"}, nanp.Within("GU"))
	for _, region := range []string{"US-FL", "US-AK", "CA-NT"} {
		require.IsIncreasing(t, nanp.Within(region), region)
	}
	require.IsIncreasing(t, nanp.Everywhere())
}
