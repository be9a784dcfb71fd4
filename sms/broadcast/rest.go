package broadcast

import (
	"sync"
	"time"
)

// rest is how long a worker leaves a broadcast's texts alone, because nothing can have become of them.
type rest struct {
	facts  int       // in the ledger when the worker looked
	queued time.Time // when those that are queued are looked at next
	review time.Time // when those in review are
	fed    int64     // the place behind which those who wait are looked at next
	held   bool      // somebody before it goes on waiting
	again  time.Time // when those who go on waiting are looked at next
}

// rests are the rests of the broadcasts that a worker sees to.
type rests struct {
	mu sync.Mutex
	of map[Key]rest
}

func (r *rests) get(k Key) rest {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.of[k]
}

func (r *rests) set(k Key, to rest) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.of == nil {
		r.of = map[Key]rest{}
	}
	r.of[k] = to
}

// keep forgets all broadcasts but some.
func (r *rests) keep(some map[Key]bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for k := range r.of {
		if !some[k] {
			delete(r.of, k)
		}
	}
}

// rests reports whether a moment is ahead, by no more than a worker rests at once: a clock may have been set back.
func (w *Worker) rests(now, until time.Time) bool {
	wait := until.Sub(now)
	return wait > 0 && wait <= w.o.Rest
}
