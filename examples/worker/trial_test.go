package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/examples/internal/loopback"
	"github.com/enamel-go/enamel/examples/internal/network"
	"github.com/enamel-go/enamel/examples/internal/world"
	"github.com/enamel-go/enamel/internal/pgtest"
	"github.com/enamel-go/enamel/sms"
	"github.com/enamel-go/enamel/sms/carrier"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// trial is a practice on a server of its own, a network in this process, and workers in processes of their own.
type trial struct {
	t       *testing.T
	server  *pgtest.Server
	place   world.Place
	world   *world.World
	network *carrier.Carrier
	address string
	binary  string
	workers []*worker

	mu      sync.Mutex
	written map[string]bool // what patients wrote, and whether the practice has taken it in
}

func start(t *testing.T, script carrier.Script, phones, workers int) *trial {
	if testing.Short() {
		t.Skip("starts and kills processes")
	}
	ctx := t.Context()
	c := &trial{t: t, server: pgtest.Start(t), binary: filepath.Join(t.TempDir(), "worker"), written: map[string]bool{}}
	build := exec.CommandContext(ctx, "go", "build", "-o", c.binary, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0") // as the linters, so that what they share is compiled once
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
	require.NoError(t, c.world.Open(ctx))
	c.carry(script)
	c.each(phones, func(i int) error {
		_, err := c.world.Consents.Grant(ctx, world.Desk(), consent.Grant{
			Practice: world.Practice, Number: number(i), Category: consent.Transactional, Basis: consent.OfficeDocument,
			Evidence: consent.Evidence{Wording: world.Wording, Language: "en", Document: "scan", Staff: "front-desk"},
		})
		return err
	})
	for range workers {
		c.employ()
	}
	return c
}

// carry serves the network to the workers, and tells this process of replies and receipts.
func (c *trial) carry(script carrier.Script) {
	files := network.Files{Keys: c.place.Keys}
	token, err := files.Token()
	require.NoError(c.t, err)
	c.network, err = carrier.New(&carrier.Options{
		Token: token, Script: script, Tick: 10 * time.Millisecond,
		OnInbound: func(ctx context.Context, in sms.Inbound) error {
			_, err := c.world.Texts.Receive(context.WithoutCancel(ctx), world.Practice, in)
			if err == nil {
				c.mu.Lock()
				defer c.mu.Unlock()
				c.written[in.ID] = true
			}
			return err
		},
		OnReceipt: func(ctx context.Context, r sms.Receipt) error {
			_, err := c.world.Texts.Deliver(context.WithoutCancel(ctx), r)
			return err
		},
	})
	require.NoError(c.t, err)
	certificate, err := loopback.NewCertificate()
	require.NoError(c.t, err)
	require.NoError(c.t, files.Publish(certificate))
	server := httptest.NewUnstartedServer(carrier.Handler(c.network))
	server.TLS = certificate.Server()
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // of connections that kills cut off
	server.StartTLS()
	c.t.Cleanup(server.Close)
	c.address = server.URL
	answer, err := server.Client().Get(server.URL + "/v1/state")
	require.NoError(c.t, err)
	require.NoError(c.t, answer.Body.Close())
	require.Equal(c.t, http.StatusUnauthorized, answer.StatusCode, "nobody else is let in")

	ctx, stop := context.WithCancel(context.Background())
	var group sync.WaitGroup
	for range 4 { // one receipt that waits for Postgres holds up no reply
		group.Go(func() { _ = c.network.Run(ctx) })
	}
	c.t.Cleanup(func() { stop(); group.Wait() })
}

func number(i int) string { return fmt.Sprintf("+1512%07d", 5_550_000+i) }

func reference(id string) string { return world.Practice + "/" + id }

// each does something n times, eight at a time.
func (c *trial) each(n int, do func(i int) error) {
	c.t.Helper()
	next := make(chan int)
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for i := range next {
				if err := do(i); err != nil {
					c.t.Error(err)
				}
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	group.Wait()
	require.False(c.t, c.t.Failed())
}

// feed queues texts, evenly over a time: the jth to each phone before the next one to any. It goes on while Postgres is away.
func (c *trial) feed(from, n, phones int, over time.Duration) {
	began := time.Now()
	c.each(n, func(i int) error {
		time.Sleep(time.Until(began.Add(time.Duration(i) * over / time.Duration(n))))
		x := sms.Text{
			ID: fmt.Sprint("text-", from+i), Practice: world.Practice, Category: consent.Transactional, To: number(i % phones),
			Body: "Elm Street Dental: we are closed on Friday.", LastUseful: c.world.Clock.Now().Add(36 * time.Hour),
		}
		for tries := 0; ; tries++ {
			_, err := c.world.Texts.Enqueue(context.WithoutCancel(c.t.Context()), world.Desk(), x)
			if err == nil || tries == 100 {
				return err
			}
			time.Sleep(100 * time.Millisecond)
		}
	})
}

// worker is a process that is started again whenever it ends.
type worker struct {
	mu     sync.Mutex
	cmd    *exec.Cmd
	output string // where it writes
	born   time.Time
	ending bool
	over   chan struct{}
}

// employ starts a worker, and again whenever it ends: one that finds no database gives up.
func (c *trial) employ() *worker {
	c.t.Helper()
	w := &worker{over: make(chan struct{}), output: filepath.Join(c.t.TempDir(), "output")}
	c.workers = append(c.workers, w)
	begun := make(chan error, 1)
	go func() {
		defer close(w.over)
		for {
			cmd, err := w.begin(c)
			select {
			case begun <- err:
			default:
			}
			if cmd == nil {
				return
			}
			_ = cmd.Wait()
			time.Sleep(50 * time.Millisecond)
		}
	}()
	require.NoError(c.t, <-begun)
	c.t.Cleanup(w.end)
	return w
}

func (w *worker) begin(c *trial) (*exec.Cmd, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.ending {
		return nil, nil
	}
	cmd := exec.Command(c.binary, "-schema", c.place.Schema, "-keys", c.place.Keys, "-carrier", c.address)
	cmd.Env = append(os.Environ(), "DATABASE_URL="+c.place.URL)
	out, err := os.Create(w.output)
	if err != nil {
		return nil, err
	}
	defer out.Close()
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	w.cmd, w.born = cmd, time.Now()
	return cmd, nil
}

// signal tells the process something.
func (w *worker) signal(s os.Signal) {
	w.mu.Lock()
	defer w.mu.Unlock()
	_ = w.cmd.Process.Signal(s) // it may have ended by itself
}

// end kills the process for good.
func (w *worker) end() {
	w.mu.Lock()
	w.ending = true
	_ = w.cmd.Process.Kill()
	w.mu.Unlock()
	<-w.over
}

func (c *trial) eventually(what string, within time.Duration, done func() bool) {
	c.t.Helper()
	require.Eventually(c.t, done, within, 50*time.Millisecond, what)
}

// stop has a patient write STOP.
func (c *trial) stop(phone string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	id, err := c.network.Reply(phone, world.Sender().Number, "STOP")
	if err != nil {
		c.t.Error(err)
		return
	}
	c.written[id] = false
}

// heard reports whether the practice has taken in everything that patients wrote. The network tells it again and again.
func (c *trial) heard() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, taken := range c.written {
		if !taken {
			return false
		}
	}
	return true
}

// settled waits until every text is. Some wait for hours before they are looked at again, so the clock is moved on. A text may
// go back from one state to another between two looks, so it looks until it has found none twice in a row.
func (c *trial) settled() {
	c.t.Helper()
	c.eventually("every STOP is taken in", 3*time.Minute, c.heard)
	quiet, moved := 0, time.Now()
	c.eventually("every text is settled", 3*time.Minute, func() bool {
		quiet++
		for _, state := range []sms.State{sms.Queued, sms.Sending, sms.Doubtful, sms.Queued} {
			page, err := c.world.Texts.Texts(c.t.Context(), world.Desk(), sms.Query{Practice: world.Practice, Purpose: sms.ForDelivery, States: []sms.State{state}, Limit: 1})
			if err != nil || len(page.Texts) > 0 {
				quiet = 0
			}
			if err == nil && state == sms.Queued && len(page.Texts) > 0 && time.Since(moved) > 2*time.Second {
				moved = time.Now()
				until := page.Texts[0].Due.Sub(c.world.Clock.Now())
				if until > time.Second {
					_, err = c.world.Clock.Move(c.t.Context(), until)
					require.NoError(c.t, err)
				}
			}
		}
		return quiet == 2
	})
}
