package twilio

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

// Cancel takes back a message that is still scheduled at Twilio. What was handed over to leave at once, as [Provider.Send]
// does, Twilio does not take back (twilio.com/docs/api/errors/30409): then it is too late.
func (p *Provider) Cancel(ctx context.Context, id string) (bool, error) {
	if !wire.Plain(id) {
		return false, fmt.Errorf("%w: the message has no id of Twilio's: %w", sms.ErrInvalid, wire.Invalid(name, sms.AtCancel))
	}
	address := p.base + p.account + "/Messages/" + id + ".json"
	status, body, err := p.call(ctx, sms.AtCancel, http.MethodPost, address, url.Values{"Status": {"canceled"}}, maxAnswer)
	var refused *sms.SendError
	switch {
	case errors.As(err, &refused) && (refused.Code == "30409" || refused.Code == "20404"):
		return false, nil
	case err != nil:
		return false, err
	}
	var answer struct {
		Status string `json:"status"`
	}
	if json.Unmarshal(body, &answer) != nil || answer.Status == "" {
		return false, codes.Refusal(name, sms.AtCancel, wire.Answer{Status: status}, "")
	}
	return answer.Status == "canceled", nil
}
