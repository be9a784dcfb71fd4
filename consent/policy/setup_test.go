package policy_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/consent/consentmem"
	"github.com/enamel-go/enamel/consent/consentpg"
	"github.com/enamel-go/enamel/consent/policy"
	"github.com/enamel-go/enamel/internal/pgtest"
	"github.com/enamel-go/enamel/internal/stage"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

const (
	practice = "elm-street"
	document = "privacy"
	chicago  = "America/Chicago"
	clause   = "Continued use after a posted change is acceptance."
)

var (
	noon    = time.Date(2026, 3, 2, 18, 0, 0, 0, time.UTC) // in Chicago
	staff   = audit.Actor{Kind: audit.Staff, ID: "u-17"}
	patient = audit.Actor{Kind: audit.Patient, ID: "p-204"}
	key     = policy.Key{Practice: practice, Document: document, Person: patient}
)

// day is a day of 2026.
func day(month time.Month, day int) policy.Date {
	return policy.Date{Year: 2026, Month: month, Day: day}
}

// bench is a service with all that it stands on, and consent to texts beside it.
type bench struct {
	*policy.Service
	stage.Stage
	store policy.Store
	texts *consent.Service
}

func onMemory(t testing.TB) bench {
	t.Helper()
	s, entries := stage.Memory(t, noon)
	return assemble(t, s, consentmem.NewPolicies(entries), consentmem.New(entries))
}

// layout is the tables of a bench on Postgres.
var layout = stage.NewLayout(pgtest.Tables(consentpg.Migrate))

func onPostgres(t testing.TB) bench {
	t.Helper()
	s, d := stage.Postgres(t, noon, layout)
	db, o := d.Pool(4), &consentpg.Options{Schema: d.Schema()}
	return assemble(t, s, consentpg.NewPolicies(db, s.Keys, o), consentpg.New(db, s.Keys, o))
}

func assemble(t testing.TB, s stage.Stage, store policy.Store, texts consent.Store) bench {
	t.Helper()
	consents, err := consent.New(texts, s.Log, &consent.Options{Now: s.Clock.Now})
	require.NoError(t, err)
	return bench{nil, s, store, consents}.by(t, nil)
}

// by returns the bench with a service of other rules; nil means the promised ones.
func (b bench) by(t testing.TB, rules []policy.Rule) bench {
	t.Helper()
	s, err := policy.New(b.store, b.Log, &policy.Options{Rules: rules, Now: b.Clock.Now})
	require.NoError(t, err)
	b.Service = s
	return b
}

// set moves the clock to a moment of Chicago's.
func (b bench) set(t testing.TB, month time.Month, day, hour, minute int) {
	t.Helper()
	zone, err := time.LoadLocation(chicago)
	require.NoError(t, err)
	b.Clock.Set(time.Date(2026, month, day, hour, minute, 0, 0, zone))
}

// onBoth runs a test on memory and on Postgres.
func onBoth(t *testing.T, test func(t *testing.T, open func(testing.TB) bench)) {
	t.Helper()
	stage.Both(t, onMemory, onPostgres, test)
}

// first is a first version in effect from today, by whose words further use accepts a change.
func first() policy.Publication {
	return policy.Publication{
		ID: "f-1", Practice: practice, Document: document, Version: "1", Effective: day(3, 2), Zone: chicago,
		Texts: []policy.Text{{Language: "en", Body: "We keep what care needs. " + clause, Use: clause}},
	}
}

// second is a material change as it has to be announced.
func second() policy.Publication {
	return policy.Publication{
		ID: "f-2", Practice: practice, Document: document, Version: "2", Effective: day(6, 1), Zone: chicago,
		Texts: []policy.Text{
			{Language: "en", Body: "We keep less. " + clause, Use: clause},
			{Language: "es", Body: "Guardamos menos. Seguir es aceptar.", Use: "Seguir es aceptar."},
		},
		Material: true, Changes: "We keep less.",
		Announced: []policy.Announcement{{Channel: policy.Posting, On: day(3, 2)}, {Channel: policy.Email, On: day(5, 1), Reference: "mailing-9"}},
	}
}

// third is a change that matters to nobody.
func third() policy.Publication {
	return policy.Publication{
		ID: "f-3", Practice: practice, Document: document, Version: "3", Effective: day(7, 1), Zone: chicago,
		Texts:   []policy.Text{{Language: "en", Body: "We keep less, as said. " + clause, Use: clause}},
		Changes: "A spelling.", Announced: []policy.Announcement{{Channel: policy.Posting, On: day(7, 1)}},
	}
}

func (b bench) publish(t testing.TB, all ...policy.Publication) {
	t.Helper()
	for _, p := range all {
		_, err := b.Publish(t.Context(), staff, p)
		require.NoError(t, err)
	}
}

// accepting is the person's acceptance of the English text of a version.
func accepting(p policy.Publication) policy.Acceptance {
	return policy.Acceptance{
		ID: "yes " + p.Version, Practice: practice, Document: document, Version: p.Version, Person: patient,
		Language: "en", Wording: "I have read this policy and accept it.", Hash: p.Texts[0].Hash(),
	}
}

func (b bench) accept(t testing.TB, p policy.Publication) {
	t.Helper()
	_, err := b.Accept(t.Context(), patient, accepting(p))
	require.NoError(t, err)
}

func telling(p policy.Publication) policy.Telling {
	return policy.Telling{
		ID: "told " + p.Version, Practice: practice, Document: document, Version: p.Version, Person: patient, Channel: policy.Email,
		Message: "mail-7", Language: "en", Wording: p.Changes,
	}
}

func using(p policy.Publication) policy.Usage {
	return policy.Usage{ID: "use " + p.Version, Practice: practice, Document: document, Version: p.Version, Person: patient}
}

// due checks what is due of the person now, and of which version.
func (b bench) due(t testing.TB, step policy.Step, version, why string) {
	t.Helper()
	due, err := b.Due(t.Context(), key)
	require.NoError(t, err)
	require.Equal(t, step, due.Step, due.Why)
	require.Equal(t, version, due.Fact.Version)
	require.Contains(t, due.Why, why)
}

// versions returns the labels of a document's publications, withdrawn ones too.
func (b bench) versions(t testing.TB) []string {
	t.Helper()
	facts, err := b.Versions(t.Context(), practice, document)
	require.NoError(t, err)
	var labels []string
	for _, f := range facts {
		if f.Kind == policy.Published {
			labels = append(labels, f.Version)
		}
	}
	return labels
}

// person returns the person's facts.
func (b bench) person(t testing.TB) []policy.Fact {
	t.Helper()
	facts, err := b.store.Ledger(t.Context(), key)
	require.NoError(t, err)
	return facts
}

// refused checks that the one refusal on record is this one.
func (b bench) refused(t testing.TB, action string, err error) {
	t.Helper()
	entries := b.Refused(t, practice)
	require.Len(t, entries, 1)
	require.Equal(t, action, entries[0].Action)
	require.Equal(t, err.Error(), entries[0].Reason)
}
