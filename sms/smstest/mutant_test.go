package smstest_test

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/audit/auditmem"
	"github.com/enamel-go/enamel/sms"
	"github.com/enamel-go/enamel/sms/smsmem"
	"github.com/enamel-go/enamel/sms/smstest"
)

// store is a good store with one thing done wrong. A nil function does it right.
type store struct {
	*smsmem.Store
	entries   *auditmem.Store
	apply     func(context.Context, sms.Change) (bool, error)
	text      func(context.Context, sms.Key) (sms.Tracked, error)
	texts     func(context.Context, sms.Query) (sms.Page, error)
	decisions func(context.Context, sms.Key) ([]sms.Decision, error)
	received  func(context.Context, sms.Query) ([]sms.Received, error)
	known     func(context.Context, sms.MessageKey) (bool, error)
	content   func(context.Context, sms.MessageKey) (string, error)
	task      func(context.Context, sms.Key) (sms.Task, error)
	tasks     func(context.Context, sms.TaskQuery) (sms.TaskPage, error)
	sender    func(ctx context.Context, practice, number string) (sms.Sender, error)
	route     func(ctx context.Context, number string) (string, error)
	claim     func(context.Context, sms.Claim) ([]sms.Tracked, error)
	doubt     func(context.Context, sms.Claim) ([]sms.Tracked, error)
	settle    func(context.Context, sms.Settlement) (bool, error)
	many      func(context.Context, ...sms.Settlement) ([]bool, error)
	take      func(context.Context, sms.Allowance, int) (int, error)
}

func (s *store) Apply(ctx context.Context, c sms.Change) (bool, error) {
	if s.apply == nil {
		return s.Store.Apply(ctx, c)
	}
	return s.apply(ctx, c)
}

func (s *store) Text(ctx context.Context, k sms.Key) (sms.Tracked, error) {
	if s.text == nil {
		return s.Store.Text(ctx, k)
	}
	return s.text(ctx, k)
}

func (s *store) Texts(ctx context.Context, q sms.Query) (sms.Page, error) {
	if s.texts == nil {
		return s.Store.Texts(ctx, q)
	}
	return s.texts(ctx, q)
}

func (s *store) Decisions(ctx context.Context, k sms.Key) ([]sms.Decision, error) {
	if s.decisions == nil {
		return s.Store.Decisions(ctx, k)
	}
	return s.decisions(ctx, k)
}

func (s *store) Received(ctx context.Context, q sms.Query) ([]sms.Received, error) {
	if s.received == nil {
		return s.Store.Received(ctx, q)
	}
	return s.received(ctx, q)
}

func (s *store) Known(ctx context.Context, k sms.MessageKey) (bool, error) {
	if s.known == nil {
		return s.Store.Known(ctx, k)
	}
	return s.known(ctx, k)
}

func (s *store) Content(ctx context.Context, k sms.MessageKey) (string, error) {
	if s.content == nil {
		return s.Store.Content(ctx, k)
	}
	return s.content(ctx, k)
}

func (s *store) Task(ctx context.Context, k sms.Key) (sms.Task, error) {
	if s.task == nil {
		return s.Store.Task(ctx, k)
	}
	return s.task(ctx, k)
}

func (s *store) Tasks(ctx context.Context, q sms.TaskQuery) (sms.TaskPage, error) {
	if s.tasks == nil {
		return s.Store.Tasks(ctx, q)
	}
	return s.tasks(ctx, q)
}

func (s *store) Sender(ctx context.Context, practice, number string) (sms.Sender, error) {
	if s.sender == nil {
		return s.Store.Sender(ctx, practice, number)
	}
	return s.sender(ctx, practice, number)
}

func (s *store) Route(ctx context.Context, number string) (string, error) {
	if s.route == nil {
		return s.Store.Route(ctx, number)
	}
	return s.route(ctx, number)
}

func (s *store) Claim(ctx context.Context, c sms.Claim) ([]sms.Tracked, error) {
	if s.claim == nil {
		return s.Store.Claim(ctx, c)
	}
	return s.claim(ctx, c)
}

func (s *store) Doubt(ctx context.Context, c sms.Claim) ([]sms.Tracked, error) {
	if s.doubt == nil {
		return s.Store.Doubt(ctx, c)
	}
	return s.doubt(ctx, c)
}

func (s *store) Settle(ctx context.Context, settlements ...sms.Settlement) ([]bool, error) {
	if s.many != nil {
		return s.many(ctx, settlements...)
	}
	if s.settle == nil {
		return s.Store.Settle(ctx, settlements...)
	}
	done := make([]bool, len(settlements))
	var failed []error
	for i, v := range settlements {
		var err error
		done[i], err = s.settle(ctx, v)
		failed = append(failed, err)
	}
	return done, errors.Join(failed...)
}

func (s *store) Take(ctx context.Context, a sms.Allowance, want int) (int, error) {
	if s.take == nil {
		return s.Store.Take(ctx, a, want)
	}
	return s.take(ctx, a, want)
}

// single is what became of one settlement.
func single(done []bool, err error) (bool, error) { return len(done) == 1 && done[0], err }

// The ways to break a store: change what it is given, or what it gives.

func changing(f func(*sms.Change)) func(*store) {
	return func(s *store) {
		s.apply = func(ctx context.Context, c sms.Change) (bool, error) {
			c.Texts, c.Leaves = slices.Clone(c.Texts), slices.Clone(c.Leaves)
			f(&c)
			return s.Store.Apply(ctx, c)
		}
	}
}

func changingTexts(f func(*sms.Text)) func(*store) {
	return changing(func(c *sms.Change) {
		for i := range c.Texts {
			f(&c.Texts[i])
		}
	})
}

func changingMessage(f func(*sms.Received)) func(*store) {
	return changing(func(c *sms.Change) {
		if c.Received != nil {
			m := *c.Received
			f(&m)
			c.Received = &m
		}
	})
}

func reading(f func(*sms.Tracked)) func(*store) {
	return func(s *store) {
		s.text = func(ctx context.Context, k sms.Key) (sms.Tracked, error) {
			t, err := s.Store.Text(ctx, k)
			f(&t)
			return t, err
		}
	}
}

func asking(f func(*sms.Query)) func(*store) {
	return func(s *store) {
		s.texts = func(ctx context.Context, q sms.Query) (sms.Page, error) { f(&q); return s.Store.Texts(ctx, q) }
		s.received = func(ctx context.Context, q sms.Query) ([]sms.Received, error) {
			f(&q)
			return s.Store.Received(ctx, q)
		}
	}
}

func receiving(f func(*sms.Query)) func(*store) {
	return func(s *store) {
		s.received = func(ctx context.Context, q sms.Query) ([]sms.Received, error) { f(&q); return s.Store.Received(ctx, q) }
	}
}

// knowing looks for a message among all of the practice's.
func knowing(is func(sms.MessageKey, sms.Received) bool) func(*store) {
	return func(s *store) {
		s.known = func(ctx context.Context, k sms.MessageKey) (bool, error) {
			all, err := s.Store.Received(ctx, sms.Query{Practice: k.Practice})
			if errors.Is(err, sms.ErrInvalid) {
				return false, nil // no practice of that name
			}
			return slices.ContainsFunc(all, func(m sms.Received) bool { return is(k, m) }), err
		}
	}
}

func paging(f func(*sms.Page)) func(*store) {
	return func(s *store) {
		s.texts = func(ctx context.Context, q sms.Query) (sms.Page, error) {
			p, err := s.Store.Texts(ctx, q)
			f(&p)
			return p, err
		}
	}
}

// picking asks for more texts than it was asked for, and fills its pages with those that it picks.
func picking(f func(*sms.Query) func(sms.Tracked) bool) func(*store) {
	return func(s *store) {
		s.texts = func(ctx context.Context, q sms.Query) (sms.Page, error) {
			limit, picks := cmp.Or(q.Limit, 100), f(&q)
			var page sms.Page
			for q.Limit = 1; ; {
				p, err := s.Store.Texts(ctx, q)
				if len(p.Texts) == 1 && picks(p.Texts[0]) {
					page.Texts = append(page.Texts, p.Texts[0])
				}
				page.Next, q.After = p.Next, p.Next
				if err != nil || q.After == "" || len(page.Texts) == limit {
					return page, err
				}
			}
		}
	}
}

func working(f func(*sms.Claim)) func(*store) {
	return func(s *store) {
		s.claim = func(ctx context.Context, c sms.Claim) ([]sms.Tracked, error) { f(&c); return s.Store.Claim(ctx, c) }
		s.doubt = func(ctx context.Context, c sms.Claim) ([]sms.Tracked, error) { f(&c); return s.Store.Doubt(ctx, c) }
	}
}

func doubting(f func(*sms.Claim)) func(*store) {
	return func(s *store) {
		s.doubt = func(ctx context.Context, c sms.Claim) ([]sms.Tracked, error) { f(&c); return s.Store.Doubt(ctx, c) }
	}
}

func taking(f func(*sms.Allowance)) func(*store) {
	return func(s *store) {
		s.take = func(ctx context.Context, a sms.Allowance, want int) (int, error) {
			f(&a)
			return s.Store.Take(ctx, a, want)
		}
	}
}

func claiming(f func([]sms.Tracked) []sms.Tracked) func(*store) {
	return func(s *store) {
		s.claim = func(ctx context.Context, c sms.Claim) ([]sms.Tracked, error) {
			texts, err := s.Store.Claim(ctx, c)
			return f(texts), err
		}
	}
}

func settling(f func(*sms.Settlement)) func(*store) {
	return func(s *store) {
		s.settle = func(ctx context.Context, v sms.Settlement) (bool, error) {
			v.Leaves = slices.Clone(v.Leaves)
			f(&v)
			return single(s.Store.Settle(ctx, v))
		}
	}
}

// renamed gives entries other ids, so that none of them is refused.
func renamed(leaves []audit.Leaf) {
	for i := range leaves {
		leaves[i].ID += "'"
	}
}

func TestMutantsAreCaught(t *testing.T) {
	cases := map[string]smstest.Case{}
	for _, c := range append(smstest.Cases(), smstest.QueueCases()...) {
		cases[c.Name] = c
	}
	catches := map[string]bool{}
	for _, m := range mutants() {
		t.Run(m.name, func(t *testing.T) {
			c, ok := cases[m.caughtBy]
			require.True(t, ok, "there is no case %q", m.caughtBy)
			catches[m.caughtBy] = true
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			defer cancel()
			require.Error(t, check(ctx, c, m.breaks))
			require.NoError(t, check(ctx, c, func(*store) {}), "the good store fails too")
		})
	}
	for name := range cases {
		require.True(t, catches[name], "no mutant shows what the case %q is good for", name)
	}
}

func check(ctx context.Context, c smstest.Case, breaks func(*store)) error {
	entries := auditmem.New()
	s := &store{Store: smsmem.New(entries, nil), entries: entries}
	breaks(s)
	return c.Check(ctx, smstest.Harness{Store: s, Queue: s, Router: s, Entries: entries})
}

type mutant struct {
	name, caughtBy string
	breaks         func(*store)
}

func mutants() []mutant {
	return slices.Concat(storeMutants(), queueMutants(), taskMutants())
}
