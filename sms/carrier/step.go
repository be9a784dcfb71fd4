package carrier

import (
	"container/heap"
	"context"
	"time"

	"github.com/enamel-go/enamel/sms"
)

// maxTries is how often a webhook is told before the network gives up.
const maxTries = 8

// event is something that is due at a time: a message's next status, or something to tell.
type event struct {
	at  time.Time
	seq int // orders events of one time as they were planned

	message *Message // reaches status
	status  sms.Status
	code    string
	fate    Fate

	inbound *sms.Inbound // is told
	receipt *sms.Receipt // is told
	tries   int
}

// agenda is a heap of events, the earliest first.
type agenda []event

func (a agenda) Len() int { return len(a) }

func (a agenda) Less(i, j int) bool {
	if !a[i].at.Equal(a[j].at) {
		return a[i].at.Before(a[j].at)
	}
	return a[i].seq < a[j].seq
}

func (a agenda) Swap(i, j int) { a[i], a[j] = a[j], a[i] }
func (a *agenda) Push(e any)   { *a = append(*a, e.(event)) }

func (a *agenda) Pop() any {
	last := len(*a) - 1
	e := (*a)[last]
	(*a)[last] = event{}
	*a = (*a)[:last]
	return e
}

// plan puts an event on the agenda. The lock must be held.
func (c *Carrier) plan(e event) {
	c.seq++
	e.seq = c.seq
	heap.Push(&c.due, e)
}

// Step does everything that is due by the clock, in the order of its times, and returns how many things it did. What
// could not be told is told again in a later step. The error is the context's.
func (c *Carrier) Step(ctx context.Context) (int, error) {
	for n := 0; ; n++ {
		if err := ctx.Err(); err != nil {
			return n, err
		}
		e, ok := c.next()
		if !ok {
			return n, nil
		}
		if e.message == nil && c.tell(ctx, e) != nil {
			c.again(ctx, e)
		}
	}
}

// Run steps at every tick until ctx ends, and returns its error.
func (c *Carrier) Run(ctx context.Context) error {
	ticker := time.NewTicker(c.tick)
	defer ticker.Stop()
	for {
		if _, err := c.Step(ctx); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-ticker.C:
		}
	}
}

// next takes the next due event off the agenda. A message's change is made at once; only what is to be told is left to
// the caller, outside the lock.
func (c *Carrier) next() (event, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.due) == 0 || c.due[0].at.After(c.now()) {
		return event{}, false
	}
	e := heap.Pop(&c.due).(event)
	if e.message != nil {
		c.change(e)
	}
	return e, true
}

// change brings a message to a status and plans its receipts.
func (c *Carrier) change(e event) {
	m := e.message
	if !m.Ended.IsZero() {
		return // it was taken back
	}
	m.Status, m.Code = e.status, e.code
	if e.status != sms.StatusSent {
		m.Ended = e.at
	}
	if e.status == sms.StatusDelivered {
		c.threads[m.To] = append(c.threads[m.To], Text{ID: m.ID, From: m.From, To: m.To, Body: m.Body, At: e.at})
	}
	if e.fate.Silent {
		return
	}
	told := event{at: e.at.Add(e.fate.Late)}
	if e.fate.Swap && e.status == sms.StatusSent {
		told.at = told.at.Add(e.fate.Delay + time.Second) // the last one comes half of Delay from now
	}
	r := m.receipt(e.status, e.code)
	told.receipt = &r
	for range 1 + max(e.fate.Repeat, 0) {
		c.plan(told)
	}
}

// again plans what could not be told for later, twice as late each time.
func (c *Carrier) again(ctx context.Context, e event) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if ctx.Err() == nil {
		e.tries++
	}
	if e.tries < maxTries {
		e.at = c.now().Add(time.Second << e.tries)
		c.plan(e)
	}
}

// tell tells a reply or a receipt to whoever is configured.
func (c *Carrier) tell(ctx context.Context, e event) error {
	switch {
	case e.inbound != nil && c.onInbound != nil:
		return c.onInbound(ctx, *e.inbound)
	case e.inbound != nil && c.inbound != "":
		return c.post(ctx, c.inbound, inboundNotice(*e.inbound))
	case e.receipt != nil && c.onReceipt != nil:
		return c.onReceipt(ctx, *e.receipt)
	case e.receipt != nil && c.receiptTo != "":
		return c.post(ctx, c.receiptTo, receiptNotice(*e.receipt))
	}
	return nil
}
