package sms

import (
	"context"
	"maps"
	"slices"

	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/internal/form"
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

// refuse settles a text that a rule forbids. What of it may be told all the same takes its place: one about several
// appointments is taken apart, unless the same forbids all of them, and what its patient asked to be told at another number
// goes to that one. A text of a broadcast stays refused: its audience is chosen by number, and may have the other one too, so its
// worker sees to that one.
func (d *Dispatcher) refuse(ctx context.Context, t Tracked, decision Decision, elsewhere []string) Settlement {
	refused := Settlement{State: Refused, Class: decision.class(), Decision: decision}
	if decision.Facts == nil || t.Broadcast != "" {
		return refused
	}
	next := d.law.apart(t.Text, decision, elsewhere)
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
		if len(next[i].about()) == len(t.about()) {
			continue // it says the same
		}
		if next[i].Body, err = reminder(ctx, d.o.Wording, d.o.Logger, sender, next[i], answers); err != nil {
			return d.release(ctx, t)
		}
	}
	return Settlement{State: Cancelled, Decision: decision, Next: next}
}

// elsewhere returns the other numbers at which those whom a text is about asked to be texted, in their order; empty: none.
func (d *Dispatcher) elsewhere(ctx context.Context, t Text) ([]string, error) {
	numbers := make([]string, len(t.about()))
	for i, about := range t.about() {
		if about.Patient == "" {
			continue
		}
		number, _, err := d.o.Channels.Number(ctx, t.Practice, about.Patient)
		if err != nil {
			return nil, err
		}
		if form.E164(number) && number != t.To {
			numbers[i] = number
		}
	}
	return numbers, nil
}

// takenApart is why a text about several appointments did not leave, as the entries say it that every patient concerned has.
const takenApart = "One of the appointments that it told of may not be told: it was taken apart."

// apart returns the texts that take the place of one that was refused, as it was worded: one that tells of all that may be
// told, one for each number that patients asked for instead, and one for each that is as it was told and may not, to be
// refused for its own reason. Of what was moved or cancelled there is none: the planner hears of it. It returns none where the
// same rule forbids all, and no other number was asked for.
func (l *Law) apart(t Text, decision Decision, elsewhere []string) []Text {
	f := *decision.Facts
	f.Text = t
	var stand []Subject
	var alone [][]Subject
	turned := map[string][]Subject{}
	var reasons []string
	for i, s := range t.about() {
		own, current := decision, f.Current
		if len(t.Subjects) > 0 {
			own, current = l.Decide(f.only(i), decision.At), f.Each[i].Current
		}
		switch {
		case own.Verdict != Refuse:
			stand = append(stand, s)
		case current && own.Rule == string(CheckRestriction) && elsewhere[i] != "":
			turned[elsewhere[i]] = append(turned[elsewhere[i]], s)
		case current:
			alone = append(alone, []Subject{s})
		}
		if why := own.Rule + " " + own.Reason; own.Verdict == Refuse && !slices.Contains(reasons, why) {
			reasons = append(reasons, why)
		}
	}
	if len(turned) == 0 && (len(reasons) == 0 || len(reasons) == 1 && len(stand) == 0) {
		return nil
	}
	if len(stand) > 0 {
		alone = append(alone, stand)
	}
	var next []Text
	for _, subjects := range alone {
		next = append(next, t.instead(subjects))
	}
	for _, number := range slices.Sorted(maps.Keys(turned)) {
		next = append(next, t.instead(turned[number]).at(number))
	}
	return next
}

// instead returns the text that takes the place of one, about some of its subjects. Its id follows from theirs, and says
// nothing of whom it goes to.
func (t Text) instead(subjects []Subject) Text {
	next, said := t.telling(subjects), t.ID
	for _, s := range subjects {
		said += "\x00" + s.Appointment
	}
	next.ID = hashed("instead", said)
	return next
}
