package registration_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/uptrace/bun"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/internal/pgtest"
	"github.com/enamel-go/enamel/internal/stage"
	"github.com/enamel-go/enamel/sms/registration"
	"github.com/enamel-go/enamel/sms/smsmem"
	"github.com/enamel-go/enamel/sms/smspg"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

const (
	practice = "elm-street"
	long     = "+15125550100"
	free     = "+18335550100"
)

var (
	noon     = time.Date(2026, time.November, 30, 18, 0, 0, 0, time.UTC)
	staff    = audit.Actor{Kind: audit.Staff, ID: "u-17"}
	worker   = audit.Actor{Kind: audit.System, ID: "registrations"}
	brand    = registration.Subject{Kind: registration.BrandKind, ID: "brand"}
	campaign = registration.Subject{Kind: registration.CampaignKind, ID: "reminders"}
	tollFree = registration.Subject{Kind: registration.TollFreeKind, ID: free}
)

// bench is a service with all that it stands on.
type bench struct {
	*registration.Service
	stage.Stage
	store registration.Store
}

func onMemory(t testing.TB) bench {
	t.Helper()
	s, entries := stage.Memory(t, noon)
	return assemble(t, s, smsmem.NewRegistrations(entries))
}

// layout is the tables of a bench on Postgres.
var layout = stage.NewLayout(func(ctx context.Context, db *bun.DB, schema string) error {
	return smspg.Migrate(ctx, db, &smspg.Options{Schema: schema})
})

func onPostgres(t testing.TB) bench {
	t.Helper()
	s, d := stage.Postgres(t, noon, layout)
	db, o := d.Pool(4), &smspg.Options{Schema: d.Schema()}
	return assemble(t, s, smspg.NewRegistrations(db, s.Keys, o))
}

func assemble(t testing.TB, s stage.Stage, store registration.Store) bench {
	t.Helper()
	return bench{nil, s, store}.by(t, registration.Options{})
}

// by returns the bench with a service of other options.
func (b bench) by(t testing.TB, o registration.Options) bench {
	t.Helper()
	o.Now = b.Clock.Now
	s, err := registration.New(b.store, b.Log, &o)
	require.NoError(t, err)
	b.Service = s
	return b
}

// onBoth runs a test on memory and on Postgres.
func onBoth(t *testing.T, test func(t *testing.T, open func(testing.TB) bench)) {
	t.Helper()
	stage.Both(t, onMemory, onPostgres, test)
}

// refusals returns the reasons of the refusals on record.
func (b bench) refusals(t testing.TB, action string) []string {
	t.Helper()
	var reasons []string
	for _, e := range b.Refused(t, practice, action) {
		reasons = append(reasons, e.Reason)
	}
	return reasons
}

// elm is a practice as it is registered.
func elm() registration.Brand {
	return registration.Brand{
		Name: "Elm Street Dental PLLC", DisplayName: "Elm Street Dental", Entity: registration.PrivateProfit, EIN: "98-7654321",
		Vertical: registration.Healthcare, Website: "https://elm.example", Email: "hello@elm.example", Phone: "+15125550100",
		Address: registration.Address{Street: "4 Oak Street", City: "Austin", State: "TX", Zip: "78701", Country: "US"},
		Contact: registration.Contact{First: "Ana", Last: "Lopez", Email: "ana@elm.example", Phone: "+15125550101"},
	}
}

// reminders is a campaign as it is approved.
func reminders() registration.Campaign {
	return registration.Campaign{
		Brand: "brand", UseCase: registration.AccountNotification,
		Description: "Elm Street Dental reminds its patients of their appointments and confirms changes to them.",
		MessageFlow: "Patients tick a box on the intake form, on paper at the desk or at https://elm.example/intake.",
		Samples: []string{
			"Elm Street Dental: Hi [name], your visit is on Monday, March 2 at 9:00 AM. Reply C to confirm. Reply STOP to end.",
			"Elm Street Dental: a reminder of your appointment tomorrow at 3:30 PM. Please arrive early. Reply STOP to end.",
		},
		OptIn: registration.Reply{
			Keywords: []string{"START"},
			Message:  "Elm Street Dental: you will get appointment texts. Message frequency varies. Msg & data rates may apply. Reply HELP for help, STOP to end.",
		},
		OptOut:     registration.Reply{Keywords: []string{"STOP", "END"}, Message: "Elm Street Dental: you will receive no more texts from us."},
		Help:       registration.Reply{Keywords: []string{"HELP"}, Message: "Elm Street Dental: call 512-555-0100. Reply STOP to end."},
		PrivacyURL: "https://elm.example/privacy", TermsURL: "https://elm.example/terms",
	}
}

// verification is a toll-free number as it is approved.
func verification() registration.TollFree {
	c := reminders()
	return registration.TollFree{
		Brand: "brand", Notify: "office@elm.example", Uses: []registration.TollFreeUse{registration.AccountNotifications},
		Summary: c.Description, Sample: c.Samples[0], OptIn: registration.PaperForm, OptInFlow: c.MessageFlow,
		OptInImages: []string{"https://elm.example/form.png"}, Volume: "1,000", Confirmation: c.OptIn.Message, Help: c.Help.Message,
		PrivacyURL: c.PrivacyURL, TermsURL: c.TermsURL,
	}
}

// content is what a subject is in these tests.
func content(s registration.Subject) registration.Content {
	switch s.Kind {
	case registration.BrandKind:
		return registration.Content{Brand: elm()}
	case registration.CampaignKind:
		return registration.Content{Campaign: reminders()}
	}
	return registration.Content{TollFree: verification()}
}

func (b bench) draft(t testing.TB, s registration.Subject, c registration.Content) {
	t.Helper()
	_, err := b.Draft(t.Context(), staff, registration.Draft{Practice: practice, Subject: s, Content: c})
	require.NoError(t, err)
}

func (b bench) submit(t testing.TB, s registration.Subject) {
	t.Helper()
	_, err := b.Submit(t.Context(), staff, registration.Submission{Practice: practice, Subject: s, Provider: "telnyx"})
	require.NoError(t, err)
}

func (b bench) hear(t testing.TB, s registration.Subject, kind registration.Kind, n registration.Notice) {
	t.Helper()
	n.Provider = "telnyx"
	_, err := b.Report(t.Context(), worker, registration.Report{Practice: practice, Subject: s, Kind: kind, Notice: n})
	require.NoError(t, err)
}

// approve drafts, submits and has approved.
func (b bench) approve(t testing.TB, subjects ...registration.Subject) {
	t.Helper()
	for _, s := range subjects {
		b.draft(t, s, content(s))
		b.submit(t, s)
		b.hear(t, s, registration.Approved, registration.Notice{Reference: "ref-" + s.ID})
	}
}

func (b bench) attach(t testing.TB, number string) {
	t.Helper()
	_, err := b.Attach(t.Context(), staff, registration.Numbering{Practice: practice, Campaign: campaign.ID, Number: number})
	require.NoError(t, err)
}

// stands returns what a number stands at.
func (b bench) stands(t testing.TB, number string) registration.Standing {
	t.Helper()
	s, err := b.Standing(t.Context(), practice, number)
	require.NoError(t, err)
	return s
}

// refused checks that a number may not text, and why.
func (b bench) refused(t testing.TB, number, why string) {
	t.Helper()
	s := b.stands(t, number)
	require.False(t, s.Approved)
	require.Contains(t, s.Why, why)
	require.Empty(t, s.Categories)
}
