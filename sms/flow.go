package sms

import (
	"context"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// batch is how many texts one claim and one settlement serve at most.
	batch = 100
	// gather is how long what came of a text waits for others to be settled with it.
	gather = 100 * time.Millisecond
	// pause is how long a claim waits for more room than there is.
	pause = 20 * time.Millisecond
)

// flow carries texts from their claim to their settlement. Requests run side by side, and one goroutine settles what came of
// them in batches, so that a slow request holds up nobody else's settlement.
type flow struct {
	*Dispatcher
	report    func(error) // hears what went wrong with single texts, from one goroutine
	ended     chan outcome
	over      chan struct{}
	freed     chan struct{}
	claimed   sync.WaitGroup // texts that are not settled yet
	unsettled atomic.Int64   // how many those are
	running   atomic.Int64   // those of them of which it is not known yet what came
	asking    atomic.Int64   // those of them about which a provider is asked
	handled   int
}

// outcome is what came of a text, and what somebody has to hear of.
type outcome struct {
	text Tracked
	Settlement
	err error
}

// begin starts a flow. Whoever begins one ends it.
func (d *Dispatcher) begin(report func(error)) *flow {
	f := &flow{
		Dispatcher: d, report: report, ended: make(chan outcome, batch), over: make(chan struct{}), freed: make(chan struct{}, 1),
	}
	go f.settler()
	return f
}

// end waits until all texts are settled.
func (f *flow) end() {
	f.claimed.Wait()
	close(f.ended)
	<-f.over
}

// round claims up to limit texts that are due, decides on all of them, and starts the requests of those that may leave.
// It returns how many it claimed.
func (f *flow) round(ctx context.Context, limit int, answers bool) (int, error) {
	began, worker := time.Now(), f.worker()
	texts, err := f.claim(ctx, f.queue.Claim, worker, limit, answers)
	f.take(len(texts))
	leaving, decided := make([]Tracked, 0, len(texts)), make([]checked, 0, len(texts))
	for i, c := range f.check(ctx, texts) {
		if s, send, err := f.weigh(ctx, texts[i], c); !send {
			f.finish(worker, outcome{texts[i], s, err})
			continue
		}
		leaving, decided = append(leaving, texts[i]), append(decided, c)
	}
	waits, failed := f.pacer.pace(ctx, leaving, f.o.Now())
	for i, t := range leaving {
		switch {
		case failed[i] != nil:
			f.finish(worker, outcome{t, f.release(ctx, t), failed[i]})
		case waits[i] != nil:
			f.finish(worker, outcome{text: t, Settlement: f.inTime(t, waits[i].settlement(decided[i].decision))})
		default:
			go func() {
				s, err := f.send(ctx, t, decided[i], began)
				f.finish(worker, outcome{t, s, err})
			}()
		}
	}
	return len(texts), err
}

// inquire asks providers about up to limit texts in doubt. It returns how many it claimed.
func (f *flow) inquire(ctx context.Context, limit int) (int, error) {
	worker := f.worker()
	texts, err := f.claim(ctx, f.queue.Doubt, worker, limit, false)
	f.take(len(texts))
	f.asking.Add(int64(len(texts)))
	for _, t := range texts {
		go func() {
			s, err := f.Dispatcher.inquire(ctx, t)
			f.asking.Add(-1)
			f.finish(worker, outcome{t, s, err})
		}()
	}
	return len(texts), err
}

func (f *flow) take(n int) {
	f.handled += n
	f.claimed.Add(n)
	f.unsettled.Add(int64(n))
	f.running.Add(int64(n))
}

// worker names the next claim. Each has a name of its own: what came of a claim whose lease is over must not settle a later
// one of the same text, by the same worker, in whichever of its steps.
func (f *flow) worker() string { return f.o.Worker + "/" + strconv.FormatInt(f.claims.Add(1), 10) }

func (f *flow) finish(worker string, o outcome) {
	o.Worker = worker
	f.running.Add(-1)
	f.ended <- o
	f.free()
}

// free lets whoever waits for room look again.
func (f *flow) free() {
	select {
	case f.freed <- struct{}{}:
	default:
	}
}

// room waits until requests may start and returns how many. The last tenth of them is kept for answers to patients' own
// messages: slow requests must not hold those up. Of what has ended no more than a batch waits to be settled beside as many
// texts as there may be requests: while settlements are slower than claims, leases would end before they are settled.
func (f *flow) room(ctx context.Context) (limit int, answers bool) {
	least := max(1, min(batch, f.o.Concurrency)/4)
	late := time.NewTimer(pause)
	defer late.Stop()
	for {
		free := f.o.Concurrency - int(max(f.running.Load(), f.unsettled.Load()-batch))
		if free < least {
			select {
			case <-f.freed:
				continue
			case <-ctx.Done():
			case <-late.C:
				least = 1
				late.Reset(f.o.Interval)
				continue
			}
		}
		if kept := f.o.Concurrency / 10; free > kept {
			return min(batch, free-kept), false
		}
		return max(1, free), true
	}
}

// idle waits until there may be something to do. A claim of answers alone is followed by another as soon as there is room.
func (f *flow) idle(ctx context.Context, answers bool) {
	ctx, cancel := context.WithTimeout(ctx, f.o.Interval)
	defer cancel()
	switch {
	case answers:
		select {
		case <-ctx.Done():
		case <-f.freed:
		}
	case f.o.Waker != nil && f.o.Waker.Wait(ctx) == nil:
	default:
		<-ctx.Done()
	}
}

// settler settles what came of texts: a hundred at a time, or what has come in a tenth of a second, or all of it when
// nothing else is under way.
func (f *flow) settler() {
	defer close(f.over)
	late := time.NewTimer(gather)
	defer late.Stop()
	var ended []outcome
	for {
		select {
		case o, more := <-f.ended:
			if !more {
				return
			}
			if slices.ContainsFunc(ended, func(e outcome) bool { return e.text.Key() == o.text.Key() }) {
				ended = f.settleAll(ended) // of a claim that was lost: no text is settled twice at once
			}
			if ended = append(ended, o); len(ended) == 1 {
				late.Reset(gather)
			}
			if len(ended) < batch && (f.running.Load() > 0 || len(f.ended) > 0) {
				continue
			}
		case <-late.C:
			if len(ended) == 0 {
				continue
			}
		}
		ended = f.settleAll(ended)
	}
}

// settleAll settles outcomes, tells what somebody has to hear of, and returns their memory.
func (f *flow) settleAll(ended []outcome) []outcome {
	for _, o := range ended {
		if o.err != nil {
			f.report(o.err)
		}
	}
	if err := f.settle(ended); err != nil {
		f.report(err)
	}
	f.claimed.Add(-len(ended))
	f.unsettled.Add(-int64(len(ended)))
	f.free()
	return ended[:0]
}
