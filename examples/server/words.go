package main

import (
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/audit/notary"
	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/consent/cookie"
	"github.com/enamel-go/enamel/consent/pack"
	"github.com/enamel-go/enamel/consent/policy"
	"github.com/enamel-go/enamel/consent/representative"
	"github.com/enamel-go/enamel/examples/internal/clock"
	"github.com/enamel-go/enamel/internal/phone"
	"github.com/enamel-go/enamel/records"
	"github.com/enamel-go/enamel/records/fhir"
	"github.com/enamel-go/enamel/sms"
	"github.com/enamel-go/enamel/sms/broadcast"
	"github.com/enamel-go/enamel/sms/link"
	"github.com/enamel-go/enamel/sms/registration"
	"github.com/enamel-go/enamel/sms/template"
)

// verdict is what an error means to whoever caused it.
type verdict struct {
	cause  error
	status int
	says   string // empty: what the error itself says
}

// verdicts are looked through in order: finer errors come first.
func verdicts() []verdict {
	const reread = "Somebody has changed this since you looked. Look at it again, then decide."
	return []verdict{
		{clock.ErrMove, http.StatusBadRequest, ""},
		{consent.ErrDuty, http.StatusConflict, "The practice has not accepted its duty to obtain its patients' consent. Accept it first; it is on the page under The practice."},
		{consent.ErrUsed, http.StatusConflict, "This link was used before. What it confirmed is confirmed."},
		{consent.ErrExpired, http.StatusGone, "This link has expired. Ask the practice for a new form."},
		{consent.ErrNotAsked, http.StatusNotFound, "This link confirms nothing. It may be incomplete, or a later stop has ended what it asked about."},
		{consent.ErrLandline, http.StatusConflict, "This number is a landline, which takes no texts. Ask by a link."},
		{consent.ErrNoDoubt, http.StatusConflict, "Nothing of that kind waits for a person: it was settled, or never said."},
		{consent.ErrEvidence, http.StatusUnprocessableEntity, ""},
		{consent.ErrNothingPending, http.StatusConflict, "No consent of this number waits for confirmation. Record a consent first, with double opt-in switched on for it."},
		{consent.ErrAsked, http.StatusConflict, "The patient was already asked to confirm, and is asked only once."},
		{pack.ErrUnknown, http.StatusNotFound, "Nobody has asked for such a file."},
		{pack.ErrNotApproved, http.StatusConflict, ""},
		{pack.ErrDenied, http.StatusConflict, ""},
		{pack.ErrDecided, http.StatusConflict, ""},
		{pack.ErrSelf, http.StatusConflict, ""},
		{pack.ErrNothing, http.StatusNotFound, ""},
		{pack.ErrRecipient, http.StatusUnprocessableEntity, ""},
		{pack.ErrInvalid, http.StatusBadRequest, ""},
		{policy.ErrUnannounced, http.StatusUnprocessableEntity, ""},
		{policy.ErrPublished, http.StatusConflict, ""},
		{policy.ErrUnknown, http.StatusNotFound, ""},
		{policy.ErrChanged, http.StatusConflict, ""},
		{policy.ErrConflict, http.StatusConflict, "Something else was recorded under this id."},
		{policy.ErrInvalid, http.StatusBadRequest, ""},
		{representative.ErrEvidence, http.StatusUnprocessableEntity, ""},
		{representative.ErrUnknown, http.StatusNotFound, ""},
		{representative.ErrDecided, http.StatusConflict, ""},
		{representative.ErrUndecided, http.StatusConflict, ""},
		{representative.ErrUncovered, http.StatusConflict, ""},
		{representative.ErrInvalid, http.StatusBadRequest, ""},
		{cookie.ErrInvalid, http.StatusBadRequest, ""},
		{template.ErrInvalid, http.StatusBadRequest, ""},
		{registration.ErrNotTaken, http.StatusConflict, ""},
		{registration.ErrOrder, http.StatusConflict, ""},
		{registration.ErrFull, http.StatusConflict, ""},
		{registration.ErrUnknown, http.StatusNotFound, ""},
		{registration.ErrConflict, http.StatusConflict, "Something else was recorded under this id."},
		{registration.ErrInvalid, http.StatusUnprocessableEntity, ""},
		{consent.ErrConflict, http.StatusConflict, "Something else was recorded under this id."},
		{consent.ErrInvalid, http.StatusBadRequest, ""},
		{records.ErrRevision, http.StatusConflict, reread},
		{records.ErrClosed, http.StatusConflict, "This appointment is no longer booked, so it cannot be changed."},
		{records.ErrConflict, http.StatusConflict, ""},
		{records.ErrNotFound, http.StatusNotFound, "The practice has no such patient or appointment."},
		{records.ErrInvalid, http.StatusBadRequest, ""},
		{fhir.ErrFormat, http.StatusBadRequest, ""},
		{broadcast.ErrCriterion, http.StatusUnprocessableEntity, ""},
		{broadcast.ErrAuthorization, http.StatusUnprocessableEntity, ""},
		{broadcast.ErrStatus, http.StatusConflict, ""},
		{broadcast.ErrEmpty, http.StatusConflict, ""},
		{broadcast.ErrUnknown, http.StatusNotFound, ""},
		{broadcast.ErrConflict, http.StatusConflict, "Something else was recorded under this id."},
		{broadcast.ErrInvalid, http.StatusBadRequest, ""},
		{link.ErrUnknown, http.StatusNotFound, ""},
		{link.ErrOther, http.StatusForbidden, ""},
		{link.ErrUsed, http.StatusConflict, ""},
		{link.ErrRevoked, http.StatusGone, ""},
		{link.ErrExpired, http.StatusGone, ""},
		{link.ErrInvalid, http.StatusBadRequest, ""},
		{sms.ErrPurpose, http.StatusBadRequest, "Say what the texts are read for: for the conversation with the number, or for a request of the patient's. For anything else they are not read."},
		{sms.ErrUnsure, http.StatusConflict, "This text may have left: nobody but a person says that it did not. Write another one instead."},
		{sms.ErrNotFound, http.StatusNotFound, "There is no such text, message or task, or what it held is here no more."},
		{sms.ErrConflict, http.StatusConflict, "Another text has this id."},
		{sms.ErrInvalid, http.StatusBadRequest, ""},
		{notary.ErrDamaged, http.StatusConflict, "The log was altered, so nothing is made of it. Verify the log: it says what was altered."},
		{audit.ErrInvalid, http.StatusBadRequest, ""},
	}
}

// explain turns an error into a status and one sentence for a practice manager. What is no refusal but a failure is told
// without its particulars; they are in the server's log.
func explain(err error) (status int, sentence string, failed bool) {
	var input *inputError
	var number phone.Error
	var long *http.MaxBytesError
	switch {
	case errors.Is(err, audit.ErrNotRecorded):
		return http.StatusInternalServerError, failedSentence, true
	case errors.As(err, &input):
		return input.code, input.sentence, false
	case errors.As(err, &number):
		return http.StatusBadRequest, "This number cannot be texted because " + number.Reason() + ".", false
	case errors.As(err, &long):
		return http.StatusRequestEntityTooLarge, tooLargeSentence(long.Limit), false
	}
	for _, v := range verdicts() {
		if !errors.Is(err, v.cause) {
			continue
		}
		if v.says == "" {
			v.says = plain(err.Error())
		}
		return v.status, v.says, false
	}
	return http.StatusInternalServerError, failedSentence, true
}

const failedSentence = "Something is wrong on our side, and what you asked for was not done. The server's log says more."

// heads are what sentinels say in several words before what is to be said.
var heads = []string{"evidence is missing", "not now", "it does not admit that", "the limit is reached", "nothing is registered under that name"}

// plain turns the text of a refusal ("consent: invalid: the number is ...") into a sentence.
func plain(text string) string {
	for {
		prefix, rest, found := strings.Cut(text, ": ")
		if !found || strings.Contains(prefix, " ") && !slices.Contains(heads, prefix) {
			break
		}
		text = rest
	}
	first, size := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(first)) + strings.TrimSuffix(text[size:], ".") + "."
}

// spoken writes a moment as the practice's people say it, by the practice's own clock.
func spoken(t time.Time) string { return local(t).Format("Mon, Jan 2, 3:04 PM") }

// dated is a day, by the practice's own clock.
func dated(t time.Time) string { return local(t).Format("January 2, 2006") }

// clocked is the time of day alone.
func clocked(t time.Time) string { return local(t).Format("3:04 PM") }

// soon is a moment as short as today allows.
func soon(t, now time.Time) string {
	if sameDay(t, now) {
		return clocked(t)
	}
	return spoken(t)
}

// when is a moment within a sentence, as short as today allows.
func when(t, now time.Time) string {
	switch {
	case sameDay(t, now):
		return "at " + clocked(t)
	case sameDay(t, now.Add(24*time.Hour)):
		return "tomorrow at " + clocked(t)
	}
	return "on " + spoken(t)
}

func local(t time.Time) time.Time {
	zone, err := clock.Central()
	if err != nil {
		return t.UTC() // the server has its own copy of the zones, so this does not happen
	}
	return t.In(zone)
}

// shown writes a number as the practice's people do.
func shown(number string) string {
	if len(number) == 12 && strings.HasPrefix(number, "+1") {
		return "(" + number[2:5] + ") " + number[5:8] + "-" + number[8:]
	}
	return number
}

// moment reads a time as a form sends it, by the practice's clock, or as the API's users write it, in RFC 3339.
func moment(s string) (time.Time, error) {
	zone, err := clock.Central()
	if err != nil {
		return time.Time{}, err
	}
	if t, err := time.ParseInLocation("2006-01-02T15:04", s, zone); err == nil {
		return t, nil
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return time.Time{}, badInput("Write the time as 2026-11-24T09:30, by the practice's clock.")
	}
	return t, nil
}

func sortedKeys(m map[string]string) []string { return slices.Sorted(maps.Keys(m)) }

func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }
