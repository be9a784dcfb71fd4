package link_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/audit/auditmem"
	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/consent/consentmem"
	"github.com/enamel-go/enamel/sms"
	"github.com/enamel-go/enamel/sms/link"
	"github.com/enamel-go/enamel/sms/smsmem"
	"github.com/enamel-go/enamel/sms/template"
)

const (
	office = "+12145550199" // the practice's number
	number = "+16155550100" // Ana's, of Nashville
)

// shown is what Ana was shown before she consented.
const shown = "I agree to get texts from Elm Street Dental, sent through DentTracks: reminders of my appointments. Message " +
	"frequency varies. Message and data rates may apply. Reply STOP to opt out, HELP for help. Terms of service: " +
	"https://elm.example/terms. Privacy policy: https://elm.example/privacy. Consent is not tied to any purchases or " +
	"additional services. Text messages are not encrypted."

// setting is where the practice's links lead.
var setting = template.Setting{Practice: "Elm Street Dental", Hosts: []string{"texts.elm.example"}}

// world is a practice that texts Ana, and its links.
type world struct {
	t       testing.TB
	links   *link.Service
	texts   *sms.Service
	store   *smsmem.Store
	carrier *carrier
	worker  func(rules []sms.Rule) *sms.Dispatcher
	made    *template.Template
	n       int
}

func newWorld(t testing.TB) *world {
	t.Helper()
	ctx, now := t.Context(), func() time.Time { return noon }
	entries := auditmem.New()
	log, err := audit.NewLog(entries, keyring(t), &audit.Options{Now: now})
	require.NoError(t, err)
	consents, err := consent.New(consentmem.New(entries), log, &consent.Options{Now: now})
	require.NoError(t, err)
	require.NoError(t, consents.Accept(ctx, staff, consent.Duty{Practice: practice, Terms: "2026-01"}))
	require.NoError(t, consents.Configure(ctx, staff, consent.Settings{
		Practice: practice, Name: "Elm Street Dental", Platform: "DentTracks", DoubleOptIn: consent.ConfirmOff,
	}))
	require.NoError(t, consents.Publish(ctx, staff, consent.Wording{
		ID: "w-1", Practice: practice, Category: consent.Transactional, Language: "en", Text: shown,
	}))
	_, err = consents.Grant(ctx, staff, consent.Grant{
		Practice: practice, Number: number, Category: consent.Transactional, Basis: consent.OfficeDocument,
		Evidence: consent.Evidence{Wording: shown, Language: "en", Document: "scan-1", Staff: "u-17"},
	})
	require.NoError(t, err)
	w := &world{t: t, store: smsmem.New(entries, nil), carrier: &carrier{}}
	w.texts, err = sms.New(w.store, consents, log, &sms.Options{Now: now})
	require.NoError(t, err)
	require.NoError(t, w.texts.Register(ctx, staff, sms.Sender{
		Practice: practice, Number: office, Provider: "carrier", Name: "Elm Street Dental", Contact: "214-555-0199",
		Frequency: "about 2 texts per visit", Zone: "America/Chicago",
	}))
	w.links, err = link.New(smsmem.NewLinks(entries), log, &link.Options{Now: now})
	require.NoError(t, err)
	w.made, err = template.New(template.Source{
		ID: "document", Version: 1, Category: consent.Transactional,
		Bodies: map[template.Language]string{template.English: "{{practice}}: we have something for you: {{link}} Reply STOP to end texts."},
	})
	require.NoError(t, err)
	w.worker = func(rules []sms.Rule) *sms.Dispatcher {
		o := &sms.DispatcherOptions{Agreements: papers{}, Registrations: papers{}, Rules: rules, Now: now}
		d, err := sms.NewDispatcher(w.store, w.store, consents, log, map[string]sms.Provider{"carrier": w.carrier}, o)
		require.NoError(t, err)
		return d
	}
	return w
}

// leaves queues a text and returns what became of it, and how many requests the provider got for it.
func (w *world) leaves(body string, rules []sms.Rule) (sms.Tracked, int) {
	w.t.Helper()
	w.n++
	k, err := w.texts.Enqueue(w.t.Context(), staff, sms.Text{
		ID: fmt.Sprint("t-", w.n), Practice: practice, Category: consent.Transactional, To: number, Body: body, LastUseful: noon.Add(48 * time.Hour),
	})
	require.NoError(w.t, err)
	before := w.carrier.count()
	d := w.worker(rules)
	for range 20 {
		n, err := d.Step(w.t.Context())
		require.NoError(w.t, err)
		if n == 0 {
			break
		}
	}
	tracked, err := w.store.Text(w.t.Context(), k)
	require.NoError(w.t, err)
	return tracked, w.carrier.count() - before
}

// carrier counts what it is asked to send.
type carrier struct {
	mu   sync.Mutex
	sent []string
}

func (c *carrier) Send(_ context.Context, m sms.Message) (sms.Accepted, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sent = append(c.sent, m.Body)
	return sms.Accepted{ID: fmt.Sprint("SM", len(c.sent))}, nil
}

func (c *carrier) count() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.sent)
}

// papers has an agreement with everybody and is registered for every kind of text.
type papers struct{}

func (papers) InForce(context.Context, string, string) (bool, error) { return true, nil }

func (papers) Standing(context.Context, string, string) (sms.Standing, error) {
	return sms.Standing{Kind: sms.LongCode, Approved: true, Categories: consent.Categories()}, nil
}
