package witness

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// readFile reads checkpoints by their logs' names; none where there is no file.
func readFile(path string) (map[string]string, error) {
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return map[string]string{}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("witness: read what is kept: %w", err)
	}
	var kept map[string]string
	if err := json.Unmarshal(raw, &kept); err != nil || kept == nil {
		return nil, fmt.Errorf("%w: the witness's file cannot be read", ErrInvalid)
	}
	return kept, nil
}

// writeFile replaces the file as a whole: whenever the machine fails, what is there is the old one or the new one.
func writeFile(path string, kept map[string]string) error {
	raw, err := json.MarshalIndent(kept, "", "\t")
	if err != nil {
		return fmt.Errorf("witness: keep: %w", err)
	}
	if err := replace(path, append(raw, '\n')); err != nil {
		return fmt.Errorf("witness: keep: %w", err)
	}
	return nil
}

func replace(path string, raw []byte) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	_, err = f.Write(raw)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err = os.Rename(f.Name(), path); err != nil {
		return err
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return nil // the file is in its place; there is only no folder to force to the disk
	}
	_, _ = dir.Sync(), dir.Close() // not every file system can
	return nil
}
