package smstest_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/enamel-go/enamel/sms"
)

func finding(f func(*sms.TaskPage)) func(*store) {
	return func(s *store) {
		s.tasks = func(ctx context.Context, q sms.TaskQuery) (sms.TaskPage, error) {
			p, err := s.Store.Tasks(ctx, q)
			f(&p)
			return p, err
		}
	}
}

func seeking(f func(*sms.TaskQuery)) func(*store) {
	return func(s *store) {
		s.tasks = func(ctx context.Context, q sms.TaskQuery) (sms.TaskPage, error) { f(&q); return s.Store.Tasks(ctx, q) }
	}
}

func changingTasks(f func(*sms.Task)) func(*store) {
	return changing(func(c *sms.Change) {
		c.Tasks = slices.Clone(c.Tasks)
		for i := range c.Tasks {
			f(&c.Tasks[i])
		}
	})
}

// always makes a change that does not apply without what is in its way.
func always(without func(*sms.Change)) func(*store) {
	return func(s *store) {
		s.apply = func(ctx context.Context, c sms.Change) (bool, error) {
			written, err := s.Store.Apply(ctx, c)
			if err == nil && !written {
				if without(&c); c.Received != nil || len(c.Tasks) > 0 || c.Finish != nil || c.Dispose != nil || c.Resolve != nil {
					return s.Store.Apply(ctx, c)
				}
			}
			return written, err
		}
	}
}

func taskMutants() []mutant {
	const (
		field     = "every field of a task survives"
		once      = "a task is opened once, or its change is not made"
		finished  = "a task is finished once, and open no more"
		pages     = "tasks come by when they are due, page by page"
		invalid   = "what cannot be kept of tasks and flagged messages is refused"
		apart     = "what a flagged message holds is kept apart"
		disposed  = "what a flagged message holds is disposed of once, and the message stays"
		texts     = "texts that need a person are tasks"
		textsDone = "a text's task is finished once, and is another when it fails again"
	)
	return []mutant{
		{"forgets whom a task is about", field, changingTasks(func(t *sms.Task) { t.Patient = "" })},
		{"forgets the second option", field, changingTasks(func(t *sms.Task) { t.Options = t.Options[:min(1, len(t.Options))] })},
		{"forgets what came of a task", field, func(s *store) {
			s.task = func(ctx context.Context, k sms.Key) (sms.Task, error) {
				t, err := s.Store.Task(ctx, k)
				t.Outcome = ""
				return t, err
			}
		}},
		{"makes the rest of a change whose task is there", once, always(func(c *sms.Change) { c.Tasks = nil })},
		{"opens one of two tasks with one id", once, changing(func(c *sms.Change) {
			c.Tasks = slices.CompactFunc(slices.Clone(c.Tasks), func(a, b sms.Task) bool { return a.ID == b.ID })
		})},
		{"finishes twice", finished, func(s *store) {
			s.apply = func(ctx context.Context, c sms.Change) (bool, error) {
				written, err := s.Store.Apply(ctx, c)
				return written || c.Finish != nil, err
			}
		}},
		{"finishes nothing", finished, func(s *store) {
			s.apply = func(ctx context.Context, c sms.Change) (bool, error) {
				if c.Finish != nil && c.Dispose == nil {
					return true, s.entries.Append(ctx, c.Leaves...)
				}
				return s.Store.Apply(ctx, c)
			}
		}},
		{"ignores the number of tasks", pages, seeking(func(q *sms.TaskQuery) { q.Number = "" })},
		{"ignores the kind of tasks", pages, seeking(func(q *sms.TaskQuery) { q.Kind = "" })},
		{"ignores when tasks are due", pages, seeking(func(q *sms.TaskQuery) { q.Due = time.Time{} })},
		{"leaves out what is due now", pages, seeking(func(q *sms.TaskQuery) {
			if !q.Due.IsZero() {
				q.Due = q.Due.Add(-time.Microsecond)
			}
		})},
		{"sorts tasks by a language's rules", pages, finding(func(p *sms.TaskPage) {
			slices.SortStableFunc(p.Tasks, func(a, b sms.Task) int { return strings.Compare(strings.ToLower(a.ID), strings.ToLower(b.ID)) })
		})},
		{"has one page of tasks", pages, finding(func(p *sms.TaskPage) { p.Next = "" })},
		{"takes any practice's tasks", pages, func(s *store) {
			s.tasks = func(ctx context.Context, q sms.TaskQuery) (sms.TaskPage, error) {
				p, err := s.Store.Tasks(ctx, q)
				if len(p.Tasks) == 0 && q.Practice == "ash-street" {
					q.Practice = "elm-street"
					return s.Store.Tasks(ctx, q)
				}
				return p, err
			}
		}},
		{"keeps what a vendor makes up as a text's task", invalid, changingTasks(func(t *sms.Task) { t.ID = strings.TrimPrefix(t.ID, "text-") })},
		{"takes a flagged message for any other", apart, changingMessage(func(m *sms.Received) { m.Flag, m.Content = "", "" })},
		{"returns what a flagged message holds with it", apart, func(s *store) {
			s.received = func(ctx context.Context, q sms.Query) ([]sms.Received, error) {
				found, err := s.Store.Received(ctx, q)
				for i := range found {
					if body, err := s.Store.Content(ctx, found[i].Key()); err == nil {
						found[i].Body = body
					}
				}
				return found, err
			}
		}},
		{"holds the content of all providers' messages as one", apart, func(s *store) {
			s.content = func(ctx context.Context, k sms.MessageKey) (string, error) {
				k.Provider = "twilio"
				return s.Store.Content(ctx, k)
			}
		}},
		{"takes content that was disposed of for empty", disposed, func(s *store) {
			s.content = func(ctx context.Context, k sms.MessageKey) (string, error) {
				body, err := s.Store.Content(ctx, k)
				if errors.Is(err, sms.ErrNotFound) {
					err = nil
				}
				return body, err
			}
		}},
		{"keeps what it was to destroy", disposed, func(s *store) {
			held := map[sms.MessageKey]string{}
			s.apply = func(ctx context.Context, c sms.Change) (bool, error) {
				if c.Received != nil && c.Received.Flag != "" {
					held[c.Received.Key()] = c.Received.Body
				}
				return s.Store.Apply(ctx, c)
			}
			s.content = func(ctx context.Context, k sms.MessageKey) (string, error) {
				body, err := s.Store.Content(ctx, k)
				if kept, ok := held[k]; ok && err != nil {
					return kept, nil
				}
				return body, err
			}
		}},
		{"disposes of a task that is not there", disposed, always(func(c *sms.Change) { c.Finish = nil })},
		{"says of all content that it was deleted", disposed, changing(func(c *sms.Change) {
			if c.Dispose != nil {
				c.Dispose = &sms.Dispose{Message: c.Dispose.Message, As: sms.ContentDeleted}
			}
		})},
		{"reads from a moment on", "texts and messages can be asked for up to a moment", asking(func(q *sms.Query) { q.Before = time.Time{} })},
		{"takes every refusal for a stale one", texts, func(s *store) {
			s.task = func(ctx context.Context, k sms.Key) (sms.Task, error) {
				t, err := s.Store.Task(ctx, k)
				if errors.Is(err, sms.ErrNotFound) {
					return sms.Task{Practice: k.Practice, ID: k.ID, Kind: sms.TaskStale}, nil
				}
				return t, err
			}
		}},
		{"finds what lacked something among what came too late", texts, seeking(func(q *sms.TaskQuery) {
			if q.Kind == sms.TaskUnready {
				q.Kind = sms.TaskStale
			}
		})},
		{"lists no texts", texts, finding(func(p *sms.TaskPage) {
			p.Tasks = slices.DeleteFunc(p.Tasks, func(t sms.Task) bool { return t.Text != "" })
		})},
		{"takes a text's task for finished for ever", textsDone, func(s *store) {
			done := map[string]bool{}
			s.apply = func(ctx context.Context, c sms.Change) (bool, error) {
				if c.Finish != nil {
					done[c.Finish.Key.ID] = true
				}
				return s.Store.Apply(ctx, c)
			}
			s.tasks = func(ctx context.Context, q sms.TaskQuery) (sms.TaskPage, error) {
				p, err := s.Store.Tasks(ctx, q)
				p.Tasks = slices.DeleteFunc(p.Tasks, func(t sms.Task) bool { return done[t.ID] })
				return p, err
			}
		}},
		{"resolves a text whose task is finished", "a text in review is resolved with its task", changing(func(c *sms.Change) {
			if c.Resolve != nil {
				c.Finish = nil
			}
		})},
	}
}
