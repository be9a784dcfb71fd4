package consenttest

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/internal/suite"
)

// mixed writes facts of two kinds to two numbers, and one of another practice, and returns the ids of the revocations.
func mixed(ctx context.Context, h Harness) ([]string, error) {
	var stops []string
	for i, id := range []string{"f", "e", "d", "c", "b", "a"} {
		f := fact(id)
		if i%3 == 2 {
			f.Kind, f.Category = consent.Granted, consent.Transactional
		} else {
			stops = append(stops, id)
		}
		if i%2 == 1 {
			f.Number = "+12125550101"
		}
		if err := apply(ctx, h.Store, change(f, i)); err != nil {
			return nil, err
		}
	}
	foreign := fact("f")
	foreign.Practice = "oak-street"
	return stops, apply(ctx, h.Store, change(foreign, 9))
}

func ofOneKind(ctx context.Context, h Harness) error {
	stops, err := mixed(ctx, h)
	if err != nil {
		return err
	}
	for _, limit := range []int{0, 1, 2, 3, 4, 5} {
		var got []string
		q := consent.Query{Practice: practice, Kind: consent.Revoked, Limit: limit}
		for range 10 {
			page, err := h.Store.Facts(ctx, q)
			if err != nil {
				return err
			}
			if limit > 0 && len(page.Facts) > limit {
				return fmt.Errorf("a page of %d holds %d", limit, len(page.Facts))
			}
			for _, f := range page.Facts {
				if want, err := ledger(ctx, h.Store, f.Number); err != nil || !slices.ContainsFunc(want, func(g consent.Fact) bool { return reflect.DeepEqual(f, g) }) {
					return fmt.Errorf("fact %+v is in no ledger, error %v", f, err)
				}
				got = append(got, f.ID)
			}
			if q.After = page.Next; q.After == "" {
				break
			}
		}
		if !slices.Equal(got, stops) {
			return fmt.Errorf("pages of %d: written %v, read %v", limit, stops, got)
		}
	}
	for _, q := range []consent.Query{
		{Practice: practice, Kind: consent.Revoked, After: "nobody's"},
		{Practice: practice, Kind: consent.Revoked, After: "f\x00"},
		{Practice: practice, Limit: -1},
		{Practice: practice, Limit: 1001},
		{},
	} {
		if _, err := h.Store.Facts(ctx, q); !errors.Is(err, consent.ErrInvalid) {
			return fmt.Errorf("query %+v: error %v, not ErrInvalid", q, err)
		}
	}
	return nil
}

func standing(ctx context.Context, h Harness) error {
	for i, patient := range []string{"p-7", "", "p-8"} {
		f := fact(fmt.Sprint(i))
		f.Kind, f.Category, f.Patient, f.Evidence = consent.Granted, consent.Transactional, patient, evidence
		if err := apply(ctx, h.Store, change(f, i)); err != nil {
			return err
		}
	}
	for range 2 {
		want, err := ledger(ctx, h.Store, number)
		if err != nil {
			return err
		}
		got, err := h.Store.Standing(ctx, consent.Key{Practice: practice, Number: number})
		if err != nil || len(got) != len(want) {
			return fmt.Errorf("of %d facts %d stand, error %v", len(want), len(got), err)
		}
		for i := range want {
			w, g := want[i], got[i]
			w.Evidence, g.Evidence = consent.Evidence{}, consent.Evidence{}
			if !reflect.DeepEqual(w, g) {
				return fmt.Errorf("want %+v\nread %+v", w, g)
			}
		}
		if err := h.Shred(ctx, practice, "p-7"); err != nil {
			return err
		}
	}
	return nil
}

func standings(ctx context.Context, h Harness) error {
	if _, err := mixed(ctx, h); err != nil {
		return err
	}
	keys := []consent.Key{
		{Practice: "oak-street", Number: number},
		{Practice: practice, Number: "+12125550101"},
		{Practice: practice, Number: number},
		{Practice: "nobody", Number: number},
		{Practice: practice, Number: number},
	}
	got, err := h.Store.Standings(ctx, keys)
	if err != nil || len(got) != len(keys) {
		return fmt.Errorf("of %d ledgers %d were read, error %v", len(keys), len(got), err)
	}
	for i, k := range keys {
		want, err := h.Store.Standing(ctx, k)
		if err != nil || len(want) != len(got[i]) || len(want) > 0 && !reflect.DeepEqual(want, got[i]) {
			return fmt.Errorf("ledger %d: want %+v\nread %+v, error %v", i, want, got[i], err)
		}
	}
	if none, err := h.Store.Standings(ctx, nil); err != nil || len(none) != 0 {
		return fmt.Errorf("of no ledgers %d were read, error %v", len(none), err)
	}
	return nil
}

func byID(ctx context.Context, h Harness) error {
	if _, err := mixed(ctx, h); err != nil {
		return err
	}
	for practice, id := range map[string]string{practice: "e", "oak-street": "f"} {
		f, found, err := h.Store.Fact(ctx, practice, id)
		if err != nil || !found || f.ID != id || f.Practice != practice {
			return fmt.Errorf("looked for %s of %s, read %+v, %v, error %v", id, practice, f, found, err)
		}
		facts, err := h.Store.Ledger(ctx, f.Key())
		if err != nil || !slices.ContainsFunc(facts, func(g consent.Fact) bool { return reflect.DeepEqual(f, g) }) {
			return fmt.Errorf("fact %+v is in no ledger, error %v", f, err)
		}
	}
	for practice, id := range map[string]string{practice: "E", "oak-street": "e", "nobody": "f"} {
		if f, found, err := h.Store.Fact(ctx, practice, id); err != nil || found {
			return fmt.Errorf("looked for %s of %s, which is not there, and read %+v, error %v", id, practice, f, err)
		}
	}
	return nil
}

func numbersOf(ctx context.Context, h Harness) error {
	for i, f := range []struct{ practice, number, patient string }{
		{practice, "+12125550103", "p-1"},
		{practice, "+12125550101", "p-1"},
		{practice, "+12125550103", "p-1"},
		{practice, "+12125550102", "P-1"},
		{practice, "+12125550104", ""},
		{"oak-street", "+12125550105", "p-1"},
	} {
		written := fact(fmt.Sprint(i))
		written.Kind, written.Category = consent.Granted, consent.Transactional
		written.Practice, written.Number, written.Patient = f.practice, f.number, f.patient
		if err := apply(ctx, h.Store, change(written, i)); err != nil {
			return err
		}
	}
	for patient, want := range map[string]string{"p-1": "+12125550101 +12125550103", "P-1": "+12125550102", "p-2": "", "": ""} {
		got, err := h.Store.Numbers(ctx, practice, patient)
		if err != nil || strings.Join(got, " ") != want {
			return fmt.Errorf("patient %q: read %v, error %v, not %v", patient, got, err, want)
		}
	}
	return nil
}

func allLedgers(ctx context.Context, h Harness) error {
	if _, err := mixed(ctx, h); err != nil {
		return err
	}
	more := fact("full")
	more.Number, more.Kind, more.Category, more.Patient, more.Evidence = "+12125550102", consent.Granted, consent.Promotional, "p-1", evidence
	if err := apply(ctx, h.Store, change(more, 20)); err != nil {
		return err
	}
	want := map[string][]consent.Fact{}
	for _, n := range []string{number, "+12125550101", "+12125550102"} {
		var err error
		if want[n], err = ledger(ctx, h.Store, n); err != nil {
			return err
		}
	}
	for _, limit := range []int{0, 1, 2, 3, 4} {
		got := map[string][]consent.Fact{}
		q := consent.LedgerQuery{Practice: practice, Limit: limit}
		for range 10 {
			page, err := h.Store.Ledgers(ctx, q)
			if err != nil {
				return err
			}
			if limit > 0 && len(page.Ledgers) > limit {
				return fmt.Errorf("a page of %d holds %d ledgers", limit, len(page.Ledgers))
			}
			if page.Next != "" && (strings.Contains(page.Next, "2125550") || len(page.Ledgers) < q.Size()) {
				return fmt.Errorf("a page of %d ledgers goes on after %q", len(page.Ledgers), page.Next)
			}
			for _, facts := range page.Ledgers {
				if len(facts) == 0 || got[facts[0].Number] != nil {
					return errors.New("a ledger is empty, or came twice")
				}
				got[facts[0].Number] = facts
			}
			if q.After = page.Next; q.After == "" {
				break
			}
		}
		if !reflect.DeepEqual(got, want) {
			return fmt.Errorf("pages of %d: read %+v, not %+v", limit, got, want)
		}
	}
	for _, q := range []consent.LedgerQuery{
		{Practice: practice, After: "no page gave it"}, {Practice: practice, Limit: -1}, {Practice: practice, Limit: 1001}, {Practice: " "},
	} {
		if _, err := h.Store.Ledgers(ctx, q); !errors.Is(err, consent.ErrInvalid) {
			return fmt.Errorf("query %+v: error %v", q, err)
		}
	}
	page, err := h.Store.Ledgers(ctx, consent.LedgerQuery{Practice: "nobody"})
	if err != nil || len(page.Ledgers) != 0 || page.Next != "" {
		return fmt.Errorf("the ledgers of a practice without any: %+v, error %v", page, err)
	}
	return nil
}

func erased(ctx context.Context, h Harness) error {
	var want []consent.Fact
	for i, patient := range []string{"p-1", "p-2", "", "p-1"} {
		f := fact(fmt.Sprint(i))
		f.Patient, f.Evidence = patient, evidence
		if i == 3 {
			f.Number = "+12125550101"
		}
		if err := apply(ctx, h.Store, change(f, i)); err != nil {
			return err
		}
		if patient == "p-1" {
			f.Evidence, f.Erased = consent.Evidence{}, true
		}
		want = append(want, f)
	}
	before, err := ledger(ctx, h.Store, number)
	if err != nil {
		return err
	}
	if err := h.Shred(ctx, practice, "p-1"); err != nil {
		return err
	}
	if before[0].Evidence != evidence {
		return errors.New("what was lent before has changed")
	}
	got, err := ledger(ctx, h.Store, number)
	if err != nil || !reflect.DeepEqual(got, want[:3]) {
		return fmt.Errorf("want %+v\nread %+v, error %v", want[:3], got, err)
	}
	page, err := h.Store.Facts(ctx, consent.Query{Practice: practice, Kind: consent.Revoked})
	if err != nil || !reflect.DeepEqual(page.Facts, want) {
		return fmt.Errorf("want %+v\nlisted %+v, error %v", want, page.Facts, err)
	}
	numbers, err := h.Store.Numbers(ctx, practice, "p-1")
	if err != nil || len(numbers) != 2 {
		return fmt.Errorf("numbers of an erased patient: %v, error %v", numbers, err)
	}
	return nil
}

func published(id string) consent.Wording {
	return consent.Wording{
		ID: id, Practice: practice, Category: consent.Promotional, Language: "es", Text: "Acepto; it's \\ ?0 👍\r\n",
		Effective: start.Add(time.Hour), Recorded: start, By: audit.Actor{Kind: audit.Staff, ID: "u-3"},
	}
}

func wordings(ctx context.Context, h Harness) error {
	var want []consent.Wording
	for i, id := range []string{"b", "a", "A"} {
		w := published(id)
		if err := suite.Filled(w); err != nil {
			return err
		}
		if err := apply(ctx, h.Store, consent.Change{Wording: &w, Seen: consent.Any, Leaves: []audit.Leaf{leaf(uuid(i), practice)}}); err != nil {
			return err
		}
		want = append(want, w)
	}
	other := published("a")
	other.Text = "Another text."
	again := consent.Change{Wording: &other, Seen: consent.Any, Leaves: []audit.Leaf{leaf(uuid(7), practice)}}
	if written, err := h.Store.Apply(ctx, again); err != nil || written {
		return fmt.Errorf("an id that is taken: written %v, error %v", written, err)
	}
	foreign := published("a")
	foreign.Practice = "oak-street"
	if err := apply(ctx, h.Store, consent.Change{Wording: &foreign, Seen: consent.Any, Leaves: []audit.Leaf{leaf(uuid(8), foreign.Practice)}}); err != nil {
		return err
	}
	got, err := h.Store.Wordings(ctx, practice)
	if err != nil || !slices.Equal(got, want) {
		return fmt.Errorf("want %+v\nread %+v, error %v", want, got, err)
	}
	if got, err = h.Store.Wordings(ctx, "nobody"); err != nil || len(got) != 0 {
		return fmt.Errorf("wordings %+v and error %v of a practice that published none", got, err)
	}
	return holds(ctx, h, 0, len(want))
}

func allSettings(ctx context.Context, h Harness) error {
	set := consent.Settings{
		Practice: practice, Name: "Elm Street's ?0 Dental", Platform: "PMS \\ 3", Zone: "America/Denver", DoubleOptIn: consent.ConfirmAll,
		Duty: consent.Duty{Practice: practice, Terms: "terms of 2026", Accepted: start, By: audit.Actor{Kind: audit.Staff, ID: "u-2"}},
	}
	if err := suite.Filled(set); err != nil {
		return err
	}
	duty, chosen := set.Duty, set
	chosen.Duty = consent.Duty{}
	other := chosen
	other.Name = "another"
	for i, step := range []struct {
		change consent.Change
		want   consent.Settings
	}{
		{consent.Change{Duty: &duty}, consent.Settings{Practice: practice, Duty: duty}},
		{consent.Change{Settings: &other}, consent.Settings{Practice: practice, Name: "another", Platform: set.Platform, Zone: set.Zone, DoubleOptIn: set.DoubleOptIn, Duty: duty}},
		{consent.Change{Settings: &chosen}, set},
	} {
		step.change.Seen, step.change.Leaves = consent.Any, []audit.Leaf{leaf(uuid(i), practice)}
		if err := apply(ctx, h.Store, step.change); err != nil {
			return err
		}
		got, err := h.Store.Settings(ctx, practice)
		if err != nil || got != step.want {
			return fmt.Errorf("want %+v, read %+v, error %v", step.want, got, err)
		}
	}
	return nil
}
