package carrier

import (
	"context"
	"crypto/x509"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/enamel-go/enamel/internal/https"
	"github.com/enamel-go/enamel/internal/uuidv7"
	"github.com/enamel-go/enamel/sms"
	"github.com/enamel-go/enamel/sms/internal/wire"
)

// name is how the provider calls itself in receipts and errors.
const name = "carrier"

// Options adjusts a [Carrier]. The zero value is a network on which all goes well, and which tells nobody.
type Options struct {
	// Script decides what happens to each message. Defaults to all going well at once.
	Script Script
	// Now is the network's clock. Defaults to time.Now.
	Now func() time.Time
	// NewID gives the ids of messages. Defaults to UUIDs of version 7.
	NewID func() string
	// Tick is how often Run steps. Defaults to 100 milliseconds.
	Tick time.Duration

	// OnInbound and OnReceipt are told of replies and receipts in this process. An error has them told again.
	// Default to nobody.
	OnInbound func(ctx context.Context, in sms.Inbound) error
	OnReceipt func(ctx context.Context, r sms.Receipt) error

	// InboundURL and ReceiptURL are told of replies and receipts over HTTP, instead: https, or http on this machine.
	// Default to nobody.
	InboundURL, ReceiptURL string
	// Secret signs webhooks, at least 16 bytes. Required with InboundURL or ReceiptURL.
	Secret []byte
	// RootCAs are the authorities that may vouch for the webhooks' addresses. Defaults to the system's.
	RootCAs *x509.CertPool

	// Token is what a caller of Handler must show. Defaults to none: everybody is refused.
	Token string
}

// Message is a message that the network took on.
type Message struct {
	ID        string     `json:"id"`
	Reference string     `json:"reference"`
	From      string     `json:"from"`
	To        string     `json:"to"`
	Body      string     `json:"body"`
	Accepted  time.Time  `json:"accepted"`
	Expires   time.Time  `json:"expires"` // it is not delivered later than this
	Status    sms.Status `json:"status"`
	Code      string     `json:"code,omitempty"`
	Ended     time.Time  `json:"ended,omitzero"` // when it was delivered or failed
}

// Text is one text on a phone, received or written.
type Text struct {
	ID   string    `json:"id"`
	From string    `json:"from"`
	To   string    `json:"to"`
	Body string    `json:"body"`
	At   time.Time `json:"at"`

	Pictures int `json:"pictures,omitempty"` // how many came with it
}

// Carrier is a simulated network. It may be used concurrently.
type Carrier struct {
	reader
	script             Script
	newID              func() string
	tick               time.Duration
	onInbound          func(ctx context.Context, in sms.Inbound) error
	onReceipt          func(ctx context.Context, r sms.Receipt) error
	inbound, receiptTo string
	token              string
	client             *http.Client

	mu       sync.Mutex
	messages []*Message
	threads  map[string][]Text // by phone
	offers   map[string]int    // how often each reference was offered
	optOuts  map[pair]time.Time
	due      agenda
	seq      int
}

var (
	_ sms.Provider      = (*Carrier)(nil)
	_ sms.Finder        = (*Carrier)(nil)
	_ sms.WebhookReader = (*Carrier)(nil)
	_ sms.Canceller     = (*Carrier)(nil)
	_ sms.OptOutLister  = (*Carrier)(nil)
	_ sms.NumberLookup  = (*Carrier)(nil)
)

// New returns a network without messages. The error wraps [sms.ErrInvalid].
func New(o *Options) (*Carrier, error) {
	if o == nil {
		o = &Options{}
	}
	c := &Carrier{
		reader: reader{secret: slices.Clone(o.Secret), now: o.Now},
		script: o.Script, newID: o.NewID, tick: o.Tick,
		onInbound: o.OnInbound, onReceipt: o.OnReceipt, inbound: o.InboundURL, receiptTo: o.ReceiptURL,
		token: o.Token, client: wire.Client(o.RootCAs, 10*time.Second),
		threads: map[string][]Text{}, offers: map[string]int{}, optOuts: map[pair]time.Time{},
	}
	if c.now == nil {
		c.now = time.Now
	}
	if c.newID == nil {
		c.newID = uuidv7.New
	}
	if c.tick <= 0 {
		c.tick = 100 * time.Millisecond
	}
	if c.inbound != "" && c.onInbound != nil || c.receiptTo != "" && c.onReceipt != nil {
		return nil, fmt.Errorf("%w: a carrier tells a function or an address, not both", sms.ErrInvalid)
	}
	told := false
	for _, address := range []string{c.inbound, c.receiptTo} {
		if address == "" {
			continue
		}
		told = true
		if _, err := https.Base(sms.ErrInvalid, address, true); err != nil {
			return nil, err
		}
	}
	if n := len(c.secret); n < minSecret && (told || n > 0) {
		return nil, fmt.Errorf("%w: webhooks need a secret of at least %d bytes", sms.ErrInvalid, minSecret)
	}
	return c, nil
}

// Send takes a message on, or refuses it, as its fate says. A lost answer is an error of class Unknown, whether the
// message was taken on or not. The same reference twice is two messages.
func (c *Carrier) Send(ctx context.Context, m sms.Message) (sms.Accepted, error) {
	if err := ctx.Err(); err != nil {
		return sms.Accepted{}, stopped(sms.AtSend, err)
	}
	id, fate, refused := c.offer(m)
	if fate.Hang {
		<-ctx.Done()
	} else if fate.Slow > 0 {
		slow := time.NewTimer(fate.Slow)
		defer slow.Stop()
		select {
		case <-slow.C:
		case <-ctx.Done():
		}
	}
	unknown := &sms.SendError{Stage: sms.AtSend, Provider: name, Class: sms.Unknown}
	switch err := ctx.Err(); {
	case err != nil:
		return sms.Accepted{}, fmt.Errorf("%w: %w", unknown, err)
	case refused != "":
		return sms.Accepted{}, &sms.SendError{Stage: sms.AtSend, Provider: name, Code: refused, Class: classOf(refused)}
	case fate.Lost || fate.Drop:
		return sms.Accepted{}, unknown
	}
	return sms.Accepted{ID: id}, nil
}

// offer decides about a message: it is taken on under an id, refused with a code, or neither.
func (c *Carrier) offer(m sms.Message) (id string, fate Fate, refused string) {
	if m.Reference == "" || m.From == "" || m.To == "" || m.Body == "" || m.Validity <= 0 {
		return "", Fate{}, CodeInvalid
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, listed := c.optOuts[pair{m.To, m.From}]; listed {
		return "", Fate{}, CodeOptedOut
	}
	c.offers[m.Reference]++
	fate = c.script.message(m, c.offers[m.Reference])
	switch {
	case fate.Refuse != "":
		return "", fate, fate.Refuse
	case fate.Drop:
		return "", fate, ""
	}
	return c.accept(m, fate), fate, ""
}

// stopped is the error of a call whose context ended before anything happened.
func stopped(stage sms.Stage, err error) error {
	return fmt.Errorf("%w: %w", &sms.SendError{Stage: stage, Provider: name, Class: sms.Transient}, err)
}

// accept keeps a message and puts what will happen to it on the agenda.
func (c *Carrier) accept(m sms.Message, fate Fate) string {
	now := c.now().UTC()
	kept := &Message{
		ID: c.newID(), Reference: m.Reference, From: m.From, To: m.To, Body: m.Body,
		Accepted: now, Expires: now.Add(m.Validity), Status: sms.StatusAccepted,
	}
	c.messages = append(c.messages, kept)
	if fate.Vanish {
		return kept.ID
	}
	end := event{at: now.Add(fate.Delay), message: kept, status: sms.StatusDelivered, fate: fate}
	switch {
	case end.at.After(kept.Expires):
		end.at, end.status, end.code = kept.Expires, sms.StatusFailed, CodeExpired
	case fate.Code != "":
		end.status, end.code = sms.StatusUndelivered, fate.Code
	}
	if end.status != sms.StatusFailed {
		c.plan(event{at: now.Add(fate.Delay / 2), message: kept, status: sms.StatusSent, fate: fate})
	}
	c.plan(end)
	return kept.ID
}

// Find reports how far the message with m's reference has come, the furthest where there are several. Found is false
// when there is none.
func (c *Carrier) Find(ctx context.Context, m sms.Message) (sms.Receipt, bool, error) {
	if err := ctx.Err(); err != nil {
		return sms.Receipt{}, false, stopped(sms.AtLookup, err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	var best *Message
	for _, kept := range c.messages {
		if kept.Reference == m.Reference && (best == nil || kept.Status.Rank() > best.Status.Rank()) {
			best = kept
		}
	}
	if best == nil {
		return sms.Receipt{}, false, nil
	}
	return best.receipt(best.Status, best.Code), true, nil
}

// receipt is what the network says of m at a status.
func (m *Message) receipt(status sms.Status, code string) sms.Receipt {
	r := sms.Receipt{Provider: name, ID: m.ID, Reference: m.Reference, Status: status, Code: code}
	if code != "" {
		r.Class = classOf(code)
	}
	return r
}

// Reply writes a text from a phone to a practice's number, and returns its id. It is told of in the next step, or
// later and more than once, as the script says.
func (c *Carrier) Reply(from, to, body string) (string, error) {
	return c.ReplyPictures(from, to, body, 0)
}

// ReplyPictures is Reply with so many pictures: the practice is told how many, as every provider tells it, and there are none
// to be fetched.
func (c *Carrier) ReplyPictures(from, to, body string, pictures int) (string, error) {
	if from == "" || to == "" {
		return "", fmt.Errorf("%w: a reply needs a phone and a number to write to", sms.ErrInvalid)
	}
	if pictures < 0 {
		return "", fmt.Errorf("%w: a reply has no fewer than no pictures", sms.ErrInvalid)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.now().UTC()
	in := sms.Inbound{Provider: name, ID: c.newID(), From: from, To: to, Body: body, Media: pictures, At: now.Truncate(time.Microsecond)}
	c.threads[from] = append(c.threads[from], Text{ID: in.ID, From: from, To: to, Body: body, At: now, Pictures: pictures})
	course := c.script.reply(in)
	if course.Lost {
		return in.ID, nil
	}
	for range 1 + max(course.Repeat, 0) {
		c.plan(event{at: now.Add(course.Delay), inbound: &in})
	}
	return in.ID, nil
}

// Messages returns all messages that were taken on, in order. Two of one reference were two requests.
func (c *Carrier) Messages() []Message {
	c.mu.Lock()
	defer c.mu.Unlock()
	all := make([]Message, 0, len(c.messages))
	for _, m := range c.messages {
		all = append(all, *m)
	}
	return all
}

// Thread returns what the owner of a phone sees on it: the texts that reached it and those written on it, in order.
func (c *Carrier) Thread(number string) []Text {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.threads[number])
}

// String returns the provider's name alone, so that printing it shows no secret, number or body.
func (c *Carrier) String() string { return name }

// GoString is String for %#v.
func (c *Carrier) GoString() string { return name }

// LogValue is String for log/slog.
func (c *Carrier) LogValue() slog.Value { return slog.StringValue(name) }
