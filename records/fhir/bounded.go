package fhir

import (
	"errors"
	"fmt"
	"io"
)

// ErrFormat is wrapped by the refusal of input that is no FHIR Bundle or Patient that can be read. Its text says why.
var ErrFormat = errors.New("fhir: not a FHIR Bundle or Patient")

const (
	maxBytes = 64 << 20
	maxDepth = 100 // a Bundle of Bundles with contained resources and nested extensions stays below 30
)

// bounded hands JSON on as long as it is neither too long nor too deep. It looks at brackets alone; whether they stand
// where they may is the parser's business.
type bounded struct {
	r       io.Reader
	left    int // bytes that may still come
	depth   int
	text    bool  // inside a string
	escaped bool  // behind a backslash in it
	err     error // what ended it; a reader that has failed goes on failing
	theirs  bool  // err is r's own, and not the end of it
}

// Read implements io.Reader.
func (b *bounded) Read(p []byte) (int, error) {
	if b.err != nil {
		return 0, b.err
	}
	n, err := b.r.Read(p)
	b.err, b.theirs = err, err != nil && err != io.EOF
	if b.left -= n; b.left < 0 {
		return 0, b.refuse(fmt.Errorf("%w: it is longer than 64 MiB", ErrFormat))
	}
	for _, c := range p[:n] {
		switch {
		case b.escaped:
			b.escaped = false
		case b.text && c == '\\':
			b.escaped = true
		case c == '"':
			b.text = !b.text
		case b.text:
		case c == '{' || c == '[':
			if b.depth++; b.depth > maxDepth {
				return 0, b.refuse(fmt.Errorf("%w: it is nested deeper than %d levels", ErrFormat, maxDepth))
			}
		case c == '}' || c == ']':
			b.depth--
		}
	}
	return n, err
}

func (b *bounded) refuse(err error) error {
	b.err, b.theirs = err, false
	return err
}
