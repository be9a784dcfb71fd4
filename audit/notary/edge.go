package notary

import (
	"context"
	"slices"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/enamel-go/enamel/audit/tree"
)

// stride says which hashes of a tree are stored: those of every second level, beginning with the leaves. It halves what
// a log of many leaves takes beyond its leaves' own hashes, and any other hash is made of two.
const stride = 2

// storedCount is how many hashes are stored of a tree of this size. They stand in the order in which leaves completed
// them, and those that one leaf completed from the lowest level up.
func storedCount(size int64) int64 {
	count := int64(0)
	for ; size > 0; size >>= stride {
		count += size
	}
	return count
}

// keysOf names the stored hashes of which the n-th hash of a level is made: itself, or the two below it.
func keysOf(practice string, level int, n int64) []tree.Key {
	if level%stride != 0 {
		return append(keysOf(practice, level-1, 2*n), keysOf(practice, level-1, 2*n+1)...)
	}
	leaf := (n+1)<<level - 1
	return []tree.Key{{Practice: practice, Index: storedCount(leaf) + int64(level/stride), Leaf: leaf}}
}

// made returns the hash of a level of what stands first in found under its keys, and the rest of found.
func made(level int, found []tree.Hash) (tlog.Hash, []tree.Hash) {
	if level%stride != 0 {
		return tlog.NodeHash(tlog.Hash(found[0]), tlog.Hash(found[1])), found[2:]
	}
	return tlog.Hash(found[0]), found[1:]
}

// edge is the right edge of a tree: all one needs to add leaves to it. Its roots are those of the full subtrees, the
// largest first, one for each bit that is set in size.
type edge struct {
	size  int64
	roots []tlog.Hash
}

// add appends a leaf, and appends to stored the hashes that it completes and that are stored.
func (e *edge) add(leaf tlog.Hash, stored []tree.Hash) []tree.Hash {
	stored = append(stored, leaf)
	level := 0
	for bits := e.size; bits&1 == 1; bits >>= 1 {
		last := len(e.roots) - 1
		leaf = tlog.NodeHash(e.roots[last], leaf)
		e.roots = e.roots[:last]
		if level++; level%stride == 0 {
			stored = append(stored, leaf)
		}
	}
	e.roots = append(e.roots, leaf)
	e.size++
	return stored
}

// root returns the tree's root; of an empty tree a hash that no checkpoint has.
func (e *edge) root() tlog.Hash {
	if len(e.roots) == 0 {
		return tlog.Hash{}
	}
	last := len(e.roots) - 1
	root := e.roots[last]
	for i := last - 1; i >= 0; i-- {
		root = tlog.NodeHash(e.roots[i], root)
	}
	return root
}

func (e edge) clone() edge { return edge{size: e.size, roots: slices.Clone(e.roots)} }

// levels are those of the roots of an edge of this size.
func levels(size int64) []int {
	var set []int
	for level := 62; level >= 0; level-- {
		if size>>level&1 == 1 {
			set = append(set, level)
		}
	}
	return set
}

// edgeKeys names the stored hashes of which the roots of an edge of this size are made.
func edgeKeys(practice string, size int64) []tree.Key {
	var keys []tree.Key
	start := int64(0)
	for _, level := range levels(size) {
		keys = append(keys, keysOf(practice, level, start>>level)...)
		start += 1 << level
	}
	return keys
}

// edgeOf makes the edge of a tree of this size of what was found under its keys, and returns the rest of found.
func edgeOf(size int64, found []tree.Hash) (edge, []tree.Hash) {
	e := edge{size: size}
	for _, level := range levels(size) {
		var root tlog.Hash
		root, found = made(level, found)
		e.roots = append(e.roots, root)
	}
	return e, found
}

// reader gives tlog the hashes of a practice's tree.
func reader(ctx context.Context, store tree.Store, practice string) tlog.HashReader {
	return tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		var keys []tree.Key
		for _, index := range indexes {
			level, n := tlog.SplitStoredHashIndex(index)
			keys = append(keys, keysOf(practice, level, n)...)
		}
		found, err := store.Hashes(ctx, keys)
		if err != nil {
			return nil, err
		}
		hashes := make([]tlog.Hash, len(indexes))
		for i, index := range indexes {
			level, _ := tlog.SplitStoredHashIndex(index)
			hashes[i], found = made(level, found)
		}
		return hashes, nil
	})
}
