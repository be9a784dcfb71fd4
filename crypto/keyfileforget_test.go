package crypto_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/crypto"
)

func versions(t *testing.T, f *crypto.KeyFile) []string {
	t.Helper()
	ids, err := f.Versions()
	require.NoError(t, err)
	return ids
}

// TestKeyFileForget takes older versions out of files with and without a passphrase. What a version has wrapped opens
// as long as it is there, and what is left opens for ever; whatever is refused changes nothing.
func TestKeyFileForget(t *testing.T) {
	for name, open := range map[string]func(path string) *crypto.KeyFile{
		"bare":   func(path string) *crypto.KeyFile { return openFile(t, path) },
		"sealed": func(path string) *crypto.KeyFile { return openSealed(t, path, passphrase) },
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, "keys")
			f := open(path)
			all := []crypto.Wrapped{wrapped(t, f)}
			for range 2 {
				require.NoError(t, f.Rotate())
				all = append(all, wrapped(t, f))
			}
			ids := versions(t, f)
			require.Equal(t, []string{all[0].KeyID, all[1].KeyID, all[2].KeyID}, ids)

			before, err := os.ReadFile(path)
			require.NoError(t, err)
			require.ErrorIs(t, f.Forget(ids[2]), crypto.ErrInUse, "the newest")
			for _, none := range []string{"", "file-1", ids[0] + " ", ids[0] + "\n"} {
				require.ErrorIs(t, f.Forget(none), crypto.ErrUnknownKey)
			}
			require.NoError(t, os.WriteFile(path+".next", nil, 0o600))
			require.ErrorIs(t, f.Forget(ids[0]), os.ErrExist, "another change is under way")
			require.NoError(t, os.Remove(path+".next"))
			after, err := os.ReadFile(path)
			require.NoError(t, err)
			require.Equal(t, before, after)
			unwraps(t, open(path), all...)

			gone := func(f *crypto.KeyFile, w crypto.Wrapped) {
				t.Helper()
				key, err := f.Unwrap(t.Context(), w, []byte("bind"))
				require.ErrorIs(t, err, crypto.ErrUnknownKey)
				require.Nil(t, key)
			}
			require.NoError(t, f.Forget(ids[0]))
			require.ErrorIs(t, f.Forget(ids[0]), crypto.ErrUnknownKey, "it is gone already")
			folder(t, dir, "keys")
			for _, f := range []*crypto.KeyFile{f, open(path)} {
				require.Equal(t, ids[1:], versions(t, f))
				unwraps(t, f, all[1:]...)
				gone(f, all[0])
			}
			require.NoError(t, f.Forget(ids[1]))
			require.ErrorIs(t, f.Forget(ids[2]), crypto.ErrInUse, "the only one")
			require.NoError(t, f.Rotate())
			ids = versions(t, f)
			require.Len(t, ids, 2)
			require.Equal(t, all[2].KeyID, ids[0])
			require.True(t, strings.HasPrefix(ids[1], "file-4-"), "numbers are not given twice")
			unwraps(t, open(path), all[2])
			gone(open(path), all[1])
		})
	}
}

// TestKeyFileWrapsWithNewest rotates and forgets in one process, and wraps in another that has the file open from
// before: nothing may be wrapped under a version that the file no longer holds.
func TestKeyFileWrapsWithNewest(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys")
	here, there := openFile(t, path), openFile(t, path)
	old := wrapped(t, there)
	require.NoError(t, here.Rotate())
	require.NoError(t, here.Forget(old.KeyID))
	w := wrapped(t, there)
	require.NotEqual(t, old.KeyID, w.KeyID)
	unwraps(t, openFile(t, path), w)

	require.NoError(t, os.Remove(path))
	_, err := there.Wrap(t.Context(), make([]byte, 32), nil)
	require.ErrorIs(t, err, os.ErrNotExist)
	_, err = there.Versions()
	require.ErrorIs(t, err, os.ErrNotExist)
	unwraps(t, there, w)
}

// TestRewrapWhereKeyFileWasRotatedElsewhere rotates the key file with one program and wraps practices anew in another,
// as an operator at a prompt and a server do. When Rewrap answers nil the older version may be forgotten.
func TestRewrapWhereKeyFileWasRotatedElsewhere(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys")
	s, operator := newStore(), openFile(t, path)
	server := newRing(t, s, openFile(t, path), nil)
	everything := filled(t, server)
	require.NoError(t, operator.Rotate())
	require.NoError(t, server.Rewrap(t.Context(), practice, nil))
	ids := versions(t, operator)
	for _, k := range infos(t, server) {
		require.NotEqual(t, ids[0], k.Under)
	}
	require.NoError(t, operator.Forget(ids[0]))
	everything(newRing(t, s, openFile(t, path), nil))
}
