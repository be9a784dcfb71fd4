package oracle_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/note"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/audit/notary"
	"github.com/enamel-go/enamel/audit/tree"
)

// world is a log with a notary.
type world struct {
	entries audit.Store
	log     *audit.Log
	notary  *notary.Notary
	reader  *notary.Reader
	known   note.Verifiers
	leaves  []audit.Leaf // of the practice, in order
}

func newWorld(t testing.TB, store both) *world {
	t.Helper()
	return worldOn(t, store, store, nil)
}

func worldOn(t testing.TB, entries audit.Store, trees tree.Store, o *notary.Options) *world {
	t.Helper()
	w := &world{entries: entries}
	var err error
	w.log, err = audit.NewLog(entries, keyring(t), nil)
	require.NoError(t, err)
	by, verifier := signer(t)
	w.known = note.VerifierList(verifier)
	w.notary, err = notary.New(trees, w.log, by, w.known, o)
	require.NoError(t, err)
	w.reader, err = notary.NewReader(trees, w.known)
	require.NoError(t, err)
	return w
}

// signer returns a new key.
func signer(t testing.TB) (note.Signer, note.Verifier) {
	t.Helper()
	private, public, err := notary.GenerateKey("audit.example.com")
	require.NoError(t, err)
	by, err := note.NewSigner(private)
	require.NoError(t, err)
	verifier, err := note.NewVerifier(public)
	require.NoError(t, err)
	return by, verifier
}

// grow integrates one batch that brings the practice's tree to so many leaves, and returns the new ones.
func (w *world) grow(t testing.TB, size int) []audit.Leaf {
	t.Helper()
	before := len(w.leaves)
	for i := before; i < size; i++ {
		leaf, err := w.log.Stamp(t.Context(), entry(practice, i))
		require.NoError(t, err)
		require.NoError(t, w.entries.Append(t.Context(), leaf))
		w.leaves = append(w.leaves, leaf)
	}
	done, err := w.notary.Step(t.Context())
	require.NoError(t, err)
	require.Equal(t, size-before, done)
	return w.leaves[before:]
}

func entry(practice string, i int) audit.Entry {
	return audit.Entry{
		Practice: practice, Actor: audit.Actor{Kind: audit.Staff, ID: "u-17"}, Action: "records.chart.read",
		Object: audit.Object{Kind: "chart", ID: fmt.Sprint("c-", i)}, Patient: fmt.Sprint("p-", i%50), Reason: "treatment",
	}
}
