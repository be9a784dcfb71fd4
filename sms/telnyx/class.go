package telnyx

import (
	"github.com/enamel-go/enamel/sms"
	"github.com/enamel-go/enamel/sms/internal/wire"
)

// codes are Telnyx's error codes that mean more than a plain refusal. Source: developers.telnyx.com, Messaging Error Code
// Reference and API Errors. 40333 is a budget that the customer set himself; it begins anew at midnight UTC, and is tried
// again every hour until then.
var codes = wire.Codes{
	"10002": {sms.BadNumber, ""},            // the number is not valid
	"10007": {sms.Unknown, ""},              // an unexpected error of Telnyx's
	"10008": {sms.Unknown, ""},              // the request timed out there
	"10009": {sms.BadSender, ""},            // the key is not valid
	"10010": {sms.BadSender, ""},            // the key may not do this
	"10011": {sms.Throttled, ""},            // too many requests
	"20012": {sms.BadSender, ""},            // the account is not active
	"20100": {sms.BadSender, ""},            // the account has no funds
	"40001": {sms.BadNumber, sms.BadNumber}, // a landline, or a number that takes no texts
	"40002": {sms.Filtered, sms.Filtered},   // taken for spam, for a while
	"40003": {sms.Filtered, sms.Filtered},   // taken for spam, for good
	"40004": {"", sms.Transient},            // the carrier gives no reason
	"40005": {"", sms.Expired},              // expired on the way
	"40006": {"", sms.Transient},            // the carrier is out of reach
	"40008": {"", sms.Transient},            // the carrier did not take it
	"40009": {sms.Filtered, sms.Filtered},   // the carrier did not take the body
	"40010": {sms.BadSender, sms.BadSender}, // the number is in no registered campaign
	"40011": {sms.Throttled, sms.Throttled}, // above the carrier's rate
	"40012": {sms.BadNumber, sms.BadNumber}, // the recipient's number is not valid
	"40013": {sms.BadSender, sms.BadSender}, // the sender's number is not valid
	"40014": {sms.Expired, sms.Expired},     // expired in Telnyx's queue
	"40015": {sms.Filtered, sms.Filtered},   // Telnyx's own filter
	"40100": {sms.BadSender, sms.BadSender}, // the sender's number takes no part in messaging
	"40150": {sms.BadSender, sms.BadSender}, // the toll-free number is not on record
	"40151": {sms.BadSender, sms.BadSender}, // the number is still with another provider
	"40300": {sms.OptedOut, sms.OptedOut},   // the recipient said STOP
	"40305": {sms.BadSender, sms.BadSender}, // the sender's number is not the profile's
	"40310": {sms.BadNumber, sms.BadNumber}, // the recipient's address is none
	"40312": {sms.BadSender, sms.BadSender}, // the messaging profile is disabled
	"40314": {sms.BadSender, sms.BadSender}, // messaging is disabled for the account
	"40315": {sms.BadSender, sms.BadSender}, // the sender's number has a bad name
	"40318": {sms.Throttled, sms.Throttled}, // the queue is full
	"40320": {sms.BadSender, sms.BadSender}, // the sender's number is not ready yet
	"40321": {sms.BadSender, sms.BadSender}, // the profile has no number that can send
	"40322": {sms.Filtered, sms.Filtered},   // blocked for its content
	"40333": {sms.Throttled, sms.Throttled}, // the profile's own daily budget is spent
}
