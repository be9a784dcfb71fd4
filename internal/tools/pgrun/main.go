// Command pgrun runs a command with a private PostgreSQL server, whose address it finds in TEST_DATABASE_URL.
//
//	pgrun go test ./...
//
// One server then serves the tests of all packages. Where TEST_DATABASE_URL is set already, no server is started. The
// server is removed when the command has ended, whatever ended it; signals are passed on to the command, and its exit
// code is pgrun's own.
//
//	pgrun -find
//
// prints the folder of the server's binaries, and fails where none are installed.
package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"

	"github.com/enamel-go/enamel/internal/pgtest/cluster"
)

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: pgrun command [argument ...] | -find")
		os.Exit(2)
	}
	code, err := run(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "pgrun:", err)
	}
	os.Exit(code)
}

// run returns the command's exit code, or 1 and an error when it could not be run or tidied up after.
func run(args []string) (code int, err error) {
	if args[0] == "-find" {
		dir, err := cluster.Find()
		if err != nil {
			return 1, err
		}
		fmt.Println(dir)
		return 0, nil
	}
	// From here on no signal ends this process before it has tidied up.
	signals := make(chan os.Signal, 4)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)

	if os.Getenv("TEST_DATABASE_URL") == "" {
		c, err := cluster.Start()
		if err != nil {
			return 1, err
		}
		defer func() {
			if stop := c.Stop(); stop != nil {
				code, err = max(code, 1), errors.Join(err, stop)
			}
		}()
		if err := os.Setenv("TEST_DATABASE_URL", c.DSN()); err != nil {
			return 1, err
		}
	}
	return command(args, signals)
}

func command(args []string, signals <-chan os.Signal) (int, error) {
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	if err := cmd.Start(); err != nil {
		return 1, err
	}
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	for {
		select {
		case s := <-signals:
			_ = cmd.Process.Signal(s) // it may have ended meanwhile
		case err := <-done:
			var exit *exec.ExitError
			switch {
			case err == nil:
				return 0, nil
			case !errors.As(err, &exit):
				return 1, err
			}
			if status, ok := exit.Sys().(syscall.WaitStatus); ok && status.Signaled() {
				return 128 + int(status.Signal()), nil // as a shell says it
			}
			return exit.ExitCode(), nil
		}
	}
}
