package crypto

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
)

// maxKeyFile bounds what is read: some ten thousand versions.
const maxKeyFile = 1 << 20

// readKeyFile reads and checks a key file, and returns what it is sealed under beside its keys.
func readKeyFile(path string, with opener) (keys []rootKey, seal *sealedKey, err error) {
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrPermission) {
		return nil, nil, fmt.Errorf("%w: it has to belong to the user whom this process runs as", err)
	}
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
