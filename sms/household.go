package sms

import "context"

// Households says whose names a text must not give, because several patients share a phone; *records.Service meets it.
type Households interface {
	// FirstNames returns the given names of the patients of a practice who share a number, E.164, as their charts have them:
	// Mary Ann, of whom neither name is given. It returns none where the number is nobody's or one patient's alone. Two of the
	// same name are one name, which is not given either. An error lets a text wait. It may be called concurrently.
	FirstNames(ctx context.Context, practice, number string) ([]string, error)
}

// people returns the names that a text must not give. It asks about whatever somebody may have put a name into: a reply, a text of
// a practice's own program, a broadcast. A reminder by the [Planner] is told nothing of its patients, and costs no question.
func (g gatherer) people(ctx context.Context, t Text) ([]string, error) {
	if g.o.Households == nil || !t.Start.IsZero() {
		return nil, nil
	}
	return g.o.Households.FirstNames(ctx, t.Practice, t.To)
}
