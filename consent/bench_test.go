package consent_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/uptrace/bun"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/consent/consentmem"
	"github.com/enamel-go/enamel/consent/consentpg"
	"github.com/enamel-go/enamel/crypto"
	"github.com/enamel-go/enamel/internal/pgtest"
	"github.com/enamel-go/enamel/internal/stage"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// bench is a service with all that it stands on.
type bench struct {
	*consent.Service
	stage.Stage
	store consent.Store
	shred func(ctx context.Context, practice, patient string) error // destroys the key of a patient's evidence
	wipe  func(testing.TB)                                          // deletes all facts; nil in memory
}

// with returns a service on the same store and log with other options; its time is the bench's.
func (b bench) with(t testing.TB, o consent.Options) *consent.Service {
	t.Helper()
	o.Now = b.Clock.Now
	s, err := consent.New(b.store, b.Log, &o)
	require.NoError(t, err)
	return s
}

func onMemory(t testing.TB) bench {
	t.Helper()
	s, entries := stage.Memory(t, noon)
	store := consentmem.New(entries)
	return assemble(t, s, store, store.Shred)
}

// layout is the tables of a bench on Postgres.
var layout = stage.NewLayout(pgtest.Tables(consentpg.Migrate))

func onPostgres(t testing.TB) bench {
	t.Helper()
	s, d := stage.Postgres(t, noon, layout)
	db, o := d.Pool(4), &consentpg.Options{Schema: d.Schema()}
	shred := func(ctx context.Context, practice, patient string) error {
		return s.Keys.Shred(ctx, crypto.Subject{Practice: practice, Patient: patient, Class: crypto.Evidence})
	}
	b := assemble(t, s, consentpg.New(db, s.Keys, o), shred)
	b.wipe = func(t testing.TB) {
		t.Helper()
		_, err := db.NewRaw("DELETE FROM ?", bun.Ident(d.Schema()+".consent_fact")).Exec(context.Background())
		require.NoError(t, err)
	}
	return b
}

func assemble(t testing.TB, s stage.Stage, store consent.Store, shred func(context.Context, string, string) error) bench {
	t.Helper()
	b := bench{Stage: s, store: store, shred: shred}
	b.Service = b.with(t, consent.Options{})
	b.Clock.Set(noon.AddDate(-3, 0, 0))
	b.ready(t, b.Service, key.Practice)
	b.Clock.Set(noon)
	return b
}

// The texts that patients of the tests are shown.
const (
	shown = "I agree to get texts from Elm Street Dental, sent through DentTracks: reminders of my appointments and, if I ticked the box, " +
		"offers. Message frequency varies. Message and data rates may apply. Reply STOP to opt out, HELP for help. " +
		"Terms of service: https://elm.example/terms. Privacy policy: https://elm.example/privacy. Consent is not tied to any " +
		"purchases or additional services. Text messages are not encrypted."
	shownInSpanish = "Acepto recibir mensajes de Elm Street Dental, enviados mediante DentTracks: recordatorios de citas y, si marqué la casilla, " +
		"ofertas. La frecuencia de los mensajes varía. Pueden aplicarse tarifas de mensajes y datos. Responda STOP para cancelar. " +
		"Responda AYUDA para recibir ayuda. Términos: https://elm.example/es/t. Política de privacidad: https://elm.example/es/p. " +
		"El consentimiento no es condición de ninguna compra ni servicio. Los mensajes de texto no están cifrados."
)

// ready has a practice do what it must before its patients consent. The wordings are read in the tests of them, not here.
func (b bench) ready(t testing.TB, s *consent.Service, practice string) {
	t.Helper()
	ctx := context.Background()
	require.NoError(t, s.Accept(ctx, staff, consent.Duty{Practice: practice, Terms: "2026-01"}))
	require.NoError(t, s.Configure(ctx, staff, consent.Settings{Practice: practice, Name: "Elm Street Dental", Platform: "DentTracks"}))
	for _, c := range consent.Categories() {
		for id, w := range map[string]consent.Wording{
			"english": {Language: "en", Text: shown}, "spanish": {Language: "es", Text: shownInSpanish}, "exact": {Language: "en", Text: exact},
		} {
			w.ID, w.Practice, w.Category, w.By = string(c)+" "+id, practice, c, staff
			w.Effective, w.Recorded = b.Clock.Now(), b.Clock.Now()
			leaf, err := b.Log.Stamp(ctx, audit.Entry{Practice: practice, Actor: staff, Action: "consent.publish", Object: audit.Object{Kind: "practice", ID: practice}})
			require.NoError(t, err)
			_, err = b.store.Apply(ctx, consent.Change{Wording: &w, Seen: consent.Any, Leaves: []audit.Leaf{leaf}})
			require.NoError(t, err)
		}
	}
}

// exact has what an editor would put right.
const exact = shown + "\r\n— señal "

// onBoth runs a test on memory and on Postgres.
func onBoth(t *testing.T, test func(t *testing.T, open func(testing.TB) bench)) {
	t.Helper()
	stage.Both(t, onMemory, onPostgres, test)
}

// logged returns the practice's entries in full, oldest first, without those that [bench.ready] left.
func (b bench) logged(t testing.TB, practice string) []audit.Entry {
	t.Helper()
	return slices.DeleteFunc(b.Logged(t, practice), func(e audit.Entry) bool { return e.At.Before(noon) })
}

func (b bench) facts(t testing.TB) []consent.Fact {
	t.Helper()
	facts, err := b.store.Ledger(t.Context(), key)
	require.NoError(t, err)
	return facts
}

// status returns what a category stands at, by the read that a machine makes.
func (b bench) status(t testing.TB, c consent.Category) consent.Status {
	t.Helper()
	p, err := b.Permission(t.Context(), key, consent.Use{Category: c})
	require.NoError(t, err)
	return p.Status
}

func (b bench) why(t testing.TB, c consent.Category) string {
	t.Helper()
	p, err := b.Permission(t.Context(), key, consent.Use{Category: c})
	require.NoError(t, err)
	return p.Why
}

var (
	staff   = audit.Actor{Kind: audit.Staff, ID: "u-17"}
	patient = audit.Actor{Kind: audit.Patient, ID: "p-204"}
)

// grant is a good one.
func grant(c consent.Category) consent.Grant {
	return consent.Grant{
		Practice: key.Practice, Number: key.Number, Category: c, Basis: consent.SignedAgreement, Evidence: consent.Evidence{
			Wording: shown, Language: "en", Signature: "sig-1",
		},
	}
}

func stop() consent.Revocation {
	return consent.Revocation{
		Practice: key.Practice, Number: key.Number, Channel: consent.ByText, Evidence: consent.Evidence{Words: "STOP", Message: "m-1"},
	}
}

func start() consent.Restart {
	return consent.Restart{
		Practice: key.Practice, Number: key.Number, Evidence: consent.Evidence{Words: "START", Message: "m-2"},
	}
}

func ask() consent.Ask { return consent.Ask{Practice: key.Practice, Number: key.Number} }

func agree() consent.Confirmation {
	return consent.Confirmation{
		Practice: key.Practice, Number: key.Number, Evidence: consent.Evidence{Words: "AGREE", Message: "m-3"},
	}
}

// later lets a minute pass, so that what follows is later than what was.
func (b bench) later() { b.Clock.Pass(time.Minute) }

// must fails the test on an error, and drops the state.
func must(t testing.TB) func(consent.State, error) {
	t.Helper()
	return func(_ consent.State, err error) {
		t.Helper()
		require.NoError(t, err)
	}
}

// refused fails the test unless the error is the one that is wanted.
func refused(t testing.TB, want error) func(consent.State, error) {
	t.Helper()
	return func(_ consent.State, err error) {
		t.Helper()
		require.ErrorIs(t, err, want)
	}
}
