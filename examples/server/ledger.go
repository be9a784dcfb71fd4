package main

import (
	"context"
	"strings"
	"time"

	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/examples/internal/world"
)

// factView is one line of a number's consent history.
type factView struct {
	ID       string           `json:"id"`
	Kind     consent.Kind     `json:"kind"`
	At       time.Time        `json:"at"`
	Recorded time.Time        `json:"recorded"`
	By       string           `json:"by"`
	Category consent.Category `json:"category,omitempty"`
	Sender   string           `json:"sender,omitempty"` // of a consent: the one number of the practice that it is for
	Says     string           `json:"says"`
	Evidence evidenceView     `json:"evidence"`
}

// evidenceView is what proves a fact.
type evidenceView struct {
	Wording  string `json:"wording,omitempty"`
	SHA256   string `json:"wording_sha256,omitempty"`
	Document string `json:"document,omitempty"`
	Words    string `json:"words,omitempty"`
	Message  string `json:"message,omitempty"`
	Staff    string `json:"staff,omitempty"`
}

// When is when it happened.
func (f factView) When() string { return spoken(f.At) }

// ledger returns a number's consent history, newest first, after recording that the desk looked. What one patient alone
// wanted is said of that patient, and otherwise of nobody by name: whoever shares the phone may be shown this.
func ledger(ctx context.Context, s *scene, number, patient string) ([]factView, error) {
	facts, err := s.Consents.History(ctx, world.Desk(), consent.Key{Practice: world.Practice, Number: number})
	if err != nil {
		return nil, err
	}
	views := make([]factView, 0, len(facts))
	for i := len(facts) - 1; i >= 0; i-- {
		f := facts[i]
		if f.Kind == consent.Muted || f.Kind == consent.Unmuted {
			f = discreet(f, patient)
		}
		views = append(views, factView{
			ID: f.ID, Kind: f.Kind, At: f.At, Recorded: f.Recorded, By: actor(f.Actor), Category: f.Category, Sender: f.Sender,
			Says: factSays(f, patient),
			Evidence: evidenceView{
				Wording: f.Evidence.Wording, SHA256: f.Evidence.Hash(), Document: f.Evidence.Document, Words: f.Evidence.Words,
				Message: f.Evidence.Message, Staff: f.Evidence.Staff,
			},
		})
	}
	return views, nil
}

// discreet leaves out of a fact about one patient what only that patient's own page shows: words may name somebody.
func discreet(f consent.Fact, seen string) consent.Fact {
	if f.Patient != seen {
		f.Evidence = consent.Evidence{}
	}
	return f
}

// factSays says a fact in one sentence.
func factSays(f consent.Fact, patient string) string {
	switch f.Kind {
	case consent.Granted:
		says := "Consent to " + categoryName(f.Category) + " was given: " + basisName(f.Basis) + "."
		if f.Sender != "" {
			says += " It is for texts from " + shown(f.Sender) + " alone."
		}
		if !f.Expires.IsZero() {
			says += " It counts until " + spoken(f.Expires) + "."
		}
		if f.Erased {
			says += " Its evidence was erased, so it permits nothing."
		}
		if f.Confirm {
			says += " It permits nothing until the patient confirms it."
		}
		return says
	case consent.Asked:
		return "The patient was asked to confirm. The answer counts until " + spoken(f.Expires) + "."
	case consent.Confirmed:
		return "The patient confirmed."
	case consent.Revoked:
		says := "The patient said stop to " + scope(f.Category) + ", by " + channelName(f.Channel)
		if f.Sender != "" {
			says += " to " + shown(f.Sender)
		}
		return says + "."
	case consent.Restarted:
		return "The patient texted START."
	case consent.Lapsed:
		return capital(causeName(f.Cause)) + ": what was given for it before counts no more."
	case consent.Muted:
		return oneOf(f.Patient, patient) + " wants no " + strings.TrimPrefix(scope(f.Category), "all ") + ". Others on this phone are not concerned."
	case consent.Unmuted:
		return oneOf(f.Patient, patient) + " wants " + scope(f.Category) + " again."
	case consent.Doubted:
		return "Something was said, by " + channelName(f.Channel) + ", that may be a stop. A person has to look by " + dated(f.Expires.Add(-time.Second)) + "."
	case consent.Cleared:
		return "A person looked at what may have been a stop: it was none."
	}
	return string(f.Kind)
}

// scope says what a fact is about.
func scope(c consent.Category) string {
	if c == "" {
		return "all texts"
	}
	return categoryName(c)
}

// oneOf says whom of those on a phone a fact is about, seen from one of them, or from nobody in particular.
func oneOf(patient, seen string) string {
	if patient == seen {
		return "This patient"
	}
	return "One patient on this phone"
}

func categoryName(c consent.Category) string {
	switch c {
	case consent.Transactional:
		return "appointment texts"
	case consent.Conversational:
		return "conversations"
	case consent.Promotional:
		return "offers"
	}
	return string(c)
}

func basisName(b consent.Basis) string {
	switch b {
	case consent.SignedAgreement:
		return "a signed agreement"
	case consent.WebForm:
		return "a web form"
	case consent.OfficeDocument:
		return "a document signed in the office"
	}
	return strings.ReplaceAll(string(b), "_", " ")
}

func channelName(c consent.Channel) string {
	switch c {
	case consent.ByCall:
		return "telephone"
	case consent.ByEmail:
		return "e-mail"
	case consent.ByMail:
		return "letter"
	case consent.ByDesk:
		return "word at the desk"
	case consent.ByProvider:
		return "way of the network"
	}
	return string(c)
}
