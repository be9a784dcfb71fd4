package keyword_test

import (
	"bufio"
	"encoding/json"
	"os"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/consent/keyword"
	"github.com/enamel-go/enamel/internal/shareddata"
)

// message is a line of the public collections of real texts.
type message struct {
	ID, Label, Lang, Text string
}

// collection reads shared material that is no part of the repository.
func collection(t *testing.T, name string) []message {
	t.Helper()
	file, err := os.Open(shareddata.Path(t, "sms/"+name))
	require.NoError(t, err)
	defer func() { require.NoError(t, file.Close()) }()
	var messages []message
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		var m message
		require.NoError(t, json.Unmarshal(lines.Bytes(), &m))
		messages = append(messages, m)
	}
	require.NoError(t, lines.Err())
	require.NotEmpty(t, messages)
	return messages
}

// TestOrdinaryTextsAreNoStop shows what whole-message matching is worth: nobody's ordinary text revokes anything.
func TestOrdinaryTextsAreNoStop(t *testing.T) {
	for _, name := range []string{"uci.jsonl", "smishing.jsonl", "optout_hard_negatives.jsonl", "shaft.jsonl"} {
		t.Run(name, func(t *testing.T) {
			for _, m := range collection(t, name) {
				if got := keyword.Classify(m.Text); got != keyword.None {
					t.Errorf("%s %q is %q", m.ID, m.Text, got)
				}
			}
		})
	}
}

// asked are two texts between friends in the public collection that do ask for no more texts, and are no false alarm.
var asked = []string{"uci-100", "uci-334"}

// TestOrdinaryTextsAreUnderstood prints how many ordinary texts are taken for a revocation, which none may be, and how many a
// person has to look at, one in a hundred at most.
func TestOrdinaryTextsAreUnderstood(t *testing.T) {
	for _, name := range []string{"uci.jsonl", "optout_hard_negatives.jsonl", "smishing.jsonl"} {
		t.Run(name, func(t *testing.T) {
			all, looked := 0, 0
			for _, m := range collection(t, name) {
				if m.Label != "ham" && m.Label != "not_opt_out" || slices.Contains(asked, m.ID) {
					continue
				}
				all++
				switch got := keyword.Understand(m.Text); got.Asks {
				case keyword.None:
				case keyword.Review:
					looked++
				default:
					t.Errorf("%s %q is %q: %s", m.ID, m.Text, got.Asks, got.Why)
				}
			}
			t.Logf("of %d ordinary texts none is a revocation, and a person looks at %d", all, looked)
			require.LessOrEqual(t, looked*100, all)
		})
	}
	for _, m := range collection(t, "uci.jsonl") {
		if slices.Contains(asked, m.ID) {
			require.Equal(t, keyword.Stop, keyword.Understand(m.Text).Asks, m.ID)
		}
	}
}

// TestFreeTextRevocations prints how many revocations in free wording are caught, and how many a person looks at. Nothing
// that is none may be caught.
func TestFreeTextRevocations(t *testing.T) {
	all, caught, looked, english, caughtEnglish := 0, 0, 0, 0, 0
	for _, m := range collection(t, "optout_free_text.jsonl") {
		got := keyword.Understand(m.Text)
		ends := slices.Contains([]keyword.Word{keyword.Stop, keyword.Narrow, keyword.Stranger}, got.Asks)
		switch m.Label {
		case "opt_out":
			all++
			if m.Lang == "en" {
				english++
			}
			switch {
			case ends && m.Lang == "en":
				caughtEnglish++
				fallthrough
			case ends:
				caught++
			case got.Asks == keyword.Review:
				looked++
			}
		case "not_opt_out":
			require.False(t, ends, "%q is %q: %s", m.Text, got.Asks, got.Why)
		}
	}
	t.Logf("of %d revocations in free wording %d are caught and a person looks at %d; of %d in English %d are caught",
		all, caught, looked, english, caughtEnglish)
	require.GreaterOrEqual(t, (caught+looked)*100, 95*all)
	require.GreaterOrEqual(t, caughtEnglish*100, 80*english)
}
