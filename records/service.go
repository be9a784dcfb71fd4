package records

import (
	"fmt"
	"time"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/internal/uuidv7"
)

// Options adjusts a [Service]. The zero value is ready to use.
type Options struct {
	// Now says what lies in the future and when a version changed. Defaults to time.Now.
	Now func() time.Time
	// NewID gives ids to commands that bring none, and versions to appointments. Defaults to UUIDs of version 7.
	NewID func() string
}

// Service keeps patients and the schedule. It is immutable and may be used concurrently.
type Service struct {
	store Store
	log   *audit.Log
	now   func() time.Time
	newID func() string
}

// New returns a service on store. The log keeps reads and refusals, on a handle of its own. Both are required; o may be
// nil.
func New(store Store, log *audit.Log, o *Options) (*Service, error) {
	if store == nil || log == nil {
		return nil, fmt.Errorf("%w: a service needs a store and a log", ErrInvalid)
	}
	s := &Service{store: store, log: log, now: time.Now, newID: uuidv7.New}
	if o != nil && o.Now != nil {
		s.now = o.Now
	}
	if o != nil && o.NewID != nil {
		s.newID = o.NewID
	}
	return s, nil
}

// WithStore returns a copy that reads and writes through store, which is usually bound to the caller's transaction. The
// log of reads and refusals keeps its own handle.
func (s *Service) WithStore(store Store) *Service {
	bound := *s
	bound.store = store
	return &bound
}

func (s *Service) moment() time.Time { return instant(s.now()) }
