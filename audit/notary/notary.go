package notary

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sort"
	"strings"
	"sync"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/audit/tree"
	"github.com/enamel-go/enamel/internal/loop"
)

// Store is where leaves and trees are kept; *auditmem.Store and *auditpg.Trees meet it.
type Store = tree.Store

// Options adjusts a [Notary]. The zero value is ready to use.
type Options struct {
	// Now gives the time of a batch. Defaults to time.Now.
	Now func() time.Time
	// Limit is how many leaves a batch takes, unless one transaction appended more. Defaults to 5,000.
	Limit int
	// Interval is how often Run looks for leaves when there were none. Defaults to one second.
	Interval time.Duration
	// Witness is shown each head of the tree of heads, after the batch is kept. While it cannot be reached the notary goes
	// on, and every step returns the error and shows it the newest head again, for which it waits up to five seconds; when
	// it contradicts the log nothing more is integrated. Defaults to none.
	Witness Witness
	// Logger hears of errors that no caller is there to hear: ids only. Defaults to none.
	Logger *slog.Logger
}

// Notary integrates leaves and signs the heads of the trees. It is a worker: start [Notary.Run] once, or call
// [Notary.Step] from a scheduler. Several notaries on one log do no harm, for one works at a time.
type Notary struct {
	store    Store
	log      *audit.Log
	signer   note.Signer
	known    note.Verifiers
	now      func() time.Time
	limit    int
	interval time.Duration
	witness  Witness
	logger   *slog.Logger

	mu      sync.Mutex
	last    map[string]Checkpoint // the newest of each tree that this process signed
	shown   bool                  // the witness keeps the newest one of the tree of heads
	waiting waiting
}

// New returns a notary of the log whose leaves are in store. It checks each leaf's code with log before it integrates
// it, and signs with signer. Known has the keys whose earlier checkpoints it continues: signer's own, and those that
// signed before it. All are required; o may be nil.
func New(store Store, log *audit.Log, signer note.Signer, known note.Verifiers, o *Options) (*Notary, error) {
	if store == nil || log == nil || signer == nil || known == nil {
		return nil, fmt.Errorf("%w: a notary needs a store, a log, a signer and the known keys", ErrInvalid)
	}
	if _, err := known.Verifier(signer.Name(), signer.KeyHash()); err != nil {
		return nil, fmt.Errorf("%w: the signer's key is not among the known ones", ErrInvalid)
	}
	if o == nil {
		o = &Options{}
	}
	if o.Limit < 0 || o.Interval < 0 {
		return nil, fmt.Errorf("%w: Limit and Interval are not negative", ErrInvalid)
	}
	n := &Notary{
		store: store, log: log, signer: signer, known: known,
		now: o.Now, limit: o.Limit, interval: o.Interval, witness: o.Witness, logger: o.Logger,
		last: map[string]Checkpoint{}, waiting: waiting{again: map[string]time.Time{}},
	}
	if n.now == nil {
		n.now = time.Now
	}
	if n.limit == 0 {
		n.limit = 5000
	}
	if n.interval == 0 {
		n.interval = time.Second
	}
	return n, nil
}

// Run works until ctx is done: it steps at once again while batches are full, and otherwise every Interval. While
// nothing can be integrated it waits twice as long after each step as after the one before, up to a minute. It returns
// ctx's error. Errors of a step go to the logger, and the next step tries again.
func (n *Notary) Run(ctx context.Context) error {
	return loop.Run(ctx, "notary", n.interval, n.logger, func(ctx context.Context) (bool, error) {
		done, goesOn, err := n.step(ctx)
		return done >= n.limit || (goesOn && err != nil), err
	})
}

// Step integrates one batch and returns how many leaves it took; none when nothing waits or another notary is at work.
// It takes effect as a whole or not at all, so a notary that is killed is continued by the next one.
//
// A leaf whose code does not fit is never signed: the others are integrated, and the error is a *[RefusedError]. When the
// notary's own rows were damaged the error wraps [ErrDamaged], and so it does when a witness contradicts them.
//
// When codes of a practice cannot be checked, because its key cannot be had, its leaves are set aside, the others are
// integrated, and the error is an *[AsideError]. While that lasts what the practice appends is set aside without asking.
// Each such practice is tried again once a minute, before the batch; when its key is there, what was set aside is
// integrated in its order. When no practice's key can be had nothing is set aside or integrated: everything waits. So it
// does for a step when the keys of more than ten practices are found missing at once.
//
// A witness that could not be reached is an error beside the number of leaves: they were integrated all the same.
func (n *Notary) Step(ctx context.Context) (int, error) {
	done, _, err := n.step(ctx)
	return done, err
}

// step is Step, and says whether the notary goes on in spite of an error.
func (n *Notary) step(ctx context.Context) (done int, goesOn bool, err error) {
	resumed, failed := n.resume(ctx)
	done, goesOn, err = n.batch(ctx, nil, func(work tree.Work) (kept bool, err error) {
		return quietly(n.store.Integrate(ctx, n.limit, work))
	})
	if failed != nil {
		err = errors.Join(failed, err)
	}
	return resumed + done, goesOn, err
}

// quietly takes a batch with which another notary was quicker, even after the work, for none.
func quietly(err error) (kept bool, _ error) {
	if errors.Is(err, tree.ErrBusy) {
		return false, nil
	}
	return true, err
}

// Adopt integrates leaves of a practice that Step refused, or that [Reader.Verify] calls back-dated, once somebody has
// found out why: they were restored from a backup, or refused while the keys were wrong. They come last in the tree.
// Their codes are checked as in Step; ids of leaves that are in a batch, wait for one or do not exist are passed over.
func (n *Notary) Adopt(ctx context.Context, practice string, ids ...string) (int, error) {
	done, _, err := n.batch(ctx, &absent{}, func(work tree.Work) (kept bool, err error) {
		return true, n.store.Adopt(ctx, practice, ids, work)
	})
	return done, err
}

// batch has store keep what becomes of a round. Practices that out does not admit, without their keys, are an error; nil
// stands for those that are known to wait and some more. It returns how many leaves it took, and whether the notary goes
// on, so that the error is about something else beside it.
func (n *Notary) batch(ctx context.Context, out *absent, store func(tree.Work) (kept bool, err error)) (int, bool, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if out == nil {
		out = &absent{known: n.waiting.known(), few: fewAbsent}
	}
	unshown := n.catchUp(ctx)
	if errors.Is(unshown, ErrContradicted) {
		return 0, false, fmt.Errorf("%w: %w", ErrDamaged, unshown)
	}
	var r result
	kept, err := store(func(ctx context.Context, round tree.Round) (tree.Batch, error) {
		var err error
		r, err = n.integrate(ctx, round, out)
		return r.batch, err
	})
	if err != nil {
		goesOn := false
		if len(out.found) > 0 {
			goesOn = n.blocked(ctx, out, r)
			err = fmt.Errorf("nothing was integrated; restore the keys, or the right to use them: %w", err)
		}
		err = fmt.Errorf("notary: integrate: %w", err)
		if unshown != nil {
			err = errors.Join(err, unshown)
		}
		return 0, goesOn, err
	}
	if !kept {
		r = result{}
	}
	if heads, made := r.points[""]; made {
		maps.Copy(n.last, r.points)
		if n.witness != nil && unshown == nil {
			unshown = n.show(ctx, heads.Size, r.batch.Heads[len(r.batch.Heads)-1].Checkpoint)
		}
	}
	if len(r.refused) > 0 {
		err = &RefusedError{Damage: r.refused}
	}
	if kept && len(out.found) > 0 {
		n.waiting.later(n.now(), out.practices()...)
		err = errors.Join(err, &AsideError{Practices: out.practices(), Err: out.why()})
	}
	if unshown != nil {
		err = errors.Join(err, unshown)
	}
	return r.taken, true, err
}

// result is what was made of one round.
type result struct {
	batch   tree.Batch
	rows    int // it had
	taken   int
	refused []Damage
	points  map[string]Checkpoint // of the trees that changed; none when no leaf was taken
}

func (n *Notary) integrate(ctx context.Context, round tree.Round, out *absent) (result, error) {
	r := result{batch: tree.Batch{At: n.now().UTC().Truncate(time.Microsecond)}, points: map[string]Checkpoint{}}
	all, err := checkParts(ctx, n.log, round.Rows, out)
	if err != nil {
		return result{}, err
	}
	r.rows = len(all)
	if len(out.found) > 0 && !out.answered.Load() {
		return result{rows: r.rows}, out.why()
	}
	aside := map[string][]string{}
	genuine := slices.DeleteFunc(all, func(c checked) bool {
		if c.absent {
			aside[c.practice] = append(aside[c.practice], c.mark.ID)
		} else if c.tampered != nil {
			r.refused = append(r.refused, refused(c))
		}
		return c.absent || c.tampered != nil
	})
	r.taken = len(genuine)
	for _, practice := range slices.Sorted(maps.Keys(aside)) {
		r.batch.Aside = append(r.batch.Aside, tree.Aside{Practice: practice, IDs: aside[practice]})
	}
	if r.taken == 0 {
		return r, nil
	}
	slices.SortStableFunc(genuine, func(a, b checked) int { return strings.Compare(a.practice, b.practice) })
	var practices []string
	var leaves [][]checked // of each of them
	for len(genuine) > 0 {
		practice := genuine[0].practice
		n := sort.Search(len(genuine), func(i int) bool { return genuine[i].practice > practice })
		practices, leaves, genuine = append(practices, practice), append(leaves, genuine[:n]), genuine[n:]
	}
	edges, err := n.edges(ctx, round, practices)
	if err != nil {
		return result{}, err
	}
	heads := newHead(edges[""], len(practices))
	for i, practice := range practices {
		h := newHead(edges[practice], len(leaves[i]))
		for _, c := range leaves[i] {
			h.add(c.mark, c.hash)
		}
		kept, point, err := h.sign(n.signer, practice, round.Number)
		if err != nil {
			return result{}, err
		}
		r.batch.Heads, r.points[practice] = append(r.batch.Heads, kept), point
		heads.add(tree.Mark{ID: practice}, tlog.RecordHash([]byte(point.text())))
	}
	kept, point, err := heads.sign(n.signer, "", round.Number)
	r.batch.Heads, r.points[""] = append(r.batch.Heads, kept), point
	return r, err
}

func refused(c checked) Damage {
	return Damage{Kind: Forged, Practice: c.practice, ID: c.mark.ID, Position: -1, Note: c.tampered.Error()}
}

// edges returns the right edges of the practices' trees and of the tree of heads, after it has checked that they lead to the
// roots that were signed, and that each practice's newest head is the newest that the tree of heads has of it. Otherwise
// one row that somebody altered or removed would have the notary vouch for a tree it never built.
func (n *Notary) edges(ctx context.Context, round tree.Round, practices []string) (map[string]edge, error) {
	mentions, err := round.Mentions(ctx, practices)
	if err != nil {
		return nil, err
	}
	all := append(slices.Clone(practices), "")
	tips, err := round.Tips(ctx, all)
	if err != nil {
		return nil, err
	}
	var keys []tree.Key
	for _, p := range all {
		if m, mentioned := mentions[p]; mentioned {
			keys = append(keys, keysOf("", 0, m.Position)...)
		}
		keys = append(keys, edgeKeys(p, tips[p].Size)...)
	}
	found, err := round.Hashes(ctx, keys)
	if err != nil && !errors.Is(err, tree.ErrNotFound) {
		return nil, err
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	edges := map[string]edge{}
	for _, p := range all {
		tip := tips[p]
		m, mentioned := mentions[p]
		if p != "" && m.Number != tip.Number || mentioned && m.Position >= tips[""].Size {
			return nil, fmt.Errorf("%w: the newest head of practice %q is not the one that the tree of heads has of it", ErrDamaged, p)
		}
		if mentioned {
			if tlog.Hash(found[0]) != tlog.RecordHash([]byte(textOf(tip.Checkpoint))) {
				return nil, fmt.Errorf("%w: the tree of heads has another head of practice %q", ErrDamaged, p)
			}
			found = found[1:]
		}
		var e edge
		e, found = edgeOf(tip.Size, found)
		if tip.Size > 0 {
			signed, err := OpenCheckpoint(tip.Checkpoint, n.known)
			if err != nil || signed.Practice != p || signed.Size != tip.Size || signed.Root != e.root() {
				return nil, fmt.Errorf("%w: the newest head of practice %q does not fit its checkpoint", ErrDamaged, p)
			}
		}
		last, known := n.last[p]
		if tip.Size < last.Size || (known && tip.Size == last.Size && e.root() != last.Root) {
			return nil, fmt.Errorf("%w: batches are gone that this notary has signed", ErrDamaged)
		}
		edges[p] = e
	}
	return edges, nil
}

// head is a tree that a batch adds leaves to.
type head struct {
	edge   edge
	marks  []tree.Mark
	hashes []tree.Hash
}

// newHead returns a head with room for n leaves, and for the hashes that are stored of them.
func newHead(e edge, n int) head {
	return head{edge: e, marks: make([]tree.Mark, 0, n), hashes: make([]tree.Hash, 0, n+n/(1<<stride-1)+1)}
}

func (h *head) add(m tree.Mark, leaf tlog.Hash) {
	h.marks = append(h.marks, m)
	h.hashes = h.edge.add(leaf, h.hashes)
}

func (h *head) sign(by note.Signer, practice string, number int64) (tree.Head, Checkpoint, error) {
	point := Checkpoint{Log: by.Name(), Practice: practice, Size: h.edge.size, Root: h.edge.root()}
	signed, err := point.sign(by)
	if err != nil {
		return tree.Head{}, Checkpoint{}, fmt.Errorf("sign: %w", err)
	}
	first := h.edge.size - int64(len(h.marks))
	return tree.Head{
		Practice: practice, Number: number, First: first, Size: h.edge.size, Marks: h.marks,
		FirstHash: storedCount(first), Hashes: h.hashes, Checkpoint: signed,
	}, point, nil
}
