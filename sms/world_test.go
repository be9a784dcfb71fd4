package sms_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/uptrace/bun"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/audit/auditmem"
	"github.com/enamel-go/enamel/audit/auditpg"
	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/consent/consentmem"
	"github.com/enamel-go/enamel/consent/consentpg"
	"github.com/enamel-go/enamel/crypto"
	"github.com/enamel-go/enamel/crypto/cryptomem"
	"github.com/enamel-go/enamel/crypto/cryptopg"
	"github.com/enamel-go/enamel/internal/pgtest"
	"github.com/enamel-go/enamel/records"
	"github.com/enamel-go/enamel/records/recordsmem"
	"github.com/enamel-go/enamel/records/recordspg"
	"github.com/enamel-go/enamel/sms"
	"github.com/enamel-go/enamel/sms/smsmem"
	"github.com/enamel-go/enamel/sms/smspg"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

const (
	practice = "elm-street"
	office   = "+12145550199" // the practice's number
	patient  = "+16155550100" // of Nashville, in Central time
)

var (
	staff = audit.Actor{Kind: audit.Staff, ID: "u-17"}
	noon  = time.Date(2026, 3, 3, 18, 0, 0, 0, time.UTC) // a Tuesday, 12:00 in Chicago
)

// world is a practice with everything that its texts need, on one kind of store.
type world struct {
	t        testing.TB
	now      *clock
	log      *audit.Log
	entries  audit.Store
	facts    consent.Store
	consents *consent.Service
	store    sms.Store
	queue    sms.Queue
	router   sms.Router
	texts    *sms.Service
	carrier  *provider
	baa      *agreements
	schedule sms.Schedule
	keys     *crypto.Keyring
	db       *bun.DB // of a world on Postgres
	schema   string
	charts   func() *records.Service
	received int
	within   func(bun.Tx) sms.Store // of a world on Postgres: the store in a transaction
	seating  sync.Mutex
	seats    []*seat // of the model's dispatchers that nobody needs now
}

// worlds runs a test on both kinds of stores.
func worlds(t *testing.T, test func(t *testing.T, w *world)) {
	t.Run("mem", func(t *testing.T) { test(t, inMemory(t)) })
	t.Run("postgres", func(t *testing.T) { test(t, onPostgres(t)) })
}

func inMemory(t testing.TB) *world { return leasedBy(t, nil) }

// leasedBy is a world in memory whose leases run on a clock of the test's.
func leasedBy(t testing.TB, leases *smsmem.Options) *world {
	w := &world{t: t, now: &clock{now: noon}}
	keys, err := crypto.NewKeyring(cryptomem.New(), crypto.NewEphemeral(), nil)
	require.NoError(t, err)
	entries := auditmem.New()
	store := smsmem.New(entries, leases)
	w.keys, w.entries, w.store, w.queue, w.router = keys, entries, store, store, store
	w.charts = func() *records.Service { return w.records(recordsmem.New(entries)) }
	w.finish(consentmem.New(entries))
	return w
}

// layout is the tables of a world on Postgres.
var layout = pgtest.NewLayout(func(ctx context.Context, db *bun.DB, schema string) error {
	return errors.Join(
		cryptopg.Migrate(ctx, db, &cryptopg.Options{Schema: schema}),
		auditpg.Migrate(ctx, db, &auditpg.Options{Schema: schema}),
		consentpg.Migrate(ctx, db, &consentpg.Options{Schema: schema}),
		smspg.Migrate(ctx, db, &smspg.Options{Schema: schema}),
		recordspg.Migrate(ctx, db, &recordspg.Options{Schema: schema}),
	)
})

func onPostgres(t testing.TB) *world { return sealedBy(t, layout.New(t), crypto.NewEphemeral()) }

// sealedBy is a world on Postgres whose keys are wrapped by a key manager of the test's.
func sealedBy(t testing.TB, pg *pgtest.Database, manager crypto.KeyManager) *world {
	w := &world{t: t, now: &clock{now: noon}}
	db, own := pg.Pool(8), pg.Pool(4) // the log and the keys have a pool of their own
	schema := pg.Schema()
	w.db, w.schema = db, schema
	keys, err := crypto.NewKeyring(cryptopg.New(own, &cryptopg.Options{Schema: schema}), manager, nil)
	require.NoError(t, err)
	w.keys = keys
	w.entries = auditpg.New(own, &auditpg.Options{Schema: schema})
	store := smspg.New(db, keys, &smspg.Options{Schema: schema})
	w.store, w.within = store, func(tx bun.Tx) sms.Store { return store.WithTx(tx) }
	queue := smspg.NewQueue(db, keys, &smspg.Options{Schema: schema})
	w.queue, w.router = queue, queue
	w.charts = func() *records.Service {
		return w.records(recordspg.New(db, keys, &recordspg.Options{Schema: schema}))
	}
	w.finish(consentpg.New(db, keys, &consentpg.Options{Schema: schema}))
	return w
}

// shown is what patients of these tests are shown before they consent.
const shown = "I agree to get texts from Elm Street Dental, sent through DentTracks: reminders of my appointments and, if I ticked the box, " +
	"offers. Message frequency varies. Message and data rates may apply. Reply STOP to opt out, HELP for help. " +
	"Terms of service: https://elm.example/terms. Privacy policy: https://elm.example/privacy. Consent is not tied to any " +
	"purchases or additional services. Text messages are not encrypted."

// finish builds the services and registers the practice's number.
func (w *world) finish(consents consent.Store) {
	var err error
	w.log, err = audit.NewLog(w.entries, w.keys, &audit.Options{Now: w.now.Now})
	require.NoError(w.t, err)
	w.facts = consents
	w.consents, err = consent.New(consents, w.log, &consent.Options{Now: w.now.Now})
	require.NoError(w.t, err)
	require.NoError(w.t, w.consents.Accept(w.t.Context(), staff, consent.Duty{Practice: practice, Terms: "2026-01"}))
	require.NoError(w.t, w.consents.Configure(w.t.Context(), staff, consent.Settings{Practice: practice, Name: "Elm Street Dental", Platform: "DentTracks"}))
	for _, c := range consent.Categories() {
		require.NoError(w.t, w.consents.Publish(w.t.Context(), staff, consent.Wording{
			ID: string(c) + "-1", Practice: practice, Category: c, Language: "en", Text: shown,
		}))
	}
	w.texts, err = sms.New(w.store, w.consents, w.log, &sms.Options{Now: w.now.Now})
	require.NoError(w.t, err)
	w.carrier = &provider{now: w.now.Now}
	w.baa = &agreements{inForce: true}
	require.NoError(w.t, w.texts.Register(w.t.Context(), staff, sms.Sender{
		Practice: practice, Number: office, Provider: "carrier", Name: "Elm Street Dental",
		Contact: "214-555-0199", Frequency: "about 2 texts per visit", Zone: "America/Chicago",
	}))
}

// records returns the practice's charts and schedule.
func (w *world) records(store records.Store) *records.Service {
	charts, err := records.New(store, w.log, &records.Options{Now: w.now.Now})
	require.NoError(w.t, err)
	return charts
}

// dispatcher returns a dispatcher of this world, changed by adjust.
func (w *world) dispatcher(adjust ...func(*sms.DispatcherOptions)) *sms.Dispatcher {
	o := &sms.DispatcherOptions{Agreements: w.baa, Registrations: w.baa, Schedule: w.schedule, Now: w.now.Now}
	for _, a := range adjust {
		a(o)
	}
	d, err := sms.NewDispatcher(w.queue, w.store, w.consents, w.log, map[string]sms.Provider{"carrier": w.carrier}, o)
	require.NoError(w.t, err)
	return d
}

// step lets a dispatcher work until there is nothing more to do at this moment.
func (w *world) step(d *sms.Dispatcher) {
	w.t.Helper()
	for range 20 {
		n, err := d.Step(w.t.Context())
		require.NoError(w.t, err)
		if n == 0 {
			return
		}
	}
	w.t.Fatal("the dispatcher finds work for ever")
}

// grant records a written consent of the patient's number, with no confirmation needed.
func (w *world) grant(c consent.Category) {
	w.t.Helper()
	require.NoError(w.t, w.consents.Configure(w.t.Context(), staff, consent.Settings{Practice: practice, DoubleOptIn: consent.ConfirmOff}))
	w.paper(patient, c)
}

// paper records a consent that was signed in the office.
func (w *world) paper(number string, c consent.Category) consent.State {
	w.t.Helper()
	state, err := w.consents.Grant(w.t.Context(), staff, consent.Grant{
		Practice: practice, Number: number, Category: c, Basis: consent.OfficeDocument,
		Evidence: consent.Evidence{Wording: shown, Language: "en", Document: "scan-1", Staff: "u-17"},
	})
	require.NoError(w.t, err)
	return state
}

// text is a text to the patient that may leave now and is useful for two days.
func (w *world) text(id string) sms.Text {
	return sms.Text{
		ID: id, Practice: practice, Category: consent.Transactional, To: patient,
		Body: "Elm Street Dental: see you on Thursday at 3:00 PM. Reply STOP to end texts.", LastUseful: w.now.Now().Add(48 * time.Hour),
	}
}

func (w *world) enqueue(t sms.Text) sms.Key {
	w.t.Helper()
	k, err := w.texts.Enqueue(w.t.Context(), staff, t)
	require.NoError(w.t, err)
	return k
}

// receive lets a text come in to the practice.
func (w *world) receive(from, body string) bool {
	w.t.Helper()
	w.received++
	fresh, err := w.texts.Receive(w.t.Context(), practice, sms.Inbound{
		Provider: "carrier", ID: fmt.Sprintf("in-%d", w.received), From: from, To: office, Body: body,
	})
	require.NoError(w.t, err)
	return fresh
}

// tracked returns what has become of a text.
func (w *world) tracked(k sms.Key) sms.Tracked {
	w.t.Helper()
	tracked, err := w.store.Text(w.t.Context(), k)
	require.NoError(w.t, err)
	return tracked
}

// clock is a clock that a test sets. One that runs goes on by itself, as a bubble's time does.
type clock struct {
	mu   sync.Mutex
	now  time.Time
	runs time.Time // since when; zero: it stands
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.runs.IsZero() {
		return c.now
	}
	return c.now.Add(time.Since(c.runs))
}

func (c *clock) Set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = t
}

func (c *clock) Add(d time.Duration) { c.Set(c.Now().Add(d)) }

// provider keeps what it is asked to send. Its answer can be set.
type provider struct {
	now    func() time.Time
	mu     sync.Mutex
	sent   []sms.Message
	at     []time.Time
	answer func(sms.Message) error // nil: accepted
	find   func(sms.Message) (sms.Receipt, bool, error)
}

func (p *provider) Send(_ context.Context, m sms.Message) (sms.Accepted, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sent = append(p.sent, m)
	p.at = append(p.at, p.now())
	if p.answer != nil {
		if err := p.answer(m); err != nil {
			return sms.Accepted{}, err
		}
	}
	return sms.Accepted{ID: fmt.Sprintf("SM%d", len(p.sent))}, nil
}

func (p *provider) Find(_ context.Context, m sms.Message) (sms.Receipt, bool, error) {
	if p.find != nil {
		return p.find(m)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for i, s := range p.sent {
		if s.Reference == m.Reference {
			return sms.Receipt{ID: fmt.Sprintf("SM%d", i+1), Reference: m.Reference, Status: sms.StatusAccepted}, true, nil
		}
	}
	return sms.Receipt{}, false, nil
}

// bodies returns the bodies of all requests since the last call.
func (p *provider) bodies() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var bodies []string
	for _, m := range p.sent {
		bodies = append(bodies, m.Body)
	}
	p.sent, p.at = nil, nil
	return bodies
}

// agreements is in force or not, for everybody.
type agreements struct{ inForce bool }

func (a *agreements) InForce(context.Context, string, string) (bool, error) { return a.inForce, nil }

// Standing says of every number that it is registered for every kind of text.
func (*agreements) Standing(context.Context, string, string) (sms.Standing, error) {
	return sms.Standing{Kind: sms.LongCode, Approved: true, Categories: consent.Categories()}, nil
}
