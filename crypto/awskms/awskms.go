package awskms

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/arn"
	"github.com/aws/aws-sdk-go-v2/service/kms"

	"github.com/enamel-go/enamel/crypto"
	"github.com/enamel-go/enamel/crypto/internal/remote"
	"github.com/enamel-go/enamel/internal/https"
)

// Options adjusts a [Manager].
type Options struct {
	// Timeout ends a call, all its requests and their repetitions together. Defaults to 10 seconds.
	Timeout time.Duration
	// RootCAs are the authorities that may vouch for KMS. Defaults to the system's.
	RootCAs *x509.CertPool
}

// Manager is a [crypto.KeyManager] on one KMS key. It is immutable and may be used concurrently.
type Manager struct {
	arn     string
	keyID   string // what wrapped keys name
	timeout time.Duration
	http    *http.Client
	kms     *kms.Client
}

var (
	_ crypto.KeyManager = (*Manager)(nil)
	_ crypto.Rewrapper  = (*Manager)(nil)
)

// New returns a key manager for the KMS key of that ARN, in the region that it names. It sends nothing yet. Of cfg it
// uses all but HTTPClient, for the connection is this package's business, and ClientLogMode, which could log keys. The
// error wraps [crypto.ErrInvalid].
func New(cfg aws.Config, keyARN string, o *Options) (*Manager, error) {
	if o == nil {
		o = &Options{}
	}
	name, err := arn.Parse(keyARN)
	id, isKey := strings.CutPrefix(name.Resource, "key/")
	switch {
	case err != nil || name.Service != "kms" || name.Region == "" || !isKey || !isID(id):
		return nil, fmt.Errorf("%w: awskms: that is no ARN of a key", crypto.ErrInvalid)
	case cfg.Credentials == nil:
		return nil, fmt.Errorf("%w: awskms: the configuration has no credentials", crypto.ErrInvalid)
	case cfg.BaseEndpoint != nil && !isHTTPS(*cfg.BaseEndpoint):
		return nil, fmt.Errorf("%w: awskms: an endpoint must be https", crypto.ErrInvalid)
	}
	m := &Manager{arn: keyARN, keyID: "aws-kms/" + id, timeout: 10 * time.Second}
	if o.Timeout > 0 {
		m.timeout = o.Timeout
	}
	m.http = https.Client(guarded{remote.Transport(o.RootCAs, m.timeout)})
	m.kms = kms.NewFromConfig(cfg, func(ko *kms.Options) {
		ko.HTTPClient = m.http
		ko.ClientLogMode = 0
		ko.Region = name.Region
		ko.Credentials = credentials{ko.Credentials}
	})
	return m, nil
}

// Close closes the connections that are idle. The manager can still be used.
func (m *Manager) Close() error {
	m.http.CloseIdleConnections()
	return nil
}

// isID reports whether a key's id is one: a UUID, or "mrk-" and 32 hexadecimal digits.
func isID(id string) bool {
	return id != "" && len(id) <= 56 && strings.Trim(id, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") == ""
}

func isHTTPS(address string) bool { return strings.HasPrefix(strings.ToLower(address), "https://") }

// guarded is a transport that sends nothing in clear, whatever an endpoint resolver answers, and bounds what is read.
type guarded struct{ *http.Transport }

var errClear = errors.New("awskms: an endpoint must be https")

// RoundTrip implements [http.RoundTripper].
func (g guarded) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.URL.Scheme != "https" {
		if req.Body != nil {
			_ = req.Body.Close()
		}
		return nil, errClear
	}
	resp, err := g.Transport.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	resp.Body = http.MaxBytesReader(nil, resp.Body, remote.MaxAnswer)
	return resp, nil
}

// credentials tell their own errors from those of KMS.
type credentials struct{ aws.CredentialsProvider }

type credentialsError struct{ error }

func (e credentialsError) Unwrap() error { return e.error }

// Retrieve implements [aws.CredentialsProvider].
func (c credentials) Retrieve(ctx context.Context) (aws.Credentials, error) {
	got, err := c.CredentialsProvider.Retrieve(ctx)
	if err != nil {
		err = credentialsError{err}
	}
	return got, err
}
