package twilio

import (
	"github.com/enamel-go/enamel/sms"
	"github.com/enamel-go/enamel/sms/internal/wire"
)

// codes are Twilio's error codes that mean more than a plain refusal. Source: twilio.com/docs/api/errors. 30022 is a
// campaign's rate, which a little patience cures; 30023 and 30027 are a brand's day, which ends at midnight in Los Angeles.
var codes = wire.Codes{
	"20003": {sms.BadSender, ""},              // the token is not the account's
	"20005": {sms.BadSender, ""},              // the account is not active
	"20429": {sms.Throttled, ""},              // too many requests
	"20500": {sms.Unknown, ""},                // internal server error; sending is not idempotent
	"21211": {sms.BadNumber, sms.BadNumber},   // To is no valid number
	"21606": {sms.BadSender, ""},              // From cannot send texts
	"21610": {sms.OptedOut, sms.OptedOut},     // the recipient said STOP
	"21611": {sms.Throttled, ""},              // the sender's queue is full
	"21614": {sms.BadNumber, sms.BadNumber},   // To is no mobile number
	"21635": {sms.BadNumber, sms.BadNumber},   // To is a landline
	"21659": {sms.BadSender, ""},              // From is not a number of Twilio's
	"21660": {sms.BadSender, ""},              // From belongs to another account
	"21701": {sms.BadSender, ""},              // the messaging service does not exist
	"21703": {sms.BadSender, ""},              // the messaging service has no sender
	"21704": {sms.BadSender, ""},              // its senders cannot be used
	"21705": {sms.BadSender, ""},              // the messaging service is not valid
	"30001": {sms.Throttled, sms.Throttled},   // the queue overflowed
	"30002": {sms.BadSender, sms.BadSender},   // the account is suspended
	"30003": {"", sms.Transient},              // the handset is off or out of reach
	"30004": {"", sms.Blocked},                // the recipient, or his carrier, blocks
	"30005": {"", sms.BadNumber},              // nobody has the number
	"30006": {"", sms.BadNumber},              // a landline, or a carrier that takes no texts
	"30007": {sms.Filtered, sms.Filtered},     // the carrier's filter
	"30008": {"", sms.Transient},              // the carrier gives no reason
	"30012": {sms.Expired, sms.Expired},       // the validity period is too short
	"30013": {sms.Expired, sms.Expired},       // the validity period is too long
	"30017": {"", sms.Throttled},              // the carrier's network is congested
	"30018": {"", sms.BadSender},              // the destination wants the sender registered
	"30022": {sms.Throttled, sms.Throttled},   // above the campaign's rate
	"30023": {sms.DailyLimit, sms.DailyLimit}, // above the brand's day
	"30024": {sms.BadSender, sms.BadSender},   // the sender is not provisioned at the carrier
	"30027": {sms.DailyLimit, sms.DailyLimit}, // above the carrier's day
	"30032": {sms.BadSender, sms.BadSender},   // the toll-free number is not verified
	"30034": {sms.BadSender, sms.BadSender},   // the number is in no registered campaign
	"30035": {sms.BadSender, sms.BadSender},   // the number is not in the campaign yet
	"30036": {"", sms.Expired},                // the validity period ended in the queue
	"30450": {"", sms.Transient},              // blocked for half an hour as pumped traffic
	"30565": {sms.Filtered, sms.Filtered},     // content that promotes prescription drugs
}
