package crypto

import (
	"crypto/rand"
	"fmt"
	"io"
	"log/slog"
)

// keySize is the length of every key of this package: AES-256's, and what HKDF and HMAC take here.
const keySize = 32

// quiet makes whatever embeds it print a fixed word, so that no verb of fmt, no logger and no encoder that asks for
// text shows what is inside.
type quiet struct{}

const hidden = "[secret]"

// String returns a fixed word.
func (quiet) String() string { return hidden }

// GoString returns a fixed word.
func (quiet) GoString() string { return hidden }

// Format writes a fixed word for every verb; %d of a byte slice does not ask for String.
func (quiet) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, hidden) }

// LogValue returns a fixed word.
func (quiet) LogValue() slog.Value { return slog.StringValue(hidden) }

// MarshalText returns a fixed word.
func (quiet) MarshalText() ([]byte, error) { return []byte(hidden), nil }

// secret is the bytes of a key.
type secret struct {
	quiet
	raw []byte
}

// newSecret returns a new random key. The standard library's generator never fails.
func newSecret() secret {
	s := secret{raw: make([]byte, keySize)}
	_, _ = rand.Read(s.raw)
	return s
}

// wipe overwrites the key. Ciphers and codes that were made from it hold what they derived until the garbage collector
// takes them; the standard library has no way to wipe those.
func (s secret) wipe() { clear(s.raw) }
