package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/enamel-go/enamel/examples/internal/world"
	"github.com/enamel-go/enamel/sms"
)

// ruleView is one rule that was looked at for a text.
type ruleView struct {
	Rule     string      `json:"rule"`
	Version  int         `json:"version"`
	Says     sms.Verdict `json:"says"`
	Fact     string      `json:"fact"`
	Reason   string      `json:"reason,omitempty"`
	Citation string      `json:"citation"`
}

func viewRules(trail []sms.Step) []ruleView {
	views := []ruleView{}
	for _, s := range trail {
		views = append(views, ruleView{s.Rule, s.Version, s.Says, s.Fact, s.Reason, s.Citation})
	}
	return views
}

// knownView is one fact that a decision was made from.
type knownView struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// viewFacts lists what a decision was made from, the text apart.
func viewFacts(f sms.Facts) []knownView {
	facts := []knownView{
		{"consent", string(f.Permission.Status) + withReason(f.Permission.Why)},
		{"agreement with the provider", yesNo(f.Agreement)},
		{"registration of the number", standingSays(f.Standing)},
		{"asked to be reached elsewhere", yesNo(f.Restricted)},
		{"still as the text says", yesNo(f.Current)},
		{"may be in", orNobody(f.Regions)},
		{"time zones", orNobody(f.Zones)},
	}
	if !f.Wrote.IsZero() {
		facts = append(facts, knownView{"last wrote", spoken(f.Wrote)})
	}
	if len(f.Promotions) > 0 {
		facts = append(facts, knownView{"offers of the last days", fmt.Sprint(len(f.Promotions))})
	}
	if f.Screen > 0 {
		facts = append(facts, knownView{"screen", fmt.Sprintf("version %d found %d", f.Screen, len(f.Findings))})
	}
	return facts
}

func standingSays(s sms.Standing) string {
	if !s.Approved {
		return "not approved" + withReason(s.Why)
	}
	var admits []string
	for _, c := range s.Categories {
		admits = append(admits, string(c))
	}
	return "approved for " + strings.Join(admits, ", ") + " texts"
}

func withReason(why string) string {
	if why == "" {
		return ""
	}
	return ": " + why
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

func orNobody(names []string) string {
	if len(names) == 0 {
		return "nobody knows"
	}
	return strings.Join(names, ", ")
}

// there says what time it is then where the recipient is, or nothing where that is no news.
func there(t time.Time, zones []string) string {
	if len(zones) != 1 {
		return ""
	}
	zone, err := time.LoadLocation(zones[0])
	if err != nil || t.In(zone).Format("15:04") == local(t).Format("15:04") {
		return ""
	}
	return ", which is " + t.In(zone).Format("3:04 PM") + " in " + zones[0]
}

type replayInput struct {
	Text string `json:"text" doc:"the text's id"`
}

// replayView is the decisions on a text, each made again.
type replayView struct {
	Text      string         `json:"text"`
	Same      bool           `json:"same"`
	Decisions []replayedView `json:"decisions"` // in the order in which they were made
}

// replayedView is a decision that was kept, and whether it comes out the same.
type replayedView struct {
	Same    bool        `json:"same"`
	Verdict sms.Verdict `json:"verdict"`
	Rule    string      `json:"rule,omitempty"`
	Reason  string      `json:"reason,omitempty"`
	Until   time.Time   `json:"until,omitzero"` // of one that waits: until when
	At      time.Time   `json:"at"`             // when it was made
	Law     string      `json:"law"`            // the edition of the rules
	Rules   []ruleView  `json:"rules"`
	Facts   []knownView `json:"facts"`
}

// replay makes every decision on a text again. That the desk looked is recorded.
func replay(ctx context.Context, s *app, in replayInput) (done, error) {
	sc := s.scene.Load()
	t, err := oneText(ctx, sc, in.Text)
	if err != nil {
		return done{}, err
	}
	kept, err := sc.Texts.Decisions(ctx, world.Desk(), t.Key())
	if err != nil {
		return done{}, err
	}
	v := replayView{Text: t.ID, Same: true, Decisions: []replayedView{}}
	for _, d := range kept {
		if d.Facts == nil {
			continue // a stop took it out of the queue
		}
		t.Decision = d
		again, err := again(sc.Law, t)
		if err != nil {
			return done{}, err
		}
		v.Decisions, v.Same = append(v.Decisions, again), v.Same && again.Same
	}
	said := "It is not the same. Somebody has altered the facts or the rules."
	switch {
	case len(v.Decisions) == 0:
		return done{}, badInput("No facts were kept of this text: it was not decided on yet, or a stop took it out of the queue.")
	case v.Same && len(v.Decisions) == 1:
		said = "The same: " + string(v.Decisions[0].Verdict) + ", as of " + spoken(v.Decisions[0].At) + "."
	case v.Same:
		said = fmt.Sprintf("The same, all %d times that it was decided on.", len(v.Decisions))
	}
	return done{Said: said, Result: v, show: func(page *view) { page.Replayed = &v }}, nil
}

// again makes a text's decision again.
func again(law *sms.Law, t sms.Tracked) (replayedView, error) {
	d, err := law.Replay(t)
	if errors.Is(err, sms.ErrLaw) {
		return replayedView{}, badInput("This text was decided on by rules that this server does not have.")
	}
	if err != nil {
		return replayedView{}, err
	}
	kept := t.Decision
	return replayedView{
		Verdict: d.Verdict, Rule: d.Rule, Reason: d.Reason, Until: d.Until, At: d.At, Law: d.Law,
		Rules: viewRules(d.Trail), Facts: viewFacts(*kept.Facts),
		Same: d.Verdict == kept.Verdict && d.Until.Equal(kept.Until) && d.Rule == kept.Rule && d.Reason == kept.Reason &&
			slices.Equal(d.Trail, kept.Trail),
	}, nil
}

// oneText returns a text with what has become of it.
func oneText(ctx context.Context, s *scene, id string) (sms.Tracked, error) {
	q := sms.Query{Practice: world.Practice, Purpose: sms.ForDelivery, Limit: 1000}
	for {
		page, err := s.Texts.Texts(ctx, world.Desk(), q)
		if err != nil {
			return sms.Tracked{}, err
		}
		for _, t := range page.Texts {
			if t.ID == id {
				return t, nil
			}
		}
		if q.After = page.Next; q.After == "" {
			return sms.Tracked{}, badInput("There is no such text.")
		}
	}
}
