package world

import (
	"context"

	"github.com/enamel-go/enamel/sms"
)

// Network is the name of the simulated carrier among providers.
const Network = "carrier"

// muteNumber is a phone of the story whose network loses the answer to everything that is sent there, tells of nothing,
// and cannot say afterwards what became of it. So the story has a text that only a person can settle.
const muteNumber = "+13035550187"

// mute keeps the network from being asked about that number.
func mute(p sms.Provider) sms.Provider {
	finder, ok := p.(sms.Finder)
	if !ok {
		return p
	}
	return &muted{p, finder}
}

type muted struct {
	sms.Provider
	finder sms.Finder
}

// Find implements sms.Finder.
func (m *muted) Find(ctx context.Context, msg sms.Message) (sms.Receipt, bool, error) {
	if msg.To == muteNumber {
		return sms.Receipt{}, false, &sms.SendError{Stage: sms.AtLookup, Provider: Network, Code: "no answer", Class: sms.Unknown}
	}
	return m.finder.Find(ctx, msg)
}
