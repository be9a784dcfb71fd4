package sms

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/sms/nanp"
	"github.com/enamel-go/enamel/sms/screen"
)

// Regions says in which States, provinces or countries a number may be, as ISO 3166-2 has them, or none where it is not
// known.
type Regions interface {
	Regions(ctx context.Context, number string) ([]string, error)
}

// lately is how far back promotional texts to a number are facts of a decision. No cap counts longer.
const lately = 7 * 24 * time.Hour

// gatherer gathers the facts of a text, consent apart, which has to be fresh and is therefore read last.
type gatherer struct {
	store Store
	law   *Law
	o     *DispatcherOptions
	held  *[]time.Time // which of the promotional texts that count another claim holds, so that they may not leave either
}

// facts gathers what is known besides consent, and which of the promotional texts to the number another claim holds.
func (d *Dispatcher) facts(ctx context.Context, t Tracked) (f Facts, held []time.Time, err error) {
	f, err = gatherer{d.store, d.law, &d.o, &held}.facts(ctx, t.Text, t.Claimed)
	f.Linger = d.linger(t.Text)
	return f, held, err
}

// without returns the facts as they would be if those promotional texts had not left.
func (f Facts) without(promotions []time.Time) Facts {
	f.Promotions = slices.DeleteFunc(slices.Clone(f.Promotions), func(at time.Time) bool { return slices.Contains(promotions, at) })
	return f
}

// linger returns how long a text's provider may hold it.
func (d *Dispatcher) linger(t Text) time.Duration {
	if provider, lingers := d.providers[t.Provider].(Lingering); lingers {
		return provider.Linger()
	}
	return 0
}

// facts gathers them for a text that was claimed at a moment.
func (g gatherer) facts(ctx context.Context, t Text, claimed time.Time) (Facts, error) {
	f := Facts{Text: t, Current: true}
	if len(t.Subjects) > 0 {
		f.Each = make([]Each, len(t.Subjects))
	}
	sender, err := g.store.Sender(ctx, t.Practice, t.From)
	if err != nil {
		return Facts{}, err
	}
	f.Name = sender.Name
	for _, gather := range []func() error{
		func() error { return g.asked(ctx, &f) },
		func() error { return g.where(ctx, &f, sender) },
		func() error { return g.history(ctx, &f, claimed) },
	} {
		if err := gather(); err != nil {
			return Facts{}, err
		}
	}
	if t.Kind == Ordinary {
		people, err := g.people(ctx, t)
		if err != nil {
			return Facts{}, err
		}
		f.Screen, f.Findings = screen.Version, found(t, sender, people)
	}
	return f, nil
}

// found returns what the screen finds in a text, and all that is missing in it: whether that is due, the rules say. Of the people
// on the recipient's phone it has the names that stand in the text, and nothing of the others is kept.
func found(t Text, sender Sender, people []string) []screen.Finding {
	return screen.Screen(t.Body, screen.Context{
		Practice: sender.Name, People: people, Promotes: t.Category == consent.Promotional, NeedsName: true, NeedsContact: true, NeedsEnd: true,
	})
}

// asked gathers what others say: of the agreement, the registration, the patient's wishes, the appointment.
func (g gatherer) asked(ctx context.Context, f *Facts) (err error) {
	t := f.Text
	if g.o.Agreements != nil {
		if f.Agreement, err = g.o.Agreements.InForce(ctx, t.Practice, t.Provider); err != nil {
			return err
		}
	}
	if g.o.Registrations != nil {
		if f.Standing, err = g.o.Registrations.Standing(ctx, t.Practice, t.From); err != nil {
			return err
		}
	}
	for i, about := range t.about() {
		one := Each{Current: about.Appointment == ""}
		if about.Patient != "" && g.o.Channels != nil {
			number, asked, err := g.o.Channels.Number(ctx, t.Practice, about.Patient)
			if err != nil {
				return err
			}
			one.Restricted = asked && number != t.To
		}
		if about.Appointment != "" && g.o.Schedule != nil {
			if one.Current, err = g.o.Schedule.Current(ctx, t.Practice, about.Appointment, about.Version); err != nil {
				return err
			}
		}
		f.Restricted, f.Current = f.Restricted || one.Restricted, f.Current && one.Current
		if len(t.Subjects) > 0 {
			f.Each[i] = one
		}
	}
	return nil
}

// where gathers in which regions and time zones the recipient may be: by address, else by the number, which counts too where
// an address names no State or province. Where there is no address the practice's own zone counts too, for most patients live
// near it. Where a text is about several patients the hours hold of every place that one of them may be in.
func (g gatherer) where(ctx context.Context, f *Facts, sender Sender) (err error) {
	for _, about := range f.Text.about() {
		if err := g.place(ctx, f, about, sender); err != nil {
			return err
		}
	}
	slices.Sort(f.Zones)
	f.Zones = slices.Compact(f.Zones)
	for _, name := range f.Zones {
		if g.law.zone(name) == nil {
			return fmt.Errorf("%w: the time zone %q is not known here", ErrInvalid, name)
		}
	}
	return nil
}

// place adds where the recipient may be as far as one patient's address says, or the number.
func (g gatherer) place(ctx context.Context, f *Facts, about Subject, sender Sender) error {
	var zones []string
	var regions []string
	if about.Region != "" {
		regions, zones = []string{about.Region}, nanp.Within(about.Region)
	}
	if len(zones) == 0 { // no address, or one that names a country alone, or no region of the plan
		numbers, err := g.o.Regions.Regions(ctx, f.Text.To)
		if err != nil {
			return err
		}
		regions = append(regions, numbers...)
	}
	for _, region := range regions {
		if !slices.Contains(f.Regions, region) {
			f.Regions = append(f.Regions, region)
		}
	}
	switch {
	case about.Zone != "":
		zones = []string{about.Zone}
	case len(zones) == 0:
		numbers, err := g.o.Zones.Zones(ctx, f.Text.To)
		if err != nil {
			return err
		}
		zones = slices.Clone(numbers)
		// A number that nobody can place may be near the practice, unless it is of another part of the world.
		if len(numbers) > 0 || strings.HasPrefix(f.Text.To, "+1") {
			zones = append(zones, sender.Zone)
		}
	}
	f.Zones = append(f.Zones, zones...)
	return nil
}

// history gathers what came before, where a rule asks for it: when the recipient wrote in words of their own, and when
// promotional texts left to the number.
func (g gatherer) history(ctx context.Context, f *Facts, claimed time.Time) error {
	if f.Text.Kind.Answer() {
		return nil
	}
	switch f.Text.Category {
	case consent.Conversational:
		messages, err := g.store.Received(ctx, Query{Practice: f.Text.Practice, Number: f.Text.To, Free: true, Limit: 1})
		if err != nil {
			return err
		}
		for _, m := range messages {
			f.Wrote = m.At
		}
	case consent.Promotional:
		return g.promotions(ctx, f, claimed)
	}
	return nil
}

// promotions gathers when promotional texts left to the number lately. One that is on its way counts, whatever becomes of
// it; of those that were claimed together, each counts the ones before it.
func (g gatherer) promotions(ctx context.Context, f *Facts, claimed time.Time) error {
	q := Query{
		Practice: f.Text.Practice, Number: f.Text.To, Category: consent.Promotional, Claimed: g.o.Now().Add(-lately), Limit: 1000,
	}
	for {
		page, err := g.store.Texts(ctx, q)
		if err != nil {
			return err
		}
		for _, t := range page.Texts {
			left := t.State == Sent || t.State.Unsettled()
			behind := t.State == Sending && t.Claimed.Equal(claimed) && t.ID >= f.Text.ID
			if !left || behind || t.ID == f.Text.ID {
				continue
			}
			f.Promotions = append(f.Promotions, t.Claimed)
			if t.State == Sending && !t.Claimed.Equal(claimed) {
				*g.held = append(*g.held, t.Claimed)
			}
		}
		if q.After = page.Next; q.After == "" {
			slices.SortFunc(f.Promotions, time.Time.Compare)
			return nil
		}
	}
}
