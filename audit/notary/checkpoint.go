package notary

import (
	"crypto/rand"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// GenerateKey makes an Ed25519 key for a notary. The name identifies the log in every checkpoint, so choose one that is
// yours, such as "audit.elm-dental.example"; it has no space and no plus. Keep private where the database's
// administrators cannot read it, and give public to whoever verifies. note.NewSigner and note.NewVerifier read them.
func GenerateKey(name string) (private, public string, err error) {
	if name == "" || strings.ContainsAny(name, "+ \t\r\n") {
		return "", "", fmt.Errorf("%w: a key's name has no space and no plus", ErrInvalid)
	}
	return note.GenerateKey(rand.Reader, name)
}

// Checkpoint is the head of a tree: what a C2SP checkpoint (c2sp.org/tlog-checkpoint) says. Its first line, the origin,
// is the log's name; for a practice's tree a slash and the practice, escaped as in the path of a URL, follow.
type Checkpoint struct {
	Log      string // the log's name, which is also its key's
	Practice string // "" for the tree of heads
	Size     int64  // how many leaves
	Root     tlog.Hash
}

// OpenCheckpoint checks a signed checkpoint and reads it. It must be signed by a key of known under whose name its
// origin stands; signatures of others, such as witnesses, are passed over. Errors wrap [ErrProof].
func OpenCheckpoint(signed string, known note.Verifiers) (Checkpoint, error) {
	c, _, err := openCheckpoint(signed, known)
	return c, err
}

// openCheckpoint also reports whether there is nothing in signed but what known keys signed and their signatures.
func openCheckpoint(signed string, known note.Verifiers) (c Checkpoint, pure bool, err error) {
	n, err := note.Open([]byte(signed), known)
	if err != nil {
		return Checkpoint{}, false, fmt.Errorf("%w: no known key signed the checkpoint", ErrProof)
	}
	for _, sig := range n.Sigs {
		if c, err := parseCheckpoint(n.Text, sig.Name); err == nil {
			return c, len(n.UnverifiedSigs) == 0, nil
		}
	}
	return Checkpoint{}, false, fmt.Errorf("%w: not a checkpoint of a log that a known key signs for", ErrProof)
}

// mostLeaves is more than any tree has. The indexes of the hashes of much larger ones are no numbers of 64 bits, and package
// tlog counts for ever.
const mostLeaves = 1 << 60

// parseCheckpoint reads the text of a checkpoint of the log called name.
func parseCheckpoint(text, name string) (Checkpoint, error) {
	bad := fmt.Errorf("%w: not a checkpoint", ErrProof)
	line := strings.SplitN(text, "\n", 4)
	if len(line) < 4 {
		return Checkpoint{}, bad
	}
	practice := ""
	if rest, found := strings.CutPrefix(line[0], name+"/"); found {
		var err error
		if practice, err = url.PathUnescape(rest); err != nil {
			return Checkpoint{}, bad
		}
	}
	size, err := strconv.ParseInt(line[1], 10, 64)
	if err != nil || size < 0 || size > mostLeaves || strconv.FormatInt(size, 10) != line[1] {
		return Checkpoint{}, bad
	}
	root, err := tlog.ParseHash(line[2])
	if err != nil {
		return Checkpoint{}, bad
	}
	c := Checkpoint{Log: name, Practice: practice, Size: size, Root: root}
	if c.origin() != line[0] {
		return Checkpoint{}, bad
	}
	return c, nil
}

// origin is the first line of the checkpoint. No two trees have the same, for an escaped practice has no slash.
func (c Checkpoint) origin() string {
	if c.Practice == "" {
		return c.Log
	}
	return c.Log + "/" + url.PathEscape(c.Practice)
}

// text is what is signed, and what is a leaf in the tree of heads.
func (c Checkpoint) text() string {
	return fmt.Sprintf("%s\n%d\n%s\n", c.origin(), c.Size, c.Root)
}

func (c Checkpoint) sign(by note.Signer) (string, error) {
	signed, err := note.Sign(&note.Note{Text: c.text()}, by)
	return string(signed), err
}

// textOf returns the text of a signed checkpoint without looking at its signatures.
func textOf(signed string) string {
	text, _, _ := strings.Cut(signed, "\n\n")
	return text + "\n"
}
