package telnyx_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/internal/shareddata"
	"github.com/enamel-go/enamel/sms"
	"github.com/enamel-go/enamel/sms/telnyx"
)

func TestVerdictsOfTelnyxsLibrary(t *testing.T) {
	var valid, invalid int
	lines := bufio.NewScanner(bytes.NewReader(shareddata.Read(t, "webhooks/oracle_telnyx.jsonl")))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var v struct {
			ID      string
			Key     string `json:"public_key"`
			Now     int64
			Headers map[string]string
			Body    string
			Valid   bool
		}
		require.NoError(t, json.Unmarshal(lines.Bytes(), &v))
		p, err := telnyx.New(apiKey, &telnyx.Options{PublicKey: v.Key, Now: func() time.Time { return time.Unix(v.Now, 0) }})
		require.NoError(t, err)
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(v.Body))
		for name, value := range v.Headers {
			r.Header.Set(name, value)
		}
		if _, err = p.ReadWebhook(r); v.Valid {
			require.NotErrorIs(t, err, sms.ErrSignature, v.ID)
			valid++
		} else {
			require.ErrorIs(t, err, sms.ErrSignature, v.ID)
			invalid++
		}
	}
	require.NoError(t, lines.Err())
	t.Logf("%d valid, %d invalid", valid, invalid)
	require.Positive(t, valid)
	require.Positive(t, invalid)
}
