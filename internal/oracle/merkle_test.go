package oracle_test

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
	merkle "github.com/transparency-dev/merkle/testonly"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/audit/auditmem"
	"github.com/enamel-go/enamel/audit/notary"
	"github.com/enamel-go/enamel/audit/tree"
)

// TestMerkle has the notary's trees judged by transparency-dev's implementation of RFC 6962, at many sizes: the roots
// are the same, each one's proofs pass the other's check, and neither takes a proof in which a bit is wrong.
func TestMerkle(t *testing.T) {
	w := newWorld(t, auditmem.New())
	theirs := merkle.New(rfc6962.DefaultHasher)
	for _, size := range append(upTo(66), 127, 128, 129, 255, 256, 257, 1000) {
		for _, leaf := range w.grow(t, size) {
			theirs.AppendData(leaf.Record())
		}
		signed, err := w.reader.Checkpoint(t.Context(), practice)
		require.NoError(t, err)
		c, err := notary.OpenCheckpoint(signed, w.known)
		require.NoError(t, err)
		require.EqualValues(t, size, c.Size)
		require.Equal(t, theirs.Hash(), c.Root[:])
		for index := range size {
			if size <= 66 || index%61 == 0 || index >= size-2 {
				w.inclusion(t, theirs, c, signed, index)
			}
		}
		for old := 1; old <= size; old++ {
			if size <= 66 || old%61 == 0 || old >= size-2 {
				w.consistency(t, theirs, c, signed, old)
			}
		}
	}
}

func (w *world) inclusion(t *testing.T, theirs *merkle.Tree, c notary.Checkpoint, signed string, index int) {
	t.Helper()
	at, size := uint64(index), uint64(c.Size)
	leaf := w.leaves[index]
	ours, err := w.reader.Inclusion(t.Context(), practice, leaf.ID)
	require.NoError(t, err)
	require.NoError(t, proof.VerifyInclusion(rfc6962.DefaultHasher, at, size, theirs.LeafHash(at), path(t, ours), c.Root[:]))

	want, err := theirs.InclusionProof(at, size)
	require.NoError(t, err)
	form := fmt.Sprintf("c2sp.org/tlog-proof@v1\nindex %d\n%%s\n%s", index, signed)
	_, err = notary.CheckInclusion(fmt.Sprintf(form, lines(want)), leaf, w.known)
	require.NoError(t, err)

	if len(want) > 0 {
		want[index%len(want)][index%32] ^= 1
		require.Error(t, proof.VerifyInclusion(rfc6962.DefaultHasher, at, size, theirs.LeafHash(at), want, c.Root[:]))
		_, err = notary.CheckInclusion(fmt.Sprintf(form, lines(want)), leaf, w.known)
		require.ErrorIs(t, err, notary.ErrProof)
		want[index%len(want)][index%32] ^= 1 // it is the tree's own memory
	}
}

func (w *world) consistency(t *testing.T, theirs *merkle.Tree, c notary.Checkpoint, signed string, old int) {
	t.Helper()
	before := notary.Checkpoint{Log: c.Log, Practice: practice, Size: int64(old), Root: tree.Hash(theirs.HashAt(uint64(old)))}
	ours, err := w.reader.Consistency(t.Context(), practice, before.Size)
	require.NoError(t, err)
	from, to := uint64(old), uint64(c.Size)
	require.NoError(t, proof.VerifyConsistency(rfc6962.DefaultHasher, from, to, path(t, ours), before.Root[:], c.Root[:]))

	want, err := theirs.ConsistencyProof(from, to)
	require.NoError(t, err)
	form := fmt.Sprintf("old %d\n%%s\n%s", old, signed)
	_, err = notary.CheckConsistency(fmt.Sprintf(form, lines(want)), before, w.known)
	require.NoError(t, err)

	before.Root[old%32] ^= 1
	require.Error(t, proof.VerifyConsistency(rfc6962.DefaultHasher, from, to, want, before.Root[:], c.Root[:]))
	_, err = notary.CheckConsistency(fmt.Sprintf(form, lines(want)), before, w.known)
	require.ErrorIs(t, err, notary.ErrProof)
}

// TestMerkleOfHeads judges the tree of heads, which grows by as many leaves as practices changed.
func TestMerkleOfHeads(t *testing.T) {
	w := newWorld(t, auditmem.New())
	var kept []notary.Checkpoint
	for size := range 40 {
		w.grow(t, size+1)
		if size%3 == 0 {
			require.NoError(t, w.log.Record(t.Context(), entry("oak-avenue", size)))
			_, err := w.notary.Step(t.Context())
			require.NoError(t, err)
		}
		signed, err := w.reader.Checkpoint(t.Context(), "")
		require.NoError(t, err)
		c, err := notary.OpenCheckpoint(signed, w.known)
		require.NoError(t, err)
		for _, before := range kept {
			ours, err := w.reader.Consistency(t.Context(), "", before.Size)
			require.NoError(t, err)
			require.NoError(t, proof.VerifyConsistency(rfc6962.DefaultHasher,
				uint64(before.Size), uint64(c.Size), path(t, ours), before.Root[:], c.Root[:]))
		}
		kept = append(kept, c)
	}
}

// path reads the hashes out of a proof's text: they stand between its number and the first empty line.
func path(t *testing.T, text string) [][]byte {
	t.Helper()
	head, _, found := strings.Cut(text, "\n\n")
	require.True(t, found)
	hashes := [][]byte{}
	for _, line := range strings.Split(head, "\n") {
		if strings.Contains(line, " ") || strings.HasPrefix(line, "c2sp.org/") {
			continue
		}
		hash, err := base64.StdEncoding.DecodeString(line)
		require.NoError(t, err)
		hashes = append(hashes, hash)
	}
	return hashes
}

func lines(hashes [][]byte) string {
	var b strings.Builder
	for _, h := range hashes {
		b.WriteString(base64.StdEncoding.EncodeToString(h) + "\n")
	}
	return b.String()
}

func upTo(n int) []int {
	numbers := make([]int, n)
	for i := range numbers {
		numbers[i] = i + 1
	}
	return numbers
}

// both is a store of leaves and trees.
type both interface {
	audit.Store
	tree.Store
}
