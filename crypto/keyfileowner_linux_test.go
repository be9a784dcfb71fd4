package crypto_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/crypto"
)

// nobody is a user who is not root.
const nobody = 65534

// asNobody runs a function with another user's rights on files, which root alone can take on.
func asNobody(t *testing.T, run func()) {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("only root can act for another user")
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	require.NoError(t, syscall.Setfsuid(nobody))
	defer func() { require.NoError(t, syscall.Setfsuid(0)) }()
	run()
}

// TestKeyFileOfAnotherUser wants who made the keys as root, and runs the service as somebody else, to be told what to do.
func TestKeyFileOfAnotherUser(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys")
	f := openFile(t, path)
	w := wrapped(t, f)
	asNobody(t, func() {
		for _, open := range []func(string) (*crypto.KeyFile, error){crypto.OpenKeyFile, crypto.MakeKeyFile} {
			_, err := open(path)
			require.ErrorIs(t, err, fs.ErrPermission)
			require.ErrorContains(t, err, "belong to the user whom this process runs as")
		}
		_, err := f.Wrap(t.Context(), make([]byte, 32), []byte("bind"))
		require.ErrorIs(t, err, fs.ErrPermission)
		unwraps(t, f, w)
	})
}

// TestKeyFileKeepsOwner rotates as root: the service, whose file it is, can read it afterwards.
func TestKeyFileKeepsOwner(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("only root can give a file away")
	}
	path := filepath.Join(t.TempDir(), "keys")
	f := openFile(t, path)
	w := wrapped(t, f)
	require.NoError(t, os.Chown(path, nobody, nobody-1))
	require.NoError(t, f.Rotate())
	require.NoError(t, f.SetPassphraseQuickly([]byte(passphrase)))
	require.NoError(t, f.Forget(versions(t, f)[0]))
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.EqualValues(t, nobody, info.Sys().(*syscall.Stat_t).Uid)
	require.EqualValues(t, nobody-1, info.Sys().(*syscall.Stat_t).Gid)
	require.Equal(t, os.FileMode(0o600), info.Mode())
	_, err = f.Unwrap(t.Context(), w, []byte("bind"))
	require.ErrorIs(t, err, crypto.ErrUnknownKey, "its version was forgotten")
}

// TestKeyFileOfAnotherGroup rotates as the owner of a file that was given to him and not to his group.
func TestKeyFileOfAnotherGroup(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("only root can give a file away")
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "keys")
	f := openFile(t, path)
	w := wrapped(t, f)
	for _, open := range []string{dir, filepath.Dir(dir)} {
		require.NoError(t, os.Chmod(open, 0o777))
	}
	require.NoError(t, os.Chown(path, nobody, nobody-1))
	asNobody(t, func() { require.NoError(t, f.Rotate()) })
	require.Len(t, versions(t, f), 2)
	unwraps(t, f, w)
}
