// Package network shares one simulated carrier between the server, which has it, and workers, which are processes of
// their own. The token and the certificate lie in files beside the key file, so that a worker needs no more than its path.
package network

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"sync"

	"github.com/enamel-go/enamel/examples/internal/loopback"
	"github.com/enamel-go/enamel/examples/internal/secretfile"
	"github.com/enamel-go/enamel/sms"
	"github.com/enamel-go/enamel/sms/carrier"
)

// Files are where the token and the certificate lie.
type Files struct{ Keys string }

func (f Files) token() string       { return f.Keys + ".carrier" }
func (f Files) certificate() string { return f.Keys + ".certificate" }

// Token returns what workers show to the carrier, made by whoever comes first.
func (f Files) Token() (string, error) {
	return secretfile.Get(f.token(), func() (string, error) { return rand.Text(), nil })
}

// Publish leaves the certificate that the carrier is served with for workers to trust.
func (f Files) Publish(c *loopback.Certificate) error {
	return secretfile.Put(f.certificate(), string(bytes.TrimSpace(c.PEM)), true)
}

// Client is a worker's side of the carrier. The server makes a new certificate whenever it starts; a client reads it
// again when it has changed. It may be used concurrently.
type Client struct {
	address, token string
	file           string

	mu     sync.Mutex
	pem    []byte
	client *carrier.Client
}

var (
	_ sms.Provider = (*Client)(nil)
	_ sms.Finder   = (*Client)(nil)
)

// Dial returns a client of the carrier at an address such as https://127.0.0.1:8444. It makes no connection yet.
func Dial(address string, f Files) (*Client, error) {
	token, err := f.Token()
	if err != nil {
		return nil, err
	}
	c := &Client{address: address, token: token, file: f.certificate()}
	if _, err := carrier.Dial(address, token, nil); err != nil {
		return nil, err
	}
	return c, nil
}

// current returns a client that trusts the certificate as it lies there now.
func (c *Client) current() (*carrier.Client, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	pem, err := os.ReadFile(c.file)
	if err != nil {
		return nil, fmt.Errorf("the carrier's certificate: %w", err)
	}
	if c.client != nil && bytes.Equal(pem, c.pem) {
		return c.client, nil
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, errors.New("the carrier's certificate cannot be read")
	}
	client, err := carrier.Dial(c.address, c.token, &carrier.DialOptions{RootCAs: pool})
	if err != nil {
		return nil, err
	}
	c.client, c.pem = client, pem
	return client, nil
}

// Send implements sms.Provider.
func (c *Client) Send(ctx context.Context, m sms.Message) (sms.Accepted, error) {
	client, err := c.current()
	if err != nil {
		return sms.Accepted{}, fmt.Errorf("%w: %w", &sms.SendError{Stage: sms.AtSend, Provider: "carrier", Class: sms.Transient}, err)
	}
	return client.Send(ctx, m)
}

// Find implements sms.Finder.
func (c *Client) Find(ctx context.Context, m sms.Message) (sms.Receipt, bool, error) {
	client, err := c.current()
	if err != nil {
		return sms.Receipt{}, false, fmt.Errorf("%w: %w", &sms.SendError{Stage: sms.AtLookup, Provider: "carrier", Class: sms.Transient}, err)
	}
	return client.Find(ctx, m)
}
