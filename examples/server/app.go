package main

import (
	"context"
	"errors"
	"fmt"
	"html/template"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/enamel-go/enamel/examples/internal/clock"
	"github.com/enamel-go/enamel/examples/internal/loopback"
)

// app is the running server.
type app struct {
	config   config
	guard    *guard
	cert     *loopback.Certificate
	certFile string
	listener net.Listener
	http     *http.Server
	logger   *slog.Logger
	acts     []act
	looks    []look
	page     *template.Template
	gpc      http.Handler // the statement on Global Privacy Control

	scene  atomic.Pointer[scene]
	change sync.Mutex // one reset or move of the clock at a time

	repeats repeats
}

// run serves until ctx is done, then lets requests and workers finish.
func run(ctx context.Context, args []string, getenv func(string) string, stdout io.Writer) error {
	c, err := parse(args, getenv, stdout)
	if err != nil {
		return err
	}
	s, err := open(ctx, c, slog.New(slog.NewTextHandler(stdout, &slog.HandlerOptions{Level: slog.LevelWarn})))
	if err != nil {
		return err
	}
	s.greet(stdout)
	return s.serve(ctx)
}

// open makes everything ready. The webhooks must be reachable before the story begins, so the listener comes first.
func open(ctx context.Context, c config, logger *slog.Logger) (*app, error) {
	s := &app{config: c, guard: newGuard(c.token), logger: logger}
	var err error
	if s.cert, err = loopback.NewCertificate(); err != nil {
		return nil, err
	}
	if s.listener, err = loopback.Listen(c.addr); err != nil {
		return nil, err
	}
	if err := s.writeCertificate(); err != nil {
		return nil, errors.Join(err, s.listener.Close())
	}
	if s.page, err = parseTemplates(); err != nil {
		return nil, errors.Join(err, s.listener.Close())
	}
	if s.gpc, err = statement(); err != nil {
		return nil, errors.Join(err, s.listener.Close())
	}
	s.acts, s.looks = acts(), looks()
	handler, err := s.recorded(s.handler())
	if err != nil {
		return nil, errors.Join(err, s.listener.Close())
	}
	s.http = &http.Server{
		Handler: s.watched(handler), TLSConfig: s.cert.Server(), MaxHeaderBytes: 16 << 10,
		ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 30 * time.Second, WriteTimeout: 90 * time.Second, IdleTimeout: 2 * time.Minute,
		// Every visitor's browser ends a handshake first, to ask about the certificate: that is worth no line.
		ErrorLog: slog.NewLogLogger(logger.Handler(), slog.LevelDebug),
	}
	sc, err := raise(ctx, c, s.address(), s.cert, logger)
	if err != nil {
		return nil, errors.Join(err, s.listener.Close(), os.RemoveAll(filepath.Dir(s.certFile)))
	}
	s.scene.Store(sc)
	sc.start(logger)
	return s, nil
}

// writeCertificate leaves the certificate where curl can read it.
func (s *app) writeCertificate() error {
	folder, err := os.MkdirTemp("", "enamel-")
	if err != nil {
		return fmt.Errorf("write the certificate: %w", err)
	}
	s.certFile = filepath.Join(folder, "certificate.pem")
	if err := os.WriteFile(s.certFile, s.cert.PEM, 0o600); err != nil {
		return fmt.Errorf("write the certificate: %w", err)
	}
	return nil
}

// address is where the page is.
func (s *app) address() string { return "https://" + s.listener.Addr().String() }

// serve answers until ctx is done. Then it takes no more requests, finishes those that have begun, and has the workers
// finish and settle what they have begun.
func (s *app) serve(ctx context.Context) error {
	failed := make(chan error, 1)
	go func() { failed <- s.http.ServeTLS(s.listener, "", "") }()
	var err error
	select {
	case err = <-failed:
	case <-ctx.Done():
	}
	closing, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	sc := s.scene.Load()
	sc.finish() // the network still tells what became of their texts
	return errors.Join(err, s.http.Shutdown(closing), sc.end(closing), os.RemoveAll(filepath.Dir(s.certFile)))
}

// greet says how to get in.
func (s *app) greet(w io.Writer) {
	where := "in memory: it is forgotten when the server stops"
	if s.config.database != "" {
		where = "on Postgres: start as many workers as you like with  go run ./examples/worker"
	}
	zone, err := clock.Central()
	if err != nil {
		zone = time.UTC
	}
	fmt.Fprintf(w, `Enamel reference server, %s

  page         %s/?token=%s
  fingerprint  SHA-256 %s
  token        %s
  certificate  %s
  demo clock   %s

  curl --cacert '%s' -H 'Authorization: Bearer %s' %s/api

Your browser does not know the certificate: compare the fingerprint. The server listens on a loopback address alone.
Sign-in with a second factor comes later; until then whoever has the token is the practice. Ctrl-C ends it.
`, where, s.address(), s.guard.token, s.cert.Fingerprint(), s.guard.token, s.certFile,
		s.scene.Load().Clock.Now().In(zone).Format("Monday, January 2, 3:04 PM MST"), s.certFile, s.guard.token, s.address())
}
