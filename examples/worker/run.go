package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"

	"github.com/enamel-go/enamel/examples/internal/network"
	"github.com/enamel-go/enamel/examples/internal/world"
	"github.com/enamel-go/enamel/sms"
)

// config is what the flags and the environment say.
type config struct {
	place   world.Place
	carrier string
	twilio  network.Twilio
}

func parse(args []string, getenv func(string) string, output io.Writer) (config, error) {
	c := config{place: world.Place{URL: getenv("DATABASE_URL")}, twilio: network.TwilioFrom(getenv)}
	flags := flag.NewFlagSet("worker", flag.ContinueOnError)
	flags.SetOutput(output)
	flags.StringVar(&c.place.Schema, "schema", "enamel", "database `schema` of all tables, as the server's")
	flags.StringVar(&c.place.Keys, "keys", "", "`file` of the root keys, as the server's (default: enamel/keys in your configuration folder)")
	flags.StringVar(&c.carrier, "carrier", "https://127.0.0.1:8444", "`address` at which the server has its simulated carrier")
	flags.StringVar(&c.twilio.Public, "public-url", "", "`https address` under which Twilio reaches the server")
	if err := flags.Parse(args); err != nil {
		return config{}, err
	}
	if flags.NArg() > 0 {
		return config{}, fmt.Errorf("there is nothing to do with %q; the flags are listed by -help", flags.Arg(0))
	}
	if c.place.URL == "" {
		return config{}, errors.New("set DATABASE_URL to the server's database; without one the server has its worker inside")
	}
	if c.place.Keys == "" {
		var err error
		if c.place.Keys, err = world.DefaultKeys(); err != nil {
			return config{}, err
		}
	}
	c.twilio.Public = strings.TrimSuffix(c.twilio.Public, "/")
	return c, nil
}

// run works until ctx is done, finishes and settles what has begun, and returns.
func run(ctx context.Context, args []string, getenv func(string) string, stdout io.Writer) (err error) {
	c, err := parse(args, getenv, stdout)
	if err != nil {
		return err
	}
	ground, err := world.Postgres(ctx, c.place)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, ground.Close()) }()
	providers, err := c.providers()
	if err != nil {
		return err
	}
	w, err := world.New(ground, providers, slog.New(slog.NewTextHandler(stdout, nil)))
	if err != nil {
		return err
	}
	fmt.Fprintln(stdout, "Enamel worker: sends, plans and signs. Ctrl-C ends it.")
	var group sync.WaitGroup
	defer group.Wait()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	group.Go(func() { w.Follow(ctx) })
	return w.Work(ctx)
}

// providers are who carries texts.
func (c config) providers() (map[string]sms.Provider, error) {
	carried, err := network.Dial(c.carrier, network.Files{Keys: c.place.Keys})
	if err != nil {
		return nil, err
	}
	providers := map[string]sms.Provider{world.Network: carried}
	account, err := c.twilio.Provider()
	if err != nil {
		return nil, err
	}
	if account != nil {
		providers["twilio"] = account
	}
	return providers, nil
}
