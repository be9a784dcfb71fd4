package main

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Bad input gets a clear sentence and changes nothing.
func TestBadInput(t *testing.T) {
	t.Parallel()
	s := openSite(t, config{})
	before := get[[]visitView](s, "schedule")
	people := get[[]personView](s, "patients")
	for name, c := range map[string]struct {
		act    string
		fields map[string]string
		status int
		says   string
	}{
		"an unknown field":     {"stop", map[string]string{"number": "512 555 0142", "everything": "yes"}, 400, `There is no field "everything" here. The fields are: channel, number, words.`},
		"no number":            {"stop", map[string]string{"number": "12"}, 400, "This number cannot be texted because it has too few digits."},
		"no area code":         {"consent", map[string]string{"number": "555-0142", "category": "transactional"}, 400, "its area code is missing"},
		"a premium number":     {"consent", map[string]string{"number": "900 555 0142", "category": "transactional"}, 400, "charged at a premium"},
		"letters":              {"reply", map[string]string{"number": "what", "words": "STOP"}, 400, "This number cannot be texted because"},
		"no category":          {"consent", map[string]string{"number": "512 555 0142", "category": "all"}, 400, `"all" is nothing that the field "category" takes`},
		"no evidence":          {"consent", map[string]string{"number": "512 555 0142", "category": "promotional"}, 422, "needs wording, document"},
		"a consent tomorrow":   {"consent", map[string]string{"number": "512 555 0142", "category": "promotional", "wording": "I agree.", "document": "d", "given": "2099-01-01T10:00"}, 400, "."},
		"no such channel":      {"stop", map[string]string{"number": "512 555 0142", "channel": "pigeon"}, 400, `"pigeon" is nothing`},
		"no such setting":      {"optin", map[string]string{"setting": "sometimes"}, 400, "It takes [off promotional all]."},
		"no such patient":      {"book", map[string]string{"patient": "p-0", "start": "2030-01-02T09:00"}, 404, "The practice has no such patient or appointment."},
		"no time":              {"book", map[string]string{"patient": "p-101", "start": "tomorrow"}, 400, "Write the time as 2026-11-24T09:30"},
		"half a number":        {"book", map[string]string{"patient": "p-101", "start": "2030-01-02T09:00", "minutes": "ten"}, 400, `"minutes" is a whole number`},
		"no such visit":        {"move", map[string]string{"appointment": "a-0", "revision": "1", "start": "2030-01-02T09:00", "reason": "x"}, 404, "no such patient or appointment"},
		"no reason":            {"cancel", map[string]string{"appointment": "a-p-101", "revision": "1"}, 400, "The reason is empty."},
		"nothing pending":      {"confirmation", map[string]string{"number": "512 555 0142"}, 409, "No consent of this number waits for confirmation."},
		"no such text":         {"withdraw", map[string]string{"text": "t-0", "reason": "x"}, 400, "cannot be taken back"},
		"an empty text":        {"text", map[string]string{"patient": "p-101", "category": "transactional"}, 400, "The text's body is empty."},
		"an untextable person": {"text", map[string]string{"patient": "p-107", "category": "transactional", "body": "Hello."}, 400, "No text can go to this patient"},
		"an empty reply":       {"reply", map[string]string{"number": "512 555 0142"}, 400, "Write something first."},
		"the clock back":       {"clock", map[string]string{"forward": "-1h"}, 400, "it moves forward only"},
		"the clock too far":    {"clock", map[string]string{"forward": "10000h"}, 400, "up to 31 days"},
		"the clock anyhow":     {"clock", map[string]string{"forward": "a while"}, 400, "1h, 24h or 90m"},
		"no such provider":     {"agreement", map[string]string{"provider": "smoke", "in_force": "yes"}, 400, `"smoke" is nothing`},
		"no birth date":        {"patient", map[string]string{"given": "A", "family": "B", "birth": "May 11"}, 400, "Write the birth date as 1987-05-11."},
		"no name":              {"patient", map[string]string{"phone": "512 555 0101"}, 400, "The patient has no name."},
		"no such template":     {"preview", map[string]string{"template": "thanks"}, 400, `There is no template "thanks".`},
		"no such language":     {"preview", map[string]string{"template": "recall", "language": "de"}, 400, `"de" is nothing`},
		"words for a date":     {"preview", map[string]string{"template": "reminder", "date": "root canal"}, 400, "The value of a variable is not of its type, date."},
		"a value too many":     {"preview", map[string]string{"template": "recall", "date": "2026-12-08"}, 400, "A value has no variable in the body."},
		"no such variable":     {"screentemplate", map[string]string{"category": "transactional", "body": "{{practice}}: {{note}}"}, 400, "A variable is of no type"},
		"a try of nothing":     {"try", map[string]string{"patient": "p-101", "category": "transactional"}, 400, "The text's body is empty."},
		"a try of nobody":      {"try", map[string]string{"category": "transactional", "body": "Hello."}, 400, "."},
		"no such message":      {"content", map[string]string{"provider": "carrier", "message": "none"}, 404, "what it held is here no more"},
		"no such task":         {"finish", map[string]string{"task": "none", "outcome": "handled", "reason": "x"}, 404, "There is no such text, message or task"},
		"no such outcome":      {"finish", map[string]string{"task": "none", "outcome": "filed"}, 400, `"filed" is nothing`},
		"no such audience":     {"broadcast", map[string]string{"id": "b", "template": "offer", "audience": "lookalike", "day": "2030-01-02"}, 422, "and by nothing else."},
		"nobody on the day":    {"broadcast", map[string]string{"id": "b", "template": "closed", "audience": "booked", "day": "2040-01-02"}, 400, "has a visit on that day."},
		"a broadcast of none":  {"steer", map[string]string{"broadcast": "none", "step": "start"}, 404, "There is no such broadcast."},
		"no such step":         {"steer", map[string]string{"broadcast": "none", "step": "stop"}, 400, `"stop" is nothing`},
		"a number elsewhere":   {"channel", map[string]string{"patient": "p-101", "number": "512 555 0199"}, 400, "This is no number of the patient's"},
		"no such weather":      {"weather", map[string]string{"weather": "hail"}, 400, `"hail" is nothing that the network can be told.`},
		"no text to put back":  {"requeue", map[string]string{"text": "t-0", "reason": "x"}, 400, "neither failed nor was refused"},
		"no text to replay":    {"replay", map[string]string{"text": "t-0"}, 400, "There is no such text."},
		"no such State":        {"patient", map[string]string{"given": "A", "family": "B", "state": "ZZ"}, 400, "two letters, such as FL or ON"},
		"no such campaign":     {"attach", map[string]string{"campaign": "none", "number": "512 555 0101"}, 404, "There is no such campaign."},
		"no such registration": {"registry", map[string]string{"kind": "brand", "id": "none", "verdict": "approved"}, 404, "Nothing is registered under that name."},
		"a verdict of none":    {"registry", map[string]string{"kind": "brand", "id": "elm-street", "verdict": "fine"}, 400, `"fine" is nothing`},
		"a code of letters":    {"registry", map[string]string{"kind": "brand", "id": "elm-street", "verdict": "rejected", "code": "bad"}, 400, "at most five digits"},
		"an approved brand":    {"brand", map[string]string{"id": "elm-street"}, 409, "It is approved; what was approved does not change"},
		"a toll-free letter":   {"tollfree", map[string]string{"number": "what"}, 400, "This number cannot be texted because"},
		"a checkpoint of none": {"verify", map[string]string{"checkpoint": "enamel.example/elm-street\n1\nAAAA\n"}, 400, "was not signed by this log's notary"},
	} {
		t.Run(name, func(t *testing.T) {
			require.Contains(t, s.refused(c.status, c.act, c.fields), c.says)
		})
	}
	require.Equal(t, before, get[[]visitView](s, "schedule"))
	require.Equal(t, people, get[[]personView](s, "patients"))
	require.Contains(t, s.act("verify", nil), "none is missing")
}

// So does what is no JSON, no form, or too much of it.
func TestBadBodies(t *testing.T) {
	t.Parallel()
	s := openSite(t, config{})
	for name, c := range map[string]struct {
		method, path, kind, body string
		status                   int
		says                     string
	}{
		"no bundle":                      {"POST", "/api/import", "application/json", `{"resourceType":"Observation"}`, 400, "Not a FHIR Bundle or Patient"},
		"half a bundle":                  {"POST", "/api/import", "application/json", `{"resourceType":"Bundle","entry":[`, 400, "Not a FHIR Bundle or Patient"},
		"a list for a bundle":            {"POST", "/api/import", "application/json", `[]`, 400, "Not a FHIR Bundle or Patient"},
		"no JSON":                        {"POST", "/api/stop", "application/json", "number=1", 400, "no JSON object"},
		"two objects":                    {"POST", "/api/stop", "application/json", `{"number":"1"}{}`, 400, "Send one object."},
		"a number for text":              {"POST", "/api/stop", "application/json", `{"number":15125550142}`, 400, `"number" must be text in quotes`},
		"no content type":                {"POST", "/api/stop", "", `{}`, 415, "Content-Type: application/json"},
		"a form to the API":              {"POST", "/api/stop", "application/x-www-form-urlencoded", "number=1", 415, "Content-Type: application/json"},
		"JSON to a form":                 {"POST", "/do/stop", "application/json", `{}`, 415, "This is no form of the page."},
		"a field twice":                  {"POST", "/do/stop", "application/x-www-form-urlencoded", "number=1&number=2", 400, "sent more than once"},
		"an unknown form field":          {"POST", "/do/stop", "application/x-www-form-urlencoded", "number=1&admin=yes", 400, "There is no field"},
		"ten megabytes of JSON":          {"POST", "/api/stop", "application/json", `{"number":"` + strings.Repeat("1", 10<<20) + `"}`, 413, "at most 64 KB"},
		"ten megabytes of form":          {"POST", "/do/stop", "application/x-www-form-urlencoded", "number=" + strings.Repeat("1", 10<<20), 413, "at most 64 KB"},
		"ten megabytes of bundle":        {"POST", "/api/import", "application/fhir+json", strings.Repeat(" ", 10<<20), 413, "at most 8192 KB"},
		"another method":                 {"DELETE", "/api/texts", "", "", 405, "This takes GET"},
		"another method on acts":         {"GET", "/api/stop", "", "", 405, "This takes POST"},
		"another method on both":         {"PUT", "/api/practice", "", "", 405, "This takes GET and POST"},
		"an unknown method":              {"BREW", "/", "", "", 405, ""},
		"nothing there":                  {"GET", "/api/everything", "", "", 404, "GET /api lists"},
		"an unknown parameter":           {"GET", "/api/texts?all=1", "", "", 400, "no parameter"},
		"an id that no patient can have": {"GET", "/api/log/export?patient=" + strings.Repeat("p", 65), "", "", 404, "no entry about a patient of this id"},
		"a wrong limit":                  {"GET", "/api/log?limit=many", "", "", 400, "from 1 to 500"},
	} {
		t.Run(name, func(t *testing.T) {
			status, body := s.send(c.method, c.path, c.kind, strings.NewReader(c.body))
			require.Equal(t, c.status, status, body)
			require.Contains(t, strings.ReplaceAll(body, `\"`, `"`), c.says)
		})
	}
	refusals := 0
	for _, e := range get[struct{ Entries []entryView }](s, "log", "limit", "500").Entries {
		if e.Action == "records.bundle.import" && e.Refused {
			refusals++
		}
	}
	require.Equal(t, 3, refusals)
	require.Len(t, get[[]personView](s, "patients"), 7)

	// A body whose length nobody announced is counted as it comes.
	status, body := s.send(http.MethodPost, "/api/stop", "application/json", struct{ *strings.Reader }{strings.NewReader(strings.Repeat(" ", 1<<20))})
	require.Equal(t, http.StatusRequestEntityTooLarge, status, body)
}
