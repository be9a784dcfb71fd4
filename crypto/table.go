package crypto

import (
	"hash/maphash"
	"math/bits"
	"sync/atomic"
)

// table finds unwrapped keys by their names without a lock, because every value that is sealed or opened looks into it.
// Its nodes never change: whoever writes, under the cache's lock, puts new ones in the place of old ones.
type table struct {
	seed    maphash.Seed
	buckets atomic.Pointer[[]atomic.Pointer[node]] // as many as a power of two
	nodes   int                                    // guarded by the cache
}

type node struct {
	hash uint64
	name ref
	key  *live
	next *node
}

const firstBuckets = 16

func (t *table) init() {
	t.seed = maphash.MakeSeed()
	first := make([]atomic.Pointer[node], firstBuckets)
	t.buckets.Store(&first)
}

// hash is an id as it is, for ids are random, or a keyed hash of what belongs to a subject, for who chooses names must
// not choose where they lie. Names that differ in less than their text share a place, which costs a comparison.
func (t *table) hash(r *ref) uint64 {
	if r.id != 0 {
		return r.id
	}
	h := maphash.String(t.seed, r.Practice) + uint64(len(r.Class)) + uint64(r.version)<<8
	if r.Patient != "" {
		h = bits.RotateLeft64(h, 17) ^ maphash.String(t.seed, r.Patient)
	}
	if r.purpose != "" {
		h = bits.RotateLeft64(h, 17) ^ maphash.String(t.seed, r.purpose)
	}
	return h
}

// find returns the key of that name, or nil.
func (t *table) find(r *ref) *live {
	h := t.hash(r)
	buckets := *t.buckets.Load()
	for n := buckets[h&uint64(len(buckets)-1)].Load(); n != nil; n = n.next {
		if n.hash == h && n.name == *r {
			return n.key
		}
	}
	return nil
}

// put files l under a name that is not taken.
func (t *table) put(name ref, l *live) {
	buckets := *t.buckets.Load()
	if t.nodes == len(buckets) {
		buckets = t.grow(buckets)
	}
	h := t.hash(&name)
	bucket := &buckets[h&uint64(len(buckets)-1)]
	bucket.Store(&node{hash: h, name: name, key: l, next: bucket.Load()})
	t.nodes++
}

// grow doubles the buckets. Who reads the old ones meanwhile reads what was true when it began.
func (t *table) grow(old []atomic.Pointer[node]) []atomic.Pointer[node] {
	buckets := make([]atomic.Pointer[node], 2*len(old))
	for i := range old {
		for n := old[i].Load(); n != nil; n = n.next {
			bucket := &buckets[n.hash&uint64(len(buckets)-1)]
			bucket.Store(&node{hash: n.hash, name: n.name, key: n.key, next: bucket.Load()})
		}
	}
	t.buckets.Store(&buckets)
	return buckets
}

// remove forgets a name.
func (t *table) remove(name ref) {
	h := t.hash(&name)
	buckets := *t.buckets.Load()
	bucket := &buckets[h&uint64(len(buckets)-1)]
	var kept *node
	for n := bucket.Load(); n != nil; n = n.next {
		if n.hash == h && n.name == name {
			t.nodes--
			continue
		}
		kept = &node{hash: n.hash, name: n.name, key: n.key, next: kept}
	}
	bucket.Store(kept)
}
