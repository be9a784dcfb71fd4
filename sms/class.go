package sms

import "time"

// Class says what an error of a provider means for what happens next. One that is not known here counts as [Unknown].
type Class string

// The classes of provider errors.
const (
	OptedOut   Class = "opted_out"   // the recipient said STOP to the provider: a revocation, never sent again
	BadNumber  Class = "bad_number"  // nobody has the number, or it takes no texts
	Blocked    Class = "blocked"     // the recipient, or the carrier in his name, lets nothing through: not tried again, and a person looks
	Transient  Class = "transient"   // may be tried again later, within the window
	Throttled  Class = "throttled"   // too fast: tried again later
	DailyLimit Class = "daily_limit" // the sender's day at a carrier is used up: tried again the next day, see [Class.Again]
	Filtered   Class = "filtered"    // a carrier refused the content
	BadSender  Class = "bad_sender"  // the sender or its account may not send: not registered, not verified, not ours
	Expired    Class = "expired"     // its validity ended before delivery
	Rejected   Class = "rejected"    // refused for good, for any other reason
	Paused     Class = "paused"      // no request was made, for the provider or the sender rests after failures: tried again later
	Unknown    Class = "unknown"     // the outcome is not known: ask, never send again blindly
	Unready    Class = "unready"     // no provider's: refused here, for want of an agreement, a registration or whoever knows the broadcasts; put back when it is there
)

// Again returns the moment before which a message that was refused with this class must not be tried again: the next
// midnight in Los Angeles for a [DailyLimit], when carriers begin to count anew (T-Mobile counts per brand and day in
// Pacific time), and now for every other class, of which the caller knows how long to wait.
func (c Class) Again(now time.Time) time.Time {
	if c != DailyLimit {
		return now
	}
	pacific, err := time.LoadLocation("America/Los_Angeles")
	if err != nil {
		return now.Add(24 * time.Hour) // no time zones here: a day later is the next day everywhere
	}
	y, m, d := now.In(pacific).Date()
	return time.Date(y, m, d+1, 0, 0, 0, 0, pacific).UTC()
}
