package notary

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/enamel-go/enamel/audit/tree"
)

// among looks for heads of a practice that the tree of heads has and the practice's tree has not, and the other way round.
// Tip is the practice's newest head, and mention the head of the tree of heads that mentions it; both are zero where there
// is none. It returns nil where each has its other half.
func (r *Reader) among(ctx context.Context, practice string, tip, mention tree.Head) (*Damage, error) {
	damage, err := r.mentions(ctx, practice, tip)
	if damage == nil && err == nil {
		damage, err = r.behind(ctx, tip, mention)
	}
	if damage != nil {
		damage.Practice = practice
	}
	return damage, err
}

// mentions goes over a practice's heads up to its newest one, and over the marks that the tree of heads has of it.
func (r *Reader) mentions(ctx context.Context, practice string, tip tree.Head) (*Damage, error) {
	var size, seen int64
	var heads []tree.Head
	next := func() (h tree.Head, err error) {
		if len(heads) == 0 && size < tip.Size {
			heads, err = r.store.Heads(ctx, tree.Query{Practice: practice, After: size, Brief: true, Limit: headsAtOnce})
		}
		if err != nil || len(heads) == 0 || heads[0].Size > tip.Size {
			return tree.Head{}, err
		}
		h, heads, size = heads[0], heads[1:], heads[0].Size
		return h, nil
	}
	for more := tip.Size > 0; more; {
		page, err := r.store.Heads(ctx, tree.Query{ID: practice, After: seen, Brief: true, Limit: headsAtOnce})
		if err != nil {
			return nil, err
		}
		var keys []tree.Key
		for _, m := range page {
			keys = append(keys, keysOf("", 0, m.Found)...)
		}
		leaves, err := r.store.Hashes(ctx, keys)
		if errors.Is(err, tree.ErrNotFound) {
			return &Damage{Kind: Unsound, Position: -1, Note: "the tree of heads lacks what it mentions of this practice"}, nil
		}
		if err != nil {
			return nil, err
		}
		more = len(page) == headsAtOnce
		for i, m := range page {
			if seen = m.Size; m.Number > tip.Number { // it came since, or is looked for elsewhere
				more = false
				break
			}
			h, err := next()
			switch {
			case err != nil:
				return nil, err
			case h.Number > m.Number, h.Size == 0:
				note := fmt.Sprintf("batch %d integrated more leaves, and its head is gone", m.Number)
				return &Damage{Kind: Cut, Position: max(h.First, 0), Note: note}, nil
			case h.Number < m.Number:
				return unmentioned(h), nil
			case tlog.RecordHash([]byte(textOf(h.Checkpoint))) != tlog.Hash(leaves[i]):
				note := fmt.Sprintf("the tree of heads holds another checkpoint of batch %d", h.Number)
				return &Damage{Kind: Unsound, Position: h.First, Note: note}, nil
			}
		}
	}
	if h, err := next(); err != nil || h.Size > 0 {
		return unmentioned(h), err
	}
	return nil, nil
}

func unmentioned(h tree.Head) *Damage {
	note := fmt.Sprintf("the tree of heads does not hold batch %d of this practice", h.Number)
	return &Damage{Kind: Unsound, Position: h.First, Note: note}
}

// behind checks that what the tree of heads has behind the head that mentions a practice last is, to its newest one, other
// practices'. Names of marks are not signed, and under another name one may have been this practice's whose head is gone.
func (r *Reader) behind(ctx context.Context, tip, mention tree.Head) (*Damage, error) {
	heads := &verification{
		Reader: &Reader{store: r.store, known: r.known}, report: &Report{}, tip: mention, since: mention.Number,
		vouched: mention.Size, sizes: map[string]int64{}, ahead: map[string][]headLeaf{},
	}
	unsound := func(note string) *Damage {
		note = "a newer head may be gone, for behind this one the tree of heads is damaged: " + note
		return &Damage{Kind: Unsound, Position: tip.Size, Note: note}
	}
	hashes, err := r.store.Hashes(ctx, edgeKeys("", mention.Size))
	if errors.Is(err, tree.ErrNotFound) {
		return unsound("hashes are missing"), nil
	}
	if err != nil {
		return nil, err
	}
	heads.stored, _ = edgeOf(mention.Size, hashes)
	if err := heads.walk(ctx); err != nil {
		return nil, err
	}
	heads.classify()
	if len(heads.report.Damage) > 0 {
		return unsound(heads.report.Damage[0].Note), nil
	}
	return nil, nil
}
