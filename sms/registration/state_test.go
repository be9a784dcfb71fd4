package registration_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/sms/registration"
)

// at is so many hours after noon.
func at(hours int) time.Time { return noon.Add(time.Duration(hours) * time.Hour) }

// told is a fact of the campaign that happened and was recorded so many hours after noon.
func told(kind registration.Kind, hours int) registration.Fact {
	f := registration.Fact{ID: fmt.Sprint(kind, hours), Practice: practice, Subject: campaign, Kind: kind, At: at(hours), Recorded: at(hours)}
	switch kind {
	case registration.Drafted:
		f.Content.Campaign = reminders()
	default:
		f.Notice.Provider = "telnyx"
	}
	return f
}

func status(facts []registration.Fact, hours int) registration.Kind {
	return registration.StateOf(facts, campaign, at(hours)).Status
}

func TestStateOf(t *testing.T) {
	facts := []registration.Fact{
		told(registration.Drafted, 0), told(registration.Submitted, 1), told(registration.Received, 2), told(registration.InReview, 3),
		told(registration.Rejected, 4), told(registration.Drafted, 5), told(registration.Submitted, 6), told(registration.Approved, 7),
		told(registration.Suspended, 8), told(registration.Approved, 9), told(registration.Expired, 10),
	}
	for hours, want := range map[int]registration.Kind{
		-1: "", 0: registration.Drafted, 1: registration.Submitted, 2: registration.Submitted, 3: registration.InReview, 4: registration.Rejected,
		5: registration.Drafted, 6: registration.Submitted, 7: registration.Approved, 8: registration.Suspended, 9: registration.Approved,
		10: registration.Expired, 99: registration.Expired,
	} {
		require.Equal(t, want, status(facts, hours), "after %d hours", hours)
	}
}

func TestALateWordChangesNothing(t *testing.T) {
	suspended := told(registration.Suspended, 5)
	late := told(registration.Approved, 4)
	late.Recorded = at(6)
	facts := []registration.Fact{told(registration.Drafted, 0), told(registration.Submitted, 1), told(registration.Approved, 2), suspended, late}
	require.Equal(t, registration.Suspended, status(facts, 7), "an approval that was delivered late outlives no suspension")

	before := told(registration.Approved, 0)
	before.Recorded = at(3)
	facts = []registration.Fact{told(registration.Drafted, 0), told(registration.Submitted, 1), before}
	require.Equal(t, registration.Submitted, status(facts, 3), "a word of before the submission is about another one")

	other := told(registration.Approved, 2)
	other.Notice.Provider = "twilio"
	facts = []registration.Fact{told(registration.Drafted, 0), told(registration.Submitted, 1), other}
	require.Equal(t, registration.Submitted, status(facts, 3), "another provider's word is about nothing of this one")
}

func TestAnApprovalIsOfWhatWasFiled(t *testing.T) {
	anew := told(registration.Drafted, 3)
	anew.Content.Campaign.UseCase = registration.Marketing
	late := told(registration.Approved, 4)
	s := registration.StateOf([]registration.Fact{
		told(registration.Drafted, 0), told(registration.Submitted, 1), told(registration.Rejected, 2), anew, late,
	}, campaign, at(5))
	require.Equal(t, registration.Approved, s.Status)
	require.Equal(t, registration.AccountNotification, s.Filed.Campaign.UseCase)
	require.Equal(t, registration.Marketing, s.Draft.Campaign.UseCase)
}

// A provider repeats what it has said for as long as nothing new was submitted to it.
func TestARepeatedWordIsNoAnswerToANewDraft(t *testing.T) {
	for _, kind := range []registration.Kind{registration.Rejected, registration.Suspended, registration.Expired} {
		again := told(kind, 4)
		again.Notice.Reason = "in other words"
		facts := []registration.Fact{told(registration.Drafted, 0), told(registration.Submitted, 1), told(kind, 2), told(registration.Drafted, 3), again}
		require.Equal(t, registration.Drafted, status(facts, 5), kind)
		require.Equal(t, "in other words", registration.StateOf(facts, campaign, at(5)).Notice.Reason)
		facts = append(facts, told(registration.Approved, 6))
		require.Equal(t, registration.Approved, status(facts, 7), "it says something else")
	}
}

func TestAnApprovalEnds(t *testing.T) {
	approved := told(registration.Approved, 2)
	approved.Notice.Until = at(10)
	facts := []registration.Fact{told(registration.Drafted, 0), told(registration.Submitted, 1), approved}
	require.Equal(t, registration.Approved, registration.StateOf(facts, campaign, at(10).Add(-1)).Status)
	require.Equal(t, registration.Expired, status(facts, 10))
	renewed := told(registration.Approved, 11)
	require.Equal(t, registration.Approved, status(append(facts, renewed), 12), "a renewal counts again")
}

func TestWhatIsKnownFromAProvider(t *testing.T) {
	rejected := told(registration.Rejected, 2)
	rejected.Notice = registration.Notice{Provider: "telnyx", Reference: "C1", Registry: "T1", Code: "30893", Reason: "samples", EditUntil: at(9)}
	facts := []registration.Fact{told(registration.Drafted, 0), told(registration.Submitted, 1), rejected}
	s := registration.StateOf(facts, campaign, at(3))
	require.Equal(t, rejected.Notice, s.Notice)
	require.True(t, s.Editable(at(8)))
	require.False(t, s.Editable(at(9)), "the time to edit it is over")
	s = registration.StateOf(append(facts, told(registration.Approved, 4)), campaign, at(5))
	require.Equal(t, registration.Notice{Provider: "telnyx", Reference: "C1", Registry: "T1"}, s.Notice, "references stay, a rejection's code does not")
	require.False(t, s.Editable(at(5)))
	elsewhere := told(registration.Submitted, 4)
	elsewhere.Notice.Provider = "twilio"
	s = registration.StateOf(append(facts, elsewhere), campaign, at(5))
	require.Equal(t, registration.Notice{Provider: "twilio", Registry: "T1"}, s.Notice, "one provider's reference is none of another's")
}

// TestThePastOfRegistrationsStaysAsItWas appends any facts and looks at a moment before they were recorded.
func TestThePastOfRegistrationsStaysAsItWas(t *testing.T) {
	kinds := []registration.Kind{
		registration.Drafted, registration.Submitted, registration.Returned, registration.Received, registration.InReview,
		registration.Approved, registration.Rejected, registration.Suspended, registration.Expired, registration.Attached, registration.Detached,
	}
	rapid.Check(t, func(rt *rapid.T) {
		var facts []registration.Fact
		var answers []any
		look := func(moment time.Time) any {
			return []any{registration.StateOf(facts, campaign, moment), registration.StandingOf(facts, long, moment)}
		}
		steps := rapid.IntRange(1, 12).Draw(rt, "facts")
		for i := range steps {
			f := told(rapid.SampledFrom(kinds).Draw(rt, "kind"), i)
			f.At = at(i - rapid.IntRange(0, 3).Draw(rt, "late"))
			if f.Kind == registration.Attached || f.Kind == registration.Detached {
				f.Number, f.Notice = long, registration.Notice{}
			}
			facts = append(facts, f)
			answers = append(answers, look(at(i)))
		}
		for i := range steps {
			require.Empty(rt, cmp.Diff(answers[i], look(at(i)), cmpopts.IgnoreUnexported(registration.State{})))
		}
	})
}

// facts are a practice whose number may text from 72 hours after noon on.
func approved() []registration.Fact {
	var facts []registration.Fact
	for _, subject := range []registration.Subject{brand, campaign} {
		for _, kind := range []registration.Kind{registration.Drafted, registration.Submitted, registration.Approved} {
			f := told(kind, 0)
			f.Subject = subject
			if kind == registration.Drafted {
				f.Content = content(subject)
			}
			facts = append(facts, f)
		}
	}
	return append(facts, numbered(registration.Attached, 0))
}

func numbered(kind registration.Kind, hours int) registration.Fact {
	f := told(kind, hours)
	f.Number, f.Notice = long, registration.Notice{}
	return f
}

// elsewhere is about the number as another campaign's.
func elsewhere(kind registration.Kind, hours int) registration.Fact {
	f := numbered(kind, hours)
	f.Subject.ID = "offers"
	return f
}

func TestStandingOf(t *testing.T) {
	of := func(subject registration.Subject, kind registration.Kind, hours int) registration.Fact {
		f := told(kind, hours)
		f.Subject = subject
		return f
	}
	for name, c := range map[string]struct {
		more  []registration.Fact
		hours int
		why   string // empty: it may text
	}{
		"after three days":                {nil, 72, ""},
		"before":                          {nil, 71, "up to three days"},
		"known to the carriers":           {[]registration.Fact{numbered(registration.Carried, 5)}, 5, ""},
		"approved after it was attached":  {[]registration.Fact{of(campaign, registration.InReview, 70), of(campaign, registration.Approved, 71)}, 142, "up to three days"},
		"three days after that":           {[]registration.Fact{of(campaign, registration.InReview, 70), of(campaign, registration.Approved, 71)}, 143, ""},
		"taken from another campaign":     {[]registration.Fact{elsewhere(registration.Detached, 80)}, 80, ""},
		"known as another campaign's":     {[]registration.Fact{elsewhere(registration.Carried, 5)}, 5, "up to three days"},
		"taken from the campaign":         {[]registration.Fact{numbered(registration.Detached, 80)}, 80, "belongs to no campaign"},
		"attached again":                  {[]registration.Fact{numbered(registration.Carried, 5), numbered(registration.Detached, 80), numbered(registration.Attached, 81)}, 82, "up to three days"},
		"a campaign that was suspended":   {[]registration.Fact{of(campaign, registration.Suspended, 80)}, 80, "campaign of the number is suspended"},
		"one that lapsed":                 {[]registration.Fact{of(campaign, registration.Expired, 80)}, 80, "campaign of the number has lapsed"},
		"one that was rejected after all": {[]registration.Fact{of(campaign, registration.Rejected, 80)}, 80, "campaign of the number was rejected"},
		"approved again":                  {[]registration.Fact{of(campaign, registration.Suspended, 80), of(campaign, registration.Approved, 81)}, 160, ""},
		"a brand that was suspended":      {[]registration.Fact{of(brand, registration.Suspended, 80)}, 80, "brand of the number is suspended"},
		"a brand that is reviewed again":  {[]registration.Fact{of(brand, registration.InReview, 80)}, 80, "brand of the number is under review"},
	} {
		t.Run(name, func(t *testing.T) {
			s := registration.StandingOf(append(approved(), c.more...), long, at(c.hours))
			require.Equal(t, registration.LongCode, s.Kind)
			require.Equal(t, c.why == "", s.Approved, s.Why)
			require.Contains(t, s.Why, c.why)
			if s.Approved {
				require.Equal(t, []consent.Category{consent.Transactional}, s.Categories)
				require.Empty(t, s.Why)
			} else {
				require.Empty(t, s.Categories)
			}
		})
	}
	require.Equal(t, at(72), registration.StandingOf(approved(), long, at(1)).From)
	require.Contains(t, registration.StandingOf(approved(), "12345", at(99)).Why, "short code")
	require.Contains(t, registration.StandingOf(approved(), "nobody", at(99)).Why, "no number")
	require.Contains(t, registration.StandingOf(approved(), "+15125550199", at(99)).Why, "belongs to no campaign")
	require.Contains(t, registration.StandingOf(approved(), free, at(99)).Why, "was not submitted")
}

func TestAStandingEndsWithWhatEndsFirst(t *testing.T) {
	for _, ends := range []map[registration.SubjectKind]time.Time{
		{registration.BrandKind: at(200), registration.CampaignKind: at(100)},
		{registration.BrandKind: at(100), registration.CampaignKind: at(200)},
		{registration.BrandKind: at(100)},
		{registration.CampaignKind: at(100)},
	} {
		facts := approved()
		for i, f := range facts {
			if f.Kind == registration.Approved {
				facts[i].Notice.Until = ends[f.Subject.Kind]
			}
		}
		require.Equal(t, at(100), registration.StandingOf(facts, long, at(80)).Until)
		require.False(t, registration.StandingOf(facts, long, at(100)).Approved)
	}
}

func TestIdle(t *testing.T) {
	require.False(t, registration.Idle(noon, noon.Add(13*24*time.Hour-1)))
	require.True(t, registration.Idle(noon, noon.Add(13*24*time.Hour)))
}

func TestExplain(t *testing.T) {
	require.Contains(t, registration.Explain("30893", "").String(), "samples do not fit")
	require.Contains(t, registration.Explain("30440", "x").String(), "reviewed and rejected")
	require.Contains(t, registration.Explain("30449", "x").String(), "reviewed and rejected")
	require.NotContains(t, registration.Explain("30450", "x").String(), "reviewed and rejected")
	require.Contains(t, registration.Explain("", "  The EIN\ndoes not match ").What, "The EIN does not match.")
	require.Contains(t, registration.Explain("99999", "").What, "no reason")
	for code := 30000; code < 31000; code++ {
		a := registration.Explain(fmt.Sprint(code), "why")
		require.NotEmpty(t, a.What)
		require.NotEmpty(t, a.Do)
	}
}
