package telnyx

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/enamel-go/enamel/sms"
	"github.com/enamel-go/enamel/sms/internal/wire"
)

// name is how the provider calls itself in receipts and errors.
const name = "telnyx"

// Options adjusts a [Provider]. The zero value sends, and reads no webhooks.
type Options struct {
	// PublicKey is the account's, in base64, against which webhooks are checked. Defaults to none: every webhook is refused.
	PublicKey string
	// WebhookURL is the public address at which Telnyx delivers receipts, without query: https, or http on this machine. It
	// is told to Telnyx with each text, our reference in the query. Defaults to none: receipts go where the messaging
	// profile says, and cannot be told apart.
	WebhookURL string
	// Timeout ends a request; the outcome is then unknown. Defaults to 10 seconds.
	Timeout time.Duration
	// BaseURL is where the API answers: https only. Defaults to https://api.telnyx.com.
	BaseURL string
	// RootCAs are the authorities that may vouch for BaseURL. Defaults to the system's.
	RootCAs *x509.CertPool
	// Now is the clock by which webhooks are too old. Defaults to time.Now.
	Now func() time.Time
}

// Provider carries texts through one Telnyx account. It is immutable and may be used concurrently.
type Provider struct {
	key     string
	public  ed25519.PublicKey
	base    string
	webhook string
	now     func() time.Time
	client  *http.Client
}

var (
	_ sms.Provider      = (*Provider)(nil)
	_ sms.WebhookReader = (*Provider)(nil)
	_ sms.Canceller     = (*Provider)(nil)
	_ sms.OptOutLister  = (*Provider)(nil)
	_ sms.Lingering     = (*Provider)(nil)
)

// New returns a provider for an account's API key. The error wraps [sms.ErrInvalid].
func New(apiKey string, o *Options) (*Provider, error) {
	if o == nil {
		o = &Options{}
	}
	if apiKey == "" {
		return nil, fmt.Errorf("%w: telnyx needs an API key", sms.ErrInvalid)
	}
	p := &Provider{key: apiKey, base: "https://api.telnyx.com", webhook: o.WebhookURL, now: time.Now}
	if o.PublicKey != "" {
		key, err := base64.StdEncoding.Strict().DecodeString(o.PublicKey)
		if err != nil || len(key) != ed25519.PublicKeySize {
			return nil, fmt.Errorf("%w: telnyx's public key is 32 bytes in base64", sms.ErrInvalid)
		}
		p.public = key
	}
	if p.webhook != "" && !wire.Public(p.webhook) {
		return nil, fmt.Errorf("%w: a webhook's address must be https and without query or fragment", sms.ErrInvalid)
	}
	var err error
	if p.base, err = wire.Base(o.BaseURL, p.base); err != nil {
		return nil, err
	}
	if o.Now != nil {
		p.now = o.Now
	}
	p.client = wire.Client(o.RootCAs, o.Timeout)
	return p, nil
}

// Linger is how long a message may lie in Telnyx's queue, which no request shortens (developers.telnyx.com, Messaging
// configuration and usage: longer than four hours is rejected).
func (p *Provider) Linger() time.Duration { return 4 * time.Hour }

// String returns the provider's name alone, so that printing it shows no key.
func (p *Provider) String() string { return name }

// GoString is String for %#v.
func (p *Provider) GoString() string { return name }

// LogValue is String for log/slog.
func (p *Provider) LogValue() slog.Value { return slog.StringValue(name) }

// call makes one request and returns the answer's status and body where the status is 2xx, a *[sms.SendError] otherwise.
// Nothing is ever repeated.
func (p *Provider) call(ctx context.Context, stage sms.Stage, method, path string, asked any, limit int64) (int, []byte, error) {
	var data []byte
	if asked != nil {
		var err error
		if data, err = json.Marshal(asked); err != nil {
			return 0, nil, fmt.Errorf("%w: telnyx: the request cannot be made: %w", sms.ErrInvalid, wire.Invalid(name, stage))
		}
	}
	req, err := http.NewRequestWithContext(ctx, method, p.base+path, bytes.NewReader(data))
	if err != nil {
		return 0, nil, fmt.Errorf("%w: telnyx: the request cannot be made: %w", sms.ErrInvalid, wire.Invalid(name, stage))
	}
	if asked != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("Authorization", "Bearer "+p.key)
	got, err := wire.Ask(p.client, req, name, stage, limit)
	if err != nil || got.Status/100 == 2 {
		return got.Status, got.Body, err
	}
	var answer struct {
		Errors []fault `json:"errors"`
	}
	code := ""
	if json.Unmarshal(got.Body, &answer) == nil && len(answer.Errors) > 0 {
		code = answer.Errors[0].code()
	}
	return 0, nil, codes.Refusal(name, stage, got, code)
}

// fault is an error as Telnyx tells it: its code is a string, and a number now and then.
type fault struct {
	Code json.RawMessage `json:"code"`
}

// code returns the fault's code, or "" where it is none.
func (f fault) code() string {
	code := strings.Trim(string(f.Code), `"`)
	if code == "" || len(code) > 8 || strings.Trim(code, "0123456789") != "" {
		return ""
	}
	return code
}
