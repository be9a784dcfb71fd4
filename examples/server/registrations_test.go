package main

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/examples/internal/world"
	"github.com/enamel-go/enamel/sms"
	"github.com/enamel-go/enamel/sms/registration"
)

// standingOf is what a number of the practice stands at.
func (s *site) standingOf(number string) numberView {
	s.t.Helper()
	for _, n := range get[registrationsView](s, "registrations").Numbers {
		if n.Number == number {
			return n
		}
	}
	require.Fail(s.t, "the number is not listed")
	return numberView{}
}

func TestPromise_D6_1_NothingLeavesFromANumberThatIsNotApproved(t *testing.T) {
	crowded(t, func(t *testing.T, s *site) {
		const number = "+15125550142"
		own := s.standingOf(world.Sender().Number)
		require.True(t, own.Approved)
		require.Equal(t, []string{"transactional", "conversational", "promotional"}, own.Admits)
		require.Equal(t, 4500, own.PerMinute)
		require.Equal(t, 40000, own.PerDay)

		text := map[string]string{"patient": "p-101", "category": "transactional", "body": "Elm Street Dental: we moved."}
		campaign := map[string]string{"kind": "campaign", "id": world.CampaignSubject.ID}
		say := func(verdict, code string) {
			s.act("registry", map[string]string{"kind": campaign["kind"], "id": campaign["id"], "verdict": verdict, "code": code})
		}
		reached := len(received(s.phone(number)))
		say("suspended", "30893")
		s.act("text", text)
		refused := s.texts(number)[0]
		require.Equal(t, "Refused", refused.Label)
		require.Contains(t, refused.Says, "The samples do not fit the use case.")
		require.Len(t, received(s.phone(number)), reached)
		require.False(t, s.standingOf(world.Sender().Number).Approved)
		require.Contains(t, get[registrationsView](s, "registrations").Registrations[1].Advice, "Take samples from the templates")

		task := s.task(sms.TaskUnready, number)
		require.Equal(t, refused.ID, task.Text)
		require.Contains(t, task.Says, "put it back when it has")

		// A person puts it back: too early it is refused again, and it leaves when the campaign is approved.
		again := map[string]string{"text": refused.ID, "reason": "the campaign is approved again"}
		s.act("requeue", again)
		require.Equal(t, "Refused", s.texts(number)[0].Label)
		say("approved", "")
		s.act("requeue", again)
		require.Equal(t, "Delivered", s.texts(number)[0].Label)
		require.Len(t, received(s.phone(number)), reached+1)
		require.Contains(t, s.refused(http.StatusBadRequest, "requeue", again), "neither failed nor was refused")

		// The brand holds up its campaigns; a number that was taken from its campaign texts no more, and one that was
		// attached waits for the carriers.
		s.act("registry", map[string]string{"kind": "brand", "id": world.BrandSubject.ID, "verdict": "suspended"})
		require.False(t, s.standingOf(world.Sender().Number).Approved)
		s.act("registry", map[string]string{"kind": "brand", "id": world.BrandSubject.ID, "verdict": "approved"})
		numbering := map[string]string{"campaign": world.CampaignSubject.ID, "number": world.Sender().Number}
		s.act("detach", numbering)
		require.False(t, s.standingOf(world.Sender().Number).Approved)
		s.act("attach", numbering)
		waiting := s.standingOf(world.Sender().Number)
		require.False(t, waiting.Approved)
		require.WithinDuration(t, s.scene.Load().Clock.Now().Add(registration.Propagation), waiting.From, time.Minute)
		require.Contains(t, s.refused(http.StatusConflict, "attach", numbering), "The number belongs to the campaign already.")
		s.act("carry", numbering)
		require.True(t, s.standingOf(world.Sender().Number).Approved)
	})
}

// What would be rejected is said at once, with how to mend it, and is not submitted.
func TestACampaignIsMendedBeforeItIsSubmitted(t *testing.T) {
	onBoth(t, func(t *testing.T, s *site) {
		c := anotherCampaign(nil)
		fields := map[string]string{
			"id": "reminders", "brand": c.Brand, "use_case": string(c.UseCase), "description": c.Description, "message_flow": c.MessageFlow,
			"samples":     lines(c.Samples, "\n") + "\nYour cleaning is tomorrow.",
			"start_words": lines(c.OptIn.Keywords, ", "), "start_reply": c.OptIn.Message, "stop_words": lines(c.OptOut.Keywords, ", "),
			"stop_reply": c.OptOut.Message, "help_words": lines(c.Help.Keywords, ", "), "help_reply": c.Help.Message,
			"privacy": c.PrivacyURL, "terms": c.TermsURL,
		}
		subject := map[string]string{"kind": "campaign", "id": "reminders"}
		require.Contains(t, s.act("campaign", fields), "It would be rejected for 3 reasons")
		shown := get[registrationsView](s, "registrations").Registrations[2]
		require.Equal(t, "Samples[2]", shown.Problems[0].Field)
		require.Contains(t, shown.Problems[0].Mend, "Begin it with the practice's name.")
		require.Contains(t, s.refused(http.StatusUnprocessableEntity, "submit", subject), "Samples[2] does not name the practice")
		require.Contains(t, s.refused(http.StatusConflict, "registry", map[string]string{
			"kind": "campaign", "id": "reminders", "verdict": "approved",
		}), "It was not submitted")

		fields["samples"] = lines(c.Samples, "\n")
		require.Contains(t, s.act("campaign", fields), "Nothing is wrong with it")
		s.act("submit", subject)
		require.Contains(t, s.refused(http.StatusConflict, "submit", subject), "It was submitted as it is")
		require.Contains(t, s.refused(http.StatusConflict, "campaign", fields), "It is under review")
		s.act("registry", map[string]string{"kind": "campaign", "id": "reminders", "verdict": "rejected", "code": "30896"})
		require.Contains(t, get[registrationsView](s, "registrations").Registrations[2].Advice, "Describe every way to opt in")
		s.act("campaign", fields)
		s.act("submit", subject)
		s.act("registry", map[string]string{"kind": "campaign", "id": "reminders", "verdict": "approved"})
		require.Equal(t, registration.Approved, get[registrationsView](s, "registrations").Registrations[2].Status)
	})
}

func TestPromise_D6_2_AnUnverifiedTollFreeNumberSendsNothing(t *testing.T) {
	onBoth(t, func(t *testing.T, s *site) {
		const free = "+18335550100"
		f := anotherTollFree(nil)
		fields := map[string]string{
			"number": "(833) 555-0100", "brand": f.Brand, "notify": f.Notify, "uses": lines(f.Uses, ","), "summary": f.Summary,
			"sample": f.Sample, "opt_in": string(f.OptIn), "opt_in_flow": f.OptInFlow, "opt_in_images": lines(f.OptInImages, "\n"),
			"volume": f.Volume, "confirmation": f.Confirmation, "help": f.Help, "privacy": f.PrivacyURL, "terms": f.TermsURL,
		}
		require.Contains(t, s.act("tollfree", fields), "Nothing is wrong with it")
		require.Contains(t, s.standingOf(free).Why, "toll-free")
		subject := map[string]string{"kind": "toll_free", "id": free}
		s.act("submit", subject)
		require.False(t, s.standingOf(free).Approved)
		subject["verdict"] = "approved"
		s.act("registry", subject)
		require.Equal(t, []string{"transactional"}, s.standingOf(free).Admits)
		subject["verdict"] = "expired"
		s.act("registry", subject)
		require.False(t, s.standingOf(free).Approved)
	})
}

// A text of another shape than the samples is shown before a carrier filters it.
func TestTextsThatDriftAreShown(t *testing.T) {
	t.Parallel()
	s := openSite(t, config{})
	before := get[registrationsView](s, "registrations")
	require.Empty(t, before.Drift)
	s.act("text", map[string]string{
		"patient": "p-101", "category": "transactional", "body": "Elm Street Dental: please bring the filled form and your glasses along.",
	})
	after := get[registrationsView](s, "registrations")
	require.Equal(t, before.Measured+1, after.Measured)
	require.Len(t, after.Drift, 1)
	_, page := s.send(http.MethodGet, "/", "", nil)
	says(t, page, "Texts that are something else than what was registered")
}

// A form that was refused keeps what was typed, and no other form shows it.
func TestARegistrationIsNotTypedTwice(t *testing.T) {
	t.Parallel()
	s := openSite(t, config{})
	_, page := s.press(s.browser(), "campaign", url.Values{
		"id": {""}, "use_case": {"MARKETING"}, "samples": {"One sample of mine"}, "phones": {"no"},
	}, nil)
	says(t, page, "Not done.")
	says(t, page, ">One sample of mine</textarea>")
	says(t, page, `value="MARKETING"`)
}
