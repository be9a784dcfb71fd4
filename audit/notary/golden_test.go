package notary_test

import (
	"context"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/note"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/audit/notary"
	"github.com/enamel-go/enamel/crypto"
	"github.com/enamel-go/enamel/crypto/cryptomem"
)

var update = flag.Bool("update", false, "write testdata/v1.json anew, under new keys")

const goldenPath = "testdata/v1.json"

// golden is what version 1 has once written: every later version of these packages must read it. Its keys protect
// nothing.
type golden struct {
	KeyFile     string
	Rows        []crypto.Key
	Public      string // the notary's key
	Leaf        audit.Leaf
	Entry       audit.Entry // what is in Leaf
	Kept        string      // a checkpoint of a smaller tree
	Inclusion   string      // proof of Leaf
	Consistency string      // proof from Kept on
}

func TestGolden(t *testing.T) {
	if *update {
		writeGolden(t)
	}
	raw, err := os.ReadFile(goldenPath)
	require.NoError(t, err)
	var g golden
	require.NoError(t, json.Unmarshal(raw, &g))

	path := filepath.Join(t.TempDir(), "keys")
	require.NoError(t, os.WriteFile(path, []byte(g.KeyFile), 0o600))
	rows := cryptomem.New()
	for _, row := range g.Rows {
		_, err := rows.Add(t.Context(), row)
		require.NoError(t, err)
	}
	log := inMemoryUnder(t, rows, path).log
	opened, err := log.Open(t.Context(), g.Leaf)
	require.NoError(t, err)
	require.Empty(t, cmp.Diff(g.Entry, opened))

	verifier, err := note.NewVerifier(g.Public)
	require.NoError(t, err)
	known := note.VerifierList(verifier)
	kept, err := notary.OpenCheckpoint(g.Kept, known)
	require.NoError(t, err)
	require.Equal(t, notary.Checkpoint{Log: logName, Practice: oak, Size: 5, Root: kept.Root}, kept)
	included, err := notary.CheckInclusion(g.Inclusion, g.Leaf, known)
	require.NoError(t, err)
	newer, err := notary.CheckConsistency(g.Consistency, kept, known)
	require.NoError(t, err)
	require.Equal(t, included, newer)
	require.EqualValues(t, 12, newer.Size)
}

// kept remembers the rows that a keyring adds.
type kept struct {
	crypto.KeyStore
	rows []crypto.Key
}

func (k *kept) Add(ctx context.Context, row crypto.Key) (crypto.Key, error) {
	k.rows = append(k.rows, row)
	return k.KeyStore.Add(ctx, row)
}

func writeGolden(t *testing.T) {
	path, store := filepath.Join(t.TempDir(), "keys"), &kept{KeyStore: cryptomem.New()}
	w := inMemoryUnder(t, store, path)
	w.record(t, oak, 5)
	w.step(t, 5)
	g := golden{Public: w.public, Kept: w.checkpoint(t, oak)}
	e := entry(oak, 6)
	e.Outcome, e.Reason, e.Details = audit.Refused, "not on the care team", map[string]string{"fields": "name <&>"}
	require.NoError(t, w.log.Record(t.Context(), e))
	w.record(t, oak, 6)
	w.step(t, 7)
	g.Leaf = w.leaf(t, oak, "e-00006")
	var err error
	g.Entry, err = w.log.Open(t.Context(), g.Leaf)
	require.NoError(t, err)
	g.Inclusion, err = w.reader.Inclusion(t.Context(), oak, g.Leaf.ID)
	require.NoError(t, err)
	g.Consistency, err = w.reader.Consistency(t.Context(), oak, 5)
	require.NoError(t, err)
	keys, err := os.ReadFile(path)
	require.NoError(t, err)
	g.KeyFile, g.Rows = string(keys), store.rows
	raw, err := json.MarshalIndent(g, "", "\t")
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(goldenPath, append(raw, '\n'), 0o644))
}
