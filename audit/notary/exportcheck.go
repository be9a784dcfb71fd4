package notary

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// The kinds of damage that a file of its own can have, beside [Edited], [Deleted], [Swapped], [Cut] and [Rewritten].
const (
	Malformed Kind = "malformed" // a line is none that Export writes, or differs from it in a byte
	Inserted  Kind = "inserted"  // a line stands where none should
	Foreign   Kind = "foreign"   // a leaf, or the whole file, is another practice's
	Unsigned  Kind = "unsigned"  // no known key signed a checkpoint
)

// ExportError is what [CheckExport] returns for a file that is not what was exported. It wraps [ErrProof].
type ExportError struct {
	Kind     Kind
	Line     int64 // the first that is wrong, from 1
	Position int64 // of the leaf that the line should have, from 0; -1 where it should have none
	Note     string
}

// Error names the line and says what is wrong with it.
func (e *ExportError) Error() string {
	return fmt.Sprintf("%s: line %d: %s: %s", ErrProof.Error(), e.Line, e.Kind, e.Note)
}

// Unwrap returns [ErrProof].
func (e *ExportError) Unwrap() error { return ErrProof }

// CheckOptions adjusts [CheckExport]. The zero value is ready to use.
type CheckOptions struct {
	// Practice is whose log the file must be. Defaults to whichever the file names.
	Practice string
	// Kept are signed checkpoints that were kept elsewhere, of the practice's tree or of the tree of heads, and proofs
	// of [Reader.Consistency] that lead from the file's size to one that is newer than the file.
	Kept []string
	// Progress, when it is set, is told every 10,000 leaves how many were read, and how many the log has.
	Progress func(done, size int64)
}

// Result is what a file of [Reader.Export] or [Reader.Extract] proves.
type Result struct {
	Extract     bool       // chosen leaves, and not the whole log
	Checkpoint  Checkpoint // of the practice's tree
	Heads       Checkpoint // of the tree of heads that holds it
	Leaves      int64      // lines of leaves
	Absent      int64      // of these, how many have their hash alone: what they said is not in the file
	AbsentAt    []Range    // where those are; the first 1,000 ranges
	First, Last time.Time  // the earliest and the latest time of a leaf; UTC; zero where no leaf is there in full
	Compared    int        // how many of the kept checkpoints the file continues, or is continued by
	Uncompared  []Checkpoint
}

// Range is some positions in a row.
type Range struct{ First, Last int64 }

// CheckExport checks a file of [Reader.Export] or [Reader.Extract] and says what it proves. It needs no database and no
// key but the public one, and reads the file once, holding one line at a time.
//
// A file that differs in a byte from what was exported yields an [*ExportError] which names the first line that is
// wrong. Of a leaf that was changed together with its hash it can name only the checkpoints between which it stands.
// Whoever has the file can strike out what a leaf says and leave its hash: such leaves are counted in Absent, like those
// that the log itself had no more. And the leaves of an extract were chosen: that one is missing cannot be seen.
//
// A kept checkpoint that the file contradicts is an error of the kind [Rewritten]. One that it says nothing about is
// listed in Uncompared: of the tree of heads, when the export was not told of it; a newer one, without a proof; in an
// extract, any of another size than the tree's. The error wraps [ErrInvalid] for one of another log or practice. Other
// errors are those of r.
func CheckExport(r io.Reader, known note.Verifiers, o *CheckOptions) (Result, error) {
	if o == nil {
		o = &CheckOptions{}
	}
	c := &checking{in: bufio.NewReaderSize(r, 16<<10), lines: newLineWriter(), options: o}
	if err := c.header(known); err != nil {
		return c.result, err
	}
	for {
		end, err := c.next()
		if err != nil || end {
			return c.result, err
		}
	}
}

// checking is one run of CheckExport.
type checking struct {
	in      *bufio.Reader
	long    []byte // a line that the buffer of in does not hold
	line    int64
	lines   *lineWriter
	options *CheckOptions
	head    exportHeader
	result  Result

	built edge  // of an export
	last  int64 // of an extract, the position before
	good  int64 // the leaves before this position led to a kept checkpoint
	kept  []Checkpoint
}

func (c *checking) wrong(kind Kind, position int64, note string, args ...any) error {
	return &ExportError{Kind: kind, Line: c.line, Position: position, Note: fmt.Sprintf(note, args...)}
}

// read returns the next line with its line feed, valid until the next call, or io.EOF.
func (c *checking) read() ([]byte, error) {
	c.line++
	line, err := c.in.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		c.long = c.long[:0]
		for errors.Is(err, bufio.ErrBufferFull) && len(c.long) <= longestLine {
			c.long = append(c.long, line...)
			line, err = c.in.ReadSlice('\n')
		}
		c.long = append(c.long, line...)
		line = c.long
	}
	switch {
	case errors.Is(err, bufio.ErrBufferFull):
		return nil, c.wrong(Malformed, -1, "the line is longer than any that is exported")
	case errors.Is(err, io.EOF) && len(line) > 0:
		return nil, c.wrong(Cut, -1, "the file breaks off within the line")
	}
	return line, err
}

// parse reads a line that must be exactly what v's would be.
func (c *checking) parse(line []byte, v any) bool {
	if json.Unmarshal(line, v) != nil {
		return false
	}
	again, err := c.lines.line(v)
	return err == nil && bytes.Equal(again, line)
}

func (c *checking) header(known note.Verifiers) error {
	line, err := c.read()
	if errors.Is(err, io.EOF) {
		return c.wrong(Cut, -1, "the file is empty")
	}
	if err != nil {
		return err
	}
	h := &c.head
	fits := c.parse(line, h)
	if h.Format != exportFormat && h.Format != extractFormat || h.Version != exportVersion {
		return c.wrong(Malformed, -1, "this is no export of a log, or one of a later version")
	}
	if !fits {
		return c.wrong(Malformed, -1, "the header is not in the form in which it was written")
	}
	r := &c.result
	if r.Checkpoint, r.Heads, err = h.check(known); err != nil {
		return err
	}
	r.Extract = h.Format == extractFormat
	c.last = -1
	if c.options.Practice != "" && c.options.Practice != h.Practice {
		return c.wrong(Foreign, -1, "the file is the log of another practice")
	}
	return c.compare(known)
}

// next checks one line and reports whether it was the last.
func (c *checking) next() (bool, error) {
	line, err := c.read()
	switch {
	case errors.Is(err, io.EOF):
		return false, c.wrong(Cut, -1, "the file ends before its last line")
	case err != nil:
		return false, err
	case bytes.HasPrefix(line, []byte(`{"end":`)):
		return true, c.end(line)
	}
	var l exportLine
	if !c.parse(line, &l) {
		return false, c.wrong(Malformed, c.expected(), "the line is not in the form in which it was written")
	}
	if err := c.place(&l); err != nil {
		return false, err
	}
	if err := c.leaf(&l); err != nil {
		return false, err
	}
	if err := c.lead(&l); err != nil {
		return false, err
	}
	c.result.Leaves++
	if c.options.Progress != nil && c.result.Leaves%10_000 == 0 {
		c.options.Progress(c.result.Leaves, c.head.Size)
	}
	return false, nil
}

// expected is the position that the next line should have; -1 where it may have any.
func (c *checking) expected() int64 {
	if c.result.Extract || c.built.size >= c.head.Size {
		return -1
	}
	return c.built.size
}

// place checks that a line stands where it should.
func (c *checking) place(l *exportLine) error {
	want := c.built.size
	switch {
	case l.N < 0 || l.N >= c.head.Size:
		return c.wrong(Inserted, c.expected(), "the log had no position %d", l.N)
	case c.result.Extract && l.N == c.last, !c.result.Extract && l.N < want:
		return c.wrong(Inserted, c.expected(), "position %d stands in the file already", l.N)
	case c.result.Extract && l.N < c.last:
		return c.wrong(Swapped, c.expected(), "position %d stands after position %d", l.N, c.last)
	case c.result.Extract:
		c.last = l.N
	case l.N > want:
		line := c.line
		found, err := c.find(want)
		if err != nil {
			return err
		}
		c.line = line
		if found {
			return c.wrong(Swapped, want, "position %d stands further down, and position %d in its place", want, l.N)
		}
		return c.wrong(Deleted, want, "the line of position %d is missing", want)
	}
	return nil
}

// find reports whether a position stands in the rest of the file.
func (c *checking) find(position int64) (bool, error) {
	prefix := fmt.Appendf(nil, `{"n":%d,`, position)
	for {
		line, err := c.read()
		var broken *ExportError
		if errors.Is(err, io.EOF) || errors.As(err, &broken) {
			return false, nil
		}
		if err != nil || bytes.HasPrefix(line, prefix) {
			return err == nil, err
		}
	}
}

// leaf checks that what a line says is what its hash is of.
func (c *checking) leaf(l *exportLine) error {
	if l.Leaf == "" && len(l.MAC) == 0 {
		c.result.absent(l.N)
		return nil
	}
	if tlog.RecordHash(l.record()) != l.Hash {
		return c.wrong(Edited, l.N, "the leaf is not the one that the hash is of")
	}
	var says struct {
		Practice string    `json:"practice"`
		At       time.Time `json:"at"`
	}
	if l.Leaf == "" || len(l.MAC) == 0 || json.Unmarshal([]byte(l.Leaf), &says) != nil {
		return c.wrong(Malformed, l.N, "the leaf cannot be read")
	}
	if says.Practice != c.head.Practice {
		return c.wrong(Foreign, l.N, "the leaf is another practice's")
	}
	r := &c.result
	if r.First.IsZero() || says.At.Before(r.First) {
		r.First = says.At.UTC()
	}
	if says.At.After(r.Last) {
		r.Last = says.At.UTC()
	}
	return nil
}

// lead checks that a line's hash leads to the checkpoint: by its own proof, or together with all the others.
func (c *checking) lead(l *exportLine) error {
	size, root := c.result.Checkpoint.Size, c.result.Checkpoint.Root
	if c.result.Extract {
		if tlog.CheckRecord(l.Path, size, root, l.N, l.Hash) != nil {
			return c.wrong(Rewritten, l.N, "its proof does not lead from the leaf to the checkpoint")
		}
		return nil
	}
	if len(l.Path) > 0 {
		return c.wrong(Malformed, l.N, "a line of a whole log has no proof")
	}
	c.built.add(l.Hash, nil)
	for _, k := range c.kept {
		switch {
		case k.Size != c.built.size:
		case k.Root != c.built.root():
			return c.rewritten("the checkpoint that was kept")
		default:
			c.good = k.Size
			c.result.Compared++
		}
	}
	if c.built.size == size && c.built.root() != root {
		return c.rewritten("the file's checkpoint")
	}
	return nil
}

func (c *checking) rewritten(what string) error {
	return c.wrong(Rewritten, c.good, "the leaves from position %d to %d do not lead to %s: one of them was changed together with its hash",
		c.good, c.built.size-1, what)
}

func (c *checking) end(line []byte) error {
	r := &c.result
	var e exportEnd
	if !c.parse(line, &e) {
		return c.wrong(Malformed, -1, "the last line is not in the form in which it was written")
	}
	if !r.Extract && c.built.size < c.head.Size {
		return c.wrong(Deleted, c.built.size, "the lines from position %d on are missing", c.built.size)
	}
	if !e.End || e.Leaves != r.Leaves || e.Absent != r.Absent {
		return c.wrong(Deleted, -1, "there are %d leaves, %d of them as a hash alone, and the last line says %d and %d",
			r.Leaves, r.Absent, e.Leaves, e.Absent)
	}
	line, err := c.read()
	if len(line) > 0 || err == nil || errors.Is(err, ErrProof) {
		return c.wrong(Inserted, -1, "something comes after the last line")
	}
	if !errors.Is(err, io.EOF) {
		return err
	}
	return nil
}

func (r *Result) absent(position int64) {
	r.Absent++
	last := len(r.AbsentAt) - 1
	switch {
	case last >= 0 && r.AbsentAt[last].Last == position-1:
		r.AbsentAt[last].Last = position
	case last < 999:
		r.AbsentAt = append(r.AbsentAt, Range{position, position})
	}
}

// bare opens a signed checkpoint and returns it with the log's own signature alone, in its one form.
func bare(signed string, known note.Verifiers) (Checkpoint, string, error) {
	n, err := note.Open([]byte(signed), known)
	var forged *note.InvalidSignatureError
	switch {
	case errors.As(err, &forged):
		return Checkpoint{}, "", fmt.Errorf("%w: the signature of %s does not fit", ErrProof, forged.Name)
	case err != nil:
		return Checkpoint{}, "", fmt.Errorf("%w: no known key signed the checkpoint", ErrProof)
	}
	for _, sig := range n.Sigs {
		c, err := parseCheckpoint(n.Text, sig.Name)
		raw, bad := base64.StdEncoding.DecodeString(sig.Base64)
		if err == nil && bad == nil {
			return c, fmt.Sprintf("%s\n— %s %s\n", n.Text, sig.Name, base64.StdEncoding.EncodeToString(raw)), nil
		}
	}
	return Checkpoint{}, "", fmt.Errorf("%w: not a checkpoint of a log that a known key signs for", ErrProof)
}
