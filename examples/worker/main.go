// Command worker sends the texts of the reference server when that runs on Postgres, plans its reminders and signs its
// log. Start as many as you like, beside each other; any of them may be killed at any time.
//
//	DATABASE_URL=postgres://... go run ./examples/worker
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // not every machine knows the practice's time zone
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	err := run(ctx, os.Args[1:], os.Getenv, os.Stdout)
	if errors.Is(err, flag.ErrHelp) {
		return
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "worker:", err)
		os.Exit(1)
	}
}
