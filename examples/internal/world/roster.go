package world

import (
	"context"
	"strings"

	"github.com/enamel-go/enamel/examples/internal/setting"
)

// Roster is the practice's own list of its patients' ids, in the order in which they came. Whoever embeds Enamel has one:
// records finds patients by what is known of them, and lists nobody.
type Roster struct{ store setting.Store }

const rosterPrefix = "patient " + Practice + " "

// Add adds a patient, once.
func (r Roster) Add(ctx context.Context, id string) error {
	there, err := r.store.Names(ctx, rosterPrefix)
	if err != nil {
		return err
	}
	_, err = r.store.Begin(ctx, rosterPrefix+id, int64(len(there)))
	return err
}

// All returns the ids.
func (r Roster) All(ctx context.Context) ([]string, error) {
	names, err := r.store.Names(ctx, rosterPrefix)
	for i, name := range names {
		names[i] = strings.TrimPrefix(name, rosterPrefix)
	}
	return names, err
}
