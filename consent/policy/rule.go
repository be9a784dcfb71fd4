package policy

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/enamel-go/enamel/internal/form"
)

// Rule says how a change has to be announced, as a dated row of data.
type Rule struct {
	ID        string
	Version   int
	Effective time.Time // UTC; before it the rule is not looked at
	Citation  string
	Material  bool      // it looks at material changes alone
	OneOf     []Channel // one of these is enough
}

// Promised returns the rules of the two policies. Both hold for every document, so the stricter binds: each change stands
// on the page with its new date, and a material one is told by e-mail or within the platform too.
func Promised() []Rule {
	return []Rule{
		{ID: "posted", Version: 1, OneOf: []Channel{Posting}, Citation: "DentTracks SMS Privacy Policy, section 7"},
		{ID: "material", Version: 1, Material: true, OneOf: []Channel{Email, Notice}, Citation: "MyDentalPMS Privacy Policy, section 10"},
	}
}

func (r Rule) valid() error {
	if err := form.Text(ErrInvalid, "a rule's id", r.ID, form.ID, true); err != nil {
		return err
	}
	if len(r.OneOf) == 0 || slices.ContainsFunc(r.OneOf, func(c Channel) bool { return !c.valid() }) {
		return fmt.Errorf("%w: rule %s names no channel, or one that is unknown", ErrInvalid, r.ID)
	}
	return nil
}

// Lacks returns what the rules of a moment miss in how a change is announced, each as a plain clause. An announcement
// counts when it is made on the effective date at the latest.
func (e Edition) Lacks(rules []Rule, moment time.Time) []string {
	var lacks []string
	for _, r := range rules {
		if r.Effective.After(moment) || r.Material && !e.Material {
			continue
		}
		if slices.ContainsFunc(e.Announced, func(a Announcement) bool {
			return slices.Contains(r.OneOf, a.Channel) && !a.On.After(e.Effective)
		}) {
			continue
		}
		change := "a change"
		if r.Material {
			change = "a material change"
		}
		lacks = append(lacks, fmt.Sprintf("%s is announced by %s on %s at the latest (%s)", change, either(r.OneOf), e.Effective, r.Citation))
	}
	return lacks
}

func either(channels []Channel) string {
	words := make([]string, len(channels))
	for i, c := range channels {
		words[i] = string(c)
	}
	return strings.Join(words, " or ")
}
