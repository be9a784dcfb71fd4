package oracle_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"
	"github.com/stretchr/testify/require"
	"github.com/uptrace/bun"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/audit/auditpg"
	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/consent/consentpg"
	"github.com/enamel-go/enamel/crypto"
	"github.com/enamel-go/enamel/crypto/cryptopg"
	"github.com/enamel-go/enamel/internal/pairs"
	"github.com/enamel-go/enamel/internal/pgtest"
	"github.com/enamel-go/enamel/sms"
	"github.com/enamel-go/enamel/sms/smspg"
)

const (
	// patients is how many have consented to texts.
	patients = 1000
	// texts is how many are sent in one go, and how many jobs of River's are worked.
	texts = 5000
)

// BenchmarkPairTexts decides, sends and settles texts, to a carrier that answers at once, beside River working jobs that do
// nothing, on one Postgres that waits for the disk. Ours reads consent, decides by every rule, and keeps the decision and an
// entry for each; each patient has keys of their own. How far below the limit of Postgres itself that is, statements says: the
// same rows written by nobody who thinks.
func BenchmarkPairTexts(b *testing.B) {
	for _, workers := range []int{1, 2} {
		b.Run(fmt.Sprintf("%d_workers", workers), func(b *testing.B) {
			d := durable(b)
			ours, theirs, limit := newTexts(b, d, workers), newRiver(b, d, workers), newStatements(b, durable(b), workers)
			pairs.Sides(b, pairs.Wait,
				pairs.Peer{Before: ours.queue, Run: ours.work},
				pairs.Peer{Name: "river", Rate: 1.5, Before: theirs.queue, Run: theirs.work},
				pairs.Peer{Name: "statements", Before: limit.queue, Run: limit.work})
		})
	}
}

// BenchmarkPairPending sends texts while many others wait for tomorrow, beside the same with a hundredth of those.
// ENAMEL_GROWTH says how many, such as 1000000. No goal is set: both should take the same.
func BenchmarkPairPending(b *testing.B) {
	many := growth(b)
	const memory = "shared_buffers = '1GB'" // a quarter of a small server's memory, as PostgreSQL's manual has it
	large, small := newTexts(b, durable(b, memory), 1), newTexts(b, durable(b, memory), 1)
	for s, n := range map[*sending]int{large: many, small: many / 100} {
		require.NoError(b, s.wait(n))
		s.settleDown()
	}
	b.Run(fmt.Sprintf("%d_pending", many), func(b *testing.B) {
		pairs.Sides(b, pairs.Wait,
			pairs.Peer{Before: large.queue, Run: large.work},
			pairs.Peer{Name: strconv.Itoa(many/100) + "_pending", Before: small.queue, Run: small.work})
	})
}

// sending is a practice whose texts are sent.
type sending struct {
	b        *testing.B
	database *bun.DB
	store    *smspg.Store
	log      *audit.Log
	texts    *sms.Service
	router   sms.Router
	workers  []*sms.Dispatcher
	made     int
	settled  atomic.Int64
	waiting  atomic.Int64
	done     chan struct{}
}

func newTexts(b *testing.B, d *pgtest.Database, workers int) *sending {
	b.Helper()
	ctx, schema := b.Context(), d.Schema()
	db := d.Pool(1)
	require.NoError(b, cryptopg.Migrate(ctx, db, &cryptopg.Options{Schema: schema}))
	require.NoError(b, auditpg.Migrate(ctx, db, &auditpg.Options{Schema: schema}))
	require.NoError(b, consentpg.Migrate(ctx, db, &consentpg.Options{Schema: schema}))
	require.NoError(b, smspg.Migrate(ctx, db, &smspg.Options{Schema: schema}))
	s := &sending{b: b, database: db, done: make(chan struct{}, 1)}
	local := crypto.NewEphemeral()
	for range workers {
		db, own := d.Pool(8), d.Pool(4)
		keys, err := crypto.NewKeyring(cryptopg.New(own, &cryptopg.Options{Schema: schema}), local, nil)
		require.NoError(b, err)
		entries := auditpg.New(own, &auditpg.Options{Schema: schema})
		s.log, err = audit.NewLog(entries, keys, nil)
		require.NoError(b, err)
		consents, err := consent.New(consentpg.New(db, keys, &consentpg.Options{Schema: schema}), s.log, nil)
		require.NoError(b, err)
		s.store = smspg.New(db, keys, &smspg.Options{Schema: schema})
		queue := counted{smspg.NewQueue(db, keys, &smspg.Options{Schema: schema}), s}
		if len(s.workers) == 0 {
			s.consents(consents)
		}
		s.router = queue
		s.texts, err = sms.New(s.store, consents, s.log, nil)
		require.NoError(b, err)
		w, err := sms.NewDispatcher(queue, s.store, consents, s.log, map[string]sms.Provider{"carrier": atOnce{}},
			&sms.DispatcherOptions{Agreements: inForce{}, Registrations: inForce{}, Rules: anyHour()})
		require.NoError(b, err)
		s.workers = append(s.workers, w)
	}
	return s
}

// shown is what the patients are shown before they consent.
const shown = "I agree to get texts from Elm Street Dental, sent through DentTracks: reminders of my appointments. " +
	"Message frequency varies. Message and data rates may apply. Reply STOP to opt out, HELP for help. " +
	"Terms of service: https://elm.example/terms. Privacy policy: https://elm.example/privacy. Consent is not tied to any " +
	"purchases or additional services. Text messages are not encrypted."

var staff = audit.Actor{Kind: audit.Staff, ID: "u-17"}

// consents lets the patients consent and the practice have a number.
func (s *sending) consents(c *consent.Service) {
	ctx := s.b.Context()
	require.NoError(s.b, c.Accept(ctx, staff, consent.Duty{Practice: practice, Terms: "2026-01"}))
	require.NoError(s.b, c.Configure(ctx, staff, consent.Settings{
		Practice: practice, Name: "Elm Street Dental", Platform: "DentTracks", DoubleOptIn: consent.ConfirmOff,
	}))
	require.NoError(s.b, c.Publish(ctx, staff, consent.Wording{
		ID: "texts-1", Practice: practice, Category: consent.Transactional, Language: "en", Text: shown,
	}))
	for i := range patients {
		_, err := c.Grant(ctx, staff, consent.Grant{
			Practice: practice, Number: number(i), Patient: fmt.Sprint("p-", i), Category: consent.Transactional, Basis: consent.OfficeDocument,
			Evidence: consent.Evidence{Wording: shown, Language: "en", Document: "scan-1", Staff: "u-17"},
		})
		require.NoError(s.b, err)
	}
	written, err := s.store.Apply(ctx, sms.Change{
		Sender: &sms.Sender{
			Practice: practice, Number: "+12145550199", Provider: "carrier", Name: "Elm Street Dental", Contact: "214-555-0199",
			Frequency: "about 2 texts per visit", Zone: "America/Chicago",
		}, Leaves: []audit.Leaf{stamped(s.b, s.log)()},
	})
	require.NoError(s.b, err)
	require.True(s.b, written)
}

func number(i int) string { return fmt.Sprintf("+1214555%04d", i%patients) }

// queue queues n times as many texts as are sent in one go.
func (s *sending) queue(n int) error { return s.add(n*texts, time.Now()) }

// wait queues texts that leave tomorrow.
func (s *sending) wait(n int) error { return s.add(n, time.Now().Add(24*time.Hour)) }

// settleDown does what a server does in time by itself, and should not do while it is measured: it clears up after so many rows.
func (s *sending) settleDown() {
	for _, statement := range []string{"VACUUM ANALYZE", "CHECKPOINT"} {
		_, err := s.database.ExecContext(s.b.Context(), statement)
		require.NoError(s.b, err)
	}
}

func (s *sending) add(n int, at time.Time) error {
	at = at.UTC().Truncate(time.Microsecond)
	var batch []sms.Text
	for i := range n {
		s.made++
		batch = append(batch, sms.Text{
			ID: fmt.Sprint("t-", s.made), Practice: practice, Patient: fmt.Sprint("p-", i%patients), Kind: sms.Ordinary,
			Category: consent.Transactional, Provider: "carrier", From: "+12145550199", To: number(i),
			Body:      "Elm Street Dental: see you on Thursday at 3:00 PM. Questions: 214-555-0199. Reply STOP to end texts.",
			NotBefore: at, Created: at, LastUseful: at.Add(48 * time.Hour),
		})
		if len(batch) == 500 || i == n-1 {
			if written, err := s.store.Apply(s.b.Context(), sms.Change{Texts: batch}); err != nil || !written {
				return fmt.Errorf("texts were not queued: %w", err)
			}
			batch = batch[:0]
		}
	}
	return nil
}

// work lets the workers run until all texts are settled.
func (s *sending) work(n int) error {
	ctx, stop := context.WithCancel(s.b.Context())
	defer stop()
	s.settled.Store(0)
	s.waiting.Store(int64(n * texts))
	over := make(chan error, len(s.workers))
	for _, w := range s.workers {
		go func() { over <- w.Run(ctx) }()
	}
	select {
	case <-s.done:
	case <-time.After(2 * time.Minute):
		return fmt.Errorf("%d of %d texts were sent", s.settled.Load(), n*texts)
	}
	stop()
	for range s.workers {
		if err := <-over; !errors.Is(err, context.Canceled) {
			return err
		}
	}
	return nil
}

// counted counts the texts that are settled as sent.
type counted struct {
	*smspg.Queue
	*sending
}

func (c counted) Settle(ctx context.Context, settlements ...sms.Settlement) ([]bool, error) {
	done, err := c.Queue.Settle(ctx, settlements...)
	for i, s := range settlements {
		if err == nil && done[i] && s.State == sms.Sent && c.settled.Add(1) == c.waiting.Load() {
			c.done <- struct{}{}
		}
	}
	return done, err
}

// atOnce is a carrier that takes every text on.
type atOnce struct{}

func (atOnce) Send(_ context.Context, m sms.Message) (sms.Accepted, error) {
	return sms.Accepted{ID: m.Reference}, nil
}

type inForce struct{}

func (inForce) InForce(context.Context, string, string) (bool, error) { return true, nil }

func (inForce) Standing(context.Context, string, string) (sms.Standing, error) {
	return sms.Standing{Kind: sms.LongCode, Approved: true, Categories: consent.Categories()}, nil
}

// anyHour returns the rules with windows that are open all day, so that they are looked at whenever this runs.
func anyHour() []sms.Rule {
	rules := sms.Promised()
	for i := range rules {
		if rules[i].Check == sms.CheckWindow {
			rules[i].Opens, rules[i].Closes = 0, 24*time.Hour
		}
	}
	return rules
}

// nothing is a job of River's that does nothing.
type nothing struct {
	Practice string `json:"practice"`
	Text     string `json:"text"`
}

func (nothing) Kind() string { return "nothing" }

type worker struct{ river.WorkerDefaults[nothing] }

func (worker) Work(context.Context, *river.Job[nothing]) error { return nil }

// working is River on the same database.
type working struct {
	b       *testing.B
	clients []*river.Client[pgx.Tx]
	made    int
}

func newRiver(b *testing.B, d *pgtest.Database, workers int) *working {
	b.Helper()
	ctx := b.Context()
	w := &working{b: b}
	for range workers {
		config, err := pgxpool.ParseConfig(d.DSN())
		require.NoError(b, err)
		config.MaxConns = 12
		config.ConnConfig.RuntimeParams["search_path"] = d.Schema()
		pool, err := pgxpool.NewWithConfig(ctx, config)
		require.NoError(b, err)
		b.Cleanup(pool.Close)
		driver := riverpgxv5.New(pool)
		if len(w.clients) == 0 {
			migrator, err := rivermigrate.New(driver, nil)
			require.NoError(b, err)
			_, err = migrator.Migrate(ctx, rivermigrate.DirectionUp, nil)
			require.NoError(b, err)
		}
		all := river.NewWorkers()
		river.AddWorker(all, worker{})
		client, err := river.NewClient(driver, &river.Config{
			Queues: map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: 100}}, Workers: all,
			FetchCooldown: time.Millisecond, FetchPollInterval: 10 * time.Millisecond,
		})
		require.NoError(b, err)
		w.clients = append(w.clients, client)
	}
	return w
}

// queue inserts n times as many jobs as are worked in one go.
func (w *working) queue(n int) error {
	var batch []river.InsertManyParams
	for range n * texts {
		w.made++
		batch = append(batch, river.InsertManyParams{Args: nothing{practice, fmt.Sprint("t-", w.made)}})
		if len(batch) == 500 {
			if _, err := w.clients[0].InsertManyFast(w.b.Context(), batch); err != nil {
				return err
			}
			batch = batch[:0]
		}
	}
	return nil
}

// work lets the clients run until all jobs are completed.
func (w *working) work(n int) error {
	var completed atomic.Int64
	over := make(chan struct{})
	for _, c := range w.clients {
		events, end := c.SubscribeConfig(&river.SubscribeConfig{ChanSize: 10 * texts, Kinds: []river.EventKind{river.EventKindJobCompleted}})
		defer end()
		go func() {
			for range events {
				if completed.Add(1) == int64(n*texts) {
					close(over)
				}
			}
		}()
		if err := c.Start(w.b.Context()); err != nil {
			return err
		}
	}
	select {
	case <-over:
	case <-time.After(2 * time.Minute):
		return fmt.Errorf("%d of %d jobs were worked", completed.Load(), n*texts)
	}
	for _, c := range w.clients {
		if err := c.Stop(w.b.Context()); err != nil {
			return err
		}
	}
	return nil
}
