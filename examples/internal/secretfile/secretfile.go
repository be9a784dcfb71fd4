// Package secretfile keeps small secrets that several processes of one machine share: each in a file of its own that its
// owner alone can read, made by whoever comes first.
package secretfile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// ErrRights refuses a file that others can read or write.
var ErrRights = errors.New("others have rights on the file; make it 0600")

// Get returns the line that the file at path holds. Where there is no file it makes one that holds what create returns;
// of several processes that do so at once all get the same line.
func Get(path string, create func() (string, error)) (string, error) {
	secret, err := read(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return secret, err
	}
	if secret, err = create(); err != nil {
		return "", err
	}
	if err := Put(path, secret, false); err != nil && !errors.Is(err, fs.ErrExist) {
		return "", err
	}
	return read(path)
}

// Put writes a text to the file at path, in one step. Unless it may replace a file that is there, the error is then
// fs.ErrExist.
func Put(path, text string, replace bool) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("make the folder of %s: %w", filepath.Base(path), err)
	}
	draft, err := os.CreateTemp(filepath.Dir(path), ".enamel-*") // made with 0600
	if err != nil {
		return fmt.Errorf("write %s: %w", filepath.Base(path), err)
	}
	defer os.Remove(draft.Name())
	_, err = draft.WriteString(text + "\n")
	if err = errors.Join(err, draft.Close()); err != nil {
		return fmt.Errorf("write %s: %w", filepath.Base(path), err)
	}
	if replace {
		return os.Rename(draft.Name(), path)
	}
	return os.Link(draft.Name(), path)
}

func read(path string) (string, error) {
	info, err := os.Lstat(path)
	switch {
	case err != nil:
		return "", err
	case !info.Mode().IsRegular():
		return "", fmt.Errorf("%s is not a regular file", filepath.Base(path))
	case info.Mode().Perm()&0o077 != 0 && runtime.GOOS != "windows":
		return "", fmt.Errorf("%s: %w", filepath.Base(path), ErrRights)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	line := strings.TrimSuffix(string(raw), "\n")
	if line == "" {
		return "", fmt.Errorf("%s is empty", filepath.Base(path))
	}
	return line, nil
}
