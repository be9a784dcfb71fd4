package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/examples/internal/loopback"
	"github.com/enamel-go/enamel/examples/internal/network"
	"github.com/enamel-go/enamel/examples/internal/world"
	"github.com/enamel-go/enamel/internal/pgtest"
	"github.com/enamel-go/enamel/sms"
	"github.com/enamel-go/enamel/sms/carrier"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

const (
	numbers   = 250
	perNumber = 4
	stopped   = 25 // the last ones, whose texts leave last
)

// Two workers send a thousand texts. One of them is killed in the middle and started again, then Postgres crashes; some
// answers of the network are lost; some patients say STOP meanwhile.
//
//   - Every text reaches the network, but for those to numbers that said STOP.
//   - None reaches it twice, but for those that the log lists as doubtful.
//   - Nothing but answers reaches a number after its STOP was answered.
func TestTwoWorkersSurviveKillsAndACrash(t *testing.T) {
	if testing.Short() {
		t.Skip("starts and kills processes")
	}
	c := start(t)
	first, second := c.worker(), c.worker()
	c.accepted(numbers)
	for i := numbers - stopped; i < numbers; i++ {
		c.receive(i, "STOP")
	}
	kill(t, first)
	c.worker()
	c.accepted(2 * numbers)
	c.server.Crash()
	c.accepted(3 * numbers)
	c.settled()
	kill(t, second)

	reached, sent, answered := map[string]int{}, 0, map[string]bool{}
	for _, m := range c.network.Messages() {
		reached[m.Reference]++
		text := c.text(m.Reference)
		require.False(t, answered[m.To] && !text.Kind.Answer(), "a text left after the STOP was answered")
		answered[m.To] = answered[m.To] || text.Kind == sms.StopAnswer
		if text.Kind == sms.Ordinary {
			sent++
		}
	}
	doubtful := c.doubtful()
	for reference, n := range reached {
		require.True(t, n == 1 || slices.Contains(doubtful, reference), "%s left %d times and was in no doubt", reference, n)
	}
	for i := range numbers {
		for j := range perNumber {
			text := c.text(reference(i, j))
			switch {
			case i < numbers-stopped:
				require.Equal(t, sms.Sent, text.State, "%s", text.ID)
				require.NotZero(t, reached[reference(i, j)])
			case reached[reference(i, j)] == 0:
				require.Equal(t, sms.Refused, text.State, "%s", text.ID)
			}
		}
		require.Equal(t, i >= numbers-stopped, answered[number(i)], "every STOP is answered")
	}
	t.Logf("%d texts sent, %d doubtful on the way, %d numbers stopped", sent, len(doubtful), stopped)
	report, err := c.world.Reader.Verify(t.Context(), c.world.Log, world.Practice)
	require.NoError(t, err)
	require.True(t, report.OK(), "%v", report.Damage)
}

// chaos is a practice with a thousand queued texts, and what carries them.
type chaos struct {
	t       *testing.T
	server  *pgtest.Server
	place   world.Place
	world   *world.World
	network *carrier.Carrier
	address string
	binary  string
	known   map[string]sms.Tracked
}

func start(t *testing.T) *chaos {
	ctx := t.Context()
	c := &chaos{t: t, server: pgtest.Start(t), binary: filepath.Join(t.TempDir(), "worker")}
	build := exec.CommandContext(ctx, "go", "build", "-o", c.binary, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	out, err := build.CombinedOutput()
	require.NoError(t, err, "%s", out)

	c.place = world.Place{URL: c.server.DSN(), Schema: "chaos", Keys: filepath.Join(t.TempDir(), "keys")}
	ground, err := world.Postgres(ctx, c.place)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, ground.Close()) })
	c.world, err = world.New(ground, nil, slog.New(slog.NewTextHandler(io.Discard, nil)))
	require.NoError(t, err)
	require.NoError(t, c.world.Agreements.Begin(ctx, world.Practice, world.Network))
	require.NoError(t, c.world.Enrol(ctx))
	require.NoError(t, c.world.Texts.Register(ctx, world.Desk(), world.Sender()))
	c.carry()
	c.queue()
	return c
}

// carry serves a network that loses every thirtieth answer.
func (c *chaos) carry() {
	files := network.Files{Keys: c.place.Keys}
	token, err := files.Token()
	require.NoError(c.t, err)
	offered := 0
	c.network, err = carrier.New(&carrier.Options{Token: token, Now: c.world.Clock.Now, Script: carrier.Script{
		Message: func(sms.Message, int) carrier.Fate {
			offered++
			return carrier.Fate{Lost: offered%30 == 0}
		},
	}})
	require.NoError(c.t, err)
	certificate, err := loopback.NewCertificate()
	require.NoError(c.t, err)
	require.NoError(c.t, files.Publish(certificate))
	server := httptest.NewUnstartedServer(carrier.Handler(c.network))
	server.TLS = certificate.Server()
	server.StartTLS()
	c.t.Cleanup(server.Close)
	c.address = server.URL
	require.Equal(c.t, http.StatusUnauthorized, unknown(c.t, server), "nobody else is let in")
}

// unknown asks the network without its token.
func unknown(t *testing.T, server *httptest.Server) int {
	answer, err := server.Client().Get(server.URL + "/v1/state")
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	return answer.StatusCode
}

func number(i int) string { return fmt.Sprintf("+1512555%04d", i) }

func textID(i, j int) string { return fmt.Sprintf("text-%d-%d", i, j) }

func reference(i, j int) string { return world.Practice + "/" + textID(i, j) }

// queue records a written consent of every number, and queues its texts.
func (c *chaos) queue() {
	ctx := c.t.Context()
	require.NoError(c.t, c.world.Open(ctx))
	for i := range numbers {
		_, err := c.world.Consents.Grant(ctx, world.Desk(), consent.Grant{
			Practice: world.Practice, Number: number(i), Category: consent.Transactional, Basis: consent.OfficeDocument,
			Evidence: consent.Evidence{Wording: world.Wording, Language: "en", Document: "scan", Staff: "front-desk"},
		})
		require.NoError(c.t, err)
	}
	for i := range numbers {
		for j := range perNumber {
			_, err := c.world.Texts.Enqueue(ctx, world.Desk(), sms.Text{
				ID: textID(i, j), Practice: world.Practice, Category: consent.Transactional, To: number(i),
				Body: "Elm Street Dental: we are closed on Friday.", LastUseful: c.world.Clock.Now().Add(10 * time.Hour),
			})
			require.NoError(c.t, err)
		}
	}
}

// worker starts a worker as a process of its own.
func (c *chaos) worker() *exec.Cmd {
	c.t.Helper()
	cmd := exec.Command(c.binary, "-schema", c.place.Schema, "-keys", c.place.Keys, "-carrier", c.address)
	cmd.Env = append(os.Environ(), "DATABASE_URL="+c.place.URL)
	require.NoError(c.t, cmd.Start())
	c.t.Cleanup(func() {
		if cmd.ProcessState == nil {
			kill(c.t, cmd)
		}
	})
	return cmd
}

// kill ends a process that cannot do anything about it.
func kill(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	require.NoError(t, cmd.Process.Kill())
	require.Error(t, cmd.Wait(), "it was killed")
}

func (c *chaos) eventually(what string, done func() bool) {
	c.t.Helper()
	require.Eventually(c.t, done, 2*time.Minute, 20*time.Millisecond, what)
}

// accepted waits until the network has taken on so many messages.
func (c *chaos) accepted(n int) {
	c.t.Helper()
	c.eventually(fmt.Sprintf("%d messages", n), func() bool { return len(c.network.Messages()) >= n })
}

// settled waits until every text is. A text may go back from one state to another between two looks, so it looks until
// it has found none twice in a row.
func (c *chaos) settled() {
	c.t.Helper()
	quiet := 0
	c.eventually("every text is settled", func() bool {
		quiet++
		for _, state := range []sms.State{sms.Queued, sms.Sending, sms.Doubtful, sms.Queued} {
			page, err := c.world.Texts.Texts(c.t.Context(), world.Desk(), sms.Query{Practice: world.Practice, State: state, Limit: 1})
			if err != nil || len(page.Texts) > 0 {
				quiet = 0
			}
		}
		return quiet == 2
	})
}

// receive lets a patient's text come in, as the network's webhook would, until it is taken in.
func (c *chaos) receive(i int, body string) {
	c.t.Helper()
	in := sms.Inbound{Provider: world.Network, ID: fmt.Sprintf("in-%d", i), From: number(i), To: world.Sender().Number, Body: body}
	c.eventually("a message is taken in", func() bool {
		_, err := c.world.Texts.Receive(context.WithoutCancel(c.t.Context()), world.Practice, in)
		return err == nil
	})
}

// text returns what has become of the text of a reference.
func (c *chaos) text(reference string) sms.Tracked {
	c.t.Helper()
	page := sms.Query{Practice: world.Practice, Limit: 1000}
	if c.known == nil {
		c.known = map[string]sms.Tracked{}
		for {
			found, err := c.world.Texts.Texts(c.t.Context(), world.Desk(), page)
			require.NoError(c.t, err)
			for _, t := range found.Texts {
				c.known[world.Practice+"/"+t.ID] = t
			}
			if page.After = found.Next; page.After == "" {
				break
			}
		}
	}
	text, ok := c.known[reference]
	require.True(c.t, ok, "the network carried what nobody queued")
	return text
}

// doubtful returns the references of the texts that the log says were in doubt.
func (c *chaos) doubtful() []string {
	c.t.Helper()
	var found []string
	query := audit.Query{Practice: world.Practice, Limit: 1000}
	for {
		page, err := c.world.Log.Leaves(c.t.Context(), query)
		require.NoError(c.t, err)
		for _, leaf := range page.Leaves {
			if leaf.Action != "sms.text.send" {
				continue
			}
			e, err := c.world.Log.Open(c.t.Context(), leaf)
			require.NoError(c.t, err)
			if e.Details["state"] == string(sms.Doubtful) {
				found = append(found, world.Practice+"/"+e.Object.ID)
			}
		}
		if query.After = page.Next; query.After == "" {
			return found
		}
	}
}
