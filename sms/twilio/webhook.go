package twilio

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/enamel-go/enamel/internal/form"
	"github.com/enamel-go/enamel/sms"
	"github.com/enamel-go/enamel/sms/internal/wire"
)

// ReadWebhook reads a text that came in, or a status callback, whichever of its two addresses Twilio called.
func (p *Provider) ReadWebhook(r *http.Request) ([]sms.Event, error) {
	fields, err := p.read(r)
	if err != nil {
		return nil, err
	}
	status := fields.Get("MessageStatus")
	if status == "" {
		status = fields.Get("SmsStatus")
	}
	if status == "" || status == "received" || status == "receiving" {
		in, err := inbound(fields)
		if err != nil {
			return nil, err
		}
		return []sms.Event{{Inbound: &in}}, nil
	}
	receipt, ok := receipt(id(fields, "MessageSid", "SmsSid", "SmsMessageSid"), status, fields.Get("ErrorCode"))
	if !ok {
		return nil, fmt.Errorf("%w: the webhook tells of no text that went out", sms.ErrInvalid)
	}
	if reference := r.URL.Query().Get(wire.ReferenceKey); wire.Address(reference) {
		receipt.Reference = reference
	}
	return []sms.Event{{Receipt: &receipt}}, nil
}

// inbound reads a text that came in. Where Twilio itself took the text for a keyword (Advanced Opt-Out) and has answered
// it, Keyword says so, and an empty body becomes that word. But YES, which Twilio takes for START, is what patients answer to
// an appointment, and stays an answer. Twilio does not say when it took the text in.
func inbound(fields url.Values) (sms.Inbound, error) {
	in := sms.Inbound{
		Provider: name,
		ID:       id(fields, "MessageSid", "SmsMessageSid", "SmsSid"),
		From:     fields.Get("From"),
		To:       fields.Get("To"),
		Body:     form.Legible(decoded(fields.Get("Body"))),
	}
	if !wire.Plain(in.ID) || !wire.Address(in.From) || !wire.Address(in.To) {
		return sms.Inbound{}, fmt.Errorf("%w: the webhook names no message, sender or recipient", sms.ErrInvalid)
	}
	if n, err := strconv.Atoi(fields.Get("NumMedia")); err == nil {
		in.Media = min(max(n, 0), 10) // a message holds ten at most
	}
	switch word := fields.Get("OptOutType"); {
	case word == "START" && strings.EqualFold(strings.Trim(in.Body, " \t\r\n.!"), "yes"):
	case word == "STOP", word == "START", word == "HELP":
		in.Keyword = word
		if strings.TrimSpace(in.Body) == "" {
			in.Body = word
		}
	}
	return in, nil
}

// receipt makes a receipt of Twilio's words, or reports false where they are none that are known.
func receipt(sid, status, code string) (sms.Receipt, bool) {
	r := sms.Receipt{Provider: name, ID: sid}
	switch status {
	case "accepted", "scheduled", "queued", "sending":
		r.Status = sms.StatusAccepted
	case "sent", "partially_delivered":
		r.Status = sms.StatusSent
	case "delivered", "read":
		r.Status = sms.StatusDelivered
	case "undelivered":
		r.Status = sms.StatusUndelivered
	case "failed", "canceled":
		r.Status = sms.StatusFailed
	default:
		return sms.Receipt{}, false
	}
	failed := r.Status == sms.StatusUndelivered || r.Status == sms.StatusFailed
	if n, err := strconv.Atoi(code); err == nil && n > 0 && failed {
		r.Code = strconv.Itoa(n)
		r.Class = codes.Class(sms.AtDelivery, r.Code)
	}
	return r, wire.Plain(sid)
}

// id returns the first of several fields that is there: Twilio repeats the message's id under old and new names.
func id(fields url.Values, names ...string) string {
	for _, name := range names {
		if s := fields.Get(name); s != "" {
			return s
		}
	}
	return ""
}

// decoded undoes base64. Twilio delivers long texts that came in parts in that form now and then, and a STOP must be
// seen in them too. Only what is longer than one part and decodes to readable words is taken for it.
func decoded(body string) string {
	if len(body) <= 60 || len(body)%4 != 0 {
		return body
	}
	raw, err := base64.StdEncoding.Strict().DecodeString(body)
	if err != nil || !utf8.Valid(raw) || !strings.ContainsAny(string(raw), " \n") {
		return body
	}
	for _, r := range string(raw) {
		if !unicode.IsPrint(r) && !unicode.IsSpace(r) {
			return body
		}
	}
	return string(raw)
}
