package registration_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/sms/registration"
)

// TestPromise_D6_1_ANumberTextsInsideItsApprovedCampaignAlone follows a practice from nothing to texting and back.
func TestPromise_D6_1_ANumberTextsInsideItsApprovedCampaignAlone(t *testing.T) {
	onBoth(t, func(t *testing.T, open func(testing.TB) bench) {
		t.Run("refuses_a_number_until_its_campaign_is_approved_and_known", func(t *testing.T) {
			b := open(t)
			b.refused(t, long, "belongs to no campaign")
			b.draft(t, brand, content(brand))
			b.submit(t, brand)
			b.hear(t, brand, registration.Approved, registration.Notice{})
			b.draft(t, campaign, content(campaign))
			b.attach(t, long)
			b.refused(t, long, "was not submitted yet")
			b.submit(t, campaign)
			b.refused(t, long, "is under review")
			b.hear(t, campaign, registration.Rejected, registration.Notice{Code: "30893"})
			b.refused(t, long, "Take samples from the templates that are sent")
			b.draft(t, campaign, content(campaign))
			b.refused(t, long, "is being written anew")
			b.submit(t, campaign)
			b.hear(t, campaign, registration.Approved, registration.Notice{})
			b.refused(t, long, "carriers take up to three days")
			b.Clock.Pass(registration.Propagation - time.Microsecond)
			b.refused(t, long, "carriers take up to three days")
			b.Clock.Pass(time.Microsecond)
			require.True(t, b.stands(t, long).Approved)
			b.refused(t, "+15125550102", "belongs to no campaign")
		})

		t.Run("refuses_what_is_outside_the_use_case", func(t *testing.T) {
			b := open(t)
			b.approve(t, brand, campaign)
			b.attach(t, long)
			b.Clock.Pass(registration.Propagation)
			require.Equal(t, []consent.Category{consent.Transactional}, b.stands(t, long).Categories, "no offers, no conversations")

			offers := registration.Subject{Kind: registration.CampaignKind, ID: "offers"}
			c := content(campaign)
			c.Campaign.UseCase, c.Campaign.SubUseCases = registration.Mixed, []registration.UseCase{registration.Marketing, registration.CustomerCare}
			b.draft(t, offers, c)
			b.submit(t, offers)
			b.hear(t, offers, registration.Approved, registration.Notice{})
			_, err := b.Attach(t.Context(), staff, registration.Numbering{Practice: practice, Campaign: offers.ID, Number: "+15125550102"})
			require.NoError(t, err)
			_, err = b.Carry(t.Context(), worker, registration.Numbering{Practice: practice, Campaign: offers.ID, Number: "+15125550102"})
			require.NoError(t, err)
			require.Equal(t, []consent.Category{consent.Conversational, consent.Promotional}, b.stands(t, "+15125550102").Categories, "and no reminders")
		})

		t.Run("refuses_a_number_whose_registration_ends", func(t *testing.T) {
			b := open(t)
			b.approve(t, brand, campaign)
			b.attach(t, long)
			_, err := b.Carry(t.Context(), worker, registration.Numbering{Practice: practice, Campaign: campaign.ID, Number: long})
			require.NoError(t, err)
			for subject, why := range map[registration.Subject]string{brand: "brand of the number", campaign: "campaign of the number"} {
				for _, kind := range []registration.Kind{registration.Suspended, registration.Rejected, registration.Expired} {
					require.True(t, b.stands(t, long).Approved)
					b.hear(t, subject, kind, registration.Notice{})
					b.refused(t, long, why)
					b.hear(t, subject, registration.Approved, registration.Notice{})
				}
			}
			b.hear(t, campaign, registration.Approved, registration.Notice{Until: noon.Add(100 * time.Hour)})
			b.Clock.Pass(99 * time.Hour)
			require.Equal(t, noon.Add(100*time.Hour), b.stands(t, long).Until)
			b.Clock.Pass(time.Hour)
			b.refused(t, long, "has lapsed")
		})

		t.Run("refuses_another_practice_s_number", func(t *testing.T) {
			b := open(t)
			b.approve(t, brand, campaign)
			b.attach(t, long)
			b.Clock.Pass(registration.Propagation)
			s, err := b.Standing(t.Context(), "oak-street", long)
			require.NoError(t, err)
			require.False(t, s.Approved)
		})
	})
}

// TestPromise_D6_1_BusinessDetailsAndSamplesAreJudgedBeforeTheyAreSubmitted shows what never reaches a provider.
func TestPromise_D6_1_BusinessDetailsAndSamplesAreJudgedBeforeTheyAreSubmitted(t *testing.T) {
	onBoth(t, func(t *testing.T, open func(testing.TB) bench) {
		try := func(t *testing.T, rules []registration.Rule, subject registration.Subject, c registration.Content) (*office, bench, error) {
			t.Helper()
			o := &office{word: registration.Word{Kind: registration.Received, Notice: registration.Notice{Reference: "C1"}}}
			b := open(t)
			b.approve(t, brand)
			b = b.by(t, registration.Options{Registrars: map[string]registration.Registrar{"telnyx": o}, Rules: rules})
			b.draft(t, subject, c)
			_, err := b.Submit(t.Context(), staff, registration.Submission{Practice: practice, Subject: subject, Provider: "telnyx"})
			return o, b, err
		}

		t.Run("submits_what_is_ready", func(t *testing.T) {
			o, _, err := try(t, nil, campaign, content(campaign))
			require.NoError(t, err)
			require.Len(t, o.asked, 1)
		})

		t.Run("refuses_business_details_that_are_wrong", func(t *testing.T) {
			c := content(brand)
			c.Brand.EIN, c.Brand.Address.Zip = "the vendor's", ""
			other := registration.Subject{Kind: registration.BrandKind, ID: "second"}
			o, b, err := try(t, nil, other, c)
			require.Equal(t, []string{"EIN", "Address.Zip"}, fields(t, err))
			require.Empty(t, o.asked)
			require.Equal(t, []string{err.Error()}, b.refusals(t, "sms.registration.submit"))
		})

		t.Run("refuses_samples_that_are_wrong", func(t *testing.T) {
			c := content(campaign)
			c.Campaign.Samples = []string{"Your visit is tomorrow at nine o'clock.", "Elm Street Dental: see you tomorrow. Reply STOP to end."}
			o, b, err := try(t, nil, campaign, c)
			require.Equal(t, []string{"Samples[0]", "Samples[0]"}, fields(t, err))
			require.Empty(t, o.asked)
			facts, err2 := b.store.Ledger(t.Context(), practice)
			require.NoError(t, err2)
			require.Equal(t, registration.Drafted, registration.StateOf(facts, campaign, b.Clock.Now()).Status)
			require.Equal(t, []string{err.Error()}, b.refusals(t, "sms.registration.submit"))
			for _, e := range b.Logged(t, practice, "sms.registration.submit") {
				require.NotContains(t, e.Reason, "nine o'clock")
			}
		})

		t.Run("without_rule", func(t *testing.T) {
			c := content(campaign)
			c.Campaign.PrivacyURL = ""
			o, _, err := try(t, nil, campaign, c)
			require.Equal(t, []string{"PrivacyURL"}, fields(t, err))
			require.Empty(t, o.asked)
			o, _, err = try(t, []registration.Rule{}, campaign, c)
			require.NoError(t, err, "nothing else asks for the page")
			require.Len(t, o.asked, 1)
		})
	})
}

// TestPromise_D6_1_LimitsCountForAllWorkersTogether shows what the dispatcher counts under: one campaign, and one brand at all
// practices and providers.
func TestPromise_D6_1_LimitsCountForAllWorkersTogether(t *testing.T) {
	onBoth(t, func(t *testing.T, open func(testing.TB) bench) {
		b := open(t)
		b.draft(t, brand, content(brand))
		b.submit(t, brand)
		b.hear(t, brand, registration.Approved, registration.Notice{Registry: "BELM001", Score: 60})
		b.draft(t, campaign, content(campaign))
		b.submit(t, campaign)
		b.hear(t, campaign, registration.Approved, registration.Notice{Registry: "CELM001"})
		numbers := []string{long, "+15125550102"}
		for _, number := range numbers {
			b.attach(t, number)
		}

		t.Run("refuses_a_limit_to_a_number_that_may_not_text", func(t *testing.T) {
			_, ok, err := b.Limits(t.Context(), practice, long)
			require.NoError(t, err)
			require.False(t, ok)
		})

		b.Clock.Pass(registration.Propagation)
		for _, number := range numbers {
			l, ok, err := b.Limits(t.Context(), practice, number)
			require.NoError(t, err)
			require.True(t, ok)
			require.Equal(t, 2400, l.PerMinute.Count)
			require.Equal(t, "campaign/registry/CELM001", l.PerMinute.Key)
			require.Equal(t, 40_000, l.PerDay.Count)
			require.Equal(t, "brand/registry/BELM001", l.PerDay.Key)
		}
	})
}

// TestPromise_D6_1_DriftFromTheSamplesIsTold compares what is sent with what was registered.
func TestPromise_D6_1_DriftFromTheSamplesIsTold(t *testing.T) {
	onBoth(t, func(t *testing.T, open func(testing.TB) bench) {
		b := open(t)
		b.approve(t, brand, campaign, tollFree)
		b.attach(t, long)
		for _, number := range []string{long, free} {
			d, err := b.Drift(t.Context(), practice, number, varied[0])
			require.NoError(t, err)
			require.False(t, d.Off)
		}
		t.Run("refuses_another_purpose", func(t *testing.T) {
			for _, number := range []string{long, free, "+15125550199"} {
				d, err := b.Drift(t.Context(), practice, number, strange[1])
				require.NoError(t, err)
				require.True(t, d.Off)
			}
		})
	})
}

// TestPromise_D6_2_AnUnverifiedTollFreeNumberTextsNothing follows a toll-free number from nothing to texting and back.
func TestPromise_D6_2_AnUnverifiedTollFreeNumberTextsNothing(t *testing.T) {
	onBoth(t, func(t *testing.T, open func(testing.TB) bench) {
		t.Run("refuses_it_until_it_is_verified", func(t *testing.T) {
			b := open(t)
			b.refused(t, free, "was not submitted yet")
			b.draft(t, brand, content(brand))
			b.draft(t, tollFree, content(tollFree))
			b.refused(t, free, "was not submitted yet")
			b.submit(t, tollFree)
			b.refused(t, free, "is under review")
			b.hear(t, tollFree, registration.InReview, registration.Notice{})
			b.refused(t, free, "is under review")
			b.hear(t, tollFree, registration.Rejected, registration.Notice{Code: "30445", Reason: "the website does not open", EditUntil: noon.Add(7 * 24 * time.Hour)})
			b.refused(t, free, "was rejected")
			b.draft(t, tollFree, content(tollFree))
			b.submit(t, tollFree)
			b.hear(t, tollFree, registration.Approved, registration.Notice{})
			s := b.stands(t, free)
			require.True(t, s.Approved)
			require.Equal(t, registration.TollFreeNumber, s.Kind)
			require.Equal(t, []consent.Category{consent.Transactional}, s.Categories)
		})

		t.Run("refuses_it_when_it_is_suspended_rejected_or_lapsed", func(t *testing.T) {
			b := open(t)
			b.approve(t, brand, tollFree)
			for _, kind := range []registration.Kind{registration.Suspended, registration.Rejected, registration.Expired, registration.InReview} {
				require.True(t, b.stands(t, free).Approved)
				b.hear(t, tollFree, kind, registration.Notice{})
				b.refused(t, free, "verification of the toll-free number")
				b.hear(t, tollFree, registration.Approved, registration.Notice{})
			}
			b.hear(t, tollFree, registration.Approved, registration.Notice{Until: noon.Add(time.Hour)})
			b.Clock.Pass(time.Hour)
			b.refused(t, free, "has lapsed")
		})

		t.Run("refuses_it_for_a_campaign_s_sake", func(t *testing.T) {
			b := open(t)
			b.approve(t, brand, campaign)
			_, err := b.Attach(t.Context(), staff, registration.Numbering{Practice: practice, Campaign: campaign.ID, Number: free})
			require.ErrorIs(t, err, registration.ErrInvalid)
			b.refused(t, free, "was not submitted yet")
		})

		t.Run("refuses_to_submit_it_without_what_is_required", func(t *testing.T) {
			b := open(t)
			b.approve(t, brand)
			c := content(tollFree)
			c.TollFree.PrivacyURL, c.TollFree.OptInImages = "", nil
			b.draft(t, tollFree, c)
			_, err := b.Submit(t.Context(), staff, registration.Submission{Practice: practice, Subject: tollFree, Provider: "twilio"})
			require.Equal(t, []string{"OptInImages", "PrivacyURL"}, fields(t, err))
			require.Equal(t, []string{err.Error()}, b.refusals(t, "sms.registration.submit"))
		})

		t.Run("without_rule", func(t *testing.T) {
			b := open(t)
			b.approve(t, brand)
			c := content(tollFree)
			c.TollFree.PrivacyURL = ""
			b.draft(t, tollFree, c)
			_, err := b.Submit(t.Context(), staff, registration.Submission{Practice: practice, Subject: tollFree, Provider: "twilio"})
			require.Equal(t, []string{"PrivacyURL"}, fields(t, err))
			b = b.by(t, registration.Options{Rules: []registration.Rule{}})
			_, err = b.Submit(t.Context(), staff, registration.Submission{Practice: practice, Subject: tollFree, Provider: "twilio"})
			require.NoError(t, err, "nothing else asks for the page")
		})

		t.Run("every_step_is_in_the_log", func(t *testing.T) {
			b := open(t)
			b.approve(t, brand, tollFree)
			n := map[string]int{}
			for _, e := range b.Logged(t, practice) {
				n[e.Action]++
				require.Equal(t, audit.Done, e.Outcome)
			}
			require.Equal(t, map[string]int{"sms.registration.draft": 2, "sms.registration.submit": 2, "sms.registration.report": 2}, n)
		})
	})
}
