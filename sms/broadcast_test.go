package sms_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/audit/auditmem"
	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/sms"
	"github.com/enamel-go/enamel/sms/broadcast"
	"github.com/enamel-go/enamel/sms/smsmem"
	"github.com/enamel-go/enamel/sms/smspg"
	"github.com/enamel-go/enamel/sms/template"
)

// casting is a world with broadcasts.
type casting struct {
	*world
	casts    *broadcast.Service
	rows     broadcastStore
	signed   authorizations
	channels channels
	ahead    int
}

type broadcastStore interface {
	broadcast.Store
	broadcast.Queue
}

// authorizations are in force by patient and reference.
type authorizations map[string]bool

func (a authorizations) Authorized(_ context.Context, _, patient, reference string) (bool, error) {
	return a[patient+" "+reference], nil
}

// channels are where patients asked to be reached.
type channels map[string]string

func (c channels) Number(_ context.Context, _, patient string) (string, bool, error) {
	number, asked := c[patient]
	return number, asked, nil
}

// castings runs a test on both kinds of stores.
func castings(t *testing.T, test func(t *testing.T, c *casting)) {
	worlds(t, func(t *testing.T, w *world) { test(t, cast(t, w)) })
}

func cast(t testing.TB, w *world) *casting {
	c := &casting{world: w, signed: authorizations{}, channels: channels{}, ahead: 10}
	if w.db == nil {
		c.rows = smsmem.NewBroadcasts(w.entries.(*auditmem.Store))
	} else {
		c.rows = smspg.NewBroadcasts(w.db, w.keys, &smspg.Options{Schema: w.schema})
	}
	var err error
	c.texts, err = sms.New(w.store, w.consents, w.log, &sms.Options{Now: w.now.Now, Channels: c.channels})
	require.NoError(t, err)
	c.casts, err = broadcast.New(c.rows, w.store, w.log, &broadcast.Options{
		Authorizations: c.signed, Channels: c.channels, Hosts: []string{"texts.elm.example"}, Now: w.now.Now,
	})
	require.NoError(t, err)
	w.confirm(consent.ConfirmOff)
	return c
}

// worker returns a worker, as in a process of its own.
func (c *casting) worker() *broadcast.Worker {
	c.t.Helper()
	w, err := broadcast.NewWorker(c.casts, c.rows, c.consents, c.texts, &broadcast.WorkerOptions{Ahead: c.ahead})
	require.NoError(c.t, err)
	return w
}

// dispatcher returns a dispatcher of this world that knows of its broadcasts.
func (c *casting) dispatcher(adjust ...func(*sms.DispatcherOptions)) *sms.Dispatcher {
	return c.world.dispatcher(append([]func(*sms.DispatcherOptions){func(o *sms.DispatcherOptions) { o.Broadcasts = c.casts }}, adjust...)...)
}

// work lets a worker and a dispatcher work until neither finds anything to do.
func (c *casting) work() {
	c.t.Helper()
	worker, dispatcher := c.worker(), c.dispatcher()
	for range 1000 {
		n, err := worker.Step(c.t.Context())
		require.NoError(c.t, err)
		m, err := dispatcher.Step(c.t.Context())
		require.NoError(c.t, err)
		if n+m == 0 {
			return
		}
	}
	c.t.Fatal("they find work for ever")
}

// standard returns a standard template.
func standard(t testing.TB, id string) *template.Template {
	t.Helper()
	for _, s := range template.Standard() {
		if s.ID == id {
			made, err := template.New(s)
			require.NoError(t, err)
			return made
		}
	}
	t.Fatalf("there is no template %q", id)
	return nil
}

// offer is a promotional template.
func offer(t testing.TB) *template.Template {
	t.Helper()
	made, err := template.New(template.Source{ID: "offer", Version: 1, Category: consent.Promotional, Bodies: map[template.Language]string{
		template.English: "{{practice}}: special offer, 20% off your next checkup. Call {{phone}}. Reply STOP to end texts.",
		template.Spanish: "{{practice}}: oferta especial, 20% de descuento. Llame al {{phone}}. Responda ALTO para no recibir textos.",
	}})
	require.NoError(t, err)
	return made
}

// recall is a draft for those whose next visit is due.
func (c *casting) recall(id string) broadcast.Drafting {
	return broadcast.Drafting{
		Practice: practice, Broadcast: id, Template: standard(c.t, "call"), Values: template.Values{"phone": "+12145550199"},
		LastUseful: c.now.Now().Add(48 * time.Hour), Audience: broadcast.Audience{Criterion: broadcast.Due, Day: "2026-03-31"},
	}
}

// promotion is a draft for all who consented to promotional texts.
func (c *casting) promotion(id string) broadcast.Drafting {
	d := c.recall(id)
	d.Template, d.Audience = offer(c.t), broadcast.Audience{Criterion: broadcast.Consents}
	return d
}

func (c *casting) draft(d broadcast.Drafting) broadcast.Key {
	c.t.Helper()
	state, err := c.casts.Draft(c.t.Context(), staff, d)
	require.NoError(c.t, err)
	require.Equal(c.t, broadcast.Draft, state.Status)
	return state.Key
}

func (c *casting) include(k broadcast.Key, recipients ...broadcast.Recipient) {
	c.t.Helper()
	_, err := c.casts.Include(c.t.Context(), staff, broadcast.Inclusion{Practice: k.Practice, Broadcast: k.Broadcast, Recipients: recipients})
	require.NoError(c.t, err)
}

func acting(k broadcast.Key, id string) broadcast.Act {
	return broadcast.Act{ID: id, Practice: k.Practice, Broadcast: k.Broadcast, Reason: "the office decided so"}
}

func (c *casting) start(k broadcast.Key) {
	c.t.Helper()
	_, err := c.casts.Start(c.t.Context(), staff, acting(k, ""))
	require.NoError(c.t, err)
}

func (c *casting) progress(k broadcast.Key) broadcast.Progress {
	c.t.Helper()
	p, err := c.casts.Progress(c.t.Context(), k)
	require.NoError(c.t, err)
	return p
}

// people consent to a category, and are returned as recipients.
func (c *casting) people(n int, category consent.Category) []broadcast.Recipient {
	c.t.Helper()
	var people []broadcast.Recipient
	for i := range n {
		r := broadcast.Recipient{Number: fmt.Sprintf("+1212555%04d", i), Patient: fmt.Sprint("p-", i)}
		c.paper(r.Number, category)
		people = append(people, r)
	}
	return people
}

// texted returns how many requests went to each number.
func (c *casting) texted() map[string]int {
	c.carrier.mu.Lock()
	defer c.carrier.mu.Unlock()
	texted := map[string]int{}
	for _, m := range c.carrier.sent {
		texted[m.To]++
	}
	return texted
}

// once requires that everybody was texted once.
func (c *casting) once(people []broadcast.Recipient) {
	c.t.Helper()
	want := map[string]int{}
	for _, r := range people {
		want[r.Number] = 1
	}
	require.Equal(c.t, want, c.texted())
}

func TestABroadcastTextsEverybodyOnce(t *testing.T) {
	castings(t, func(t *testing.T, c *casting) {
		people := c.people(35, consent.Promotional)
		c.paper("+12125559999", consent.Transactional) // no consent to offers
		k := c.draft(c.promotion("spring"))
		require.Equal(t, broadcast.Progress{Status: broadcast.Draft}, c.progress(k))
		c.work()
		require.Empty(t, c.texted(), "a draft texts nobody")
		c.start(k)
		c.work()
		c.once(people)
		require.Equal(t, broadcast.Progress{Status: broadcast.Done, Gathered: true, Audience: 35, Sent: 35}, c.progress(k))
		c.work()
		c.once(people)
		_, err := c.casts.Pause(t.Context(), staff, acting(k, ""))
		require.ErrorIs(t, err, broadcast.ErrStatus)
	})
}

func TestABroadcastIsPausedAndGoesOn(t *testing.T) {
	castings(t, func(t *testing.T, c *casting) {
		people := c.people(40, consent.Transactional)
		k := c.draft(c.recall("recall"))
		c.include(k, people...)
		c.start(k)
		worker, dispatcher := c.worker(), c.dispatcher(func(o *sms.DispatcherOptions) { o.Concurrency = 4 })
		step := func() {
			_, err := worker.Step(t.Context())
			require.NoError(t, err)
		}
		step()
		_, err := dispatcher.Step(t.Context())
		require.NoError(t, err)
		require.Len(t, c.texted(), 4)
		step()
		_, err = c.casts.Pause(t.Context(), staff, acting(k, "pause-1"))
		require.NoError(t, err)
		step()
		p := c.progress(k)
		require.Equal(t, broadcast.Progress{Status: broadcast.Held, Gathered: true, Audience: 40, Waiting: 36, Sent: 4}, p, "what is queued is taken back")
		queued, err := c.store.Texts(t.Context(), sms.Query{Practice: practice, States: []sms.State{sms.Queued}})
		require.NoError(t, err)
		require.Empty(t, queued.Texts)
		c.work()
		require.Len(t, c.texted(), 4, "nothing leaves while it is paused")

		_, err = c.casts.Resume(t.Context(), staff, acting(k, "resume-1"))
		require.NoError(t, err)
		c.work()
		c.once(people)
		require.Equal(t, broadcast.Progress{Status: broadcast.Done, Gathered: true, Audience: 40, Sent: 40}, c.progress(k))

		// The same commands again change nothing.
		for _, again := range []func(context.Context, audit.Actor, broadcast.Act) (broadcast.State, error){c.casts.Pause} {
			state, err := again(t.Context(), staff, acting(k, "pause-1"))
			require.NoError(t, err)
			require.Equal(t, broadcast.Done, state.Status)
		}
		_, err = c.casts.Pause(t.Context(), staff, acting(k, "resume-1"))
		require.ErrorIs(t, err, broadcast.ErrConflict)
	})
}

func TestABroadcastIsCancelled(t *testing.T) {
	castings(t, func(t *testing.T, c *casting) {
		people := c.people(30, consent.Transactional)
		k := c.draft(c.recall("recall"))
		c.include(k, people...)
		c.start(k)
		worker := c.worker()
		_, err := worker.Step(t.Context())
		require.NoError(t, err)
		_, err = c.casts.Cancel(t.Context(), staff, broadcast.Act{Practice: practice, Broadcast: k.Broadcast})
		require.ErrorIs(t, err, broadcast.ErrInvalid, "a cancellation says why")
		_, err = c.casts.Cancel(t.Context(), staff, acting(k, ""))
		require.NoError(t, err)
		c.work()
		require.Empty(t, c.texted())
		require.Equal(t, broadcast.Progress{Status: broadcast.Ended, Gathered: true, Audience: 30, Withdrawn: 30}, c.progress(k))
		taken, err := c.store.Texts(t.Context(), sms.Query{Practice: practice, States: []sms.State{sms.Cancelled}})
		require.NoError(t, err)
		require.Len(t, taken.Texts, 10, "those that were queued, each with its decision")
		for _, text := range taken.Texts {
			require.Equal(t, "The broadcast was cancelled.", text.Decision.Reason)
		}
		open, err := c.rows.Open(t.Context(), broadcast.Key{}, 10)
		require.NoError(t, err)
		require.Empty(t, open, "nobody has to see to it any more")
		for _, after := range []func(context.Context, audit.Actor, broadcast.Act) (broadcast.State, error){c.casts.Start, c.casts.Pause, c.casts.Resume, c.casts.Cancel} {
			_, err := after(t.Context(), staff, acting(k, ""))
			require.ErrorIs(t, err, broadcast.ErrStatus)
		}
	})
}

// A text that somebody of the staff takes back by itself is not queued again.
func TestATextOfABroadcastThatWasTakenBackStaysBack(t *testing.T) {
	castings(t, func(t *testing.T, c *casting) {
		people := c.people(3, consent.Transactional)
		k := c.draft(c.recall("recall"))
		c.include(k, people...)
		c.start(k)
		_, err := c.worker().Step(t.Context())
		require.NoError(t, err)
		queued, err := c.store.Texts(t.Context(), sms.Query{Practice: practice, Number: people[1].Number})
		require.NoError(t, err)
		done, err := c.texts.Cancel(t.Context(), staff, queued.Texts[0].Key(), "The broadcast is paused.") // whatever they say
		require.NoError(t, err)
		require.True(t, done)
		c.work()
		c.once(slices.Concat(people[:1], people[2:]))
		require.Equal(t, broadcast.Progress{Status: broadcast.Done, Gathered: true, Audience: 3, Sent: 2, Withdrawn: 1}, c.progress(k))
	})
}

func TestABroadcastSaysWhatBecameOfItsTexts(t *testing.T) {
	castings(t, func(t *testing.T, c *casting) {
		people := c.people(5, consent.Transactional)
		people = append(people, broadcast.Recipient{Number: "+12125558888"}) // who never consented
		failing, stopping := people[0].Number, people[1].Number
		c.carrier.answer = func(m sms.Message) error {
			if m.To == failing {
				return &sms.SendError{Provider: "carrier", Code: "30006", Class: sms.BadNumber}
			}
			return nil
		}
		k := c.draft(c.recall("recall"))
		c.include(k, people...)
		c.start(k)
		_, err := c.worker().Step(t.Context())
		require.NoError(t, err)
		c.receive(stopping, "STOP")
		c.work()
		require.Equal(t, broadcast.Progress{
			Status: broadcast.Done, Gathered: true, Audience: 6, Sent: 3,
			Refused: map[string]int{"stop": 1, "consent": 1}, Failed: map[string]int{string(sms.BadNumber): 1},
		}, c.progress(k))
	})
}

func TestABroadcastEndsWhenItIsOfNoUse(t *testing.T) {
	castings(t, func(t *testing.T, c *casting) {
		people := c.people(25, consent.Transactional)
		k := c.draft(c.recall("recall"))
		c.include(k, people...)
		c.start(k)
		_, err := c.worker().Step(t.Context())
		require.NoError(t, err)
		c.now.Add(49 * time.Hour)
		c.work()
		require.Empty(t, c.texted())
		require.Equal(t, broadcast.Progress{
			Status: broadcast.Done, Gathered: true, Audience: 25, Refused: map[string]int{"useful": 25},
		}, c.progress(k))
		late := c.draft(c.recall("late"))
		c.include(late, people[0])
		c.now.Add(49 * time.Hour)
		_, err = c.casts.Start(t.Context(), staff, acting(late, ""))
		require.ErrorIs(t, err, broadcast.ErrStatus)
	})
}

func TestABroadcastSpeaksTheRecipientsLanguage(t *testing.T) {
	castings(t, func(t *testing.T, c *casting) {
		people := c.people(3, consent.Transactional)
		people[1].Language, people[2].Language = "ES-MX", "frr"
		k := c.draft(c.recall("recall"))
		c.include(k, people...)
		c.start(k)
		c.work()
		bodies := c.carrier.bodies()
		slices.Sort(bodies)
		require.Len(t, bodies, 3)
		require.Contains(t, bodies[0], "Elm Street Dental: intentamos llamarle")
		require.Contains(t, bodies[1], "we tried to call you")
		require.Contains(t, bodies[2], "we tried to call you")
	})
}

func TestADraftIsRefused(t *testing.T) {
	castings(t, func(t *testing.T, c *casting) {
		for name, spoil := range map[string]func(*broadcast.Drafting){
			"no template":          func(d *broadcast.Drafting) { d.Template = nil },
			"a value too few":      func(d *broadcast.Drafting) { d.Values = nil },
			"free words":           func(d *broadcast.Drafting) { d.Values = template.Values{"phone": "your crown"} },
			"a foreign number":     func(d *broadcast.Drafting) { d.From = "+12145550000" },
			"no last moment":       func(d *broadcast.Drafting) { d.LastUseful = time.Time{} },
			"no day":               func(d *broadcast.Drafting) { d.Audience.Day = "" },
			"a detail of a recall": func(d *broadcast.Drafting) { d.Audience.Detail = "periodontitis" },
			"an unknown language":  func(d *broadcast.Drafting) { d.Language = "de" },
			"no practice":          func(d *broadcast.Drafting) { d.Practice = " " },
			"a long id":            func(d *broadcast.Drafting) { d.Broadcast = strings.Repeat("x", 65) },
		} {
			d := c.recall("draft")
			spoil(&d)
			_, err := c.casts.Draft(t.Context(), staff, d)
			require.ErrorIs(t, err, broadcast.ErrInvalid, name)
			require.NotContains(t, err.Error(), "periodontitis")
		}
		k := c.draft(c.recall("draft"))
		require.Equal(t, k, c.draft(c.recall("draft")), "the same draft again")
		other := c.recall("draft")
		other.Audience.Day = "2026-04-30"
		_, err := c.casts.Draft(t.Context(), staff, other)
		require.ErrorIs(t, err, broadcast.ErrConflict)
		_, err = c.casts.Start(t.Context(), staff, acting(k, ""))
		require.ErrorIs(t, err, broadcast.ErrEmpty)
		_, err = c.casts.Start(t.Context(), staff, acting(broadcast.Key{Practice: practice, Broadcast: "none"}, ""))
		require.ErrorIs(t, err, broadcast.ErrUnknown)
		inclusion := broadcast.Inclusion{ID: "one", Practice: practice, Broadcast: "draft", Recipients: []broadcast.Recipient{{Number: patient}}}
		for range 2 {
			_, err = c.casts.Include(t.Context(), staff, inclusion)
			require.NoError(t, err)
		}
		inclusion.Recipients[0].Number = "+12125550101"
		_, err = c.casts.Include(t.Context(), staff, inclusion)
		require.ErrorIs(t, err, broadcast.ErrConflict)
		inclusion.ID, inclusion.Recipients[0].Number = "two", "555-0101"
		_, err = c.casts.Include(t.Context(), staff, inclusion)
		require.ErrorIs(t, err, broadcast.ErrInvalid)
		require.Equal(t, 1, c.progress(k).Audience)
	})
}

// hurried is a store to which something happens between the first reading and the writing.
type hurried struct {
	broadcastStore
	beside func()
}

func (h *hurried) Apply(ctx context.Context, c broadcast.Change) (bool, error) {
	if beside := h.beside; beside != nil {
		h.beside = nil
		beside()
	}
	return h.broadcastStore.Apply(ctx, c)
}

// Who drafts a broadcast twice at once, as by two clicks, drafts one, though each draft would begin at a moment of its own.
func TestTheSameDraftTwiceAtOnceIsOne(t *testing.T) {
	castings(t, func(t *testing.T, c *casting) {
		d := c.recall("draft")
		var first broadcast.State
		store := &hurried{broadcastStore: c.rows, beside: func() {
			c.now.Add(time.Second)
			var err error
			first, err = c.casts.Draft(t.Context(), staff, d)
			require.NoError(t, err)
		}}
		second, err := c.casts.WithStore(store).Draft(t.Context(), staff, d)
		require.NoError(t, err)
		require.Equal(t, first, second)
		require.Equal(t, noon.Add(time.Second), second.Plan.NotBefore)
		d.Audience.Day, d.Broadcast = "2026-04-30", "other"
		store.beside = func() { d := d; d.Audience.Day = "2026-05-31"; c.draft(d) }
		_, err = c.casts.WithStore(store).Draft(t.Context(), staff, d)
		require.ErrorIs(t, err, broadcast.ErrConflict)
	})
}

// What stands in a ledger meanwhile is decided on: who pauses twice at once, by two acts, pauses once.
func TestAnActIsDecidedOnAgainWhereTheLedgerHasGrown(t *testing.T) {
	castings(t, func(t *testing.T, c *casting) {
		k := c.draft(c.promotion("spring"))
		c.start(k)
		store := &hurried{broadcastStore: c.rows, beside: func() {
			c.now.Add(time.Hour)
			_, err := c.casts.Pause(t.Context(), staff, acting(k, "one"))
			require.NoError(t, err)
		}}
		_, err := c.casts.WithStore(store).Pause(t.Context(), staff, acting(k, "two"))
		require.ErrorIs(t, err, broadcast.ErrStatus)
		c.now.Add(-30 * time.Minute)
		_, err = c.casts.Resume(t.Context(), staff, acting(k, ""))
		require.NoError(t, err)
		facts, err := c.rows.Ledger(t.Context(), k)
		require.NoError(t, err)
		require.Len(t, facts, 4)
		require.Equal(t, noon.Add(time.Hour), facts[3].Recorded, "the recorded time never runs backwards")
	})
}

// Two workers at once do the work of one.
func TestTwoWorkersTextNobodyTwice(t *testing.T) {
	castings(t, func(t *testing.T, c *casting) {
		people := c.people(60, consent.Promotional)
		k := c.draft(c.promotion("spring"))
		c.start(k)
		ended := make(chan error, 2)
		for range 2 {
			worker := c.worker()
			go func() {
				for range 300 {
					if _, err := worker.Step(t.Context()); err != nil {
						ended <- err
						return
					}
				}
				ended <- nil
			}()
		}
		dispatcher := c.dispatcher()
		for left := 2; left > 0; {
			_, err := dispatcher.Step(t.Context())
			require.NoError(t, err)
			select {
			case err := <-ended:
				require.NoError(t, err)
				left--
			default:
			}
		}
		c.work()
		c.once(people)
		require.Equal(t, 60, c.progress(k).Sent)
	})
}

// crash is a worker's texts that are lost with the process after so many of them were queued.
type crash struct {
	broadcast.Texts
	after int
}

var errKilled = errors.New("killed")

func (c *crash) Enqueue(ctx context.Context, by audit.Actor, t sms.Text) (sms.Key, error) {
	if c.after--; c.after < 0 {
		return sms.Key{}, errKilled
	}
	return c.Texts.Enqueue(ctx, by, t)
}

func (c *crash) TakeBack(ctx context.Context, by audit.Actor, k sms.Key, rule, reason string) (bool, error) {
	if c.after--; c.after < 0 {
		return false, errKilled
	}
	return c.Texts.TakeBack(ctx, by, k, rule, reason)
}

// Wherever a worker dies, the next one finishes what it began, through a pause too.
func TestAWorkerThatDiesIsReplaced(t *testing.T) {
	castings(t, func(t *testing.T, c *casting) {
		people := c.people(20, consent.Transactional)
		k := c.draft(c.recall("recall"))
		c.include(k, people...)
		c.start(k)
		dying := func(after int) {
			w, err := broadcast.NewWorker(c.casts, c.rows, c.consents, &crash{c.texts, after}, &broadcast.WorkerOptions{Ahead: c.ahead})
			require.NoError(t, err)
			_, err = w.Step(t.Context())
			require.ErrorIs(t, err, errKilled)
		}
		dying(0)
		dying(3)
		_, err := c.casts.Pause(t.Context(), staff, acting(k, ""))
		require.NoError(t, err)
		dying(1)
		dying(0)
		_, err = c.casts.Resume(t.Context(), staff, acting(k, ""))
		require.NoError(t, err)
		dying(5)
		c.work()
		c.once(people)
		require.Equal(t, broadcast.Progress{Status: broadcast.Done, Gathered: true, Audience: 20, Sent: 20}, c.progress(k))
	})
}

func TestEachStepOfABroadcastIsOnRecord(t *testing.T) {
	castings(t, func(t *testing.T, c *casting) {
		k := c.draft(c.recall("recall"))
		c.include(k, c.people(2, consent.Transactional)...)
		c.start(k)
		for _, step := range []func(context.Context, audit.Actor, broadcast.Act) (broadcast.State, error){c.casts.Pause, c.casts.Resume} {
			_, err := step(t.Context(), staff, acting(k, ""))
			require.NoError(t, err)
		}
		c.work()
		_, err := c.casts.State(t.Context(), staff, k)
		require.NoError(t, err)
		_, err = c.casts.Resume(t.Context(), staff, acting(k, ""))
		require.ErrorIs(t, err, broadcast.ErrStatus)
		page, err := c.entries.Leaves(t.Context(), audit.Query{Practice: practice, Limit: 1000})
		require.NoError(t, err)
		var acts []string
		for _, l := range page.Leaves {
			if verb, ok := strings.CutPrefix(l.Action, "sms.broadcast."); ok {
				acts = append(acts, verb+" "+string(l.Outcome))
			}
		}
		slices.Sort(acts)
		require.Equal(t, []string{"draft done", "finish done", "include done", "pause done", "read done", "resume done", "resume refused", "start done"}, acts)
	})
}

// spy is a store that keeps account of how many recipients it hands out, and takes, at most at once.
type spy struct {
	broadcastStore
	most int
}

func (s *spy) Recipients(ctx context.Context, k broadcast.Key, stage broadcast.Stage, after int64, limit int) ([]broadcast.Recipient, error) {
	recipients, err := s.broadcastStore.Recipients(ctx, k, stage, after, limit)
	s.most = max(s.most, len(recipients))
	return recipients, err
}

func (s *spy) Apply(ctx context.Context, c broadcast.Change) (bool, error) {
	s.most = max(s.most, len(c.Recipients))
	return s.broadcastStore.Apply(ctx, c)
}

func (s *spy) Move(ctx context.Context, k broadcast.Key, moves ...broadcast.Move) ([]bool, error) {
	s.most = max(s.most, len(moves))
	return s.broadcastStore.Move(ctx, k, moves...)
}

// However many a broadcast is for, a worker has no more than a page of them in hand, and the queue no more than Ahead.
func TestABroadcastWorksInFlatMemory(t *testing.T) {
	c := cast(t, inMemory(t))
	watched := &spy{broadcastStore: c.rows}
	c.rows, c.ahead = watched, 0 // the default
	var err error
	c.casts, err = broadcast.New(watched, c.store, c.log, &broadcast.Options{Now: c.now.Now})
	require.NoError(t, err)
	people := c.people(2100, consent.Promotional)
	k := c.draft(c.promotion("spring"))
	c.start(k)
	worker, dispatcher := c.worker(), c.dispatcher()
	for c.progress(k).Status != broadcast.Done {
		_, err := worker.Step(t.Context())
		require.NoError(t, err)
		p := c.progress(k)
		require.LessOrEqual(t, p.Queued, 500)
		if p.Queued == 500 || p.Waiting == 0 {
			_, err = dispatcher.Step(t.Context())
			require.NoError(t, err)
		}
	}
	c.once(people)
	require.Positive(t, watched.most)
	require.LessOrEqual(t, watched.most, 500)
}
