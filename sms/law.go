package sms

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/sms/nanp"
	"github.com/enamel-go/enamel/sms/screen"
)

// Check names what a rule looks at.
type Check string

// The checks. Each is a few lines of [Law.Decide]; what differs between laws is in the rules' other fields.
const (
	CheckAgreement    Check = "agreement"    // an agreement with the provider is in force
	CheckStanding     Check = "standing"     // the sender is registered for such texts
	CheckRestriction  Check = "restriction"  // the patient did not ask to be reached elsewhere
	CheckConsent      Check = "consent"      // the recipient's consent covers the text's category
	CheckWarning      Check = "warning"      // the recipient was warned that texts are not encrypted
	CheckConversation Check = "conversation" // the recipient wrote first, and not long ago
	CheckCurrent      Check = "current"      // the appointment is still as the text says
	CheckFindings     Check = "findings"     // the screen found nothing of the rule's classes
	CheckPlace        Check = "place"        // somebody knows which State, province or other country the recipient may be in
	CheckWindow       Check = "window"       // the hour is inside the rule's window
	CheckCap          Check = "cap"          // not too many promotional texts left to the number already
	CheckUseful       Check = "useful"       // it can still be of use when it leaves
)

// Confidence is how far a row was followed to its source.
type Confidence string

// The confidences. A row without one is the policies' own words, or was read in the primary text.
const (
	Secondary  Confidence = "secondary"  // read on pages about the law; where they differ, the stricter was taken
	Unverified Confidence = "unverified" // named by one page, or from general knowledge
)

// Rule is one rule as a dated row of data. A law that starts next year is a row whose Effective lies next year. Of rows
// with the same ID the one with the latest Effective is in effect: a row is never altered, a newer one follows it.
type Rule struct {
	ID         string           `json:"id"`
	Version    int              `json:"version"`
	Effective  time.Time        `json:"effective,omitzero"` // UTC; before it the rule is not looked at
	Citation   string           `json:"citation"`
	Confidence Confidence       `json:"confidence,omitzero"`
	Source     string           `json:"source,omitzero"` // where the row was read, and where sources differ
	Check      Check            `json:"check"`
	Region     string           `json:"region,omitzero"` // only for recipients who may be there: ISO 3166-2; a country means all of it
	Only       consent.Category `json:"only,omitzero"`   // only for texts of this category
	Except     consent.Category `json:"except,omitzero"` // not for texts of this category

	Zone     string        `json:"zone,omitzero"`     // of CheckWindow: an IANA name; empty: every zone the recipient may be in
	Opens    time.Duration `json:"opens,omitzero"`    // of CheckWindow: after local midnight
	Closes   time.Duration `json:"closes,omitzero"`   // of CheckWindow: after local midnight; nothing may be delivered from then on
	Saturday *Hours        `json:"saturday,omitzero"` // of CheckWindow: other hours on that day; nil: as on other days
	Sunday   *Hours        `json:"sunday,omitzero"`   // of CheckWindow: likewise
	Holidays string        `json:"holidays,omitzero"` // of CheckWindow: on whose legal holidays nothing leaves; empty: on any

	Most   int           `json:"most,omitzero"`   // of CheckCap: how many promotional texts to a number
	Within time.Duration `json:"within,omitzero"` // of CheckCap: in how long, at most seven days; of CheckConversation: after the recipient's message

	Bases   []consent.Basis `json:"bases,omitempty"`   // of CheckWarning: what is not recorded without the warning
	Classes []screen.Class  `json:"classes,omitempty"` // of CheckFindings
	Says    string          `json:"says,omitzero"`     // of CheckFindings: why such words are refused
}

// Law is the rules in a form ready to decide by. It is immutable and may be used concurrently.
type Law struct {
	editions []edition
	zones    map[string]*time.Location
	others   sync.Map // zones by name that are loaded when a recipient is first there
}

// edition is the rules in effect from a moment until the next edition's, in order; whether a text is still of use is asked last,
// for it depends on what all others come to.
type edition struct {
	from  time.Time
	id    string
	rules []*rule
	about map[matter][]*rule // those that are looked at for such texts, wherever the recipient is
}

// matter is what a text is, as far as rules tell texts apart.
type matter struct {
	category consent.Category
	ordinary bool
}

// rule is a row with what is worked out beforehand, so that a decision has little to do.
type rule struct {
	Rule
	texts  bool   // it looks only at what a practice writes, not at answers and requests, whose words are fixed
	reason string // of a window or cap: why a text is deferred
	call   string // the same for a reply of staff
	row    []byte // the row and the holidays it keeps, by which editions are told apart
}

// NewLaw checks the rules and loads the time zones of North America and those that the rules name. It fails when a
// zone that a rule names is not known to the system: a program without a time zone database imports time/tzdata.
func NewLaw(rules []Rule) (*Law, error) {
	l := &Law{zones: map[string]*time.Location{}}
	for _, name := range nanp.Everywhere() {
		if zone, err := time.LoadLocation(name); err == nil {
			l.zones[name] = zone
		}
	}
	var all []*rule
	moments := []time.Time{{}}
	for i, given := range rules {
		r, err := l.prepare(given)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(rules[:i], func(o Rule) bool { return o.ID == r.ID && o.Effective.Equal(r.Effective) }) {
			return nil, fmt.Errorf("%w: two rules %s take effect at one moment", ErrInvalid, r.ID)
		}
		all, moments = append(all, r), append(moments, r.Effective.UTC())
	}
	slices.SortFunc(moments, time.Time.Compare)
	for _, from := range slices.CompactFunc(moments, time.Time.Equal) {
		l.editions = append(l.editions, newEdition(all, from))
	}
	return l, nil
}

// prepare checks a row.
func (l *Law) prepare(given Rule) (*rule, error) {
	r := &rule{Rule: given}
	r.Saturday, r.Sunday = r.Saturday.clone(), r.Sunday.clone()
	r.Bases, r.Classes = slices.Clone(given.Bases), slices.Clone(given.Classes)
	switch r.Check {
	case CheckAgreement, CheckStanding, CheckRestriction, CheckConsent, CheckCurrent, CheckPlace, CheckUseful:
	case CheckWarning:
		if len(r.Bases) == 0 {
			return nil, fmt.Errorf("%w: rule %s has no basis of consent", ErrInvalid, r.ID)
		}
	case CheckConversation:
		if r.texts = true; r.Within <= 0 {
			return nil, fmt.Errorf("%w: rule %s has no length", ErrInvalid, r.ID)
		}
	case CheckFindings:
		if r.texts = true; len(r.Classes) == 0 {
			return nil, fmt.Errorf("%w: rule %s has no classes of findings", ErrInvalid, r.ID)
		}
	case CheckCap:
		if r.Most <= 0 || r.Within <= 0 {
			return nil, fmt.Errorf("%w: rule %s has no cap", ErrInvalid, r.ID)
		}
		if r.Within > lately {
			return nil, fmt.Errorf("%w: rule %s counts for longer than the %s that promotional texts are counted", ErrInvalid, r.ID, hoursOf(lately))
		}
	case CheckWindow:
		if err := l.prepareWindow(r); err != nil {
			return nil, err
		}
	default:
		return nil, fmt.Errorf("%w: rule %s has an unknown check %q", ErrInvalid, r.ID, r.Check)
	}
	if err := r.reachable(); err != nil {
		return nil, err
	}
	r.say()
	row, err := json.Marshal(r.Rule)
	if err != nil {
		return nil, fmt.Errorf("%w: rule %s takes effect after the year 9999", ErrInvalid, r.ID)
	}
	r.row = fmt.Append(append(row, '\n'), calendars[r.Holidays]) // a day more is another law
	return r, nil
}

// reachable refuses a row that would never be looked at, because nothing is called what it names.
func (r *rule) reachable() error {
	for _, category := range []consent.Category{r.Only, r.Except} {
		if category != "" && !slices.Contains(consent.Categories(), category) {
			return fmt.Errorf("%w: rule %s names the category %q, which there is not", ErrInvalid, r.ID, category)
		}
	}
	if country := len(r.Region) == 2 && region(r.Region); r.Region != "" && !country && !placed(r.Region) {
		return fmt.Errorf("%w: rule %s names the region %q, which is none of ISO 3166-2, such as US-FL", ErrInvalid, r.ID, r.Region)
	}
	return nil
}

func (l *Law) prepareWindow(r *rule) error {
	if (Hours{r.Opens, r.Closes}).closed() {
		return fmt.Errorf("%w: rule %s has no window", ErrInvalid, r.ID)
	}
	for _, h := range []Hours{{r.Opens, r.Closes}, r.on(time.Saturday), r.on(time.Sunday)} {
		if !h.valid() {
			return fmt.Errorf("%w: rule %s has no window", ErrInvalid, r.ID)
		}
	}
	if _, ok := calendars[r.Holidays]; r.Holidays != "" && !ok {
		return fmt.Errorf("%w: rule %s: the holidays of %s are not known here", ErrInvalid, r.ID, r.Holidays)
	}
	if r.Zone == "" {
		return nil
	}
	if l.zone(r.Zone) == nil {
		return fmt.Errorf("%w: rule %s: the time zone %s is not known here", ErrInvalid, r.ID, r.Zone)
	}
	return nil
}

// newEdition takes of all rules those in effect at a moment.
func newEdition(all []*rule, from time.Time) edition {
	e := edition{from: from, about: map[matter][]*rule{}}
	newest := map[string]*rule{}
	for _, r := range all {
		if o := newest[r.ID]; !r.Effective.After(from) && (o == nil || r.Effective.After(o.Effective)) {
			newest[r.ID] = r
		}
	}
	hash := sha256.New()
	var last []*rule
	for _, r := range all {
		switch {
		case newest[r.ID] != r:
			continue
		case r.Check == CheckUseful:
			last = append(last, r)
		default:
			e.rules = append(e.rules, r)
		}
		hash.Write(r.row)
	}
	e.rules = append(e.rules, last...)
	for _, r := range e.rules {
		for _, category := range consent.Categories() {
			for _, ordinary := range []bool{false, true} {
				if m := (matter{category, ordinary}); r.about(m) {
					e.about[m] = append(e.about[m], r)
				}
			}
		}
	}
	e.id = hex.EncodeToString(hash.Sum(nil)[:8])
	return e
}

// Edition returns the fingerprint of the rules that are in effect at a moment, with the holidays that they keep. It stays the
// same when rows are added that take effect later.
func (l *Law) Edition(at time.Time) string { return l.editions[l.at(at)].id }

// at returns the index of the edition of a moment.
func (l *Law) at(moment time.Time) int {
	i := len(l.editions) - 1
	for i > 0 && l.editions[i].from.After(moment) {
		i--
	}
	return i
}

// zone returns a time zone by its IANA name, or nil where it is not known here. "Local" is where the process runs, which
// says nothing of anybody.
func (l *Law) zone(name string) *time.Location {
	if zone := l.zones[name]; zone != nil {
		return zone
	}
	if zone, ok := l.others.Load(name); ok {
		return zone.(*time.Location)
	}
	if name == "" || name == "Local" {
		return nil
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil
	}
	l.others.Store(name, zone)
	return zone
}

// concerning appends the rules that are looked at for such a text and such a recipient: every one, for a text of no category.
func (e *edition) concerning(rules []*rule, f *Facts) []*rule {
	about, known := e.about[matter{f.Text.Category, f.Text.Kind == Ordinary}]
	if !known {
		about = e.rules
	}
	for _, r := range about {
		if r.Region == "" || r.reaches(f.Regions) {
			rules = append(rules, r)
		}
	}
	return rules
}

// about reports whether a rule is looked at for such texts.
func (r *rule) about(m matter) bool {
	return (r.Only == "" || r.Only == m.category) && (r.Except == "" || r.Except != m.category) && (!r.texts || m.ordinary)
}

// reaches reports whether a rule is looked at for recipients who may be in one of these regions.
func (r *rule) reaches(regions []string) bool {
	for _, region := range regions {
		if region == r.Region || len(r.Region) == 2 && strings.HasPrefix(region, r.Region) {
			return true
		}
	}
	return false
}
