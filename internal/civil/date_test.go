package civil_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/enamel-go/enamel/internal/civil"
)

func ExampleDate() {
	born, err := civil.Parse("2008-02-29")
	fmt.Println(born, err)
	fmt.Println("of age on", born.AddMonths(18*12))
	// Output:
	// 2008-02-29 <nil>
	// of age on 2026-02-28
}

func TestParse(t *testing.T) {
	for _, bad := range []string{"", "1984", "1984-07", "1984-7-2", "1984-02-30", "1983-02-29", "0000-01-01", "1984-07-02T00:00:00Z", "02/07/1984", "10000-01-01", " 1984-07-02"} {
		d, err := civil.Parse(bad)
		require.ErrorIs(t, err, civil.ErrInvalid, bad)
		require.True(t, d.IsZero(), bad)
	}
	d, err := civil.Parse("1984-07-02")
	require.NoError(t, err)
	require.Equal(t, civil.Date{Year: 1984, Month: time.July, Day: 2}, d)
	require.Equal(t, "1984-07-02", d.String())
}

func TestValid(t *testing.T) {
	require.False(t, civil.Date{}.Valid())
	require.False(t, civil.Date{Year: 2025, Month: time.February, Day: 29}.Valid())
	require.False(t, civil.Date{Year: 2025, Month: 13, Day: 1}.Valid())
	require.False(t, civil.Date{Year: 10000, Month: 1, Day: 1}.Valid())
	require.True(t, civil.Date{Year: 2024, Month: time.February, Day: 29}.Valid())
}

func TestIn(t *testing.T) {
	day := func(s string) civil.Date {
		d, err := civil.Parse(s)
		require.NoError(t, err)
		return d
	}
	zone := func(name string) *time.Location {
		z, err := time.LoadLocation(name)
		require.NoError(t, err)
		return z
	}
	require.Equal(t, "2026-03-08T06:00:00Z", day("2026-03-08").In(zone("America/Chicago")).UTC().Format(time.RFC3339))
	// In Santiago and Beirut the clocks go forward at midnight, so these days begin at one o'clock.
	for date, name := range map[string]string{"2022-09-11": "America/Santiago", "2022-03-27": "Asia/Beirut"} {
		first := day(date).In(zone(name))
		require.Equal(t, date+" 01:00", first.Format("2006-01-02 15:04"))
		require.NotEqual(t, date, civil.Of(first.Add(-time.Second)).String())
	}
	// Samoa had no 2011-12-30 at all; nothing else is sensible than the next moment that there is.
	require.Equal(t, "2011-12-31", civil.Of(day("2011-12-30").In(zone("Pacific/Apia"))).String())
}

func TestAddMonths(t *testing.T) {
	for _, c := range []struct {
		from   string
		months int
		to     string
	}{
		{"2024-01-31", 1, "2024-02-29"},
		{"2025-01-31", 1, "2025-02-28"},
		{"2024-02-29", 12, "2025-02-28"},
		{"2024-02-29", 48, "2028-02-29"},
		{"2024-03-31", -1, "2024-02-29"},
		{"2024-12-15", 1, "2025-01-15"},
		{"2024-01-15", -1, "2023-12-15"},
	} {
		d, err := civil.Parse(c.from)
		require.NoError(t, err)
		require.Equal(t, c.to, d.AddMonths(c.months).String(), "%s and %d months", c.from, c.months)
	}
}

func TestJSON(t *testing.T) {
	type record struct {
		Birth civil.Date `json:"birth,omitzero"`
	}
	raw, err := json.Marshal(record{})
	require.NoError(t, err)
	require.JSONEq(t, `{}`, string(raw))
	var r record
	require.NoError(t, json.Unmarshal([]byte(`{"birth":""}`), &r))
	require.True(t, r.Birth.IsZero())
	require.Error(t, json.Unmarshal([]byte(`{"birth":"1984-02-30"}`), &r))
	_, err = json.Marshal(record{civil.Date{Year: 1984, Month: 2, Day: 30}})
	require.ErrorIs(t, err, civil.ErrInvalid)
}

func TestDatesKeepTheirOrder(t *testing.T) {
	dates := rapid.Custom(func(t *rapid.T) civil.Date {
		return civil.Date{Year: 1900, Month: 1, Day: 1}.AddDays(rapid.IntRange(0, 80_000).Draw(t, "days"))
	})
	rapid.Check(t, func(t *rapid.T) {
		a, b := dates.Draw(t, "a"), dates.Draw(t, "b")
		if !a.Valid() {
			t.Fatalf("%v is not valid", a)
		}
		if back, err := civil.Parse(a.String()); err != nil || back != a {
			t.Fatalf("%v came back as %v, %v", a, back, err)
		}
		early, late := a.In(time.UTC), b.In(time.UTC)
		if a.Before(b) != early.Before(late) || a.After(b) != early.After(late) || (a == b) != early.Equal(late) {
			t.Fatalf("%v and %v are out of order", a, b)
		}
		n := rapid.IntRange(-3000, 3000).Draw(t, "n")
		if got := a.AddDays(n).AddDays(-n); got != a {
			t.Fatalf("%v and %d days, and back: %v", a, n, got)
		}
	})
}
