package sms

import (
	"fmt"
	"slices"
	"strings"

	"github.com/enamel-go/enamel/consent/keyword"
)

// Answerer is who answers a word that ends texts, asks for help, or begins texts again.
type Answerer string

// The answerers.
const (
	ByUs       Answerer = "us"
	ByProvider Answerer = "provider" // the provider acts on its own list of words and answers by itself
	ByCarrier  Answerer = "carrier"  // the network does, before the provider sees anything
)

// Answering is who answers each of the three words when it is the whole message. Ours is suppressed where somebody else
// answers, for a STOP is confirmed once (47 CFR 64.1200(a)(12)); what they do not know, such as "please stop", we answer.
// Defaults to us, but that the carriers answer STOP and START at toll-free numbers.
type Answering struct {
	Stop  Answerer
	Help  Answerer
	Start Answerer
}

// valid refuses what is nobody.
func (a Answering) valid() error {
	for _, who := range []Answerer{a.Stop, a.Help, a.Start} {
		if !slices.Contains([]Answerer{"", ByUs, ByProvider, ByCarrier}, who) {
			return fmt.Errorf("%w: the sender's words are answered by us, the provider or the carrier", ErrInvalid)
		}
	}
	return nil
}

// elsewhere reports whether somebody else has answered a message that asks for a word.
func (s Sender) elsewhere(asks keyword.Word, in Inbound) bool {
	if in.Keyword != "" {
		return true // the provider says so itself
	}
	var who Answerer
	switch asks {
	case keyword.Stop:
		who = s.Answering.Stop
	case keyword.Help:
		who = s.Answering.Help
	case keyword.Start:
		who = s.Answering.Start
	}
	if who == "" && asks != keyword.Help && tollFree(s.Number) {
		who = ByCarrier
	}
	return slices.Contains(who.knows(asks), strings.ToUpper(strings.Join(strings.Fields(in.Body), " ")))
}

// knows returns the words that somebody answers, in capitals: of providers, those that Twilio, Telnyx and Bandwidth all act
// on by default and those that one of them added since; of carriers, those that the toll-free network acts on.
func (a Answerer) knows(asks keyword.Word) []string {
	switch {
	case a == ByProvider && asks == keyword.Stop:
		return []string{"STOP", "STOPALL", "STOP ALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"}
	case a == ByProvider && asks == keyword.Start:
		return []string{"START", "UNSTOP"}
	case a == ByProvider && asks == keyword.Help:
		return []string{"HELP", "INFO"}
	case a == ByCarrier && asks == keyword.Stop:
		return []string{"STOP"}
	case a == ByCarrier && asks == keyword.Start:
		return []string{"START", "UNSTOP"}
	case a == ByCarrier && asks == keyword.Help:
		return []string{"HELP"}
	}
	return nil
}

// tollFree reports whether a number of the North American plan costs the caller nothing.
func tollFree(number string) bool {
	national, ok := strings.CutPrefix(number, "+1")
	return ok && len(national) == 10 && slices.Contains([]string{"800", "822", "833", "844", "855", "866", "877", "888"}, national[:3])
}
