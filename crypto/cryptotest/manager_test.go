package cryptotest_test

import (
	"encoding/base64"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/crypto"
	"github.com/enamel-go/enamel/crypto/cryptotest"
)

// checkManager runs the suite on a harness of its own for each case, and returns the names of those that do not apply.
func checkManager(t *testing.T, open func(t *testing.T) cryptotest.ManagerHarness) (skipped []string) {
	t.Helper()
	for _, c := range cryptotest.ManagerCases() {
		t.Run(c.Name, func(t *testing.T) {
			err := c.Check(t.Context(), open(t))
			if errors.Is(err, cryptotest.ErrNotApplicable) {
				skipped = append(skipped, c.Name)
				t.Skip(err)
			}
			require.NoError(t, err)
		})
	}
	return skipped
}

// withoutService are the cases that need a service to break, or one that rewraps.
const withoutService = 7

func TestEphemeral(t *testing.T) {
	skipped := checkManager(t, func(*testing.T) cryptotest.ManagerHarness {
		m := crypto.NewEphemeral()
		return cryptotest.ManagerHarness{Open: func() (crypto.KeyManager, error) { return m, nil }}
	})
	require.Len(t, skipped, withoutService+2, "and it has one version: %v", skipped)
}

func TestKeyFile(t *testing.T) {
	skipped := checkManager(t, func(t *testing.T) cryptotest.ManagerHarness {
		path := filepath.Join(t.TempDir(), "keys")
		f, err := crypto.MakeKeyFile(path)
		require.NoError(t, err)
		return cryptotest.ManagerHarness{
			Open: func() (crypto.KeyManager, error) { return crypto.MakeKeyFile(path) }, Rotate: f.Rotate,
		}
	})
	require.Len(t, skipped, withoutService, "%v", skipped)
}

func TestSuccession(t *testing.T) {
	skipped := checkManager(t, func(t *testing.T) cryptotest.ManagerHarness {
		path := filepath.Join(t.TempDir(), "keys")
		f, err := crypto.MakeKeyFile(path)
		require.NoError(t, err)
		older := crypto.NewEphemeral()
		return cryptotest.ManagerHarness{Rotate: f.Rotate, Open: func() (crypto.KeyManager, error) {
			newest, err := crypto.MakeKeyFile(path)
			if err != nil {
				return nil, err
			}
			return crypto.NewSuccession(newest, older)
		}}
	})
	require.Len(t, skipped, withoutService, "%v", skipped)
}

func TestSealedKeyFile(t *testing.T) {
	const passphrase = "planted passphrase"
	f, err := crypto.MakeSealedKeyFile(filepath.Join(t.TempDir(), "keys"), []byte(passphrase)) // once: it is slow
	require.NoError(t, err)
	skipped := checkManager(t, func(*testing.T) cryptotest.ManagerHarness {
		return cryptotest.ManagerHarness{
			Open: func() (crypto.KeyManager, error) { return f, nil }, Rotate: f.Rotate, Secrets: []string{passphrase},
		}
	})
	require.Len(t, skipped, withoutService, "%v", skipped)
}

// TestRemote wants the manager without a flaw to pass, so that what catches its flaws catches them alone.
func TestRemote(t *testing.T) {
	skipped := checkManager(t, func(*testing.T) cryptotest.ManagerHarness {
		return harness(func() *remote { return &remote{} })
	})
	require.Empty(t, skipped)
}

func managerMutants() map[string]func() *remote {
	quoting := func(show func(blob []byte) string) func() *remote {
		return func() *remote {
			return &remote{failed: func(err error, w crypto.Wrapped) error {
				return fmt.Errorf("remote: %w: %s", err, show(w.Blob))
			}}
		}
	}
	always := func(as error) func() *remote {
		return func() *remote {
			return &remote{failed: func(err error, _ crypto.Wrapped) error {
				if errors.Is(err, crypto.ErrUnavailable) || errors.Is(err, crypto.ErrDenied) {
					return as
				}
				return err
			}}
		}
	}
	return map[string]func() *remote{
		"binds to nothing":       func() *remote { return &remote{bind: func([]byte) []byte { return nil }} },
		"binds to the beginning": func() *remote { return &remote{bind: func(b []byte) []byte { return b[:min(len(b), 30)] }} },
		"folds case": func() *remote {
			return &remote{bind: func(b []byte) []byte { return []byte(strings.ToUpper(string(b))) }}
		},
		"gives keys unchecked":         func() *remote { return &remote{unchecked: true} },
		"keeps the key's slice":        func() *remote { return &remote{keeps: true} },
		"gives the slice that it kept": func() *remote { return &remote{gives: true} },
		"writes behind the key":        func() *remote { return &remote{writes: true} },
		"opens with the first version": func() *remote { return &remote{version: func(int) int { return 1 }} },
		"wraps with the first version": func() *remote { return &remote{first: true} },
		"takes keys of any length":     func() *remote { return &remote{takesAll: true} },
		"shows the key":                func() *remote { return &remote{shows: true} },
		"mixes concurrent calls":       func() *remote { return &remote{mixes: true} },
		"hears no context":             func() *remote { return &remote{deaf: true} },
		"wraps without the service":    func() *remote { return &remote{fallback: true} },
		"does not read what it wrapped": func() *remote {
			return &remote{unread: true}
		},
		"does not look at what it read": func() *remote { return &remote{unlooked: true} },
		"takes blanks in a KeyID":       func() *remote { return &remote{keyID: strings.TrimSpace} },
		"takes any KeyID": func() *remote {
			return &remote{keyID: func(id string) string {
				if strings.HasPrefix(id, "remote-") {
					return id
				}
				return "remote-1"
			}}
		},
		"reads Base64 loosely": func() *remote { return &remote{decode: base64.StdEncoding.DecodeString} },
		"cuts what is behind": func() *remote {
			return &remote{decode: func(s string) ([]byte, error) {
				return base64.StdEncoding.DecodeString(s[:min(len(s), 124)])
			}}
		},
		"calls an outage a forgery":     always(crypto.ErrAuth),
		"calls a refusal an outage":     always(crypto.ErrUnavailable),
		"calls an outage a refusal":     always(crypto.ErrDenied),
		"swallows errors":               func() *remote { return &remote{failed: func(error, crypto.Wrapped) error { return nil }} },
		"says nothing of errors":        func() *remote { return &remote{failed: func(error, crypto.Wrapped) error { return errService }} },
		"quotes what it was given":      quoting(func(blob []byte) string { return string(blob) }),
		"quotes it in hexadecimal":      quoting(func(blob []byte) string { return fmt.Sprintf("%X", blob) }),
		"quotes it in Base64":           quoting(func(blob []byte) string { return base64.RawURLEncoding.EncodeToString(blob) }),
		"quotes the end of it":          quoting(func(blob []byte) string { return string(blob[max(0, len(blob)-14):]) }),
		"quotes it as numbers":          quoting(func(blob []byte) string { return fmt.Sprint(blob) }),
		"quotes its token":              quoting(func([]byte) string { return token }),
		"does not rewrap to the newest": func() *remote { return &remote{rewrapKeep: true} },
		"rewraps another key":           func() *remote { return &remote{rewrapNew: true} },
		"rewraps what was altered":      func() *remote { return &remote{rewrapAny: true} },
	}
}

// TestManagerMutants wants every flaw to be caught by at least one case, and every case to catch one: a case that
// catches none may never run.
func TestManagerMutants(t *testing.T) {
	var mu sync.Mutex
	catching := map[string]bool{}
	t.Run("all", func(t *testing.T) {
		for name, flawed := range managerMutants() {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				var caught []string
				for _, c := range cryptotest.ManagerCases() {
					if err := c.Check(t.Context(), harness(flawed)); err != nil {
						caught = append(caught, c.Name)
					}
				}
				require.NotEmpty(t, caught, "no case caught a manager that %s", name)
				mu.Lock()
				defer mu.Unlock()
				for _, rule := range caught {
					catching[rule] = true
				}
			})
		}
	})
	for _, c := range cryptotest.ManagerCases() {
		require.True(t, catching[c.Name], "no mutant breaks this rule: %s", c.Name)
	}
}
