package smstest

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/enamel-go/enamel/sms"
)

// task is a task that is due an hour later.
func task(id string) sms.Task {
	return sms.Task{
		Practice: practice, ID: id, Kind: sms.TaskReply, Number: number,
		Message: sms.MessageKey{Practice: practice, Provider: "twilio", ID: "m"}, Opened: start, Due: start.Add(time.Hour),
	}
}

// flagged is a message that speaks of health.
func flagged(id string) sms.Received {
	m := message(id)
	m.Body, m.Flag, m.Content = "it's \\ sore? ?0", sms.Health, sms.ContentHeld
	return m
}

func finish(id string, at time.Time) sms.Change {
	return sms.Change{Finish: &sms.Finish{Key: key(id), Outcome: sms.Handled, At: at}}
}

// tasks checks which tasks a query finds on one page.
func tasks(ctx context.Context, h Harness, q sms.TaskQuery, want string) error {
	if q.Practice == "" {
		q.Practice = practice
	}
	page, err := h.Store.Tasks(ctx, q)
	var found []string
	for _, t := range page.Tasks {
		found = append(found, t.ID)
	}
	return errors.Join(err, same("the tasks", strings.Join(found, " "), want))
}

func everyTaskField(ctx context.Context, h Harness) error {
	full := task("t-1")
	full.Kind, full.Patient, full.Subject, full.Text = sms.TaskAnswer, "p-1", "a-1", "x-1"
	full.Options = []sms.Option{{Subject: "a-1", Version: "7", Patient: "p-1"}, {Subject: "it's \\ ?0 👍"}}
	want := full
	want.Finished, want.Outcome = start.Add(time.Minute), sms.Handled
	if err := filled(reflect.ValueOf(want)); err != nil {
		return err
	}
	read := func(want sms.Task) error {
		got, err := h.Store.Task(ctx, key("t-1"))
		return errors.Join(err, same("the task", got, want))
	}
	return steps(
		func() error { return apply(ctx, h, with(1, sms.Change{Tasks: []sms.Task{full}})) },
		func() error { return read(full) },
		func() error {
			page, err := h.Store.Tasks(ctx, sms.TaskQuery{Practice: practice})
			return errors.Join(err, same("the page", page, sms.TaskPage{Tasks: []sms.Task{full}}))
		},
		func() error { return apply(ctx, h, with(2, finish("t-1", want.Finished))) },
		func() error { return read(want) },
		func() error { return logged(ctx, h, 2) },
	)
}

func taskOnce(ctx context.Context, h Harness) error {
	again := task("a")
	again.Kind = sms.TaskCorrection
	twice := sms.Change{Tasks: []sms.Task{task("b"), task("b")}}
	return steps(
		func() error { return apply(ctx, h, with(1, sms.Change{Tasks: []sms.Task{task("a")}})) },
		func() error {
			m := message("m")
			return made(ctx, h, with(2, sms.Change{Received: &m, Texts: []sms.Text{text("t")}, Tasks: []sms.Task{task("c"), again}}))
		},
		func() error { return made(ctx, h, with(3, twice)) },
		func() error { return tasks(ctx, h, sms.TaskQuery{}, "a") },
		func() error { return tasks(ctx, h, sms.TaskQuery{Kind: sms.TaskCorrection}, "") },
		func() error {
			got, err := h.Store.Received(ctx, sms.Query{Practice: practice})
			return errors.Join(err, same("the messages", len(got), 0))
		},
		func() error {
			if _, err := h.Store.Task(ctx, key("c")); !errors.Is(err, sms.ErrNotFound) {
				return fmt.Errorf("a task of a change that was not made: error %v, not ErrNotFound", err)
			}
			return nil
		},
		func() error { return logged(ctx, h, 1) },
	)
}

func taskFinished(ctx context.Context, h Harness) error {
	return steps(
		func() error { return made(ctx, h, with(1, finish("a", start))) },
		func() error { return apply(ctx, h, sms.Change{Tasks: []sms.Task{task("a"), task("b")}}) },
		func() error { return apply(ctx, h, with(2, finish("a", start))) },
		func() error { return made(ctx, h, with(3, finish("a", start.Add(time.Minute)))) },
		func() error { return tasks(ctx, h, sms.TaskQuery{}, "b") },
		func() error { return tasks(ctx, h, sms.TaskQuery{Number: number}, "b") },
		func() error {
			got, err := h.Store.Task(ctx, key("a"))
			return errors.Join(err, same("when it was finished", got.Finished, start))
		},
		func() error { return made(ctx, h, with(4, sms.Change{Tasks: []sms.Task{task("a")}})) },
		func() error { return logged(ctx, h, 1) },
	)
}

func taskPages(ctx context.Context, h Harness) error {
	for i, id := range []string{"c", "a", "B", "d"} {
		t := task(id)
		t.Due = start.Add(time.Duration(i/2) * time.Hour)
		if id == "d" {
			t.Number, t.Kind = "+12125550101", sms.TaskDoubt
		}
		foreign := t
		foreign.Practice = other
		if err := apply(ctx, h, sms.Change{Tasks: []sms.Task{t, foreign}}); err != nil {
			return err
		}
	}
	for _, c := range []struct {
		query sms.TaskQuery
		want  string
	}{
		{sms.TaskQuery{}, "a c B d"},
		{sms.TaskQuery{Practice: other}, "a c B d"},
		{sms.TaskQuery{Practice: "ash-street"}, ""},
		{sms.TaskQuery{Number: number}, "a c B"},
		{sms.TaskQuery{Kind: sms.TaskDoubt}, "d"},
		{sms.TaskQuery{Kind: sms.TaskDoubt, Number: number}, ""},
		{sms.TaskQuery{Due: start}, "a c"},
		{sms.TaskQuery{Due: start.Add(-time.Microsecond)}, ""},
	} {
		if err := tasks(ctx, h, c.query, c.want); err != nil {
			return err
		}
	}
	var found []string
	q := sms.TaskQuery{Practice: practice, Limit: 1}
	for range 6 {
		page, err := h.Store.Tasks(ctx, q)
		if err != nil || len(page.Tasks) > 1 {
			return fmt.Errorf("a page of one task has %d: %w", len(page.Tasks), err)
		}
		for _, t := range page.Tasks {
			found = append(found, t.ID)
		}
		if q.After = page.Next; q.After == "" {
			break
		}
	}
	if err := same("the tasks of all pages", strings.Join(found, " "), "a c B d"); err != nil {
		return err
	}
	for _, q := range []sms.TaskQuery{{}, {Practice: practice, Limit: -1}, {Practice: practice, Limit: 1001}, {Practice: practice, After: "x"}} {
		if _, err := h.Store.Tasks(ctx, q); !errors.Is(err, sms.ErrInvalid) {
			return fmt.Errorf("a query that is none: error %v, not ErrInvalid", err)
		}
	}
	return nil
}

func taskInvalid(ctx context.Context, h Harness) error {
	var changes []sms.Change
	for _, spoil := range []func(*sms.Task){
		func(t *sms.Task) { t.ID = "" },
		func(t *sms.Task) { t.ID = "text-a" },
		func(t *sms.Task) { t.Practice = "" },
		func(t *sms.Task) { t.Kind = "" },
		func(t *sms.Task) { t.Number = number + "\x00" },
		func(t *sms.Task) { t.Patient = "p\x00" },
		func(t *sms.Task) { t.Options = []sms.Option{{Subject: "a\xff"}} },
		func(t *sms.Task) { t.Finished = start },
	} {
		t := task("t")
		spoil(&t)
		changes = append(changes, sms.Change{Tasks: []sms.Task{t}})
	}
	unheld := flagged("m")
	unheld.Content = ""
	changes = append(changes, finish("", start), finish("t", time.Time{}), sms.Change{Received: &unheld},
		sms.Change{Dispose: &sms.Dispose{Message: unheld.Key(), As: sms.ContentHeld}})
	for i, c := range changes {
		_, err := h.Store.Apply(ctx, with(i, c))
		if !errors.Is(err, sms.ErrInvalid) {
			return fmt.Errorf("change %d that cannot be kept: error %v, not ErrInvalid", i, err)
		}
		if err := quiet(err, number, "sore"); err != nil {
			return err
		}
	}
	return logged(ctx, h, 0)
}

func contentApart(ctx context.Context, h Harness) error {
	m, plain, foreign := flagged("m"), message("n"), flagged("m")
	foreign.Provider, foreign.Body = "carrier", "another"
	want := m
	want.Body = ""
	held := func(k sms.MessageKey, want string) error {
		got, err := h.Store.Content(ctx, k)
		return errors.Join(err, same("what the message holds", got, want))
	}
	err := steps(
		func() error { return apply(ctx, h, with(1, sms.Change{Received: &m})) },
		func() error {
			got, err := h.Store.Received(ctx, sms.Query{Practice: practice})
			return errors.Join(err, same("the messages", got, []sms.Received{want}))
		},
		func() error { return apply(ctx, h, sms.Change{Received: &plain}) },
		func() error { return apply(ctx, h, sms.Change{Received: &foreign}) },
		func() error { return held(m.Key(), m.Body) },
		func() error { return held(foreign.Key(), foreign.Body) },
		func() error { return logged(ctx, h, 1) },
	)
	elsewhere := m.Key()
	elsewhere.Practice = other
	for _, k := range []sms.MessageKey{plain.Key(), elsewhere, {Practice: practice, Provider: "twilio", ID: "m\x00"}} {
		if _, missing := h.Store.Content(ctx, k); !errors.Is(missing, sms.ErrNotFound) {
			err = errors.Join(err, fmt.Errorf("what no message holds: error %v, not ErrNotFound", missing))
		}
	}
	return err
}

func disposed(ctx context.Context, h Harness) error {
	for i, as := range []sms.Content{sms.ContentFiled, sms.ContentDeleted} {
		m, kept := flagged("m-"+string(as)), flagged("n-"+string(as))
		m.From, kept.From = fmt.Sprintf("+12125550%03d", 200+i), number
		c := sms.Change{Dispose: &sms.Dispose{Message: m.Key(), As: as}, Finish: finish("t-"+string(as), start).Finish}
		want := m
		want.Body, want.Content = "", as
		err := steps(
			func() error { return made(ctx, h, with(10*i+1, c)) },
			func() error {
				return apply(ctx, h, sms.Change{Received: &m, Tasks: []sms.Task{task("t-" + string(as))}})
			},
			func() error { return apply(ctx, h, sms.Change{Received: &kept}) },
			func() error { // with a task that is not there
				away := finish("away", start)
				away.Dispose = &sms.Dispose{Message: kept.Key(), As: as}
				return made(ctx, h, with(10*i+6, away))
			},
			func() error { return apply(ctx, h, with(10*i+2, c)) },
			func() error { return made(ctx, h, with(10*i+3, c)) },
			func() error { return made(ctx, h, with(10*i+4, sms.Change{Dispose: c.Dispose})) },
			func() error {
				if _, err := h.Store.Content(ctx, m.Key()); !errors.Is(err, sms.ErrNotFound) {
					return fmt.Errorf("what was disposed of: error %v, not ErrNotFound", err)
				}
				return nil
			},
			func() error {
				got, err := h.Store.Received(ctx, sms.Query{Practice: practice, Number: m.From})
				return errors.Join(err, same("the message", got, []sms.Received{want}))
			},
			func() error { _, err := h.Store.Content(ctx, kept.Key()); return err },
			func() error { return tasks(ctx, h, sms.TaskQuery{}, "") },
			func() error { return logged(ctx, h, i+1) },
			func() error { return made(ctx, h, with(10*i+5, sms.Change{Received: &m})) },
			func() error { // the same message again brings nothing back
				if _, err := h.Store.Content(ctx, m.Key()); !errors.Is(err, sms.ErrNotFound) {
					return fmt.Errorf("what was disposed of came back: error %v", err)
				}
				return nil
			},
		)
		if err != nil {
			return err
		}
	}
	return nil
}

func before(ctx context.Context, h Harness) error {
	for i, id := range []string{"a", "b", "c"} {
		t, m := text(id), message(id)
		t.Created, m.At = start.Add(time.Duration(i)*time.Second), start.Add(time.Duration(i)*time.Second)
		if err := apply(ctx, h, sms.Change{Texts: []sms.Text{t}, Received: &m}); err != nil {
			return err
		}
	}
	for at, want := range map[time.Time]string{
		{}: "c b a", start.Add(2*time.Second + time.Microsecond): "c b a", start.Add(2 * time.Second): "b a", start: "",
	} {
		q := sms.Query{Practice: practice, Number: number, Before: at}
		page, err := h.Store.Texts(ctx, q)
		found, err2 := h.Store.Received(ctx, q)
		var messages []string
		for _, m := range found {
			messages = append(messages, m.ID)
		}
		if err := errors.Join(err, err2, same("the texts", ids(page.Texts), want), same("the messages", strings.Join(messages, " "), want)); err != nil {
			return err
		}
	}
	return nil
}

// stale is a decision that refuses a text because it cannot be of use.
func stale() sms.Decision {
	return sms.Decision{Verdict: sms.Refuse, Rule: "useful", Reason: "Too late.", Trail: []sms.Step{{Rule: "useful", Version: 1, Says: sms.Refuse}}}
}

// unready is a decision that refuses a text for want of an agreement.
func unready() sms.Decision {
	return sms.Decision{Verdict: sms.Refuse, Rule: "agreement", Reason: "No agreement.", Trail: []sms.Step{{Rule: "agreement", Version: 1, Says: sms.Refuse}}}
}

// dead queues a text, lets a worker claim it, and settles it so that a person has to look.
func dead(ctx context.Context, h Harness, id string, settle func(*sms.Settlement)) error {
	t := text(id)
	t.Patient, t.Subject, t.Version = "p-1", "a-1", "7"
	s := settlement("w", id, sms.Refused)
	settle(&s)
	return steps(
		func() error { return queue(ctx, h, t) },
		func() error { return claims(ctx, h, work("w"), id) },
		func() error { _, err := h.Queue.Settle(ctx, s); return err },
	)
}

func textTasks(ctx context.Context, h Harness) error {
	for _, c := range []struct {
		id     string
		kind   sms.TaskKind // empty: it needs nobody
		settle func(*sms.Settlement)
	}{
		{"a", sms.TaskReview, func(s *sms.Settlement) { s.State = sms.Review }},
		{"b", sms.TaskFailed, func(s *sms.Settlement) { s.State, s.Class = sms.Failed, sms.Filtered }},
		{"c", "", func(s *sms.Settlement) { s.State, s.Class = sms.Failed, sms.OptedOut }},
		{"d", sms.TaskStale, func(s *sms.Settlement) { s.Class, s.Decision = sms.Expired, stale() }},
		{"e", "", func(s *sms.Settlement) { s.Class, s.Decision = sms.Expired, decision("The patient said stop.") }},
		{"f", "", func(s *sms.Settlement) { s.Decision = decision("No consent is on record.") }},
		{"g", "", func(s *sms.Settlement) { s.State = sms.Sent }},
		{"h", sms.TaskUnready, func(s *sms.Settlement) { s.Class, s.Decision = sms.Unready, unready() }},
		{"i", "", func(s *sms.Settlement) { s.Class, s.Decision = sms.Unready, decision("The patient said stop.") }},
	} {
		if err := dead(ctx, h, c.id, c.settle); err != nil {
			return err
		}
		want := sms.Task{
			Practice: practice, ID: "text-" + c.id, Kind: c.kind, Patient: "p-1", Number: number, Text: c.id, Subject: "a-1",
			Opened: now, Due: start.Add(time.Hour),
		}
		got, err := h.Store.Task(ctx, key(want.ID))
		if c.kind == "" && errors.Is(err, sms.ErrNotFound) {
			if err := made(ctx, h, finish(want.ID, now)); err != nil {
				return err
			}
			continue
		}
		if err := errors.Join(err, same("the task", got, want)); err != nil {
			return err
		}
	}
	early := task("early")
	early.Due = start
	return steps(
		func() error { return apply(ctx, h, sms.Change{Tasks: []sms.Task{task("z"), early}}) },
		func() error { return tasks(ctx, h, sms.TaskQuery{}, "early text-a text-b text-d text-h z") },
		func() error { return tasks(ctx, h, sms.TaskQuery{Kind: sms.TaskStale}, "text-d") },
		func() error { return tasks(ctx, h, sms.TaskQuery{Kind: sms.TaskUnready}, "text-h") },
		func() error { return tasks(ctx, h, sms.TaskQuery{Number: "+12125550101"}, "") },
		func() error { return tasks(ctx, h, sms.TaskQuery{Practice: other}, "") },
		func() error { return tasks(ctx, h, sms.TaskQuery{Due: start}, "early") },
		func() error {
			q := sms.TaskQuery{Practice: practice, Limit: 1}
			var found []string
			for range 20 {
				page, err := h.Store.Tasks(ctx, q)
				if err != nil {
					return err
				}
				for _, t := range page.Tasks {
					found = append(found, t.ID)
				}
				if q.After = page.Next; q.After == "" {
					break
				}
			}
			return same("the tasks of all pages", strings.Join(found, " "), "early text-a text-b text-d text-h z")
		},
	)
}

func textTaskFinished(ctx context.Context, h Harness) error {
	failed := func(s *sms.Settlement) { s.State, s.Class = sms.Failed, sms.Filtered }
	later := work("w")
	later.Now = now.Add(time.Hour)
	again := settlement("w", "a", sms.Failed)
	return steps(
		func() error { return dead(ctx, h, "a", failed) },
		func() error { return dead(ctx, h, "b", failed) },
		func() error { return apply(ctx, h, with(1, finish("text-a", now))) },
		func() error { return made(ctx, h, with(2, finish("text-a", now))) },
		func() error { return tasks(ctx, h, sms.TaskQuery{}, "text-b") },
		func() error {
			got, err := h.Store.Task(ctx, key("text-a"))
			return errors.Join(err, same("when it was finished", got.Finished, now), same("how", got.Outcome, sms.Handled))
		},
		func() error {
			return apply(ctx, h, sms.Change{Requeue: &sms.Requeue{Key: key("a"), Due: later.Now}})
		},
		func() error { return tasks(ctx, h, sms.TaskQuery{}, "text-b") },
		func() error { return claims(ctx, h, later, "a") },
		func() error { return settle(ctx, h, again) },
		func() error { return tasks(ctx, h, sms.TaskQuery{}, "text-a text-b") },
		func() error { return apply(ctx, h, with(3, finish("text-a", later.Now))) },
		func() error { return logged(ctx, h, 2) },
	)
}

func resolvedTask(ctx context.Context, h Harness) error {
	review := func(s *sms.Settlement) { s.State = sms.Review }
	c := finish("text-a", now)
	c.Resolve = &sms.Resolve{Key: key("a"), State: sms.Failed}
	return steps(
		func() error { return dead(ctx, h, "a", review) },
		func() error { return apply(ctx, h, with(1, c)) },
		func() error { return in(ctx, h, key("a"), sms.Failed) },
		func() error { return tasks(ctx, h, sms.TaskQuery{}, "") },
		func() error { return made(ctx, h, with(2, c)) },
		func() error { return dead(ctx, h, "b", review) },
		func() error {
			return apply(ctx, h, with(3, sms.Change{Resolve: &sms.Resolve{Key: key("b"), State: sms.Sent}}))
		},
		func() error { return tasks(ctx, h, sms.TaskQuery{}, "") },
		func() error { return logged(ctx, h, 2) },
	)
}
