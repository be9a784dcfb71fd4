package consent

import (
	"context"
	"fmt"
)

// Language answers a machine that is about to answer a number: in which language, as BCP 47 names it, is the wording that was
// agreed to last for it? It is empty where nobody who holds the number now agreed to any, or its evidence was erased. A stop
// changes nothing of it. It reads the store every time, and records nothing.
func (s *Service) Language(ctx context.Context, k Key) (string, error) {
	if err := k.valid(); err != nil {
		return "", err
	}
	facts, err := s.store.Ledger(ctx, k)
	if err != nil {
		return "", fmt.Errorf("consent: language: %w", err)
	}
	v := s.view(k, facts, latest(s.moment(), facts))
	lapses, language := v.lapses(), ""
	for f := range v.known(Granted) {
		if f.Evidence.Language != "" && v.outranks(f, lapses) {
			language = f.Evidence.Language
		}
	}
	return language, nil
}
