package bandwidth

import (
	"bytes"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"github.com/enamel-go/enamel/internal/form"
	"github.com/enamel-go/enamel/sms"
	"github.com/enamel-go/enamel/sms/internal/wire"
)

// event is one event of a webhook.
type event struct {
	Type    string      `json:"type"`
	To      string      `json:"to"`
	Code    json.Number `json:"errorCode"`
	Time    wire.Time   `json:"time"`
	Message struct {
		ID    string            `json:"id"`
		Owner string            `json:"owner"`
		From  string            `json:"from"`
		Text  string            `json:"text"`
		Tag   string            `json:"tag"`
		Media []json.RawMessage `json:"media"`
		Time  wire.Time         `json:"time"`
	} `json:"message"`
}

// ReadWebhook reads a list of events: texts that came in, and how far those that went out have come. Every other kind of
// event tells of nothing here.
func (p *Provider) ReadWebhook(r *http.Request) ([]sms.Event, error) {
	if err := p.knows(r); err != nil {
		return nil, err
	}
	if r.Method != http.MethodPost {
		return nil, fmt.Errorf("%w: a webhook is a POST", sms.ErrInvalid)
	}
	body, err := wire.ReadBody(r)
	if err != nil {
		return nil, err
	}
	if body = bytes.TrimSpace(body); len(body) > 0 && body[0] == '{' {
		body = append(append([]byte{'['}, body...), ']') // a single event
	}
	var raw []json.RawMessage
	if json.Unmarshal(body, &raw) != nil {
		return nil, fmt.Errorf("%w: the webhook's JSON cannot be read", sms.ErrInvalid)
	}
	var events []sms.Event
	var failed error
	for _, one := range raw {
		e, err := read(one)
		if err != nil {
			failed = errors.Join(failed, err)
		} else if e != (sms.Event{}) {
			events = append(events, e)
		}
	}
	return events, failed
}

// knows refuses a request that does not show the credentials. Bandwidth shows none at first: it waits to be asked (RFC 7235),
// and gives the webhook up where nobody asks (dev.bandwidth.com, Webhooks, Authentication). Digests are compared, so that the
// time it takes tells nothing of the credentials, their lengths included.
func (p *Provider) knows(r *http.Request) error {
	if p.hookPassword == "" {
		return fmt.Errorf("%w: no credentials are configured", sms.ErrSignature)
	}
	user, password, shows := r.BasicAuth()
	if !shows {
		return sms.ErrCredentials
	}
	shownUser, shown := sha256.Sum256([]byte(user)), sha256.Sum256([]byte(password))
	wantUser, want := sha256.Sum256([]byte(p.hookUser)), sha256.Sum256([]byte(p.hookPassword))
	if subtle.ConstantTimeCompare(shownUser[:], wantUser[:])&subtle.ConstantTimeCompare(shown[:], want[:]) != 1 {
		return sms.ErrSignature
	}
	return nil
}

// read reads one event, or returns none where it tells of nothing here.
func read(raw json.RawMessage) (sms.Event, error) {
	var e event
	if json.Unmarshal(raw, &e) != nil {
		return sms.Event{}, fmt.Errorf("%w: an event of the webhook cannot be read", sms.ErrInvalid)
	}
	status := sms.Status("")
	switch e.Type {
	case "message-received":
		return e.inbound()
	case "message-sending":
		status = sms.StatusAccepted
	case "message-sent":
		status = sms.StatusSent
	case "message-delivered", "message-read":
		status = sms.StatusDelivered
	case "message-failed":
		status = sms.StatusFailed
	default:
		return sms.Event{}, nil
	}
	if !wire.Plain(e.Message.ID) {
		return sms.Event{}, fmt.Errorf("%w: an event of the webhook names no message", sms.ErrInvalid)
	}
	receipt := sms.Receipt{Provider: name, ID: e.Message.ID, Status: status}
	if wire.Address(e.Message.Tag) {
		receipt.Reference = e.Message.Tag
	}
	if status == sms.StatusFailed {
		e.fail(&receipt)
	}
	return sms.Event{Receipt: &receipt}, nil
}

// fail puts into a receipt why and how far from the recipient a message failed. 47xx and 56xx are the carrier's; a receipt
// that the carrier owes (9902), or an error that nobody knows (9999), is no failure.
func (e event) fail(r *sms.Receipt) {
	code, err := strconv.Atoi(e.Code.String())
	if err != nil || code <= 0 {
		return
	}
	r.Code = strconv.Itoa(code)
	r.Class = failed(r.Code)
	switch {
	case code == 9902 || code == 9999:
		r.Status = sms.StatusSent
	case code/100 == 47 || code/100 == 56:
		r.Status = sms.StatusUndelivered
	}
}

// inbound reads a text that came in, to the one of its recipients that is ours.
func (e event) inbound() (sms.Event, error) {
	in := sms.Inbound{
		Provider: name, ID: e.Message.ID, From: e.Message.From, To: e.Message.Owner, Body: form.Legible(e.Message.Text),
		Media: min(len(e.Message.Media), 10), At: e.Message.Time.Time,
	}
	if in.At.IsZero() {
		in.At = e.Time.Time
	}
	if in.To == "" {
		in.To = e.To
	}
	if !wire.Plain(in.ID) || !wire.Address(in.From) || !wire.Address(in.To) {
		return sms.Event{}, fmt.Errorf("%w: an event of the webhook names no message, sender or recipient", sms.ErrInvalid)
	}
	return sms.Event{Inbound: &in}, nil
}
