package records

import (
	"context"
	"slices"
)

// FirstNames returns the given names of the patients who share a phone number, each name once, after recording that texts read
// them, once for each patient: no text to that number may say which of them it is about. It returns none where the number is in
// one chart alone, or in none. Who no longer uses the number does not share it, and nor does a patient whose records were
// destroyed; of one without a given name there is nothing to return.
func (s *Service) FirstNames(ctx context.Context, practice, number string) ([]string, error) {
	q := PhoneQuery{Practice: practice, Number: number, Limit: 1000}
	var names []string
	for sharing := 0; ; {
		found, err := s.FindByPhone(ctx, texts, q)
		if err != nil {
			return nil, err
		}
		for _, p := range found.Patients {
			if !p.uses(number) {
				continue
			}
			sharing++
			if p.Name.Given != "" && !slices.Contains(names, p.Name.Given) {
				names = append(names, p.Name.Given)
			}
		}
		if q.After = found.Next; q.After == "" {
			if sharing < 2 {
				return nil, nil
			}
			return names, nil
		}
	}
}

// uses reports whether a number is one of the patient's that is still in use.
func (p Patient) uses(number string) bool {
	return slices.ContainsFunc(p.Phones, func(ph Phone) bool { return ph.Use != Old && phoneTerm(ph.Number) == phoneTerm(number) })
}
