package carrier

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/enamel-go/enamel/internal/https"
	"github.com/enamel-go/enamel/sms"
	"github.com/enamel-go/enamel/sms/internal/wire"
)

const (
	maxAnswer = 64 << 10 // the longest answer that a client reads, in bytes
	maxBody   = 1600     // the longest body that it offers, in characters
)

// DialOptions adjusts a [Client]. The zero value sends and looks up, and reads no webhooks.
type DialOptions struct {
	// Secret is the carrier's, at least 16 bytes, to check its webhooks. Defaults to none: every webhook is refused.
	Secret []byte
	// Timeout ends a request; the outcome is then unknown. Defaults to 10 seconds.
	Timeout time.Duration
	// RootCAs are the authorities that may vouch for the carrier. Defaults to the system's.
	RootCAs *x509.CertPool
	// Now is the clock by which webhooks are too old. Defaults to time.Now.
	Now func() time.Time
}

// Client is a carrier in another process. It is immutable and may be used concurrently.
type Client struct {
	reader
	base, token string
	client      *http.Client
}

var (
	_ sms.Provider      = (*Client)(nil)
	_ sms.Finder        = (*Client)(nil)
	_ sms.WebhookReader = (*Client)(nil)
)

// Dial returns a client of the carrier that [Handler] serves at baseURL: https, over TLS 1.3, or http on this machine.
// It makes no connection yet. The error wraps [sms.ErrInvalid].
func Dial(baseURL, token string, o *DialOptions) (*Client, error) {
	if o == nil {
		o = &DialOptions{}
	}
	base, err := https.Base(sms.ErrInvalid, baseURL, true)
	if err != nil {
		return nil, err
	}
	if token == "" {
		return nil, fmt.Errorf("%w: a carrier asks for a token", sms.ErrInvalid)
	}
	if n := len(o.Secret); n > 0 && n < minSecret {
		return nil, fmt.Errorf("%w: webhooks need a secret of at least %d bytes", sms.ErrInvalid, minSecret)
	}
	c := &Client{
		reader: reader{secret: slices.Clone(o.Secret), now: o.Now},
		base:   strings.TrimSuffix(base, "/"), token: token, client: wire.Client(o.RootCAs, o.Timeout),
	}
	if c.now == nil {
		c.now = time.Now
	}
	return c, nil
}

// Send offers a message. No answer, and any answer but an acceptance or a refusal, is of class Unknown; a connection
// that was never made is Transient.
func (c *Client) Send(ctx context.Context, m sms.Message) (sms.Accepted, error) {
	if err := wire.Valid(name, m, maxBody); err != nil {
		return sms.Accepted{}, err
	}
	body, err := json.Marshal(request{
		Reference: m.Reference, From: m.From, To: m.To, Body: m.Body, Validity: m.Validity.Milliseconds(),
	})
	if err != nil {
		return sms.Accepted{}, &sms.SendError{Stage: sms.AtSend, Provider: name, Code: CodeInvalid, Class: sms.Rejected}
	}
	a, status, err := c.call(ctx, sms.AtSend, http.MethodPost, "/v1/messages", body)
	switch {
	case err != nil:
		return sms.Accepted{}, err
	case status == http.StatusCreated && a.ID != "":
		return sms.Accepted{ID: a.ID}, nil
	case status/100 == 4 && wire.Plain(a.Code):
		return sms.Accepted{}, &sms.SendError{Stage: sms.AtSend, Provider: name, Code: a.Code, Class: classOf(a.Code)}
	}
	return sms.Accepted{}, &sms.SendError{Stage: sms.AtSend, Provider: name, Class: sms.Unknown}
}

// Find looks a message up by its reference.
func (c *Client) Find(ctx context.Context, m sms.Message) (sms.Receipt, bool, error) {
	query := url.Values{"reference": {m.Reference}}.Encode()
	a, status, err := c.call(ctx, sms.AtLookup, http.MethodGet, "/v1/messages?"+query, nil)
	switch {
	case err != nil:
		return sms.Receipt{}, false, err
	case status != http.StatusOK:
		class := sms.Unknown
		if status >= 500 {
			class = sms.Transient
		}
		return sms.Receipt{}, false, &sms.SendError{Stage: sms.AtLookup, Provider: name, Code: a.Code, Class: class}
	case !a.Found:
		return sms.Receipt{}, false, nil
	}
	kept := Message{ID: a.ID, Reference: m.Reference}
	return kept.receipt(a.Status, a.Code), true, nil
}

// call makes one request. Its error is of a connection; an answer that is no JSON is an empty one.
func (c *Client) call(ctx context.Context, stage sms.Stage, method, path string, body []byte) (answer, int, error) {
	req, err := http.NewRequestWithContext(ctx, method, c.base+path, bytes.NewReader(body))
	if err != nil {
		return answer{}, 0, &sms.SendError{Stage: stage, Provider: name, Code: CodeInvalid, Class: sms.Rejected}
	}
	req.Header.Set("Authorization", "Bearer "+c.token)
	req.Header.Set("Content-Type", "application/json")
	got, err := wire.Ask(c.client, req, name, stage, maxAnswer)
	if err != nil {
		return answer{}, 0, err
	}
	var a answer
	if json.Unmarshal(got.Body, &a) != nil {
		a = answer{}
	}
	return a, got.Status, nil
}

// String returns the provider's name alone, so that printing it shows no token.
func (c *Client) String() string { return name }

// GoString is String for %#v.
func (c *Client) GoString() string { return name }

// LogValue is String for log/slog.
func (c *Client) LogValue() slog.Value { return slog.StringValue(name) }
