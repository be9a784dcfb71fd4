package witness_test

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/enamel-go/enamel/audit/notary"
	"github.com/enamel-go/enamel/audit/witness"
)

// signs returns a new key of a log.
func signs(t *testing.T, log string) (note.Signer, note.Verifier) {
	t.Helper()
	private, public, err := notary.GenerateKey(log)
	require.NoError(t, err)
	signer, err := note.NewSigner(private)
	require.NoError(t, err)
	verifier, err := note.NewVerifier(public)
	require.NoError(t, err)
	return signer, verifier
}

// A witness of several logs keeps the head of each, whichever is shown, and in its file too.
func TestSeveralLogs(t *testing.T) {
	first, firstKey := signs(t, logName)
	second, secondKey := signs(t, "audit.example.net")
	cosigner, _ := newCosigner(t)
	known, o := []note.Verifier{firstKey, secondKey}, &witness.Options{Path: filepath.Join(t.TempDir(), "heads.json")}
	w, err := witness.New(cosigner, known, o)
	require.NoError(t, err)
	for _, by := range []note.Signer{first, second} {
		_, err = w.Add(t.Context(), 0, nil, head(t, by, 2))
		require.NoError(t, err)
	}
	again, err := witness.New(cosigner, known, o)
	require.NoError(t, err)
	for _, w := range []*witness.Witness{w, again} {
		for _, by := range []note.Signer{first, second} {
			require.Contains(t, w.Checkpoint(by.Name()), head(t, by, 2))
			_, err = w.Add(t.Context(), 0, nil, head(t, by, 1))
			var kept *witness.ConflictError
			require.ErrorAs(t, err, &kept, "a log that was cut short is taken for a new one")
			require.EqualValues(t, 2, kept.Size)
		}
	}
}

// A log whose notary has a new key is known by both, and goes on where it was.
func TestSeveralKeysOfOneLog(t *testing.T) {
	old, oldKey := signs(t, logName)
	next, nextKey := signs(t, logName)
	cosigner, _ := newCosigner(t)
	w, err := witness.New(cosigner, []note.Verifier{oldKey, nextKey}, nil)
	require.NoError(t, err)
	_, err = w.Add(t.Context(), 0, nil, head(t, old, 2))
	require.NoError(t, err)
	_, err = w.Add(t.Context(), 2, nil, head(t, next, 2))
	require.NoError(t, err)
	require.Contains(t, w.Checkpoint(logName), head(t, next, 2))
}

// What others appended to a checkpoint is not kept, and nothing is cosigned of a log without leaves, or with a proof that
// begins at nothing.
func TestFirstHead(t *testing.T) {
	by, key := signs(t, logName)
	w, _ := newWitness(t, key, nil)
	_, err := w.Add(t.Context(), 0, nil, head(t, by, 0))
	require.ErrorIs(t, err, witness.ErrInvalid)
	_, err = w.Add(t.Context(), 0, []tlog.Hash{{2}}, head(t, by, 1))
	require.ErrorIs(t, err, notary.ErrContradicted)
	require.Empty(t, w.Checkpoint(logName))
	line, err := w.Add(t.Context(), 0, nil, head(t, by, 1)+"— others.example.org AAAAAAAA\n")
	require.NoError(t, err)
	require.Equal(t, head(t, by, 1)+line, w.Checkpoint(logName))
}
