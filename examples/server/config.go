package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"

	"github.com/enamel-go/enamel/examples/internal/network"
	"github.com/enamel-go/enamel/examples/internal/world"
)

// config is what the flags and the environment say. The zero value of every field but the addresses is a default.
type config struct {
	addr     string // of the page
	carrier  string // of the simulated network, for workers; used with a database alone
	database string
	schema   string
	keys     string

	twilio       network.Twilio
	twilioNumber string // of the practice

	token string // tests choose one; otherwise it is made at the start
}

// parse reads flags and environment. Secrets come from the environment alone: arguments are seen by everybody on the
// machine.
func parse(args []string, getenv func(string) string, output io.Writer) (config, error) {
	c := config{database: getenv("DATABASE_URL"), twilio: network.TwilioFrom(getenv)}
	flags := flag.NewFlagSet("server", flag.ContinueOnError)
	flags.SetOutput(output)
	flags.Usage = func() {
		fmt.Fprint(output, "The reference server of Enamel. Without a flag it runs in memory, with everything inside.\n\n"+
			"With DATABASE_URL in the environment it runs on Postgres, and texts leave through examples/worker.\n"+
			"With TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN it takes Twilio's webhooks as well.\n\n")
		flags.PrintDefaults()
	}
	flags.StringVar(&c.addr, "addr", "127.0.0.1:8443", "`address` of the page; loopback only")
	flags.StringVar(&c.carrier, "carrier", "127.0.0.1:8444", "`address` at which workers reach the simulated carrier; loopback only; with DATABASE_URL alone")
	flags.StringVar(&c.schema, "schema", "enamel", "database `schema` of all tables")
	flags.StringVar(&c.keys, "keys", "", "`file` of the root keys, made on first use (default: enamel/keys in your configuration folder)")
	flags.StringVar(&c.twilio.Public, "public-url", "", "`https address` under which Twilio reaches this server")
	flags.StringVar(&c.twilioNumber, "twilio-number", "", "`number` of the practice at Twilio, such as +15125550100")
	if err := flags.Parse(args); err != nil {
		return config{}, err
	}
	if flags.NArg() > 0 {
		return config{}, fmt.Errorf("there is nothing to do with %q; the flags are listed by -help", flags.Arg(0))
	}
	if c.twilio.SID != "" && c.twilioNumber == "" {
		return config{}, errors.New("for Twilio, name the practice's number there with -twilio-number")
	}
	c.twilio.Public = strings.TrimSuffix(c.twilio.Public, "/")
	if c.keys == "" && c.database != "" {
		var err error
		if c.keys, err = world.DefaultKeys(); err != nil {
			return config{}, err
		}
	}
	return c, nil
}

// place is where a durable ground lies.
func (c config) place() world.Place {
	return world.Place{URL: c.database, Schema: c.schema, Keys: c.keys}
}
