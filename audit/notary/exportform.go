package notary

import (
	"bytes"
	"encoding/json"

	"golang.org/x/mod/sumdb/tlog"
)

// The package's documentation says, under "The file of an export", what these lines have.
const (
	exportFormat  = "enamel-audit-export"
	extractFormat = "enamel-audit-extract"
	exportVersion = 1

	longestLine = 64 << 20 // bytes; more than any leaf has
)

type exportHeader struct {
	Format     string        `json:"format"`
	Version    int           `json:"version"`
	Log        string        `json:"log"`
	Practice   string        `json:"practice"`
	Size       int64         `json:"size"`
	Checkpoint string        `json:"checkpoint"`
	Heads      exportHeads   `json:"heads"`
	Kept       []exportOlder `json:"kept,omitempty"`
}

type exportHeads struct {
	Checkpoint string      `json:"checkpoint"`
	N          int64       `json:"n"`
	Path       []tlog.Hash `json:"path,omitempty"`
}

type exportOlder struct {
	Checkpoint string      `json:"checkpoint"`
	Path       []tlog.Hash `json:"path,omitempty"`
}

type exportLine struct {
	N    int64       `json:"n"`
	Hash tlog.Hash   `json:"hash"`
	Path []tlog.Hash `json:"path,omitempty"`
	Leaf string      `json:"leaf,omitempty"`
	MAC  []byte      `json:"mac,omitempty"`
}

type exportEnd struct {
	End    bool  `json:"end"`
	Leaves int64 `json:"leaves"`
	Absent int64 `json:"absent"`
}

// record is what the hash of a line's leaf is over.
func (l *exportLine) record() []byte {
	return append(append([]byte(l.Leaf), '\n'), l.MAC...)
}

// lineWriter writes lines in their one form.
type lineWriter struct {
	buf bytes.Buffer
	enc *json.Encoder
}

func newLineWriter() *lineWriter {
	w := &lineWriter{}
	w.enc = json.NewEncoder(&w.buf)
	w.enc.SetEscapeHTML(false)
	return w
}

// line returns v's line with its line feed. It is valid until the next call.
func (w *lineWriter) line(v any) ([]byte, error) {
	w.buf.Reset()
	err := w.enc.Encode(v)
	return w.buf.Bytes(), err
}
