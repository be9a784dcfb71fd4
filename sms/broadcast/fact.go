package broadcast

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"time"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/internal/form"
	"github.com/enamel-go/enamel/sms/template"
)

// Key names a broadcast.
type Key struct {
	Practice  string // the vendor's id of the practice
	Broadcast string // its id
}

func (k Key) valid() error {
	if err := form.Text(ErrInvalid, "the practice", k.Practice, form.ID, true); err != nil {
		return err
	}
	return form.Text(ErrInvalid, "the broadcast", k.Broadcast, form.ID, true)
}

// Plan is what a broadcast says, to whom and when. It never changes.
type Plan struct {
	Category   consent.Category // its template's
	Template   string           // the template's id
	Version    int              // the template's
	Values     template.Values
	Bodies     map[template.Language]string // the texts, as they were screened when the broadcast was drafted
	Language   template.Language            // for recipients with whose own language there is no body
	From       string                       // the practice's number
	NotBefore  time.Time                    // when its texts may leave at the earliest; UTC, at microseconds
	LastUseful time.Time                    // after this they are of no use; UTC, at microseconds
	Audience   Audience
}

func (p Plan) clone() Plan {
	p.Values, p.Bodies = maps.Clone(p.Values), maps.Clone(p.Bodies)
	return p
}

// Body returns the text in a recipient's language, such as en-US, or else in the plan's.
func (p Plan) Body(language string) string {
	if body, ok := p.Bodies[template.LanguageOf(language)]; ok {
		return body
	}
	return p.Bodies[p.Language]
}

func (p Plan) valid() error {
	switch {
	case p.Category != consent.Transactional && p.Category != consent.Promotional:
		return fmt.Errorf("%w: a broadcast is transactional or promotional: a conversation is with one", ErrInvalid)
	case !form.E164(p.From):
		return fmt.Errorf("%w: the practice's number is not in E.164 form", ErrInvalid)
	case p.Bodies[p.Language] == "":
		return fmt.Errorf("%w: the template has no body in the broadcast's language", ErrInvalid)
	case !p.LastUseful.After(p.NotBefore):
		return fmt.Errorf("%w: the last useful moment is not after the moment at which texts may leave", ErrInvalid)
	}
	for _, field := range []struct {
		name, value string
		limit       int
	}{{"the template", p.Template, form.ID}, {"the language", string(p.Language), form.ID}} {
		if err := form.Text(ErrInvalid, field.name, field.value, field.limit, true); err != nil {
			return err
		}
	}
	for _, texts := range []map[string]string{p.Values, bodies(p.Bodies)} {
		for name, text := range texts {
			if err := form.Text(ErrInvalid, "a variable or a language", name, form.ID, true); err != nil {
				return err
			}
			if err := form.Text(ErrInvalid, "a value or a body", text, 1600, true); err != nil {
				return err
			}
		}
	}
	if err := form.Instants(ErrInvalid, p.NotBefore, p.LastUseful); err != nil {
		return err
	}
	return p.Audience.valid()
}

func bodies(of map[template.Language]string) map[string]string {
	all := map[string]string{}
	for l, body := range of {
		all[string(l)] = body
	}
	return all
}

// Kind is what a fact says.
type Kind string

// The kinds of facts. None is ever changed or removed.
const (
	Drafted    Kind = "drafted"    // somebody planned it
	Included   Kind = "included"   // the practice named recipients
	Started    Kind = "started"    // it may text
	Gathered   Kind = "gathered"   // recipients were found among the consents
	Redirected Kind = "redirected" // recipients' patients asked for other numbers since
	Paused     Kind = "paused"     // it holds
	Resumed    Kind = "resumed"    // it goes on
	Cancelled  Kind = "cancelled"  // it ends before everybody was texted
	Finished   Kind = "finished"   // there is nothing left to do
)

// Works reports whether after a fact of the kind a worker has to see to the broadcast.
func (k Kind) Works() bool {
	return slices.Contains([]Kind{Started, Gathered, Redirected, Paused, Resumed, Cancelled}, k)
}

// brings reports whether recipients come into the audience with a fact of the kind.
func (k Kind) brings() bool { return slices.Contains([]Kind{Included, Gathered, Redirected}, k) }

// Fact is one line of a broadcast's ledger.
type Fact struct {
	ID        string
	Practice  string
	Broadcast string
	Kind      Kind
	Recorded  time.Time // by our clock, and never before what the ledger held; UTC, at microseconds
	Actor     audit.Actor
	Reason    string // why it was paused or cancelled; at most 1024 bytes
	Plan      Plan   // of Drafted
	Count     int    // of Included, Gathered and Redirected: how many recipients were named, found or redirected
	Sum       string // of Included: tells the recipients that were named from others
	After     string // of Gathered: where to go on among the consents
	Last      bool   // of Gathered: there are no more
}

// Key returns the broadcast that the fact belongs to.
func (f Fact) Key() Key { return Key{f.Practice, f.Broadcast} }

// Clone returns a copy that shares no memory with f.
func (f Fact) Clone() Fact {
	f.Plan = f.Plan.clone()
	return f
}

// valid refuses what no ledger can hold.
func (f Fact) valid() error {
	if err := f.Key().valid(); err != nil {
		return err
	}
	for _, field := range []struct {
		name, value string
		limit       int
		required    bool
	}{
		{"the id", f.ID, form.ID, true},
		{"the reason", f.Reason, 1 << 10, false},
		{"the sum", f.Sum, form.ID, false},
		{"the place to go on", f.After, 256, false},
	} {
		if err := form.Text(ErrInvalid, field.name, field.value, field.limit, field.required); err != nil {
			return err
		}
	}
	switch {
	case f.Actor.Validate() != nil:
		return errActor
	case !slices.Contains([]Kind{Drafted, Included, Finished}, f.Kind) && !f.Kind.Works():
		return fmt.Errorf("%w: the kind of fact is unknown", ErrInvalid)
	case f.Count < 0:
		return fmt.Errorf("%w: a count is negative", ErrInvalid)
	}
	if err := form.Instants(ErrInvalid, f.Recorded); err != nil || f.Kind != Drafted {
		return err
	}
	return f.Plan.valid()
}

// repeats reports whether f says what old says. What we add or work out is not content, and no time is claimed.
func (f Fact) repeats(old Fact, _ bool) bool {
	f.Recorded, f.Count, f.Plan.Bodies = old.Recorded, old.Count, old.Plan.Bodies
	if f.Plan.From == "" {
		f.Plan.From = old.Plan.From
	}
	if f.Plan.NotBefore.IsZero() {
		f.Plan.NotBefore = old.Plan.NotBefore
	}
	return reflect.DeepEqual(f, old)
}
