package sms

import (
	"context"
	"slices"
)

// Households says whose names a text must not give, because several patients share a phone; *records.Service meets it.
type Households interface {
	// FirstNames returns, by the number, the given names of the patients of a practice who share one of some numbers, E.164, as
	// their charts have them: Mary Ann, of whom neither name is given. There are none of a number that is nobody's or one patient's
	// alone. Two of the same name are one name, which is not given either. It is asked for the numbers of a practice's texts that
	// were claimed together, each once, at most 100. An error says nothing of any: then each is asked for by itself, and an error
	// of one lets its texts wait. It may be called concurrently.
	FirstNames(ctx context.Context, practice string, numbers []string) (map[string][]string, error)
}

// free reports whether somebody may have put a name into a text: into a reply, a text of a practice's own program, a broadcast. An
// answer and a reminder by the [Planner] are told nothing of their patients, and cost no question.
func (t Text) free() bool { return t.Kind == Ordinary && t.Start.IsZero() }

// people returns the names that a text must not give.
func (g gatherer) people(ctx context.Context, t Text) ([]string, error) {
	if g.o.Households == nil || !t.free() {
		return nil, nil
	}
	names, err := g.o.Households.FirstNames(ctx, t.Practice, []string{t.To})
	return names[t.To], err
}

// families asks whose names texts must not give, for all of a practice's at once. What cannot be told of many is asked again with
// each text.
func (d *Dispatcher) families(ctx context.Context, texts []Tracked) {
	if d.o.Households == nil {
		return
	}
	numbers := map[string][]string{} // by practice
	for _, t := range texts {
		if of := numbers[t.Practice]; t.free() && !slices.Contains(of, t.To) {
			numbers[t.Practice] = append(of, t.To)
		}
	}
	for practice, of := range numbers {
		_, _ = d.o.Households.FirstNames(ctx, practice, of)
	}
}
