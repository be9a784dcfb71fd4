// Command verifylog checks the exported audit log of a practice, or an extract of it, with the notary's public key alone:
// no database, no account, no network.
//
//	go run ./examples/verifylog -key 'audit.elm-dental.example+8e43c3ae+AR4p...' elm-street.jsonl
//
// Checkpoints that were kept elsewhere, such as on paper or with a lawyer, are files that hold one each:
//
//	go run ./examples/verifylog -key ... -kept checkpoint-2025.txt -kept checkpoint-2026.txt elm-street.jsonl
//
// It ends with 0 when nothing was changed, with 1 when something was, and with 2 when it could not find out.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	"golang.org/x/mod/sumdb/note"

	"github.com/enamel-go/enamel/audit/notary"
)

// What the program ends with.
const (
	sound   = 0
	changed = 1
	unknown = 2
)

func main() {
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	var key, practice string
	var kept []string
	flags := flag.NewFlagSet("verifylog", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() {
		fmt.Fprintln(stderr, "usage: verifylog -key 'public key' [-practice name] [-kept checkpoint]... export.jsonl")
		flags.PrintDefaults()
	}
	flags.StringVar(&key, "key", "", "the notary's public `key`, as you were given it; not from whoever sent the file")
	flags.StringVar(&practice, "practice", "", "the `practice` whose log this must be; any, where it is left out")
	flags.Func("kept", "a `file` with a checkpoint that was kept elsewhere; may be given more than once", func(path string) error {
		text, err := os.ReadFile(path)
		kept = append(kept, string(text))
		return err
	})
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		return sound
	} else if err != nil {
		return unknown
	}
	if key == "" || flags.NArg() != 1 {
		flags.Usage()
		return unknown
	}
	verifier, err := note.NewVerifier(key)
	if err != nil {
		fmt.Fprintln(stderr, "verifylog: this is no public key of a notary")
		return unknown
	}
	file, closeFile, err := open(flags.Arg(0), stdin)
	if err != nil {
		fmt.Fprintln(stderr, "verifylog:", err)
		return unknown
	}
	defer closeFile()
	result, err := notary.CheckExport(file, note.VerifierList(verifier), &notary.CheckOptions{
		Practice: practice, Kept: kept,
		Progress: func(done, size int64) {
			if done%100_000 == 0 {
				fmt.Fprintf(stderr, "%s of %s entries\n", grouped(done), grouped(size))
			}
		},
	})
	return tell(stdout, stderr, result, err)
}

// open opens the file at path, or what is piped in where path is a dash.
func open(path string, stdin io.Reader) (io.Reader, func() error, error) {
	if path == "-" {
		return stdin, func() error { return nil }, nil
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	return file, file.Close, nil
}
