package representative_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/consent/consentmem"
	"github.com/enamel-go/enamel/consent/consentpg"
	"github.com/enamel-go/enamel/consent/representative"
	"github.com/enamel-go/enamel/internal/pgtest"
	"github.com/enamel-go/enamel/internal/stage"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

const (
	practice = "elm-street"
	patient  = "p-204"
	texas    = "TX"
)

var (
	noon   = time.Date(2026, 3, 2, 18, 0, 0, 0, time.UTC) // in Chicago
	staff  = audit.Actor{Kind: audit.Staff, ID: "u-17"}
	form   = audit.Actor{Kind: audit.System, ID: "report form"}
	child  = audit.Actor{Kind: audit.Patient, ID: patient}
	mother = audit.Actor{Kind: audit.Representative, ID: "mother"}
	father = audit.Actor{Kind: audit.Representative, ID: "father"}
	key    = representative.Key{Practice: practice, Patient: patient}
	seven  = date(2019, 1, 15)
	ten    = date(2015, 7, 1)
)

func date(year int, month time.Month, day int) representative.Date {
	return representative.Date{Year: year, Month: month, Day: day}
}

func chicago(t testing.TB) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("America/Chicago")
	require.NoError(t, err)
	return zone
}

// bench is a service with all that it stands on, and consent to texts beside it.
type bench struct {
	*representative.Service
	stage.Stage
	store representative.Store
	texts *consent.Service
}

func onMemory(t testing.TB) bench {
	t.Helper()
	s, entries := stage.Memory(t, noon)
	return assemble(t, s, consentmem.NewRepresentatives(entries), consentmem.New(entries))
}

// layout is the tables of a bench on Postgres.
var layout = stage.NewLayout(pgtest.Tables(consentpg.Migrate))

func onPostgres(t testing.TB) bench {
	t.Helper()
	s, d := stage.Postgres(t, noon, layout)
	db, o := d.Pool(4), &consentpg.Options{Schema: d.Schema()}
	return assemble(t, s, consentpg.NewRepresentatives(db, s.Keys, o), consentpg.New(db, s.Keys, o))
}

func assemble(t testing.TB, s stage.Stage, store representative.Store, texts consent.Store) bench {
	t.Helper()
	consents, err := consent.New(texts, s.Log, &consent.Options{Now: s.Clock.Now})
	require.NoError(t, err)
	return bench{nil, s, store, consents}.by(t, representative.Promised())
}

// by returns the bench with a service of other rules.
func (b bench) by(t testing.TB, rules []representative.Rule) bench {
	t.Helper()
	law, err := representative.NewLaw(rules, representative.Ages())
	require.NoError(t, err)
	s, err := representative.New(b.store, b.Log, &representative.Options{Law: law, Now: b.Clock.Now})
	require.NoError(t, err)
	b.Service = s
	return b
}

// without returns the promised rules but for some.
func without(ids ...string) []representative.Rule {
	return slices.DeleteFunc(representative.Promised(), func(r representative.Rule) bool { return slices.Contains(ids, r.ID) })
}

// set moves the clock to a minute of a day in Chicago.
func (b bench) set(t testing.TB, d representative.Date, hour, minute int) {
	t.Helper()
	b.Clock.Set(time.Date(d.Year, d.Month, d.Day, hour, minute, 0, 0, chicago(t)))
}

// onBoth runs a test on memory and on Postgres.
func onBoth(t *testing.T, test func(t *testing.T, open func(testing.TB) bench)) {
	t.Helper()
	stage.Both(t, onMemory, onPostgres, test)
}

// refused checks that the one refusal on record of an action is this one.
func (b bench) refused(t testing.TB, action, why string) {
	t.Helper()
	entries := b.Refused(t, practice, action)
	require.Len(t, entries, 1)
	require.Equal(t, why, entries[0].Reason)
}

// facts returns the ledger.
func (b bench) facts(t testing.TB) []representative.Fact {
	t.Helper()
	facts, err := b.store.Ledger(t.Context(), key)
	require.NoError(t, err)
	return facts
}

// may asks whether somebody may do something now about a patient in Texas.
func (b bench) may(t testing.TB, who audit.Actor, act representative.Act, born representative.Date) representative.Answer {
	t.Helper()
	return b.ask(t, representative.Question{Person: who, Act: act, Born: born, State: texas, Zone: chicago(t)})
}

func (b bench) ask(t testing.TB, q representative.Question) representative.Answer {
	t.Helper()
	a, err := b.May(t.Context(), key, q)
	require.NoError(t, err)
	require.NotEmpty(t, a.Why)
	return a
}

func (b bench) allows(t testing.TB, who audit.Actor, act representative.Act, born representative.Date) {
	t.Helper()
	a := b.may(t, who, act, born)
	require.True(t, a.Allowed, a.Why)
}

func (b bench) refuses(t testing.TB, who audit.Actor, act representative.Act, born representative.Date, rule string) {
	t.Helper()
	a := b.may(t, who, act, born)
	require.False(t, a.Allowed, a.Why)
	require.Equal(t, rule, a.Rule, a.Why)
}

var certificate = representative.Proof{Kind: "birth certificate", Document: "scan-88"}

func appointing(who audit.Actor) representative.Appointment {
	return representative.Appointment{
		ID: "a " + who.ID, Practice: practice, Patient: patient, Person: who.ID, Basis: representative.Parent, Acts: representative.Acts(),
		From: date(2020, 1, 1), Proof: certificate,
	}
}

func (b bench) appoint(t testing.TB, a representative.Appointment) {
	t.Helper()
	_, err := b.Appoint(t.Context(), staff, a)
	require.NoError(t, err)
}

func barring(who audit.Actor) representative.Order {
	return representative.Order{
		ID: "o " + who.ID, Practice: practice, Patient: patient, Person: who.ID, Bars: true, From: date(2026, 1, 1),
		Proof: representative.Proof{Kind: "custody order", Document: "scan-90"},
	}
}

func consenting(who audit.Actor) representative.ParentConsent {
	return representative.ParentConsent{
		ID: "c " + who.ID, Practice: practice, Patient: patient, Parent: who.ID, Method: representative.SignedForm,
		Proof:   representative.Proof{Kind: "signed form", Document: "scan-91"},
		Wording: "I consent that my child uses the portal.", Language: "en",
	}
}

func (b bench) consent(t testing.TB, who audit.Actor) {
	t.Helper()
	_, err := b.Consent(t.Context(), who, consenting(who))
	require.NoError(t, err)
}

func reporting() representative.ChildReport {
	return representative.ChildReport{
		ID: "r-1", Practice: practice, Patient: patient, Name: "Ana Ruiz", Contact: "ana@example.com", Words: "My son filled in your form.",
	}
}

func releasing(finding representative.Finding) representative.Release {
	return representative.Release{
		ID: "u-1", Practice: practice, Patient: patient, Report: "r-1", Finding: finding,
		Proof: representative.Proof{Kind: "call to the parent", Document: "call-5"}, Reason: "The mother was called, and consents.",
	}
}

func removing() representative.Removal {
	return representative.Removal{
		ID: "d-1", Practice: practice, Patient: patient, Report: "r-1",
		Proof: representative.Proof{Kind: "deletion record", Document: "job-7"}, Reason: "The mother does not consent.",
	}
}

func replying() representative.Reply {
	return representative.Reply{ID: "w-1", Practice: practice, Patient: patient, Report: "r-1", Message: "mail-12"}
}

// number is the phone of the patient's family.
var number = consent.Key{Practice: practice, Number: "+12125550100"}

// shown is what is read before a consent.
const shown = "I agree to get texts from Elm Street Dental, sent through DentTracks: reminders of my appointments and, if I ticked the box, " +
	"offers. Message frequency varies. Message and data rates may apply. Reply STOP to opt out, HELP for help. " +
	"Terms of service: https://elm.example/terms. Privacy policy: https://elm.example/privacy. Consent is not tied to any " +
	"purchases or additional services. Text messages are not encrypted."

// grants is written consent to texts about appointments.
func (b bench) grants(t testing.TB, at time.Time) {
	t.Helper()
	_, err := b.texts.Grant(t.Context(), staff, consent.Grant{
		Practice: practice, Number: number.Number, Category: consent.Transactional, Basis: consent.SignedAgreement, At: at,
		Evidence: consent.Evidence{Wording: shown, Language: "en", Signature: "sig-1"},
	})
	require.NoError(t, err)
}

// texted returns what texts about appointments stand at.
func (b bench) texted(t testing.TB) consent.Status {
	t.Helper()
	p, err := b.texts.Permission(t.Context(), number, consent.Use{Category: consent.Transactional})
	require.NoError(t, err)
	return p.Status
}
