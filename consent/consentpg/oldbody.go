package consentpg

import (
	"encoding/json"
	"time"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/consent"
)

// oldBody is the JSON that was sealed before facts had a sender, a patient and an entry. No new row holds it.
type oldBody struct {
	Number   string    `json:"number"`
	Kind     string    `json:"kind"`
	Category string    `json:"category"`
	At       time.Time `json:"at"`
	Recorded time.Time `json:"recorded"`
	Actor    actor     `json:"actor"`
	Basis    string    `json:"basis"`
	Channel  string    `json:"channel"`
	Confirm  bool      `json:"confirm"`
	About    []string  `json:"about"`
	Expires  time.Time `json:"expires"`
	Evidence evidence  `json:"evidence"`
}

func ofOldBody(body []byte) (consent.Fact, bool) {
	var v oldBody
	if json.Unmarshal(body, &v) != nil {
		return consent.Fact{}, false
	}
	return consent.Fact{
		Number: v.Number, Kind: consent.Kind(v.Kind), Category: consent.Category(v.Category), At: v.At, Recorded: v.Recorded,
		Actor: audit.Actor(v.Actor), Basis: consent.Basis(v.Basis), Channel: consent.Channel(v.Channel),
		Evidence: consent.Evidence(v.Evidence), Confirm: v.Confirm, About: v.About, Expires: v.Expires,
	}, true
}
