package notary

import (
	"encoding/binary"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/tlog"
)

// TestEdge compares the edge with tlog's own reckoning for every size up to 600.
func TestEdge(t *testing.T) {
	var stored []tlog.Hash
	read := tlog.HashReaderFunc(func(at []int64) ([]tlog.Hash, error) {
		var found []tlog.Hash
		for _, i := range at {
			found = append(found, stored[i])
		}
		return found, nil
	})
	var e edge
	for n := range int64(600) {
		var roots []tlog.Hash
		for _, k := range edgeKeys("elm", n) {
			level, at := tlog.SplitStoredHashIndex(k.Index)
			require.Equal(t, (at+1)<<level-1, k.Leaf)
			roots = append(roots, stored[k.Index])
		}
		require.Equal(t, roots, append([]tlog.Hash(nil), e.roots...), "size %d", n)

		leaf := tlog.RecordHash(binary.BigEndian.AppendUint64(nil, uint64(n)))
		want, err := tlog.StoredHashesForRecordHash(n, leaf, read)
		require.NoError(t, err)
		require.Equal(t, want, e.add(leaf))
		stored = append(stored, want...)
		root, err := tlog.TreeHash(n+1, read)
		require.NoError(t, err)
		require.Equal(t, root, e.root())
	}
}
