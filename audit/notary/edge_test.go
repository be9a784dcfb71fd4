package notary

import (
	"encoding/binary"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/enamel-go/enamel/audit/tree"
)

// TestEdge compares the edge, and what is stored of it, with tlog's own reckoning for every size up to 600.
func TestEdge(t *testing.T) {
	var all []tlog.Hash
	read := tlog.HashReaderFunc(func(at []int64) ([]tlog.Hash, error) {
		var found []tlog.Hash
		for _, i := range at {
			found = append(found, all[i])
		}
		return found, nil
	})
	var e edge
	var stored []tree.Hash
	for n := range int64(600) {
		require.EqualValues(t, len(stored), storedCount(n))
		var found []tree.Hash
		for _, k := range edgeKeys("elm", n) {
			require.Equal(t, "elm", k.Practice)
			require.Less(t, k.Leaf, n)
			require.Less(t, k.Index, storedCount(k.Leaf+1))
			require.GreaterOrEqual(t, k.Index, storedCount(k.Leaf))
			found = append(found, stored[k.Index])
		}
		again, rest := edgeOf(n, found)
		require.Empty(t, rest)
		require.Equal(t, e.size, again.size)
		require.Equal(t, append([]tlog.Hash(nil), e.roots...), again.roots, "size %d", n)

		leaf := tlog.RecordHash(binary.BigEndian.AppendUint64(nil, uint64(n)))
		want, err := tlog.StoredHashesForRecordHash(n, leaf, read)
		require.NoError(t, err)
		all = append(all, want...)
		before := len(stored)
		stored = e.add(leaf, stored)
		for i, h := range stored[before:] {
			require.Equal(t, want[stride*i], tlog.Hash(h))
		}
		require.Len(t, stored[before:], (len(want)+stride-1)/stride)
		root, err := tlog.TreeHash(n+1, read)
		require.NoError(t, err)
		require.Equal(t, root, e.root())
		// What is stored never changes, so it is enough to make each hash once, as soon as it can be made.
		for i := len(all) - len(want); i < len(all); i++ {
			level, at := tlog.SplitStoredHashIndex(int64(i))
			var found []tree.Hash
			for _, k := range keysOf("elm", level, at) {
				found = append(found, stored[k.Index])
			}
			got, _ := made(level, found)
			require.Equal(t, all[i], got)
		}
	}
}
