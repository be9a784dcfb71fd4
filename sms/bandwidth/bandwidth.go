package bandwidth

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/enamel-go/enamel/sms"
	"github.com/enamel-go/enamel/sms/internal/wire"
)

// name is how the provider calls itself in receipts and errors.
const name = "bandwidth"

// minPassword is the shortest password of webhooks, in bytes: it is all that tells them from anybody's.
const minPassword = 16

// Account says through whose account texts are sent. All of it is required.
type Account struct {
	ID          string // of the account
	Application string // the id of the messaging application that the numbers belong to
	User        string // of the API
	Password    string
}

// String returns the provider's name alone, so that printing it shows no password.
func (a Account) String() string { return name }

// GoString is String for %#v.
func (a Account) GoString() string { return name }

// LogValue is String for log/slog.
func (a Account) LogValue() slog.Value { return slog.StringValue(name) }

// Options adjusts a [Provider]. The zero value sends, and reads no webhooks.
type Options struct {
	// HookUser and HookPassword are what Bandwidth's webhooks have to show, as they are configured there; the password has
	// at least 16 bytes. Default to none: every webhook is refused.
	HookUser, HookPassword string
	// Timeout ends a request; the outcome is then unknown. Defaults to 10 seconds.
	Timeout time.Duration
	// Lag is how long Bandwidth's list of messages may run behind; before that, absence proves nothing. Defaults to 6 hours.
	Lag time.Duration
	// BaseURL is where messages are sent: https only. Defaults to https://messaging.bandwidth.com/api/v2.
	BaseURL string
	// LookupURL is where numbers are looked up: https only. Defaults to https://api.bandwidth.com/v2.
	LookupURL string
	// RootCAs are the authorities that may vouch for both. Defaults to the system's.
	RootCAs *x509.CertPool
	// Now is the clock by which messages expire and against which Lag runs. Defaults to time.Now.
	Now func() time.Time
}

// Provider carries texts through one Bandwidth account. It is immutable and may be used concurrently.
type Provider struct {
	account                Account
	hookUser, hookPassword string
	base, lookups          string
	lag                    time.Duration
	now                    func() time.Time
	client                 *http.Client
}

var (
	_ sms.Provider      = (*Provider)(nil)
	_ sms.Finder        = (*Provider)(nil)
	_ sms.WebhookReader = (*Provider)(nil)
	_ sms.NumberLookup  = (*Provider)(nil)
)

// New returns a provider for an account. The error wraps [sms.ErrInvalid].
func New(a Account, o *Options) (*Provider, error) {
	if o == nil {
		o = &Options{}
	}
	if !wire.Plain(a.ID) || a.Application == "" || a.User == "" || a.Password == "" {
		return nil, fmt.Errorf("%w: bandwidth needs an account, its application, a user and a password", sms.ErrInvalid)
	}
	if (o.HookUser != "" || o.HookPassword != "") && (o.HookUser == "" || len(o.HookPassword) < minPassword) {
		return nil, fmt.Errorf("%w: webhooks need a user and a password of at least %d bytes", sms.ErrInvalid, minPassword)
	}
	p := &Provider{
		account: a, hookUser: o.HookUser, hookPassword: o.HookPassword, lag: 6 * time.Hour, now: time.Now,
		base: "https://messaging.bandwidth.com/api/v2", lookups: "https://api.bandwidth.com/v2",
	}
	var err error
	if p.base, err = wire.Base(o.BaseURL, p.base); err != nil {
		return nil, err
	}
	if p.lookups, err = wire.Base(o.LookupURL, p.lookups); err != nil {
		return nil, err
	}
	if o.Lag > 0 {
		p.lag = o.Lag
	}
	if o.Now != nil {
		p.now = o.Now
	}
	p.client = wire.Client(o.RootCAs, o.Timeout)
	return p, nil
}

// String returns the provider's name alone, so that printing it shows no password.
func (p *Provider) String() string { return name }

// GoString is String for %#v.
func (p *Provider) GoString() string { return name }

// LogValue is String for log/slog.
func (p *Provider) LogValue() slog.Value { return slog.StringValue(name) }

// call makes one request and returns the answer's status and body where the status is 2xx, a *[sms.SendError] otherwise.
// Nothing is ever repeated.
func (p *Provider) call(ctx context.Context, stage sms.Stage, method, address string, asked any, limit int64) (int, []byte, error) {
	var data []byte
	if asked != nil {
		var err error
		if data, err = json.Marshal(asked); err != nil {
			return 0, nil, fmt.Errorf("%w: bandwidth: the request cannot be made: %w", sms.ErrInvalid, wire.Invalid(name, stage))
		}
	}
	req, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(data))
	if err != nil {
		return 0, nil, fmt.Errorf("%w: bandwidth: the request cannot be made: %w", sms.ErrInvalid, wire.Invalid(name, stage))
	}
	if asked != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	req.Header.Set("Accept", "application/json")
	req.SetBasicAuth(p.account.User, p.account.Password)
	got, err := wire.Ask(p.client, req, name, stage, limit)
	if err != nil || got.Status/100 == 2 {
		return got.Status, got.Body, err
	}
	return 0, nil, codes.Refusal(name, stage, got, complaint(got.Body))
}

// complaint is what an answer complains of: the first field that it names, or the kind of the complaint, in one word each.
func complaint(body []byte) string {
	var answer struct {
		Type   string `json:"type"`
		Fields []struct {
			Name string `json:"fieldName"`
		} `json:"fieldErrors"`
	}
	if json.Unmarshal(body, &answer) != nil {
		return ""
	}
	for _, f := range answer.Fields {
		if wire.Plain(f.Name) {
			return f.Name
		}
	}
	if wire.Plain(answer.Type) {
		return answer.Type
	}
	return ""
}
