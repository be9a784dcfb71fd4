// Package shareddata finds the real material that tests read and that is no part of the repository.
package shareddata

import (
	"os"
	"path/filepath"
	"testing"
)

// Path returns the path of a file of that material, such as "sms/uci.jsonl". It lies in ../shared/data, seen from the
// repository. Where it is absent, as in a user's clone, the test is skipped; in CI it fails.
func Path(t testing.TB, name string) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for ; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		path := filepath.Join(dir, "..", "shared", "data", filepath.FromSlash(name))
		if _, err := os.Stat(path); err == nil {
			return path
		}
	}
	if os.Getenv("CI") == "true" {
		t.Fatalf("shared/data/%s is not beside the repository", name)
	}
	t.Skipf("shared/data/%s is not beside the repository", name)
	return ""
}

// Read returns the content of a file of that material, as [Path] finds it.
func Read(t testing.TB, name string) []byte {
	t.Helper()
	raw, err := os.ReadFile(Path(t, name))
	if err != nil {
		t.Fatal(err)
	}
	return raw
}
