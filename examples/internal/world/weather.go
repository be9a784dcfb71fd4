package world

import (
	"sync/atomic"
	"time"

	"github.com/enamel-go/enamel/sms"
	"github.com/enamel-go/enamel/sms/carrier"
)

// Condition is a way in which networks behave.
type Condition struct {
	Name string
	Says string // what happens, one sentence
	fate carrier.Fate
}

// Conditions are the ways in which the simulated network can behave, the good one first.
func Conditions() []Condition {
	return []Condition{
		{"calm", "All goes well.", carrier.Fate{}},
		{"lost", "It takes texts on, and its answers are lost: each text is in doubt, and the network is asked about it.", carrier.Fate{Lost: true}},
		{"down", "Texts are lost on the way in, and no answer comes: nothing was taken on.", carrier.Fate{Drop: true}},
		{"busy", "It refuses every text for a while: too many at once.", carrier.Fate{Refuse: carrier.CodeBusy}},
		{"late", "It tells late, twice and out of order what became of texts.", carrier.Fate{Late: time.Minute, Repeat: 2, Swap: true}},
		{"off", "Every handset is off: what was sent is not delivered.", carrier.Fate{Code: carrier.CodeUnreachable}},
		{"filtered", "It refuses what texts say.", carrier.Fate{Refuse: carrier.CodeFiltered}},
		{"suspended", "It says that the practice's number is not registered.", carrier.Fate{Refuse: carrier.CodeUnregistered}},
		{"gone", "It says that nobody has the number.", carrier.Fate{Refuse: carrier.CodeNoNumber}},
	}
}

// Weather is how the story's network behaves just now. The zero value is calm, but for one number. It may be used
// concurrently.
type Weather struct{ at atomic.Int64 }

// Now returns the condition.
func (w *Weather) Now() Condition { return Conditions()[w.at.Load()] }

// Turn changes the condition, for texts from now on. It reports false for one that there is not.
func (w *Weather) Turn(name string) bool {
	for i, c := range Conditions() {
		if c.Name == name {
			w.at.Store(int64(i))
			return true
		}
	}
	return false
}

// Script is what becomes of messages.
func (w *Weather) Script() carrier.Script {
	return carrier.Script{Message: func(m sms.Message, _ int) carrier.Fate {
		if m.To == muteNumber {
			return carrier.Fate{Lost: true, Silent: true}
		}
		return w.Now().fate
	}}
}
