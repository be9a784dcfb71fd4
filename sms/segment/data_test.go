package segment_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/internal/shareddata"
	"github.com/enamel-go/enamel/sms/segment"
)

// counted is a text as Twilio's calculator counts it, without and with Smart Encoding.
type counted struct {
	ID, Kind, Text string
	Encoding       segment.Encoding
	Segments       int
	Units          int
	Smart          struct {
		Encoding segment.Encoding
		Segments int
	}
}

// TestTextsOfTwilio prints how many texts come out as Twilio's calculator has them. In those of the kind cluster-split
// another calculator may have other numbers; all the rest must agree.
func TestTextsOfTwilio(t *testing.T) {
	all, agreed, disputed, agreedDisputed := 0, 0, 0, 0
	lines := bufio.NewScanner(bytes.NewReader(shareddata.Read(t, "segments/segments.jsonl")))
	for lines.Scan() {
		var c counted
		require.NoError(t, json.Unmarshal(lines.Bytes(), &c))
		size, smart := segment.Count(c.Text), segment.CountSmart(c.Text)
		same := size.Encoding == c.Encoding && size.Segments == c.Segments && size.Units == c.Units &&
			smart.Encoding == c.Smart.Encoding && smart.Segments == c.Smart.Segments
		if c.Kind == "cluster-split" {
			disputed++
			if same {
				agreedDisputed++
			}
			continue
		}
		all++
		if same {
			agreed++
			continue
		}
		t.Errorf("%s %q: %+v, smart %+v, want %+v", c.ID, c.Text, size, smart, c)
	}
	require.NoError(t, lines.Err())
	require.NotZero(t, all)
	t.Logf("%d of %d texts as Twilio counts them, and %d of %d disputed ones", agreed, all, agreedDisputed, disputed)
}
