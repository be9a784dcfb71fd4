package blindindex_test

import (
	"bufio"
	"encoding/json"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/crypto/blindindex"
)

// What has been indexed under a version is found for ever: the file may gain lines, and none of them changes.
func TestRulesNeverChangeUnderAVersion(t *testing.T) {
	fields := map[string]struct {
		version int
		normal  func(string) ([]string, error)
	}{
		"name":      {blindindex.NameVersion, one(blindindex.Name)},
		"surnames":  {blindindex.SurnamesVersion, blindindex.Surnames},
		"birth":     {blindindex.BirthVersion, one(blindindex.Birth)},
		"phone":     {blindindex.PhoneVersion, one(blindindex.Phone)},
		"email":     {blindindex.EmailVersion, one(blindindex.Email)},
		"member id": {blindindex.MemberIDVersion, one(blindindex.MemberID)},
		"last four": {blindindex.LastFourVersion, one(blindindex.LastFour)},
	}
	file, err := os.Open("testdata/forms.jsonl")
	require.NoError(t, err)
	defer file.Close()
	seen := map[string]int{}
	for lines := bufio.NewScanner(file); lines.Scan(); {
		var line struct {
			Field   string
			Version int
			In      string
			Out     []string
		}
		require.NoError(t, json.Unmarshal(lines.Bytes(), &line))
		field, known := fields[line.Field]
		require.True(t, known, line.Field)
		if line.Version != field.version {
			continue // of the version before
		}
		got, err := field.normal(line.In)
		require.Equal(t, line.Out, got, "%s of %q", line.Field, line.In)
		require.Equal(t, line.Out == nil, err != nil)
		seen[line.Field]++
	}
	for name := range fields {
		require.Greater(t, seen[name], 2, "%s has no lines", name)
	}
}

func one(normal func(string) (string, error)) func(string) ([]string, error) {
	return func(s string) ([]string, error) {
		form, err := normal(s)
		if err != nil {
			return nil, err
		}
		return []string{form}, nil
	}
}
