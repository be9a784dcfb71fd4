package carrier

import (
	"context"
	"iter"
	"slices"
	"time"

	"github.com/enamel-go/enamel/sms"
)

// pair is a phone and the number that it wants no texts from.
type pair struct{ phone, number string }

// OptOut puts a phone on the network's own list: it gets no text from number until [Carrier.OptIn]. Nobody is told; the next
// text is refused with [CodeOptedOut], and [Carrier.OptOuts] lists it.
func (c *Carrier) OptOut(phone, number string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, listed := c.optOuts[pair{phone, number}]; !listed {
		c.optOuts[pair{phone, number}] = c.now().UTC().Truncate(time.Microsecond)
	}
}

// OptIn takes a phone off the list.
func (c *Carrier) OptIn(phone, number string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.optOuts, pair{phone, number})
}

// OptOuts goes through the network's list, as it is when the first of it is asked for.
func (c *Carrier) OptOuts(ctx context.Context, since time.Time) iter.Seq2[sms.OptOut, error] {
	return func(yield func(sms.OptOut, error) bool) {
		if err := ctx.Err(); err != nil {
			yield(sms.OptOut{}, stopped(sms.AtLookup, err))
			return
		}
		c.mu.Lock()
		var list []sms.OptOut
		for p, at := range c.optOuts {
			if !at.Before(since) {
				list = append(list, sms.OptOut{Number: p.phone, Sender: p.number, At: at})
			}
		}
		c.mu.Unlock()
		slices.SortFunc(list, func(a, b sms.OptOut) int { return a.At.Compare(b.At) })
		for _, out := range list {
			if !yield(out, nil) {
				return
			}
		}
	}
}

// Cancel takes back a message that has not left for its handset yet. A receipt tells that it failed.
func (c *Carrier) Cancel(ctx context.Context, id string) (bool, error) {
	if err := ctx.Err(); err != nil {
		return false, stopped(sms.AtCancel, err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, m := range c.messages {
		switch {
		case m.ID != id:
		case m.Status == sms.StatusAccepted:
			c.change(event{at: c.now().UTC(), message: m, status: sms.StatusFailed, code: CodeCancelled})
			return true, nil
		default:
			return m.Code == CodeCancelled, nil
		}
	}
	return false, nil
}

// Lookup answers as the script says.
func (c *Carrier) Lookup(ctx context.Context, number string, verified time.Time) (sms.Line, error) {
	if err := ctx.Err(); err != nil {
		return sms.Line{}, stopped(sms.AtLookup, err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	line := sms.Line{Number: number, Verified: verified.UTC(), Reassigned: sms.NoData, Deactivated: sms.NoData, Landline: sms.NoData}
	if c.script.Line != nil {
		line = c.script.Line(number, verified)
	}
	return line, nil
}
