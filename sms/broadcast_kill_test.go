package sms_test

import (
	"bufio"
	"context"
	"database/sql"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"
	"github.com/stretchr/testify/require"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/audit/auditpg"
	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/consent/consentpg"
	"github.com/enamel-go/enamel/crypto"
	"github.com/enamel-go/enamel/crypto/cryptopg"
	"github.com/enamel-go/enamel/sms"
	"github.com/enamel-go/enamel/sms/broadcast"
	"github.com/enamel-go/enamel/sms/smspg"
)

const broadcasting = "ENAMEL_TEST_BROADCAST"

// telling is texts that tell of each that was queued or taken back.
type telling struct{ broadcast.Texts }

func (s telling) Enqueue(ctx context.Context, by audit.Actor, t sms.Text) (sms.Key, error) {
	k, err := s.Texts.Enqueue(ctx, by, t)
	fmt.Println("text")
	return k, err
}

func (s telling) TakeBack(ctx context.Context, by audit.Actor, k sms.Key, rule, reason string) (bool, error) {
	done, err := s.Texts.TakeBack(ctx, by, k, rule, reason)
	fmt.Println("text")
	return done, err
}

// TestBroadcastInAProcess is the process that the test below kills. It runs in no other way.
func TestBroadcastInAProcess(t *testing.T) {
	where := os.Getenv(broadcasting)
	if where == "" {
		t.Skip("it is run by TestABroadcastWhoseWorkersAreKilled")
	}
	v := strings.Split(where, "\n")
	pool := func() *bun.DB {
		db, err := sql.Open("pgx", v[0])
		require.NoError(t, err)
		return bun.NewDB(db, pgdialect.New())
	}
	db, own, schema := pool(), pool(), v[1]
	now := func() time.Time { return noon.Add(time.Hour) }
	file, err := crypto.MakeKeyFile(v[2])
	require.NoError(t, err)
	keys, err := crypto.NewKeyring(cryptopg.New(own, &cryptopg.Options{Schema: schema}), file, nil)
	require.NoError(t, err)
	log, err := audit.NewLog(auditpg.New(own, &auditpg.Options{Schema: schema}), keys, &audit.Options{Now: now})
	require.NoError(t, err)
	consents, err := consent.New(consentpg.New(db, keys, &consentpg.Options{Schema: schema}), log, &consent.Options{Now: now})
	require.NoError(t, err)
	store := smspg.New(db, keys, &smspg.Options{Schema: schema})
	texts, err := sms.New(store, consents, log, &sms.Options{Now: now})
	require.NoError(t, err)
	rows := smspg.NewBroadcasts(db, keys, &smspg.Options{Schema: schema})
	casts, err := broadcast.New(rows, store, log, &broadcast.Options{Now: now})
	require.NoError(t, err)
	worker, err := broadcast.NewWorker(casts, rows, consents, telling{texts}, nil)
	require.NoError(t, err)
	for range 1000 {
		_, err := worker.Step(t.Context())
		require.NoError(t, err)
		time.Sleep(time.Millisecond) // between its steps; whatever moment it is killed at will do
	}
}

// Workers are killed while they queue and while they take back. Whoever comes after finishes the broadcast: nobody is texted
// twice, and nobody is left out.
func TestABroadcastWhoseWorkersAreKilled(t *testing.T) {
	pg := layout.New(t)
	keys := filepath.Join(t.TempDir(), "keys")
	file, err := crypto.MakeKeyFile(keys)
	require.NoError(t, err)
	c := cast(t, sealedBy(t, pg, file))
	people := c.people(250, consent.Promotional)
	k := c.draft(c.promotion("spring"))
	c.start(k)
	// killed runs a worker in a process of its own until it has queued or taken back so many texts.
	killed := func(texts int) {
		child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestBroadcastInAProcess$")
		child.Env = append(os.Environ(), broadcasting+"="+strings.Join([]string{pg.DSN(), pg.Schema(), keys}, "\n"))
		out, err := child.StdoutPipe()
		require.NoError(t, err)
		require.NoError(t, child.Start())
		lines := bufio.NewScanner(out)
		for seen := 0; seen < texts && lines.Scan(); {
			if lines.Text() == "text" {
				seen++
			}
		}
		require.NoError(t, child.Process.Kill())
		_, err = io.Copy(io.Discard, out)
		require.NoError(t, err)
		require.Error(t, child.Wait(), "it was killed")
	}
	send := func() {
		_, err := c.dispatcher().Step(t.Context())
		require.NoError(t, err)
	}
	killed(30)
	send()
	killed(95)
	_, err = c.casts.Pause(t.Context(), staff, acting(k, ""))
	require.NoError(t, err)
	killed(20)
	send() // what the killed one has not taken back
	_, err = c.worker().Step(t.Context())
	require.NoError(t, err)
	before := len(c.texted())
	send()
	require.Len(t, c.texted(), before, "it is paused")
	require.Less(t, before, len(people), "it was not over before it was paused")
	_, err = c.casts.Resume(t.Context(), staff, acting(k, ""))
	require.NoError(t, err)
	killed(60)
	c.work()
	c.once(people)
	require.Equal(t, broadcast.Progress{Status: broadcast.Done, Gathered: true, Audience: 250, Sent: 250}, c.progress(k))
}
