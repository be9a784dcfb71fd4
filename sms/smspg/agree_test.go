package smspg_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/audit/auditmem"
	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/sms"
	"github.com/enamel-go/enamel/sms/smsmem"
)

// The world of the model is small, so that its operations meet.
var (
	practices = []string{elm, "Elm-street"}
	numbers   = []string{patient, "+12125550101"}
	names     = []string{"a", "A", "b", "c'?", "d\\", "é"}
	workers   = []string{"v", "w"}
	soon      = []time.Duration{0, time.Second, time.Minute, 5 * time.Minute}
)

// TestMemoryAndPostgresAgree gives both stores the same random operations. The store in memory is the model. Leases and
// waits are either over at once or never, so that the clocks of the two do not matter.
func TestMemoryAndPostgresAgree(t *testing.T) {
	c := open(t, 2)
	rapid.Check(t, func(rt *rapid.T) {
		c.empty(rt)
		logged := auditmem.New()
		m := &model{clinic: c, memory: smsmem.New(logged, nil), logged: logged}
		rt.Repeat(map[string]func(*rapid.T){
			"apply":  m.apply,
			"claim":  m.claim,
			"doubt":  m.doubt,
			"settle": m.settle,
			"":       func(*rapid.T) {},
		})
		m.compare(rt)
	})
}

type model struct {
	*clinic
	memory  *smsmem.Store
	logged  *auditmem.Store
	entries int
}

func draw[T any](rt *rapid.T, label string, from []T) T {
	return rapid.SampledFrom(from).Draw(rt, label)
}

func drawKey(rt *rapid.T) sms.Key {
	return sms.Key{Practice: draw(rt, "practice", practices), ID: draw(rt, "id", names)}
}

func drawDecision(rt *rapid.T) sms.Decision {
	return draw(rt, "decision", []sms.Decision{
		{},
		{Verdict: sms.Refuse, Reason: "It's \\ late?", Trail: []sms.Step{{Rule: "hours", Version: 2, Fact: "?0 😀", Says: sms.Refuse}}},
		{Verdict: sms.Defer, Until: start.Add(time.Hour)},
		{Verdict: sms.Refuse, Rule: "useful", Reason: "Too late.", Trail: []sms.Step{{Rule: "useful", Version: 1, Says: sms.Refuse}}},
		{Verdict: sms.Refuse, Rule: "agreement", Reason: "None.", Trail: []sms.Step{{Rule: "agreement", Version: 1, Says: sms.Refuse}}},
	})
}

// leaves returns no entry, a new one, or rarely one whose id is taken by other bytes.
func (m *model) leaves(rt *rapid.T, practice string) []audit.Leaf {
	n := rapid.IntRange(0, 9).Draw(rt, "entry")
	if n == 0 {
		return nil
	}
	m.entries++
	id := m.entries
	if n == 1 && id > 1 {
		id--
	}
	return []audit.Leaf{{
		ID: fmt.Sprintf("01920000-0000-7000-8000-%012d", id), Practice: practice, At: start,
		Actor: audit.Actor{Kind: audit.System, ID: "test"}, Action: "sms.test", Outcome: audit.Done, Term: audit.SixYears,
		Bytes: fmt.Appendf(nil, "entry %d", m.entries), MAC: []byte{1},
	}}
}

func drawText(rt *rapid.T, practice string) sms.Text {
	created := start.Add(draw(rt, "created", soon))
	return sms.Text{
		ID: draw(rt, "id", names), Practice: practice, Patient: draw(rt, "patient", []string{"", "p-1"}),
		Kind: draw(rt, "kind", []sms.Kind{sms.Ordinary, sms.Ordinary, sms.ConfirmRequest, sms.StopAnswer, sms.HelpAnswer}),
		To:   draw(rt, "to", numbers), From: ours, Provider: "twilio", Category: draw(rt, "category", consent.Categories()),
		Body: rapid.SampledFrom([]string{"", "Hi", "?0 '\\ 🦷"}).Draw(rt, "body"), Created: created,
		NotBefore: created.Add(draw(rt, "not before", soon)), LastUseful: created.Add(time.Hour),
		Subjects: draw(rt, "subjects", [][]sms.Subject{nil, nil, {{Appointment: "a-1", Version: "1"}, {Appointment: "é", Patient: "p-2", Start: start}}}),
	}
}

func (m *model) apply(rt *rapid.T) {
	k := drawKey(rt)
	c := sms.Change{Leaves: m.leaves(rt, k.Practice)}
	number := draw(rt, "number", numbers)
	parts := rapid.IntRange(1, 1023).Draw(rt, "parts")
	if rapid.IntRange(0, 3).Draw(rt, "one part") > 0 {
		parts = 1 << rapid.IntRange(0, 9).Draw(rt, "part")
	}
	if parts&1 != 0 {
		for range rapid.IntRange(1, 3).Draw(rt, "texts") {
			c.Texts = append(c.Texts, drawText(rt, k.Practice))
		}
	}
	if parts&2 != 0 {
		c.Received = &sms.Received{
			Inbound: sms.Inbound{
				Provider: draw(rt, "provider", []string{"twilio", "carrier"}), ID: draw(rt, "message", names), From: number,
				To: ours, Body: "STOP", Media: 1,
			},
			Practice: k.Practice, At: start.Add(draw(rt, "at", soon)), Word: "stop",
		}
	}
	if parts&4 != 0 {
		c.Stop = &sms.Stop{Practice: k.Practice, Number: number, Decision: drawDecision(rt)}
	}
	if parts&8 != 0 {
		c.Cancel = &sms.Cancel{Key: k, Decision: drawDecision(rt)}
	}
	if parts&16 != 0 {
		c.Receipt = &sms.Delivered{
			Key: drawKey(rt), ProviderID: draw(rt, "provider id", []string{"", "SM1", "SM2"}), Status: drawStatus(rt),
			Code: draw(rt, "code", []string{"", "30003"}), Class: draw(rt, "class", []sms.Class{"", sms.BadNumber}),
			Seen: draw(rt, "seen", []*sms.Seen{nil, nil, {State: sms.Sent}, {State: sms.Queued}, {State: sms.Doubtful, Delivery: sms.StatusSent}}),
		}
	}
	if parts&32 != 0 {
		c.Resolve = &sms.Resolve{Key: drawKey(rt), State: draw(rt, "resolved", []sms.State{sms.Sent, sms.Failed, sms.Queued})}
	}
	if parts&64 != 0 {
		c.Sender = &sms.Sender{
			Practice: k.Practice, Number: draw(rt, "sender", []string{ours, "+12125550198"}), Provider: "twilio",
			Name: draw(rt, "name", names), Zone: "America/New_York",
		}
	}
	m.desk(rt, &c, k, number, parts)
	want, err := m.memory.Apply(context.Background(), c)
	got, err2 := m.store.Apply(context.Background(), c)
	agree(rt, want, got, err, err2)
}

// desk adds what a change does with tasks and flagged messages.
func (m *model) desk(rt *rapid.T, c *sms.Change, k sms.Key, number string, parts int) {
	if c.Received != nil && rapid.Bool().Draw(rt, "flagged") {
		c.Received.Flag, c.Received.Content = sms.Health, sms.ContentHeld
	}
	if parts&128 != 0 {
		for range rapid.IntRange(1, 2).Draw(rt, "tasks") {
			c.Tasks = append(c.Tasks, sms.Task{
				Practice: k.Practice, ID: draw(rt, "task", names), Kind: draw(rt, "task kind", []sms.TaskKind{sms.TaskReply, sms.TaskAnswer}),
				Number: number, Opened: start, Due: start.Add(draw(rt, "task due", soon)),
			})
		}
	}
	if parts&256 != 0 {
		id := draw(rt, "finished", names)
		if rapid.Bool().Draw(rt, "of a text") {
			id = "text-" + id
		}
		c.Finish = &sms.Finish{Key: sms.Key{Practice: k.Practice, ID: id}, Outcome: sms.Handled, At: start}
	}
	if parts&512 != 0 {
		c.Dispose = &sms.Dispose{Message: drawMessage(rt, k.Practice), As: draw(rt, "as", []sms.Content{sms.ContentFiled, sms.ContentDeleted})}
	}
}

func drawMessage(rt *rapid.T, practice string) sms.MessageKey {
	return sms.MessageKey{Practice: practice, Provider: draw(rt, "provider", []string{"twilio", "carrier"}), ID: draw(rt, "message", names)}
}

func drawStatus(rt *rapid.T) sms.Status {
	return draw(rt, "status", []sms.Status{"", "odd", sms.StatusAccepted, sms.StatusSent, sms.StatusUndelivered, sms.StatusFailed, sms.StatusDelivered})
}

func drawClaim(rt *rapid.T) sms.Claim {
	over := []time.Duration{time.Nanosecond, time.Hour}
	return sms.Claim{
		Worker: draw(rt, "worker", workers), Now: start.Add(2 * draw(rt, "now", soon)), Lease: draw(rt, "lease", over),
		Wait: draw(rt, "wait", over), Limit: rapid.IntRange(1, 5).Draw(rt, "limit"),
	}
}

func (m *model) claim(rt *rapid.T) {
	c := drawClaim(rt)
	want, err := m.memory.Claim(context.Background(), c)
	got, err2 := m.queue.Claim(context.Background(), c)
	agree(rt, want, got, err, err2)
}

func (m *model) doubt(rt *rapid.T) {
	c := drawClaim(rt)
	want, err := m.memory.Doubt(context.Background(), c)
	got, err2 := m.queue.Doubt(context.Background(), c)
	agree(rt, want, got, err, err2)
}

func (m *model) settle(rt *rapid.T) {
	k := drawKey(rt)
	s := sms.Settlement{
		Key: k, Worker: draw(rt, "worker", workers),
		State: draw(rt, "state", []sms.State{sms.Queued, sms.Queued, sms.Doubtful, sms.Doubtful, sms.Review, sms.Sent, sms.Failed, sms.Refused, sms.Cancelled, sms.Sending}),
		Due:   start.Add(draw(rt, "due", soon)), Wait: draw(rt, "wait", []time.Duration{0, time.Hour}),
		Tried:      draw(rt, "tried", []time.Time{{}, start, start.Add(time.Second)}),
		ProviderID: draw(rt, "provider id", []string{"", "SM1", "SM2"}), Delivery: drawStatus(rt),
		Code: draw(rt, "code", []string{"", "30003"}), Class: draw(rt, "class", []sms.Class{"", sms.BadNumber, sms.Expired, sms.Unready, sms.OptedOut}),
		Decision: drawDecision(rt), Leaves: m.leaves(rt, k.Practice),
	}
	if s.State == sms.Cancelled {
		s.Next = []sms.Text{drawText(rt, k.Practice)}
	}
	want, err := one(m.memory.Settle(context.Background(), s))
	got, err2 := one(m.queue.Settle(context.Background(), s))
	agree(rt, want, got, err, err2)
}

// compare reads everything there is.
func (m *model) compare(rt *rapid.T) {
	ctx := context.Background()
	for _, practice := range practices {
		for _, number := range append(numbers, "") {
			q := sms.Query{Practice: practice, Number: number, Limit: 3}
			want, err := m.memory.Texts(ctx, q)
			got, err2 := m.store.Texts(ctx, q)
			agree(rt, want, got, err, err2)
			received, err := m.memory.Received(ctx, q)
			received2, err2 := m.store.Received(ctx, q)
			agree(rt, received, received2, err, err2)
			q.Category = draw(rt, "asked category", append(consent.Categories(), ""))
			q.Claimed = draw(rt, "asked claim", []time.Time{{}, start, start.Add(time.Second), start.Add(2 * time.Minute)})
			want, err = m.memory.Texts(ctx, q)
			got, err2 = m.store.Texts(ctx, q)
			agree(rt, want, got, err, err2)
			tq := sms.TaskQuery{Practice: practice, Number: number, Limit: 1000}
			tasks, err := m.memory.Tasks(ctx, tq)
			tasks2, err2 := m.store.Tasks(ctx, tq)
			agree(rt, tasks, tasks2, err, err2)
			for _, r := range received {
				held, err := m.memory.Content(ctx, r.Key())
				held2, err2 := m.store.Content(ctx, r.Key())
				agree(rt, held, held2, err, err2)
			}
		}
		for _, id := range names {
			k := sms.Key{Practice: practice, ID: id}
			want, err := m.memory.Text(ctx, k)
			got, err2 := m.store.Text(ctx, k)
			agree(rt, want, got, err, err2)
			for _, id := range []string{id, "text-" + id} {
				k := sms.Key{Practice: practice, ID: id}
				task, err := m.memory.Task(ctx, k)
				task2, err2 := m.store.Task(ctx, k)
				agree(rt, task, task2, err, err2)
			}
		}
		sender, err := m.memory.Sender(ctx, practice, "")
		sender2, err2 := m.store.Sender(ctx, practice, "")
		agree(rt, sender, sender2, err, err2)
		q := audit.Query{Practice: practice, Limit: 1000}
		kept, err := m.logged.Leaves(ctx, q)
		kept2, err2 := m.clinic.entries.Leaves(ctx, q)
		agree(rt, kept, kept2, err, err2)
	}
	route, err := m.memory.Route(ctx, ours)
	route2, err2 := m.queue.Route(ctx, ours)
	agree(rt, route, route2, err, err2)
}

func agree[T any](rt *rapid.T, memory, postgres T, err, err2 error) {
	require.Equal(rt, err == nil, err2 == nil, "memory: %v; Postgres: %v", err, err2)
	for _, sentinel := range []error{sms.ErrInvalid, sms.ErrNotFound} {
		require.Equal(rt, errors.Is(err, sentinel), errors.Is(err2, sentinel), "memory: %v; Postgres: %v", err, err2)
	}
	require.Empty(rt, cmp.Diff(memory, postgres, cmpopts.EquateEmpty()), "memory is -, Postgres +")
}

// one is what became of a single settlement.
func one(done []bool, err error) (bool, error) { return len(done) == 1 && done[0], err }
