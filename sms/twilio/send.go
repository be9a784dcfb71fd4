package twilio

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/enamel-go/enamel/sms"
	"github.com/enamel-go/enamel/sms/internal/wire"
)

// The limits of Twilio's Messages resource.
const (
	maxBody     = 1600 // characters
	maxValidity = 36000 * time.Second
	maxAnswer   = 64 << 10
)

// Send hands a message to Twilio. Beyond what [sms.Provider] says: no answer, and any answer but a plain refusal, is
// of class Unknown; a connection that was never made is Transient, for nothing can have arrived.
func (p *Provider) Send(ctx context.Context, m sms.Message) (sms.Accepted, error) {
	if err := wire.Valid(name, m, maxBody); err != nil {
		return sms.Accepted{}, err
	}
	form := url.Values{
		"To":             {m.To},
		"From":           {m.From},
		"Body":           {m.Body},
		"ValidityPeriod": {strconv.Itoa(validity(m.Validity))},
		// The body was counted, screened and agreed to as it is: Twilio shall not exchange its characters.
		"SmartEncoded": {"false"},
	}
	if p.receipt != "" {
		form.Set("StatusCallback", p.receipt+"?"+url.Values{wire.ReferenceKey: {m.Reference}}.Encode())
	}
	status, body, err := p.call(ctx, sms.AtSend, http.MethodPost, p.base+p.list, form, maxAnswer)
	if err != nil {
		return sms.Accepted{}, err
	}
	var answer struct {
		SID string `json:"sid"`
	}
	if json.Unmarshal(body, &answer) != nil || !wire.Plain(answer.SID) {
		// Twilio says that it took the message on, and we could not read which.
		return sms.Accepted{}, codes.Refusal(name, sms.AtSend, wire.Answer{Status: status}, "")
	}
	return sms.Accepted{ID: answer.SID}, nil
}

// validity is Twilio's ValidityPeriod: whole seconds, rounded down so that nothing is delivered too late.
func validity(d time.Duration) int {
	return int(min(max(d, time.Second), maxValidity) / time.Second)
}

// call makes one request and returns the answer's status and body where the status is 2xx, a *[sms.SendError]
// otherwise. Nothing is ever repeated.
func (p *Provider) call(
	ctx context.Context, stage sms.Stage, method, address string, form url.Values, limit int64,
) (int, []byte, error) {
	req, err := p.request(ctx, method, address, form)
	if err != nil {
		return 0, nil, fmt.Errorf("%w: %w", err, wire.Invalid(name, stage))
	}
	got, err := wire.Ask(p.client, req, name, stage, limit)
	if err != nil || got.Status/100 == 2 {
		return got.Status, got.Body, err
	}
	return 0, nil, refusal(stage, got)
}

// refusal is what an answer that is not 2xx means, by the code in its body where there is one.
func refusal(stage sms.Stage, got wire.Answer) *sms.SendError {
	var answer struct {
		Code int `json:"code"`
	}
	code := ""
	if json.Unmarshal(got.Body, &answer) == nil && answer.Code > 0 {
		code = strconv.Itoa(answer.Code)
	}
	return codes.Refusal(name, stage, got, code)
}
