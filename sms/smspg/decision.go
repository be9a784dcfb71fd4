package smspg

import (
	"context"
	"sync"

	"github.com/enamel-go/enamel/sms"
)

// keptDecision is the JSON of a decision that is sealed. There is one for every text, so what the rules say of themselves is
// left out of it: the citation of a rule's version never changes. Its names are part of what old rows hold: add, never
// rename.
type keptDecision struct {
	sms.Decision
	Steps []keptStep `json:"steps,omitempty"` // instead of the trail
}

type keptStep struct {
	Rule     string       `json:"r"`
	Later    int          `json:"v,omitzero"`  // how many versions came before it
	Citation *string      `json:"c,omitempty"` // unless it is the rule's
	Fact     string       `json:"f,omitzero"`
	Says     *sms.Verdict `json:"s,omitempty"` // unless it is send
	Reason   string       `json:"w,omitzero"`
}

type version struct {
	rule   string
	number int
}

// citations are those of the rules that the library ships.
var citations = sync.OnceValue(func() map[version]string {
	known := map[version]string{}
	for _, r := range sms.Promised() {
		known[version{r.ID, r.Version}] = r.Citation
	}
	return known
})

func keep(d sms.Decision) keptDecision {
	kept, known := keptDecision{Decision: d}, citations()
	kept.Trail = nil
	if len(d.Trail) > 0 {
		kept.Steps = make([]keptStep, len(d.Trail))
	}
	for i, s := range d.Trail {
		k := &kept.Steps[i]
		k.Rule, k.Later, k.Fact, k.Reason = s.Rule, s.Version-1, s.Fact, s.Reason
		if s.Citation != known[version{s.Rule, s.Version}] {
			k.Citation = &d.Trail[i].Citation
		}
		if s.Says != sms.Send {
			k.Says = &d.Trail[i].Says
		}
	}
	return kept
}

func (k keptDecision) decision() sms.Decision {
	d, known := k.Decision, citations()
	for _, s := range k.Steps {
		step := sms.Step{Rule: s.Rule, Version: s.Later + 1, Fact: s.Fact, Says: sms.Send, Reason: s.Reason}
		step.Citation = known[version{step.Rule, step.Version}]
		if s.Citation != nil {
			step.Citation = *s.Citation
		}
		if s.Says != nil {
			step.Says = *s.Says
		}
		d.Trail = append(d.Trail, step)
	}
	return d
}

func (v vault) sealDecision(ctx context.Context, k sms.Key, d sms.Decision) ([]byte, error) {
	return v.seal(ctx, decisionTable, k, keep(d))
}

func (v vault) openDecision(ctx context.Context, k sms.Key, sealed []byte) (sms.Decision, error) {
	var kept keptDecision
	err := v.open(ctx, decisionTable, k, sealed, &kept)
	return kept.decision(), err
}
