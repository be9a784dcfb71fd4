package world

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/audit/auditmem"
	"github.com/enamel-go/enamel/audit/notary"
	"github.com/enamel-go/enamel/audit/tree"
	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/consent/consentmem"
	"github.com/enamel-go/enamel/consent/cookie"
	"github.com/enamel-go/enamel/consent/pack"
	"github.com/enamel-go/enamel/consent/policy"
	"github.com/enamel-go/enamel/consent/representative"
	"github.com/enamel-go/enamel/crypto"
	"github.com/enamel-go/enamel/crypto/cryptomem"
	"github.com/enamel-go/enamel/examples/internal/clock"
	"github.com/enamel-go/enamel/examples/internal/setting"
	"github.com/enamel-go/enamel/records"
	"github.com/enamel-go/enamel/records/recordsmem"
	"github.com/enamel-go/enamel/sms"
	"github.com/enamel-go/enamel/sms/broadcast"
	"github.com/enamel-go/enamel/sms/link"
	"github.com/enamel-go/enamel/sms/registration"
	"github.com/enamel-go/enamel/sms/smsmem"
)

// Practice is the id of the one practice that the demonstration has.
const Practice = "elm-street"

// logName is how the practice's log calls itself in its checkpoints.
const logName = "enamel.example"

// Ground is where a world keeps everything, and its keys.
type Ground struct {
	Clock   *clock.Clock
	Durable bool   // on Postgres: it outlives the process and is shared with workers
	Public  string // the notary's public key: all that somebody else needs to check a checkpoint

	settings setting.Store
	manager  crypto.KeyManager
	keys     *crypto.Keyring
	leaves   audit.Store
	trees    tree.Store
	consents consent.Store
	cookies  cookie.Store
	policies policy.Store
	acting   representative.Store
	packs    pack.Store
	links    link.Store
	filings  registration.Store
	casts    interface {
		broadcast.Store
		broadcast.Queue
	}
	texts  sms.Store
	queue  sms.Queue
	router sms.Router
	waker  sms.Waker // nil: workers poll
	charts records.Store
	signer note.Signer
	known  note.Verifiers
	close  func() error

	cookieKey []byte
}

// CookieKey is what choices of cookies are signed with, the same in all processes that serve the page.
func (g *Ground) CookieKey() []byte { return g.cookieKey }

// Close gives back what the ground holds. The world on it must have ended.
func (g *Ground) Close() error { return g.close() }

// Memory returns a ground that is gone with the process, keys included.
func Memory(ctx context.Context) (*Ground, error) {
	settings := &setting.Memory{}
	hours, err := clock.Start(ctx, setting.Clock{Store: settings})
	if err != nil {
		return nil, err
	}
	manager := crypto.NewEphemeral()
	keys, err := crypto.NewKeyring(cryptomem.New(), manager, &crypto.Options{Now: hours.Now})
	if err != nil {
		return nil, err
	}
	entries := auditmem.New()
	texts := smsmem.New(entries, nil) // leases stay on real time
	g := &Ground{
		Clock: hours, settings: settings, manager: manager, keys: keys, leaves: entries, trees: entries,
		consents: consentmem.New(entries), cookies: consentmem.NewCookies(entries), policies: consentmem.NewPolicies(entries),
		acting: consentmem.NewRepresentatives(entries), packs: consentmem.NewPacks(entries), cookieKey: []byte(newCookieKey()),
		links: smsmem.NewLinks(entries), filings: smsmem.NewRegistrations(entries), casts: smsmem.NewBroadcasts(entries), texts: texts, queue: texts, router: texts, charts: recordsmem.New(entries),
		close: func() error { return nil },
	}
	pair, err := newNotaryKey()
	if err != nil {
		return nil, err
	}
	return g, g.sign(pair)
}

// OpenCheckpoint checks a signed checkpoint of the notary and reads it.
func (g *Ground) OpenCheckpoint(signed string) (notary.Checkpoint, error) {
	return notary.OpenCheckpoint(signed, g.known)
}

// CheckExport checks an exported log with the notary's public key alone.
func (g *Ground) CheckExport(r io.Reader) (notary.Result, error) {
	return notary.CheckExport(r, g.known, &notary.CheckOptions{Practice: Practice})
}

// newCookieKey makes the key that choices of cookies are signed with.
func newCookieKey() string { return rand.Text() + rand.Text() }

// newNotaryKey makes the pair of keys that checkpoints are signed and checked with: private, a blank, public.
func newNotaryKey() (string, error) {
	private, public, err := notary.GenerateKey(logName)
	return private + " " + public, err
}

// sign makes the notary's signer and verifier from what newNotaryKey made.
func (g *Ground) sign(pair string) error {
	private, public, _ := strings.Cut(pair, " ")
	signer, err := note.NewSigner(private)
	if err != nil {
		return fmt.Errorf("read the notary's key: %w", err)
	}
	verifier, err := note.NewVerifier(public)
	if err != nil {
		return fmt.Errorf("read the notary's key: %w", err)
	}
	g.signer, g.known, g.Public = signer, note.VerifierList(verifier), public
	return nil
}
