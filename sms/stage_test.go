package sms_test

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"
	"testing/synctest"
	"time"
)

// stage lets processes act one step at a time: each of their goroutines waits at its points until the director gives it its
// cue. Between two cues everything stands still, so a course of events is a list of choices and nothing else.
type stage struct {
	mu      sync.Mutex
	waiting []*cue
	moves   int // grows whenever anything happens
	busy    map[*process]bool
	bubble  bool // in a bubble of synctest; otherwise quiet is waited for
}

// process is what runs in one process, until it ends or crashes.
type process struct {
	stage *stage
	name  string
	stop  context.CancelFunc
	dead  bool
}

// cue is a goroutine of a process that waits at a point.
type cue struct {
	*process
	point string
	given chan error
}

// begin runs a process until its first point.
func (s *stage) begin(name string, run func(ctx context.Context, p *process)) *process {
	ctx, stop := context.WithCancel(context.Background())
	p := &process{stage: s, name: name, stop: stop}
	s.mu.Lock()
	s.busy[p] = true
	s.mu.Unlock()
	go func() {
		run(ctx, p)
		stop()
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.busy, p)
		s.moves++
	}()
	s.settle()
	return p
}

// wait is a point of a process. Its error is what the director wants to happen there.
func (p *process) wait(ctx context.Context, point string) error {
	s := p.stage
	s.mu.Lock()
	s.moves++
	if p.dead {
		s.mu.Unlock()
		return errCrash
	}
	c := &cue{process: p, point: point, given: make(chan error, 1)}
	s.waiting = append(s.waiting, c)
	s.mu.Unlock()
	select {
	case err := <-c.given:
		return err
	case <-ctx.Done(): // a request that takes too long
		s.mu.Lock()
		defer s.mu.Unlock()
		s.moves++
		s.waiting = slices.DeleteFunc(s.waiting, func(w *cue) bool { return w == c })
		return ctx.Err()
	}
}

// cues lists who waits, in an order that does not depend on who came first.
func (s *stage) cues() []*cue {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := slices.Clone(s.waiting)
	slices.SortFunc(all, func(a, b *cue) int {
		return cmp.Or(strings.Compare(a.name, b.name), strings.Compare(a.point, b.point))
	})
	return all
}

// running counts the processes whose names begin so.
func (s *stage) running(prefix string) (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for p := range s.busy {
		if strings.HasPrefix(p.name, prefix) {
			n++
		}
	}
	return n
}

// give lets a goroutine go on, and waits until everything stands still again.
func (s *stage) give(c *cue, err error) {
	s.mu.Lock()
	s.waiting = slices.DeleteFunc(s.waiting, func(w *cue) bool { return w == c })
	s.mu.Unlock()
	c.given <- err
	s.settle()
}

// crash ends a process where it stands: none of its goroutines does anything any more.
func (s *stage) crash(p *process) {
	s.mu.Lock()
	p.dead = true
	for _, c := range s.waiting {
		if c.process == p {
			c.given <- errCrash
		}
	}
	s.waiting = slices.DeleteFunc(s.waiting, func(w *cue) bool { return w.process == p })
	s.mu.Unlock()
	p.stop()
	s.settle()
}

// settle returns when everybody waits. Without a bubble that is when every process does, and nothing happens for a while: a
// request whose goroutine starts late is overlooked, and is then merely given its cue later.
func (s *stage) settle() {
	if s.bubble {
		synctest.Wait()
		return
	}
	for still, seen := 0, -1; still < 4; time.Sleep(500 * time.Microsecond) {
		s.mu.Lock()
		wait := map[*process]bool{}
		for _, c := range s.waiting {
			wait[c.process] = true
		}
		still++
		if len(wait) < len(s.busy) || s.moves != seen {
			still = 0
		}
		seen = s.moves
		s.mu.Unlock()
	}
}

// explore plays once for every course that there is, and returns how many those are. A play asks choose at each turn which of
// n things happens next.
func explore(play func(choose func(n int) int) error) (courses int, err error) {
	type turn struct{ taken, of int }
	var course []turn
	for {
		at := 0
		err := play(func(n int) int {
			if at == len(course) {
				course = append(course, turn{})
			}
			t := &course[at]
			t.of = n
			at++
			return min(t.taken, n-1)
		})
		courses++
		if err != nil {
			return courses, err
		}
		course = course[:at]
		for len(course) > 0 && course[len(course)-1].taken+1 >= course[len(course)-1].of {
			course = course[:len(course)-1]
		}
		if len(course) == 0 {
			return courses, nil
		}
		course[len(course)-1].taken++
	}
}
