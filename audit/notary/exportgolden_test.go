package notary_test

import (
	"bufio"
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"math/bits"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/note"

	"github.com/enamel-go/enamel/audit/notary"
)

// exports is what version 1 of the file once was. Its key protects nothing.
type exports struct {
	public, export, extract, kept string
	known                         note.Verifiers
}

func readExports(t testing.TB) exports {
	t.Helper()
	read := func(name string) string {
		raw, err := os.ReadFile(filepath.Join("testdata", name))
		require.NoError(t, err)
		return string(raw)
	}
	g := exports{
		public: strings.TrimSpace(read("export_v1.key")), export: read("export_v1.jsonl"),
		extract: read("extract_v1.jsonl"), kept: read("export_v1.kept"),
	}
	verifier, err := note.NewVerifier(g.public)
	require.NoError(t, err)
	g.known = note.VerifierList(verifier)
	return g
}

func writeExports(t *testing.T) {
	w, export, extract := small(t)
	for name, text := range map[string]string{
		"export_v1.key": w.public + "\n", "export_v1.jsonl": export, "extract_v1.jsonl": extract, "export_v1.kept": w.checkpoint(t, elm),
	} {
		require.NoError(t, os.WriteFile(filepath.Join("testdata", name), []byte(text), 0o644))
	}
}

func TestGoldenExport(t *testing.T) {
	if *update {
		writeExports(t)
	}
	g := readExports(t)
	for _, file := range []string{g.export, g.extract} {
		result, err := notary.CheckExport(strings.NewReader(file), g.known, &notary.CheckOptions{Practice: elm, Kept: []string{g.kept}})
		require.NoError(t, err)
		require.EqualValues(t, 8, result.Checkpoint.Size)
		require.EqualValues(t, 1, result.Absent)
		require.Equal(t, 1, result.Compared)
	}
}

// TestDocumentationSuffices checks a whole log with nothing of this module's and nothing but the standard library, as
// the package's documentation describes it.
func TestDocumentationSuffices(t *testing.T) {
	g := readExports(t)
	require.NoError(t, plainCheck(g.export, g.public))
	for i := range linesOf(g.export) {
		gone := change(g.export, func(l []string) []string { return append(l[:i:i], l[i+1:]...) })
		require.Error(t, plainCheck(gone, g.public))
	}
	require.Error(t, plainCheck(strings.Replace(g.export, "u-17", "u-18", 1), g.public))
}

func plainCheck(file, public string) error {
	var head struct {
		Log, Practice, Checkpoint string
		Size                      int
		Heads                     struct {
			Checkpoint string
			N          int
			Path       [][]byte
		}
	}
	lines := bufio.NewScanner(strings.NewReader(file))
	lines.Scan()
	if err := json.Unmarshal(lines.Bytes(), &head); err != nil {
		return err
	}
	size, root, err := plainOpen(head.Checkpoint, head.Log+"/"+url.PathEscape(head.Practice), public)
	if err != nil || size != head.Size {
		return errors.Join(errors.New("checkpoint"), err)
	}
	headsSize, headsRoot, err := plainOpen(head.Heads.Checkpoint, head.Log, public)
	if err != nil {
		return err
	}
	text, _, _ := strings.Cut(head.Checkpoint, "\n\n")
	held := plainHash(0, []byte(text+"\n"))
	at, last, path := head.Heads.N, headsSize-1, head.Heads.Path
	for ; last > 0; at, last = at>>1, last>>1 {
		if at&1 == 0 && at == last {
			continue // the right edge has nothing beside it at this height
		}
		if len(path) == 0 {
			return errors.New("heads: short proof")
		}
		if at&1 == 1 {
			held = plainHash(1, path[0], held)
		} else {
			held = plainHash(1, held, path[0])
		}
		path = path[1:]
	}
	if len(path) > 0 || !bytes.Equal(held, headsRoot) {
		return errors.New("heads: wrong proof")
	}
	var edge [][]byte // the roots of the full subtrees, the largest first
	for n := 0; lines.Scan(); n++ {
		var line struct {
			N, Leaves int
			Hash, MAC []byte
			Leaf      string
			End       bool
		}
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
			return err
		}
		if line.End {
			for len(edge) > 1 {
				edge = append(edge[:len(edge)-2], plainHash(1, edge[len(edge)-2], edge[len(edge)-1]))
			}
			if n != size || line.Leaves != size || !bytes.Equal(edge[0], root) || lines.Scan() {
				return errors.New("the end")
			}
			return nil
		}
		if line.N != n || line.Leaf != "" && !bytes.Equal(line.Hash, plainHash(0, []byte(line.Leaf+"\n"), line.MAC)) {
			return errors.New("a leaf")
		}
		edge = append(edge, line.Hash)
		for range bits.TrailingZeros(uint(n + 1)) {
			edge = append(edge[:len(edge)-2], plainHash(1, edge[len(edge)-2], edge[len(edge)-1]))
		}
	}
	return errors.New("no end")
}

func plainHash(kind byte, parts ...[]byte) []byte {
	sum := sha256.Sum256(append([]byte{kind}, bytes.Join(parts, nil)...))
	return sum[:]
}

// plainOpen checks a signed checkpoint against a public key: a name, a plus, 8 digits, a plus, and in base64 the number
// 1 and the key itself.
func plainOpen(signed, origin, public string) (size int, root []byte, err error) {
	text, signature, _ := strings.Cut(signed, "\n\n")
	name := strings.Split(public, "+")
	key, err := base64.StdEncoding.DecodeString(strings.Join(name[2:], "+"))
	if err != nil {
		return 0, nil, err
	}
	sig, err := base64.StdEncoding.DecodeString(strings.TrimSuffix(strings.TrimPrefix(signature, "— "+name[0]+" "), "\n"))
	if err != nil || len(sig) != 68 || !ed25519.Verify(key[1:], []byte(text+"\n"), sig[4:]) {
		return 0, nil, errors.Join(errors.New("signature"), err)
	}
	line := strings.Split(text, "\n")
	if line[0] != origin {
		return 0, nil, errors.New("another log or practice")
	}
	if size, err = strconv.Atoi(line[1]); err != nil {
		return 0, nil, err
	}
	root, err = base64.StdEncoding.DecodeString(line[2])
	return size, root, err
}
