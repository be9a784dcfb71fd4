package sms

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/enamel-go/enamel/audit"
)

// Subject is one of several appointments that a text is about, as a family's one reminder of its day. Its JSON is part of
// what kept decisions hold.
type Subject struct {
	Appointment string    `json:"appointment"`
	Version     string    `json:"version"`           // the version it is told in; another one is not what the text says
	Patient     string    `json:"patient,omitzero"`  // whose it is, the vendor's id
	Start       time.Time `json:"start,omitzero"`    // UTC, at microseconds
	Clock       string    `json:"clock,omitzero"`    // the time zone that the start is told in, an IANA name
	Zone        string    `json:"zone,omitzero"`     // the patient's time zone by address, as a [Text] has it
	Region      string    `json:"region,omitzero"`   // the patient's State or province by address, as a [Text] has it
	Language    string    `json:"language,omitzero"` // what the patient reads, as a [Text] has it
}

// about returns what a text is about: its subjects, or the one that stands in the text itself, which may say nothing.
func (t Text) about() []Subject {
	if len(t.Subjects) > 0 {
		return t.Subjects
	}
	return []Subject{{t.Subject, t.Version, t.Patient, t.Start, t.Clock, t.Zone, t.Region, t.Language}}
}

// concerns reports whether a text is about a patient.
func (t Text) concerns(patient string) bool {
	return slices.ContainsFunc(t.about(), func(s Subject) bool { return s.Patient == patient })
}

// tells reports whether a text tells of an appointment in this version.
func (t Text) tells(appointment, version string) bool {
	return slices.ContainsFunc(t.about(), func(s Subject) bool { return s.Appointment == appointment && s.Version == version })
}

// day returns the day of an appointment by the clock that it is told in, or none where that is not known here.
func (s Subject) day() string {
	zone, err := time.LoadLocation(s.Clock)
	if err != nil {
		return ""
	}
	return s.Start.In(zone).Format(time.DateOnly)
}

// telling returns the text with these subjects, in the order of their times. What it says, and what it is called, is the
// caller's. Its times stay as far from its first appointment as they were.
func (t Text) telling(subjects []Subject) Text {
	subjects = slices.SortedStableFunc(slices.Values(subjects), func(a, b Subject) int { return a.Start.Compare(b.Start) })
	first := subjects[0]
	later := first.Start.Sub(t.Start)
	t.Start, t.NotBefore, t.LastUseful = first.Start, t.NotBefore.Add(later), t.LastUseful.Add(later)
	t.Patient, t.Subject, t.Version, t.Subjects = first.Patient, first.Appointment, first.Version, nil
	t.Clock, t.Zone, t.Region, t.Language = first.Clock, first.Zone, first.Region, first.Language
	if len(subjects) == 1 {
		return t
	}
	t.Subject, t.Version, t.Clock, t.Zone, t.Region, t.Language, t.Subjects = "", "", "", "", "", "", subjects
	if slices.ContainsFunc(subjects, func(s Subject) bool { return s.Patient != first.Patient }) {
		t.Patient = ""
	}
	return t
}

// entries returns the entry of a text: one, or one for each appointment that it is about, so that the log has it for every
// patient concerned.
func (t Text) entries(e audit.Entry) []audit.Entry {
	if e.Patient = t.Patient; len(t.Subjects) == 0 {
		return []audit.Entry{e}
	}
	var entries []audit.Entry
	for _, s := range t.Subjects {
		one := e
		one.Patient, one.Details = s.Patient, maps.Clone(e.Details)
		if one.Details == nil {
			one.Details = map[string]string{}
		}
		one.Details["appointment"] = s.Appointment
		entries = append(entries, one)
	}
	return entries
}

// stamp stamps entries of what has happened: what became of a text is on record whatever became of the patient, and no text
// stays unsettled over that.
func stamp(ctx context.Context, log *audit.Log, entries ...audit.Entry) ([]audit.Leaf, error) {
	var leaves []audit.Leaf
	for _, e := range entries {
		leaf, err := log.StampSeen(ctx, e)
		if err != nil {
			return nil, err
		}
		leaves = append(leaves, leaf)
	}
	return leaves, nil
}

// token is what a reminder offers as its answer: other reminders of the same phone have another one, for the most part. It is
// no word that ends texts or begins them anywhere.
func token(subjects []Subject) string {
	var said []string
	for _, s := range subjects {
		said = append(said, s.Appointment, s.Version)
	}
	sum := sha256.Sum256([]byte(strings.Join(said, "\x00")))
	return fmt.Sprintf("C%d", 10+binary.BigEndian.Uint16(sum[:])%90)
}

// offers reports whether a reminder offers an answer.
func offers(t Text) bool { return strings.Contains(t.Body, token(t.about())) }
