package notary

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/audit/tree"
)

// Verify checks a practice's log against its tree: that every leaf which was integrated is there, with the code, the
// columns and the place that it had, that the leaves lead to the newest checkpoint, that the tree of heads holds each head
// of the practice and none that is gone, and that no other row stands among them. Each checkpoint of kept, which should come
// from elsewhere than the database, must be of this practice's tree or of the tree of heads. Without one, a log that was cut
// short together with its tree cannot be told from one that was never longer.
//
// With practice "" it checks the tree of heads, and that every practice's tree agrees with it. Where somebody may have
// had the notary's key that is needed once, beside the checks of the practices and with a checkpoint that was kept.
//
// Damage is what the report lists; an error means that the log could not be checked. It reads the whole log, and may
// run while others write.
func (r *Reader) Verify(ctx context.Context, log *audit.Log, practice string, kept ...string) (*Report, error) {
	v := &verification{Reader: r, log: log, practice: practice, report: &Report{Practice: practice}}
	v.sizes, v.ahead = map[string]int64{}, map[string][]headLeaf{}
	for _, signed := range kept {
		c, err := OpenCheckpoint(signed, r.known)
		if err != nil {
			return nil, err
		}
		if c.Practice != practice && c.Practice != "" {
			return nil, fmt.Errorf("%w: the checkpoint that was kept is another practice's", ErrInvalid)
		}
		v.kept = append(v.kept, c)
	}
	if err := v.run(ctx); err != nil {
		return nil, fmt.Errorf("notary: verify: %w", err)
	}
	return v.report, nil
}

// suspectsAtOnce is how many positions are held until all are known, to tell a row that was moved from one that was
// edited. Of any more it is only counted that something is wrong.
const suspectsAtOnce = 5000

// verification is one run of Verify.
type verification struct {
	*Reader
	log      *audit.Log
	practice string
	kept     []Checkpoint
	report   *Report
	progress Progress

	tip    tree.Head // the newest head that was walked over, in brief
	stored edge      // the tree of the hashes that were stored at integration
	rows   edge      // the same tree of the rows as they are now, where it is parted from stored
	parted bool      // a row of this head is not what was integrated
	broken bool      // no head after this one can be compared with its root
	room   []tree.Hash

	vouched int64 // how far the signatures of checkpoints were checked

	pruned   positions // what entries of prunings explain, once a row was missing
	suspects []suspect
	unlisted int // suspects that are only counted

	// For the tree of heads: after which batch it begins, how far each practice's heads were seen, and those that come next.
	since int64
	sizes map[string]int64
	ahead map[string][]headLeaf
}

// suspect is a position whose row is not what was integrated there.
type suspect struct {
	position int64
	mark     tree.Mark
	want     tlog.Hash
	now      current
}

// current is what stands at a position now.
type current struct {
	found bool
	hash  tlog.Hash
	order string
	note  string // why the row cannot be genuine, or ""
}

func (v *verification) run(ctx context.Context) error {
	if v.tell != nil {
		tip, err := v.Reader.tip(ctx, v.practice)
		if err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
		v.progress.Size = tip.Size
	}
	if err := v.walk(ctx); err != nil {
		return err
	}
	further := v.amongHeads
	if v.practice == "" {
		further = v.furtherHeads
	}
	if err := further(ctx); err != nil {
		return err
	}
	v.classify()
	v.newest()
	if v.practice != "" {
		if err := v.strays(ctx); err != nil {
			return err
		}
	}
	slices.SortStableFunc(v.report.Damage, func(a, b Damage) int {
		return cmp.Compare(uint64(a.Position), uint64(b.Position)) // as unsigned numbers, so that -1 comes last
	})
	return nil
}

func (v *verification) damage(kind Kind, position int64, id, note string, args ...any) {
	v.damageOf(v.practice, kind, position, id, fmt.Sprintf(note, args...))
}

func (v *verification) damageOf(practice string, kind Kind, position int64, id, note string) {
	if len(v.report.Damage) >= 1000 {
		v.report.More++
		return
	}
	v.report.Damage = append(v.report.Damage, Damage{
		Kind: kind, Practice: practice, ID: id, Position: position, Note: note,
	})
}

// begin looks at a head by itself and reports whether its leaves can be walked over.
func (v *verification) begin(h *tree.Head) bool {
	if h.First != v.tip.Size || h.Number <= v.tip.Number {
		v.broken = true
		v.damage(Unsound, v.tip.Size, "", "the head that continues position %d is missing", v.tip.Size)
	}
	if !wellFormed(h) {
		v.broken = true
		v.damage(Unsound, h.First, "", "batch %d does not list as many leaves and hashes as it integrated", h.Number)
		return false
	}
	return true
}

func wellFormed(h *tree.Head) bool {
	return h.First >= 0 && h.Size > h.First && int64(len(h.Marks)) == h.Size-h.First &&
		h.FirstHash == storedCount(h.First) && int64(len(h.Hashes)) == storedCount(h.Size)-storedCount(h.First)
}

// end is what is left to do when a head's leaves were walked over.
func (v *verification) end(c *headCheck) {
	if !v.broken {
		v.compare(c)
	}
	v.tip = *c.head
	v.tip.Marks, v.tip.Hashes = nil, nil
	v.report.Size, v.report.Checkpoint = v.tip.Size, v.tip.Checkpoint
}

// headCheck is what is known of a head while its positions are walked over.
type headCheck struct {
	head   *tree.Head
	unfit  bool       // a stored hash is not that of the hashes below it
	kept   []keptRoot // of the checkpoints that end within it
	likely int        // suspects that are only counted, and are none if the stored hashes were altered
}

type keptRoot struct {
	kept         Checkpoint
	stored, rows tlog.Hash
}

// position checks one leaf.
func (v *verification) position(c *headCheck, i int, now current) {
	m, position := c.head.Marks[i], c.head.First+int64(i)
	at := storedCount(position) - c.head.FirstHash
	want := tlog.Hash(c.head.Hashes[at])
	fits := now.found && now.hash == want
	if !now.found && v.pruned.has(position) {
		v.report.Pruned++
	} else if !fits || now.note != "" || now.order != m.Order {
		v.suspect(c, suspect{position: position, mark: m, want: want, now: now})
	}
	if v.broken {
		return
	}
	if now.found && !fits && !v.parted {
		v.parted, v.rows = true, v.stored.clone()
	}
	v.room = v.stored.add(want, v.room[:0])
	for i, completed := range v.room {
		c.unfit = c.unfit || c.head.Hashes[at+int64(i)] != completed
	}
	if v.parted {
		row := want
		if now.found {
			row = now.hash
		}
		v.room = v.rows.add(row, v.room[:0])
	}
	for _, k := range v.kept {
		if k.Practice == v.practice && k.Size == position+1 {
			c.kept = append(c.kept, keptRoot{kept: k, stored: v.stored.root(), rows: v.ofRows().root()})
		}
	}
}

// ofRows is the tree of the rows as they are now.
func (v *verification) ofRows() *edge {
	if v.parted {
		return &v.rows
	}
	return &v.stored
}

func (v *verification) suspect(c *headCheck, s suspect) {
	if len(v.suspects) < suspectsAtOnce {
		// A mark's texts may be parts of longer ones, which need not be kept.
		s.mark = tree.Mark{ID: strings.Clone(s.mark.ID), Order: strings.Clone(s.mark.Order)}
		s.now.order = strings.Clone(s.now.order)
		v.suspects = append(v.suspects, s)
		return
	}
	v.unlisted++
	if s.genuine() {
		c.likely++
	}
}

// genuine reports whether only the stored hash speaks against the row.
func (s suspect) genuine() bool {
	return s.now.found && s.now.note == "" && s.now.order == s.mark.Order
}

// compare compares both trees with the root that was signed, which tells whether the hashes or the rows were altered.
func (v *verification) compare(c *headCheck) {
	h := c.head
	size, root, ok := sizeAndRoot(h.Checkpoint)
	ok = ok && size == h.Size
	storedFit := ok && root == v.stored.root()
	rowsFit := ok && root == v.ofRows().root()
	switch {
	case storedFit && c.unfit, rowsFit && !storedFit:
		v.damage(Unsound, h.First, "", "the stored hashes of batch %d were altered; its leaves are what was signed", h.Number)
	case !storedFit:
		v.broken = true
		v.damage(Unsound, h.First, "", "batch %d does not lead to its checkpoint", h.Number)
	}
	if rowsFit && !storedFit {
		v.stored = v.rows.clone()
		v.suspects = slices.DeleteFunc(v.suspects, func(s suspect) bool { return s.position >= h.First && s.genuine() })
		v.unlisted -= c.likely
	}
	if storedFit || rowsFit {
		v.parted = false
		v.signature(h.Size, h.Checkpoint)
	}
	for _, k := range c.kept {
		if k.kept.Root != k.stored && (storedFit || k.kept.Root != k.rows) {
			v.damage(Rewritten, k.kept.Size-1, "", "the first %d leaves are not those of the kept checkpoint", k.kept.Size)
		}
	}
}

// classify names what became of the suspects.
func (v *verification) classify() {
	v.report.More += v.unlisted
	wanted, ordered := map[tlog.Hash]int64{}, map[string]int64{}
	for _, s := range v.suspects {
		wanted[s.want], ordered[s.mark.Order] = s.position, s.position
	}
	for _, s := range v.suspects {
		other, moved := wanted[s.now.hash]
		if !moved || other == s.position {
			other, moved = ordered[s.now.order]
		}
		switch {
		case v.practice == "":
			note := fmt.Sprintf("its head that the tree of heads has at position %d is gone or another one", s.position)
			v.damageOf(s.mark.ID, Unsound, -1, "", note)
		case !s.now.found:
			v.damage(Deleted, s.position, s.mark.ID, "the row is gone")
		case moved && other != s.position:
			v.damage(Swapped, s.position, s.mark.ID, "the row holds what was integrated at position %d", other)
		case s.now.note != "":
			v.damage(Edited, s.position, s.mark.ID, "%s", s.now.note)
		case s.now.hash != s.want:
			v.damage(Edited, s.position, s.mark.ID, "the row is genuine, but not the one that was integrated here")
		default:
			v.damage(Edited, s.position, s.mark.ID, "its place in the order of integration was altered")
		}
	}
}

// signature checks that a checkpoint is, to the byte, what a known key signed for this tree.
func (v *verification) signature(size int64, signed string) {
	v.vouched = size
	if c, pure, err := openCheckpoint(signed, v.known); err == nil && pure && c.Practice == v.practice {
		return
	}
	v.damage(Unsound, size-1, "", "the checkpoint of %d leaves is not what a known key signed for this tree", size)
}

// newest checks the newest checkpoint's signature, if that was not done, and looks for a tail that was cut.
func (v *verification) newest() {
	if v.report.Size > v.vouched {
		v.signature(v.report.Size, v.report.Checkpoint)
	}
	for _, k := range v.kept {
		if k.Practice == v.practice && k.Size > v.report.Size {
			v.damage(Cut, v.report.Size, "", "the checkpoint that was kept had %d leaves", k.Size)
		}
	}
}

// strays looks at the rows that no head holds, or more than one.
func (v *verification) strays(ctx context.Context) error {
	after := ""
	for {
		page, err := v.store.Strays(ctx, v.practice, after, rowsAtOnce)
		if err != nil {
			return err
		}
		rows := make([]tree.Row, len(page))
		for i, s := range page {
			rows[i] = s.Row
		}
		found, err := checkAll(ctx, v.log, rows)
		if err != nil {
			return err
		}
		for i, s := range page {
			after = s.Leaf.ID
			switch {
			case s.Times == 1 && found[i].tampered != nil:
				v.damage(Forged, -1, s.Leaf.ID, "a second row under the id of another one: %s", found[i].tampered)
			case s.Times == 1: // the one that was integrated, or it is seen where it stands
			case s.Times > 0:
				if err := v.twice(ctx, s.Leaf.ID); err != nil {
					return err
				}
			case found[i].tampered != nil:
				v.damage(Forged, -1, s.Leaf.ID, "in no batch: %s", found[i].tampered)
			case s.Pending:
				v.waits(s.Leaf)
			default:
				v.damage(BackDated, -1, s.Leaf.ID, "the row is genuine, but no batch has it and the newest one saw its transaction")
			}
		}
		if len(page) < rowsAtOnce {
			return nil
		}
	}
}

// waits counts a leaf that waits for a batch.
func (v *verification) waits(f audit.Leaf) {
	if v.report.Pending == 0 || f.At.Before(v.report.Since) {
		v.report.Since = f.At.UTC()
	}
	v.report.Pending++
}

// twice names where a leaf was integrated again.
func (v *verification) twice(ctx context.Context, id string) error {
	heads, err := v.store.Heads(ctx, tree.Query{Practice: v.practice, ID: id, Brief: true, Limit: 2})
	if err != nil || len(heads) == 0 {
		return err
	}
	v.damage(Unsound, heads[len(heads)-1].Found, id, "the leaf was integrated before, at position %d", heads[0].Found)
	return nil
}
