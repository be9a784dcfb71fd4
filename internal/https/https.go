// Package https is how every client of Enamel's talks to a server: over TLS 1.3 or not at all, and without following it
// elsewhere.
package https

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"
)

// Transport returns a transport that speaks TLS 1.3 or nothing. Making a connection takes at most timeout, also when the
// request that wanted it has given up. Nil roots are the system's. It is the caller's to adjust further.
func Transport(roots *x509.CertPool, timeout time.Duration) *http.Transport {
	return &http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		DialContext:         (&net.Dialer{Timeout: timeout}).DialContext,
		TLSClientConfig:     &tls.Config{MinVersion: tls.VersionTLS13, RootCAs: roots},
		TLSHandshakeTimeout: timeout,
		// Less than servers wait: a request on a connection that the server is just closing may have arrived or not.
		IdleConnTimeout: 20 * time.Second,
	}
}

// Client returns a client that never follows a redirect, for a redirect would carry what is sent to an address nobody
// configured.
func Client(t http.RoundTripper) *http.Client {
	return &http.Client{
		Transport:     t,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// Base checks the address that paths are added to: https, or, where loopback is allowed, http to this very machine,
// whose traffic nobody else reads. The error wraps under.
func Base(under error, raw string, loopback bool) (string, error) {
	u, err := url.Parse(raw)
	if err != nil || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.ForceQuery || strings.Contains(raw, "#") {
		return "", fmt.Errorf("%w: an address needs a scheme and a host, and has no user, query or fragment", under)
	}
	if u.Scheme == "https" || loopback && u.Scheme == "http" && local(u.Hostname()) {
		return raw, nil
	}
	return "", fmt.Errorf("%w: an address must be https", under)
}

func local(host string) bool {
	if addr, err := netip.ParseAddr(host); err == nil {
		return addr.IsLoopback()
	}
	return host == "localhost"
}
