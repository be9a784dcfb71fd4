package screen_test

import (
	"runtime/debug"
	"slices"
	"testing"

	"github.com/enamel-go/enamel/internal/pairs"
	"github.com/enamel-go/enamel/sms/screen"
)

// ordinary are texts as a practice sends them, in which nothing is found.
var ordinary = []string{
	"Elm Street Dental: reminder of your appointment on Wednesday, March 4 at 6:00 PM. Questions: 214-555-0199. Reply HELP for help, STOP to end texts.",
	"Hi Maria, your visit with Dr. Sarah Lee at Elm Street Dental is Tue, Dec 8 at 9:30 AM. Reply C4 to confirm or R4 to reschedule. STOP to opt out.",
	"Elm Street Dental: le recordamos su cita el martes 8 de diciembre a las 9:30. Responda C para confirmar. Responda ALTO para no recibir más mensajes.",
	"Elm Street Dental: please finish your forms before your visit: https://texts.elm.example/f/k3J9xZq7 Reply STOP to end texts.",
}

// BenchmarkPairScreen measures the whole screen, which also looks at shapes, links, answers and what is missing, beside one
// regular expression of the same words.
func BenchmarkPairScreen(b *testing.B) {
	words := screen.Alternation()
	in := screen.Context{Practice: "Elm Street Dental", NeedsName: true, NeedsEnd: true}
	pairs.Run(b, pairs.Compute, func(n int) error {
		for i := range n {
			screen.Screen(ordinary[i%len(ordinary)], in)
		}
		return nil
	}, pairs.Peer{Name: "regexp", Rate: 5, Run: func(n int) error {
		for i := range n {
			words.MatchString(ordinary[i%len(ordinary)])
		}
		return nil
	}})
}

// raceDetector reports whether this is a build whose pools drop what they hold at random.
func raceDetector() bool {
	info, _ := debug.ReadBuildInfo()
	return info != nil && slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"})
}

// TestNothingFoundTakesNoMemory keeps the ordinary text cheap.
func TestNothingFoundTakesNoMemory(t *testing.T) {
	if raceDetector() {
		t.Skip("the race detector allocates")
	}
	in := screen.Context{Practice: "Elm Street Dental", NeedsName: true, NeedsEnd: true, People: []string{"Ann", "Lucía de los Ángeles", "Will"}}
	for _, body := range ordinary {
		if found := screen.Screen(body, in); found != nil {
			t.Fatalf("%q: %v", body, found)
		}
		if n := testing.AllocsPerRun(100, func() { screen.Screen(body, in) }); n > 0 {
			t.Errorf("%v allocations in %q", n, body)
		}
	}
}
