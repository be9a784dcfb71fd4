package telnyx

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/enamel-go/enamel/sms"
	"github.com/enamel-go/enamel/sms/internal/wire"
)

// The limits of Telnyx's messages. A body is cut into ten parts at most.
const (
	maxBody   = 1600 // characters
	maxAnswer = 64 << 10
)

// outbound is the request to send.
type outbound struct {
	From    string `json:"from"`
	To      string `json:"to"`
	Text    string `json:"text"`
	Webhook string `json:"webhook_url,omitempty"`
}

// Send hands a message to Telnyx, which has no field for its validity: see [Provider.Linger]. Beyond what [sms.Provider]
// says: no answer, and any answer but a plain refusal, is of class Unknown; a connection that was never made is Transient,
// for nothing can have arrived.
func (p *Provider) Send(ctx context.Context, m sms.Message) (sms.Accepted, error) {
	if err := wire.Valid(name, m, maxBody); err != nil {
		return sms.Accepted{}, err
	}
	asked := outbound{From: m.From, To: m.To, Text: m.Body}
	if p.webhook != "" {
		asked.Webhook = p.webhook + "?" + url.Values{wire.ReferenceKey: {m.Reference}}.Encode()
	}
	status, body, err := p.call(ctx, sms.AtSend, http.MethodPost, "/v2/messages", asked, maxAnswer)
	if err != nil {
		return sms.Accepted{}, err
	}
	var answer struct {
		Data struct {
			ID string `json:"id"`
		} `json:"data"`
	}
	if json.Unmarshal(body, &answer) != nil || !wire.Plain(answer.Data.ID) {
		// Telnyx says that it took the message on, and we could not read which.
		return sms.Accepted{}, codes.Refusal(name, sms.AtSend, wire.Answer{Status: status}, "")
	}
	return sms.Accepted{ID: answer.Data.ID}, nil
}

// Cancel takes back a message that is still scheduled at Telnyx, more than a minute ahead. What was handed over to leave at
// once, as [Provider.Send] does, Telnyx does not take back: then it is too late.
func (p *Provider) Cancel(ctx context.Context, id string) (bool, error) {
	if !wire.Plain(id) {
		return false, fmt.Errorf("%w: the message has no id of Telnyx's: %w", sms.ErrInvalid, wire.Invalid(name, sms.AtCancel))
	}
	_, _, err := p.call(ctx, sms.AtCancel, http.MethodDelete, "/v2/messages/"+id, nil, maxAnswer)
	var refused *sms.SendError
	if errors.As(err, &refused) && refused.Class == sms.Rejected {
		return false, nil
	}
	return err == nil, err
}
