package crypto_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/crypto"
)

func openFile(t testing.TB, path string) *crypto.KeyFile {
	t.Helper()
	f, err := crypto.MakeKeyFile(path)
	require.NoError(t, err)
	return f
}

// folder checks that nothing but the named files is left.
func folder(t *testing.T, path string, names ...string) {
	t.Helper()
	entries, err := os.ReadDir(path)
	require.NoError(t, err)
	got := []string{}
	for _, e := range entries {
		got = append(got, e.Name())
	}
	require.ElementsMatch(t, names, got)
}

func TestKeyFileIsMadeOnce(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "keys")
	s := newStore()
	b := chart("p-204", "n-1")
	sealed := seal(t, newRing(t, s, openFile(t, path), nil), "plain", b)
	info, err := os.Stat(path)
	require.NoError(t, err)
	if runtime.GOOS != "windows" {
		require.Equal(t, os.FileMode(0o600), info.Mode())
	}
	before, err := os.ReadFile(path)
	require.NoError(t, err)
	opens(t, newRing(t, s, openFile(t, path), nil), sealed, b, "plain")
	after, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, before, after)
	folder(t, dir, "keys")

	// Another file is another key.
	shut(t, newRing(t, s, openFile(t, filepath.Join(dir, "other")), nil), sealed, b, crypto.ErrUnknownKey)
}

// TestKeyFileThatIsNotThere wants a mistyped path to make no keys.
func TestKeyFileThatIsNotThere(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "keys")
	_, err := crypto.OpenKeyFile(path)
	require.ErrorIs(t, err, os.ErrNotExist)
	_, err = crypto.OpenSealedKeyFile(path, []byte("correct horse battery staple"))
	require.ErrorIs(t, err, os.ErrNotExist)
	folder(t, dir)
	_, err = crypto.MakeKeyFile(filepath.Join(dir, "not mounted", "keys"))
	require.ErrorContains(t, err, "make key file")
	w := wrapped(t, openFile(t, path))
	f, err := crypto.OpenKeyFile(path)
	require.NoError(t, err)
	unwraps(t, f, w)
}

// TestKeyFileAllAtOnce wants all who make the file at the same moment to get the same keys, also under a passphrase.
func TestKeyFileAllAtOnce(t *testing.T) {
	for name, anew := range map[string]func(string) (*crypto.KeyFile, error){
		"bare":   crypto.MakeKeyFile,
		"sealed": func(path string) (*crypto.KeyFile, error) { return crypto.MakeSealedQuickly(path, []byte(passphrase)) },
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, "keys")
			var files [16]*crypto.KeyFile
			var errs [len(files)]error
			var all sync.WaitGroup
			for i := range files {
				all.Go(func() { files[i], errs[i] = anew(path) })
			}
			all.Wait()
			folder(t, dir, "keys")
			for i, f := range files {
				require.NoError(t, errs[i])
				unwraps(t, files[0], wrapped(t, f))
			}
		})
	}
}

func TestKeyFileThatOthersCanRead(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no permission bits")
	}
	path := filepath.Join(t.TempDir(), "keys")
	openFile(t, path)
	for _, mode := range []os.FileMode{0o640, 0o604, 0o620, 0o610, 0o666} {
		require.NoError(t, os.Chmod(path, mode))
		_, err := crypto.MakeKeyFile(path)
		require.ErrorIs(t, err, crypto.ErrInvalid, "%v", mode)
	}
	for _, mode := range []os.FileMode{0o600, 0o400} {
		require.NoError(t, os.Chmod(path, mode))
		openFile(t, path)
	}
}

func TestKeyFileThatIsNone(t *testing.T) {
	dir := t.TempDir()
	_, err := crypto.MakeKeyFile(dir)
	require.ErrorIs(t, err, crypto.ErrInvalid, "a folder")
	require.NoError(t, os.Chmod(dir, 0o700))
	_, err = crypto.OpenKeyFile(dir)
	require.ErrorIs(t, err, crypto.ErrInvalid, "a folder of one's own")
	_, err = crypto.MakeKeyFile(filepath.Join(dir, "missing", "keys"))
	require.ErrorIs(t, err, os.ErrNotExist, "no folder")
	folder(t, dir)
	huge := filepath.Join(dir, "huge")
	require.NoError(t, os.WriteFile(huge, make([]byte, 2<<20), 0o600))
	_, err = crypto.MakeKeyFile(huge)
	require.ErrorIs(t, err, crypto.ErrInvalid)
}

// TestKeyFileIDs goes through ids that a file may give its keys: they are written into rows, and into lines.
func TestKeyFileIDs(t *testing.T) {
	for _, id := range []string{"a", "file-1-00ff", strings.Repeat("z", 64)} {
		_, err := crypto.DecodeKeyFile(crypto.KeyFileOf(id))
		require.NoError(t, err, id)
	}
	for _, id := range []string{"", strings.Repeat("z", 65), "File-1", "file_1", "file\t1", "é"} {
		_, err := crypto.DecodeKeyFile(crypto.KeyFileOf(id))
		require.ErrorIs(t, err, crypto.ErrInvalid, id)
	}
}

// TestKeyFileDamaged flips every bit of a file with two keys, cuts it everywhere, and lengthens it: each is refused,
// and the file stays as it is for whoever repairs it.
func TestKeyFileDamaged(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys")
	require.NoError(t, openFile(t, path).Rotate())
	good, err := os.ReadFile(path)
	require.NoError(t, err)
	again, err := crypto.DecodeKeyFile(good)
	require.NoError(t, err)
	require.Equal(t, good, again)
	refused := func(bad []byte) {
		_, err := crypto.DecodeKeyFile(bad)
		require.ErrorIs(t, err, crypto.ErrInvalid)
		require.EqualError(t, err, "crypto: invalid: the key file is broken; restore it from its backup")
	}
	for bit := range len(good) * 8 {
		bad := bytes.Clone(good)
		bad[bit/8] ^= 1 << (bit % 8)
		refused(bad)
	}
	for n := 2; n < len(good); n++ {
		refused(good[:n])
	}
	refused(append(bytes.Clone(good), '\n'))
	refused(append(bytes.Clone(good), good...))
	lines := bytes.SplitAfter(good, []byte("\n"))
	refused(bytes.Join([][]byte{lines[0], lines[1], lines[1]}, nil))
	refused(bytes.Join([][]byte{lines[0], lines[1]}, nil))
	_, err = crypto.DecodeKeyFile(nil)
	require.ErrorIs(t, err, crypto.ErrInvalid)
	_, err = crypto.DecodeKeyFile([]byte("enamel-keys 1 0\n"))
	require.ErrorIs(t, err, crypto.ErrInvalid, "no key at all")

	bad := bytes.Clone(good)
	bad[60] ^= 1
	require.NoError(t, os.WriteFile(path, bad, 0o600))
	_, err = crypto.MakeKeyFile(path)
	require.ErrorIs(t, err, crypto.ErrInvalid)
	left, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, bad, left)
}

func TestKeyFileRotates(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "keys")
	here, there := openFile(t, path), openFile(t, path)
	key, bind := bytes.Repeat([]byte{7}, 32), []byte("bind")
	var wrapped []crypto.Wrapped
	for range 3 {
		w, err := here.Wrap(t.Context(), key, bind)
		require.NoError(t, err)
		wrapped = append(wrapped, w)
		require.NoError(t, here.Rotate())
	}
	folder(t, dir, "keys")
	require.NotEqual(t, wrapped[0].KeyID, wrapped[1].KeyID)
	for name, f := range map[string]*crypto.KeyFile{"here": here, "there": there, "anew": openFile(t, path)} {
		for _, w := range wrapped {
			got, err := f.Unwrap(t.Context(), w, bind)
			require.NoError(t, err, name)
			require.Equal(t, key, got)
			_, err = f.Unwrap(t.Context(), w, []byte("other"))
			require.ErrorIs(t, err, crypto.ErrAuth)
		}
		_, err := f.Unwrap(t.Context(), crypto.Wrapped{KeyID: "file-9-00", Blob: wrapped[0].Blob}, bind)
		require.ErrorIs(t, err, crypto.ErrUnknownKey)
		moved := crypto.Wrapped{KeyID: wrapped[1].KeyID, Blob: wrapped[0].Blob}
		_, err = f.Unwrap(t.Context(), moved, bind)
		require.ErrorIs(t, err, crypto.ErrAuth, "under another version")
	}
	info, err := os.Stat(path)
	require.NoError(t, err)
	if runtime.GOOS != "windows" {
		require.Equal(t, os.FileMode(0o600), info.Mode())
	}
}

// TestKeyFileRotatesAtOnce rotates from several sides: whoever is refused changes nothing, and no version is lost.
func TestKeyFileRotatesAtOnce(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "keys")
	openFile(t, path)
	bind := []byte("bind")
	var mu sync.Mutex
	var wrapped []crypto.Wrapped
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			f, err := crypto.MakeKeyFile(path)
			if err != nil {
				t.Error(err)
				return
			}
			if err := f.Rotate(); err != nil {
				return
			}
			w, err := f.Wrap(context.Background(), make([]byte, 32), bind)
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			wrapped = append(wrapped, w)
		})
	}
	all.Wait()
	folder(t, dir, "keys")
	require.NotEmpty(t, wrapped)
	f := openFile(t, path)
	for _, w := range wrapped {
		_, err := f.Unwrap(t.Context(), w, bind)
		require.NoError(t, err)
	}
}

// TestKeyFileInterruptedRotation leaves what a crash would leave.
func TestKeyFileInterruptedRotation(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "keys")
	f := openFile(t, path)
	require.NoError(t, os.WriteFile(path+".next", []byte("half"), 0o600))
	err := f.Rotate()
	require.ErrorIs(t, err, os.ErrExist)
	require.ErrorContains(t, err, "remove")
	openFile(t, path)
	folder(t, dir, "keys", "keys.next")
	require.NoError(t, os.Remove(path+".next"))
	require.NoError(t, f.Rotate())

	// A file that was broken meanwhile is not replaced.
	require.NoError(t, os.WriteFile(path, []byte("broken"), 0o600))
	require.ErrorIs(t, f.Rotate(), crypto.ErrInvalid)
	folder(t, dir, "keys")
	left, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, "broken", string(left))
}

// TestKeyFileOnFullDisk wants what could not be written to be told, for it must not take the place of keys that are there.
func TestKeyFileOnFullDisk(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip("there is no disk that is always full")
	}
	content := []byte("keys")
	require.Error(t, crypto.WriteKeys(full, content))
	require.ErrorIs(t, full.Close(), os.ErrClosed)
	require.Equal(t, make([]byte, 4), content, "it is wiped all the same")
}

// TestKeyFileThatWasRemoved wants a change of a file that is there no more to be refused, and to make none.
func TestKeyFileThatWasRemoved(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "keys")
	f := openFile(t, path)
	w := wrapped(t, f)
	require.NoError(t, os.Remove(path))
	require.ErrorIs(t, f.Rotate(), os.ErrNotExist)
	require.ErrorIs(t, f.SetPassphraseQuickly([]byte(passphrase)), os.ErrNotExist)
	require.ErrorIs(t, f.Forget("file-1"), os.ErrNotExist)
	_, err := f.Versions()
	require.ErrorIs(t, err, os.ErrNotExist)
	_, err = f.Wrap(t.Context(), make([]byte, 32), []byte("bind"))
	require.ErrorIs(t, err, os.ErrNotExist)
	folder(t, dir)
	unwraps(t, f, w) // with what it knows
}

// TestKeyFileBehindALink rotates by a symbolic link: the file that it leads to is replaced, where its backups are made and
// other processes look for it, and no key comes to lie where the link is.
func TestKeyFileBehindALink(t *testing.T) {
	vault, dir := t.TempDir(), t.TempDir()
	path, link := filepath.Join(vault, "keys"), filepath.Join(dir, "link")
	if err := os.Symlink(path, link); err != nil {
		t.Skip(err) // Windows asks for a right
	}
	there := openFile(t, path)
	here := openFile(t, link)
	require.NoError(t, here.Rotate())
	folder(t, vault, "keys")
	folder(t, dir, "link")
	info, err := os.Lstat(link)
	require.NoError(t, err)
	require.NotZero(t, info.Mode()&os.ModeSymlink)
	require.Len(t, versions(t, there), 2)
}
