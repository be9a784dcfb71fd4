package records

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/enamel-go/enamel/internal/form"
)

// FirstNames returns, by the number, the given names of the patients who share a phone number, each name once, after recording that
// texts read them, once for each patient, or that they found nobody: no text to that number may say which of them it is about. It
// is asked for up to 1000 numbers at once, and reads and records them together: where it fails it says nothing of any of them. A
// number that is in one chart alone, or in none, is not in the answer. Who no longer uses a number does not share it, and nor does a
// patient whose records were destroyed; of one without a given name there is nothing to return.
func (s *Service) FirstNames(ctx context.Context, practice string, numbers []string) (map[string][]string, error) {
	if len(numbers) == 0 {
		return nil, nil
	}
	var valid error
	if len(numbers) > 1000 {
		valid = fmt.Errorf("%w: at most 1000 numbers are asked about at once", ErrInvalid)
	}
	q := PatientQuery{Practice: practice, Limit: 1000}
	families := map[Term]*family{}
	for _, number := range numbers {
		valid = cmp.Or(valid, form.Text(ErrInvalid, "the number", number, longPhone, true))
		if term := phoneTerm(number); families[term] == nil {
			families[term] = &family{}
			q.Terms = append(q.Terms, term)
		}
	}
	for {
		found, err := s.find(ctx, texts, q, valid)
		if err != nil {
			return nil, err
		}
		for _, p := range found.Patients {
			for _, term := range p.uses() {
				if f := families[term]; f != nil {
					f.join(p)
				}
			}
		}
		if q.After = found.Next; q.After == "" {
			break
		}
	}
	names := map[string][]string{}
	for _, number := range numbers {
		if f := families[phoneTerm(number)]; f.patients > 1 {
			names[number] = f.names
		}
	}
	return names, nil
}

// family is those who share a number.
type family struct {
	patients int
	names    []string
}

func (f *family) join(p Patient) {
	f.patients++
	if p.Name.Given != "" && !slices.Contains(f.names, p.Name.Given) {
		f.names = append(f.names, p.Name.Given)
	}
}

// uses returns what the patient is found by of the numbers that are still in use, each once.
func (p Patient) uses() []Term {
	var used []Term
	for _, ph := range p.Phones {
		if term := phoneTerm(ph.Number); ph.Use != Old && !slices.Contains(used, term) {
			used = append(used, term)
		}
	}
	return used
}
