package notary

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"io"
	"iter"
	"slices"
	"unicode/utf8"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/audit/tree"
)

// ExportOptions adjusts what [Reader.Export] and [Reader.Extract] write. The zero value is ready to use.
type ExportOptions struct {
	// Kept are signed checkpoints of the tree of heads that were kept elsewhere. The file proves that its own tree
	// continues each of them, so that whoever kept one needs nothing but the file. Defaults to none: a kept checkpoint
	// of the practice's own tree needs no proof beside the whole log.
	Kept []string
}

// Exported says what was written.
type Exported struct {
	Checkpoint string // the signed checkpoint of the practice's tree that the file leads to
	Leaves     int64  // how many leaves the file has
	Absent     int64  // of these, how many have their hash alone: pruned, or no longer as they were integrated
	Skipped    int64  // chosen for an extract, but not in the checkpoint's tree: they wait for a batch, or do not exist
}

// Export writes a practice's whole log to w, as lines of JSON that [CheckExport] checks with the public key alone, and
// that another program can check as the package's documentation says. It goes up to the newest checkpoint at its
// start, holds few leaves in memory at once, and may run while others write. What is sealed stays sealed.
//
// A leaf that was pruned, or is gone, or is not what was integrated, is written as its hash alone and counted as absent;
// [Reader.Verify] says what became of it. When the notary's own rows do not lead to the checkpoint, or the tree of heads has
// a head of the practice that is gone, the error wraps [ErrDamaged] and the file has no end, so that nobody takes it for a
// whole one. It wraps [ErrNotFound] while nothing of the practice is integrated, and [ErrInvalid] while nothing is since the
// log was given another name: record that it is exported, and let the notary step.
func (r *Reader) Export(ctx context.Context, w io.Writer, practice string, o *ExportOptions) (Exported, error) {
	x, err := r.begin(ctx, w, exportFormat, practice, o)
	if err == nil {
		err = x.all(ctx)
	}
	if err == nil {
		err = x.end()
	}
	if err != nil {
		return Exported{}, fmt.Errorf("notary: export: %w", err)
	}
	return x.done, nil
}

// Extract writes the leaves of a practice that ids names, each with the proof that the practice's tree holds it: what a
// patient or a court is given. [CheckExport] checks it like a whole log. It proves what it has, not that the log has
// nothing else of the kind. [IDs] and [OfPatient] make ids, and all of them are held in memory; an id that comes twice
// is written once. Errors are those of [Reader.Export], and those of ids.
func (r *Reader) Extract(
	ctx context.Context, w io.Writer, practice string, ids iter.Seq2[string, error], o *ExportOptions,
) (Exported, error) {
	x, err := r.begin(ctx, w, extractFormat, practice, o)
	if err == nil {
		err = x.some(ctx, ids)
	}
	if err == nil {
		err = x.end()
	}
	if err != nil {
		return Exported{}, fmt.Errorf("notary: extract: %w", err)
	}
	return x.done, nil
}

// IDs names leaves one by one, for [Reader.Extract].
func IDs(ids ...string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for _, id := range ids {
			if !yield(id, nil) {
				return
			}
		}
	}
}

// OfPatient names all of a patient's leaves, for [Reader.Extract]. It leaves no entry: whoever hands out the file
// records that first.
func OfPatient(ctx context.Context, log *audit.Log, practice, patient string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		tag, err := log.Tag(ctx, practice, patient)
		if err != nil {
			yield("", err)
			return
		}
		q := audit.Query{Practice: practice, Tag: tag, Limit: 1000}
		for {
			page, err := log.Leaves(ctx, q)
			if err != nil {
				yield("", err)
				return
			}
			for _, f := range page.Leaves {
				if !yield(f.ID, nil) {
					return
				}
			}
			if q.After = page.Next; q.After == "" {
				return
			}
		}
	}
}

// export is one file while it is written.
type export struct {
	*Reader
	out      *bufio.Writer
	lines    *lineWriter
	practice string
	point    Checkpoint
	done     Exported
}

// How much of a log is in memory at once: heads, each with the ids and hashes of its leaves, and leaves.
const (
	headsPerRead = 4
	rowsPerRead  = 500
)

// begin fixes the checkpoints and writes the header.
func (r *Reader) begin(ctx context.Context, w io.Writer, format, practice string, o *ExportOptions) (*export, error) {
	if o == nil {
		o = &ExportOptions{}
	}
	if practice == "" {
		return nil, fmt.Errorf("%w: the practice is empty", ErrInvalid)
	}
	head, mention, err := r.mentioned(ctx, practice)
	if err != nil {
		return nil, err
	}
	tip, err := r.tip(ctx, "")
	if err != nil {
		return nil, err
	}
	point, form, err := bare(head.Checkpoint, r.known)
	if err != nil || point.Practice != practice || point.Size != head.Size {
		return nil, fmt.Errorf("%w: the newest checkpoint is not what a known key signed", ErrDamaged)
	}
	heads, headsForm, err := bare(tip.Checkpoint, r.known)
	if err != nil || heads.Practice != "" || heads.Size != tip.Size {
		return nil, fmt.Errorf("%w: the newest checkpoint of the tree of heads is not what a known key signed", ErrDamaged)
	}
	if heads.Log != point.Log {
		return nil, fmt.Errorf("%w: the log was given another name; the practice can be exported once it has an entry under that", ErrInvalid)
	}
	stored := reader(ctx, r.store, "")
	path, err := tlog.ProveRecord(heads.Size, mention.Found, stored)
	if err != nil {
		return nil, err
	}
	header := exportHeader{
		Format: format, Version: exportVersion, Log: point.Log, Practice: practice, Size: point.Size,
		Checkpoint: form, Heads: exportHeads{Checkpoint: headsForm, N: mention.Found, Path: path},
	}
	for _, signed := range o.Kept {
		older, form, err := bare(signed, r.known) // without the signatures of witnesses
		if err != nil {
			return nil, err
		}
		if older.Practice != "" || older.Log != heads.Log || older.Size < 1 || older.Size > heads.Size {
			return nil, fmt.Errorf("%w: a kept checkpoint is none of the tree of heads, or newer than it", ErrInvalid)
		}
		path, err := tlog.ProveTree(heads.Size, older.Size, stored)
		if err != nil {
			return nil, err
		}
		header.Kept = append(header.Kept, exportOlder{Checkpoint: form, Path: path})
	}
	// Whoever altered the notary's rows is found here, and not by the one who is given the file.
	if _, _, err := header.check(r.known); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	if format == exportFormat { // an extract does not say that it is all
		damage, err := r.among(ctx, practice, head, mention)
		if err != nil {
			return nil, err
		}
		if damage != nil {
			return nil, fmt.Errorf("%w: %s", ErrDamaged, damage.Note)
		}
	}
	x := &export{
		Reader: r, out: bufio.NewWriterSize(w, 1<<16), lines: newLineWriter(), practice: practice, point: point,
		done: Exported{Checkpoint: form},
	}
	return x, x.put(header)
}

// mentioned returns a practice's newest head and the head of the tree of heads that mentions it. Between the two reads a batch may
// come, so the head is looked for among the newest few.
func (r *Reader) mentioned(ctx context.Context, practice string) (head, mention tree.Head, err error) {
	for range 10 {
		found, err := r.store.Heads(ctx, tree.Query{ID: practice, Newest: true, Brief: true, Limit: 1})
		if err != nil {
			return tree.Head{}, tree.Head{}, err
		}
		newest, err := r.store.Heads(ctx, tree.Query{Practice: practice, Newest: true, Brief: true, Limit: 10})
		if err != nil {
			return tree.Head{}, tree.Head{}, err
		}
		if len(newest) == 0 && len(found) == 0 {
			return tree.Head{}, tree.Head{}, ErrNotFound
		}
		for _, h := range newest {
			if len(found) == 1 && h.Number == found[0].Number {
				return h, found[0], nil
			}
		}
	}
	return tree.Head{}, tree.Head{}, fmt.Errorf("%w: the tree of heads does not hold the practice's newest checkpoint", ErrDamaged)
}

func (x *export) put(v any) error {
	line, err := x.lines.line(v)
	if err != nil {
		return err
	}
	if len(line) > longestLine {
		return fmt.Errorf("%w: a leaf is too long for a line", ErrInvalid)
	}
	_, err = x.out.Write(line)
	return err
}

// all writes every leaf, and checks that they lead to the checkpoint.
func (x *export) all(ctx context.Context) error {
	var built edge
	for built.size < x.point.Size {
		page, err := x.store.Heads(ctx, tree.Query{Practice: x.practice, After: built.size, Limit: headsPerRead})
		if err != nil {
			return err
		}
		for _, h := range page {
			if built.size == x.point.Size {
				break // a batch that came since
			}
			if err := x.head(ctx, &built, h); err != nil {
				return err
			}
		}
		if len(page) == 0 {
			return fmt.Errorf("%w: the head that continues position %d is missing", ErrDamaged, built.size)
		}
	}
	if built.size != x.point.Size || built.root() != x.point.Root {
		return fmt.Errorf("%w: the leaves' hashes do not lead to the newest checkpoint", ErrDamaged)
	}
	return nil
}

// head writes the leaves of one head.
func (x *export) head(ctx context.Context, built *edge, h tree.Head) error {
	if h.First != built.size || !wellFormed(&h) {
		return fmt.Errorf("%w: batch %d does not continue position %d", ErrDamaged, h.Number, built.size)
	}
	for marks := range slices.Chunk(h.Marks, rowsPerRead) {
		lines := make([]exportLine, len(marks))
		ids := make([]string, len(marks))
		for i, m := range marks {
			at := storedCount(built.size) - h.FirstHash
			ids[i], lines[i] = m.ID, exportLine{N: built.size, Hash: h.Hashes[at]}
			built.add(lines[i].Hash, nil)
		}
		if err := x.leaves(ctx, ids, lines); err != nil {
			return err
		}
	}
	return nil
}

// leaves fills in what the log still holds of the leaves with these ids, and writes their lines.
func (x *export) leaves(ctx context.Context, ids []string, lines []exportLine) error {
	rows, err := x.store.Rows(ctx, x.practice, ids)
	if err != nil {
		return err
	}
	now := make(map[string][]audit.Leaf, len(rows)) // of an id somebody may have made a second row
	for _, row := range rows {
		now[row.Leaf.ID] = append(now[row.Leaf.ID], row.Leaf)
	}
	for i := range lines {
		l := &lines[i]
		at := slices.IndexFunc(now[ids[i]], func(f audit.Leaf) bool {
			return utf8.Valid(f.Bytes) && len(f.MAC) > 0 && tlog.RecordHash(f.Record()) == l.Hash
		})
		if at >= 0 {
			l.Leaf, l.MAC = string(now[ids[i]][at].Bytes), now[ids[i]][at].MAC
		} else {
			x.done.Absent++
		}
		if err := x.put(l); err != nil {
			return err
		}
		x.done.Leaves++
	}
	return nil
}

type chosen struct {
	id       string
	position int64
}

// some writes the leaves that ids names, by position.
func (x *export) some(ctx context.Context, ids iter.Seq2[string, error]) error {
	var picked []chosen
	for id, err := range ids {
		if err != nil {
			return err
		}
		heads, err := x.store.Heads(ctx, tree.Query{Practice: x.practice, ID: id, Brief: true, Limit: 1})
		if err != nil {
			return err
		}
		if id == "" || len(heads) == 0 || heads[0].Found >= x.point.Size {
			x.done.Skipped++
			continue
		}
		picked = append(picked, chosen{id, heads[0].Found})
	}
	slices.SortFunc(picked, func(a, b chosen) int { return cmp.Compare(a.position, b.position) })
	picked = slices.Compact(picked)
	stored := reader(ctx, x.store, x.practice)
	for some := range slices.Chunk(picked, rowsPerRead) {
		lines := make([]exportLine, len(some))
		names := make([]string, len(some))
		indexes := make([]int64, len(some))
		for i, c := range some {
			names[i], indexes[i] = c.id, tlog.StoredHashIndex(0, c.position)
		}
		hash, err := stored.ReadHashes(indexes)
		if err != nil {
			return err
		}
		for i, c := range some {
			path, err := tlog.ProveRecord(x.point.Size, c.position, stored)
			if err != nil {
				return err
			}
			if tlog.CheckRecord(path, x.point.Size, x.point.Root, c.position, hash[i]) != nil {
				return fmt.Errorf("%w: the stored hashes do not lead to the newest checkpoint", ErrDamaged)
			}
			lines[i] = exportLine{N: c.position, Hash: hash[i], Path: path}
		}
		if err := x.leaves(ctx, names, lines); err != nil {
			return err
		}
	}
	return nil
}

func (x *export) end() error {
	if err := x.put(exportEnd{End: true, Leaves: x.done.Leaves, Absent: x.done.Absent}); err != nil {
		return err
	}
	return x.out.Flush()
}
