package twilio

import (
	"context"
	"crypto/x509"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/enamel-go/enamel/sms"
	"github.com/enamel-go/enamel/sms/internal/wire"
)

// name is how the provider calls itself in receipts and errors.
const name = "twilio"

// Options adjusts a [Provider]. The zero value sends, and reads no webhooks.
type Options struct {
	// InboundURL is the public address at which Twilio delivers texts that came in, exactly as it is configured there
	// but without its query: https, or http on this machine. Defaults to none: every inbound webhook is refused.
	InboundURL string
	// ReceiptURL is the public address at which Twilio delivers receipts, as InboundURL. It is told to Twilio with each
	// text, our reference in the query. Defaults to none: no receipts are asked for.
	ReceiptURL string
	// Timeout ends a request; the outcome is then unknown. Defaults to 10 seconds.
	Timeout time.Duration
	// Lag is how long Twilio's list of messages may run behind; before that, absence proves nothing. A dispatcher asks for a
	// day at most. Defaults to 6 hours.
	Lag time.Duration
	// BaseURL is where the API answers: https only. Defaults to https://api.twilio.com.
	BaseURL string
	// LookupURL is where the API of look-ups answers: https only. Defaults to https://lookups.twilio.com.
	LookupURL string
	// MessagingURL is where the API of deactivated numbers answers: https only. Defaults to https://messaging.twilio.com.
	MessagingURL string
	// RootCAs are the authorities that may vouch for the APIs. Defaults to the system's.
	RootCAs *x509.CertPool
	// Now is the clock against which Lag runs. Defaults to time.Now.
	Now func() time.Time
}

// Provider carries texts through one Twilio account. It is immutable and may be used concurrently.
type Provider struct {
	sid, token       string
	base, lookups    string // the APIs
	messaging        string
	account, list    string // the paths of the account and of its messages
	inbound, receipt string
	lag              time.Duration
	now              func() time.Time
	client           *http.Client
}

var (
	_ sms.Provider      = (*Provider)(nil)
	_ sms.Finder        = (*Provider)(nil)
	_ sms.WebhookReader = (*Provider)(nil)
	_ sms.Canceller     = (*Provider)(nil)
	_ sms.NumberLookup  = (*Provider)(nil)

	_ sms.DeactivationLister = (*Provider)(nil)
)

// New returns a provider for an account. The token both signs in and checks webhooks. The error wraps
// [sms.ErrInvalid].
func New(accountSID, authToken string, o *Options) (*Provider, error) {
	if o == nil {
		o = &Options{}
	}
	if sid, ok := strings.CutPrefix(accountSID, "AC"); !ok || len(sid) != 32 || !wire.Plain(sid) || authToken == "" {
		return nil, fmt.Errorf("%w: twilio needs an account SID and its token", sms.ErrInvalid)
	}
	p := &Provider{
		sid: accountSID, token: authToken, base: "https://api.twilio.com",
		lookups: "https://lookups.twilio.com", messaging: "https://messaging.twilio.com",
		account: "/2010-04-01/Accounts/" + accountSID, list: "/2010-04-01/Accounts/" + accountSID + "/Messages.json",
		inbound: o.InboundURL, receipt: o.ReceiptURL, lag: 6 * time.Hour, now: time.Now,
	}
	for _, public := range []string{p.inbound, p.receipt} {
		if public != "" && !wire.Public(public) {
			return nil, fmt.Errorf("%w: a webhook's address must be https and without query or fragment", sms.ErrInvalid)
		}
	}
	var err error
	if p.base, err = wire.Base(o.BaseURL, p.base); err != nil {
		return nil, err
	}
	if p.lookups, err = wire.Base(o.LookupURL, p.lookups); err != nil {
		return nil, err
	}
	if p.messaging, err = wire.Base(o.MessagingURL, p.messaging); err != nil {
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

// String returns the provider's name alone, so that printing it shows no token.
func (p *Provider) String() string { return name }

// GoString is String for %#v.
func (p *Provider) GoString() string { return name }

// LogValue is String for log/slog.
func (p *Provider) LogValue() slog.Value { return slog.StringValue(name) }

// request makes a signed-in request to an address of an API of Twilio's.
func (p *Provider) request(ctx context.Context, method, address string, form url.Values) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, method, address, strings.NewReader(form.Encode()))
	if err != nil {
		return nil, fmt.Errorf("%w: twilio: the request cannot be made", sms.ErrInvalid)
	}
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	req.Header.Set("Accept", "application/json")
	req.SetBasicAuth(p.sid, p.token)
	return req, nil
}
