package pack_test

import (
	"bytes"
	"context"
	"encoding/json"
	"html"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/note"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/audit/auditpg"
	"github.com/enamel-go/enamel/audit/notary"
	"github.com/enamel-go/enamel/audit/tree"
	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/consent/consentmem"
	"github.com/enamel-go/enamel/consent/consentpg"
	"github.com/enamel-go/enamel/consent/pack"
	"github.com/enamel-go/enamel/internal/pgtest"
	"github.com/enamel-go/enamel/internal/stage"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

const (
	practice = "elm-street"
	number   = "+12125550100" // of a family
	second   = "+12125550199" // of one of them
	ana      = "p-204"
	tim      = "p-205"
	hostile  = "</pre><script>alert(1)</script>"
	shown    = "I agree to get texts from Elm Street Dental, sent through DentTracks: reminders of my appointments and, if I ticked the box, " +
		"offers. Message frequency varies. Message and data rates may apply. Reply STOP to opt out, HELP for help. " +
		"Terms of service: https://elm.example/terms. Privacy policy: https://elm.example/privacy. Consent is not tied to any " +
		"purchases or additional services. Text messages are not encrypted. " + hostile
)

var (
	noon    = time.Date(2026, 3, 2, 18, 0, 0, 0, time.UTC)
	staff   = audit.Actor{Kind: audit.Staff, ID: "u-17"}
	manager = audit.Actor{Kind: audit.Staff, ID: "u-18"}
	patient = audit.Actor{Kind: audit.Patient, ID: ana}
	order   = pack.Scope{Recipient: pack.Court, Name: "Travis County Court", Document: "subpoena-7", Number: number}
	carrier = pack.Scope{Recipient: pack.Carrier, Name: "A Carrier", Number: number}
)

// bench is a service with all that it stands on: ledgers of consent, a log and its notary.
type bench struct {
	*pack.Service
	stage.Stage
	store    pack.Store
	consents *consent.Service
	prove    pack.Prove
	known    note.Verifiers
}

func onMemory(t testing.TB) bench {
	t.Helper()
	s, entries := stage.Memory(t, noon)
	return assemble(t, s, consentmem.NewPacks(entries), consentmem.New(entries), entries)
}

// layout is the tables of a bench on Postgres.
var layout = stage.NewLayout(pgtest.Tables(consentpg.Migrate))

func onPostgres(t testing.TB) bench {
	t.Helper()
	s, d := stage.Postgres(t, noon, layout)
	db, o := d.Pool(4), &consentpg.Options{Schema: d.Schema()}
	trees := auditpg.NewTrees(db, &auditpg.Options{Schema: d.Schema()})
	return assemble(t, s, consentpg.NewPacks(db, s.Keys, o), consentpg.New(db, s.Keys, o), trees)
}

func assemble(t testing.TB, s stage.Stage, store pack.Store, ledgers consent.Store, trees tree.Store) bench {
	t.Helper()
	consents, err := consent.New(ledgers, s.Log, &consent.Options{Now: s.Clock.Now})
	require.NoError(t, err)
	private, public, err := notary.GenerateKey("audit.elm-dental.example")
	require.NoError(t, err)
	signer, err := note.NewSigner(private)
	require.NoError(t, err)
	verifier, err := note.NewVerifier(public)
	require.NoError(t, err)
	known := note.VerifierList(verifier)
	n, err := notary.New(trees, s.Log, signer, known, nil)
	require.NoError(t, err)
	reader, err := notary.NewReader(trees, known)
	require.NoError(t, err)
	b := bench{Stage: s, store: store, consents: consents, known: known}
	b.prove = func(ctx context.Context, w io.Writer, practice string, ids []string) error {
		if _, err := n.Step(ctx); err != nil {
			return err
		}
		_, err := reader.Extract(ctx, w, practice, notary.IDs(ids...), nil)
		return err
	}
	b.Service, err = pack.New(store, s.Log, consents, b.prove, &pack.Options{Now: s.Clock.Now})
	require.NoError(t, err)
	return b
}

// onBoth runs a test on memory and on Postgres.
func onBoth(t *testing.T, test func(t *testing.T, open func(testing.TB) bench)) {
	t.Helper()
	stage.Both(t, onMemory, onPostgres, test)
}

// family has two patients consent on one number, and one of them on another. There was a stop before.
func (b bench) family(t testing.TB) bench {
	t.Helper()
	ctx := t.Context()
	require.NoError(t, b.consents.Accept(ctx, staff, consent.Duty{Practice: practice, Terms: "2026-01"}))
	require.NoError(t, b.consents.Configure(ctx, staff, consent.Settings{Practice: practice, Name: "Elm Street Dental", Platform: "DentTracks"}))
	for _, c := range consent.Categories() {
		require.NoError(t, b.consents.Publish(ctx, staff, consent.Wording{
			ID: string(c), Practice: practice, Category: c, Language: "en", Text: shown,
		}))
	}
	done := func(_ consent.State, err error) {
		t.Helper()
		require.NoError(t, err)
		b.Clock.Pass(time.Minute)
	}
	office := consent.Evidence{Wording: shown, Language: "en", Document: "scan-ana", Staff: "u-desk"}
	signed := consent.Evidence{Wording: shown, Language: "en", Signature: "sig-ana", Representative: "mother-of-ana"}
	web := consent.Evidence{Wording: shown, Language: "en", Address: "192.0.2.7", Browser: "Browser/1", Choice: consent.Separate}
	done(b.consents.Grant(ctx, staff, consent.Grant{
		ID: "old", Practice: practice, Number: number, Category: consent.Transactional, Patient: ana, Basis: consent.OfficeDocument, Evidence: office,
	}))
	done(b.consents.Revoke(ctx, audit.Actor{Kind: audit.Patient, ID: tim}, consent.Revocation{
		ID: "stop", Practice: practice, Number: number, Channel: consent.ByText, Evidence: consent.Evidence{Words: "stop, it hurts", Message: "m-1"},
	}))
	done(b.consents.Grant(ctx, staff, consent.Grant{
		ID: "signed", Practice: practice, Number: number, Category: consent.Transactional, Patient: ana, Basis: consent.SignedAgreement, Evidence: signed,
	}))
	done(b.consents.Grant(ctx, patient, consent.Grant{
		ID: "web", Practice: practice, Number: number, Category: consent.Promotional, Patient: ana, Basis: consent.WebForm, Evidence: web,
	}))
	done(b.consents.Ask(ctx, staff, consent.Ask{ID: "ask", Practice: practice, Number: number}))
	done(b.consents.Confirm(ctx, patient, consent.Confirmation{
		ID: "yes", Practice: practice, Number: number, Evidence: consent.Evidence{Words: "YES please", Message: "m-2"},
	}))
	office.Document, office.Staff = "scan-tim", "u-tim"
	done(b.consents.Grant(ctx, staff, consent.Grant{
		ID: "tims", Practice: practice, Number: number, Category: consent.Conversational, Patient: tim, Basis: consent.OfficeDocument, Evidence: office,
	}))
	done(b.consents.Mute(ctx, audit.Actor{Kind: audit.Patient, ID: tim}, consent.Mute{ID: "mute", Practice: practice, Number: number, Patient: tim}))
	done(b.consents.Grant(ctx, staff, consent.Grant{
		ID: "second", Practice: practice, Number: second, Category: consent.Transactional, Patient: ana, Basis: consent.SignedAgreement, Evidence: signed,
	}))
	return b
}

// request has a release requested by a member of staff, under its own name.
func (b bench) request(t testing.TB, release string, s pack.Scope) {
	t.Helper()
	_, err := b.Request(t.Context(), staff, pack.Request{ID: release + " asked", Practice: practice, Release: release, Scope: s})
	require.NoError(t, err)
	b.Clock.Pass(time.Minute)
}

func (b bench) approve(t testing.TB, release string) {
	t.Helper()
	_, err := b.Approve(t.Context(), manager, pack.Approval{ID: release + " approved", Practice: practice, Release: release})
	require.NoError(t, err)
	b.Clock.Pass(time.Minute)
}

// file returns the file of a scope, approved where that is needed.
func (b bench) file(t testing.TB, s pack.Scope) string {
	t.Helper()
	release := "release to the " + string(s.Recipient)
	b.request(t, release, s)
	if s.Recipient == pack.Court || s.Recipient == pack.Carrier {
		b.approve(t, release)
	}
	var w bytes.Buffer
	_, err := b.Write(t.Context(), staff, &w, practice, release)
	require.NoError(t, err)
	return w.String()
}

// pre returns what a browser copies of a part of the file.
func pre(t testing.TB, file, id string) string {
	t.Helper()
	found := regexp.MustCompile(`(?s)<pre id="` + id + `">\n(.*?)</pre>`).FindStringSubmatch(file)
	require.Len(t, found, 2, "the file has no part %q", id)
	return html.UnescapeString(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(found[1]))
}

// line is a fact as a program reads it from the file.
type line struct {
	ID, Number, Kind, Category, Sender, Patient, Entry, Basis string
	At, Recorded                                              time.Time
	Actor                                                     struct{ Kind, ID string }
	About                                                     []string
	Erased                                                    bool
	Evidence                                                  map[string]string
}

func lines(t testing.TB, file string) []line {
	t.Helper()
	var all []line
	require.NoError(t, json.Unmarshal([]byte(pre(t, file, "facts")), &all))
	return all
}

// ids returns the ids of the facts that the file shows, in their order.
func ids(t testing.TB, file string) string {
	t.Helper()
	var all []string
	for _, l := range lines(t, file) {
		all = append(all, l.ID)
	}
	return strings.Join(all, " ")
}

// refused checks that this refusal of an action is on record.
func (b bench) refused(t testing.TB, action string, err error) {
	t.Helper()
	require.True(t, slices.ContainsFunc(b.Refused(t, practice, action), func(e audit.Entry) bool { return e.Reason == err.Error() }), "the refusal was not recorded")
}

// account returns what was handed out.
func (b bench) account(t testing.TB) []pack.Fact {
	t.Helper()
	page, err := b.Releases(t.Context(), manager, pack.Query{Practice: practice, Kind: pack.Written})
	require.NoError(t, err)
	return page.Facts
}
