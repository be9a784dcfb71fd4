package secretfile_test

import (
	"crypto/rand"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/examples/internal/secretfile"
)

func create() (string, error) { return rand.Text(), nil }

func TestAllGetTheSame(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new", "secret")
	got := make([]string, 16)
	var group sync.WaitGroup
	for i := range got {
		group.Go(func() {
			secret, err := secretfile.Get(path, create)
			assert.NoError(t, err)
			got[i] = secret
		})
	}
	group.Wait()
	for _, secret := range got {
		require.Equal(t, got[0], secret)
	}
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, fs.FileMode(0o600), info.Mode().Perm())
	left, err := os.ReadDir(filepath.Dir(path))
	require.NoError(t, err)
	require.Len(t, left, 1, "no draft is left behind")
}

func TestWhatIsRefused(t *testing.T) {
	dir := t.TempDir()
	open := filepath.Join(dir, "open")
	require.NoError(t, os.WriteFile(open, []byte("secret\n"), 0o600))
	require.NoError(t, os.Chmod(open, 0o644))
	_, err := secretfile.Get(open, create)
	require.ErrorIs(t, err, secretfile.ErrRights)

	empty := filepath.Join(dir, "empty")
	require.NoError(t, os.WriteFile(empty, nil, 0o600))
	_, err = secretfile.Get(empty, create)
	require.ErrorContains(t, err, "is empty")

	link := filepath.Join(dir, "link")
	require.NoError(t, os.Symlink(empty, link))
	_, err = secretfile.Get(link, create)
	require.ErrorContains(t, err, "not a regular file")

	require.ErrorIs(t, secretfile.Put(empty, "x", false), fs.ErrExist)
	require.NoError(t, secretfile.Put(empty, "x", true))
	secret, err := secretfile.Get(empty, create)
	require.NoError(t, err)
	require.Equal(t, "x", secret)
}
