package wire

import (
	"net/http"
	"strconv"

	"github.com/enamel-go/enamel/sms"
)

// Codes are a provider's error codes that mean more than a plain refusal: what each means for a request that the provider
// refuses, and then for a message that it took on and could not deliver; empty where it does not occur. Providers reuse
// codes with other meanings from stage to stage.
type Codes map[string][2]sms.Class

// Class returns what a code means at a stage, or [sms.Rejected] where the table does not say.
func (t Codes) Class(stage sms.Stage, code string) sms.Class {
	if class := t.find(stage, code); class != "" {
		return class
	}
	return sms.Rejected
}

func (t Codes) find(stage sms.Stage, code string) sms.Class {
	switch stage {
	case sms.AtSend:
		return t[code][0]
	case sms.AtDelivery:
		return t[code][1]
	}
	return ""
}

// Refusal returns what an answer that is not the expected one means. Only an answer of class 4xx says that nothing was
// done, and only then is the code worth anything; after any other a text may be on its way. A question may be asked again.
func (t Codes) Refusal(provider string, stage sms.Stage, answer Answer, code string) *sms.SendError {
	status := answer.Status
	if code == "" {
		code = "HTTP " + strconv.Itoa(status)
	}
	e := &sms.SendError{Stage: stage, Provider: provider, Code: code, Class: sms.Unknown, After: answer.After}
	known := t.find(stage, code)
	switch {
	case stage == sms.AtLookup && (status >= 500 || status == http.StatusRequestTimeout):
		e.Class = sms.Transient
	case status < 400 || status >= 500 || status == http.StatusRequestTimeout:
	case known != "":
		e.Class = known
	case status == http.StatusTooManyRequests:
		e.Class = sms.Throttled
	case stage == sms.AtLookup:
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		e.Class = sms.BadSender
	default:
		e.Class = sms.Rejected
	}
	return e
}
