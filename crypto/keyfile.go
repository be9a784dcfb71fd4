package crypto

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
)

// KeyFile is a [KeyManager] on a file of root keys, for a practice that runs on one machine and for development.
// Whoever can read the file and the database can open everything: keep its backups apart from those of the database.
// It wraps with the newest version that it has seen and unwraps with whatever version is named; a version that
// another process added is read when it is first named. It may be used concurrently and prints as a fixed word.
type KeyFile struct {
	quiet
	path string

	mu   sync.Mutex
	keys []rootKey // oldest first, never empty
}

// maxKeyFile bounds what is read: some ten thousand versions.
const maxKeyFile = 1 << 20

// OpenKeyFile reads the key file at path. On first use it makes one with a new random key, readable by its owner alone,
// in one step: of several processes that do so at once all get the same file, and a crash leaves a whole file or none.
// That needs a file system with hard links. A file that others can read or write (by its permission bits, which Windows
// does not have), or that is broken, is refused with an error that wraps [ErrInvalid], and is left as it is.
func OpenKeyFile(path string) (*KeyFile, error) {
	keys, err := readKeyFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		if err := makeKeyFile(path); err != nil {
			return nil, fmt.Errorf("crypto: make key file: %w", err)
		}
		keys, err = readKeyFile(path)
	}
	if err != nil {
		return nil, outside("read key file", err)
	}
	return &KeyFile{path: path, keys: keys}, nil
}

// Wrap implements [KeyManager].
func (f *KeyFile) Wrap(_ context.Context, key, bind []byte) (Wrapped, error) {
	f.mu.Lock()
	newest := f.keys[len(f.keys)-1]
	f.mu.Unlock()
	return newest.wrap(key, bind)
}

// Unwrap implements [KeyManager]. A key that no version in the file has wrapped is [ErrUnknownKey].
func (f *KeyFile) Unwrap(_ context.Context, w Wrapped, bind []byte) ([]byte, error) {
	root, err := f.find(w.KeyID)
	if err != nil {
		return nil, err
	}
	return root.unwrap(w.Blob, bind)
}

// find returns the version of that id, and reads the file again before it says that there is none.
func (f *KeyFile) find(id string) (rootKey, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	named := func(k rootKey) bool { return k.id == id }
	i := slices.IndexFunc(f.keys, named)
	if i < 0 {
		keys, err := readKeyFile(f.path)
		if err != nil {
			return rootKey{}, outside("read key file", err)
		}
		f.keys = keys
		i = slices.IndexFunc(f.keys, named)
	}
	if i < 0 {
		return rootKey{}, fmt.Errorf("%w: the key file has no such version", ErrUnknownKey)
	}
	return f.keys[i], nil
}

// Rotate adds a new version to the file, which wraps from now on. Older versions stay and unwrap what they wrapped. The
// file is replaced in one step. One process at a time can rotate; it holds the file "<path>.next" while it does, and a
// rotation that finds one is refused: another is under way, or a crash has left the file, which can then be removed.
func (f *KeyFile) Rotate() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	next, err := os.OpenFile(f.path+".next", os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("crypto: rotate key file: %w", err)
	}
	keys, err := readKeyFile(f.path) // after the lock was taken, so that no other rotation's version is lost
	if err == nil {
		keys = append(keys, newRootKey(len(keys)+1))
		err = writeAndClose(next, encodeKeyFile(keys))
	} else {
		err = errors.Join(err, next.Close())
	}
	if err == nil {
		err = os.Rename(next.Name(), f.path)
	}
	if err != nil {
		return outside("rotate key file", errors.Join(err, os.Remove(next.Name())))
	}
	f.keys = keys
	return syncFolder(f.path)
}

func newRootKey(version int) rootKey {
	return rootKey{id: fmt.Sprintf("file-%d-%s", version, randomHex(8)), key: newSecret()}
}

// readKeyFile reads and checks a key file.
func readKeyFile(path string) (keys []rootKey, err error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	info, err := file.Stat()
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%w: the key file is not a regular file", ErrInvalid)
	case info.Mode().Perm()&0o077 != 0 && runtime.GOOS != "windows":
		return nil, fmt.Errorf("%w: others have rights on the key file; it must be 0600 or 0400", ErrInvalid)
	case info.Size() > maxKeyFile:
		return nil, fmt.Errorf("%w: the key file is too large", ErrInvalid)
	}
	raw, err := io.ReadAll(io.LimitReader(file, maxKeyFile))
	if err != nil {
		return nil, err
	}
	defer clear(raw)
	return decodeKeyFile(raw)
}

// makeKeyFile writes a new file beside path and links it there. The link fails when another process was first, whose
// file is then the one.
func makeKeyFile(path string) error {
	draft, err := os.CreateTemp(filepath.Dir(path), ".enamel-keys-*") // made with 0600
	if err != nil {
		return err
	}
	err = writeAndClose(draft, encodeKeyFile([]rootKey{newRootKey(1)}))
	if err == nil {
		err = os.Link(draft.Name(), path)
		if errors.Is(err, fs.ErrExist) {
			err = nil
		}
	}
	if err := errors.Join(err, os.Remove(draft.Name())); err != nil {
		return err
	}
	return syncFolder(path)
}

// writeAndClose writes content, wipes it, and closes the file; the content is on the disk when it returns nil.
func writeAndClose(file *os.File, content []byte) error {
	defer clear(content)
	_, err := file.Write(content)
	if err == nil {
		err = file.Sync()
	}
	return errors.Join(err, file.Close())
}

// syncFolder makes a new name in path's folder survive a power failure. Windows cannot sync a folder.
func syncFolder(path string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	folder, err := os.Open(filepath.Dir(path))
	if err != nil {
		return fmt.Errorf("crypto: sync key file's folder: %w", err)
	}
	if err := errors.Join(folder.Sync(), folder.Close()); err != nil {
		return fmt.Errorf("crypto: sync key file's folder: %w", err)
	}
	return nil
}
