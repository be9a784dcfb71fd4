package main

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha1" // Twilio signs with it
	"encoding/base64"
	"maps"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/uptrace/bun"

	"github.com/enamel-go/enamel/examples/internal/loopback"
	"github.com/enamel-go/enamel/examples/internal/network"
	"github.com/enamel-go/enamel/internal/pgstore"
)

// lockedBuffer is what a program prints, read while it runs.
type lockedBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

func noEnv(string) string { return "" }

// What is printed at the start can be pasted, and Ctrl-C leaves nothing behind.
func TestRun(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	var out lockedBuffer
	ended := make(chan error, 1)
	go func() { ended <- run(ctx, []string{"-addr", "127.0.0.1:0"}, noEnv, &out) }()
	require.Eventually(t, func() bool { return strings.Contains(out.String(), "Ctrl-C") }, 30*time.Second, 10*time.Millisecond)
	for _, part := range []string{"in memory", "SHA-256 ", "loopback address alone", "Sign-in with a second factor comes later", "10:00 AM"} {
		require.Contains(t, out.String(), part)
	}
	file := regexp.MustCompile(`certificate +(\S+)`).FindStringSubmatch(out.String())[1]
	line := regexp.MustCompile(`(?m)^ +(curl .*)$`).FindStringSubmatch(out.String())[1]
	if _, err := exec.LookPath("curl"); err == nil && runtime.GOOS != "windows" {
		answer, err := exec.CommandContext(t.Context(), "sh", "-c", strings.Replace(line, "curl ", "curl -sS --fail ", 1)).CombinedOutput()
		require.NoError(t, err, string(answer))
		require.Contains(t, string(answer), "/api/texts")
	}
	stop()
	require.NoError(t, <-ended)
	_, err := os.Stat(file)
	require.ErrorIs(t, err, os.ErrNotExist)
}

func TestFlags(t *testing.T) {
	t.Parallel()
	env := func(name string) string {
		return map[string]string{"TWILIO_ACCOUNT_SID": "AC1", "TWILIO_AUTH_TOKEN": "t"}[name]
	}
	for name, c := range map[string]struct {
		args []string
		env  func(string) string
		says string
	}{
		"an address that others reach": {[]string{"-addr", "0.0.0.0:8443"}, noEnv, loopback.ErrAddress.Error()},
		"an argument":                  {[]string{"now"}, noEnv, `nothing to do with "now"`},
		"an unknown flag":              {[]string{"-sms"}, noEnv, "flag provided but not defined"},
		"Twilio without a number":      {nil, env, "-twilio-number"},
		"a database that is none":      {[]string{"-addr", "127.0.0.1:0", "-keys", filepath.Join(t.TempDir(), "k")}, func(name string) string { return map[string]string{"DATABASE_URL": "postgres://u:secret@%zz/"}[name] }, "cannot be read"},
	} {
		var out lockedBuffer
		err := run(t.Context(), c.args, c.env, &out)
		require.ErrorContains(t, err, c.says, name)
		require.NotContains(t, err.Error(), "secret", name)
	}
}

func TestReset(t *testing.T) {
	t.Parallel()
	s := openSite(t, config{})
	s.act("clock", map[string]string{"forward": "48h"})
	s.act("stop", map[string]string{"number": "+15125550142"})
	require.Contains(t, s.act("reset", nil), "starts over")
	require.Less(t, time.Until(get[struct{ Now time.Time }](s, "clock").Now), 25*time.Hour)
	require.Equal(t, "active", string(get[[]personView](s, "patients")[0].Transactional.Status))
	// The phones of the new story work, and its log proves itself.
	s.act("reply", map[string]string{"number": "+15125550142", "words": "HELP"})
	require.Len(t, received(s.phone("+15125550142")), 2)
	require.Contains(t, s.act("verify", nil), "none is missing")
}

// Whoever has not made the database yet is told so.
func TestADatabaseThatIsNotThere(t *testing.T) {
	t.Parallel()
	address, err := url.Parse(layout.New(t).DSN())
	require.NoError(t, err)
	address.Path = "/nobody_made_this"
	getenv := func(name string) string { return map[string]string{"DATABASE_URL": address.String()}[name] }
	err = run(t.Context(), []string{"-addr", "127.0.0.1:0", "-keys", filepath.Join(t.TempDir(), "keys")}, getenv, &lockedBuffer{})
	require.ErrorContains(t, err, `database "nobody_made_this" does not exist`)
}

// On Postgres the story goes on after a restart, and damage that was done to the log by SQL is found.
func TestPostgresOutlivesTheServer(t *testing.T) {
	t.Parallel()
	db := layout.New(t)
	c := config{database: db.DSN(), schema: db.Schema(), keys: filepath.Join(t.TempDir(), "keys")}
	t.Run("first", func(t *testing.T) {
		s := startSite(t, c)
		s.employ()
		s.settle()
		s.act("stop", map[string]string{"number": "+15125550142", "words": "No more."})
		s.act("clock", map[string]string{"forward": "24h"})
		require.Contains(t, s.act("verify", nil), "none is missing")
		require.Contains(t, s.refused(http.StatusBadRequest, "reset", nil), "Only the story in memory")
	})
	s := startSite(t, c)
	s.employ()
	s.settle()
	require.Greater(t, time.Until(get[struct{ Now time.Time }](s, "clock").Now), 24*time.Hour-time.Minute)
	people := get[[]personView](s, "patients")
	require.Len(t, people, 7, "the beginning is told once")
	require.Equal(t, "stopped", string(people[0].Transactional.Status))
	require.Contains(t, s.act("verify", nil), "none is missing")

	// Somebody with the database's password removes the stop from the log.
	pool := db.Pool(1)
	removed, err := pool.NewRaw("DELETE FROM ? WHERE action = 'consent.revoke'", bun.Ident(db.Schema()+".audit_entry")).Exec(t.Context())
	require.NoError(t, err)
	n, err := removed.RowsAffected()
	require.NoError(t, err)
	require.EqualValues(t, 1, n)
	require.Contains(t, s.act("verify", nil), "The log was damaged in 1 places.")
	_, page := s.send(http.MethodGet, "/", "", nil)
	says(t, page, "damaged")
	says(t, page, "<b>deleted</b>")

	// And then all of the log, tree included: only the checkpoint that was kept elsewhere tells.
	truncate := func() error {
		_, err := pool.NewRaw("TRUNCATE ?, ?, ? CASCADE", bun.Ident(db.Schema()+".audit_entry"), bun.Ident(db.Schema()+".audit_head"),
			bun.Ident(db.Schema()+".audit_batch")).Exec(t.Context())
		return err
	}
	for err = truncate(); pgstore.Retryable(err); { // the notary, who takes the same locks in his own order, goes on working
		err = truncate()
	}
	require.NoError(t, err)
	require.Contains(t, s.act("verify", nil), "The log was damaged")
}

// What was altered among the notary's own rows is told by whatever rests on them, and by the page, which stays.
func TestAlteredCheckpoint(t *testing.T) {
	t.Parallel()
	db := layout.New(t)
	s := startSite(t, config{database: db.DSN(), schema: db.Schema(), keys: filepath.Join(t.TempDir(), "keys")})
	s.employ()
	s.settle()
	require.Contains(t, s.act("verify", nil), "none is missing")
	entries := get[struct{ Entries []entryView }](s, "log", "limit", "500").Entries
	oldest := entries[len(entries)-1].ID

	const altered = "The log was altered, so nothing is made of it. Verify the log: it says what was altered."
	pool := db.Pool(1)
	alter := func() {
		_, err := pool.NewRaw(`UPDATE ? SET checkpoint = replace(checkpoint, E'\n\n', E'\nx\n\n')
			WHERE practice = ? AND checkpoint NOT LIKE E'%\nx\n%'`, bun.Ident(db.Schema()+".audit_head"), practice).Exec(t.Context())
		require.NoError(t, err)
	}
	told := func() bool {
		for _, path := range []string{"export", "export?entry=" + oldest, "proof?entry=" + oldest, "checkpoint"} {
			status, body := s.send(http.MethodGet, "/api/log/"+path, "", nil)
			if status != http.StatusConflict || !strings.Contains(body, altered) {
				return false
			}
		}
		return true
	}
	// A notary who was just signing adds one more head, and then none.
	deadline := time.Now().Add(time.Minute)
	for alter(); !told(); alter() {
		require.True(t, time.Now().Before(deadline), "it is not told")
	}
	require.Equal(t, altered, s.refused(http.StatusConflict, "check", nil))
	require.Regexp(t, `^The log was damaged in \d+ places\. The first: [^.]+\.( |$)`, s.act("verify", nil))
	require.True(t, get[struct{ Checkpoint checkpointView }](s, "log").Checkpoint.Altered)
	status, page := s.send(http.MethodGet, "/", "", nil)
	require.Equal(t, http.StatusOK, status)
	says(t, page, "is not what the notary signed")
	says(t, page, "damaged</span>")
}

// A STOP that comes through Twilio counts like any other. Its answer is not sent: no agreement with Twilio is in force.
func TestTwilioWebhook(t *testing.T) {
	t.Parallel()
	const public, number = "https://enamel.example", "+15125550110"
	account := network.Twilio{SID: "AC" + strings.Repeat("0", 32), Token: "a-token", Public: public}
	s := openSite(t, config{twilio: account, twilioNumber: number})
	fields := url.Values{"MessageSid": {"SM" + strings.Repeat("1", 32)}, "From": {"+15125550142"}, "To": {number}, "Body": {"STOP"}, "AccountSid": {account.SID}, "NumMedia": {"0"}}
	post := func(signature string) int {
		status, _ := s.bare(http.MethodPost, network.TwilioInbound, fields.Encode(), func(r *http.Request) {
			r.Host = "enamel.example"
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.Header.Set("X-Twilio-Signature", signature)
		})
		return status
	}
	mac := hmac.New(sha1.New, []byte(account.Token))
	mac.Write([]byte(public + network.TwilioInbound))
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		mac.Write([]byte(name + fields.Get(name)))
	}
	require.Equal(t, http.StatusForbidden, post("AAAA"))
	require.Equal(t, "active", string(get[[]personView](s, "patients")[0].Transactional.Status))
	require.Equal(t, http.StatusNoContent, post(base64.StdEncoding.EncodeToString(mac.Sum(nil))))
	require.Equal(t, "stopped", string(get[[]personView](s, "patients")[0].Transactional.Status))
	s.settle()
	answer := s.texts("+15125550142")[0]
	require.Equal(t, "Refused", answer.Label)
	require.Contains(t, answer.Says, "no agreement in force")
	require.Len(t, get[settingsView](s, "settings").Agreements, 2)
}
