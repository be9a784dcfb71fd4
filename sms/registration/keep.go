package registration

import (
	"fmt"
	"reflect"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/internal/form"
)

// kept is how long any text of a registration may be, in bytes: more than any provider takes, so that a draft that is too
// long can be kept and mended.
const kept = 16 << 10

// most is how many samples, keywords or pictures a draft may have.
const most = 64

// valid refuses what no ledger can hold. A draft may be incomplete: [Content] is judged when it is submitted.
func (f Fact) valid() error {
	if err := form.Text(ErrInvalid, "the practice", f.Practice, form.ID, true); err != nil {
		return err
	}
	if err := form.Text(ErrInvalid, "the id", f.ID, form.ID, true); err != nil {
		return err
	}
	if err := f.Subject.valid(); err != nil {
		return err
	}
	if f.Actor.Validate() != nil || f.Actor.Kind != audit.Staff && f.Actor.Kind != audit.System {
		return errActor
	}
	for _, field := range []struct {
		name, value string
		limit       int
	}{
		{"the provider", f.Notice.Provider, form.ID},
		{"the provider's reference", f.Notice.Reference, 256},
		{"the registry's id", f.Notice.Registry, 256},
		{"the provider's code", f.Notice.Code, form.ID},
		{"the provider's reason", f.Notice.Reason, kept},
	} {
		if err := form.Text(ErrInvalid, field.name, field.value, field.limit, false); err != nil {
			return err
		}
	}
	if err := form.Instants(ErrInvalid, f.At, f.Recorded); err != nil {
		return err
	}
	for _, at := range []time.Time{f.Notice.EditUntil, f.Notice.Until} {
		if err := form.Instants(ErrInvalid, at); !at.IsZero() && err != nil {
			return err
		}
	}
	if f.Notice.Score < 0 || f.Notice.Score > 100 {
		return fmt.Errorf("%w: a brand's score is 1 to 100", ErrInvalid)
	}
	if err := f.belongs(); err != nil {
		return err
	}
	return keepable(reflect.ValueOf(f.Content))
}

// belongs refuses a fact that carries what its kind does not say.
func (f Fact) belongs() error {
	switch {
	case f.Kind != Drafted && f.Kind != Submitted && !f.Kind.word() && !f.Kind.number():
		return fmt.Errorf("%w: the kind of fact is unknown", ErrInvalid)
	case f.Kind.number() && f.Subject.Kind != CampaignKind:
		return fmt.Errorf("%w: a number is attached to a campaign", ErrInvalid)
	case f.Kind.number() && KindOf(f.Number) != LongCode:
		return fmt.Errorf("%w: a campaign's number is a long code in E.164 form", ErrInvalid)
	case !f.Kind.number() && f.Number != "":
		return fmt.Errorf("%w: only what is about a number names one", ErrInvalid)
	case f.Kind != Submitted && !f.Kind.word() && f.Notice != (Notice{}):
		return fmt.Errorf("%w: only a submission and what follows from it has a provider", ErrInvalid)
	case (f.Kind == Submitted || f.Kind.word()) && strings.TrimSpace(f.Notice.Provider) == "":
		return fmt.Errorf("%w: no provider is named", ErrInvalid)
	case f.Kind == Submitted && f.Notice != (Notice{Provider: f.Notice.Provider}):
		return fmt.Errorf("%w: what a provider says follows its submission", ErrInvalid)
	}
	return f.one()
}

// one refuses contents of another kind than the subject's.
func (f Fact) one() error {
	var own Content
	if f.Kind == Drafted {
		switch f.Subject.Kind {
		case BrandKind:
			own.Brand = f.Content.Brand
		case CampaignKind:
			own.Campaign = f.Content.Campaign
		case TollFreeKind:
			own.TollFree = f.Content.TollFree
		}
	}
	if !reflect.DeepEqual(own, f.Content) {
		return fmt.Errorf("%w: a draft holds what its subject is, and nothing else does", ErrInvalid)
	}
	return nil
}

// keepable refuses text that no store can hold, wherever it stands in a draft.
func keepable(v reflect.Value) error {
	switch v.Kind() {
	case reflect.String:
		if s := v.String(); len(s) > kept || !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
			return fmt.Errorf("%w: a field of the draft is no valid text of at most %d bytes", ErrInvalid, kept)
		}
	case reflect.Slice:
		if v.Len() > most {
			return fmt.Errorf("%w: a field of the draft has more than %d entries", ErrInvalid, most)
		}
		for i := range v.Len() {
			if err := keepable(v.Index(i)); err != nil {
				return err
			}
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if err := keepable(v.Field(i)); err != nil {
				return err
			}
		}
	}
	return nil
}

// repeats reports whether f says what old says. Our recorded time is not content, nor is a claimed time that the command
// left out.
func (f Fact) repeats(old Fact, dated bool) bool {
	f.Recorded = old.Recorded
	if !dated {
		f.At = old.At
	}
	return reflect.DeepEqual(f, old)
}

// tidy returns a copy whose lists without entries are nil, as every store returns them.
func (c Content) tidy() Content {
	c = c.Clone()
	tidy(reflect.ValueOf(&c).Elem())
	return c
}

func tidy(v reflect.Value) {
	switch v.Kind() {
	case reflect.Slice:
		if v.Len() == 0 {
			v.SetZero()
		}
	case reflect.Struct:
		for i := range v.NumField() {
			tidy(v.Field(i))
		}
	}
}
