package main

import (
	"context"
	"strings"
	"time"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/examples/internal/world"
)

// entryView is an entry of the log, opened.
type entryView struct {
	ID      string            `json:"id"`
	At      time.Time         `json:"at"`
	By      string            `json:"by"`
	Action  string            `json:"action"`
	Did     string            `json:"did"` // the action in plain words
	Refused bool              `json:"refused"`
	Kind    string            `json:"kind"`
	Object  string            `json:"object,omitempty"`
	Patient string            `json:"patient,omitempty"`
	Name    string            `json:"name,omitempty"` // of the patient, where it is known
	Reason  string            `json:"reason,omitempty"`
	Details map[string]string `json:"details,omitempty"`
}

// When is when it happened, to the second.
func (e entryView) When() string { return local(e.At).Format("Jan 2, 3:04:05 PM") }

// journal returns the newest entries of the log, newest first, and how many looks it passed over to find them. Opening
// entries is a look of its own, and recorded before anything is returned.
func journal(ctx context.Context, s *scene, most int, looks bool) (entries []entryView, passed int, err error) {
	err = s.Log.Record(ctx, audit.Entry{
		Practice: world.Practice, Actor: world.Desk(), Action: "audit.log.read", Object: audit.Object{Kind: "log"},
	})
	if err != nil {
		return nil, 0, err
	}
	entries = []entryView{}
	for q := (audit.Query{Practice: world.Practice, Newest: true, Limit: 500}); len(entries) < most; {
		page, err := s.Log.Leaves(ctx, q)
		if err != nil {
			return nil, 0, err
		}
		for _, leaf := range page.Leaves {
			if isLook(leaf.Action) && leaf.Outcome == audit.Done && !looks {
				passed++
				continue
			}
			e, err := s.Log.Open(ctx, leaf)
			if err != nil {
				e.Reason = plain(err.Error()) // the entry was altered: shown as far as it can be read
			}
			entries = append(entries, viewEntry(e, leaf))
			if len(entries) == most {
				break
			}
		}
		if q.After = page.Next; q.After == "" {
			break
		}
	}
	return entries, passed, nil
}

func viewEntry(e audit.Entry, leaf audit.Leaf) entryView {
	by := e.Actor
	if by.ID == "" { // it could not be opened
		by = leaf.Actor
	}
	return entryView{
		ID: leaf.ID, At: leaf.At, By: actor(by), Action: leaf.Action, Did: did(leaf.Action), Refused: leaf.Outcome == audit.Refused,
		Kind: e.Object.Kind, Object: e.Object.ID, Patient: e.Patient, Reason: e.Reason, Details: e.Details,
	}
}

// isLook reports whether an action read something and changed nothing. What a request changes has entries of its own.
func isLook(action string) bool {
	return action == "http.request" || strings.HasSuffix(action, ".read") || strings.HasSuffix(action, ".find") || action == "consent.alarms" || action == "consent.suppressed"
}

// did says an action in plain words.
func did(action string) string {
	if words, known := actions()[action]; known {
		return words
	}
	return action
}

func actions() map[string]string {
	return map[string]string{
		"audit.log.export":                "handed out the log",
		"audit.log.read":                  "looked at the log",
		"audit.log.verify":                "verified the log",
		"consent.accept":                  "accepted the duty to obtain consent",
		"consent.alarms":                  "looked at what may be a stop",
		"consent.ask":                     "asked for confirmation",
		"consent.lapse":                   "recorded that a number is not the patient's any more",
		"consent.mute":                    "recorded that a patient wants no texts",
		"consent.unmute":                  "recorded that a patient wants texts again",
		"consent.pack.request":            "asked for the evidence of consent",
		"consent.pack.approve":            "approved a file of evidence",
		"consent.pack.deny":               "denied a file of evidence",
		"consent.pack.write":              "handed out a file of evidence",
		"consent.suppressed":              "looked at the numbers that said stop",
		"consent.clear":                   "cleared what may have been a stop",
		"consent.doubt":                   "said what may be a stop",
		"consent.configure":               "changed the practice's settings",
		"consent.confirm":                 "confirmed the consent",
		"consent.cookie.choose":           "chose which cookies may be kept",
		"consent.cookie.withdraw":         "took back a choice of cookies",
		"consent.cookie.read":             "looked at a choice of cookies",
		"consent.grant":                   "recorded a consent",
		"consent.policy.accept":           "accepted the privacy policy",
		"consent.policy.publish":          "published a version of the privacy policy",
		"consent.policy.tell":             "was told of a change of the privacy policy",
		"consent.policy.use":              "used on after a change of the privacy policy",
		"consent.representative.answer":   "answered a report that a child gave data",
		"consent.representative.appoint":  "recorded who may act for a patient",
		"consent.representative.consent":  "recorded a parent's consent",
		"consent.representative.may":      "asked to act for a patient",
		"consent.representative.read":     "looked at who may act for a patient",
		"consent.representative.remove":   "decided that what a child gave was deleted",
		"consent.representative.report":   "reported that a child gave data",
		"consent.representative.unfreeze": "decided that what was given may be used",
		"consent.representative.withdraw": "recorded that a parent takes a consent back",
		"consent.publish":                 "published a text to sign",
		"consent.read":                    "looked at a consent history",
		"consent.restart":                 "took texts up again",
		"consent.revoke":                  "recorded a stop",
		"crypto.keys.rotate":              "rotated the keys",
		"demo.agreement.set":              "changed the agreement with the network",
		"demo.clock.move":                 "moved the demo clock",
		"demo.portal.enter":               "filled in a form of the portal",
		"demo.report.unfound":             "reported that a child gave data who is not on record",
		"http.request":                    "asked the server",
		"records.appointment.book":        "booked an appointment",
		"records.appointment.cancel":      "cancelled an appointment",
		"records.appointment.move":        "moved an appointment",
		"records.appointment.read":        "looked at an appointment",
		"records.patient.find":            "looked for a patient",
		"records.patient.read":            "looked at a patient",
		"records.patient.save":            "saved a patient",
		"records.bundle.import":           "imported a bundle",
		"records.schedule.read":           "looked at the schedule",
		"sms.link.issue":                  "issued a link",
		"sms.link.open":                   "opened a link",
		"sms.link.revoke":                 "took a link back",
		"sms.link.read":                   "looked at a patient's links",
		"sms.message.receive":             "sent a text to the practice",
		"sms.received.read":               "looked at what came in",
		"sms.sender.register":             "registered a number to text from",
		"sms.text.cancel":                 "took a text back",
		"sms.text.enqueue":                "queued a text",
		"sms.text.receipt":                "told how far a text has come",
		"sms.text.resolve":                "said what became of a text",
		"sms.text.send":                   "handled a text that was due",
		"sms.texts.read":                  "looked at the texts",
		"sms.webhook.receive":             "called a webhook",
	}
}

// actor names who acts.
func actor(a audit.Actor) string {
	switch {
	case a == world.Desk():
		return "front desk"
	case a.Kind == audit.Patient:
		return strings.TrimSpace("patient " + shown(a.ID))
	}
	return a.ID
}
