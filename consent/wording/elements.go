package wording

import (
	"time"

	"github.com/enamel-go/enamel/internal/civil"
)

// Date is a day in the calendar.
type Date = civil.Date

// Readable is what [Check] reports first of a text that it cannot look at. It is none of [Elements].
var Readable = Element{
	ID: "readable", Say: "be in English, Spanish or French, its language must be given as en, es or fr, and it may have 16 KiB at most",
	Since: Date{Year: 2026, Month: time.January, Day: 1}, Source: "what nobody can check is refused",
}

// The sources.
const (
	policy     = "SMS privacy policy, section 3, opt-in disclosure"
	policyFor  = "SMS privacy policy, section 2: consent is obtained on behalf of the platform"
	policyOut  = "SMS privacy policy, section 4, opt-out and help"
	ctia       = "CTIA Messaging Principles, May 2023, 5.1.2.1"
	fcc        = "47 CFR 64.1200(f)(9)(i)"
	hhs        = "HHS, 78 FR 5566, 5634: a patient who is warned may prefer an unencrypted channel"
	registrars = "10DLC and toll-free registration: required in the opt-in by carriers' reviewers"
)

// elements are what is required. A row that begins later is added with its day, and one that ends is taken out with a
// version.
var elements = []Element{
	{"practice", "name the practice that sends the texts", day(2023, time.May, 1), ctia},
	{"platform", "name the platform that sends them for the practice", day(2026, time.January, 1), policyFor},
	{"purpose", "say what the texts are about, such as appointment reminders", day(2026, time.January, 1), policy + "; " + ctia},
	{"frequency", "say how often texts come, as a number or as “message frequency varies”", day(2026, time.January, 1), policy + "; " + ctia},
	{"rates", "say that message and data rates may apply", day(2026, time.January, 1), policy + "; " + ctia},
	{"stop", "say that replying STOP ends the texts", day(2026, time.January, 1), policyOut + "; " + ctia},
	{"help", "say that replying HELP gets help", day(2026, time.January, 1), policyOut + "; " + ctia},
	{"terms", "link to the terms, by an address that begins with https://", day(2023, time.May, 1), registrars},
	{"privacy", "link to the privacy policy, by an address that begins with https://", day(2023, time.May, 1), registrars},
	{"free", "say that consent is not a condition of any purchase or service", day(2013, time.October, 16), fcc + "; " + policy},
	{"unencrypted", "warn that texts are not encrypted", day(2013, time.March, 26), hhs},
}

func day(year int, month time.Month, d int) Date { return Date{Year: year, Month: month, Day: d} }
