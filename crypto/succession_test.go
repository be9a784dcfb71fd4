package crypto_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/crypto"
	"github.com/enamel-go/enamel/crypto/cryptomem"
)

func succession(t testing.TB, newest crypto.KeyManager, older ...crypto.KeyManager) *crypto.Succession {
	t.Helper()
	s, err := crypto.NewSuccession(newest, older...)
	require.NoError(t, err)
	return s
}

// TestSuccession moves a practice from a key file to another key manager. Everything opens throughout, and afterwards
// without the key file.
func TestSuccession(t *testing.T) {
	file, next := openFile(t, filepath.Join(t.TempDir(), "keys")), newManager()
	s := newStore()
	everything := filled(t, newRing(t, s, file, nil))
	b := chart("p-204", "n-1")
	sealed := seal(t, newRing(t, s, file, nil), "plain", b)
	shut(t, newRing(t, s, next, nil), sealed, b, crypto.ErrUnknownKey)

	both := succession(t, next, file)
	everything(newRing(t, s, both, nil))
	require.NoError(t, newRing(t, s, file, nil).Rotate(t.Context(), ownKey)) // by a process that is not there yet
	ring := newRing(t, s, both, nil)
	require.NoError(t, ring.Rewrap(t.Context(), practice, nil))
	for _, k := range infos(t, ring) {
		require.NotContains(t, k.Under, "file-")
	}
	for _, m := range []crypto.KeyManager{next, both, succession(t, next)} {
		everything(newRing(t, s, m, nil))
		opens(t, newRing(t, s, m, nil), sealed, b, "plain")
	}
	shut(t, newRing(t, s, file, nil), sealed, b, crypto.ErrUnknownKey)
}

// TestSuccessionAnswers wants the question to be passed on by who does not know the key, and by nobody else.
func TestSuccessionAnswers(t *testing.T) {
	first, second, third := newManager(), newManager(), newManager()
	all := succession(t, first, second, third)
	bind := []byte("bind")
	w, err := third.Wrap(t.Context(), make([]byte, 32), bind)
	require.NoError(t, err)
	key, err := all.Unwrap(t.Context(), w, bind)
	require.NoError(t, err)
	require.Equal(t, make([]byte, 32), key)
	_, err = all.Unwrap(t.Context(), w, []byte("other"))
	require.ErrorIs(t, err, crypto.ErrAuth)
	_, err = succession(t, first, second).Unwrap(t.Context(), w, bind)
	require.ErrorIs(t, err, crypto.ErrUnknownKey)

	own, err := first.Wrap(t.Context(), make([]byte, 32), bind)
	require.NoError(t, err)
	third.calls.Store(0)
	_, err = all.Unwrap(t.Context(), own, []byte("other"))
	require.ErrorIs(t, err, crypto.ErrAuth, "that it was altered is an answer")
	require.NotErrorIs(t, err, crypto.ErrUnknownKey)
	require.Zero(t, third.calls.Load())

	second.down.Store(true)
	_, err = all.Unwrap(t.Context(), w, bind)
	require.ErrorIs(t, err, errDown)
	require.Zero(t, third.calls.Load())
	first.down.Store(true)
	_, err = all.Wrap(t.Context(), make([]byte, 32), bind)
	require.ErrorIs(t, err, errDown)
	require.Zero(t, third.calls.Load(), "what comes after never wraps")

	for _, missing := range [][]crypto.KeyManager{{nil}, {first, nil}} {
		_, err := crypto.NewSuccession(missing[0], missing[1:]...)
		require.ErrorIs(t, err, crypto.ErrInvalid)
	}
	require.Equal(t, "[secret]", fmt.Sprintf("%+v", all))
}

// ExampleNewSuccession moves a practice that began with a key file to another key manager.
func ExampleNewSuccession() {
	ctx := context.Background()
	store := cryptomem.New()
	dir, err := os.MkdirTemp("", "keys")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	file, err := crypto.MakeKeyFile(filepath.Join(dir, "keys"))
	if err != nil {
		panic(err)
	}
	before, err := crypto.NewKeyring(store, file, nil)
	if err != nil {
		panic(err)
	}
	birth := crypto.Binding{
		Practice: "elm-street", Patient: "p-204", Class: crypto.Chart, Kind: "patient.birth_date", ID: "p-204",
	}
	sealed, err := before.Seal(ctx, nil, []byte("1987-05-11"), birth)
	if err != nil {
		panic(err)
	}

	service := crypto.NewEphemeral() // stands for transit.New or awskms.New
	both, err := crypto.NewSuccession(service, file)
	if err != nil {
		panic(err)
	}
	during, err := crypto.NewKeyring(store, both, nil)
	if err != nil {
		panic(err)
	}
	if err := during.Rewrap(ctx, "elm-street", nil); err != nil { // and every other practice
		panic(err)
	}

	after, err := crypto.NewKeyring(store, service, nil)
	if err != nil {
		panic(err)
	}
	plain, err := after.Open(ctx, nil, sealed, birth)
	fmt.Println(string(plain), err)
	// Output: 1987-05-11 <nil>
}
