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
	CodeUnreachable  = "unreachable"    // the handset is off
	CodeBusy         = "busy"           // too many messages at once
	CodeFiltered     = "filtered"       // the content was refused
	CodeUnregistered = "unregistered"   // the sender is not registered
	CodeExpired      = "expired"        // the validity ended before delivery
	CodeInvalid      = "invalid"        // the message lacks something
)

// classOf returns what a code means. It means the same at every stage.
func classOf(code string) sms.Class {
	switch code {
	case CodeOptedOut:
		return sms.OptedOut
	case CodeNoNumber, CodeLandline:
		return sms.BadNumber
	case CodeUnreachable:
		return sms.Transient
	case CodeBusy:
		return sms.Throttled
	case CodeFiltered:
		return sms.Filtered
	case CodeUnregistered:
		return sms.BadSender
	case CodeExpired:
		return sms.Expired
	}
	return sms.Rejected
}

// Fate is what becomes of one message. The zero value is delivered at once, with one receipt for each status.
type Fate struct {
	Refuse string        // refused at once with this code
	Lost   bool          // taken on, but the answer is lost
	Delay  time.Duration // from acceptance to the handset's answer; when longer than the validity, the message expires
	Code   string        // the handset's answer is a failure with this code
	Late   time.Duration // how much later than they are true receipts are told
	Repeat int           // how often each receipt is told again
	Swap   bool          // the last receipt is told before the others
	Silent bool          // no receipt is told at all
}

// Course is how a reply reaches the practice. The zero value is at once and once.
type Course struct {
	Delay  time.Duration
	Repeat int // how often it is told again
}

// Script decides what happens. A nil function means that all goes well at once. Both are called one at a time and must
// not call the carrier.
type Script struct {
	// Message decides the fate of a message that is offered for the nth time, from 1.
	Message func(m sms.Message, n int) Fate
	// Reply decides the course of a reply.
	Reply func(in sms.Inbound) Course
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
	Refuse   float64       // refused for now: busy
	Lost     float64       // taken on, the answer lost
	Fail     float64       // the handset off, the number gone or a landline, the content filtered
	Repeat   float64       // a receipt or a reply told twice
	Swap     float64       // receipts out of order
	Silent   float64       // no receipts
	MaxDelay time.Duration // until the handset or the practice is reached
	MaxLate  time.Duration // until a receipt is told
}

// Random returns a script that draws from a seed. What happens to a message depends on the seed, its reference and how
// often it was offered, and on nothing else: a run can be repeated whatever the timing.
func Random(seed uint64, o Odds) Script {
	return Script{
		Message: func(m sms.Message, n int) Fate {
			r := source(seed, "message", m.Reference, n)
			fails := [...]string{CodeUnreachable, CodeNoNumber, CodeLandline, CodeFiltered}
			var f Fate
			if r.Float64() < o.Refuse {
				return Fate{Refuse: CodeBusy}
			}
			f.Lost = r.Float64() < o.Lost
			if r.Float64() < o.Fail {
				f.Code = fails[r.IntN(len(fails))]
			}
			if r.Float64() < o.Repeat {
				f.Repeat = 1
			}
			f.Swap = r.Float64() < o.Swap
			f.Silent = r.Float64() < o.Silent
			f.Delay, f.Late = upTo(r, o.MaxDelay), upTo(r, o.MaxLate)
			return f
		},
		Reply: func(in sms.Inbound) Course {
			r := source(seed, "reply", in.ID, 1)
			var c Course
			if r.Float64() < o.Repeat {
				c.Repeat = 1
			}
			c.Delay = upTo(r, o.MaxDelay)
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
