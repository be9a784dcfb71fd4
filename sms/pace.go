package sms

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Allowance is how many texts may leave within a time: those of all workers and of all numbers that count under one key,
// which is the same whichever practice asks.
type Allowance struct {
	Key    string
	Count  int       // at least 0
	From   time.Time // UTC
	Until  time.Time // UTC, after From; from then on another allowance counts
	Source string    // whose limit it is
}

// Limits says what the carriers take from a practice's number at a moment: a campaign's texts a minute, a brand's texts a
// day. No allowances are no limit.
type Limits interface {
	Allowances(ctx context.Context, practice, number string, now time.Time) ([]Allowance, error)
}

// pacer spreads texts over what the carriers take. The store counts for all processes, and is asked once for a batch; inside
// a process texts leave evenly, so that one batch does not take all of a minute's texts in its first second.
type pacer struct {
	limits Limits
	queue  Queue
	mu     sync.Mutex
	lanes  map[string]*lane
}

// lane is how one key's texts leave from this process.
type lane struct {
	even *rate.Limiter
	next map[int]time.Time // by priority: when the next text that has to wait is due
}

func newPacer(limits Limits, queue Queue) *pacer {
	return &pacer{limits: limits, queue: queue, lanes: map[string]*lane{}}
}

// wait is how long a text has to wait, and for what.
type wait struct {
	until  time.Time
	reason Step
}

// settlement puts a text off that may leave but for its pace.
func (w *wait) settlement(d Decision) Settlement {
	d.Verdict, d.Until, d.Rule, d.Reason = Defer, w.until, w.reason.Rule, w.reason.Reason
	d.Trail = append(slices.Clip(d.Trail), w.reason)
	return Settlement{State: Queued, Due: w.until, Decision: d}
}

// pace returns, for each text that may leave, nil or what it has to wait for, or why nobody can tell. The first ones have
// precedence. Answers to patients' own messages are counted and wait for nothing.
func (p *pacer) pace(ctx context.Context, texts []Tracked, now time.Time) (waits []*wait, failed []error) {
	waits, failed = make([]*wait, len(texts)), make([]error, len(texts))
	if p.limits == nil {
		return waits, failed
	}
	for _, l := range p.lines(ctx, texts, failed, now) {
		of := slices.DeleteFunc(l.of, func(i int) bool { return waits[i] != nil || failed[i] != nil })
		granted, err := p.grant(ctx, l.Allowance, len(of), now)
		if err != nil {
			for _, i := range of {
				failed[i] = fmt.Errorf("sms: pace: %w", err)
			}
			continue
		}
		for granted < len(of) && texts[of[granted]].Kind.Answer() {
			granted++
		}
		for _, i := range of[granted:] {
			waits[i] = p.later(l.Allowance, texts[i], now)
		}
	}
	return waits, failed
}

// line is the texts that count under one allowance, from whichever numbers they leave: the first ones have precedence.
type line struct {
	Allowance
	of []int
}

// lines asks for each sender's allowances, and returns who waits for each: the shortest first, for what waits for its minute
// takes nothing from the day.
func (p *pacer) lines(ctx context.Context, texts []Tracked, failed []error, now time.Time) []*line {
	known, of := map[Key]answered[[]Allowance]{}, &asking{map[string]error{}}
	byKey := map[string]*line{}
	var lines []*line
	for i, t := range texts {
		allowances, err := remember(known, Key{t.Practice, t.From}, func() ([]Allowance, error) {
			return ask(ctx, of, "the limits", func(ctx context.Context) ([]Allowance, error) {
				return p.limits.Allowances(ctx, t.Practice, t.From, now)
			})
		})
		if err != nil {
			failed[i] = fmt.Errorf("sms: pace: %w", err)
			continue
		}
		for _, a := range allowances {
			if a.Count < 0 || !a.Until.After(a.From) {
				failed[i] = fmt.Errorf("%w: pace: an allowance of the carriers ends before it begins, or is below nothing", ErrInvalid)
				break
			}
			l := byKey[a.Key]
			if l == nil {
				l = &line{Allowance: a}
				byKey[a.Key], lines = l, append(lines, l)
			}
			l.of = append(l.of, i)
		}
	}
	slices.SortStableFunc(lines, func(a, b *line) int { return cmp.Compare(a.Until.Sub(a.From), b.Until.Sub(b.From)) })
	return lines
}

// grant returns how many of so many texts may leave now.
func (p *pacer) grant(ctx context.Context, a Allowance, want int, now time.Time) (int, error) {
	l := p.lane(a)
	evenly := 0
	for evenly < want && l.even.AllowN(now, 1) {
		evenly++
	}
	if evenly == 0 {
		return 0, nil
	}
	return p.queue.Take(ctx, a, evenly)
}

// lane returns a key's lane: a second's share at once, and never less than one text. A limit that changed counts from now on.
func (p *pacer) lane(a Allowance) *lane {
	p.mu.Lock()
	defer p.mu.Unlock()
	even := rate.Limit(float64(a.Count) / a.Until.Sub(a.From).Seconds())
	burst := max(1, int(even))
	if a.Until.Sub(a.From) > time.Hour {
		even, burst = rate.Inf, 1 // a day's texts need not be spread over the night
	}
	l := p.lanes[a.Key]
	if l == nil {
		l = &lane{even: rate.NewLimiter(even, burst), next: map[int]time.Time{}}
		p.lanes[a.Key] = l
	}
	if l.even.Limit() != even {
		l.even.SetLimit(even)
		l.even.SetBurst(burst)
	}
	return l
}

// later returns when a text that has to wait is due: each of a key's a little after the one before of the same priority, so that
// they do not all come back at once, and what is needed does not wait behind what is promotional. One that has waited in that
// line before is looked at again soon.
func (p *pacer) later(a Allowance, t Tracked, now time.Time) *wait {
	l := p.lane(a)
	p.mu.Lock()
	defer p.mu.Unlock()
	soon, apart := now.Add(time.Second), a.Until.Sub(a.From)/time.Duration(max(1, a.Count))
	if l.even.Limit() == rate.Inf {
		soon, apart = a.Until, 10*time.Millisecond
	}
	at := soon.Add(rand.N(10*apart + 1))
	if !t.Due.After(t.NotBefore) {
		if at = l.next[t.Priority()].Add(apart); at.Before(soon) {
			at = soon
		}
		l.next[t.Priority()] = at
	}
	return &wait{until: micro(at), reason: Step{
		Rule: "pace", Version: 1, Citation: a.Source, Fact: fmt.Sprintf("%d texts from %s until %s", a.Count, a.From.Format(time.RFC3339), a.Until.Format(time.RFC3339)),
		Says: Defer, Reason: "What the carriers take from the practice in this time is used up.",
	}}
}
