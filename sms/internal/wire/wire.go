// Package wire is how providers of texts talk HTTPS, with every body bounded.
package wire

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/enamel-go/enamel/internal/https"
	"github.com/enamel-go/enamel/sms"
)

// MaxWebhook is the longest webhook body that is read, in bytes.
const MaxWebhook = 64 << 10

// Base checks the address that is given for an API, and returns it without a slash at its end; the usual one where none is
// given.
func Base(given, usual string) (string, error) {
	if given == "" {
		return usual, nil
	}
	base, err := https.Base(sms.ErrInvalid, given, false)
	return strings.TrimSuffix(base, "/"), err
}

// Client returns a client for a provider of texts. Nil roots are the system's; no timeout is ten seconds.
func Client(roots *x509.CertPool, timeout time.Duration) *http.Client {
	if timeout <= 0 {
		timeout = 10 * time.Second
	}
	t := https.Transport(roots, timeout)
	t.MaxIdleConnsPerHost = 64 // the default of two makes a sender of many texts dial anew for each
	c := https.Client(t)
	c.Timeout = timeout
	return c
}

// Do sends a request and reads at most limit bytes of the answer. Left is false when no connection was made, so that
// no part of the request can have arrived. The error names no address, which may hold a number, and repeats nothing that the
// server says, which may repeat what it was told.
func Do(c *http.Client, req *http.Request, limit int64) (answer Answer, left bool, err error) {
	var connected atomic.Bool
	trace := &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { connected.Store(true) }}
	resp, err := c.Do(req.WithContext(httptrace.WithClientTrace(req.Context(), trace)))
	if err != nil {
		if inner := (*url.Error)(nil); errors.As(err, &inner) {
			err = inner.Err
		}
		if connected.Load() {
			err = quiet(err)
		}
		return Answer{}, connected.Load(), err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, limit+1))
	switch {
	case err != nil:
		err = quiet(err)
	case int64(len(body)) > limit:
		err = errors.New("the answer is too long")
	}
	return Answer{resp.StatusCode, body, after(resp.Header.Get("Retry-After"), time.Now()), resp.Header.Get("Location")}, true, err
}

// quiet returns an error of a connection without what net/http quotes of the server's words: only the end of a context, and
// what the network itself says, are told as they are.
func quiet(err error) error {
	network := (*net.OpError)(nil)
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) || errors.As(err, &network) {
		return err
	}
	return errors.New("the connection broke off, or what came over it is no answer")
}

// Answer is what a provider answers to a request.
type Answer struct {
	Status int
	Body   []byte
	After  time.Duration // how long it asks to be left alone, at most a day; zero: it does not say

	Location string // where it sends whoever asked, as it says it; nobody is sent there by itself
}

// after reads a Retry-After, which is a number of seconds or a date (RFC 9110, section 10.2.3).
func after(header string, now time.Time) time.Duration {
	wait := time.Duration(0)
	if seconds, err := strconv.ParseInt(header, 10, 32); err == nil {
		wait = time.Duration(seconds) * time.Second
	} else if at, err := http.ParseTime(header); err == nil {
		wait = at.Sub(now)
	}
	return min(max(wait, 0), 24*time.Hour)
}

// Ask makes one request of a provider's and returns the answer. Its error says that there was none: of
// class Unknown, or Transient where no part of the request can have arrived, or where it was a question. Nothing is ever
// repeated.
func Ask(c *http.Client, req *http.Request, provider string, stage sms.Stage, limit int64) (Answer, error) {
	answer, left, err := Do(c, req, limit)
	if err == nil {
		return answer, nil
	}
	class := sms.Unknown
	if !left || stage == sms.AtLookup {
		class = sms.Transient
	}
	return Answer{}, fmt.Errorf("%w: %w", &sms.SendError{Stage: stage, Provider: provider, Class: class}, err)
}

// Public reports whether a provider may call this address: https, or http on this machine, without query or fragment. It
// may name a user: the provider then signs in.
func Public(raw string) bool {
	u, err := url.Parse(raw)
	if err != nil {
		return false
	}
	user := u.User
	u.User = nil
	_, err = https.Base(sms.ErrInvalid, u.String(), true)
	return err == nil && (user == nil || user.Username() != "")
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
