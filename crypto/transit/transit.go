package transit

import (
	"context"
	"crypto/x509"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/enamel-go/enamel/crypto"
	"github.com/enamel-go/enamel/crypto/internal/remote"
	"github.com/enamel-go/enamel/internal/https"
)

// maxName keeps a KeyID, with its version, within 64 characters.
const maxName = 44

// Token returns the token that a request signs in with. It is called for every request, so that one which expires can
// be replaced, and may be called concurrently. Its error is passed on and should hold no token.
type Token func(ctx context.Context) (string, error)

// StaticToken is a token that never expires.
func StaticToken(token string) Token {
	return func(context.Context) (string, error) { return token, nil }
}

// TokenFile reads the token from a file, such as the sink of a Vault or OpenBao Agent, each time it is needed. Blanks
// around it are cut.
func TokenFile(path string) Token {
	return func(context.Context) (string, error) {
		file, err := os.Open(path)
		if err != nil {
			return "", err
		}
		defer file.Close()
		raw, err := io.ReadAll(io.LimitReader(file, maxToken+1))
		return strings.TrimSpace(string(raw)), err
	}
}

// Options adjusts a [Manager].
type Options struct {
	// Mount is the path at which the engine is mounted. Defaults to "transit".
	Mount string
	// Namespace is the namespace that the mount lies in. Defaults to none.
	Namespace string
	// Derived says that the root key was made with derived=true.
	Derived bool
	// Timeout ends a call, all its requests together. Defaults to 10 seconds.
	Timeout time.Duration
	// RootCAs are the authorities that may vouch for the server. Defaults to the system's.
	RootCAs *x509.CertPool
}

// Manager is a [crypto.KeyManager] on one root key of a Transit secrets engine. It is immutable and may be used
// concurrently.
type Manager struct {
	base, mount string // neither ends in a slash
	name        string
	namespace   string
	derived     bool
	token       Token
	timeout     time.Duration
	client      *http.Client
}

var (
	_ crypto.KeyManager = (*Manager)(nil)
	_ crypto.Rewrapper  = (*Manager)(nil)
)

// New returns a key manager for the root key of that name on the server at address, which is https. It sends nothing
// yet. The name has at most 44 characters: letters, digits, and inside it also points and dashes. The error wraps
// [crypto.ErrInvalid].
func New(address, keyName string, token Token, o *Options) (*Manager, error) {
	if o == nil {
		o = &Options{}
	}
	base, err := https.Base(fmt.Errorf("%w: transit", crypto.ErrInvalid), address, false)
	if err != nil {
		return nil, err
	}
	m := &Manager{
		base: strings.TrimSuffix(base, "/"), mount: "transit", name: keyName, namespace: strings.Trim(o.Namespace, "/"), derived: o.Derived, token: token,
		timeout: 10 * time.Second,
	}
	if o.Mount != "" {
		m.mount = strings.Trim(o.Mount, "/")
	}
	if o.Timeout > 0 {
		m.timeout = o.Timeout
	}
	switch {
	case len(keyName) > maxName || !isName(keyName):
		return nil, fmt.Errorf("%w: transit: that is no name of a key", crypto.ErrInvalid)
	case token == nil:
		return nil, fmt.Errorf("%w: transit: there is no token", crypto.ErrInvalid)
	case !isPath(m.mount) || m.namespace != "" && !isPath(m.namespace):
		return nil, fmt.Errorf("%w: transit: that is no path of a mount or namespace", crypto.ErrInvalid)
	}
	m.client = https.Client(remote.Transport(o.RootCAs, m.timeout))
	return m, nil
}

// Close closes the connections that are idle. The manager can still be used.
func (m *Manager) Close() error {
	m.client.CloseIdleConnections()
	return nil
}

// isName reports whether the engine takes a name: it begins and ends with a letter, a digit or an underscore.
func isName(name string) bool {
	const inside = "-."
	return name != "" && strings.Trim(name, inside) == name && strings.IndexFunc(name, func(r rune) bool {
		return !strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"+inside, r)
	}) < 0
}

// isPath reports whether each segment is a name, so that none leads elsewhere.
func isPath(path string) bool {
	for segment := range strings.SplitSeq(path, "/") {
		if !isName(segment) {
			return false
		}
	}
	return true
}
