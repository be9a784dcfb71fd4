package smsmem

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/enamel-go/enamel/audit/auditmem"
	"github.com/enamel-go/enamel/sms"
	"github.com/enamel-go/enamel/sms/internal/input"
)

// Options adjusts a [Store]. The zero value is ready to use.
type Options struct {
	// Now is the clock that leases run on. Defaults to time.Now.
	Now func() time.Time
}

// Store implements [sms.Store], [sms.Queue] and [sms.Router]. It may be used concurrently.
type Store struct {
	now     func() time.Time
	entries *auditmem.Store

	mu       sync.RWMutex
	texts    map[sms.Key]*item
	messages map[sms.MessageKey]sms.Received
	senders  []sms.Sender              // oldest first
	held     map[sms.MessageKey]string // the bodies of flagged messages
	tasks    map[sms.Key]sms.Task
	settled  map[settled]sms.Task // the tasks of texts that were finished
	taken    map[string]taken
}

// item is a text with what only workers see of it.
type item struct {
	sms.Tracked
	worker string    // who claimed it last and has not settled it; empty: nobody
	leased time.Time // when the lease ends; zero: no lease runs
	wake   time.Time // while doubtful: when the provider may be asked

	decisions []sms.Decision // all of them; the last one is the text's
}

// taken is how many texts left on the newest allowance of a key.
type taken struct {
	from  time.Time
	count int
}

// New returns an empty store that writes the entries of its changes to entries; o may be nil.
func New(entries *auditmem.Store, o *Options) *Store {
	s := &Store{now: time.Now, entries: entries, texts: map[sms.Key]*item{}, messages: map[sms.MessageKey]sms.Received{}, taken: map[string]taken{}}
	s.held, s.tasks, s.settled = map[sms.MessageKey]string{}, map[sms.Key]sms.Task{}, map[settled]sms.Task{}
	if o != nil && o.Now != nil {
		s.now = o.Now
	}
	return s
}

// Apply implements [sms.Store].
func (s *Store) Apply(ctx context.Context, c sms.Change) (bool, error) {
	if err := ctx.Err(); err != nil {
		return false, err
	}
	c, err := input.Change(c)
	if err != nil {
		return false, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.applies(c) {
		return false, nil
	}
	if c.Sender != nil && slices.ContainsFunc(s.senders, func(o sms.Sender) bool {
		return o.Number == c.Sender.Number && o.Practice != c.Sender.Practice
	}) {
		return false, fmt.Errorf("%w: another practice texts from this number", sms.ErrInvalid)
	}
	if err := s.entries.Append(ctx, c.Leaves...); err != nil {
		return false, err
	}
	s.write(c)
	return true, nil
}

// applies reports whether nothing of a change was made before, and all of it still can be made.
func (s *Store) applies(c sms.Change) bool {
	fresh := map[sms.Key]bool{}
	for _, t := range c.Texts {
		if s.texts[t.Key()] != nil || fresh[t.Key()] {
			return false
		}
		fresh[t.Key()] = true
	}
	if r := c.Received; r != nil {
		if _, known := s.messages[r.Key()]; known {
			return false
		}
	}
	if !s.tasksApply(c) {
		return false
	}
	if c.Cancel != nil && !s.is(c.Cancel.Key, sms.Queued) || c.Resolve != nil && !s.is(c.Resolve.Key, sms.Review) {
		return false
	}
	if r := c.Requeue; r != nil {
		failed := s.is(r.Key, sms.Failed) && s.texts[r.Key].Class != sms.Unknown
		if !failed && !s.is(r.Key, sms.Refused) {
			return false
		}
	}
	if r := c.Receipt; r != nil {
		i := s.texts[r.Key]
		return i != nil && (r.Seen == nil || *r.Seen == sms.Seen{State: i.State, Delivery: i.Delivery}) && i.learn(*r)
	}
	return true
}

func (s *Store) is(k sms.Key, state sms.State) bool {
	return s.texts[k] != nil && s.texts[k].State == state
}

// learn reports whether a receipt tells something new of a text.
func (i *item) learn(r sms.Delivered) bool { return i.after(r) != i.told() }

// told is what receipts change.
type told struct {
	id     string
	status sms.Status
	code   string
	class  sms.Class
}

func (i *item) told() told { return told{i.ProviderID, i.Delivery, i.Code, i.Class} }

// after returns what is known of a text after a receipt: the first id, the status of the highest rank, and the first
// code with its class that a receipt tells.
func (i *item) after(r sms.Delivered) told {
	k := i.told()
	if k.id == "" {
		k.id = r.ProviderID
	}
	first := k.status == "" && r.Status.Rank() > 0
	if first && i.State != sms.Failed || k.code == "" && k.class == "" {
		k.code, k.class = r.Code, r.Class
	}
	k.status = further(k.status, r.Status)
	return k
}

// further returns the status of the higher rank, the older of two with the same.
func further(old, told sms.Status) sms.Status {
	if told.Rank() > old.Rank() {
		return told
	}
	return old
}

// write makes a change that applies. What is about texts that are there comes before those that are new.
func (s *Store) write(c sms.Change) {
	if c.Cancel != nil {
		s.texts[c.Cancel.Key].end(sms.Cancelled, c.Cancel.Decision)
	}
	if c.Receipt != nil {
		i := s.texts[c.Receipt.Key]
		k := i.after(*c.Receipt)
		i.ProviderID, i.Delivery, i.Code, i.Class = k.id, k.status, k.code, k.class
	}
	if c.Resolve != nil {
		s.texts[c.Resolve.Key].end(c.Resolve.State, sms.Decision{})
	}
	if c.Requeue != nil {
		i := s.texts[c.Requeue.Key]
		i.State, i.Due, i.Code, i.Class = sms.Queued, c.Requeue.Due, "", ""
	}
	if c.Stop != nil {
		for _, i := range s.texts {
			if i.Practice == c.Stop.Practice && i.To == c.Stop.Number && i.State == sms.Queued && !i.Kind.Answer() {
				i.end(sms.Refused, c.Stop.Decision)
			}
		}
	}
	for _, t := range c.Texts {
		s.queue(t)
	}
	if r := c.Received; r != nil {
		kept := *r
		kept.Inbound.At = time.Time{}
		if kept.Flag != sms.Unflagged {
			s.held[r.Key()], kept.Body = r.Body, ""
		}
		s.messages[r.Key()] = kept
	}
	s.writeTasks(c)
	if c.Sender != nil {
		at := slices.IndexFunc(s.senders, func(o sms.Sender) bool { return o.Number == c.Sender.Number })
		if at < 0 {
			s.senders = append(s.senders, *c.Sender)
		} else {
			s.senders[at] = *c.Sender
		}
	}
}

// queue adds a text.
func (s *Store) queue(t sms.Text) {
	s.texts[t.Key()] = &item{Tracked: sms.Tracked{Text: t, Progress: sms.Progress{State: sms.Queued, Due: t.NotBefore}}}
}

// end moves a text on. A decision without a verdict leaves the last one in place.
func (i *item) end(state sms.State, d sms.Decision) {
	i.State, i.wake, i.leased, i.worker = state, time.Time{}, time.Time{}, ""
	if d.Verdict != "" {
		i.Decision = d.Clone()
		i.decisions = append(i.decisions, i.Decision)
	}
}

// Text implements [sms.Store].
func (s *Store) Text(ctx context.Context, k sms.Key) (sms.Tracked, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if err := ctx.Err(); err != nil {
		return sms.Tracked{}, err
	}
	if i := s.texts[k]; i != nil {
		return i.copy(), nil
	}
	return sms.Tracked{}, sms.ErrNotFound
}

// Decisions implements [sms.Store].
func (s *Store) Decisions(ctx context.Context, k sms.Key) ([]sms.Decision, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var decisions []sms.Decision
	if i := s.texts[k]; i != nil {
		for _, d := range i.decisions {
			decisions = append(decisions, d.Clone())
		}
	}
	return decisions, ctx.Err()
}

// Texts implements [sms.Store].
func (s *Store) Texts(ctx context.Context, q sms.Query) (sms.Page, error) {
	limit, after, err := input.Query(q)
	if err != nil {
		return sms.Page{}, err
	}
	q.Before, q.Claimed = input.Instant(q.Before), input.Instant(q.Claimed)
	s.mu.RLock()
	defer s.mu.RUnlock()
	among := s.texts
	if len(q.IDs) > 0 {
		among = map[sms.Key]*item{}
		for _, id := range q.IDs {
			if k := (sms.Key{Practice: q.Practice, ID: id}); s.texts[k] != nil {
				among[k] = s.texts[k]
			}
		}
	}
	var found []sms.Tracked
	for _, i := range among {
		if i.sought(q) && (after == nil || input.Of(i.Text).Compare(*after) < 0) {
			found = append(found, i.copy())
		}
	}
	slices.SortFunc(found, func(a, b sms.Tracked) int { return input.Of(b.Text).Compare(input.Of(a.Text)) })
	return input.Page(found[:min(len(found), limit+1)], limit), ctx.Err()
}

// sought reports whether a query asks for the text, on whichever page.
func (i *item) sought(q sms.Query) bool {
	return i.Practice == q.Practice && (q.Number == "" || i.To == q.Number) && (len(q.States) == 0 || slices.Contains(q.States, i.State)) &&
		(q.Category == "" || i.Category == q.Category) && (q.Before.IsZero() || i.Created.Before(q.Before)) &&
		(q.Claimed.IsZero() || i.Claimed.After(q.Claimed))
}

// Received implements [sms.Store].
func (s *Store) Received(ctx context.Context, q sms.Query) ([]sms.Received, error) {
	limit, after, err := input.Messages(q)
	if err != nil {
		return nil, err
	}
	q.Before = input.Instant(q.Before)
	s.mu.RLock()
	defer s.mu.RUnlock()
	var found []sms.Received
	for _, r := range s.messages {
		if r.Practice == q.Practice && (q.Number == "" || r.From == q.Number) && (q.Before.IsZero() || r.At.Before(q.Before)) &&
			(after == nil || after.Compare(r) > 0) && (!q.Free || r.Free()) {
			found = append(found, r)
		}
	}
	slices.SortFunc(found, func(a, b sms.Received) int {
		return cmp.Or(b.At.Compare(a.At), strings.Compare(b.ID, a.ID), strings.Compare(b.Provider, a.Provider))
	})
	return found[:min(len(found), limit)], ctx.Err()
}

// Known implements [sms.Store].
func (s *Store) Known(ctx context.Context, k sms.MessageKey) (bool, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	_, known := s.messages[k]
	return known, ctx.Err()
}

// Sender implements [sms.Store].
func (s *Store) Sender(ctx context.Context, practice, number string) (sms.Sender, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	for _, o := range s.senders {
		if o.Practice == practice && (number == "" || o.Number == number) {
			return o, ctx.Err()
		}
	}
	return sms.Sender{}, cmp.Or(ctx.Err(), error(sms.ErrNotFound))
}

// Route implements [sms.Router].
func (s *Store) Route(ctx context.Context, number string) (string, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	for _, o := range s.senders {
		if o.Number == number {
			return o.Practice, ctx.Err()
		}
	}
	return "", cmp.Or(ctx.Err(), error(sms.ErrNotFound))
}

// copy returns what may be handed out: it shares no memory with the store.
func (i *item) copy() sms.Tracked {
	t := i.Tracked
	t.Text, t.Decision = t.Text.Clone(), t.Decision.Clone()
	return t
}
