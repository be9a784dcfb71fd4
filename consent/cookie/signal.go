package cookie

import (
	"net/http"
	"strings"
)

// Signals is what a browser asks of every site it visits.
type Signals struct {
	DoNotTrack           bool // DNT: 1
	GlobalPrivacyControl bool // Sec-GPC: 1
}

// SignalsOf reads the signals of a request. Each counts while it is sent, and no longer: a request without it was made by
// a browser whose owner has turned it off.
func SignalsOf(h http.Header) Signals {
	return Signals{DoNotTrack: one(h, "Dnt"), GlobalPrivacyControl: one(h, "Sec-Gpc")}
}

// Sent reports whether there is any.
func (s Signals) Sent() bool { return s.DoNotTrack || s.GlobalPrivacyControl }

// String names those that are sent, and is "none" where none is.
func (s Signals) String() string {
	var sent []string
	if s.DoNotTrack {
		sent = append(sent, "DNT")
	}
	if s.GlobalPrivacyControl {
		sent = append(sent, "GPC")
	}
	if len(sent) == 0 {
		return "none"
	}
	return strings.Join(sent, ", ")
}

// one reports whether a header has the value 1. A proxy may have joined several into one line.
func one(h http.Header, name string) bool {
	for _, line := range h[name] {
		for value := range strings.SplitSeq(line, ",") {
			if strings.TrimSpace(value) == "1" {
				return true
			}
		}
	}
	return false
}
