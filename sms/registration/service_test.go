package registration_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/sms/registration"
)

func TestNewRefuses(t *testing.T) {
	b := onMemory(t)
	for _, err := range []error{
		second(registration.New(nil, b.Log, nil)), second(registration.New(b.store, nil, nil)),
		second(registration.New(b.store, b.Log, &registration.Options{Timeout: -1})),
	} {
		require.ErrorIs(t, err, registration.ErrInvalid)
	}
}

func second[A any](_ A, err error) error { return err }

// acts are all commands, each on a bench where it can be done.
func acts() map[string]func(context.Context, bench, audit.Actor) (any, error) {
	return map[string]func(context.Context, bench, audit.Actor) (any, error){
		"draft": func(ctx context.Context, b bench, by audit.Actor) (any, error) {
			return b.Draft(ctx, by, registration.Draft{ID: "act", Practice: practice, Subject: tollFree, Content: content(tollFree)})
		},
		"submit": func(ctx context.Context, b bench, by audit.Actor) (any, error) {
			return b.Submit(ctx, by, registration.Submission{ID: "act", Practice: practice, Subject: campaign, Provider: "telnyx"})
		},
		"report": func(ctx context.Context, b bench, by audit.Actor) (any, error) {
			return b.Report(ctx, by, registration.Report{
				ID: "act", Practice: practice, Subject: brand, Kind: registration.Suspended, Notice: registration.Notice{Provider: "telnyx"},
			})
		},
		"attach": func(ctx context.Context, b bench, by audit.Actor) (any, error) {
			return b.Attach(ctx, by, registration.Numbering{ID: "act", Practice: practice, Campaign: campaign.ID, Number: "+15125550102"})
		},
		"carry": func(ctx context.Context, b bench, by audit.Actor) (any, error) {
			return b.Carry(ctx, by, registration.Numbering{ID: "act", Practice: practice, Campaign: campaign.ID, Number: long})
		},
		"detach": func(ctx context.Context, b bench, by audit.Actor) (any, error) {
			return b.Detach(ctx, by, registration.Numbering{ID: "act", Practice: practice, Campaign: campaign.ID, Number: long})
		},
	}
}

// busy is a bench with an approved brand, a drafted campaign and a number of it.
func busy(t testing.TB) bench {
	t.Helper()
	b := onMemory(t)
	b.approve(t, brand)
	b.draft(t, campaign, content(campaign))
	b.attach(t, long)
	return b
}

func TestTheSameActTwiceIsOne(t *testing.T) {
	for name, act := range acts() {
		t.Run(name, func(t *testing.T) {
			b := busy(t)
			action := "sms.registration." + name
			n := len(b.Logged(t, practice, action))
			once, err := act(t.Context(), b, staff)
			require.NoError(t, err)
			require.Len(t, b.Logged(t, practice, action), n+1)
			b.Clock.Pass(time.Hour)
			again, err := act(t.Context(), b, staff)
			require.NoError(t, err)
			require.Equal(t, once, again)
			require.Len(t, b.Logged(t, practice, action), n+1, "a repetition leaves no entry")
			_, err = act(t.Context(), b, worker)
			require.ErrorIs(t, err, registration.ErrConflict, "another's act has the id")
			require.Equal(t, []string{registration.ErrConflict.Error()}, b.refusals(t, action))
		})
	}
}

func TestAnActNeedsStaffOrASystem(t *testing.T) {
	for name, act := range acts() {
		b := busy(t)
		n := len(b.Logged(t, practice))
		for _, by := range []audit.Actor{{}, {Kind: audit.Patient, ID: "p-1"}, {Kind: audit.Staff}} {
			_, err := act(t.Context(), b, by)
			require.ErrorIs(t, err, registration.ErrInvalid, name)
		}
		require.Len(t, b.Logged(t, practice), n)
	}
}

func TestARefusalIsRecordedAndChangesNothing(t *testing.T) {
	full := func(b bench, t *testing.T) {
		for i := range registration.NumbersPerCampaign - 1 {
			b.attach(t, fmt.Sprintf("+1512555%04d", 200+i))
		}
	}
	for name, c := range map[string]struct {
		prepare func(bench, *testing.T)
		act     func(context.Context, bench) error
		err     error
		action  string
	}{
		"a draft without practice's subject": {nil, func(ctx context.Context, b bench) error {
			return second(b.Draft(ctx, staff, registration.Draft{Practice: practice, Subject: registration.Subject{Kind: "short_code", ID: "12345"}}))
		}, registration.ErrInvalid, "draft"},
		"a draft of something else": {nil, func(ctx context.Context, b bench) error {
			return second(b.Draft(ctx, staff, registration.Draft{Practice: practice, Subject: tollFree, Content: content(brand)}))
		}, registration.ErrInvalid, "draft"},
		"a draft of what is approved": {nil, func(ctx context.Context, b bench) error {
			return second(b.Draft(ctx, staff, registration.Draft{Practice: practice, Subject: brand, Content: content(brand)}))
		}, registration.ErrOrder, "draft"},
		"a draft of what is under review": {func(b bench, t *testing.T) { b.submit(t, campaign) }, func(ctx context.Context, b bench) error {
			return second(b.Draft(ctx, staff, registration.Draft{Practice: practice, Subject: campaign, Content: content(campaign)}))
		}, registration.ErrOrder, "draft"},
		"a submission of nothing": {nil, func(ctx context.Context, b bench) error {
			return second(b.Submit(ctx, staff, registration.Submission{Practice: practice, Subject: tollFree, Provider: "telnyx"}))
		}, registration.ErrUnknown, "submit"},
		"a submission to nobody": {nil, func(ctx context.Context, b bench) error {
			return second(b.Submit(ctx, staff, registration.Submission{Practice: practice, Subject: campaign}))
		}, registration.ErrInvalid, "submit"},
		"a submission again": {func(b bench, t *testing.T) { b.submit(t, campaign) }, func(ctx context.Context, b bench) error {
			return second(b.Submit(ctx, staff, registration.Submission{Practice: practice, Subject: campaign, Provider: "telnyx"}))
		}, registration.ErrOrder, "submit"},
		"a submission in the future": {nil, func(ctx context.Context, b bench) error {
			return second(b.Submit(ctx, staff, registration.Submission{Practice: practice, Subject: campaign, Provider: "telnyx", At: noon.Add(time.Hour)}))
		}, registration.ErrInvalid, "submit"},
		"a word about what was not submitted": {nil, func(ctx context.Context, b bench) error {
			return second(b.Report(ctx, worker, registration.Report{Practice: practice, Subject: campaign, Kind: registration.Approved, Notice: registration.Notice{Provider: "telnyx"}}))
		}, registration.ErrOrder, "report"},
		"a word of another provider": {nil, func(ctx context.Context, b bench) error {
			return second(b.Report(ctx, worker, registration.Report{Practice: practice, Subject: brand, Kind: registration.Suspended, Notice: registration.Notice{Provider: "twilio"}}))
		}, registration.ErrOrder, "report"},
		"a word that no provider says": {nil, func(ctx context.Context, b bench) error {
			return second(b.Report(ctx, worker, registration.Report{Practice: practice, Subject: brand, Kind: registration.Submitted, Notice: registration.Notice{Provider: "telnyx"}}))
		}, registration.ErrInvalid, "report"},
		"a return of what was taken on": {nil, func(ctx context.Context, b bench) error {
			return second(b.Report(ctx, worker, registration.Report{Practice: practice, Subject: brand, Kind: registration.Returned, Notice: registration.Notice{Provider: "telnyx"}}))
		}, registration.ErrOrder, "report"},
		"a return of what the provider has": {func(b bench, t *testing.T) {
			b.submit(t, campaign)
			b.hear(t, campaign, registration.Received, registration.Notice{Reference: "C1"})
		}, func(ctx context.Context, b bench) error {
			return second(b.Report(ctx, worker, registration.Report{Practice: practice, Subject: campaign, Kind: registration.Returned, Notice: registration.Notice{Provider: "telnyx"}}))
		}, registration.ErrOrder, "report"},
		"a number of no campaign": {nil, func(ctx context.Context, b bench) error {
			return second(b.Attach(ctx, staff, registration.Numbering{Practice: practice, Campaign: "offers", Number: "+15125550102"}))
		}, registration.ErrUnknown, "attach"},
		"a number twice": {nil, func(ctx context.Context, b bench) error {
			return second(b.Attach(ctx, staff, registration.Numbering{Practice: practice, Campaign: campaign.ID, Number: long}))
		}, registration.ErrOrder, "attach"},
		"a number of two campaigns": {func(b bench, t *testing.T) {
			b.draft(t, registration.Subject{Kind: registration.CampaignKind, ID: "offers"}, content(campaign))
		}, func(ctx context.Context, b bench) error {
			return second(b.Attach(ctx, staff, registration.Numbering{Practice: practice, Campaign: "offers", Number: long}))
		}, registration.ErrOrder, "attach"},
		"a toll-free number": {nil, func(ctx context.Context, b bench) error {
			return second(b.Attach(ctx, staff, registration.Numbering{Practice: practice, Campaign: campaign.ID, Number: free}))
		}, registration.ErrInvalid, "attach"},
		"a fiftieth number": {full, func(ctx context.Context, b bench) error {
			return second(b.Attach(ctx, staff, registration.Numbering{Practice: practice, Campaign: campaign.ID, Number: "+15125550102"}))
		}, registration.ErrFull, "attach"},
		"a foreign number detached": {nil, func(ctx context.Context, b bench) error {
			return second(b.Detach(ctx, staff, registration.Numbering{Practice: practice, Campaign: campaign.ID, Number: "+15125550102"}))
		}, registration.ErrUnknown, "detach"},
		"a foreign number carried": {nil, func(ctx context.Context, b bench) error {
			return second(b.Carry(ctx, staff, registration.Numbering{Practice: practice, Campaign: campaign.ID, Number: "+15125550102"}))
		}, registration.ErrUnknown, "carry"},
	} {
		t.Run(name, func(t *testing.T) {
			b := busy(t)
			if c.prepare != nil {
				c.prepare(b, t)
			}
			before, err := b.store.Ledger(t.Context(), practice)
			require.NoError(t, err)
			err = c.act(t.Context(), b)
			require.ErrorIs(t, err, c.err)
			after, err2 := b.store.Ledger(t.Context(), practice)
			require.NoError(t, err2)
			require.Equal(t, before, after)
			require.Equal(t, []string{err.Error()}, b.refusals(t, "sms.registration."+c.action))
		})
	}
}

func TestABrandHasFiveCampaigns(t *testing.T) {
	b := onMemory(t)
	b.approve(t, brand)
	of := func(id string) registration.Subject {
		return registration.Subject{Kind: registration.CampaignKind, ID: id}
	}
	for i := range registration.CampaignsPerBrand {
		b.draft(t, of(fmt.Sprint(i)), content(campaign))
		b.submit(t, of(fmt.Sprint(i)))
	}
	b.draft(t, campaign, content(campaign))
	_, err := b.Submit(t.Context(), staff, registration.Submission{Practice: practice, Subject: campaign, Provider: "telnyx"})
	require.ErrorIs(t, err, registration.ErrFull)
	b.hear(t, of("0"), registration.Suspended, registration.Notice{})
	_, err = b.Submit(t.Context(), staff, registration.Submission{Practice: practice, Subject: campaign, Provider: "telnyx"})
	require.ErrorIs(t, err, registration.ErrFull, "one that is suspended is there all the same")
	b.hear(t, of("0"), registration.Expired, registration.Notice{})
	b.submit(t, campaign)
}

func TestACampaignWaitsForItsBrand(t *testing.T) {
	b := onMemory(t)
	b.draft(t, brand, content(brand))
	b.draft(t, campaign, content(campaign))
	_, err := b.Submit(t.Context(), staff, registration.Submission{Practice: practice, Subject: campaign, Provider: "telnyx"})
	require.ErrorIs(t, err, registration.ErrOrder)
	require.ErrorContains(t, err, "brand that it belongs to is not approved")
}

func TestWhatThePracticeHadBeforeIsTakenOver(t *testing.T) {
	o := &office{}
	b := onMemory(t).by(t, registration.Options{Registrars: map[string]registration.Registrar{"telnyx": o}})
	old := noon.AddDate(-1, 0, 0)
	for _, s := range []registration.Subject{brand, campaign} {
		c := content(s)
		c.Campaign.Help.Message = "" // it was approved without
		b.draft(t, s, c)
		_, err := b.Submit(t.Context(), staff, registration.Submission{Practice: practice, Subject: s, Provider: "telnyx", At: old})
		require.NoError(t, err)
		_, err = b.Report(t.Context(), staff, registration.Report{
			Practice: practice, Subject: s, Kind: registration.Approved, At: old.AddDate(0, 0, 7), Notice: registration.Notice{Provider: "telnyx", Reference: s.ID},
		})
		require.NoError(t, err)
	}
	_, err := b.Attach(t.Context(), staff, registration.Numbering{Practice: practice, Campaign: campaign.ID, Number: long, At: old.AddDate(0, 0, 8)})
	require.NoError(t, err)
	require.True(t, b.stands(t, long).Approved, b.stands(t, long).Why)
	require.Empty(t, o.asked, "it is not submitted again")
}

func TestAListWithoutEntriesIsNone(t *testing.T) {
	onBoth(t, func(t *testing.T, open func(testing.TB) bench) {
		b := open(t)
		d := registration.Draft{ID: "d", Practice: practice, Subject: campaign}
		d.Content.Campaign.Samples, d.Content.Campaign.Help.Keywords = []string{}, []string{}
		once, err := b.Draft(t.Context(), staff, d)
		require.NoError(t, err)
		require.Nil(t, once.Content.Campaign.Samples)
		d.Content.Campaign.Samples = nil
		again, err := b.Draft(t.Context(), staff, d)
		require.NoError(t, err)
		require.Equal(t, once, again)
	})
}

func TestRecordedTimesNeverRunBackwards(t *testing.T) {
	b := busy(t)
	b.Clock.Pass(-time.Hour)
	f, err := b.Detach(t.Context(), staff, registration.Numbering{Practice: practice, Campaign: campaign.ID, Number: long})
	require.NoError(t, err)
	require.Equal(t, noon, f.Recorded)
	b.refused(t, long, "belongs to no campaign")
}

func TestCheckSaysWhatADraftLacks(t *testing.T) {
	b := onMemory(t)
	b.draft(t, brand, registration.Content{})
	problems, err := b.Check(t.Context(), practice, brand, "telnyx")
	require.NoError(t, err)
	require.Len(t, problems, 15)
	require.Contains(t, problems[0].String(), "Name is missing. Give the legal name")
	_, err = b.Check(t.Context(), practice, campaign, "telnyx")
	require.ErrorIs(t, err, registration.ErrUnknown)
	_, err = b.Check(t.Context(), "", brand, "telnyx")
	require.ErrorIs(t, err, registration.ErrInvalid)
	b = onMemory(t)
	b.draft(t, brand, content(brand))
	problems, err = b.Check(t.Context(), practice, brand, "telnyx")
	require.NoError(t, err)
	require.Empty(t, problems)
}

func TestReadsAreRecorded(t *testing.T) {
	b := busy(t)
	o, err := b.Overview(t.Context(), staff, practice)
	require.NoError(t, err)
	require.Len(t, o.States, 2)
	require.Equal(t, elm(), o.States[0].Draft.Brand)
	require.Equal(t, []registration.Attachment{{Number: long, Campaign: campaign.ID, Since: noon}}, o.Numbers)
	page, err := b.Facts(t.Context(), staff, registration.Query{Practice: practice, Subject: brand})
	require.NoError(t, err)
	require.Len(t, page.Facts, 3)
	require.Len(t, b.Logged(t, practice, "sms.registration.read"), 2)
	_, err = b.Facts(t.Context(), staff, registration.Query{Practice: practice, Limit: -1})
	require.ErrorIs(t, err, registration.ErrInvalid)
	require.Equal(t, []string{err.Error()}, b.refusals(t, "sms.registration.read"))
	_, err = b.Overview(t.Context(), audit.Actor{}, practice)
	require.ErrorIs(t, err, registration.ErrInvalid)
	for _, ask := range []func() error{
		func() error { return second(b.Standing(t.Context(), "", long)) },
		func() error { return second(b.Drift(t.Context(), "", long, "")) },
		func() error { _, _, err := b.Limits(t.Context(), "", long); return err },
	} {
		require.ErrorIs(t, ask(), registration.ErrInvalid)
	}
}

// broken is a store that cannot be read.
type broken struct{ registration.Store }

func (broken) Ledger(context.Context, string) ([]registration.Fact, error) {
	return nil, errors.New("the disk is on fire")
}

func TestWhatCannotBeReadIsNoApproval(t *testing.T) {
	b := busy(t)
	s := b.WithStore(broken{b.store})
	standing, err := s.Standing(t.Context(), practice, long)
	require.ErrorContains(t, err, "on fire")
	require.Zero(t, standing)
	_, err = s.Overview(t.Context(), staff, practice)
	require.ErrorContains(t, err, "on fire")
}

func TestOfWritersAtOnceNoneIsLost(t *testing.T) {
	b := busy(t)
	var group sync.WaitGroup
	errs := make([]error, 8)
	for i := range errs {
		group.Go(func() {
			_, errs[i] = b.Attach(t.Context(), staff, registration.Numbering{Practice: practice, Campaign: campaign.ID, Number: fmt.Sprintf("+1512555%04d", 300+i)})
		})
	}
	group.Wait()
	require.NoError(t, errors.Join(errs...))
	facts, err := b.store.Ledger(t.Context(), practice)
	require.NoError(t, err)
	require.Len(t, registration.Numbers(facts, b.Clock.Now()), 9)
}

func TestNothingOfABrandIsInTheLogUnsealed(t *testing.T) {
	b := busy(t)
	page, err := b.Entries.Leaves(t.Context(), audit.Query{Practice: practice, Limit: 1000})
	require.NoError(t, err)
	for _, leaf := range page.Leaves {
		for _, secret := range []string{elm().EIN, elm().Contact.Last, elm().Contact.Email} {
			require.NotContains(t, string(leaf.Bytes), secret)
		}
	}
}

func BenchmarkStanding(b *testing.B) {
	for name, open := range map[string]func(testing.TB) bench{"mem": onMemory, "postgres": onPostgres} {
		b.Run(name, func(b *testing.B) {
			s := open(b)
			s.approve(b, brand, campaign, tollFree)
			for i := range 20 {
				s.attach(b, fmt.Sprintf("+1512555%04d", 100+i))
			}
			for b.Loop() {
				if _, err := s.Standing(b.Context(), practice, long); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
