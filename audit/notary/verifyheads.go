package notary

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/enamel-go/enamel/audit/tree"
)

// How many heads of practices are read ahead: of one practice, and of all of them together, nearly.
const (
	aheadOfOne = 256
	aheadOfAll = 32_768
)

// headLeaf is what the tree of heads should hold of a practice's head.
type headLeaf struct {
	number, size int64
	hash         tlog.Hash
}

// currentHeads returns the practices' heads that a piece of the tree of heads mentions.
func (v *verification) currentHeads(ctx context.Context, p piece) (map[string]current, error) {
	now := map[string]current{}
	for _, m := range p.head.Marks[p.from:p.to] {
		if m.ID == "" {
			continue
		}
		if len(v.ahead[m.ID]) == 0 {
			if err := v.lookAhead(ctx, m.ID); err != nil {
				return nil, err
			}
		}
		if next := v.ahead[m.ID]; len(next) > 0 && next[0].number == p.head.Number {
			v.sizes[m.ID], v.ahead[m.ID] = next[0].size, next[1:]
			now[m.ID] = current{found: true, hash: next[0].hash}
		}
	}
	return now, nil
}

// lookAhead reads the next heads of a practice, so that there is not one statement for each.
func (v *verification) lookAhead(ctx context.Context, practice string) error {
	limit := max(1, min(aheadOfOne, aheadOfAll/(len(v.sizes)+1)))
	heads, err := v.store.Heads(ctx, tree.Query{
		Practice: practice, After: v.sizes[practice], Since: v.since, Brief: true, Limit: limit,
	})
	if err != nil || len(heads) == 0 {
		return err
	}
	next := make([]headLeaf, len(heads))
	for i, h := range heads {
		next[i] = headLeaf{h.Number, h.Size, tlog.RecordHash([]byte(textOf(h.Checkpoint)))}
	}
	v.ahead[practice] = next
	return nil
}

// furtherHeads looks for heads of practices that the tree of heads does not hold. Those of batches after the newest one
// that was walked over were written since.
func (v *verification) furtherHeads(ctx context.Context) error {
	for practice, size := range v.sizes {
		heads, err := v.store.Heads(ctx, tree.Query{Practice: practice, After: size, Brief: true, Limit: 1})
		if err != nil {
			return err
		}
		if len(heads) == 1 && heads[0].Number <= v.tip.Number {
			v.damageOf(practice, Unsound, -1, "", "it has a head that the tree of heads does not hold")
		}
	}
	return nil
}

// amongHeads checks that the practice's heads are those of it that the tree of heads holds, and that this tree continues its
// kept checkpoints.
func (v *verification) amongHeads(ctx context.Context) error {
	mention, err := v.mention(ctx)
	if err != nil {
		return err
	}
	tip, err := v.Reader.tip(ctx, "")
	if err != nil && !errors.Is(err, ErrNotFound) {
		return err
	}
	signed, err := OpenCheckpoint(tip.Checkpoint, v.known)
	if tip.Size > 0 && (err != nil || signed.Practice != "" || signed.Size != tip.Size) {
		v.damage(Unsound, -1, "", "no known key signed the newest checkpoint of the tree of heads")
		return nil
	}
	if err := v.keptHeads(ctx, signed); err != nil {
		return err
	}
	switch {
	case mention.Number > v.tip.Number:
		v.damage(Cut, v.tip.Size, "", "batch %d integrated more leaves, and its head is gone", mention.Number)
		return nil
	case mention.Number < v.tip.Number:
		v.damage(Unsound, v.tip.First, "", "the tree of heads does not hold batch %d of this practice", v.tip.Number)
		return nil
	case mention.Number > 0:
		if err := v.leads(ctx, mention, signed); err != nil {
			return err
		}
	}
	if v.broken { // what a head that is missing explains is named once
		return nil
	}
	damage, err := v.among(ctx, v.practice, v.tip, mention)
	if err == nil && damage != nil {
		v.damage(damage.Kind, damage.Position, "", "%s", damage.Note)
	}
	return err
}

// leads checks that the tree of heads leads from its mention to its checkpoint.
func (v *verification) leads(ctx context.Context, mention tree.Head, signed Checkpoint) error {
	leaf := tlog.RecordHash([]byte(textOf(v.tip.Checkpoint)))
	fits := mention.Found < signed.Size
	if fits {
		proof, err := tlog.ProveRecord(signed.Size, mention.Found, reader(ctx, v.store, ""))
		if err != nil && !errors.Is(err, tree.ErrNotFound) {
			return err
		}
		fits = err == nil && tlog.CheckRecord(proof, signed.Size, signed.Root, mention.Found, leaf) == nil
	}
	if !fits {
		v.damage(Unsound, v.tip.First, "", "the tree of heads does not lead to the newest checkpoint of this practice")
	}
	return nil
}

// mention returns the newest head of the tree of heads that mentions the practice, after walking over what was
// integrated meanwhile.
func (v *verification) mention(ctx context.Context) (tree.Head, error) {
	for {
		found, err := v.store.Heads(ctx, tree.Query{ID: v.practice, Newest: true, Brief: true, Limit: 1})
		if err != nil || len(found) == 0 {
			return tree.Head{}, err
		}
		before := v.tip.Number
		if found[0].Number <= before {
			return found[0], nil
		}
		if err := v.walk(ctx); err != nil || v.tip.Number == before {
			return found[0], err
		}
	}
}

// keptHeads compares the tree of heads with the checkpoints of it that were kept.
func (v *verification) keptHeads(ctx context.Context, now Checkpoint) error {
	for _, k := range v.kept {
		if k.Practice != "" || k.Size == 0 {
			continue
		}
		if k.Size > now.Size {
			v.damage(Cut, -1, "", "the tree of heads had %d leaves when its checkpoint was kept, and has %d", k.Size, now.Size)
			continue
		}
		proof, err := tlog.ProveTree(now.Size, k.Size, reader(ctx, v.store, ""))
		if err != nil && !errors.Is(err, tree.ErrNotFound) {
			return err
		}
		if err != nil || tlog.CheckTree(proof, now.Size, now.Root, k.Size, k.Root) != nil {
			v.damage(Rewritten, -1, "", "the tree of heads does not continue the checkpoint that was kept")
		}
	}
	return nil
}

// sizeAndRoot reads a checkpoint without looking at its signatures.
func sizeAndRoot(signed string) (int64, tlog.Hash, bool) {
	line := strings.SplitN(signed, "\n", 4)
	if len(line) < 4 {
		return 0, tlog.Hash{}, false
	}
	size, err := strconv.ParseInt(line[1], 10, 64)
	if err != nil {
		return 0, tlog.Hash{}, false
	}
	root, err := tlog.ParseHash(line[2])
	return size, root, err == nil
}
