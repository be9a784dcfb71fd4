package sms_test

import (
	"crypto/fips140"
	"fmt"
	"maps"
	"os"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/sms"
)

// inBubble hands test a way to play courses in memory, on a clock that jumps: processes are suspended for minutes, and notice.
func inBubble(t *testing.T, test func(t *testing.T, run func(p play, choose func(n int) int) error)) {
	t.Helper()
	if fips140.Enabled() {
		t.Skip("the entropy source of FIPS 140-3 measures time, which jumps here")
	}
	synctest.Test(t, func(t *testing.T) {
		var w *world
		courses := 0
		test(t, func(p play, choose func(n int) int) error {
			if courses%100 == 0 { // a full store is slow
				w = inMemory(t)
				w.expand()
				w.confirm(consent.ConfirmOff)
			}
			courses++
			w.now.runs = time.Now()
			return w.course(&stage{busy: map[*process]bool{}, bubble: true}, p, courses, choose)
		})
	})
}

// course plays one course, on a day and with phones of its own.
func (w *world) course(s *stage, p play, course int, choose func(n int) int) error {
	w.now.Set(noon.AddDate(0, 0, course))
	m, err := newStopModel(w, s, p, fmt.Sprint(course), func(i int) string { return fmt.Sprintf("+1615%07d", 2_000_000+10*course+i) })
	if err != nil {
		return err
	}
	return m.run(choose)
}

const minutes = sms.Patience + time.Minute

// plays are small enough for every course of them to be played.
var plays = map[string]play{
	"a batch": {
		phones: 1, each: 2, words: []string{"STOP"}, dispatchers: 2, beside: 1, batch: 4,
		points: "claimed checked request settle hear keep",
	},
	"two dispatchers": {
		phones: 1, each: 1, words: []string{"STOP"}, dispatchers: 2, beside: 2, batch: 4,
		points: "claimed checked request keep",
	},
	"a crash": {
		phones: 1, each: 2, words: []string{"STOP annex"}, dispatchers: 2, beside: 1, batch: 4, crashes: 1,
		points: "claimed checked request settle keep",
	},
	"a process suspended for a moment": {
		phones: 1, each: 1, words: []string{"STOP"}, dispatchers: 2, beside: 2, batch: 4, passes: []time.Duration{2 * time.Second},
		points: "claimed checked request",
	},
	"a process suspended for minutes": {
		phones: 1, each: 1, words: []string{"STOP"}, dispatchers: 2, beside: 2, batch: 4, passes: []time.Duration{minutes},
		points: "claimed checked request",
	},
	"START and STOP": {
		phones: 1, each: 1, words: []string{"START", "STOP"}, dispatchers: 2, beside: 1, batch: 4, later: 1,
		points: "checked restart",
	},
}

// longPlays take minutes: they are played by make chaos.
var longPlays = map[string]play{
	"two phones in a batch": {
		phones: 2, each: 1, words: []string{"STOP"}, dispatchers: 2, beside: 1, batch: 4, crashes: 1, points: "checked request settle",
	},
	"two dispatchers, an answer lost": {
		phones: 1, each: 2, words: []string{"STOP"}, dispatchers: 3, beside: 2, batch: 1, losses: 1, points: "checked request keep",
	},
	"two dispatchers, suspended twice": {
		phones: 1, each: 1, words: []string{"STOP"}, dispatchers: 2, beside: 2, batch: 4,
		passes: []time.Duration{2 * time.Second, minutes}, points: "claimed checked request",
	},
	"a campaign of one text a minute": {
		phones: 1, each: 2, words: []string{"STOP"}, dispatchers: 2, beside: 2, batch: 4, minute: 1,
		passes: []time.Duration{2 * time.Second}, points: "checked pace request",
	},
	"STOP, START, STOP": {
		phones: 1, each: 1, words: []string{"STOP annex", "START", "STOP"}, dispatchers: 2, beside: 1, batch: 4, later: 1,
		points: "request restart",
	},
	"a message that comes again": {
		phones: 1, each: 1, words: []string{"START", "STOP"}, dispatchers: 2, beside: 1, batch: 4, repeats: 1, later: 1,
		points: "restart keep",
	},
}

// long reports whether this is the run that takes its time.
func long() bool { return os.Getenv("ENAMEL_CHAOS") != "" }

// Every course of small plays is played: after a STOP was answered nothing leaves but answers, nothing leaves twice, and what
// was unsettled when the STOP was answered is marked.
func TestEveryCourseOfAStop(t *testing.T) {
	all := maps.Clone(plays)
	if long() {
		maps.Copy(all, longPlays)
	}
	for name, p := range all {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inBubble(t, func(t *testing.T, run func(play, func(int) int) error) {
				courses, err := explore(func(choose func(n int) int) error { return run(p, choose) })
				require.NoError(t, err)
				t.Logf("%d courses", courses)
				require.Greater(t, courses, 100, "hardly anything overtook anything")
			})
		})
	}
}

func TestTheModelFindsWhatIsBroken(t *testing.T) {
	for broken, finds := range map[string]string{
		unhearing: "a text left", impatient: "while a text was on its way", trusting: "a text left",
	} {
		t.Run(broken, func(t *testing.T) {
			inBubble(t, func(t *testing.T, run func(play, func(int) int) error) {
				for seed := range 1000 {
					p := rapid.Custom(drawn).Example(seed)
					p.broken = broken
					if err := run(p, along(scripts.Example(seed))); err != nil {
						require.ErrorContains(t, err, finds)
						t.Logf("after %d courses", seed+1)
						return
					}
				}
				require.Fail(t, "it went unnoticed")
			})
		})
	}
}

// drawn is a play with a bit of everything.
func drawn(r *rapid.T) play {
	p := play{
		phones: rapid.IntRange(1, 3).Draw(r, "phones"), each: rapid.IntRange(1, 3).Draw(r, "texts"),
		words: rapid.SampledFrom([][]string{
			{"STOP"}, {"STOP", "HELP"}, {"HELP", "STOP", "START"}, {"STOP annex", "START", "STOP"}, {"START", "STOP", "STOP annex"},
		}).Draw(r, "words"),
		dispatchers: rapid.IntRange(1, 6).Draw(r, "dispatchers"), beside: rapid.IntRange(1, 3).Draw(r, "beside"),
		batch: rapid.SampledFrom([]int{1, 3, 20}).Draw(r, "batch"), answers: rapid.Bool().Draw(r, "answers"),
		crashes: rapid.IntRange(0, 3).Draw(r, "crashes"), stops: rapid.IntRange(0, 1).Draw(r, "stops"),
		losses: rapid.IntRange(0, 2).Draw(r, "losses"), refusals: rapid.IntRange(0, 1).Draw(r, "refusals"),
		absent: rapid.Bool().Draw(r, "absent"), blind: rapid.Bool().Draw(r, "blind"),
		receipts: rapid.IntRange(0, 2).Draw(r, "receipts"), repeats: rapid.IntRange(0, 2).Draw(r, "repeats"),
		later: rapid.IntRange(0, 2).Draw(r, "later"), minute: rapid.SampledFrom([]int{0, 0, 2, 60}).Draw(r, "minute"),
	}
	for range rapid.IntRange(0, 3).Draw(r, "passes") {
		p.passes = append(p.passes, rapid.SampledFrom([]time.Duration{
			2 * time.Second, 30 * time.Second, 61 * time.Second, sms.Patience + time.Minute,
		}).Draw(r, "passes"))
	}
	return p
}

var scripts = rapid.SliceOfN(rapid.IntRange(0, 255), 10, 100)

// along takes the choices off a script. What comes after its end runs out by itself.
func along(script []int) func(n int) int {
	return func(n int) int {
		if len(script) == 0 {
			return -1
		}
		i := script[0] % n
		script = script[1:]
		return i
	}
}

// After a STOP was answered nothing leaves but answers, and nothing leaves twice, whatever overtakes whom.
func TestNothingLeavesAfterTheStopWasAnswered(t *testing.T) {
	t.Run("mem", func(t *testing.T) {
		rapid.Check(t, func(r *rapid.T) {
			p, script := drawn(r), scripts.Draw(r, "script")
			var err error
			inBubble(t, func(_ *testing.T, run func(play, func(int) int) error) { err = run(p, along(script)) })
			if err != nil {
				r.Fatal(err)
			}
		})
	})
	t.Run("postgres", func(t *testing.T) {
		w := onPostgres(t)
		w.expand()
		w.confirm(consent.ConfirmOff)
		courses := 25
		if long() {
			courses = 600
		}
		for course := range courses {
			seed := course + 1 + setting(t, "ENAMEL_SEED", 0)
			p := rapid.Custom(drawn).Example(seed)
			err := w.course(&stage{busy: map[*process]bool{}}, p, course, along(scripts.Example(seed)))
			require.NoError(t, err, "seed %d: %+v", seed, p)
		}
	})
}

// setting reads a number from the environment.
func setting(t *testing.T, name string, otherwise int) int {
	t.Helper()
	if os.Getenv(name) == "" {
		return otherwise
	}
	n, err := strconv.Atoi(os.Getenv(name))
	require.NoError(t, err, name)
	return n
}
