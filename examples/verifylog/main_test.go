package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/note"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/audit/auditmem"
	"github.com/enamel-go/enamel/audit/notary"
	"github.com/enamel-go/enamel/crypto"
	"github.com/enamel-go/enamel/crypto/cryptomem"
)

// TestMain lets the test's own program be the one that is tested.
func TestMain(m *testing.M) {
	if os.Getenv("VERIFYLOG_RUN") != "" {
		os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

// verifylog runs the program as a process and returns what it ended with, and what it wrote.
func verifylog(t *testing.T, stdin string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.CommandContext(t.Context(), self, args...)
	cmd.Env = append(os.Environ(), "VERIFYLOG_RUN=1")
	cmd.Stdin = strings.NewReader(stdin)
	var out, problems bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &problems
	err = cmd.Run()
	var ended *exec.ExitError
	if err != nil && !errors.As(err, &ended) {
		require.NoError(t, err)
	}
	return cmd.ProcessState.ExitCode(), out.String(), problems.String()
}

// files is what a practice was given.
type files struct {
	folder  string
	key     string // the public key
	log     string // the whole log, as text
	reader  *notary.Reader
	grow    func()                      // adds an entry
	succeed func() (public, log string) // replaces the notary's key, and exports the log while another practice's has grown
}

func (f files) put(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(f.folder, name)
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

func (f files) checkpoint(t *testing.T, name, practice string) string {
	t.Helper()
	signed, err := f.reader.Checkpoint(t.Context(), practice)
	require.NoError(t, err)
	return f.put(t, name, signed)
}

const practice = "elm-street"

// newFiles exports a log of 1,201 entries.
func newFiles(t *testing.T) files {
	t.Helper()
	ctx := context.Background()
	keys, err := crypto.NewKeyring(cryptomem.New(), crypto.NewEphemeral(), nil)
	require.NoError(t, err)
	store := auditmem.New()
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	log, err := audit.NewLog(store, keys, &audit.Options{Now: func() time.Time {
		now = now.Add(time.Hour)
		return now
	}})
	require.NoError(t, err)
	private, public, err := notary.GenerateKey("audit.elm-dental.example")
	require.NoError(t, err)
	signer, err := note.NewSigner(private)
	require.NoError(t, err)
	verifier, err := note.NewVerifier(public)
	require.NoError(t, err)
	n, err := notary.New(store, log, signer, note.VerifierList(verifier), nil)
	require.NoError(t, err)
	f := files{folder: t.TempDir(), key: public}
	f.reader, err = notary.NewReader(store, note.VerifierList(verifier))
	require.NoError(t, err)
	f.grow = func() {
		require.NoError(t, log.Record(ctx, audit.Entry{
			Practice: practice, Actor: audit.Actor{Kind: audit.Staff, ID: "u-17"}, Action: "records.patient.read",
			Object: audit.Object{Kind: "patient", ID: "p-204"}, Patient: "p-204",
		}))
		_, err := n.Step(ctx)
		require.NoError(t, err)
	}
	f.succeed = func() (string, string) {
		private, public, err := notary.GenerateKey("audit.elm-dental.example")
		require.NoError(t, err)
		signer, err := note.NewSigner(private)
		require.NoError(t, err)
		newer, err := note.NewVerifier(public)
		require.NoError(t, err)
		known := note.VerifierList(verifier, newer)
		next, err := notary.New(store, log, signer, known, nil)
		require.NoError(t, err)
		require.NoError(t, log.Record(ctx, audit.Entry{
			Practice: "oak-avenue", Actor: audit.Actor{Kind: audit.Staff, ID: "u-3"}, Action: "consent.grant",
			Object: audit.Object{Kind: "number"},
		}))
		_, err = next.Step(ctx)
		require.NoError(t, err)
		reader, err := notary.NewReader(store, known)
		require.NoError(t, err)
		var b bytes.Buffer
		_, err = reader.Export(ctx, &b, practice, nil)
		require.NoError(t, err)
		return public, b.String()
	}
	for range 1200 {
		require.NoError(t, log.Record(ctx, audit.Entry{
			Practice: practice, Actor: audit.Actor{Kind: audit.Staff, ID: "u-17"}, Action: "consent.grant",
			Object: audit.Object{Kind: "number"},
		}))
	}
	f.grow()
	var b bytes.Buffer
	_, err = f.reader.Export(ctx, &b, practice, nil)
	require.NoError(t, err)
	f.log = b.String()
	return f
}

func TestVerifylog(t *testing.T) {
	f := newFiles(t)
	good := f.put(t, "good.jsonl", f.log)
	kept := f.checkpoint(t, "kept.txt", practice)
	f.grow()
	newer := f.checkpoint(t, "newer.txt", practice)
	const says = "VERIFIED. 1,201 entries of practice elm-street, first 2026-03-02, last 2026-04-21 (UTC).\n" +
		"Nothing was changed, removed or added.\nSigned by audit.elm-dental.example.\n"

	code, stdout, stderr := verifylog(t, "", "-key", f.key, good)
	require.Equal(t, sound, code, stderr)
	require.Equal(t, says, stdout)
	code, stdout, _ = verifylog(t, f.log, "-key", f.key, "-practice", practice, "-kept", kept, "-")
	require.Equal(t, sound, code)
	require.Equal(t, says+"It agrees with the checkpoint kept elsewhere.\n", stdout)
	signed, err := os.ReadFile(kept)
	require.NoError(t, err)
	edited := f.put(t, "edited.txt", "\ufeff"+strings.TrimSpace(strings.ReplaceAll(string(signed), "\n", "\r\n")))
	code, stdout, stderr = verifylog(t, "", "-key", f.key, "-kept", edited, good)
	require.Equal(t, sound, code, stderr)
	require.Contains(t, stdout, "It agrees with the checkpoint kept elsewhere.")
	code, stdout, _ = verifylog(t, "", "-key", f.key, "-kept", kept, "-kept", newer, good)
	require.Equal(t, unknown, code)
	require.Contains(t, stdout, "NOT COMPARED with the checkpoint kept")

	lines := strings.SplitAfter(f.log, "\n")
	for name, c := range map[string]struct{ file, says string }{
		"edited":  {strings.Replace(f.log, "u-17", "u-18", 1), "NOT VERIFIED. An entry was changed.\nLine 2 of the file: "},
		"deleted": {strings.Replace(f.log, lines[9], "", 1), "NOT VERIFIED. Entries are missing.\nLine 10 of the file: "},
		"cut":     {f.log[:len(f.log)/2], "NOT VERIFIED. The file is not complete.\nLine "},
		"added":   {f.log + lines[9], "NOT VERIFIED. Something was added.\nLine 1,204 of the file: "},
		"nothing": {"", "NOT VERIFIED. The file is not complete.\nLine 1 of the file: the file is empty"},
		"other":   {"no export\n", "NOT VERIFIED. The file was changed, or is no export of a log.\nLine 1 "},
	} {
		code, stdout, stderr := verifylog(t, c.file, "-key", f.key, "-")
		require.Equal(t, changed, code, name)
		require.Contains(t, stdout, c.says, name)
		require.Empty(t, stderr, name)
	}
	wide := []byte{0xff, 0xfe}
	for _, r := range utf16.Encode([]rune(f.log)) {
		wide = binary.LittleEndian.AppendUint16(wide, r)
	}
	for says, file := range map[string]string{
		"Its lines end as they do on Windows": strings.ReplaceAll(f.log, "\n", "\r\n"),
		"It begins with a byte order mark":    "\ufeff" + f.log,
		"It is in UTF-16":                     string(wide),
		"It is compressed":                    "\x1f\x8b\x08" + f.log,
	} {
		code, stdout, _ := verifylog(t, file, "-key", f.key, "-")
		require.Equal(t, changed, code, says)
		require.Contains(t, stdout, says)
	}
	_, public, err := notary.GenerateKey("audit.elm-dental.example")
	require.NoError(t, err)
	code, stdout, _ = verifylog(t, "", "-key", public, good)
	require.Equal(t, changed, code)
	require.Contains(t, stdout, "not signed with this key")
	code, stdout, _ = verifylog(t, "", "-key", f.key, "-practice", "oak-avenue", good)
	require.Equal(t, changed, code)
	require.Contains(t, stdout, "belongs to another practice")

	for says, args := range map[string][]string{
		"usage":             {},
		"no public key":     {"-key", "nonsense", good},
		"no such file":      {"-key", f.key, filepath.Join(f.folder, "none.jsonl")},
		"is not signed":     {"-key", f.key, "-kept", good, good},
		"flag provided but": {"-keys", f.key, good},
		"invalid value":     {"-key", f.key, "-kept", filepath.Join(f.folder, "none.txt"), good},
	} {
		code, _, stderr := verifylog(t, "", args...)
		require.Equal(t, unknown, code, says)
		require.Contains(t, stderr, says)
	}
	code, _, _ = verifylog(t, "", "-help")
	require.Equal(t, sound, code)
}

// The newest checkpoint of a practice may be older than the notary's key.
func TestKeyThatWasReplaced(t *testing.T) {
	f := newFiles(t)
	public, log := f.succeed()
	for _, keys := range [][]string{{"-key", f.key, "-key", public}, {"-key", public, "-key", f.key, "-key", public}} {
		code, stdout, stderr := verifylog(t, log, append(keys, "-")...)
		require.Equal(t, sound, code, stdout+stderr)
		require.Contains(t, stdout, "VERIFIED. 1,201 entries")
	}
	for _, key := range []string{f.key, public} {
		code, stdout, _ := verifylog(t, log, "-key", key, "-")
		require.Equal(t, changed, code)
		require.Contains(t, stdout, "not signed with this key")
		require.Contains(t, stdout, "-key twice")
	}
}

func TestExtract(t *testing.T) {
	f := newFiles(t)
	var ids []string
	for line := range strings.Lines(f.log) {
		if _, rest, found := strings.Cut(line, `\"id\":\"`); found {
			id, _, _ := strings.Cut(rest, `\"`)
			ids = append(ids, id)
		}
	}
	require.Len(t, ids, 1201)
	var b bytes.Buffer
	_, err := f.reader.Extract(t.Context(), &b, practice, notary.IDs(ids[3], ids[700]), nil)
	require.NoError(t, err)
	code, stdout, _ := verifylog(t, b.String(), "-key", f.key, "-")
	require.Equal(t, sound, code)
	require.Equal(t, "VERIFIED. 2 entries of the log of practice elm-street, first 2026-03-02, last 2026-03-31 (UTC).\n"+
		"Each is exactly as it was recorded. They were chosen from 1,201 entries;\n"+
		"whether others should be here too, the file cannot say.\nSigned by audit.elm-dental.example.\n", stdout)
}

// What has no entry proves none, and is not called verified.
func TestExtractOfNothing(t *testing.T) {
	f := newFiles(t)
	var b bytes.Buffer
	_, err := f.reader.Extract(t.Context(), &b, practice, notary.IDs("e-0"), nil)
	require.NoError(t, err)
	code, stdout, _ := verifylog(t, b.String(), "-key", f.key, "-")
	require.Equal(t, unknown, code)
	require.Equal(t, "NOTHING TO VERIFY. The file has no entry of the log of practice elm-street.\n", stdout)
}

func TestWords(t *testing.T) {
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1,000", 12431: "12,431", 1234567: "1,234,567"} {
		require.Equal(t, want, grouped(n))
	}
	require.Equal(t, "no. 3, no. 1,000 to 1,002", places([]notary.Range{{First: 2, Last: 2}, {First: 999, Last: 1001}}))
	require.Contains(t, places(make([]notary.Range, 12)), "and more")

	var out bytes.Buffer
	r := notary.Result{Leaves: 3, Absent: 1, AbsentAt: []notary.Range{{First: 1, Last: 1}}}
	require.Equal(t, sound, tell(&out, &out, "", r, nil))
	require.Contains(t, out.String(), "Of 1 entry only the fingerprint is in the file")
	require.Contains(t, out.String(), "They are: no. 2.")
	require.Equal(t, unknown, tell(&out, &out, "", r, os.ErrClosed))
}
