package main

import (
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/examples/internal/world"
	"github.com/enamel-go/enamel/internal/shareddata"
)

// The whole story, as somebody tells it who has only curl: import, opt-in, confirm, a reminder at a lawful hour, STOP,
// nothing more, HELP still answered, verify.
func TestStory(t *testing.T) {
	crowded(t, func(t *testing.T, s *site) {
		const number = "+15125550155"

		// A patient comes along from another system.
		raw := `{"resourceType":"Bundle","type":"collection","entry":[{"resource":{"resourceType":"Patient","id":"fhir-1",
			"name":[{"family":"Okafor","given":["Ngozi"]}],"birthDate":"1983-04-09",
			"telecom":[{"system":"phone","value":"(512) 555-0155","use":"mobile"}]}}]}`
		status, body := s.send(http.MethodPost, "/api/import", "application/fhir+json", strings.NewReader(raw))
		require.Equal(t, http.StatusOK, status, body)
		found := get[[]personView](s, "patients", "find", "512 555 0155")
		require.Len(t, found, 1)
		require.Equal(t, "Ngozi Okafor", found[0].Name)
		patient := found[0].ID

		// She signs, and the practice has everybody confirm.
		s.act("optin", map[string]string{"setting": "all"})
		said := s.act("consent", map[string]string{
			"number": "(512) 555-0155", "category": "transactional", "wording": world.Wording, "document": "scan-1",
		})
		require.Contains(t, said, "not confirmed yet")

		// Nothing but the one request leaves before she confirms.
		s.act("text", map[string]string{"patient": patient, "category": "transactional", "body": "Elm Street Dental: we moved."})
		require.Equal(t, "The patient has not confirmed yet.", s.texts(number)[0].Says)
		require.Empty(t, s.phone(number))
		s.act("confirmation", map[string]string{"number": number})
		require.Len(t, received(s.phone(number)), 1)
		require.Contains(t, s.phone(number)[0].Body, "reply AGREE to confirm")
		require.Contains(t, s.refused(http.StatusConflict, "confirmation", map[string]string{"number": number}), "only once")
		require.Contains(t, s.act("reply", map[string]string{"number": number, "words": "Agree."}), "request for confirmation")
		require.Equal(t, "active", string(get[[]personView](s, "patients", "find", number)[0].Transactional.Status))

		// A visit early in the morning: its reminder is due at half past seven, and waits for eight.
		clock := get[struct{ Now time.Time }](s, "clock")
		visit := local(clock.Now).AddDate(0, 0, 2)
		start := time.Date(visit.Year(), visit.Month(), visit.Day(), 7, 30, 0, 0, visit.Location())
		s.act("book", map[string]string{"patient": patient, "start": start.Format(time.RFC3339)})
		s.act("clock", map[string]string{"forward": start.Add(-24*time.Hour + time.Minute).Sub(get[struct{ Now time.Time }](s, "clock").Now).String()})
		waiting := s.texts(number)[0]
		require.Equal(t, "Deferred", waiting.Label, waiting.Says)
		require.Equal(t, 8, local(waiting.At).Hour())
		s.act("clock", map[string]string{"forward": "1h"})
		require.Equal(t, "Delivered", s.texts(number)[0].Label)
		require.Len(t, received(s.phone(number)), 2)
		require.Contains(t, s.phone(number)[2].Body, "7:30 AM")

		// STOP is answered once, and then nothing leaves, not even for a visit that is booked afterwards.
		require.Contains(t, s.act("reply", map[string]string{"number": number, "words": "Stop!"}), "It is a stop")
		require.Contains(t, received(s.phone(number))[2], "you are removed from our texts")
		later := start.AddDate(0, 0, 3).Add(3 * time.Hour)
		s.act("book", map[string]string{"patient": patient, "start": later.Format(time.RFC3339)})
		s.act("text", map[string]string{"patient": patient, "category": "transactional", "body": "Elm Street Dental: we moved."})
		s.act("clock", map[string]string{"forward": "80h"})
		require.Len(t, received(s.phone(number)), 3)
		for _, v := range s.texts(number)[:2] {
			require.Equal(t, "Refused", v.Label)
			require.Equal(t, "The patient said stop (text).", v.Says)
		}

		// HELP is still answered.
		s.act("reply", map[string]string{"number": number, "words": "HELP"})
		require.Contains(t, received(s.phone(number))[3], "(512) 555-0199")

		// The log has all of it and proves itself, also against what an earlier verification kept.
		for range 2 {
			require.Contains(t, s.act("verify", nil), "none is missing")
		}
		log := get[struct{ Entries []entryView }](s, "log", "limit", "500")
		seen := map[string]bool{}
		for _, e := range log.Entries {
			seen[e.Action] = true
		}
		for _, action := range []string{
			"records.patient.save", "consent.grant", "consent.ask", "consent.confirm", "sms.text.send", "consent.revoke",
			"sms.message.receive", "sms.text.receipt", "demo.clock.move", "records.appointment.book", "audit.log.verify",
		} {
			require.True(t, seen[action], action)
		}
	})
}

// Everybody on a phone is stopped by whoever says so, and by telephone as well as by text.
func TestStopIsForEverybodyOnThePhone(t *testing.T) {
	crowded(t, func(t *testing.T, s *site) {
		const family = "+17375550178" // of two children
		require.Equal(t, []string{"Planned", "Taken back"}, labels(s.texts(family)), "one reminder tells of both")
		require.Equal(t, []string{s.texts(family)[0].ID}, s.texts(family)[1].Next, "and who follows the other finds it")
		require.Contains(t, s.texts(family)[1].Says, "The text in its place: planned.")
		s.act("stop", map[string]string{"number": family, "words": "No more texts, please."})
		s.act("clock", map[string]string{"forward": "8h"})
		require.Empty(t, s.phone(family))
		require.Equal(t, "The patient said stop (call).", s.texts(family)[0].Says)
		// Their own START brings the reminders of new visits back.
		s.act("reply", map[string]string{"number": family, "words": "START"})
		require.Contains(t, s.phone(family)[1].Body, "you get our appointment texts again")
	})
}

// Two children on one phone have one reminder, which names neither. It follows each of their visits.
func TestPromise_M2_2_OneReminderForTheFamily(t *testing.T) {
	onBoth(t, func(t *testing.T, s *site) {
		const family = "+17375550178"
		s.act("clock", map[string]string{"forward": "8h"})
		bodies := received(s.phone(family))
		require.Len(t, bodies, 1)
		require.Contains(t, bodies[0], "at 3:00 PM and 3:30 PM.")
		for _, name := range []string{"Jonah", "Leah", "Feld"} {
			require.NotContains(t, bodies[0], name)
		}
		_, token, _ := strings.Cut(bodies[0], "Reply ")
		require.Contains(t, s.act("reply", map[string]string{"number": family, "words": token[:3]}), "It confirms the appointment")
		for _, v := range get[[]visitView](s, "schedule") {
			require.Equal(t, v.Patient == "p-103" || v.Patient == "p-104", v.Confirmed, v.Patient)
		}
		t.Run("refuses_to_tell_of_it_twice", func(t *testing.T) {
			s.act("clock", map[string]string{"forward": "16h"})
			require.Len(t, received(s.phone(family)), 1)
		})
	})
}

// labels are what has become of texts, the newest first.
func labels(texts []textView) (all []string) {
	for _, v := range texts {
		all = append(all, v.Label)
	}
	return all
}

// A visit that is moved has exactly one reminder, with the new time; one that is cancelled has none.
func TestReminderFollowsTheVisit(t *testing.T) {
	crowded(t, func(t *testing.T, s *site) {
		const number = "+17375550178"
		var moved, cancelled visitView
		for _, v := range get[[]visitView](s, "schedule") {
			switch v.Patient {
			case "p-103":
				moved = v
			case "p-104":
				cancelled = v
			}
		}
		start := moved.Start.Add(time.Hour)
		s.act("move", map[string]string{"appointment": moved.ID, "revision": "1", "start": start.Format(time.RFC3339), "reason": "asked"})
		s.act("cancel", map[string]string{"appointment": cancelled.ID, "revision": "1", "reason": "ill"})
		require.Contains(t, s.refused(http.StatusConflict, "move", map[string]string{
			"appointment": moved.ID, "revision": "1", "start": start.Add(time.Hour).Format(time.RFC3339), "reason": "asked",
		}), "Somebody has changed this")
		s.act("clock", map[string]string{"forward": "24h"})
		bodies := received(s.phone(number))
		require.Len(t, bodies, 1)
		require.Contains(t, bodies[0], clocked(start))
	})
}

// What the page shows first: each thing that can become of a text.
func TestTheFirstPage(t *testing.T) {
	crowded(t, func(t *testing.T, s *site) {
		labels := map[string]string{}
		for _, v := range get[[]textView](s, "texts") {
			labels[v.Name] = v.Label
		}
		require.Equal(t, map[string]string{
			"Rosa Delgado": "Delivered", "Keola Mahoe": "Deferred", "Jonah Feld": "Taken back", "Jonah Feld, Leah Feld": "Planned",
			"Priya Natarajan": "Refused", "Otis Grant": "Needs a person",
		}, labels)
		_, page := s.send(http.MethodGet, "/", "", nil)
		require.Equal(t, counted(t, page), told(t, page), "the guide says what the page shows")
		require.Equal(t, map[string]string{"sent": "1", "waiting": "2", "refused": "1", "for a person": "1", "taken back": "1"}, counted(t, page))
		id := s.texts("+13035550187")[0].ID
		s.act("resolve", map[string]string{"text": id, "arrived": "no", "reason": "asked"})
		require.Equal(t, "Failed", s.texts("+13035550187")[0].Label)
		require.Contains(t, s.refused(http.StatusBadRequest, "resolve", map[string]string{"text": id, "arrived": "no", "reason": "asked"}), "no longer does")
	})
}

// counted is how many of today's texts the page counts in each group.
func counted(t *testing.T, page string) map[string]string {
	t.Helper()
	counts := map[string]string{}
	for _, m := range regexp.MustCompile(`</span>(\d+) (sent|waiting|refused|for a person|taken back)</span>`).FindAllStringSubmatch(page, -1) {
		counts[m[2]] = m[1]
	}
	return counts
}

// told is how many texts the first step of the guide tells of.
func told(t *testing.T, page string) map[string]string {
	t.Helper()
	_, step, _ := strings.Cut(page, "<strong>Look at today's texts.</strong>")
	step, _, _ = strings.Cut(step, "</li>")
	counts := map[string]string{}
	for group, says := range map[string]string{
		"sent": "reminders? (?:has|have) left", "waiting": "waits?:", "refused": "(?:was|were) refused", "for a person": "needs? a person",
		"taken back": "(?:was|were) taken back",
	} {
		m := regexp.MustCompile(`(?i)\b(one|two|three) ` + says).FindStringSubmatch(step)
		require.NotNil(t, m, "the guide tells of none that is %s: %s", group, step)
		counts[group] = map[string]string{"one": "1", "two": "2", "three": "3"}[strings.ToLower(m[1])]
	}
	return counts
}

// The patients of real bundles come in, whatever else is in them.
func TestRealBundles(t *testing.T) {
	t.Parallel()
	s := openSite(t, config{})
	for _, name := range []string{"fhir/synthea_Clemente.json", "fhir/synthea_wisdom_tooth_Rudolf.json"} {
		before := len(get[[]personView](s, "patients"))
		raw, err := os.Open(shareddata.Path(t, name))
		require.NoError(t, err)
		status, body := s.send(http.MethodPost, "/api/import", "application/json", raw)
		require.Equal(t, http.StatusOK, status, body)
		require.Len(t, get[[]personView](s, "patients"), before+1)
	}
}
