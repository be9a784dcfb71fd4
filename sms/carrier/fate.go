package carrier

import (
	"encoding/binary"
	"hash/fnv"
	"math/rand/v2"
	"time"

	"github.com/enamel-go/enamel/sms"
)

// The codes with which the network refuses a message or gives it up.
const (
	CodeOptedOut     = "opted_out"      // the recipient said STOP to the network
	CodeNoNumber     = "no_such_number" // nobody has the number
	CodeLandline     = "landline"       // the line takes no texts
	CodeBlocked      = "blocked"        // the recipient blocks the sender
	CodeUnreachable  = "unreachable"    // the handset is off
	CodeBusy         = "busy"           // too many messages at once
	CodeDailyLimit   = "daily_limit"    // too many messages today
	CodeFiltered     = "filtered"       // the content was refused
	CodeUnregistered = "unregistered"   // the sender is not registered
	CodeExpired      = "expired"        // the validity ended before delivery
	CodeCancelled    = "cancelled"      // it was taken back
	CodeInvalid      = "invalid"        // the message lacks something
)

// classes say what each code means. It means the same at every stage.
var classes = map[string]sms.Class{
	CodeOptedOut: sms.OptedOut, CodeNoNumber: sms.BadNumber, CodeLandline: sms.BadNumber, CodeBlocked: sms.Blocked,
	CodeUnreachable: sms.Transient, CodeBusy: sms.Throttled, CodeDailyLimit: sms.DailyLimit, CodeFiltered: sms.Filtered,
	CodeUnregistered: sms.BadSender, CodeExpired: sms.Expired, CodeCancelled: sms.Rejected, CodeInvalid: sms.Rejected,
}

// classOf returns what a code means; another's code is a plain refusal.
func classOf(code string) sms.Class {
	if class, known := classes[code]; known {
		return class
	}
	return sms.Rejected
}

// Fate is what becomes of one message. The zero value is delivered at once, with one receipt for each status.
type Fate struct {
	Refuse string        // refused at once with this code
	Drop   bool          // lost on the way in: not taken on, and the sender is not told
	Lost   bool          // taken on, but the answer is lost
	Slow   time.Duration // the answer takes this long, in real time; whoever gives up before does not know
	Hang   bool          // the answer never comes: the call ends when its context does
	Vanish bool          // taken on and lost in the network: it reaches nobody, and no receipt tells of it
	Delay  time.Duration // from acceptance to the handset's answer; when longer than the validity, the message expires
	Code   string        // the handset's answer is a failure with this code
	Late   time.Duration // how much later than they are true receipts are told
	Repeat int           // how often each receipt is told again
	Swap   bool          // the last receipt is told before the others
	Silent bool          // no receipt is told at all
}

// Course is how a reply reaches the practice. The zero value is at once and once. Two replies with delays arrive in the
// order of their arrival, not of their writing.
type Course struct {
	Lost   bool // it never does
	Delay  time.Duration
	Repeat int // how often it is told again
}

// Script decides what happens. A nil function means that all goes well at once. They are called one at a time and must not
// call the carrier.
type Script struct {
	// Message decides the fate of a message that is offered for the nth time, from 1.
	Message func(m sms.Message, n int) Fate
	// Reply decides the course of a reply.
	Reply func(in sms.Inbound) Course
	// Line decides what a look-up of a number answers. Where it is nil there is no data.
	Line func(number string, verified time.Time) sms.Line
}

func (s Script) message(m sms.Message, n int) Fate {
	if s.Message == nil {
		return Fate{}
	}
	return s.Message(m, n)
}

func (s Script) reply(in sms.Inbound) Course {
	if s.Reply == nil {
		return Course{}
	}
	return s.Reply(in)
}

// Odds are the chances of a random script, from 0 to 1, and its longest delays. The zero value is a network on which
// all goes well at once.
type Odds struct {
	Refuse   float64       // refused, with one of Refusals
	Drop     float64       // lost on the way in
	Lost     float64       // taken on, the answer lost
	Hang     float64       // taken on, and no answer comes
	Slow     float64       // the answer takes up to MaxSlow
	Vanish   float64       // taken on, lost in the network
	Fail     float64       // the handset answers with one of Failures
	Repeat   float64       // a receipt or a reply told twice
	Swap     float64       // receipts out of order
	Silent   float64       // no receipts
	Unheard  float64       // a reply lost
	MaxSlow  time.Duration // until the answer comes
	MaxDelay time.Duration // until the handset or the practice is reached; replies overtake each other within it
	MaxLate  time.Duration // until a receipt is told

	// Refusals are the codes of refusals, one as likely as the other. Default to CodeBusy.
	Refusals []string
	// Failures are the codes of handsets. Default to the handset off, the number gone or a landline, the content filtered.
	Failures []string
}

// Random returns a script that draws from a seed. What happens to a message depends on the seed, its reference and how
// often it was offered, and on nothing else: a run can be repeated whatever the timing.
func Random(seed uint64, o Odds) Script {
	refusals, failures := o.Refusals, o.Failures
	if len(refusals) == 0 {
		refusals = []string{CodeBusy}
	}
	if len(failures) == 0 {
		failures = []string{CodeUnreachable, CodeNoNumber, CodeLandline, CodeFiltered}
	}
	return Script{
		Message: func(m sms.Message, n int) Fate {
			r := source(seed, "message", m.Reference, n)
			happens := func(chance float64) bool { return r.Float64() < chance }
			var f Fate
			if happens(o.Refuse) {
				return Fate{Refuse: refusals[r.IntN(len(refusals))]}
			}
			f.Lost = happens(o.Lost)
			if happens(o.Fail) {
				f.Code = failures[r.IntN(len(failures))]
			}
			if happens(o.Repeat) {
				f.Repeat = 1
			}
			f.Swap = happens(o.Swap)
			f.Silent = happens(o.Silent)
			f.Delay, f.Late = upTo(r, o.MaxDelay), upTo(r, o.MaxLate)
			f.Drop, f.Hang, f.Vanish = happens(o.Drop), happens(o.Hang), happens(o.Vanish)
			if happens(o.Slow) {
				f.Slow = upTo(r, o.MaxSlow)
			}
			return f
		},
		Reply: func(in sms.Inbound) Course {
			r := source(seed, "reply", in.ID, 1)
			var c Course
			if r.Float64() < o.Repeat {
				c.Repeat = 1
			}
			c.Delay = upTo(r, o.MaxDelay)
			c.Lost = r.Float64() < o.Unheard
			return c
		},
	}
}

func source(seed uint64, kind, id string, n int) *rand.Rand {
	h := fnv.New64a()
	_, _ = h.Write([]byte(kind + "\x00" + id + "\x00"))
	_, _ = h.Write(binary.BigEndian.AppendUint64(nil, uint64(n)))
	return rand.New(rand.NewPCG(seed, h.Sum64())) //nolint:gosec // chance is to be repeatable here
}

func upTo(r *rand.Rand, most time.Duration) time.Duration {
	if most <= 0 {
		return 0
	}
	return time.Duration(r.Int64N(int64(most) + 1))
}
