package keyword_test

import (
	"strings"
	"testing"

	"github.com/enamel-go/enamel/consent/keyword"
)

func BenchmarkUnderstand(b *testing.B) {
	for name, body := range map[string]string{
		"ordinary": "Thanks, see you tomorrow at three. Is the bus stop still in front of your office?",
		"request":  "Hi, this is Ana. Would you please take my number off your text list? Thanks",
		"hostile":  strings.Repeat("do not ever please send me any more of the texts ", 33),
		"hostile2": strings.Repeat("stop the any all more of ", 64),
		"hostile3": strings.Repeat("a ", 800),
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				keyword.Understand(body)
			}
		})
	}
}
