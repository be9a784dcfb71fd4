package broadcast

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/internal/loop"
	"github.com/enamel-go/enamel/sms"
)

const (
	chunk    = 100 // how many texts are queued between two looks at whether the broadcast still runs
	pages    = 500 // how many recipients are looked at at once
	families = 200 // how many ledgers, each of which may bring several
)

// WorkerOptions adjusts a [Worker]. The zero value is ready to use.
type WorkerOptions struct {
	// Ahead is how many texts of one broadcast are queued and not settled at most: so many a pause has to take back, and so
	// many other texts may have to wait for. Defaults to 500.
	Ahead int
	// Interval is how often Run looks again when there was nothing to do. Defaults to one second.
	Interval time.Duration
	// Rest is how long texts are left alone that only a person can change: those that are queued and not due yet, and those
	// in review. A broadcast learns so much later at most that a person took one back, or decided on it. Defaults to one minute.
	Rest time.Duration
	// Logger hears of errors that no caller is there to hear: ids only. Defaults to none.
	Logger *slog.Logger
}

// Worker finds the audiences of running broadcasts, queues their texts little by little, learns what became of them, and
// takes back what is queued of those that were paused or cancelled. Any number of workers may run, in as many processes; one
// that is killed leaves nothing behind that the next one does not finish: nobody is texted twice, and nobody is left out.
//
// A recipient is marked before the text is queued, and the text's id is made of the recipient's place and turn. A worker
// that queued texts looks once more whether the broadcast runs, and takes them back where it does not: so either the worker
// sees the pause, or who comes after the pause sees the texts.
type Worker struct {
	service *Service
	queue   Queue
	from    Consenting
	texts   Texts
	o       WorkerOptions
	resting rests
}

// NewWorker returns a worker on the service's broadcasts; o may be nil. The service is not bound to a transaction.
func NewWorker(service *Service, queue Queue, from Consenting, texts Texts, o *WorkerOptions) (*Worker, error) {
	if service == nil || queue == nil || from == nil || texts == nil {
		return nil, fmt.Errorf("%w: a worker needs a service, a queue, consents and texts", ErrInvalid)
	}
	w := &Worker{service: service, queue: queue, from: from, texts: texts}
	if o != nil {
		w.o = *o
	}
	if w.o.Ahead == 0 {
		w.o.Ahead = 500
	}
	if w.o.Interval == 0 {
		w.o.Interval = time.Second
	}
	if w.o.Rest == 0 {
		w.o.Rest = time.Minute
	}
	if w.o.Ahead < 0 || w.o.Interval < 0 || w.o.Rest < 0 {
		return nil, fmt.Errorf("%w: a worker's option is negative", ErrInvalid)
	}
	return w, nil
}

// Run works until ctx is done and returns ctx's error. Errors of a step go to the logger, and the next step tries again.
func (w *Worker) Run(ctx context.Context) error {
	return loop.Run(ctx, "broadcast", w.o.Interval, w.o.Logger, func(ctx context.Context) (bool, error) {
		n, err := w.Step(ctx)
		return n > 0, err
	})
}

// Step sees to every broadcast once, a chunk of each, and returns how many recipients it found or moved on. An error of one
// broadcast holds up no other.
func (w *Worker) Step(ctx context.Context) (int, error) {
	var after Key
	var failed error
	moved, seen := 0, map[Key]bool{}
	for {
		keys, err := w.queue.Open(ctx, after, chunk)
		if err != nil {
			return moved, errors.Join(failed, fmt.Errorf("broadcast: step: %w", err))
		}
		for _, k := range keys {
			r := &round{Worker: w, key: k}
			if err := r.run(ctx); err != nil {
				failed = errors.Join(failed, fmt.Errorf("broadcast: step: %w", err))
			}
			moved += r.moved
			after, seen[k] = k, true
		}
		if ctx.Err() != nil {
			return moved, failed
		}
		if len(keys) < chunk {
			w.resting.keep(seen)
			return moved, failed
		}
	}
}

// actor is who acts where a worker does.
var actor = audit.Actor{Kind: audit.System, ID: "broadcast"}

// The rules by which texts are taken back. By the first a text that shall wait is told from one that somebody else took back.
const (
	paused = "paused"
	ended  = "cancelled"
)

// round is one step of one broadcast.
type round struct {
	*Worker
	key   Key
	state State
	facts int // in the ledger
	moved int
	laid  []sms.Key   // the texts that this round queued
	asked []Recipient // whose patients asked for other numbers since
	held  error       // why the first recipient was passed over of whom somebody could not tell
	next  time.Time   // when something may become of the texts that stay where they are, but by a person; zero: at once
}

func (r *round) run(ctx context.Context) (err error) {
	if err := r.look(ctx); err != nil {
		return err
	}
	now, rest := r.service.moment(), r.resting.get(r.key)
	defer func() {
		r.resting.set(r.key, rest)
		err = errors.Join(err, r.held)
	}()
	if !r.rests(now, rest.review) {
		if _, err := r.follow(ctx, Review); err != nil {
			return err
		}
		rest.review = now.Add(r.o.Rest)
	}
	if r.state.finished || rest.facts == r.facts && r.rests(now, rest.queued) {
		return nil
	}
	if rest.facts != r.facts {
		rest.fed, rest.held, rest.again = 0, false, time.Time{}
	}
	rest.facts, rest.queued = r.facts, time.Time{}
	if err := r.work(ctx, &rest); err != nil {
		return err
	}
	if r.state.Status == Running && r.moved == 0 && r.next.After(now) {
		rest.queued = earlier(r.next, now.Add(r.o.Rest))
	}
	return nil
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// work moves the broadcast on.
func (r *round) work(ctx context.Context, rest *rest) (err error) {
	defer func() { err = errors.Join(err, r.again(ctx)) }()
	if r.state.Status == Running && !r.state.gathered {
		if err := r.gather(ctx); err != nil {
			return err
		}
	}
	queued, err := r.follow(ctx, Queued)
	if err != nil {
		return err
	}
	waiting := 0
	switch r.state.Status {
	case Running:
		waiting, err = r.feed(ctx, queued, rest)
	case Ended:
		waiting, err = r.withdraw(ctx)
	default:
		return nil
	}
	if err != nil || queued > 0 || waiting > 0 {
		return err
	}
	// Other workers move recipients too, so that only one look at all of them tells that there is nothing left to do.
	tally, err := r.service.store.Tally(ctx, r.key)
	if err != nil || tally.of(Waiting)+tally.of(Queued) > 0 {
		return err
	}
	return r.write(ctx, "finish", Change{Fact: Fact{Kind: Finished}})
}

// again looks whether a broadcast of which texts were queued still runs, and takes them back where it does not.
func (r *round) again(ctx context.Context) error {
	if len(r.laid) == 0 {
		return nil
	}
	if err := r.look(ctx); err != nil || r.state.Status == Running || r.state.Status == Done {
		return err
	}
	for _, k := range r.laid {
		if _, err := r.takeBack(ctx, k); err != nil {
			return err
		}
	}
	return nil
}

// takeBack takes a text of a broadcast that does not run back.
func (r *round) takeBack(ctx context.Context, k sms.Key) (bool, error) {
	rule, reason := paused, "The broadcast is paused."
	if r.state.Status == Ended {
		rule, reason = ended, "The broadcast was cancelled."
	}
	return r.texts.TakeBack(ctx, actor, k, rule, reason)
}

// look reads how the broadcast stands.
func (r *round) look(ctx context.Context) error {
	facts, err := r.service.store.Ledger(ctx, r.key)
	r.state, r.facts = Derive(r.key, facts), len(facts)
	return err
}

// write adds a fact of the worker's, where the broadcast still admits it.
func (r *round) write(ctx context.Context, act string, c Change) error {
	f := c.Fact
	f.Practice, f.Broadcast, f.Actor = r.key.Practice, r.key.Broadcast, actor
	f.ID, f.Recorded = r.service.o.NewID(), r.service.moment()
	facts, err := r.service.store.Ledger(ctx, r.key)
	if err != nil {
		return err
	}
	state := Derive(r.key, facts)
	if permit(state, &f) != nil || state.after != r.state.after {
		return nil // it was paused, or another worker was here
	}
	f.Recorded = latest(f.Recorded, facts)
	leaf, err := r.service.log.Stamp(ctx, entry(act, f))
	if err != nil {
		return err
	}
	c.Fact, c.Seen, c.Leaves = f, len(facts), []audit.Leaf{leaf}
	_, err = r.service.store.Apply(ctx, c)
	if errors.Is(err, ErrStale) {
		return nil // the next step looks again
	}
	return err
}

// gather finds recipients among a page of the consents.
func (r *round) gather(ctx context.Context) error {
	plan := r.state.Plan
	numbers, next, err := r.from.Permitted(ctx, actor, consent.PermittedQuery{
		Practice: r.key.Practice, Category: plan.Category, Sender: plan.From, After: r.state.after, Limit: families,
	})
	if err != nil {
		return err
	}
	var found []Recipient // each patient of a number by itself, for each may have asked for another one
	for _, n := range numbers {
		for _, patient := range n.Patients {
			found = append(found, Recipient{Number: n.Number, Patient: patient, Language: n.Language, Stage: Waiting})
		}
	}
	// Of whom it cannot be told now, it is asked again before the text is queued, unless several share the number.
	found, _ = r.service.reach(ctx, r.key.Practice, found)
	r.moved++
	err = r.write(ctx, "gather", Change{Fact: Fact{Kind: Gathered, Count: len(found), After: next, Last: next == ""}, Recipients: found})
	if err != nil {
		return err
	}
	return r.look(ctx)
}

// feed queues a chunk of those who wait, where there is room beside those who are queued, and returns how many still may. Who has to
// go on waiting is passed over, and looked at again when the worker has rested.
func (r *round) feed(ctx context.Context, queued int, rest *rest) (waiting int, err error) {
	now := r.service.moment()
	if !r.state.Plan.LastUseful.After(now) {
		return r.useless(ctx)
	}
	if r.rests(now, rest.again) {
		return 1, nil
	}
	limit := max(1, min(chunk, r.o.Ahead-queued))
	recipients, err := r.service.store.Recipients(ctx, r.key, Waiting, rest.fed, limit)
	if err != nil || queued >= r.o.Ahead {
		return len(recipients), err
	}
	back, err := r.lay(ctx, recipients)
	if err != nil {
		return len(recipients), err
	}
	rest.held = rest.held || back
	waiting = len(recipients)
	if rest.fed > 0 || rest.held {
		waiting++ // those who were passed over
	}
	if len(recipients) == limit {
		rest.fed = recipients[limit-1].Place
		r.moved++ // there may be others behind those who go on waiting
		return waiting, nil
	}
	if rest.held {
		rest.again = now.Add(r.o.Rest)
	}
	rest.fed, rest.held = 0, false
	return waiting, nil
}

// useless refuses those who wait for what is of no use any more, by what they waited for.
func (r *round) useless(ctx context.Context) (waiting int, err error) {
	return r.close(ctx, func(one Recipient) Move { return Move{To: Refused, Reason: cmp.Or(one.Reason, "useful")} })
}

// withdraw takes those who wait for a broadcast that was cancelled out of it.
func (r *round) withdraw(ctx context.Context) (waiting int, err error) {
	return r.close(ctx, func(Recipient) Move { return Move{To: Withdrawn} })
}

// close moves those who wait to where they end, and returns how many it looked at. One whose text may be queued, for all that an
// error said, is followed where it is.
func (r *round) close(ctx context.Context, end func(Recipient) Move) (waiting int, err error) {
	recipients, err := r.service.store.Recipients(ctx, r.key, Waiting, 0, pages)
	if err != nil {
		return 0, err
	}
	texts, err := r.tracked(ctx, slices.DeleteFunc(slices.Clone(recipients), func(one Recipient) bool { return one.Reason == "" }))
	if err != nil {
		return len(recipients), err
	}
	moves := make([]Move, len(recipients))
	for i, one := range recipients {
		m := end(one)
		if _, kept := texts[one.Text(r.key).ID]; kept {
			m = Move{To: Queued}
		}
		m.Place, m.Turn, m.From = one.Place, one.Turn, Waiting
		moves[i] = m
	}
	_, err = r.move(ctx, moves)
	return len(recipients), err
}

// lay queues the texts of some who wait, and reports whether some of them go on waiting because somebody could not tell.
func (r *round) lay(ctx context.Context, recipients []Recipient) (back bool, err error) {
	var moves, after []Move
	var leaving []Recipient
	for _, one := range recipients {
		m := Move{Place: one.Place, Turn: one.Turn, From: Waiting, To: Queued}
		if r.state.Plan.Audience.Criterion.Health() {
			ok, err := r.service.authorized(ctx, r.key.Practice, one)
			switch {
			case err != nil:
				m.To, m.Reason, back = Waiting, "authorization", true
				if r.hold(err); one.Reason == m.Reason {
					continue
				}
			case !ok:
				m.To, m.Reason = Refused, "authorization"
			}
		}
		moves, leaving = append(moves, m), append(leaving, one)
	}
	done, err := r.move(ctx, moves)
	if err != nil {
		return back, err
	}
	for i, one := range leaving {
		if !done[i] || moves[i].To != Queued {
			continue // another worker has it
		}
		m, err := r.enqueue(ctx, one)
		if err != nil {
			return back, err
		}
		if m.To != Queued {
			after, back = append(after, m), back || m.To == Waiting
		}
	}
	if _, err = r.move(ctx, after); err != nil {
		return back, err
	}
	return back, r.redirect(ctx)
}

// hold keeps why a recipient was passed over, for whoever hears of the worker's errors: how many wait for what the progress says.
func (r *round) hold(err error) {
	if r.held == nil {
		r.held = fmt.Errorf("broadcast: a recipient has to wait: %w", err)
	}
}

// enqueue queues a recipient's text, and says where the recipient goes. What may not be queued is refused, and what cannot be now
// waits again; neither holds up another.
func (r *round) enqueue(ctx context.Context, one Recipient) (Move, error) {
	m := Move{Place: one.Place, Turn: one.Turn, From: Queued, To: Queued}
	plan := r.state.Plan
	t := sms.Text{
		ID: one.Text(r.key).ID, Practice: r.key.Practice, Patient: one.Patient, Category: plan.Category, From: plan.From, To: one.Number,
		Body: plan.Body(one.Language), Zone: one.Zone, Broadcast: r.key.Broadcast, NotBefore: plan.NotBefore, LastUseful: plan.LastUseful,
	}
	if one.Shared {
		t.Patient = ""
	}
	k, err := r.texts.Enqueue(ctx, actor, t)
	if err == nil {
		r.laid = append(r.laid, k)
	}
	switch {
	case err == nil:
	case ctx.Err() != nil:
		return m, err
	case errors.Is(err, sms.ErrChannel):
		m.To, m.Reason = Waiting, "channel"
		r.hold(err)
	case errors.Is(err, audit.ErrNotRecorded):
		m.To, m.Reason = Waiting, "error"
		r.hold(err)
	case errors.Is(err, sms.ErrRedirected):
		if texts, err := r.tracked(ctx, []Recipient{one}); err != nil || len(texts) > 0 { // it is queued, from before the patient asked
			return m, err
		}
		m.To, m.Reason, r.asked = Waiting, "channel", append(r.asked, one)
	case errors.Is(err, sms.ErrElsewhere):
		m.To, m.Reason = Refused, "elsewhere"
	case errors.Is(err, audit.ErrShredded):
		m.To, m.Reason = Refused, "patient"
	case errors.Is(err, sms.ErrInvalid):
		m.To, m.Reason = Refused, "invalid"
	case errors.Is(err, sms.ErrConflict): // it is queued, from before another patient shared the number
	default:
		m.To, m.Reason = Waiting, "error"
		r.hold(err)
	}
	return m, nil
}

// move moves recipients on, and counts them.
func (r *round) move(ctx context.Context, moves []Move) ([]bool, error) {
	if len(moves) == 0 {
		return nil, nil
	}
	done, err := r.service.store.Move(ctx, r.key, moves...)
	for _, d := range done {
		if d {
			r.moved++
		}
	}
	return done, err
}
