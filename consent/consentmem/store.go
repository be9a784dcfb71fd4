package consentmem

import (
	"context"
	"slices"
	"sync"

	"github.com/enamel-go/enamel/audit/auditmem"
	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/internal/page"
)

// Store implements [consent.Store]. It may be used concurrently.
type Store struct {
	mu       sync.RWMutex
	entries  *auditmem.Store
	ledgers  map[consent.Key][]consent.Fact
	written  map[string][]slot // of each practice, in the order of writing
	ids      map[id]int        // where a fact stands in written
	settings map[string]consent.Settings
	wordings map[string][]consent.Wording
}

type id struct{ practice, fact string }

// slot is where a fact stands.
type slot struct {
	ledger consent.Key
	nth    int
}

// New returns an empty store that writes the entries of its changes to entries.
func New(entries *auditmem.Store) *Store {
	return &Store{
		entries:  entries,
		ledgers:  map[consent.Key][]consent.Fact{},
		written:  map[string][]slot{},
		ids:      map[id]int{},
		settings: map[string]consent.Settings{},
		wordings: map[string][]consent.Wording{},
	}
}

// Apply implements [consent.Store].
func (s *Store) Apply(ctx context.Context, c consent.Change) (bool, error) {
	if err := c.Validate(); err != nil {
		return false, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if c.Fact != nil {
		if _, known := s.ids[id{c.Fact.Practice, c.Fact.ID}]; known {
			return false, ctx.Err()
		}
		if c.Seen != consent.Any && c.Seen != len(s.ledgers[c.Fact.Key()]) {
			return false, consent.ErrStale
		}
	}
	if w := c.Wording; w != nil && slices.ContainsFunc(s.wordings[w.Practice], func(old consent.Wording) bool { return old.ID == w.ID }) {
		return false, ctx.Err()
	}
	if err := s.entries.Append(ctx, c.Leaves...); err != nil {
		return false, err
	}
	if c.Fact != nil {
		s.add(c.Fact.Clone())
	}
	if set := c.Settings; set != nil {
		kept := *set
		kept.Duty = s.settings[set.Practice].Duty
		s.settings[set.Practice] = kept
	}
	if d := c.Duty; d != nil {
		kept := s.settings[d.Practice]
		kept.Practice, kept.Duty = d.Practice, *d
		s.settings[d.Practice] = kept
	}
	if w := c.Wording; w != nil {
		s.wordings[w.Practice] = append(s.wordings[w.Practice], *w)
	}
	return true, nil
}

func (s *Store) add(f consent.Fact) {
	k := f.Key()
	s.ids[id{f.Practice, f.ID}] = len(s.written[f.Practice])
	s.written[f.Practice] = append(s.written[f.Practice], slot{k, len(s.ledgers[k])})
	s.ledgers[k] = append(s.ledgers[k], f)
}

// Ledger implements [consent.Store]. Facts are written once, so what is lent stays as it is while others write.
func (s *Store) Ledger(ctx context.Context, k consent.Key) ([]consent.Fact, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return slices.Clip(s.ledgers[k]), ctx.Err()
}

// Standing implements [consent.Store].
func (s *Store) Standing(ctx context.Context, k consent.Key) ([]consent.Fact, error) {
	return s.Ledger(ctx, k)
}

// Standings implements [consent.Store].
func (s *Store) Standings(ctx context.Context, keys []consent.Key) ([][]consent.Fact, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	ledgers := make([][]consent.Fact, len(keys))
	for i, k := range keys {
		ledgers[i] = slices.Clip(s.ledgers[k])
	}
	return ledgers, ctx.Err()
}

// Settings implements [consent.Store].
func (s *Store) Settings(ctx context.Context, practice string) (consent.Settings, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	set := s.settings[practice]
	set.Practice = practice
	return set, ctx.Err()
}

// Wordings implements [consent.Store].
func (s *Store) Wordings(ctx context.Context, practice string) ([]consent.Wording, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return slices.Clone(s.wordings[practice]), ctx.Err()
}

// after returns where the practice's facts stand that were written after the one of an id; all of them after none.
func (s *Store) after(practice, last string) ([]slot, error) {
	written := s.written[practice]
	if last == "" {
		return written, nil
	}
	at, known := s.ids[id{practice, last}]
	if !known {
		return nil, consent.ErrAfter
	}
	return written[at+1:], nil
}

// Facts implements [consent.Store].
func (s *Store) Facts(ctx context.Context, q consent.Query) (consent.Page, error) {
	if err := q.Validate(); err != nil {
		return consent.Page{}, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	written, err := s.after(q.Practice, q.After)
	if err != nil {
		return consent.Page{}, err
	}
	var found []consent.Fact
	for _, p := range written {
		if f := s.ledgers[p.ledger][p.nth]; f.Kind == q.Kind && len(found) <= q.Size() {
			found = append(found, f.Clone())
		}
	}
	var p consent.Page
	p.Facts, p.Next = page.Cut(found, q.Size(), func(f consent.Fact) string { return f.ID })
	return p, ctx.Err()
}

// Fact implements [consent.Store].
func (s *Store) Fact(ctx context.Context, practice, fact string) (consent.Fact, bool, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	n, known := s.ids[id{practice, fact}]
	if !known {
		return consent.Fact{}, false, ctx.Err()
	}
	p := s.written[practice][n]
	return s.ledgers[p.ledger][p.nth].Clone(), true, ctx.Err()
}

// Numbers implements [consent.Store].
func (s *Store) Numbers(ctx context.Context, practice, patient string) ([]string, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var numbers []string
	for _, p := range s.written[practice] {
		if s.ledgers[p.ledger][p.nth].Patient == patient && patient != "" {
			numbers = append(numbers, p.ledger.Number)
		}
	}
	slices.Sort(numbers)
	return slices.Compact(numbers), ctx.Err()
}

// Ledgers implements [consent.Store]. They come in the order of their first facts.
func (s *Store) Ledgers(ctx context.Context, q consent.LedgerQuery) (consent.LedgerPage, error) {
	if err := q.Validate(); err != nil {
		return consent.LedgerPage{}, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	written, err := s.after(q.Practice, q.After)
	if err != nil {
		return consent.LedgerPage{}, err
	}
	var found [][]consent.Fact
	for _, p := range written {
		if p.nth == 0 && len(found) <= q.Size() {
			found = append(found, slices.Clip(s.ledgers[p.ledger]))
		}
	}
	var p consent.LedgerPage
	p.Ledgers, p.Next = page.Cut(found, q.Size(), func(facts []consent.Fact) string { return facts[0].ID })
	return p, ctx.Err()
}

// Shred erases the evidence of every fact that names the patient, as the loss of the patient's key does where facts are
// sealed. The facts stay, and permit nothing any more.
func (s *Store) Shred(ctx context.Context, practice, patient string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for k, ledger := range s.ledgers {
		if k.Practice != practice {
			continue
		}
		erased := slices.Clone(ledger) // others may be reading what was lent
		for i := range erased {
			if erased[i].Patient == patient && patient != "" {
				erased[i].Evidence, erased[i].Erased = consent.Evidence{}, true
			}
		}
		s.ledgers[k] = erased
	}
	return ctx.Err()
}
