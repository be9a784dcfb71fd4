package notary

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/audit/internal/prune"
	"github.com/enamel-go/enamel/audit/tree"
)

// Month is the unit of pruning: the leaves of one term and one calendar month, UTC, of all practices.
type Month = tree.Month

// PrunerStore is a store from which months can go; *auditmem.Store meets it, and *auditpg.Trees on a pool of the tables'
// owner.
type PrunerStore = tree.Pruner

// PruneOptions adjusts a [Pruner]. The zero value is ready to use.
type PruneOptions struct {
	// Now is the time up to which terms are counted. Defaults to time.Now.
	Now func() time.Time
	// Held reports whether a practice's leaves of a term must stay, because of a lawsuit for example. As a month goes for
	// all practices or for none, one that is held keeps it whole. It is asked when Prune begins, and again right
	// before the leaves go; what is held only then is held too late. Defaults to no practice being held.
	Held func(ctx context.Context, practice string, term audit.Term) (bool, error)
}

// Pruner removes leaves whose term is over, a month at a time. It is immutable and may be used concurrently.
type Pruner struct {
	store PrunerStore
	log   *audit.Log
	now   func() time.Time
	held  func(ctx context.Context, practice string, term audit.Term) (bool, error)
}

// Due is a month whose term is over, by its days.
type Due struct {
	Month     Month
	Practices int
	Leaves    int64
}

// NewPruner returns a pruner of the log whose leaves are in store. It records with log what it removes, and refusals.
// Both are required; o may be nil.
func NewPruner(store PrunerStore, log *audit.Log, o *PruneOptions) (*Pruner, error) {
	if store == nil || log == nil {
		return nil, fmt.Errorf("%w: a pruner needs a store and a log", ErrInvalid)
	}
	p := &Pruner{store: store, log: log, now: time.Now}
	if o != nil && o.Now != nil {
		p.now = o.Now
	}
	if o != nil {
		p.held = o.Held
	}
	return p, nil
}

// Due lists the months that may go by their days, the oldest first, with what they hold. Whether something else stands
// in the way is seen by [Pruner.Prune].
func (p *Pruner) Due(ctx context.Context) ([]Due, error) {
	months, err := p.store.Months(ctx)
	if err != nil {
		return nil, fmt.Errorf("notary: list what is due: %w", err)
	}
	var due []Due
	for _, m := range months {
		if p.now().Before(m.Due()) {
			continue
		}
		shares, err := p.store.Shares(ctx, m)
		if err != nil {
			return nil, fmt.Errorf("notary: list what is due: %w", err)
		}
		d := Due{Month: m, Practices: len(shares)}
		for _, s := range shares {
			d.Leaves += s.Leaves
		}
		due = append(due, d)
	}
	return due, nil
}

// Prune removes a month and returns how many leaves went. Before they go, each practice's log is told by entries whose
// action is "audit.prune" who removes what, and at which positions of its tree; and when they go, by others in the same
// transaction, that they went. [Reader.Verify] takes the positions that the latter name for pruned. The tree keeps its
// hashes, so checkpoints and proofs stay what they were.
//
// It takes two calls. The first one tells the logs and returns an error that wraps [ErrTold]; when a notary has
// integrated what it told, so that it cannot vanish unseen, the next one removes the leaves, unless they are held by then.
// Until then each call returns that error, and tells nothing twice.
//
// It is refused, and nothing changes, with an error that wraps
//
//   - [ErrNotDue] until the term is over for the month's last moment, and for each leaf by its own time;
//   - [ErrHeld] when a practice is held;
//   - [ErrBlocked] when a leaf of the month is in no batch, or is no longer what was integrated, for pruning must not
//     remove the traces of a damage. The text names the practice and the leaf.
//
// The refusal is recorded in the log of the practice concerned: of every practice in the month when it is not due. Where a
// practice's audit key cannot be had nothing goes either, and the error names the practice.
//
// It may be killed at any moment and called again: logs that were told of a month which then stayed are no damage. When
// the month changes while it goes the error wraps tree.ErrChanged; then call it again too.
func (p *Pruner) Prune(ctx context.Context, by audit.Actor, m Month) (int64, error) {
	if err := by.Validate(); err != nil {
		return 0, err
	}
	if (m.Term != audit.OneYear && m.Term != audit.SixYears) || m.Month < time.January || m.Month > time.December ||
		m.Year < 1970 || m.Year > 9999 {
		return 0, fmt.Errorf("%w: there is no such month or term", ErrInvalid)
	}
	n, err := p.prune(ctx, by, m)
	if err != nil {
		return 0, fmt.Errorf("notary: prune %s: %w", m, err)
	}
	return n, nil
}

func (p *Pruner) prune(ctx context.Context, by audit.Actor, m Month) (int64, error) {
	shares, err := p.store.Shares(ctx, m)
	if err != nil {
		return 0, err
	}
	if err := p.over(ctx, by, m, shares); err != nil {
		return 0, err
	}
	if err := p.free(ctx, by, m, shares); err != nil {
		return 0, err
	}
	var told [][]audit.Entry
	var went []audit.Leaf
	var leaves int64
	proved := true
	for _, share := range shares {
		r, err := p.gather(ctx, m, share)
		if errors.Is(err, ErrBlocked) {
			err = p.refuse(ctx, by, m, share.Practice, err)
		}
		if err != nil {
			return 0, err
		}
		if !r.told {
			told = append(told, r.entries(by, m, share, toGo))
		}
		for _, e := range r.entries(by, m, share, gone) {
			f, err := p.log.Stamp(prune.Allow(ctx), e)
			if err != nil {
				return 0, fmt.Errorf("practice %s: %w", share.Practice, err)
			}
			went = append(went, f)
		}
		leaves += share.Leaves
		proved = proved && r.proved
	}
	for _, es := range told {
		if len(es) == 0 {
			continue
		}
		if err := p.log.Record(prune.Allow(ctx), es...); err != nil {
			return 0, fmt.Errorf("practice %s: %w", es[0].Practice, err)
		}
	}
	if !proved {
		return 0, ErrTold
	}
	if err := p.free(ctx, by, m, shares); err != nil {
		return 0, err
	}
	return leaves, p.store.Drop(ctx, m, shares, went...)
}

// over checks the days.
func (p *Pruner) over(ctx context.Context, by audit.Actor, m Month, shares []tree.Share) error {
	now := p.now()
	var cause error
	for _, share := range shares {
		if now.Before(m.Term.End(share.Newest)) {
			cause = fmt.Errorf("%w: a leaf of practice %s is younger than its id says", ErrNotDue, share.Practice)
		}
	}
	if now.Before(m.Due()) {
		cause = fmt.Errorf("%w before %s", ErrNotDue, m.Due().Format(time.DateOnly))
	}
	if cause == nil {
		return nil
	}
	err := cause
	for _, share := range shares {
		if refusal := p.refuse(ctx, by, m, share.Practice, cause); errors.Is(refusal, audit.ErrNotRecorded) {
			err = refusal
		}
	}
	return err
}

// free checks the holds.
func (p *Pruner) free(ctx context.Context, by audit.Actor, m Month, shares []tree.Share) error {
	if p.held == nil {
		return nil
	}
	for _, share := range shares {
		held, err := p.held(ctx, share.Practice, m.Term)
		if err != nil {
			return fmt.Errorf("ask for holds: %w", err)
		}
		if held {
			return p.refuse(ctx, by, m, share.Practice, fmt.Errorf("%w: practice %s", ErrHeld, share.Practice))
		}
	}
	return nil
}

func (p *Pruner) refuse(ctx context.Context, by audit.Actor, m Month, practice string, cause error) error {
	return p.log.Refuse(prune.Allow(ctx), entryOf(by, m, practice), cause)
}

func entryOf(by audit.Actor, m Month, practice string) audit.Entry {
	return audit.Entry{
		Practice: practice, Actor: by, Action: tree.PruneAction, Term: audit.SixYears,
		Object: audit.Object{Kind: "month", ID: m.String()},
	}
}

// removal is what is to go of a practice's log.
type removal struct {
	found   int64     // leaves that are where they were integrated
	leaves  positions // where
	earlier positions // those that were pruned before, and whose entries are among the leaves
	told    bool      // the log was told before
	proved  bool      // and a batch has what it was told
}

// gather finds a month's leaves of one practice in its tree, and checks that each is what was integrated there.
func (p *Pruner) gather(ctx context.Context, m Month, share tree.Share) (*removal, error) {
	var r removal
	low, high := m.IDs()
	var size int64
	var marks []place
	flush := func() error {
		err := p.check(ctx, m, share.Practice, marks, &r)
		marks = marks[:0]
		return err
	}
	for {
		const limit = 16
		page, err := p.store.Heads(ctx, tree.Query{Practice: share.Practice, After: size, Limit: limit})
		if err != nil {
			return nil, err
		}
		for i := range page {
			h := &page[i]
			if !wellFormed(h) || h.First != size {
				return nil, fmt.Errorf("%w: practice %s, after position %d", ErrDamaged, share.Practice, size)
			}
			size = h.Size
			for k, mark := range h.Marks {
				if mark.ID < low || mark.ID >= high {
					continue
				}
				position := h.First + int64(k)
				marks = append(marks, place{mark, position, h.Hashes[storedCount(position)-h.FirstHash]})
				if len(marks) == rowsAtOnce {
					if err := flush(); err != nil {
						return nil, err
					}
				}
			}
		}
		if len(page) < limit {
			break
		}
	}
	err := flush()
	if err != nil {
		return nil, err
	}
	if r.found != share.Leaves {
		return nil, p.stray(ctx, m, share.Practice)
	}
	// Entries that go with the month explain nothing afterwards.
	goes := func(f audit.Leaf) (bool, error) { return m.Holds(f), nil }
	if r.told, err = p.tells(ctx, share.Practice, size, &r, goes); err != nil || !r.told {
		return &r, err
	}
	r.proved, err = p.tells(ctx, share.Practice, size, &r, func(f audit.Leaf) (bool, error) {
		heads, err := p.store.Heads(ctx, tree.Query{Practice: f.Practice, ID: f.ID, Brief: true, Limit: 1})
		return m.Holds(f) || len(heads) == 0, err
	})
	return &r, err
}

// tells reports whether the entries of what is to go that skip does not report name all that goes.
func (p *Pruner) tells(
	ctx context.Context, practice string, size int64, r *removal, skip func(audit.Leaf) (bool, error),
) (bool, error) {
	known, err := named(ctx, p.store, p.log, practice, toGo, size, skip)
	return r.leaves.within(known) && r.earlier.within(known), err
}

// place is a mark, where it stands, and what was integrated there.
type place struct {
	tree.Mark
	position int64
	want     tree.Hash
}

// check takes those of the places whose leaves belong to the month; a place without a row was pruned before, or shows
// damage that stays to be seen.
func (p *Pruner) check(ctx context.Context, m Month, practice string, marks []place, r *removal) error {
	ids, byID := make([]string, len(marks)), make(map[string]place, len(marks))
	for i, mark := range marks {
		ids[i], byID[mark.ID] = mark.ID, mark
	}
	rows, err := p.store.Rows(ctx, practice, ids)
	if err != nil {
		return err
	}
	rows = slices.DeleteFunc(rows, func(row tree.Row) bool { return !m.Holds(row.Leaf) })
	found, err := checkAll(ctx, p.log, rows)
	if err != nil {
		return err
	}
	for i, row := range rows {
		at := byID[row.Leaf.ID]
		if found[i].tampered != nil || found[i].hash != at.want || row.Order != at.Order {
			return fmt.Errorf("%w: entry %s of practice %s is not what was integrated", ErrBlocked, row.Leaf.ID, practice)
		}
		r.found++
		r.leaves.add(at.position)
		// An entry of an earlier pruning goes, and what it explains has to stay explained.
		if err := r.earlier.readEntry(ctx, p.log, row.Leaf, gone, at.position); err != nil {
			return err
		}
	}
	return nil
}

// stray names a leaf of the month that is in no batch, or in more than one.
func (p *Pruner) stray(ctx context.Context, m Month, practice string) error {
	after, high := m.IDs()
	for after < high {
		page, err := p.store.Strays(ctx, practice, after, rowsAtOnce)
		if err != nil {
			return err
		}
		for _, s := range page {
			if after = s.Leaf.ID; m.Holds(s.Leaf) {
				return fmt.Errorf("%w: entry %s of practice %s is in no batch, or in several", ErrBlocked, after, practice)
			}
		}
		if len(page) < rowsAtOnce {
			break
		}
	}
	return fmt.Errorf("%w: practice %s has leaves that are in no batch", ErrBlocked, practice)
}

// entries are what the practice's log is told of a state.
func (r *removal) entries(by audit.Actor, m Month, share tree.Share, state string) []audit.Entry {
	const size = 32_000 // so that an entry stays one that a page of them can hold
	leaves, earlier := r.leaves.texts(size), r.earlier.texts(size)
	parts := max(len(leaves), len(earlier))
	entries := make([]audit.Entry, parts)
	for i := range entries {
		details := map[string]string{
			detailState: state, detailTerm: string(m.Term), detailMonth: m.Start().Format("2006-01"),
			detailLeaves: strconv.FormatInt(share.Leaves, 10), detailPart: fmt.Sprintf("%d/%d", i+1, parts),
		}
		if i < len(leaves) {
			details[detailPositions] = leaves[i]
		}
		if i < len(earlier) {
			details[detailEarlier] = earlier[i]
		}
		entries[i] = entryOf(by, m, share.Practice)
		entries[i].Details = details
	}
	return entries
}
