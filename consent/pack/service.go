package pack

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/internal/uuidv7"
)

// Ledgers is where the evidence is. A *consent.Service is one.
type Ledgers interface {
	// History returns a number's ledger with all evidence, after recording that by looked.
	History(ctx context.Context, by audit.Actor, k consent.Key) ([]consent.Fact, error)
	// Numbers returns the numbers at which a patient is on record, after recording that by looked.
	Numbers(ctx context.Context, by audit.Actor, practice, patient string) ([]string, error)
	// Profile returns the rules by which the ledgers are read.
	Profile() consent.Profile
}

// Prove writes an extract of the practice's audit log with the entries of these ids and what proves them, as lines of
// text. An entry that no checkpoint holds yet is left out. Reader.Extract of package audit/notary makes one.
type Prove func(ctx context.Context, w io.Writer, practice string, entries []string) error

// Options adjusts a [Service]. The zero value is ready to use.
type Options struct {
	// Now gives the recorded time. Defaults to time.Now.
	Now func() time.Time
	// NewID gives ids to commands that bring none. Defaults to UUIDs of version 7.
	NewID func() string
}

// Service releases evidence of consent. It is immutable and may be used concurrently.
type Service struct {
	store   Store // bound to the caller's transaction by WithStore
	own     Store // as it was given to New
	log     *audit.Log
	ledgers Ledgers
	prove   Prove
	now     func() time.Time
	newID   func() string
}

// New returns a service on store. The log keeps reads and refusals, on a handle of its own. All but o are required.
func New(store Store, log *audit.Log, ledgers Ledgers, prove Prove, o *Options) (*Service, error) {
	if store == nil || log == nil || ledgers == nil || prove == nil {
		return nil, fmt.Errorf("%w: a service needs a store, a log, ledgers and what proves their entries", ErrInvalid)
	}
	s := &Service{store: store, own: store, log: log, ledgers: ledgers, prove: prove, now: time.Now, newID: uuidv7.New}
	if o == nil {
		return s, nil
	}
	if o.Now != nil {
		s.now = o.Now
	}
	if o.NewID != nil {
		s.newID = o.NewID
	}
	return s, nil
}

// WithStore returns a copy that requests and decides through store, which is usually bound to the caller's transaction.
// The log of reads and refusals keeps its own handle, and so does [Service.Write].
func (s *Service) WithStore(store Store) *Service {
	bound := *s
	bound.store = store
	return &bound
}

// Request asks for a file, and returns the fact, whose Release names it from now on. It is refused with [ErrRecipient] for
// anybody who may not have one, and for a court or a carrier without what is needed; with [ErrConflict] where the release
// was requested before.
func (s *Service) Request(ctx context.Context, by audit.Actor, r Request) (Fact, error) {
	return s.append(ctx, s.store, "request", Fact{
		ID: r.ID, Practice: r.Practice, Release: r.Release, Kind: Requested, Scope: r.Scope, At: r.At, Actor: by,
	})
}

// Approve approves a release, and returns the fact. It is refused with [ErrSelf] to whoever requested it, and with
// [ErrDecided] where it was decided before. The practice's and the patient's own releases need no approval.
func (s *Service) Approve(ctx context.Context, by audit.Actor, a Approval) (Fact, error) {
	return s.append(ctx, s.store, "approve", Fact{ID: a.ID, Practice: a.Practice, Release: a.Release, Kind: Approved, Actor: by})
}

// Deny denies a release, and returns the fact. It is refused with [ErrDecided] where it was decided before or a file was
// handed out.
func (s *Service) Deny(ctx context.Context, by audit.Actor, d Denial) (Fact, error) {
	return s.append(ctx, s.store, "deny", Fact{ID: d.ID, Practice: d.Practice, Release: d.Release, Kind: Denied, Reason: d.Reason, Actor: by})
}
