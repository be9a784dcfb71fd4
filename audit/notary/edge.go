package notary

import (
	"context"
	"slices"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/enamel-go/enamel/audit/tree"
)

// edge is the right edge of a tree: all one needs to add leaves to it. Its roots are those of the full subtrees, the
// largest first, one for each bit that is set in size.
type edge struct {
	size  int64
	roots []tlog.Hash
}

// add appends a leaf and returns the stored hashes that it completes, in the order of [tlog.StoredHashes]: its own,
// then that of each subtree that it fills.
func (e *edge) add(leaf tlog.Hash) []tlog.Hash {
	completed := []tlog.Hash{leaf}
	for bits := e.size; bits&1 == 1; bits >>= 1 {
		last := len(e.roots) - 1
		leaf = tlog.NodeHash(e.roots[last], leaf)
		e.roots = e.roots[:last]
		completed = append(completed, leaf)
	}
	e.roots = append(e.roots, leaf)
	e.size++
	return completed
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

// edgeKeys names the stored hashes that are the roots of an edge of this size.
func edgeKeys(practice string, size int64) []tree.Key {
	var keys []tree.Key
	start := int64(0)
	for level := 62; level >= 0; level-- {
		if size>>level&1 == 1 {
			keys = append(keys, tree.Key{
				Practice: practice, Index: tlog.StoredHashIndex(level, start>>level), Leaf: start + 1<<level - 1,
			})
			start += 1 << level
		}
	}
	return keys
}

// reader gives tlog the stored hashes of a practice's tree.
func reader(ctx context.Context, store tree.Store, practice string) tlog.HashReader {
	return tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		keys := make([]tree.Key, len(indexes))
		for i, index := range indexes {
			level, n := tlog.SplitStoredHashIndex(index)
			keys[i] = tree.Key{Practice: practice, Index: index, Leaf: (n+1)<<level - 1}
		}
		found, err := store.Hashes(ctx, keys)
		return hashes(found), err
	})
}

func hashes(found []tree.Hash) []tlog.Hash {
	converted := make([]tlog.Hash, len(found))
	for i, h := range found {
		converted[i] = h
	}
	return converted
}
