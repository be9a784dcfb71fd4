package oracle_test

import (
	"encoding/binary"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/crypto"
	"github.com/enamel-go/enamel/crypto/cryptomem"
)

const practice = "elm-street"

// keyring returns a keyring whose keys are in memory, as they are when a process has run for a while.
func keyring(t testing.TB) *crypto.Keyring {
	t.Helper()
	k, err := crypto.NewKeyring(cryptomem.New(), crypto.NewEphemeral(), nil)
	require.NoError(t, err)
	return k
}

// ofNote binds a note of a patient's chart.
var ofNote = crypto.Binding{Practice: practice, Patient: "p-204", Class: crypto.Chart, Kind: "note.text", ID: "n-1"}

// additional is what ofNote is to somebody who takes only bytes for it: each part behind its length, so that none can be
// read as another.
var additional = func() (bytes []byte) {
	for _, part := range []string{ofNote.Practice, ofNote.Patient, string(ofNote.Class), ofNote.Kind, ofNote.ID} {
		bytes = append(binary.BigEndian.AppendUint32(bytes, uint32(len(part))), part...)
	}
	return bytes
}()
