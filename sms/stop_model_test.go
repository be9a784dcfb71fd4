package sms_test

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/sms"
)

// play is what may happen in a course of events, and how often.
type play struct {
	phones, each int      // so many texts to each phone
	words        []string // what each phone writes, in this order; "STOP annex" is written to the practice's other number
	dispatchers  int      // how many steps of dispatchers begin
	beside       int      // how many of them at once
	batch        int      // how many texts a step claims
	answers      bool     // a step may claim answers alone
	crashes      int      // processes that are gone at one of their points
	stops        int      // dispatchers that are told to stop
	losses       int      // answers of the provider that are lost, some of them in a panic
	refusals     int      // requests that the provider turns away for now
	absent       bool     // the first request for a phone's first text never arrives
	blind        bool     // the provider cannot be asked what became of a text
	receipts     int      // receipts that come in
	repeats      int      // messages that the provider delivers again
	later        int      // texts that are queued meanwhile
	minute       int      // how many texts may leave in a minute; 0: any number
	passes       []time.Duration
	points       string // where processes wait; empty: at all points
	broken       string // what is done wrong, to see that the model finds it
}

// stopModel is one course of a play.
type stopModel struct {
	*world
	*stage
	play
	id    string
	line  []*phone
	trace []string
	turn  int // orders what patients wrote
	n     int // of processes

	mu     sync.Mutex
	failed error
	offers map[string][]*attempt // by reference
	marked map[string]bool       // texts that were unsettled when a STOP was answered
}

// phone is a patient's.
type phone struct {
	number   string
	said     int
	messages []*message
	texts    int
	answered int // the turn of the last STOP that was answered
	stopped  int // the turn of the last STOP
	since    time.Time
	started  int // the turn of the last START
}

// message is what a patient wrote.
type message struct {
	sms.Inbound
	word          string
	phone         *phone
	running, done bool
	turn          int // when it was heard, or came in where it is a START
	noted         int // when the ledger had it
}

// attempt is a request to the provider.
type attempt struct {
	arrived bool
	known   bool // the provider was asked, and has it
}

func newStopModel(w *world, s *stage, p play, id string, number func(i int) string) (*stopModel, error) {
	m := &stopModel{world: w, stage: s, play: p, id: id, offers: map[string][]*attempt{}, marked: map[string]bool{}}
	for i := range p.phones {
		ph := &phone{number: number(i)}
		m.line = append(m.line, ph)
		m.paper(ph.number, consent.Transactional)
	}
	m.pass(time.Second)
	for range p.each {
		for _, ph := range m.line {
			m.queueText(ph)
		}
	}
	return m, m.failure()
}

func (m *stopModel) queueText(ph *phone) {
	x := m.text(fmt.Sprintf("t-%s-%s-%d", m.id, ph.number[5:], ph.texts))
	x.To, x.From = ph.number, []string{office, annex}[ph.texts%2]
	ph.texts++
	_, err := m.texts.Enqueue(context.Background(), staff, x)
	m.fail(err)
}

func (m *stopModel) fail(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.failed == nil {
		m.failed = err
	}
}

// failure returns what failed first. A goroutine that starts late may tell of it while the director looks.
func (m *stopModel) failure() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.failed
}

// pass lets time go by. Where it is real and cannot be moved, processes that would notice are gone instead; leases, which run
// on the database's clock, are moved.
func (m *stopModel) pass(d time.Duration) {
	if m.bubble {
		time.Sleep(d)
		m.settle()
		return
	}
	if d >= time.Second {
		for c := m.between(); c != nil; c = m.between() {
			m.crash(c.process)
		}
		_, err := m.db.ExecContext(context.Background(),
			"UPDATE "+m.schema+".sms_queue SET until = until - ? * interval '1 second' WHERE until IS NOT NULL", d.Seconds())
		m.fail(err)
	}
	m.now.Add(d)
}

// between returns who waits between a claim and a request.
func (m *stopModel) between() *cue {
	for _, c := range m.cues() {
		if c.point == "claimed" || c.point == "check" || c.point == "checked" || c.point == "pace" {
			return c
		}
	}
	return nil
}

// option is what may happen next.
type option struct {
	what string
	do   func()
}

// options lists what may happen next.
func (m *stopModel) options() (all []option) {
	add := func(what string, left *int, do func()) {
		if *left > 0 {
			all = append(all, option{what, func() { *left--; do() }})
		}
	}
	seen := map[*process]bool{}
	for _, c := range m.cues() {
		at := c.name + " at " + c.point
		all = append(all, option{at, func() { m.give(c, nil) }})
		if strings.HasPrefix(c.point, "request") {
			add("no answer to "+at, &m.losses, func() {
				m.give(c, []error{refusal(sms.Unknown), errCalamity}[m.losses%2])
			})
			add("refused "+at, &m.refusals, func() { m.give(c, refusal(sms.Transient)) })
		}
		if !seen[c.process] {
			seen[c.process] = true
			add("crash of "+at, &m.crashes, func() { m.crash(c.process) })
			if strings.HasPrefix(c.name, "d") {
				add("end of "+at, &m.stops, func() { c.stop(); m.settle() })
			}
		}
	}
	if m.running("d") < m.beside {
		add("a dispatcher", &m.dispatchers, func() { m.dispatch(false) })
		if m.play.answers {
			add("a dispatcher for answers", &m.dispatchers, func() { m.dispatch(true) })
		}
	}
	for _, ph := range m.line {
		if ph.said < len(m.words) {
			all = append(all, option{ph.number[5:] + " writes " + m.words[ph.said], func() { m.write(ph) }})
		}
		for _, x := range ph.messages {
			if !x.running {
				add("again "+x.ID, &m.repeats, func() { m.deliver(x) })
			}
		}
		add("a text to "+ph.number[5:], &m.later, func() { m.queueText(ph) })
	}
	for _, reference := range m.carried() {
		add("a receipt for "+reference, &m.receipts, func() { m.receipt(reference) })
	}
	for i, d := range m.passes {
		if !slices.Contains(m.passes[:i], d) {
			all = append(all, option{d.String(), func() {
				m.passes = slices.Delete(slices.Clone(m.passes), i, i+1)
				m.pass(d)
			}})
		}
	}
	return all
}

// run plays one course.
func (m *stopModel) run(choose func(n int) int) error {
	for m.failure() == nil {
		all := m.options()
		if len(all) == 0 {
			break
		}
		i := choose(len(all))
		if i < 0 {
			break
		}
		m.trace = append(m.trace, all[i].what)
		all[i].do()
	}
	m.settleAll()
	m.fail(m.kept())
	if err := m.failure(); err != nil {
		return fmt.Errorf("%w, after: %s", err, strings.Join(m.trace, "; "))
	}
	return nil
}

// settleAll lets everything run out, past the patience of an answer and past every lease. What the practice did not take in
// is delivered again, as networks do.
func (m *stopModel) settleAll() {
	m.minute, m.batch = 0, 100
	for _, wait := range []time.Duration{0, 0, time.Minute, 0, sms.Patience, time.Minute, time.Minute, 2 * time.Hour, time.Minute, time.Minute} {
		m.finish()
		for _, ph := range m.line {
			for _, x := range ph.messages {
				if !x.done {
					m.deliver(x)
					m.finish()
				}
			}
		}
		if m.pending() == 0 {
			return
		}
		m.pass(wait + time.Second)
		m.dispatch(false)
		m.finish()
	}
}

// pending counts the texts that may still change.
func (m *stopModel) pending() (n int) {
	for _, ph := range m.line {
		page, err := m.store.Texts(context.Background(), sms.Query{Practice: practice, Number: ph.number, Limit: 1000})
		m.fail(err)
		for _, t := range page.Texts {
			if t.State == sms.Queued || t.State == sms.Sending || t.State == sms.Doubtful {
				n++
			}
		}
	}
	return n
}

// finish gives everybody his cue until all processes have ended.
func (m *stopModel) finish() {
	for m.running("") > 0 {
		waiting := m.cues()
		if len(waiting) == 0 {
			m.pass(100 * time.Millisecond) // a settlement waits for others
			continue
		}
		m.give(waiting[0], nil)
	}
}

// write has a patient write the next of the words.
func (m *stopModel) write(ph *phone) {
	word, other, _ := strings.Cut(m.words[ph.said], " ")
	ph.said++
	to := office
	if other != "" {
		to = annex
	}
	x := &message{phone: ph, word: word, Inbound: sms.Inbound{
		Provider: "carrier", ID: fmt.Sprintf("%s-%s-%d", m.id, ph.number[5:], ph.said), From: ph.number, To: to, Body: word,
	}}
	ph.messages = append(ph.messages, x)
	m.deliver(x)
}

// deliver lets the practice's webhook take in a message.
func (m *stopModel) deliver(x *message) {
	m.pass(time.Millisecond)
	x.running = true
	m.turn++
	turn := m.turn
	m.n++
	m.begin(fmt.Sprintf("w%03d", m.n), func(ctx context.Context, p *process) {
		h := &webhook{Service: m.consents, Store: m.store, act: act{m, p}, message: x, turn: turn}
		service, err := sms.New(h, h, m.log, &sms.Options{Now: m.now.Now})
		if err == nil {
			_, err = service.Receive(ctx, practice, x.Inbound)
		}
		x.running, x.done = false, x.done || err == nil
		if err != nil && !errors.Is(err, errCrash) {
			m.fail(err)
		}
	})
}

// carried lists the texts that the provider has.
func (m *stopModel) carried() (references []string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for reference, offers := range m.offers {
		if slices.ContainsFunc(offers, func(o *attempt) bool { return o.arrived }) {
			references = append(references, reference)
		}
	}
	slices.Sort(references)
	return references
}

func (m *stopModel) receipt(reference string) {
	m.mu.Lock()
	for _, o := range m.offers[reference] {
		o.known = o.known || o.arrived
	}
	m.mu.Unlock()
	_, err := m.texts.Deliver(context.Background(), sms.Receipt{Provider: "carrier", ID: "SM-" + reference, Reference: reference, Status: sms.StatusSent})
	m.fail(err)
}

// dispatch lets a dispatcher do one step.
func (m *stopModel) dispatch(answers bool) {
	m.pass(time.Millisecond)
	m.n++
	m.begin(fmt.Sprintf("d%03d", m.n), func(ctx context.Context, p *process) {
		h := &hands{Service: m.consents, Queue: m.queue, act: act{m, p}, worker: m.id + p.name, answers: answers}
		seat, err := m.sit(h, m.batch, m.blind)
		if err == nil {
			_, err = seat.d.Step(ctx)
			m.rise(seat)
		}
		m.fail(unforeseen(err))
	})
}

// unforeseen leaves out of a step's errors what the play brings about.
func unforeseen(err error) error {
	if err == nil {
		return nil
	}
	for says := range strings.SplitSeq(err.Error(), "\n") {
		if !slices.ContainsFunc([]string{errCrash.Error(), "context canceled", "context deadline exceeded", "panicked", "taken over", "longer to read"}, func(known string) bool {
			return strings.Contains(says, known)
		}) {
			return err
		}
	}
	return nil
}

// kind tells a text's kind by its reference.
func (m *stopModel) kind(reference string) (kind sms.Kind, message string) {
	id := strings.TrimPrefix(reference, practice+"/")
	for _, k := range []sms.Kind{sms.StopAnswer, sms.HelpAnswer, sms.StartAnswer} {
		if message, answer := strings.CutPrefix(id, string(k)+"-carrier-"); answer {
			return k, message
		}
	}
	return sms.Ordinary, ""
}

// leaves takes down that a request begins, and refuses it where nothing may leave any more.
func (m *stopModel) leaves(x sms.Message) *attempt {
	ph := m.line[slices.IndexFunc(m.line, func(ph *phone) bool { return ph.number == x.To })]
	kind, id := m.kind(x.Reference)
	switch {
	case kind != sms.Ordinary:
	case ph.answered > ph.started:
		m.fail(errors.New("a text left after the STOP was answered"))
	case m.bubble && ph.stopped > ph.started && time.Since(ph.since) > time.Second:
		m.fail(errors.New("a text left more than a second after the STOP was heard"))
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if kind == sms.StopAnswer {
		of := ph.messages[slices.IndexFunc(ph.messages, func(x *message) bool { return x.ID == id })]
		ph.answered = max(ph.answered, of.turn)
	}
	first := m.offers[x.Reference] == nil
	o := &attempt{arrived: !m.absent || !first || !strings.HasSuffix(x.Reference, "-0")}
	m.offers[x.Reference] = append(m.offers[x.Reference], o)
	return o
}

// claimed looks at what a claim took: where the answer to a STOP is among it, what may still be on its way is marked.
func (m *stopModel) claimed(now time.Time, texts []sms.Tracked) error {
	for _, t := range texts {
		if t.Kind != sms.StopAnswer {
			continue
		}
		for _, other := range texts {
			if other.To == t.To && other.ID != t.ID {
				return errors.New("a claim took the answer to a STOP beside another text")
			}
		}
		all, err := m.store.Texts(context.Background(), sms.Query{Practice: practice, Number: t.To, Limit: 1000})
		if err != nil {
			return err
		}
		for _, other := range all.Texts {
			switch {
			case other.ID == t.ID || !other.State.Unsettled():
				continue
			case now.Sub(t.Created) <= sms.Patience:
				return errors.New("a STOP was answered while a text was on its way")
			case !other.InFlight:
				return errors.New("a text that may be on its way was not marked")
			}
			m.mu.Lock()
			m.marked[other.ID] = true
			m.mu.Unlock()
		}
	}
	return nil
}

// confirmed counts the STOPs that have an answer: each but one that came to the ledger after another with no START since.
func (ph *phone) confirmed() (n int) {
	for _, x := range ph.messages {
		var last *message
		for _, y := range ph.messages {
			if y.word == "STOP" && y.noted < x.noted && (last == nil || y.noted > last.noted) {
				last = y
			}
		}
		restarted := last == nil || slices.ContainsFunc(ph.messages, func(y *message) bool {
			return y.word == "START" && y.turn > last.turn && y.noted < x.noted
		})
		if x.word == "STOP" && restarted {
			n++
		}
	}
	return n
}

// kept says which promise was broken in the end, when everything has run out.
func (m *stopModel) kept() error {
	for reference, offers := range m.offers {
		arrived := 0
		for _, o := range offers {
			if o.arrived {
				arrived++
			}
		}
		if arrived > 1 {
			return fmt.Errorf("%s left twice", reference)
		}
	}
	for _, ph := range m.line {
		page, err := m.texts.Texts(context.Background(), staff, sms.Query{Practice: practice, Purpose: sms.ForDelivery, Number: ph.number, Limit: 1000})
		if err != nil {
			return err
		}
		heard, answers := ph.confirmed(), map[string]int{}
		for _, t := range page.Texts {
			reference := practice + "/" + url.PathEscape(t.ID)
			if t.Kind == sms.StopAnswer {
				answers[reference]++
				_, id := m.kind(reference)
				undone := t.State == sms.Refused && t.Decision.Rule == "start" && ph.started > ph.messages[slices.IndexFunc(ph.messages, func(x *message) bool { return x.ID == id })].turn
				if len(m.offers[reference]) == 0 && !undone && !(m.blind && t.State == sms.Review) {
					return fmt.Errorf("a STOP was not answered: its answer is %s, %s", t.State, t.Decision.Reason)
				}
			}
			switch {
			case t.State == sms.Review && m.blind:
			case t.State == sms.Queued || t.State.Unsettled():
				return fmt.Errorf("%s is still %s", t.ID, t.State)
			case t.State == sms.Sent && !slices.ContainsFunc(m.offers[reference], func(o *attempt) bool { return o.arrived }):
				return fmt.Errorf("%s is said to be sent", t.ID)
			}
			if t.InFlight != m.marked[t.ID] {
				return fmt.Errorf("%s: a person is told %v of whether it was on its way when the STOP was answered", t.ID, t.InFlight)
			}
		}
		if len(answers) != heard {
			return fmt.Errorf("%d STOPs have %d answers", heard, len(answers))
		}
	}
	return nil
}
