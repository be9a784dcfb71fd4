package main

import (
	"strings"
	"time"

	"github.com/enamel-go/enamel/examples/internal/world"
)

// bubble is one text on a phone.
type bubble struct {
	ID   string    `json:"id"`
	Mine bool      `json:"written_here"` // the phone's owner wrote it
	Body string    `json:"body"`
	At   time.Time `json:"at"`

	Pictures int `json:"pictures,omitempty"` // that came with it
}

// When is when it reached the phone, or was written.
func (b bubble) When() string { return spoken(b.At) }

// Link is the link in the text that opens for whoever has signed in; empty: there is none.
func (b bubble) Link() string {
	_, rest, found := strings.Cut(b.Body, linkHead)
	if b.Mine || !found {
		return ""
	}
	token, _, _ := strings.Cut(rest, " ")
	return linkHead + token
}

// thread returns what the owner of a phone sees on it. It is the simulated network's: no real phone can be looked into.
func thread(s *scene, number string) []bubble {
	texts := s.network.Thread(number)
	bubbles := make([]bubble, 0, len(texts))
	for _, t := range texts {
		bubbles = append(bubbles, bubble{ID: t.ID, Mine: t.From == number, Body: t.Body, At: t.At, Pictures: t.Pictures})
	}
	return bubbles
}

// answers are what the phone's buttons write.
func answers() []string { return []string{"STOP", "HELP", "START", "AGREE", "YES"} }

// practiceNumber is where a phone's texts go.
func practiceNumber() string { return world.Sender().Number }
