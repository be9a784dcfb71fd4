package notary_test

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/enamel-go/enamel/audit/notary"
	"github.com/enamel-go/enamel/audit/tree"
	"github.com/enamel-go/enamel/internal/shareddata"
)

func TestInclusion(t *testing.T) {
	eachStore(t, nil, func(t *testing.T, w *world) {
		ctx := t.Context()
		w.grow(t)
		report := w.verify(t, elm)
		heads := 0
		for i := 1; heads < 23; i++ {
			id := fmt.Sprintf("e-%05d", i)
			proof, err := w.reader.Inclusion(ctx, elm, id)
			if err != nil {
				require.ErrorIs(t, err, notary.ErrNotFound) // an entry of oak
				continue
			}
			heads++
			leaf := w.leaf(t, elm, id)
			_, headless, _ := strings.Cut(proof, "\n")
			for _, bad := range []string{headless, strings.Replace(proof, "\nindex ", "\n", 1)} {
				_, err = notary.CheckInclusion(bad, leaf, w.known)
				require.ErrorIs(t, err, notary.ErrProof, "it does not say what it is")
			}
			c, err := notary.CheckInclusion(proof, leaf, w.known)
			require.NoError(t, err)
			require.Equal(t, report.Size, c.Size)

			other := leaf.Clone()
			other.MAC[3] ^= 1
			_, err = notary.CheckInclusion(proof, other, w.known)
			require.ErrorIs(t, err, notary.ErrProof)
			other = leaf.Clone()
			other.Practice = oak
			_, err = notary.CheckInclusion(proof, other, w.known)
			require.ErrorIs(t, err, notary.ErrProof)
		}
		w.record(t, elm, 1)
		for _, id := range []string{"nobody", "", "e-00030"} {
			_, err := w.reader.Inclusion(ctx, elm, id)
			require.ErrorIs(t, err, notary.ErrNotFound)
		}
		_, err := w.reader.Inclusion(ctx, "ash", "e-00001")
		require.ErrorIs(t, err, notary.ErrNotFound)
		_, err = w.reader.Inclusion(ctx, "", elm)
		require.ErrorIs(t, err, notary.ErrNotFound, "no leaf of a practice's tree")
	})
}

func TestConsistency(t *testing.T) {
	eachStore(t, nil, func(t *testing.T, w *world) {
		ctx := t.Context()
		var kept []string
		for range 9 {
			w.record(t, elm, 3)
			w.step(t, 3)
			kept = append(kept, w.checkpoint(t, elm))
		}
		for i, signed := range kept {
			old, err := notary.OpenCheckpoint(signed, w.known)
			require.NoError(t, err)
			require.EqualValues(t, 3*i+3, old.Size)
			proof, err := w.reader.Consistency(ctx, elm, old.Size)
			require.NoError(t, err)
			newer, err := notary.CheckConsistency(proof, old, w.known)
			require.NoError(t, err)
			require.EqualValues(t, 27, newer.Size)

			other := old
			other.Root[5] ^= 1
			_, err = notary.CheckConsistency(proof, other, w.known)
			require.ErrorIs(t, err, notary.ErrProof)
			other = old
			other.Log = "audit.example.net"
			_, err = notary.CheckConsistency(proof, other, w.known)
			require.ErrorIs(t, err, notary.ErrProof)
			other = old
			other.Practice = oak
			_, err = notary.CheckConsistency(proof, other, w.known)
			require.ErrorIs(t, err, notary.ErrProof)
			other = old
			other.Size++
			_, err = notary.CheckConsistency(proof, other, w.known)
			require.ErrorIs(t, err, notary.ErrProof)
		}
		for _, size := range []int64{-1, 0, 28} {
			_, err := w.reader.Consistency(ctx, elm, size)
			require.ErrorIs(t, err, notary.ErrInvalid)
		}
		_, err := w.reader.Consistency(ctx, "ash", 1)
		require.ErrorIs(t, err, notary.ErrNotFound)
	})
}

// TestHeadWithAnothersCheckpoint has a practice's newest head carry what the notary signed for another one.
func TestHeadWithAnothersCheckpoint(t *testing.T) {
	w := inMemory(t, nil)
	w.grow(t)
	signed, err := note.Sign(&note.Note{Text: fmt.Sprintf("%s/ash\n23\n%s\n", logName, tlog.Hash{1})}, w.signer)
	require.NoError(t, err)
	reader, err := notary.NewReader(altering{w.trees, func(h *tree.Head) {
		if h.Practice == elm && h.Number == 3 {
			h.Checkpoint = string(signed)
		}
	}}, w.known)
	require.NoError(t, err)
	_, err = reader.Inclusion(t.Context(), elm, "e-00001")
	require.ErrorIs(t, err, notary.ErrDamaged)
	_, err = reader.Consistency(t.Context(), elm, 3)
	require.ErrorIs(t, err, notary.ErrDamaged)
	report, err := reader.Verify(t.Context(), w.log, elm)
	require.NoError(t, err)
	require.NotEmpty(t, report.Damage)
}

func TestCheckpointIsWhatC2SPSays(t *testing.T) {
	w := inMemory(t, nil)
	w.grow(t)
	line := strings.Split(w.checkpoint(t, oak), "\n")
	require.Equal(t, logName+"/oak%20avenue%2F2", line[0])
	require.Equal(t, "6", line[1])
	root, err := base64.StdEncoding.DecodeString(line[2])
	require.NoError(t, err)
	require.Len(t, root, 32)
	require.Empty(t, line[3])
	require.True(t, strings.HasPrefix(line[4], "— "+logName+" "))
}

func TestOpenCheckpointRefuses(t *testing.T) {
	w := inMemory(t, nil)
	root := tlog.Hash{1}.String()
	sign := func(text string) string {
		signed, err := note.Sign(&note.Note{Text: text}, w.signer)
		require.NoError(t, err)
		return string(signed)
	}
	for _, text := range []string{
		logName + "/elm\n1\n" + root + "\nan extension\n",
		logName + "\n0\n" + root + "\n",
		logName + "\n1152921504606846976\n" + root + "\n",
	} {
		_, err := notary.OpenCheckpoint(sign(text), w.known)
		require.NoError(t, err, text)
	}
	for _, text := range []string{
		"\n", "x\n", "\n1\n" + root + "\n",
		"another.example\n1\n" + root + "\n",
		logName + "er\n1\n" + root + "\n",
		logName + "/\n1\n" + root + "\n",
		logName + "/a/b\n1\n" + root + "\n",
		logName + "/%zz\n1\n" + root + "\n",
		logName + "/%65lm\n1\n" + root + "\n",
		logName + "\n01\n" + root + "\n",
		logName + "\n-1\n" + root + "\n",
		logName + "\n+1\n" + root + "\n",
		logName + "\n99999999999999999999\n" + root + "\n",
		logName + "\n9223372036854775807\n" + root + "\n",
		logName + "\n1152921504606846977\n" + root + "\n",
		logName + "\n1\n" + root[1:] + "\n",
		logName + "\n1\n",
	} {
		_, err := notary.OpenCheckpoint(sign(text), w.known)
		require.ErrorIs(t, err, notary.ErrProof, text)
	}
	good := sign(logName + "\n1\n" + root + "\n")
	for i := range good {
		b := []byte(good)
		b[i] ^= 1
		// The last letter of a signature has bits that mean nothing, and package note lets them be.
		if c, err := notary.OpenCheckpoint(string(b), w.known); err != nil || i != len(good)-3 {
			require.ErrorIs(t, err, notary.ErrProof, i)
			require.Zero(t, c)
		}
	}
	_, err := notary.OpenCheckpoint(good, note.VerifierList())
	require.ErrorIs(t, err, notary.ErrProof)
}

// vectors reads proofs of RFC 6962, good and bad, that came with transparency-dev/merkle.
func vectors(t *testing.T, name string) map[string]vector {
	t.Helper()
	all := map[string]vector{}
	require.NoError(t, json.Unmarshal(shareddata.Read(t, "merkle/"+name), &all))
	require.NotEmpty(t, all)
	return all
}

var errNoHash = errors.New("not a hash")

type vector struct {
	LeafIdx, TreeSize uint64 // of inclusion
	LeafHash, Root    []byte
	Size1, Size2      uint64 // of consistency
	Root1, Root2      []byte
	Proof             [][]byte
	WantErr           bool
}

// signedFor builds the text of a proof that ends in a checkpoint of this size and root.
func signedFor(t *testing.T, w *world, first string, proof [][]byte, size uint64, root []byte) string {
	t.Helper()
	text := fmt.Sprintf("%s/elm\n%d\n%s\n", logName, size, base64.StdEncoding.EncodeToString(root))
	signed, err := note.Sign(&note.Note{Text: text}, w.signer)
	require.NoError(t, err)
	var b strings.Builder
	b.WriteString(first + "\n")
	for _, h := range proof {
		b.WriteString(base64.StdEncoding.EncodeToString(h) + "\n")
	}
	return b.String() + "\n" + string(signed)
}

func TestInclusionVectors(t *testing.T) {
	w := inMemory(t, nil)
	for name, v := range vectors(t, "inclusion.json") {
		proof := signedFor(t, w, fmt.Sprintf("c2sp.org/tlog-proof@v1\nindex %d", v.LeafIdx), v.Proof, v.TreeSize, v.Root)
		err := errNoHash
		if len(v.LeafHash) == 32 {
			_, err = notary.CheckInclusionOfHash(proof, tlog.Hash(v.LeafHash), w.known)
		}
		require.Equal(t, v.WantErr, err != nil, "%s: %v", name, err)
	}
}

func TestConsistencyVectors(t *testing.T) {
	w := inMemory(t, nil)
	for name, v := range vectors(t, "consistency.json") {
		if !v.WantErr && len(v.Root1) != 32 {
			continue // equal roots that are no hashes; a checkpoint cannot say them
		}
		proof := signedFor(t, w, fmt.Sprintf("old %d", v.Size1), v.Proof, v.Size2, v.Root2)
		err := errNoHash
		if len(v.Root1) == 32 {
			kept := notary.Checkpoint{Log: logName, Practice: "elm", Size: int64(v.Size1), Root: tlog.Hash(v.Root1)}
			_, err = notary.CheckConsistency(proof, kept, w.known)
		}
		require.Equal(t, v.WantErr, err != nil, "%s: %v", name, err)
	}
}

func FuzzCheckInclusion(f *testing.F) {
	w := inMemory(f, nil)
	w.grow(f)
	leaf := w.leaf(f, elm, "e-00001")
	proof, err := w.reader.Inclusion(f.Context(), elm, leaf.ID)
	require.NoError(f, err)
	f.Add(proof)
	f.Add(strings.Replace(proof, "index 0", "index 1", 1))
	f.Add("")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := notary.CheckInclusion(text, leaf, w.known)
		if err == nil && (c.Size != 23 || !slices.Equal(strings.Fields(text), strings.Fields(proof))) {
			t.Errorf("another proof of the same leaf: %q", text)
		}
	})
}

func FuzzCheckConsistency(f *testing.F) {
	w := inMemory(f, nil)
	w.record(f, elm, 5)
	w.step(f, 5)
	kept, err := notary.OpenCheckpoint(w.checkpoint(f, elm), w.known)
	require.NoError(f, err)
	w.record(f, elm, 6)
	w.step(f, 6)
	proof, err := w.reader.Consistency(f.Context(), elm, 5)
	require.NoError(f, err)
	f.Add(proof)
	f.Add("old 5\n\n")
	f.Fuzz(func(t *testing.T, text string) {
		if c, err := notary.CheckConsistency(text, kept, w.known); err == nil && c.Size != 11 && c.Size != 5 {
			t.Errorf("a proof to a tree that never was: %q", text)
		}
	})
}
