// Command server is the reference server: one invented practice, one page that tells the story of a reminder and of the
// consent behind it, and the same acts as a JSON API. Patients and their families have pages of their own, which ask for
// no token: /privacy, /cookies, /report and the links at /confirm.
//
//	go run ./examples/server
//
// It listens on a loopback address alone, over TLS 1.3, and whoever has the token that it prints is the practice:
// sign-in comes later. Without a flag everything is in memory; with DATABASE_URL it runs on Postgres, and texts leave
// through examples/worker.
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
		fmt.Fprintln(os.Stderr, "server:", err)
		os.Exit(1)
	}
}
