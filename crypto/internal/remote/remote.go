// Package remote is what the key managers have in common that ask a service over the network.
package remote

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/enamel-go/enamel/crypto"
	"github.com/enamel-go/enamel/internal/https"
)

// MaxAnswer bounds what is read of an answer, in bytes.
const MaxAnswer = 64 << 10

// Transport returns a transport that speaks TLS 1.3 or nothing and asks for nothing compressed. Nil roots are the
// system's.
func Transport(roots *x509.CertPool, timeout time.Duration) *http.Transport {
	t := https.Transport(roots, timeout)
	t.DisableCompression = true
	t.MaxResponseHeaderBytes = MaxAnswer
	return t
}

var errTimeout = errors.New("no answer in time")

// Within bounds all the requests of a call.
func Within(ctx context.Context, timeout time.Duration) (context.Context, context.CancelFunc) {
	return context.WithTimeoutCause(ctx, timeout, errTimeout)
}

// Ended is the error of a call whose context of [Within] has ended, and nil while it goes on. Name is the package's.
func Ended(ctx context.Context, name string) error {
	switch {
	case context.Cause(ctx) == errTimeout: //nolint:errorlint // it is compared with itself
		return fmt.Errorf("%w: %s: %w", crypto.ErrUnavailable, name, errTimeout)
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return fmt.Errorf("%w: %s: %w", crypto.ErrUnavailable, name, ctx.Err())
	case ctx.Err() != nil:
		return fmt.Errorf("%s: %w", name, ctx.Err())
	}
	return nil
}

// Broken is the error of a request without an answer, and nil where nothing of err can be passed on: that is what the
// standard library says of connections and certificates, for other errors quote what came over the wire.
func Broken(name string, err error) error {
	var timeout net.Error
	var connection *net.OpError
	var certificate *tls.CertificateVerificationError
	var authority x509.UnknownAuthorityError
	switch {
	case errors.As(err, &certificate):
		err = certificate
	case errors.As(err, &authority):
		err = authority
	case errors.As(err, &connection):
		err = connection
	case errors.As(err, &timeout) && timeout.Timeout():
		err = errTimeout
	default:
		return nil
	}
	return fmt.Errorf("%w: %s: %w", crypto.ErrUnavailable, name, err)
}
