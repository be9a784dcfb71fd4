package consentpg

import (
	"strconv"
	"strings"
	"time"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/consent"
)

// A fact's sealed part is its fields in this order, with a NUL between them, which no text holds: it is opened before every
// text, and JSON would take longer than all else. The order is part of what old rows hold: add fields before About, under
// another version, and never move one.
const (
	bodyVersion = "1"
	bodyFields  = 19 // the version and all fields but About, which come last, as many as there are
)

func body(f consent.Fact) []byte {
	fields := append([]string{
		bodyVersion, f.Number, string(f.Kind), string(f.Category), f.Sender, f.Patient, micros(f.At), micros(f.Recorded),
		string(f.Actor.Kind), f.Actor.ID, f.Entry, string(f.Basis), string(f.Channel), string(f.Cause), f.Duty, f.Token,
		strconv.FormatBool(f.Confirm), micros(f.Expires), strconv.Itoa(len(f.About)),
	}, f.About...)
	return []byte(strings.Join(fields, "\x00"))
}

// ofBody returns what a sealed part says, and whether it can be read.
func ofBody(body string) (f consent.Fact, ok bool) {
	v := strings.Split(body, "\x00")
	if len(v) < bodyFields || v[0] != bodyVersion || v[bodyFields-1] != strconv.Itoa(len(v)-bodyFields) {
		return f, false
	}
	f = consent.Fact{
		Number: v[1], Kind: consent.Kind(v[2]), Category: consent.Category(v[3]), Sender: v[4], Patient: v[5],
		Actor: audit.Actor{Kind: audit.ActorKind(v[8]), ID: v[9]}, Entry: v[10], Basis: consent.Basis(v[11]),
		Channel: consent.Channel(v[12]), Cause: consent.Cause(v[13]), Duty: v[14], Token: v[15], Confirm: v[16] == "true",
	}
	if about := v[bodyFields:]; len(about) > 0 {
		f.About = about
	}
	var ok1, ok2, ok3 bool
	f.At, ok1 = ofMicros(v[6])
	f.Recorded, ok2 = ofMicros(v[7])
	f.Expires, ok3 = ofMicros(v[17])
	return f, ok1 && ok2 && ok3
}

// micros writes a time as microseconds since 1970, and the zero time as nothing.
func micros(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return strconv.FormatInt(t.UnixMicro(), 10)
}

func ofMicros(s string) (time.Time, bool) {
	if s == "" {
		return time.Time{}, true
	}
	n, err := strconv.ParseInt(s, 10, 64)
	return time.UnixMicro(n).UTC(), err == nil
}
