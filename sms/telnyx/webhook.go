package telnyx

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/enamel-go/enamel/internal/form"
	"github.com/enamel-go/enamel/sms"
	"github.com/enamel-go/enamel/sms/internal/wire"
)

// payload is the message that an event tells of.
type payload struct {
	ID   string `json:"id"`
	From struct {
		Number string `json:"phone_number"`
	} `json:"from"`
	To []struct {
		Number string `json:"phone_number"`
		Status string `json:"status"`
	} `json:"to"`
	Text         string            `json:"text"`
	Media        []json.RawMessage `json:"media"`
	Errors       []fault           `json:"errors"`
	Webhook      string            `json:"webhook_url"`
	Autoresponse string            `json:"autoresponse_type"`
	Received     wire.Time         `json:"received_at"`
}

// ReadWebhook reads an event: a text that came in, or how far one that went out has come. Every other kind of event tells
// of nothing here.
func (p *Provider) ReadWebhook(r *http.Request) ([]sms.Event, error) {
	body, err := p.read(r)
	if err != nil {
		return nil, err
	}
	var event struct {
		Data struct {
			Type    string          `json:"event_type"`
			Payload json.RawMessage `json:"payload"`
		} `json:"data"`
	}
	if json.Unmarshal(body, &event) != nil || event.Data.Type == "" {
		return nil, fmt.Errorf("%w: the webhook's JSON cannot be read", sms.ErrInvalid)
	}
	var message payload
	switch event.Data.Type {
	case "message.received", "message.sent", "message.finalized":
		if json.Unmarshal(event.Data.Payload, &message) != nil || !wire.Plain(message.ID) || len(message.To) == 0 {
			return nil, fmt.Errorf("%w: the webhook names no message or recipient", sms.ErrInvalid)
		}
	default:
		return nil, nil
	}
	if event.Data.Type == "message.received" {
		in, err := message.inbound()
		if err != nil {
			return nil, err
		}
		return []sms.Event{{Inbound: &in}}, nil
	}
	receipt, err := message.receipt()
	if err != nil {
		return nil, err
	}
	return []sms.Event{{Receipt: &receipt}}, nil
}

// inbound reads a text that came in. Where Telnyx itself took it for a keyword and has answered it, Keyword says so.
func (m payload) inbound() (sms.Inbound, error) {
	in := sms.Inbound{
		Provider: name, ID: m.ID, From: m.From.Number, To: m.To[0].Number, Body: form.Legible(m.Text), Media: min(len(m.Media), 10),
		At: m.Received.Time,
	}
	for _, to := range m.To { // a group's message names us among others
		if to.Status == "webhook_delivered" {
			in.To = to.Number
			break
		}
	}
	if !wire.Address(in.From) || !wire.Address(in.To) {
		return sms.Inbound{}, fmt.Errorf("%w: the webhook names no sender or recipient", sms.ErrInvalid)
	}
	switch strings.ToLower(m.Autoresponse) {
	case "opt_out", "stop":
		in.Keyword = "STOP"
	case "opt_in", "start":
		in.Keyword = "START"
	case "help", "info":
		in.Keyword = "HELP"
	}
	if strings.TrimSpace(in.Body) == "" {
		in.Body = in.Keyword
	}
	return in, nil
}

// receipt reads how far a message has come. A delivery that nobody confirmed stays sent.
func (m payload) receipt() (sms.Receipt, error) {
	r := sms.Receipt{Provider: name, ID: m.ID}
	switch m.To[0].Status {
	case "queued", "scheduled", "sending":
		r.Status = sms.StatusAccepted
	case "sent", "delivery_unconfirmed":
		r.Status = sms.StatusSent
	case "delivered":
		r.Status = sms.StatusDelivered
	case "delivery_failed":
		r.Status = sms.StatusUndelivered
	case "sending_failed", "expired", "cancelled":
		r.Status = sms.StatusFailed
	default:
		return sms.Receipt{}, fmt.Errorf("%w: the webhook names no status that is known", sms.ErrInvalid)
	}
	failed := r.Status == sms.StatusUndelivered || r.Status == sms.StatusFailed
	if failed && len(m.Errors) > 0 {
		if r.Code = m.Errors[0].code(); r.Code != "" {
			r.Class = codes.Class(sms.AtDelivery, r.Code)
		}
	}
	if u, err := url.Parse(m.Webhook); err == nil {
		if reference := u.Query().Get(wire.ReferenceKey); wire.Address(reference) {
			r.Reference = reference
		}
	}
	return r, nil
}
