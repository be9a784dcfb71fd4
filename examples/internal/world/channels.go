package world

import (
	"context"
	"errors"
	"slices"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/examples/internal/setting"
	"github.com/enamel-go/enamel/records"
)

// channels is where patients asked to be reached: at another of the numbers in their charts, or by no text at all (45 CFR
// 164.522(b)). It implements sms.Channels.
type channels struct {
	charts   *records.Service
	settings setting.Store
}

// What a patient may ask for beside a place in the chart's list of phones, from 0.
const (
	asUsual = -1
	noTexts = -2
)

// place returns what a patient asked for. What is kept is counted from zero, which is what nobody asked.
func (c channels) place(ctx context.Context, patient string) (int, error) {
	kept, err := c.settings.Get(ctx, channel(patient))
	switch {
	case kept == 0:
		return asUsual, err
	case kept == 1:
		return noTexts, err
	}
	return int(kept) - 2, err
}

func channel(patient string) string { return "channel " + patient }

// Number implements sms.Channels.
func (c channels) Number(ctx context.Context, practice, patient string) (string, bool, error) {
	at, err := c.place(ctx, patient)
	if err != nil || at < 0 {
		return "", at == noTexts, err
	}
	p, err := c.charts.Patient(ctx, texter, records.Key{Practice: practice, ID: patient})
	if gone(err) {
		return "", true, nil // who asked for another number and was erased since is not reached at all
	}
	if err != nil || at >= len(p.Phones) || !p.Phones[at].Textable {
		return "", true, err
	}
	return p.Phones[at].Number, true, nil
}

// gone reports whether err says that a patient is not there any more, and that is on record.
func gone(err error) bool {
	return (errors.Is(err, records.ErrNotFound) || errors.Is(err, audit.ErrShredded)) && !errors.Is(err, audit.ErrNotRecorded)
}

// Reach keeps where a patient asked to be reached: at a number of the chart, or, where it is empty, by no text. It reports
// false for a number that texts cannot go to.
func (w *World) Reach(ctx context.Context, p records.Patient, number string) (bool, error) {
	if number == "" {
		return true, w.settings.Set(ctx, channel(p.ID), 1)
	}
	at := slices.IndexFunc(p.Phones, func(ph records.Phone) bool { return ph.Textable && ph.Number == number })
	if at < 0 {
		return false, nil
	}
	return true, w.settings.Set(ctx, channel(p.ID), int64(at)+2)
}

// ReachAsUsual forgets what a patient asked for.
func (w *World) ReachAsUsual(ctx context.Context, patient string) error {
	return w.settings.Set(ctx, channel(patient), 0)
}

// Asked returns where a patient asked to be reached, and whether the patient asked for anything; empty: by no text.
func (w *World) Asked(ctx context.Context, patient string) (number string, asked bool, err error) {
	return w.channels.Number(ctx, Practice, patient)
}
