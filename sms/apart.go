package sms

import (
	"context"
	"slices"

	"github.com/enamel-go/enamel/consent"
)

// Each is what holds for one of the appointments that a text is about. Its names are part of what old rows hold: add, never
// change.
type Each struct {
	Permission consent.Permission `json:"permission,omitzero"` // what the number stands at for the text's category, about this patient
	Restricted bool               `json:"restricted,omitzero"` // whether this patient asked to be reached elsewhere
	Current    bool               `json:"current,omitzero"`    // whether the appointment still is as the text says
}

// permit adds what consent says of each whom the text is about. For the whole it is what forbids it first.
func (f *Facts) permit(permissions []consent.Permission) {
	f.Permission = permissions[0]
	for i := range f.Each {
		f.Each[i].Permission = permissions[i]
		if f.Permission.Status == consent.Active {
			f.Permission = permissions[i]
		}
	}
}

// only returns the facts of a text about one of several appointments alone.
func (f Facts) only(i int) Facts {
	each := f.Each[i]
	f.Text = f.Text.telling(f.Text.Subjects[i : i+1])
	f.Permission, f.Restricted, f.Current, f.Each = each.Permission, each.Restricted, each.Current, nil
	return f
}

// refuse settles a text that a rule forbids. One about several appointments is taken apart, unless the same forbids all of
// them.
func (d *Dispatcher) refuse(ctx context.Context, t Tracked, decision Decision) Settlement {
	refused := Settlement{State: Refused, Class: decision.class(), Decision: decision}
	if len(t.Subjects) == 0 || decision.Facts == nil {
		return refused
	}
	next := d.law.apart(t.Text, decision)
	if len(next) == 0 {
		return refused
	}
	sender, err := d.store.Sender(ctx, t.Practice, t.From)
	if err != nil {
		return d.release(ctx, t)
	}
	answers := offers(t.Text)
	for i := range next {
		next[i].Created = micro(d.o.Now())
		if next[i].Body, err = reminderBody(sender, next[i].about(), answers); err != nil {
			return d.release(ctx, t)
		}
	}
	return Settlement{State: Cancelled, Decision: decision, Next: next}
}

// takenApart is why a text about several appointments did not leave, as the entries say it that every patient concerned has.
const takenApart = "One of the appointments that it told of may not be told: it was taken apart."

// apart returns the texts that take the place of one about several appointments that was refused, without their words: one
// that tells of all that may be told, and one for each that is as it was told and may not, to be refused for its own reason. Of
// what was moved or cancelled there is none: the planner hears of it. It returns none where the same rule forbids all.
func (l *Law) apart(t Text, decision Decision) []Text {
	f := *decision.Facts
	f.Text = t
	var stand []Subject
	var alone [][]Subject
	var reasons []string
	for i, s := range t.Subjects {
		own := l.Decide(f.only(i), decision.At)
		switch {
		case own.Verdict != Refuse:
			stand = append(stand, s)
		case f.Each[i].Current:
			alone = append(alone, []Subject{s})
		}
		if why := own.Rule + " " + own.Reason; own.Verdict == Refuse && !slices.Contains(reasons, why) {
			reasons = append(reasons, why)
		}
	}
	if len(reasons) == 0 || len(reasons) == 1 && len(stand) == 0 {
		return nil
	}
	if len(stand) > 0 {
		alone = append(alone, stand)
	}
	var next []Text
	for _, subjects := range alone {
		part := t.telling(subjects)
		said := t.ID
		for _, s := range subjects {
			said += "\x00" + s.Appointment
		}
		part.ID = hashed("reminder", said)
		next = append(next, part)
	}
	return next
}
