package crypto

import (
	"container/list"
	"context"
	"crypto/cipher"
	"fmt"
	"sync"
	"time"
)

// live is an unwrapped key, ready for use. It never changes after it was made, but for what the cache keeps in it.
type live struct {
	subject Subject
	id      uint64
	aead    cipher.AEAD // of a key that seals
	prf     *prf        // of a key that authenticates, for one purpose

	// Guarded by the cache.
	refs   [2]ref // may be equal
	place  *list.Element
	loaded time.Time
}

// ref is what a key is asked for by: a subject and version (0 for the newest), or a practice and key id. Purpose is
// empty for keys that seal.
type ref struct {
	Subject
	version int
	id      uint64
	purpose string
}

// cache keeps unwrapped keys, at most max of them and none for longer than life, counted from before its row was read.
// Of several callers that miss the same key one loads it and the others wait for that one.
type cache struct {
	max  int
	life time.Duration
	now  func() time.Time

	mu      sync.Mutex
	keys    map[ref]*live
	order   *list.List // of *live, the one used last in front
	flights map[flightRef]*flight
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
	stale     bool // a key of the practice was shredded since the load began; guarded by the cache
	abandoned bool // the caller that loaded gave up, which says nothing to those that wait
}

func newCache(limit int, life time.Duration, now func() time.Time) *cache {
	return &cache{
		max: limit, life: life, now: now,
		keys: map[ref]*live{}, order: list.New(), flights: map[flightRef]*flight{},
	}
}

// hit returns the key under r, or nil.
func (c *cache) hit(r ref) *live {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.hitLocked(r)
}

func (c *cache) hitLocked(r ref) *live {
	l := c.keys[r]
	if l == nil {
		return nil
	}
	// A clock that was set back must not lengthen a key's life. It is read under the lock, for a time read before would
	// be earlier than that of a key which was loaded meanwhile.
	if age := c.now().Sub(l.loaded); age < 0 || age >= c.life {
		c.drop(l)
		return nil
	}
	c.order.MoveToFront(l.place)
	return l
}

// get returns the key under r, from the cache or from load. A load that overlaps a shredding in the same practice is
// repeated, for it may have read the row before.
func (c *cache) get(ctx context.Context, r flightRef, load func(context.Context) (*live, error)) (*live, error) {
	for {
		c.mu.Lock()
		if l := c.hitLocked(r.ref); l != nil {
			c.mu.Unlock()
			return l, nil
		}
		f := c.flights[r]
		if f == nil {
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
		delete(c.flights, r)
		c.mu.Unlock()
		close(f.done)
	}()
	for {
		began := c.now()
		key, err := load(ctx)
		c.mu.Lock()
		if err == nil && f.stale {
			f.stale = false
			c.mu.Unlock()
			continue
		}
		f.key, f.err, f.abandoned = key, err, err != nil && ctx.Err() != nil
		if err == nil {
			c.keep(key, r.ref, began)
		}
		c.mu.Unlock()
		return
	}
}

// keep files l, a new key, under r and under its id, in place of what was there.
func (c *cache) keep(l *live, r ref, began time.Time) {
	l.loaded = began
	l.place = c.order.PushFront(l)
	byID := ref{Subject: Subject{Practice: l.subject.Practice}, id: l.id, purpose: r.purpose}
	for _, name := range []ref{r, byID} {
		if other := c.keys[name]; other != nil && other != l {
			c.drop(other)
		}
		c.keys[name] = l
	}
	l.refs = [2]ref{r, byID}
	for c.order.Len() > c.max {
		c.drop(c.order.Back().Value.(*live))
	}
}

// drop forgets l. Who holds it already may finish.
func (c *cache) drop(l *live) {
	for _, r := range l.refs {
		delete(c.keys, r)
	}
	c.order.Remove(l.place)
}

// forget drops every key of s, and has every load of its practice that is under way repeated.
func (c *cache) forget(s Subject) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for r, f := range c.flights {
		if r.Practice == s.Practice {
			f.stale = true
		}
	}
	for e := c.order.Front(); e != nil; {
		l := e.Value.(*live)
		e = e.Next()
		if l.subject == s {
			c.drop(l)
		}
	}
}
