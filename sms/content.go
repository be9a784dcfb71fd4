package sms

import (
	"strconv"

	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/sms/screen"
)

// screening is the version of the screen, which stands in the facts of each decision.
var screening = "screen-" + strconv.Itoa(screen.Version)

// found returns what the screen finds in a body that is sent in a practice's name. Whether a text has to say who sends it,
// how to reach them and how to end such texts is for the rules to say.
func found(category consent.Category, body, name string) []screen.Finding {
	return screen.Screen(body, screen.Context{
		Practice: name, Promotes: category == consent.Promotional, NeedsName: true, NeedsContact: true, NeedsEnd: true,
	})
}
