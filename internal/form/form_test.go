package form_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/internal/form"
)

var errInvalid = errors.New("invalid")

func TestText(t *testing.T) {
	for _, c := range []struct {
		s        string
		required bool
		ok       bool
	}{
		{"", false, true},
		{"", true, false},
		{" \t\n", true, false},
		{"id", true, true},
		{"é" + strings.Repeat("x", 6), true, true},
		{"é" + strings.Repeat("x", 7), true, false},
		{"a\x00b", false, false},
		{"\xff", false, false},
	} {
		err := form.Text(errInvalid, "the id", c.s, 8, c.required)
		if c.required {
			require.Equal(t, err == nil, form.Fit(c.s, 8) == c.s && c.s != "", "%q", c.s)
		}
		if c.ok {
			require.NoError(t, err, "%q", c.s)
			continue
		}
		require.ErrorIs(t, err, errInvalid, "%q", c.s)
		if c.s != "" {
			require.NotContains(t, err.Error(), c.s)
		}
	}
}

func TestE164(t *testing.T) {
	for s, want := range map[string]bool{
		"+12125550100": true, "+4930123456": true, "+12345678": true, "+123456789012345": true,
		"": false, "+": false, "12125550100": false, "+02125550100": false, "+1234567": false, "+1234567890123456": false,
		"+1212555010a": false, "+1 2125550100": false, "+１２１２５５５０１００": false,
	} {
		require.Equal(t, want, form.E164(s), "%q", s)
	}
}

func TestZone(t *testing.T) {
	for name, want := range map[string]bool{"America/Chicago": true, "UTC": true, "": false, "Local": false, "Mars/Olympus": false} {
		require.Equal(t, want, form.Zone(name), "%q", name)
	}
}

func TestWithin(t *testing.T) {
	for s, want := range map[string]string{"": "", "abcd": "abcd", "abcde": "abcd", "abcé": "abc", "é👍": "é", "👍": "👍", "👍👍": "👍"} {
		require.Equal(t, want, form.Within(s, 4), s)
	}
	require.Empty(t, form.Within("é", 1))
	require.Empty(t, form.Within("a", 0))
}

func TestFitting(t *testing.T) {
	require.Equal(t, map[string]string{"id": "a-1"}, form.Fitting(map[string]string{
		"id": "a-1", "nothing": "", "blanks": " ", "long": "123456789", "bytes": "\xff",
	}, 8))
}

func TestLegible(t *testing.T) {
	for s, want := range map[string]string{"": "", "señal 👍": "señal 👍", "a\xe9b": "a\uFFFDb", "a\x00b": "a\uFFFDb"} {
		require.Equal(t, want, form.Legible(s))
	}
}
