package main

import (
	"bufio"
	"encoding/json"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/examples/internal/world"
	"github.com/enamel-go/enamel/internal/shareddata"
)

// Ordinary texts of real people arrive through the signed webhook, and none that is not a revocation revokes.
func TestOrdinaryTextsRevokeNothing(t *testing.T) {
	path := shareddata.Path(t, "sms/uci.jsonl")
	onBoth(t, func(t *testing.T, s *site) {
		sc := s.scene.Load()
		most := 250 // every message there is stands before the words alone in consent/keyword
		if sc.Durable {
			most = 60
		}
		file, err := os.Open(path)
		require.NoError(t, err)
		defer file.Close()
		const number = "+15125550142"
		sent := 0
		for lines := bufio.NewScanner(file); lines.Scan() && sent < most; {
			var row struct{ ID, Label, Text string }
			require.NoError(t, json.Unmarshal(lines.Bytes(), &row))
			asks := row.ID == "uci-100" || row.ID == "uci-334" // two that do ask for no more texts
			if row.Label != "ham" || strings.TrimSpace(row.Text) == "" || asks {
				continue
			}
			_, err = sc.network.Reply(number, practiceNumber(), row.Text)
			require.NoError(t, err)
			sent++
		}
		require.Equal(t, most, sent)
		require.Eventually(t, func() bool { return s.takenIn() == sent }, 2*time.Minute, 100*time.Millisecond)
		facts, err := sc.Consents.History(t.Context(), world.Desk(), consent.Key{Practice: world.Practice, Number: number})
		require.NoError(t, err)
		for _, f := range facts {
			require.NotEqual(t, consent.Revoked, f.Kind, "revoked by %q", f.Evidence.Words)
		}
		require.Equal(t, "active", string(get[[]personView](s, "patients")[0].Transactional.Status))
	})
}

// takenIn counts the messages that the log says came in.
func (s *site) takenIn() (n int) {
	for q := (audit.Query{Practice: world.Practice, Limit: 1000}); ; {
		page, err := s.scene.Load().Log.Leaves(s.t.Context(), q)
		require.NoError(s.t, err)
		for _, leaf := range page.Leaves {
			if leaf.Action == "sms.message.receive" && leaf.Outcome == audit.Done {
				n++
			}
		}
		if q.After = page.Next; q.After == "" {
			return n
		}
	}
}

// A webhook that nobody signed, or that is too long, changes nothing, is answered clearly, and is recorded.
func TestForgedWebhooks(t *testing.T) {
	onBoth(t, func(t *testing.T, s *site) {
		const stop = `{"type":"inbound","id":"m-1","from":"+15125550142","to":"+15125550100","body":"STOP"}`
		forged := func(body string) func(*http.Request) {
			return func(r *http.Request) {
				r.Header.Set("Content-Type", "application/json")
				r.Header.Set("Carrier-Timestamp", "1790000000")
				r.Header.Set("Carrier-Signature", strings.Repeat("ab", 32))
			}
		}
		for name, c := range map[string]struct {
			method, path, body string
			status             int
			reason             string
		}{
			"no signature":     {http.MethodPost, "inbound", stop, http.StatusForbidden, "signature does not fit"},
			"no receipt":       {http.MethodPost, "receipts", `{}`, http.StatusForbidden, "signature does not fit"},
			"ten megabytes":    {http.MethodPost, "inbound", strings.Repeat("x", 10<<20), http.StatusRequestEntityTooLarge, "too large"},
			"another method":   {http.MethodGet, "inbound", "", http.StatusMethodNotAllowed, ""},
			"an unknown route": {http.MethodPost, "elsewhere", stop, http.StatusUnauthorized, ""},
		} {
			status, _ := s.bare(c.method, "/webhooks/carrier/"+c.path, c.body, forged(c.body))
			require.Equal(t, c.status, status, name)
			if c.reason == "" {
				continue
			}
			newest := get[struct{ Entries []entryView }](s, "log", "limit", "100").Entries
			found := false
			for _, e := range newest {
				found = found || e.Action == "sms.webhook.receive" && e.Refused && strings.Contains(e.Reason, c.reason)
			}
			require.True(t, found, name)
		}
		require.Empty(t, get[[]receivedView](s, "received"))
		require.Equal(t, "active", string(get[[]personView](s, "patients")[0].Transactional.Status))
		require.Contains(t, s.act("verify", nil), "none is missing")
	})
}
