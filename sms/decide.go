package sms

import (
	"cmp"
	"context"
	"fmt"

	"github.com/enamel-go/enamel/internal/uuidv7"
)

// Decide says whether a text could leave now, and by which rules, from facts that are gathered as [Dispatcher.Step] gathers
// them: what somebody is shown who has not queued it yet. It queues and sends nothing, and records nothing itself, whatever those
// record whom it asks; whoever shows a person what it answers records that the recipient's consent was looked at. From, Provider,
// Kind and ID may be left out. The decision holds its facts, the text apart, so that [Law.Decide] can be asked about another
// moment.
func (d *Dispatcher) Decide(ctx context.Context, t Text) (Decision, error) {
	t.Kind, t.ID = cmp.Or(t.Kind, Ordinary), cmp.Or(t.ID, uuidv7.New())
	t.Created, t.LastUseful = micro(d.o.Now()), micro(t.LastUseful)
	if t.NotBefore.IsZero() {
		t.NotBefore = t.Created
	}
	if err := t.valid(); err != nil {
		return Decision{}, err
	}
	sender, err := d.store.Sender(ctx, t.Practice, t.From)
	if err != nil {
		return Decision{}, fmt.Errorf("sms: decide: %w", err)
	}
	t.From, t.Provider = sender.Number, sender.Provider
	c := d.check(ctx, []Tracked{{Text: t}})[0]
	return c.decision, c.err
}
