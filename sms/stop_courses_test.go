package sms_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/sms"
)

// inBubble plays one course in memory, on a clock that jumps: processes are suspended for minutes, and notice.
func inBubble(t *testing.T, p play, choose func(n int) int) (err error) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := inMemory(t)
		w.now.runs = time.Now()
		w.expand()
		w.confirm(consent.ConfirmOff)
		m, failed := newStopModel(w, &stage{busy: map[*process]bool{}, bubble: true}, p, "0", func(i int) string {
			return fmt.Sprintf("+1212555%04d", 100+i)
		})
		if err = failed; err == nil {
			err = m.run(choose)
		}
	})
	return err
}

// Every course of a small play is played: after a STOP was answered nothing leaves but answers, nothing leaves twice, and what
// was unsettled when the STOP was answered is marked.
func TestEveryCourseOfAStop(t *testing.T) {
	const minutes = sms.Patience + time.Minute
	for name, p := range map[string]play{
		"a batch": {
			phones: 1, each: 2, words: []string{"STOP"}, dispatchers: 2, beside: 1, batch: 4,
			points: "claimed checked request settle hear keep",
		},
		"two dispatchers": {
			phones: 1, each: 1, words: []string{"STOP"}, dispatchers: 2, beside: 2, batch: 4,
			points: "claimed checked request keep",
		},
		"a crash": {
			phones: 1, each: 2, words: []string{"STOP"}, dispatchers: 2, beside: 1, batch: 4, crashes: 1,
			points: "claimed checked request settle keep",
		},
		"a suspended process": {
			phones: 1, each: 1, words: []string{"STOP"}, dispatchers: 2, beside: 2, batch: 4, passes: []time.Duration{minutes},
			points: "claimed checked request",
		},
		"START and STOP": {
			phones: 1, each: 1, words: []string{"START", "STOP"}, dispatchers: 2, beside: 1, batch: 4, later: 1,
			points: "checked restart",
		},
	} {
		t.Run(name, func(t *testing.T) {
			courses, err := explore(func(choose func(n int) int) error { return inBubble(t, p, choose) })
			require.NoError(t, err)
			t.Logf("%d courses", courses)
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
			p, script := drawn(r), rapid.SliceOfN(rapid.IntRange(0, 255), 0, 120).Draw(r, "script")
			if err := inBubble(t, p, along(script)); err != nil {
				r.Fatal(err)
			}
		})
	})
	t.Run("postgres", func(t *testing.T) {
		w := onPostgres(t)
		w.expand()
		w.confirm(consent.ConfirmOff)
		course := 0
		rapid.Check(t, func(r *rapid.T) {
			course++
			w.now.Set(noon.AddDate(0, 0, course))
			p, script := drawn(r), rapid.SliceOfN(rapid.IntRange(0, 255), 0, 60).Draw(r, "script")
			m, err := newStopModel(w, &stage{busy: map[*process]bool{}}, p, fmt.Sprint(course), func(i int) string {
				return fmt.Sprintf("+1212555%04d", 10*course+i)
			})
			if err == nil {
				err = m.run(along(script))
			}
			if err != nil {
				r.Fatal(err)
			}
		})
	})
}
