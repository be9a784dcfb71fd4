package keyword_test

import (
	"bufio"
	"encoding/json"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/consent/keyword"
	"github.com/enamel-go/enamel/internal/shareddata"
)

// message is a line of the public collections of real texts.
type message struct {
	ID, Label, Text string
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

// TestFreeTextRevocations prints how many revocations in free wording are words already. Nothing that is none may be.
func TestFreeTextRevocations(t *testing.T) {
	all, caught := 0, 0
	for _, m := range collection(t, "optout_free_text.jsonl") {
		got := keyword.Classify(m.Text)
		switch m.Label {
		case "opt_out":
			all++
			if got == keyword.Stop {
				caught++
			}
		case "not_opt_out", "review":
			require.Equal(t, keyword.None, got, "%q", m.Text)
		}
	}
	t.Logf("%d of %d revocations in free wording are a word by themselves", caught, all)
}
