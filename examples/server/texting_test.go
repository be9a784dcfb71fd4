package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/examples/internal/world"
)

// ask does what changes nothing and returns the result.
func ask[T any](s *site, name string, fields map[string]string) T {
	s.t.Helper()
	status, body := s.try(name, fields)
	require.Equal(s.t, http.StatusOK, status, body)
	var d struct{ Result T }
	require.NoError(s.t, json.Unmarshal([]byte(body), &d))
	return d.Result
}

func TestPromise_D5_2_TheServerRefusesWordsOfHealth(t *testing.T) {
	onBoth(t, func(t *testing.T, s *site) {
		const number = "+15125550142"
		const body = "Elm Street Dental: your root canal is on Tuesday. Reply YES to confirm."
		text := map[string]string{"patient": "p-101", "category": "transactional", "body": body}
		before := len(s.texts(number))
		v := ask[triedView](s, "try", text)
		require.Equal(t, "refuse", string(v.Verdict))
		require.Equal(t, "health", v.Rules[len(v.Rules)-1].Rule)
		require.NotZero(t, v.Rules[0].Version)
		require.NotEmpty(t, v.Rules[0].Citation)
		marked := map[string]string{}
		for _, f := range v.Findings {
			marked[f.Words] = body[f.Start:f.End]
		}
		require.Equal(t, "root canal", marked["root canal"])
		require.Equal(t, "YES", marked["YES"])
		require.Len(t, s.texts(number), before, "nothing came of it")

		reached := len(received(s.phone(number)))
		s.act("text", text)
		require.Equal(t, "Refused", s.texts(number)[0].Label)
		require.Equal(t, v.Rules, s.texts(number)[0].Rules, "what was tried is what was decided")
		require.Len(t, received(s.phone(number)), reached)

		// A template that speaks of it is no template.
		w := ask[previewView](s, "screentemplate", map[string]string{
			"category": "transactional", "body": "{{practice}}: your root canal is {{date}}. Reply STOP to end texts.",
		})
		require.False(t, w.Passes)
		require.Equal(t, "root canal", w.Findings[0].Words)
		w = ask[previewView](s, "screentemplate", map[string]string{
			"category": "transactional", "body": "{{practice}}: your visit is {{date}}. Reply STOP to end texts.",
		})
		require.True(t, w.Passes)
		require.NotContains(t, w.Text, "{{")
	})
}

// The hours of the recipient's own place hold beside the practice's, by address before number.
func TestPromise_D2_2_TheServerShowsWhenATextMayLeave(t *testing.T) {
	onBoth(t, func(t *testing.T, s *site) {
		day := local(s.scene.Load().Clock.Now()).AddDate(0, 0, 1)
		at := func(hour string) string { return day.Format("2006-01-02T") + hour }
		try := func(hour string) triedView {
			return ask[triedView](s, "try", map[string]string{
				"patient": "p-101", "category": "transactional", "body": "Elm Street Dental: we moved.", "at": at(hour),
			})
		}
		require.Equal(t, "send", string(try("20:59").Verdict))
		late := try("21:00")
		require.Equal(t, "defer", string(late.Verdict))
		require.Equal(t, at("08:00"), local(late.Leaves).AddDate(0, 0, -1).Format("2006-01-02T15:04"))
		early := try("07:59")
		require.Equal(t, at("08:00"), local(early.Leaves).Format("2006-01-02T15:04"))

		// A patient in Honolulu, of whom the first page shows a text that waits.
		require.Contains(t, s.texts("+18085550117")[0].Says, "which is 8:00 AM in Pacific/Honolulu")

		// A number of Texas whose owner lives in Florida.
		status, body := s.try("patient", map[string]string{"given": "Flo", "family": "Reyes", "phone": "(512) 555-0177", "city": "Pensacola", "state": "fl"})
		require.Equal(t, http.StatusOK, status, body)
		var d struct{ Result struct{ Patient string } }
		require.NoError(t, json.Unmarshal([]byte(body), &d))
		facts := map[string]string{}
		for _, f := range ask[triedView](s, "try", map[string]string{"patient": d.Result.Patient, "category": "promotional", "body": "Hello."}).Facts {
			facts[f.Name] = f.Value
		}
		require.Equal(t, "US-FL", facts["may be in"])
		require.Contains(t, facts["time zones"], "America/New_York")
		require.Equal(t, "US-TX", func() string {
			for _, f := range ask[triedView](s, "try", map[string]string{"number": "(512) 555-0177", "category": "promotional", "body": "Hello."}).Facts {
				if f.Name == "may be in" {
					return f.Value
				}
			}
			return ""
		}())
	})
}

// A reminder is in the patient's language.
func TestRemindersInThePatientsLanguage(t *testing.T) {
	onBoth(t, func(t *testing.T, s *site) {
		day := local(s.scene.Load().Clock.Now()).AddDate(0, 0, 9).Format(time.DateOnly)
		for i, c := range [][2]string{
			{"", "reminder of your appointment on"},
			{"en", "reminder of your appointment on"},
			{"es", "le recordamos su cita del"},
			{"fr", "rappel de votre rendez-vous du"},
		} {
			language, want, number := c[0], c[1], fmt.Sprint("+1512555018", i)
			status, body := s.try("patient", map[string]string{"given": "Ana", "family": "Reyes", "phone": number, "language": language})
			require.Equal(t, http.StatusOK, status, body)
			var d struct{ Result struct{ Patient string } }
			require.NoError(t, json.Unmarshal([]byte(body), &d))
			s.act("consent", map[string]string{"number": number, "category": "transactional", "published": "transactional-2026-01", "document": "scan-1"})
			s.act("book", map[string]string{"patient": d.Result.Patient, "start": day + "T15:00"})
			texts := s.texts(number)
			require.Len(t, texts, 1)
			require.Contains(t, texts[0].Body, want, language)
		}
	})
}

func TestPreviewCountsWhatForcesUCS2(t *testing.T) {
	t.Parallel()
	s := openSite(t, config{})
	for _, source := range get[[]templateView](s, "templates") {
		require.Len(t, source.Languages, 3)
		for _, l := range source.Languages {
			require.Equal(t, "GSM-7", string(l.Encoding))
			v := ask[previewView](s, "preview", map[string]string{"template": source.ID, "language": string(l.Language)})
			require.True(t, v.Passes, "samples stand for what is left out")
			require.Contains(t, v.Text, world.Sender().Name)
		}
	}
	v := ask[previewView](s, "preview", map[string]string{"template": "reminder", "practice": "Zoë’s Dental"})
	require.Equal(t, "UCS-2", string(v.Encoding))
	require.Equal(t, 2, v.Segments)
	require.Equal(t, []foreignView{{"ë", "U+00EB", 2}, {"’", "U+2019", 4}}, v.Foreign)

	// The page shows it at once, with its places marked.
	_, page := s.press(s.browser(), "preview", url.Values{"template": {"reminder"}, "practice": {"Zoë’s Dental"}}, nil)
	says(t, page, `00EB is not in GSM-7">ë</mark>`)
	_, page = s.press(s.browser(), "try", url.Values{"patient": {"p-101"}, "category": {"transactional"}, "body": {"Your root canal."}}, nil)
	says(t, page, `<mark title="It speaks of health or money owed: procedure">root canal</mark>`)
	says(t, page, ">Your root canal.</textarea>")
	require.Equal(t, 1, strings.Count(page, ">Your root canal.</textarea>"), "another section's form does not show it")
}

// Every decision that is shown can be had again.
func TestDecisionsReplay(t *testing.T) {
	crowded(t, func(t *testing.T, s *site) {
		replayed := 0
		for _, v := range get[[]textView](s, "texts") {
			if len(v.Facts) == 0 {
				require.Contains(t, s.refused(http.StatusBadRequest, "replay", map[string]string{"text": v.ID}), "No facts were kept")
				continue
			}
			again := ask[replayView](s, "replay", map[string]string{"text": v.ID})
			require.True(t, again.Same)
			last := again.Decisions[len(again.Decisions)-1]
			require.Equal(t, v.Rules, last.Rules)
			require.Equal(t, v.Facts, last.Facts)
			require.Equal(t, v.Law, last.Law)
			replayed++
		}
		require.Equal(t, 4, replayed)

		// A text that waited and left was decided on twice.
		const honolulu = "+18085550117"
		s.act("clock", map[string]string{"forward": "4h"})
		id := s.texts(honolulu)[0].ID
		both := ask[replayView](s, "replay", map[string]string{"text": id}).Decisions
		require.Len(t, both, 2)
		require.Equal(t, "defer", string(both[0].Verdict))
		require.Equal(t, "send", string(both[1].Verdict))
		_, page := s.press(s.browser(), "replay", url.Values{"text": {id}}, nil)
		says(t, page, "The same, all 2 times that it was decided on.")
	})
}

// Texts that fail are kept with the reason; after three in a row the number rests and the others wait; a person puts back
// what failed.
func TestTheNetworkFailsAndIsMended(t *testing.T) {
	crowded(t, func(t *testing.T, s *site) {
		const number = "+15125550142"
		states := func() map[string]int {
			n := map[string]int{}
			for _, v := range s.texts(number) {
				if strings.HasPrefix(v.Body, "Elm Street Dental: we moved") {
					n[v.Label]++
				}
			}
			return n
		}
		s.act("weather", map[string]string{"weather": "suspended"})
		const most = 20 // each worker finds out for itself
		held := 0
		for i := 0; i < most && held == 0; i++ {
			s.act("text", map[string]string{"patient": "p-101", "category": "transactional", "body": "Elm Street Dental: we moved, " + strings.Repeat("!", i)})
			held = states()["Held"]
		}
		require.Equal(t, 1, held)
		failed := states()["Failed"]
		require.GreaterOrEqual(t, failed, world.Failures)
		rests := get[networkView](s, "network")
		require.Equal(t, "suspended", rests.Weather)
		require.Equal(t, "open", rests.Breakers[0].State)
		require.Equal(t, world.Sender().Number, rests.Breakers[0].Number)

		var dead []textView
		for _, v := range get[[]textView](s, "deadletters") {
			if v.Label == "Failed" {
				require.Equal(t, "The network does not know the practice's number.", v.Says)
				dead = append(dead, v)
			}
		}
		require.Len(t, dead, failed)
		s.act("weather", map[string]string{"weather": "calm"})
		for _, v := range dead {
			s.act("requeue", map[string]string{"text": v.ID, "reason": "the number is registered again"})
		}
		require.Eventually(t, func() bool { return states()["Delivered"] == failed+1 }, time.Minute, 200*time.Millisecond, "after its rest")
		breaker := func() string { return get[networkView](s, "network").Breakers[0].State }
		for i := 0; i < most && breaker() != "closed"; i++ { // which the worker says that rested, once it has sent something
			s.act("text", map[string]string{"patient": "p-101", "category": "transactional", "body": "Elm Street Dental: hello, " + strings.Repeat("!", i)})
		}
		require.Equal(t, "closed", breaker())
	})
}

// What was lost on the way in leaves once it is found that it never arrived; what was taken on is not sent twice.
func TestLostAnswersAreAskedAbout(t *testing.T) {
	t.Parallel()
	s := openSite(t, config{})
	const number = "+15125550142"
	for _, weather := range []string{"lost", "late"} {
		s.act("weather", map[string]string{"weather": weather})
		before := len(received(s.phone(number)))
		s.act("text", map[string]string{"patient": "p-101", "category": "transactional", "body": "Elm Street Dental: we moved. " + weather})
		require.Eventually(t, func() bool { return strings.HasPrefix(s.texts(number)[0].Says, "It was sent") }, 20*time.Second, 100*time.Millisecond)
		require.Len(t, received(s.phone(number)), before+1)
	}
	s.act("weather", map[string]string{"weather": "off"})
	s.act("text", map[string]string{"patient": "p-101", "category": "transactional", "body": "Elm Street Dental: we moved."})
	require.Equal(t, "Not delivered", s.texts(number)[0].Label)
	_, page := s.send(http.MethodGet, "/", "", nil)
	says(t, page, "Every handset is off")
}
