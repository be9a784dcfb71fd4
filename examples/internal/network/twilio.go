package network

import (
	"errors"

	"github.com/enamel-go/enamel/sms/twilio"
)

// Twilio is what server and workers know of a Twilio account. The zero value has none.
type Twilio struct {
	SID, Token string // from the environment: arguments are seen by everybody on the machine
	Public     string // the https address under which Twilio reaches the server
}

// TwilioFrom reads the account from the environment.
func TwilioFrom(getenv func(string) string) Twilio {
	return Twilio{SID: getenv("TWILIO_ACCOUNT_SID"), Token: getenv("TWILIO_AUTH_TOKEN")}
}

// Paths of the server at which Twilio tells of texts that came in and of receipts.
const (
	TwilioInbound  = "/webhooks/twilio/inbound"
	TwilioReceipts = "/webhooks/twilio/receipts"
)

// Provider returns the account's provider, or nil where none is configured.
func (t Twilio) Provider() (*twilio.Provider, error) {
	switch {
	case t.SID == "" && t.Token == "":
		return nil, nil
	case t.SID == "" || t.Token == "":
		return nil, errors.New("for Twilio, set both TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN")
	case t.Public == "":
		return nil, errors.New("for Twilio, name the address under which it reaches the server with -public-url: its webhooks are signed with it")
	}
	return twilio.New(t.SID, t.Token, &twilio.Options{InboundURL: t.Public + TwilioInbound, ReceiptURL: t.Public + TwilioReceipts})
}
