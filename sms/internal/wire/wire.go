// Package wire is how providers of texts talk HTTP: over TLS 1.3, without redirects, and with every body bounded.
package wire

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/netip"
	"net/url"
	"sync/atomic"
	"time"

	"github.com/enamel-go/enamel/sms"
)

// MaxWebhook is the longest webhook body that is read, in bytes.
const MaxWebhook = 64 << 10

// Client returns a client that speaks TLS 1.3 or nothing and never follows a redirect, for a redirect would carry a
// number and a body to an address nobody configured. Nil roots are the system's.
func Client(roots *x509.CertPool, timeout time.Duration) *http.Client {
	return &http.Client{
		Timeout: timeout,
		Transport: &http.Transport{
			Proxy:               http.ProxyFromEnvironment,
			TLSClientConfig:     &tls.Config{MinVersion: tls.VersionTLS13, RootCAs: roots},
			TLSHandshakeTimeout: timeout,
			MaxIdleConnsPerHost: 64, // the default of two makes a sender of many texts dial anew for each
			// Less than servers wait: a request on a connection that the server is just closing may have arrived or not.
			IdleConnTimeout: 20 * time.Second,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// Do sends a request and reads at most limit bytes of the answer. Left is false when no connection was made, so that
// no part of the request can have arrived. The error names no address: an address may hold a number.
func Do(c *http.Client, req *http.Request, limit int64) (status int, body []byte, left bool, err error) {
	var connected atomic.Bool
	trace := &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { connected.Store(true) }}
	resp, err := c.Do(req.WithContext(httptrace.WithClientTrace(req.Context(), trace)))
	if err != nil {
		if inner := (*url.Error)(nil); errors.As(err, &inner) {
			err = inner.Err
		}
		return 0, nil, connected.Load(), err
	}
	defer resp.Body.Close()
	body, err = io.ReadAll(io.LimitReader(resp.Body, limit+1))
	if err == nil && int64(len(body)) > limit {
		err = errors.New("the answer is too long")
	}
	return resp.StatusCode, body, true, err
}

// ReadBody reads a webhook's body.
func ReadBody(r *http.Request) ([]byte, error) {
	if r.Body == nil {
		return nil, nil
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, MaxWebhook+1))
	if err != nil {
		return nil, fmt.Errorf("%w: the webhook's body cannot be read", sms.ErrInvalid)
	}
	if len(body) > MaxWebhook {
		return nil, sms.ErrTooLarge
	}
	return body, nil
}

// Base checks the address that paths are added to: https, or, where loopback is allowed, http to this very machine,
// whose traffic nobody else reads.
func Base(raw string, loopback bool) (string, error) {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" {
		return "", fmt.Errorf("%w: an address needs a scheme and a host, and has no user, query or fragment", sms.ErrInvalid)
	}
	if u.Scheme == "https" || loopback && u.Scheme == "http" && local(u.Hostname()) {
		return raw, nil
	}
	return "", fmt.Errorf("%w: an address must be https", sms.ErrInvalid)
}

func local(host string) bool {
	if addr, err := netip.ParseAddr(host); err == nil {
		return addr.IsLoopback()
	}
	return host == "localhost"
}
