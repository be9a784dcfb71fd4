package consent

import (
	"context"
	"fmt"
	"slices"

	"github.com/enamel-go/enamel/audit"
)

// Permitted is a number that a category of texts may go to, as far as consent goes.
type Permitted struct {
	Number   string
	Patients []string // whose consents they are, each once, the oldest first; "" alone where none is named
	Language string   // of the wording that was agreed to last; empty where it is not known
}

// PermittedQuery asks for the numbers of a practice that a category of texts may go to.
type PermittedQuery struct {
	Practice string
	Category Category
	Sender   string // the practice's number that is to text; empty: any of them
	After    string // what the page before gave as next; empty for the first page
	Limit    int    // how many numbers one page looks at, 1 to 1000. Defaults to 100.
}

// Permitted returns a page of the numbers with an active consent to a category, after recording that by looked, and where
// the next page begins: empty on the last one. A page may be empty and not the last. Each number comes once, however many
// patients share it; one whose patients are all muted does not come.
//
// It says who may be chosen, not who may be texted: consent is asked again before every text.
func (s *Service) Permitted(ctx context.Context, by audit.Actor, q PermittedQuery) ([]Permitted, string, error) {
	e := audit.Entry{
		Practice: q.Practice, Actor: by, Action: "consent.permitted", Object: audit.Object{Kind: "practice", ID: q.Practice},
	}
	if by.Validate() != nil {
		return nil, "", errActor
	}
	asked := LedgerQuery{Practice: q.Practice, After: q.After, Limit: q.Limit}
	err := asked.Validate()
	if err == nil && !q.Category.valid() {
		err = errCategory
	}
	if err != nil {
		return nil, "", s.log.Refuse(ctx, e, err)
	}
	e.Details = map[string]string{"category": string(q.Category)}
	page, err := s.store.Ledgers(ctx, asked)
	if err != nil {
		return nil, "", fmt.Errorf("consent: permitted: %w", err)
	}
	if err := s.log.Record(ctx, e); err != nil {
		return nil, "", fmt.Errorf("consent: permitted: %w", err)
	}
	var permitted []Permitted
	for _, facts := range page.Ledgers {
		if p, ok := s.permitted(facts, Use{Category: q.Category, Sender: q.Sender}); ok {
			permitted = append(permitted, p)
		}
	}
	return permitted, page.Next, nil
}

// permitted says whether texts may go to the number of a ledger, and about whom: each patient whose consent counts since
// the number's last lapse is asked about, for one may be muted.
func (s *Service) permitted(facts []Fact, u Use) (Permitted, bool) {
	v := s.view(facts[0].Key(), facts, latest(s.moment(), facts))
	p := Permitted{Number: v.key.Number}
	lapses := v.lapses()
	for f := range v.known(Granted) {
		if f.Category != u.Category || !v.outranks(f, lapses) {
			continue
		}
		u.Patient = f.Patient
		if v.decide(u).Status != Active {
			continue
		}
		if !slices.Contains(p.Patients, f.Patient) {
			p.Patients = append(p.Patients, f.Patient)
		}
		if f.Evidence.Language != "" {
			p.Language = f.Evidence.Language
		}
	}
	if len(p.Patients) > 1 { // whoever is not named may be one of those who are
		p.Patients = slices.DeleteFunc(p.Patients, func(patient string) bool { return patient == "" })
	}
	return p, len(p.Patients) > 0
}
