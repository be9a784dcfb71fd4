package notary

import (
	"errors"
	"fmt"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// check checks what the header says by itself: the signatures, the checkpoint's place in the tree of heads, and that
// this tree continues the older ones.
func (h *exportHeader) check(known note.Verifiers) (point, heads Checkpoint, err error) {
	wrong := func(kind Kind, note string) error {
		return &ExportError{Kind: kind, Line: 1, Position: -1, Note: note}
	}
	open := func(signed string) Checkpoint {
		c, form, problem := bare(signed, known)
		switch {
		case err != nil:
		case problem != nil:
			err = wrong(Unsigned, strings.TrimPrefix(problem.Error(), ErrProof.Error()+": "))
		case form != signed:
			err = wrong(Malformed, "a checkpoint is not in the form in which it was written")
		}
		return c
	}
	point, heads = open(h.Checkpoint), open(h.Heads.Checkpoint)
	older := make([]Checkpoint, len(h.Kept))
	for i, k := range h.Kept {
		older[i] = open(k.Checkpoint)
	}
	if err != nil {
		return Checkpoint{}, Checkpoint{}, err
	}
	if point.Log != h.Log || point.Practice != h.Practice || point.Practice == "" || point.Size != h.Size || point.Size == 0 {
		return Checkpoint{}, Checkpoint{}, wrong(Malformed, "the header says another thing than its checkpoint")
	}
	if heads.Log != h.Log || heads.Practice != "" ||
		tlog.CheckRecord(h.Heads.Path, heads.Size, heads.Root, h.Heads.N, tlog.RecordHash([]byte(textOf(h.Checkpoint)))) != nil {
		return Checkpoint{}, Checkpoint{}, wrong(Rewritten, "the tree of heads does not hold the checkpoint")
	}
	for i, k := range older {
		if k.Log != h.Log || k.Practice != "" || tlog.CheckTree(h.Kept[i].Path, heads.Size, heads.Root, k.Size, k.Root) != nil {
			return Checkpoint{}, Checkpoint{}, wrong(Rewritten, "the tree of heads does not continue an older one of the header")
		}
	}
	return point, heads, nil
}

// keptPoint is a checkpoint that somebody kept, perhaps with a proof from a smaller tree to it.
type keptPoint struct {
	Checkpoint
	old  int64 // 0: no proof
	path []tlog.Hash
}

func openKept(text string, known note.Verifiers) (k keptPoint, err error) {
	if strings.HasPrefix(text, "old ") {
		k.old, k.path, k.Checkpoint, err = openProof(text, "old ", known)
		return k, err
	}
	k.Checkpoint, err = OpenCheckpoint(text, known)
	return k, err
}

// compare compares the kept checkpoints with those of the header, and leaves those that are reached within an export
// for later.
func (c *checking) compare(known note.Verifiers) error {
	for _, text := range c.options.Kept {
		k, err := openKept(text, known)
		if err != nil {
			return err
		}
		file := c.result.Heads
		if k.Practice != "" {
			file = c.result.Checkpoint
		}
		if k.Log != file.Log || k.Practice != file.Practice {
			return fmt.Errorf("%w: a kept checkpoint is of another log or practice than the file", ErrInvalid)
		}
		if k.Practice != "" && !c.result.Extract && k.Size > 0 && k.Size <= file.Size {
			c.kept = append(c.kept, k.Checkpoint)
			continue
		}
		fits, err := c.continues(k, file, known)
		switch {
		case errors.Is(err, ErrNotFound):
			c.result.Uncompared = append(c.result.Uncompared, k.Checkpoint)
		case !fits:
			return c.wrong(Rewritten, -1, "the file is not of the history that the kept checkpoint of %d leaves belongs to", k.Size)
		default:
			c.result.Compared++
		}
	}
	return nil
}

// continues reports whether a kept checkpoint and the file's are of one history, or [ErrNotFound] when nothing says so.
func (c *checking) continues(k keptPoint, file Checkpoint, known note.Verifiers) (bool, error) {
	switch {
	case k.Size == 0:
		return true, nil
	case k.Size == file.Size:
		return k.Root == file.Root, nil
	case k.old == file.Size && k.Size > file.Size:
		return tlog.CheckTree(k.path, k.Size, k.Root, file.Size, file.Root) == nil, nil
	case k.Practice == "":
		for _, older := range c.head.Kept {
			if o, err := OpenCheckpoint(older.Checkpoint, known); err == nil && o.Size == k.Size {
				return o.Root == k.Root, nil
			}
		}
	}
	return false, ErrNotFound
}
