package blindindex_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/crypto/blindindex"
	"github.com/enamel-go/enamel/internal/shareddata"
)

// people returns names that others wrote down: of 30 countries, with titles and suffixes.
func people(t *testing.T) []string {
	t.Helper()
	var names []string
	for line := range bytes.Lines(shareddata.Read(t, "phi/presidio_synth.jsonl")) {
		var text struct {
			Spans []struct {
				Type  string `json:"entity_type"`
				Value string `json:"entity_value"`
			}
		}
		require.NoError(t, json.Unmarshal(line, &text))
		for _, s := range text.Spans {
			if s.Type == "PERSON" {
				names = append(names, s.Value)
			}
		}
	}
	for line := range bytes.Lines(shareddata.Read(t, "phi/fake_people.jsonl")) {
		var p struct{ GivenName, Surname string }
		require.NoError(t, json.Unmarshal(line, &p))
		names = append(names, p.Surname, p.GivenName)
	}
	for line := range bytes.Lines(shareddata.Read(t, "fhir/r4_examples.jsonl")) {
		var r struct {
			Resource struct{ Name json.RawMessage }
			Name     json.RawMessage
		}
		require.NoError(t, json.Unmarshal(line, &r))
		for _, raw := range []json.RawMessage{r.Resource.Name, r.Name} {
			var of []struct{ Family string }
			if json.Unmarshal(raw, &of) == nil {
				for _, n := range of {
					names = append(names, n.Family)
				}
			}
		}
	}
	return names
}

func TestNamesOfOthers(t *testing.T) {
	distinct := map[string]bool{}
	for _, name := range people(t) {
		if name == "" {
			continue
		}
		folded, err := blindindex.Name(name)
		require.NoError(t, err)
		distinct[folded] = true
		for _, written := range []string{
			strings.ToUpper(name), strings.ToLower(name), " " + name + "\n", strings.ReplaceAll(name, " ", "-"),
			strings.ReplaceAll(name, "'", "’"),
		} {
			again, err := blindindex.Name(written)
			require.NoError(t, err)
			require.Equal(t, folded, again, "%q", written)
		}
		require.Equal(t, folded, strings.Map(func(r rune) rune {
			if r > 0x24F && r < 0x370 || r > 0x80 && r < 0x180 {
				return -1 // an accented letter of Latin script
			}
			return r
		}, folded))
		forms, err := blindindex.Surnames(name)
		require.NoError(t, err)
		require.Contains(t, forms, folded)
	}
	require.Greater(t, len(distinct), 300)

	// Kept in few bits, these names are found, and with them about as many others as the plan says.
	plan := blindindex.Plan{Population: len(distinct), Indexes: []blindindex.Index{index("name", 5, blindindex.EmailInput())}}
	require.NoError(t, plan.Check())
	tokens := map[string]int{}
	for name := range distinct {
		tokens[token(name, 5)]++
	}
	hits := 0
	for name := range distinct {
		hits += tokens[token(name, 5)]
	}
	vain := float64(hits-len(distinct)) / float64(len(distinct))
	require.InEpsilon(t, plan.Report().Indexes[0].False, vain, 0.2)
}

func TestNumbersOfOthers(t *testing.T) {
	numbers := 0
	for line := range bytes.Lines(shareddata.Read(t, "phone/phone.jsonl")) {
		var r struct {
			Input, Region, E164 string
			Valid               bool
		}
		require.NoError(t, json.Unmarshal(line, &r))
		if r.Region != "US" || !r.Valid {
			continue
		}
		numbers++
		got, err := blindindex.Phone(r.Input)
		require.NoError(t, err)
		require.Equal(t, r.E164, got)
		four, err := blindindex.LastFour(r.E164)
		require.NoError(t, err)
		require.Equal(t, r.E164[len(r.E164)-4:], four, fmt.Sprint(numbers))
	}
	require.Greater(t, numbers, 50)
}
