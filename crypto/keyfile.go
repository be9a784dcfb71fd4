package crypto

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
)

// KeyFile is a [KeyManager] on a file of root keys, for a practice that runs on one machine and for development.
// Whoever can read the file and the database can open everything: keep its backups apart from those of the database.
// It wraps with the newest version and unwraps with whatever version is named; what another process changed in the file
// is read before each Wrap, and when a version is first named. It may be used concurrently and prints as a fixed word.
type KeyFile struct {
	quiet
	path string

	mu   sync.Mutex
	keys []rootKey  // oldest first, never empty
	seal *sealedKey // nil: the file has no passphrase
}

// MakeKeyFile makes a key file at path with a new random key, readable by its owner alone, and opens it. One that is there
// it opens as [OpenKeyFile] does. It is made in one step: of several processes that do so at once all get the same file, and
// a crash leaves a whole file or none. That needs a file system with hard links. The owner is the user whom this process
// runs as: make it as the user whom the service runs as, or give it to that one, for nobody else can open it.
//
// Call it where the keys are set up, once, and [OpenKeyFile] everywhere else: by a mistyped path, or one whose disk is not
// mounted, a program that makes files would seal under keys that nobody keeps.
func MakeKeyFile(path string) (*KeyFile, error) {
	return keyFile(path, (*sealedKey)(nil), func() (*sealedKey, error) { return nil, nil })
}

// OpenKeyFile opens the key file at path. Where there is none the error wraps [fs.ErrNotExist]: see [MakeKeyFile]. A file
// that others can read or write (by its permission bits, which Windows does not have), or that is broken, is refused with an
// error that wraps [ErrInvalid], and is left as it is. One that is sealed under a passphrase is [ErrPassphrase]: see
// [OpenSealedKeyFile].
func OpenKeyFile(path string) (*KeyFile, error) {
	return keyFile(path, (*sealedKey)(nil), nil)
}

// keyFile opens the key file at path. Where there is none it makes one, sealed by what anew returns, unless that is nil.
func keyFile(path string, with opener, anew func() (*sealedKey, error)) (*KeyFile, error) {
	keys, seal, err := readKeyFile(path, with)
	if errors.Is(err, fs.ErrNotExist) && anew != nil {
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

// Wrap implements [KeyManager]. It reads the file, which it has to do once per practice and rotation, for what is
// wrapped under a version that the file does not hold is lost with this process. A file that cannot be read is an
// error.
func (f *KeyFile) Wrap(ctx context.Context, key, bind []byte) (Wrapped, error) {
	if err := ctx.Err(); err != nil {
		return Wrapped{}, err
	}
	keys, err := f.read()
	if err != nil {
		return Wrapped{}, err
	}
	return keys[len(keys)-1].wrap(key, bind)
}

// read reads the file again.
func (f *KeyFile) read() ([]rootKey, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	keys, _, err := readKeyFile(f.path, f.seal)
	if err != nil {
		return nil, outside("read key file", err)
	}
	f.keys = keys
	return keys, nil
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
	keys := f.keys
	f.mu.Unlock()
	i := place(keys, id)
	if i < 0 {
		var err error
		if keys, err = f.read(); err != nil {
			return rootKey{}, err
		}
		i = place(keys, id)
	}
	if i < 0 {
		return rootKey{}, errNoVersion
	}
	return keys[i], nil
}

// place returns where the version of that id is, -1 where it is not.
func place(keys []rootKey, id string) int {
	return slices.IndexFunc(keys, func(k rootKey) bool { return k.id == id })
}

var errNoVersion = fmt.Errorf("%w: the key file has no such version", ErrUnknownKey)

// Versions reads the file and returns the ids of the versions in it, oldest first. The last one wraps. They are what
// KeyInfo.Under names of a practice's key.
func (f *KeyFile) Versions() ([]string, error) {
	keys, err := f.read()
	if err != nil {
		return nil, err
	}
	ids := make([]string, 0, len(keys))
	for _, k := range keys {
		ids = append(ids, k.id)
	}
	return ids, nil
}

// Rotate adds a new version to the file, which wraps from now on. Older versions stay and unwrap what they wrapped. The
// file is replaced in one step, behind a symbolic link the one that it leads to, and keeps its owner. One process at a time
// can rotate; it holds the file "<path>.next" beside it while it does, and a rotation that finds one is refused: another is
// under way, or a crash has left the file, which can then be removed.
func (f *KeyFile) Rotate() error {
	return f.replace("rotate key file", func(keys []rootKey) ([]rootKey, *sealedKey, error) {
		return append(keys, newRootKey(after(keys))), f.seal, nil
	})
}

// Forget takes an older version out of the file, and replaces the file as Rotate does. What that version has wrapped
// opens never again: first call [Keyring.Rewrap] for every practice, until [Keyring.Keys] names it nowhere. Processes
// that have it in memory keep it until they end or read the file again; end them, and destroy the file's backups too.
// Like any file that was replaced, the old one may still be found on the disk, and beside it what a crash has left: files
// whose names begin with ".enamel-keys-". The newest version is [ErrInUse], one that is not there, or no longer,
// [ErrUnknownKey].
func (f *KeyFile) Forget(version string) error {
	return f.replace("forget a version of the key file", func(keys []rootKey) ([]rootKey, *sealedKey, error) {
		switch i := place(keys, version); i {
		case -1:
			return nil, nil, errNoVersion
		case len(keys) - 1:
			return nil, nil, fmt.Errorf("%w: it is the key file's newest version", ErrInUse)
		default:
			return slices.Delete(keys, i, i+1), f.seal, nil
		}
	})
}

// replace writes what change makes of the keys in the file to a new file and puts it in the file's place.
func (f *KeyFile) replace(what string, change func([]rootKey) ([]rootKey, *sealedKey, error)) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	path, err := filepath.EvalSymlinks(f.path) // a rename would take the place of a link, and leave the file as it is
	if err != nil {
		return fmt.Errorf("crypto: %s: %w", what, err)
	}
	next, err := os.OpenFile(path+".next", os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, fs.ErrExist) {
		what += ": another change is under way; if none is, one was interrupted: remove what it left"
	}
	if err != nil {
		return fmt.Errorf("crypto: %s: %w", what, err)
	}
	keys, _, err := readKeyFile(path, f.seal) // after the lock was taken, so that no other rotation's version is lost
	if err == nil {
		err = keepOwner(next, path)
	}
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
		err = os.Rename(next.Name(), path)
	}
	if err != nil {
		return outside(what, errors.Join(err, os.Remove(next.Name())))
	}
	f.keys, f.seal = keys, seal
	return syncFolder(path)
}

// after returns the number that follows the newest version's, whatever was forgotten.
func after(keys []rootKey) int {
	var newest int
	if _, err := fmt.Sscanf(keys[len(keys)-1].id, "file-%d-", &newest); err != nil {
		newest = len(keys)
	}
	return newest + 1
}

func newRootKey(version int) rootKey {
	return rootKey{id: fmt.Sprintf("file-%d-%s", version, randomHex(8)), key: newSecret()}
}
