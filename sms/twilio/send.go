package twilio

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/enamel-go/enamel/internal/form"
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
	if err := valid(m); err != nil {
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
		form.Set("StatusCallback", p.receipt+"?"+url.Values{referenceKey: {m.Reference}}.Encode())
	}
	status, body, err := p.call(ctx, sms.AtSend, http.MethodPost, p.list, form, maxAnswer)
	if err != nil {
		return sms.Accepted{}, err
	}
	var answer struct {
		SID string `json:"sid"`
	}
	if json.Unmarshal(body, &answer) != nil || !plain(answer.SID) {
		// Twilio says that it took the message on, and we could not read which.
		return sms.Accepted{}, refusal(sms.AtSend, status, httpCode(status))
	}
	return sms.Accepted{ID: answer.SID}, nil
}

// valid refuses what Twilio would refuse, or would read as another thing: a To of "whatsapp:+1..." is a channel.
func valid(m sms.Message) error {
	why := ""
	switch {
	case m.Reference == "":
		why = "a reference"
	case !form.E164(m.To) || !form.E164(m.From):
		why = "two numbers in E.164"
	case m.Body == "" || !utf8.ValidString(m.Body) || utf8.RuneCountInString(m.Body) > maxBody:
		why = "a body of at most " + strconv.Itoa(maxBody) + " characters"
	default:
		return nil
	}
	refused := &sms.SendError{Stage: sms.AtSend, Provider: name, Code: "invalid", Class: sms.Rejected}
	return fmt.Errorf("%w: a message needs %s: %w", sms.ErrInvalid, why, refused)
}

// validity is Twilio's ValidityPeriod: whole seconds, rounded down so that nothing is delivered too late.
func validity(d time.Duration) int {
	return int(min(max(d, time.Second), maxValidity) / time.Second)
}

// call makes one request and returns the answer's status and body where the status is 2xx, a *[sms.SendError]
// otherwise. Nothing is ever repeated.
func (p *Provider) call(
	ctx context.Context, stage sms.Stage, method, path string, form url.Values, limit int64,
) (int, []byte, error) {
	req, err := p.request(ctx, method, path, form)
	if err != nil {
		refused := &sms.SendError{Stage: stage, Provider: name, Code: "invalid", Class: sms.Rejected}
		return 0, nil, fmt.Errorf("%w: %w", err, refused)
	}
	status, body, left, err := wire.Do(p.client, req, limit)
	if err != nil {
		class := sms.Unknown
		if !left || stage == sms.AtLookup {
			class = sms.Transient
		}
		return 0, nil, fmt.Errorf("%w: %w", &sms.SendError{Stage: stage, Provider: name, Class: class}, err)
	}
	if status/100 == 2 {
		return status, body, nil
	}
	var answer struct {
		Code int `json:"code"`
	}
	code := httpCode(status)
	if json.Unmarshal(body, &answer) == nil && answer.Code > 0 {
		code = strconv.Itoa(answer.Code)
	}
	return 0, nil, refusal(stage, status, code)
}

// httpCode stands in where an answer holds no code of Twilio's.
func httpCode(status int) string { return "HTTP " + strconv.Itoa(status) }
