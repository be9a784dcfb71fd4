package bandwidth

import (
	"strings"

	"github.com/enamel-go/enamel/sms"
	"github.com/enamel-go/enamel/sms/internal/wire"
)

// codes are Bandwidth's error codes that mean more than a plain refusal: at sending the field that it complains of, at
// delivery a number. Source: dev.bandwidth.com, Messaging errors.
var codes = wire.Codes{
	"to":         {sms.BadNumber, ""},
	"from":       {sms.BadSender, ""},
	"expiration": {sms.Expired, ""}, // it was over when the request arrived

	"4303": {"", sms.BadNumber},  // the number is malformed
	"4360": {"", sms.Expired},    // its expiration passed
	"4403": {"", sms.BadSender},  // the sender's number may not send
	"4404": {"", sms.BadNumber},  // the number may not be texted
	"4405": {"", sms.BadSender},  // nobody has the sender's number
	"4406": {"", sms.BadNumber},  // nobody has the number
	"4407": {"", sms.BadSender},  // the sender's number is not the account's
	"4433": {"", sms.BadSender},  // the account has no toll-free numbers
	"4452": {"", sms.BadSender},  // the application is not the account's
	"4470": {"", sms.Filtered},   // Bandwidth's own filter
	"4475": {"", sms.OptedOut},   // the recipient said STOP
	"4476": {"", sms.BadSender},  // the sender is not registered
	"4481": {"", sms.BadSender},  // the sender's number has a bad name
	"4482": {"", sms.Blocked},    // the recipient's number takes no texts from anybody
	"4493": {"", sms.BadSender},  // the sender is not the account's
	"4701": {"", sms.Transient},  // the carrier is out of reach
	"4702": {"", sms.Transient},  // the handset is off or out of reach
	"4720": {"", sms.BadNumber},  // a landline, or no number
	"4721": {"", sms.BadNumber},  // on the carriers' list of deactivated numbers
	"4750": {"", sms.Blocked},    // the carrier gives no reason; often the subscriber's own block
	"4753": {"", sms.Blocked},    // the handset refused it
	"4770": {"", sms.Filtered},   // the carrier's filter
	"4771": {"", sms.Filtered},   // a shortened address
	"4772": {"", sms.BadSender},  // the carrier blocks the sender's number
	"4773": {"", sms.BadSender},  // the campaign is not active
	"4774": {"", sms.BadSender},  // the number is not provisioned
	"4775": {"", sms.OptedOut},   // the recipient said STOP
	"4780": {"", sms.DailyLimit}, // above the brand's day at T-Mobile
	"4781": {"", sms.Throttled},  // above the campaign's rate at AT&T
	"4785": {"", sms.Throttled},  // above a rate
	"4790": {"", sms.BadNumber},  // the number takes none from this kind of sender
	"4795": {"", sms.BadSender},  // the toll-free number is not verified
	"5600": {"", sms.Throttled},  // the carrier's queue is full
	"9902": {"", sms.Unknown},    // nobody confirmed the delivery in time
	"9999": {"", sms.Unknown},    // an unknown error
}

// failed returns what the code of a message that failed means. Bandwidth's own failures, 5xxx, leave open what the carrier
// did.
func failed(code string) sms.Class {
	if _, known := codes[code]; !known && len(code) == 4 && strings.HasPrefix(code, "5") {
		return sms.Unknown
	}
	return codes.Class(sms.AtDelivery, code)
}
