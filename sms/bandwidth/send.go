package bandwidth

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/enamel-go/enamel/sms"
	"github.com/enamel-go/enamel/sms/internal/wire"
)

// The limits of Bandwidth's messages.
const (
	maxBody   = 2048 // characters
	maxAnswer = 64 << 10
	// instant is RFC 3339 with milliseconds, of UTC.
	instant = "2006-01-02T15:04:05.000Z"
)

// outbound is the request to send.
type outbound struct {
	Application string   `json:"applicationId"`
	To          []string `json:"to"`
	From        string   `json:"from"`
	Text        string   `json:"text"`
	Tag         string   `json:"tag"`
	Expiration  string   `json:"expiration"`
}

// Send hands a message to Bandwidth, to expire when its validity ends by our clock; what has less than a second left gets
// a second. Beyond what [sms.Provider] says: no answer, and any answer but a plain refusal, is of class Unknown; a
// connection that was never made is Transient, for nothing can have arrived.
func (p *Provider) Send(ctx context.Context, m sms.Message) (sms.Accepted, error) {
	if err := wire.Valid(name, m, maxBody); err != nil {
		return sms.Accepted{}, err
	}
	status, body, err := p.call(ctx, sms.AtSend, http.MethodPost, p.base+"/users/"+p.account.ID+"/messages", outbound{
		Application: p.account.Application, To: []string{m.To}, From: m.From, Text: m.Body, Tag: m.Reference,
		Expiration: p.now().Add(max(m.Validity, time.Second)).UTC().Format(instant),
	}, maxAnswer)
	if err != nil {
		return sms.Accepted{}, err
	}
	var answer struct {
		ID string `json:"id"`
	}
	if json.Unmarshal(body, &answer) != nil || !wire.Plain(answer.ID) {
		// Bandwidth says that it took the message on, and we could not read which.
		return sms.Accepted{}, codes.Refusal(name, sms.AtSend, wire.Answer{Status: status}, "")
	}
	return sms.Accepted{ID: answer.ID}, nil
}
