package crypto

import (
	"bytes"
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
	keys []rootKey  // oldest first, never empty
	seal *sealedKey // nil: the file has no passphrase
}

// maxKeyFile bounds what is read: some ten thousand versions.
const maxKeyFile = 1 << 20

// OpenKeyFile reads the key file at path. On first use it makes one with a new random key, readable by its owner alone,
// in one step: of several processes that do so at once all get the same file, and a crash leaves a whole file or none.
// That needs a file system with hard links. A file that others can read or write (by its permission bits, which Windows
// does not have), or that is broken, is refused with an error that wraps [ErrInvalid], and is left as it is. One that is
// sealed under a passphrase is [ErrPassphrase]: see [OpenSealedKeyFile].
func OpenKeyFile(path string) (*KeyFile, error) {
	return openKeyFile(path, (*sealedKey)(nil), func() (*sealedKey, error) { return nil, nil })
}

// openKeyFile reads the key file at path, and makes it when there is none.
func openKeyFile(path string, with opener, anew func() (*sealedKey, error)) (*KeyFile, error) {
	keys, seal, err := readKeyFile(path, with)
	if errors.Is(err, fs.ErrNotExist) {
		if seal, err = anew(); err == nil {
			err = makeKeyFile(path, seal)
		}
		if err != nil {
			return nil, outside("make key file", err)
		}
		keys, seal, err = readKeyFile(path, with) // another process may have been first
	}
	if err != nil {
		return nil, outside("read key file", err)
	}
	return &KeyFile{path: path, keys: keys, seal: seal}, nil
}

// Wrap implements [KeyManager].
func (f *KeyFile) Wrap(ctx context.Context, key, bind []byte) (Wrapped, error) {
	if err := ctx.Err(); err != nil {
		return Wrapped{}, err
	}
	f.mu.Lock()
	newest := f.keys[len(f.keys)-1]
	f.mu.Unlock()
	return newest.wrap(key, bind)
}

// Unwrap implements [KeyManager]. A key that no version in the file has wrapped is [ErrUnknownKey].
func (f *KeyFile) Unwrap(ctx context.Context, w Wrapped, bind []byte) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
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
		keys, _, err := readKeyFile(f.path, f.seal)
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
	return f.replace("rotate key file", func(keys []rootKey) ([]rootKey, *sealedKey, error) {
		return append(keys, newRootKey(len(keys)+1)), f.seal, nil
	})
}

// replace writes what change makes of the keys in the file to a new file and puts it in the file's place.
func (f *KeyFile) replace(what string, change func([]rootKey) ([]rootKey, *sealedKey, error)) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	next, err := os.OpenFile(f.path+".next", os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("crypto: %s: %w", what, err)
	}
	keys, _, err := readKeyFile(f.path, f.seal) // after the lock was taken, so that no other rotation's version is lost
	var seal *sealedKey
	if err == nil {
		keys, seal, err = change(keys)
	}
	var content []byte
	if err == nil {
		content, err = seal.encode(keys)
	}
	if err == nil {
		err = writeAndClose(next, content)
	} else {
		err = errors.Join(err, next.Close())
	}
	if err == nil {
		err = os.Rename(next.Name(), f.path)
	}
	if err != nil {
		return outside(what, errors.Join(err, os.Remove(next.Name())))
	}
	f.keys, f.seal = keys, seal
	return syncFolder(f.path)
}

func newRootKey(version int) rootKey {
	return rootKey{id: fmt.Sprintf("file-%d-%s", version, randomHex(8)), key: newSecret()}
}

// readKeyFile reads and checks a key file, and returns what it is sealed under beside its keys.
func readKeyFile(path string, with opener) (keys []rootKey, seal *sealedKey, err error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	info, err := file.Stat()
	switch {
	case err != nil:
		return nil, nil, err
	case !info.Mode().IsRegular():
		return nil, nil, fmt.Errorf("%w: the key file is not a regular file", ErrInvalid)
	case info.Mode().Perm()&0o077 != 0 && runtime.GOOS != "windows":
		return nil, nil, fmt.Errorf("%w: others have rights on the key file; it must be 0600 or 0400", ErrInvalid)
	case info.Size() > maxKeyFile:
		return nil, nil, fmt.Errorf("%w: the key file is too large", ErrInvalid)
	}
	raw, err := io.ReadAll(io.LimitReader(file, maxKeyFile))
	if err != nil {
		return nil, nil, err
	}
	defer clear(raw)
	if !bytes.HasPrefix(raw, []byte(sealedFileHead)) {
		if err := with.unsealed(); err != nil {
			return nil, nil, err
		}
		keys, err := decodeKeyFile(raw)
		return keys, nil, err
	}
	sealed, err := decodeSealed(raw)
	if err != nil {
		return nil, nil, err
	}
	if seal, err = with.derive(sealed.params); err != nil {
		return nil, nil, err
	}
	keys, err = seal.open(sealed)
	return keys, seal, err
}

// makeKeyFile writes a new file beside path and links it there. The link fails when another process was first, whose
// file is then the one.
func makeKeyFile(path string, seal *sealedKey) error {
	content, err := seal.encode([]rootKey{newRootKey(1)})
	if err != nil {
		return err
	}
	draft, err := os.CreateTemp(filepath.Dir(path), ".enamel-keys-*") // made with 0600
	if err != nil {
		clear(content)
		return err
	}
	err = writeAndClose(draft, content)
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
