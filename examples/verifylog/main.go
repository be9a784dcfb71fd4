// Command verifylog checks the exported audit log of a practice, or an extract of it, with the notary's public key alone:
// no database, no account, no network.
//
//	go run ./examples/verifylog -key 'audit.elm-dental.example+8e43c3ae+AR4p...' elm-street.jsonl
//
// Checkpoints that were kept elsewhere, such as on paper or with a lawyer, are files that hold one each:
//
//	go run ./examples/verifylog -key ... -kept checkpoint-2025.txt -kept checkpoint-2026.txt elm-street.jsonl
//
// Where the notary's key was replaced, a file may have signatures of both: then -key is given twice, too.
//
// It ends with 0 when nothing was changed, with 1 when something was, and with 2 when it could not find out.
package main

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"

	"golang.org/x/mod/sumdb/note"

	"github.com/enamel-go/enamel/audit/notary"
	"github.com/enamel-go/enamel/examples/internal/copied"
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
	var practice string
	var keys []note.Verifier
	var kept []string
	flags := flag.NewFlagSet("verifylog", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() {
		fmt.Fprintln(stderr, "usage: verifylog -key 'public key'... [-practice name] [-kept checkpoint]... export.jsonl")
		flags.PrintDefaults()
	}
	flags.Func("key", "the notary's public `key`, as you were given it, not from whoever sent the file; again for one that was replaced", func(text string) error {
		key, err := note.NewVerifier(text)
		if err != nil {
			return errors.New("this is no public key of a notary")
		}
		if !slices.ContainsFunc(keys, func(k note.Verifier) bool { return k.Name() == key.Name() && k.KeyHash() == key.KeyHash() }) {
			keys = append(keys, key) // of one that is there twice it could not be said which one is meant
		}
		return nil
	})
	flags.StringVar(&practice, "practice", "", "the `practice` whose log this must be; any, where it is left out")
	flags.Func("kept", "a `file` with a checkpoint that was kept elsewhere; may be given more than once", func(path string) error {
		text, err := os.ReadFile(path)
		kept = append(kept, copied.Checkpoint(string(text)))
		return err
	})
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		return sound
	} else if err != nil {
		return unknown
	}
	if len(keys) == 0 || flags.NArg() != 1 {
		flags.Usage()
		return unknown
	}
	file, closeFile, err := open(flags.Arg(0), stdin)
	if err != nil {
		fmt.Fprintln(stderr, "verifylog:", err)
		return unknown
	}
	defer closeFile()
	buffered := bufio.NewReaderSize(file, longStart)
	start, _ := buffered.Peek(longStart) // what keeps it from being read is found again
	result, err := notary.CheckExport(buffered, note.VerifierList(keys...), &notary.CheckOptions{
		Practice: practice, Kept: kept,
		Progress: func(done, size int64) {
			if done%100_000 == 0 {
				fmt.Fprintf(stderr, "%s of %s entries\n", grouped(done), grouped(size))
			}
		},
	})
	return tell(stdout, stderr, saved(start), result, err)
}

// longStart is so much of a file, in bytes, that its first line is in it.
const longStart = 64 << 10

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
