package main

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/enamel-go/enamel/consent/cookie"
	"github.com/enamel-go/enamel/examples/internal/loopback"
	"github.com/enamel-go/enamel/examples/internal/network"
	"github.com/enamel-go/enamel/examples/internal/world"
	"github.com/enamel-go/enamel/sms"
	"github.com/enamel-go/enamel/sms/carrier"
	"github.com/enamel-go/enamel/sms/twilio"
)

// scene is one world with its simulated network. A reset puts another one in its place.
type scene struct {
	*world.World
	network *carrier.Carrier
	weather world.Weather    // of the network
	twilio  *twilio.Provider // nil where it is not configured

	stop     context.CancelFunc // of the workers
	silence  context.CancelFunc // of the network, after them
	workers  sync.WaitGroup
	lines    sync.WaitGroup
	served   *http.Server // of the network, for workers elsewhere; nil in memory
	listener net.Listener // of served

	mu     sync.Mutex
	kept   string // the newest checkpoint that was verified here, kept outside of the log's store
	report *reportView

	rotation *rotationView // the newest

	register *cookie.Register
	cookies  *cookie.Site
}

// raise lays the ground, makes the network, wires the services and tells the story's beginning. Nothing runs yet.
func raise(ctx context.Context, c config, page string, cert *loopback.Certificate, logger *slog.Logger) (*scene, error) {
	ground, err := lay(ctx, c)
	if err != nil {
		return nil, err
	}
	s := &scene{}
	if err := s.connect(c, ground, page, cert); err != nil {
		return nil, errors.Join(err, ground.Close())
	}
	providers := map[string]sms.Provider{world.Network: s.network}
	if s.twilio != nil {
		providers["twilio"] = s.twilio
	}
	if s.World, err = world.New(ground, providers, logger); err != nil {
		return nil, errors.Join(err, ground.Close())
	}
	if err := s.watch(); err != nil {
		return nil, errors.Join(err, s.end(context.Background()))
	}
	if err := s.prepare(ctx, c, cert, logger); err != nil {
		return nil, errors.Join(err, s.end(context.Background()))
	}
	return s, nil
}

func lay(ctx context.Context, c config) (*world.Ground, error) {
	if c.database == "" {
		return world.Memory(ctx)
	}
	return world.Postgres(ctx, c.place())
}

// connect makes the network, which tells the page's own webhooks of replies and receipts, signed, and Twilio.
func (s *scene) connect(c config, ground *world.Ground, page string, cert *loopback.Certificate) (err error) {
	token := ""
	if ground.Durable {
		if token, err = (network.Files{Keys: c.keys}).Token(); err != nil {
			return err
		}
	}
	s.network, err = carrier.New(&carrier.Options{
		Script: s.weather.Script(), Now: ground.Clock.Now, Tick: 20 * time.Millisecond, Token: token,
		InboundURL: page + "/webhooks/carrier/inbound", ReceiptURL: page + "/webhooks/carrier/receipts",
		Secret: []byte(rand.Text()), RootCAs: cert.Pool(),
	})
	if err != nil {
		return err
	}
	s.twilio, err = c.twilio.Provider()
	return err
}

// prepare tells the story's beginning, and on Postgres opens the network's address to workers elsewhere.
func (s *scene) prepare(ctx context.Context, c config, cert *loopback.Certificate, logger *slog.Logger) error {
	if err := s.Begin(ctx); err != nil {
		return err
	}
	if s.twilio != nil {
		sender := world.Sender()
		sender.Number, sender.Provider = c.twilioNumber, "twilio"
		if err := s.Texts.Register(ctx, world.Desk(), sender); err != nil {
			return err
		}
	}
	if !s.Durable {
		return nil
	}
	if err := (network.Files{Keys: c.keys}).Publish(cert); err != nil {
		return err
	}
	var err error
	if s.listener, err = loopback.Listen(c.carrier); err != nil {
		return err
	}
	s.served = &http.Server{
		Handler: carrier.Handler(s.network), TLSConfig: cert.Server(), ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second,
		ErrorLog: slog.NewLogLogger(logger.Handler(), slog.LevelDebug),
	}
	return nil
}

// start sets the network going, and in memory the workers: not before the scene is the one that webhooks reach.
func (s *scene) start(logger *slog.Logger) {
	working, stop := context.WithCancel(context.Background())
	talking, silence := context.WithCancel(context.Background())
	s.stop, s.silence = stop, silence
	s.lines.Go(func() { _ = s.network.Run(talking) }) // ends with its context
	if !s.Durable {
		s.workers.Go(func() {
			if err := s.Work(working); err != nil {
				logger.Error("the workers have ended", slog.String("error", err.Error()))
			}
		})
		return
	}
	s.workers.Go(func() { s.Follow(working) })
	s.lines.Go(func() {
		if err := s.served.ServeTLS(s.listener, "", ""); !errors.Is(err, http.ErrServerClosed) {
			logger.Error("the carrier is not served any more", slog.String("error", err.Error()))
		}
	})
}

// finish stops the workers. What they have begun is sent and settled when it returns.
func (s *scene) finish() {
	if s.stop != nil {
		s.stop()
	}
	s.workers.Wait()
}

// end stops the workers, then the network that they send to, and closes the ground.
func (s *scene) end(ctx context.Context) error {
	s.finish()
	var err error
	if s.served != nil {
		err = errors.Join(s.served.Shutdown(ctx), closed(s.listener.Close()))
	}
	if s.silence != nil {
		s.silence()
	}
	s.lines.Wait()
	return errors.Join(err, s.Close())
}

// closed hides that a listener was closed with the server that it belonged to.
func closed(err error) error {
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}
