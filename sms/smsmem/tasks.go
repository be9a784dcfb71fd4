package smsmem

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/enamel-go/enamel/sms"
	"github.com/enamel-go/enamel/sms/internal/input"
)

// settled names the task of a text that was finished: the text may become another task later.
type settled struct {
	key    sms.Key
	opened time.Time
}

// tasksApply reports whether what a change does with tasks and flagged messages can be done.
func (s *Store) tasksApply(c sms.Change) bool {
	fresh := map[sms.Key]bool{}
	for _, t := range c.Tasks {
		if _, taken := s.tasks[t.Key()]; taken || fresh[t.Key()] {
			return false
		}
		fresh[t.Key()] = true
	}
	if d := c.Dispose; d != nil {
		if _, held := s.held[d.Message]; !held {
			return false
		}
	}
	if c.Finish == nil {
		return true
	}
	resolved := map[sms.Key]sms.State{}
	if c.Resolve != nil {
		resolved[c.Resolve.Key] = c.Resolve.State
	}
	t, ok := s.task(c.Finish.Key, resolved)
	return ok && t.Finished.IsZero()
}

// writeTasks makes the part of a change that applies which is about tasks and flagged messages.
func (s *Store) writeTasks(c sms.Change) {
	if f := c.Finish; f != nil {
		if t, ok := s.task(f.Key, nil); ok {
			t.Finished, t.Outcome = f.At, f.Outcome
			if _, derived := input.TextOf(f.Key.ID); derived {
				s.settled[settled{f.Key, t.Opened}] = t
			} else {
				s.tasks[f.Key] = t
			}
		}
	}
	for _, t := range c.Tasks {
		s.tasks[t.Key()] = t
	}
	if d := c.Dispose; d != nil {
		delete(s.held, d.Message)
		k := d.Message
		m := s.messages[k]
		m.Content = d.As
		s.messages[k] = m
	}
}

// task returns a task, with texts taken to be in the states that a change brings them to.
func (s *Store) task(k sms.Key, states map[sms.Key]sms.State) (sms.Task, bool) {
	id, derived := input.TextOf(k.ID)
	if !derived {
		t, ok := s.tasks[k]
		t.Options = slices.Clone(t.Options)
		return t, ok
	}
	i := s.texts[sms.Key{Practice: k.Practice, ID: id}]
	if i == nil {
		return sms.Task{}, false
	}
	text := i.Tracked
	text.State = cmp.Or(states[text.Key()], text.State)
	t, ok := text.Task()
	if ended, known := s.settled[settled{k, t.Opened}]; ok && known {
		t.Finished, t.Outcome = ended.Finished, ended.Outcome
	}
	return t, ok
}

// Content implements [sms.Store].
func (s *Store) Content(ctx context.Context, k sms.MessageKey) (string, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if body, ok := s.held[k]; ok {
		return body, ctx.Err()
	}
	return "", cmp.Or(ctx.Err(), error(sms.ErrNotFound))
}

// Task implements [sms.Store].
func (s *Store) Task(ctx context.Context, k sms.Key) (sms.Task, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if t, ok := s.task(k, nil); ok {
		return t, ctx.Err()
	}
	return sms.Task{}, cmp.Or(ctx.Err(), error(sms.ErrNotFound))
}

// Tasks implements [sms.Store].
func (s *Store) Tasks(ctx context.Context, q sms.TaskQuery) (sms.TaskPage, error) {
	limit, after, err := input.TaskQuery(q)
	if err != nil {
		return sms.TaskPage{}, err
	}
	q.Due = input.Instant(q.Due)
	s.mu.RLock()
	defer s.mu.RUnlock()
	var keys []sms.Key
	for k := range s.tasks {
		keys = append(keys, k)
	}
	for _, i := range s.texts {
		if t, ok := i.Task(); ok {
			keys = append(keys, t.Key())
		}
	}
	var found []sms.Task
	for _, k := range keys {
		t, ok := s.task(k, nil)
		if ok && t.Finished.IsZero() && t.Practice == q.Practice && (q.Kind == "" || t.Kind == q.Kind) && (q.Number == "" || t.Number == q.Number) &&
			(q.Due.IsZero() || !t.Due.After(q.Due)) && (after == nil || input.DueOf(t).Compare(*after) > 0) {
			found = append(found, t)
		}
	}
	slices.SortFunc(found, func(a, b sms.Task) int { return input.DueOf(a).Compare(input.DueOf(b)) })
	page := sms.TaskPage{Tasks: found[:min(len(found), limit)]}
	if len(found) > limit {
		page.Next = input.DueOf(found[limit-1]).Next()
	}
	return page, ctx.Err()
}
