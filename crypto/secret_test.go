package crypto_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/crypto"
)

// TestSecretsPrintAWord tries every verb, a logger and an encoder on everything that holds a key.
func TestSecretsPrintAWord(t *testing.T) {
	const word = "[secret]"
	file := openFile(t, filepath.Join(t.TempDir(), "keys"))
	for name, secret := range map[string]any{
		"a key": crypto.NewSecret(), "Keyring": plainRing(t), "Ephemeral": crypto.NewEphemeral(), "KeyFile": file,
	} {
		t.Run(name, func(t *testing.T) {
			for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%b", "%o", "%c", "%U", "%e", "%t"} {
				require.Equal(t, word, fmt.Sprintf(verb, secret), verb)
			}
			require.Equal(t, word, fmt.Sprint(secret))
			require.Equal(t, word, secret.(fmt.Stringer).String())
			require.Equal(t, word, secret.(fmt.GoStringer).GoString())

			for _, handler := range []func(*bytes.Buffer) slog.Handler{
				func(b *bytes.Buffer) slog.Handler { return slog.NewTextHandler(b, nil) },
				func(b *bytes.Buffer) slog.Handler { return slog.NewJSONHandler(b, nil) },
			} {
				var out bytes.Buffer
				slog.New(handler(&out)).Info("log", "secret", secret)
				require.Contains(t, out.String(), word)
				require.Less(t, out.Len(), 150)
			}
			encoded, err := json.Marshal(map[string]any{"secret": secret})
			require.NoError(t, err)
			require.JSONEq(t, `{"secret":"[secret]"}`, string(encoded))
		})
	}
}

// TestErrorsHoldNoSecret plants words in everything a caller passes, provokes every kind of error, and searches them.
func TestErrorsHoldNoSecret(t *testing.T) {
	const planted = "planted"
	b := crypto.Binding{
		Practice: "planted-practice", Patient: "planted-patient", Class: crypto.Chart, Kind: "planted-kind", ID: "planted-id",
	}
	plain := []byte("planted-plaintext")
	s, m := newStore(), newManager()
	ring := newRing(t, s, m, nil)
	sealed, err := ring.Seal(t.Context(), nil, plain, b)
	require.NoError(t, err)
	row, err := s.Key(t.Context(), subject(b), 0)
	require.NoError(t, err)
	mac, err := ring.MAC(t.Context(), b.Practice, plain)
	require.NoError(t, err)
	secrets := []string{
		planted, hex.EncodeToString(row.Wrapped.Blob[:8]), hex.EncodeToString(sealed[12:20]), fmt.Sprint(row.ID),
	}

	var errs []error
	collect := func(err error) {
		t.Helper()
		require.Error(t, err)
		errs = append(errs, err)
	}
	second := func(_ []byte, err error) error { return err }
	try := func(ring *crypto.Keyring, change func(*crypto.Binding)) {
		t.Helper()
		b := b
		change(&b)
		collect(second(ring.Open(t.Context(), nil, sealed, b)))
	}
	try(ring, func(b *crypto.Binding) { b.Practice += "\x00" })
	try(ring, func(b *crypto.Binding) { b.Patient = strings.Repeat(planted, 20) })
	try(ring, func(b *crypto.Binding) { b.Class = planted })
	try(ring, func(b *crypto.Binding) { b.Kind = strings.Repeat(planted, 100) })
	try(ring, func(b *crypto.Binding) { b.ID += "\xff" })
	try(ring, func(b *crypto.Binding) { b.ID += "x" })
	try(ring, func(b *crypto.Binding) { b.Patient += "x" })
	try(ring, func(b *crypto.Binding) { b.Practice += "x" })
	newer, unknown := append([]byte{0xD1, 2}, sealed[2:]...), append([]byte{0xD1, 1, 0, 0}, make([]byte, 60)...)
	for _, bad := range [][]byte{nil, plain, newer, unknown} {
		collect(second(ring.Open(t.Context(), nil, bad, b)))
		collect(second(ring.OpenEvidence(t.Context(), b.Practice, b.ID, bad)))
		collect(ring.VerifyMAC(t.Context(), b.Practice, plain, bad))
	}
	collect(ring.VerifyMAC(t.Context(), b.Practice, plain, append(mac[:39:39], mac[39]^1)))
	collect(second(ring.Index(t.Context(), b.Practice, strings.Repeat(planted, 100), planted)))
	collect(ring.Shred(t.Context(), crypto.Subject{Practice: planted, Patient: planted, Class: planted}))
	s.before = func(context.Context) error { return errDown }
	try(newRing(t, s, m, nil), func(*crypto.Binding) {})
	s.before = nil
	m.down.Store(true)
	try(newRing(t, s, m, nil), func(*crypto.Binding) {})
	m.down.Store(false)
	s.after = func(k crypto.Key, err error) (crypto.Key, error) {
		k.Wrapped.Blob = append([]byte{9}, k.Wrapped.Blob...)
		return k, err
	}
	try(newRing(t, s, m, nil), func(*crypto.Binding) {})
	s.after = nil
	try(newRing(t, s, crypto.NewEphemeral(), nil), func(*crypto.Binding) {})
	require.NoError(t, ring.Spend(sealed, crypto.SealLimit))
	collect(second(ring.Seal(t.Context(), nil, plain, b)))
	require.NoError(t, ring.Shred(t.Context(), subject(b)))
	collect(second(ring.Seal(t.Context(), nil, plain, b)))
	collect(second(ring.Open(t.Context(), nil, sealed, b)))

	for _, err := range errs {
		for e := err; e != nil; e = errors.Unwrap(e) {
			text := strings.ToLower(fmt.Sprintf("%v %+v %#v", e, e, e))
			for _, secret := range secrets {
				require.NotContains(t, text, secret)
			}
		}
		require.Equal(t, 1, strings.Count(err.Error(), "crypto:"), err.Error())
	}
}
