package crypto

import (
	"container/heap"
	"context"
	"crypto/cipher"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// live is an unwrapped key, ready for use. It never changes after it was made, but for what the cache keeps in it.
type live struct {
	subject Subject
	version int
	id      uint64
	aead    cipher.AEAD // of a key that seals
	start   []byte      // of a key that seals fields: how their additional data begin
	header  [headerSize]byte
	prf     *prf   // of a key that authenticates, for one purpose
	recent  []*prf // of an index key: of all versions that are searched by, newest first

	used  atomic.Uint64 // the cache's epoch when it was last found
	refs  [2]ref        // may be equal; guarded by the cache, as are the rest
	place int           // in the cache's order
	filed uint64        // the epoch by which it is ordered
	at    time.Time     // from before its row was read
}

// ref is what a key is asked for by: a subject and version (0 for the newest), or a practice and key id. Purpose is
// empty for keys that seal; of an index key it is the kind.
type ref struct {
	Subject
	version int
	id      uint64
	purpose string
}

// cache keeps unwrapped keys, at most max of them and none for longer than life, counted from before its row was read.
// Of several callers that miss the same key one loads it and the others wait for that one. A key that is there is found
// without a lock, and without reading a clock, which would cost a third of what sealing a short value does.
type cache struct {
	max   int
	life  time.Duration
	now   func() time.Time // nil: time.Now, and a timer drops what has aged
	table table
	epoch atomic.Uint64 // how many keys were ever filed: which key was unused longest is told by it

	mu      sync.Mutex
	order   order
	flights map[flightRef]*flight
	armed   bool // a timer is set
}

// flightRef keeps apart the loads that may make a key from those that only look for one.
type flightRef struct {
	ref
	making bool
}

type flight struct {
	done      chan struct{}
	key       *live
	err       error
	forgotten map[Subject]bool // of the practice, since the load began; guarded by the cache
	abandoned bool             // the caller that loaded gave up, or took a lifetime, which says nothing to those that wait
}

// sweeps is how often in a key's life the timer fires. A key is dropped by the last time before its life ends.
const sweeps = 64

func newCache(limit int, life time.Duration, now func() time.Time) *cache {
	if now == nil && life < time.Second {
		now = time.Now // too short a life for a timer
	}
	c := &cache{max: limit, life: life, now: now, flights: map[flightRef]*flight{}}
	c.table.init()
	return c
}

// hit returns the key under r, or nil.
func (c *cache) hit(r *ref) *live {
	l := c.table.find(r)
	if l == nil {
		return nil
	}
	// The clock is read after the key was found, for a time read before could be earlier than the key's own.
	if c.now != nil && c.aged(l, c.now(), c.life) {
		c.mu.Lock()
		c.drop(l)
		c.mu.Unlock()
		return nil
	}
	if e := c.epoch.Load(); l.used.Load() != e {
		l.used.Store(e)
	}
	return l
}

// aged reports whether l has reached life, by the monotonic clock, which stands still while a machine sleeps, or by the
// wall clock, which anybody may set. One that was set back must not lengthen a life.
func (c *cache) aged(l *live, now time.Time, life time.Duration) bool {
	age, wall := now.Sub(l.at), now.Round(0).Sub(l.at.Round(0))
	return min(age, wall) < 0 || max(age, wall) >= life
}

// get returns the key under r, from the cache or from load. A load that overlaps the shredding of what it loads is
// repeated, for it may have read the row before.
func (c *cache) get(ctx context.Context, r flightRef, load func(context.Context) (*live, error)) (*live, error) {
	for {
		c.mu.Lock()
		f := c.flights[r]
		if f == nil {
			// A flight files its key before it ends, so who sees neither is the first.
			if l := c.table.find(&r.ref); l != nil && (c.now == nil || !c.aged(l, c.now(), c.life)) {
				c.mu.Unlock()
				return l, nil
			}
			f = &flight{done: make(chan struct{}), abandoned: true}
			c.flights[r] = f
			c.mu.Unlock()
			c.fly(ctx, r, f, load)
			return f.key, f.err
		}
		c.mu.Unlock()
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("crypto: wait for a key: %w", ctx.Err())
		case <-f.done:
		}
		if !f.abandoned {
			return f.key, f.err
		}
	}
}

// fly loads a key for itself and all that wait. They are released even when load panics.
func (c *cache) fly(ctx context.Context, r flightRef, f *flight, load func(context.Context) (*live, error)) {
	defer func() {
		c.mu.Lock()
		if c.flights[r] == f {
			delete(c.flights, r)
		}
		c.mu.Unlock()
		close(f.done)
	}()
	for landed := false; !landed; {
		began := c.clock()
		key, err := load(ctx)
		landed = c.land(ctx, r, f, key, err, began)
	}
}

// land ends a flight, unless what it has loaded was forgotten meanwhile. Key and flight change places at once: who
// comes after a key was forgotten must not join a flight that has loaded it before.
func (c *cache) land(ctx context.Context, r flightRef, f *flight, key *live, err error, began time.Time) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err == nil && f.forgotten[key.subject] {
		f.forgotten = nil
		return false
	}
	f.key, f.err, f.abandoned = key, err, err != nil && ctx.Err() != nil
	if err == nil {
		key.at = began
		// What took a lifetime to load is for the caller that asked for it then, and for nobody who came later.
		if f.abandoned = c.aged(key, c.clock(), c.life); !f.abandoned {
			c.keep(key, r.ref)
		}
	}
	delete(c.flights, r)
	return true
}

func (c *cache) clock() time.Time {
	if c.now != nil {
		return c.now()
	}
	return time.Now()
}

// keep files l, a new key, under r and under its id, in place of what was there. An older version that was the newest so
// far is the newest no more.
func (c *cache) keep(l *live, r ref) {
	l.filed = c.epoch.Add(1)
	l.used.Store(l.filed)
	byID := ref{Subject: Subject{Practice: l.subject.Practice}, id: l.id, purpose: r.purpose}
	l.refs = [2]ref{r, byID}
	for _, name := range l.refs {
		if other := c.table.find(&name); other != nil && other != l {
			c.drop(other)
		}
	}
	newest := ref{Subject: l.subject, purpose: r.purpose}
	if other := c.table.find(&newest); other != nil && other.version < l.version {
		c.drop(other)
	}
	heap.Push(&c.order, l)
	c.table.put(r, l)
	if r != byID {
		c.table.put(byID, l)
	}
	for len(c.order) > c.max {
		oldest := c.order[0]
		if used := oldest.used.Load(); used > oldest.filed {
			oldest.filed = used
			heap.Fix(&c.order, 0)
			continue
		}
		c.drop(oldest)
	}
	c.arm()
}

// drop forgets l, if it is there. Who holds it already may finish.
func (c *cache) drop(l *live) {
	if l.place < 0 {
		return
	}
	heap.Remove(&c.order, l.place)
	for _, r := range l.refs {
		c.table.remove(r)
	}
}

// dropAll forgets what fits.
func (c *cache) dropAll(fits func(*live) bool) {
	for _, l := range slices.Clone(c.order) {
		if fits(l) {
			c.drop(l)
		}
	}
}

// arm sets the timer, as long as there is a key to drop: a keyring that is no longer used leaves nothing behind.
func (c *cache) arm() {
	if c.now == nil && !c.armed && len(c.order) > 0 {
		c.armed = true
		time.AfterFunc(c.life/sweeps, c.sweep)
	}
}

// sweep drops what would outlive its life before the next sweep.
func (c *cache) sweep() {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := time.Now()
	c.dropAll(func(l *live) bool { return c.aged(l, now, c.life-c.life/sweeps) })
	c.armed = false
	c.arm()
}

// forget drops every key of s, and has every load of one that is under way repeated. Loads of other keys are not, for
// a purge forgets many in a row, and the practice's own key may take longer to load than the next takes to come.
func (c *cache) forget(s Subject) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for r, f := range c.flights {
		if r.Practice != s.Practice {
			continue
		}
		if f.forgotten == nil {
			f.forgotten = map[Subject]bool{}
		}
		f.forgotten[s] = true // whose key it loads is not known yet where an id names it
	}
	c.dropAll(func(l *live) bool { return l.subject == s })
}

// order is a heap, the key unused longest in front. A key that was found since it was filed has its true place only
// when it comes to the front: finding one must not wait for a lock.
type order []*live

func (o order) Len() int           { return len(o) }
func (o order) Less(i, j int) bool { return o[i].filed < o[j].filed }

func (o order) Swap(i, j int) {
	o[i], o[j] = o[j], o[i]
	o[i].place, o[j].place = i, j
}

func (o *order) Push(l any) {
	l.(*live).place = len(*o)
	*o = append(*o, l.(*live))
}

func (o *order) Pop() any {
	last := len(*o) - 1
	l := (*o)[last]
	(*o)[last] = nil
	*o, l.place = (*o)[:last], -1
	return l
}
