package registration

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"time"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/internal/uuidv7"
)

// Options adjusts a [Service]. The zero value is ready to use.
type Options struct {
	// Registrars file with providers, by their names. Defaults to none: staff files by hand.
	Registrars map[string]Registrar
	// Rules are the fields that must be filled in from a day on. Nil means [Required]; an empty list asks for none.
	Rules []Rule
	// Timeout bounds one request to a provider. Defaults to 30 seconds.
	Timeout time.Duration
	// Now gives the recorded time. Defaults to time.Now.
	Now func() time.Time
	// NewID gives ids to commands that bring none. Defaults to UUIDs of version 7.
	NewID func() string
}

// Service keeps what practices registered, and files it. It is immutable and may be used concurrently.
type Service struct {
	store      Store
	log        *audit.Log
	registrars map[string]Registrar
	rules      []Rule
	timeout    time.Duration
	now        func() time.Time
	newID      func() string
}

// New returns a service on store. The log keeps refusals and reads, on a handle of its own. Both are required; o may be nil.
func New(store Store, log *audit.Log, o *Options) (*Service, error) {
	if store == nil || log == nil {
		return nil, fmt.Errorf("%w: a service needs a store and a log", ErrInvalid)
	}
	s := &Service{store: store, log: log, timeout: 30 * time.Second, now: time.Now, newID: uuidv7.New}
	if o == nil {
		return s, nil
	}
	if o.Timeout < 0 {
		return nil, fmt.Errorf("%w: the timeout is negative", ErrInvalid)
	}
	s.registrars, s.rules = maps.Clone(o.Registrars), o.Rules
	if o.Timeout > 0 {
		s.timeout = o.Timeout
	}
	if o.Now != nil {
		s.now = o.Now
	}
	if o.NewID != nil {
		s.newID = o.NewID
	}
	return s, nil
}

// WithStore returns a copy that writes through store, which is usually bound to the caller's transaction. The log of
// refusals and reads keeps its own handle. [Service.Submit] and [Service.Refresh], which ask a provider, are not for a copy
// in a transaction.
func (s *Service) WithStore(store Store) *Service {
	bound := *s
	bound.store = store
	return &bound
}

// Draft writes a registration, or writes it anew, and returns the fact. It may be incomplete: [Service.Check] says what it
// lacks. It is refused with [ErrOrder] while the provider has it under review, and once it is approved.
func (s *Service) Draft(ctx context.Context, by audit.Actor, d Draft) (Fact, error) {
	f := Fact{ID: d.ID, Practice: d.Practice, Subject: d.Subject, Kind: Drafted, Actor: by, Content: d.Content}
	done, err := s.append(ctx, "draft", f, func(facts []Fact, f Fact) error {
		return StateOf(facts, f.Subject, f.Recorded).allows(f.Kind)
	})
	return done.Fact, err
}

// Check returns everything that would have a draft rejected by a provider today; none: it is ready. It records nothing.
func (s *Service) Check(ctx context.Context, practice string, subject Subject, provider string) ([]Problem, error) {
	if err := (Query{Practice: practice, Subject: subject}).Validate(); err != nil {
		return nil, err
	}
	facts, err := s.store.Ledger(ctx, practice)
	if err != nil {
		return nil, fmt.Errorf("registration: check: %w", err)
	}
	state := StateOf(facts, subject, latest(s.moment(), facts))
	if state.Status == "" {
		return nil, ErrUnknown
	}
	return s.problems(facts, state, provider, s.moment()), nil
}

// problems judges what was written last.
func (s *Service) problems(facts []Fact, state State, provider string, moment time.Time) Problems {
	r := Review{At: moment, Provider: provider, Rules: s.rules}
	r.Brand = brandOf(facts, state.Subject.Kind, state.Draft, latest(moment, facts)).Draft.Brand
	switch state.Subject.Kind {
	case BrandKind:
		return state.Draft.Brand.problems(r)
	case CampaignKind:
		return state.Draft.Campaign.problems(r)
	}
	return state.Draft.TollFree.problems(r)
}

// brandOf returns the state of the brand that a campaign or a toll-free number names.
func brandOf(facts []Fact, kind SubjectKind, c Content, moment time.Time) State {
	id := c.Campaign.Brand
	if kind == TollFreeKind {
		id = c.TollFree.Brand
	}
	return StateOf(facts, Subject{BrandKind, id}, moment)
}

// Submit hands a draft to a provider and returns what it stands at. It is judged first: what is not ready is refused with
// [Problems], which changes nothing and is recorded. Then the submission is written, then the provider is asked, then its
// word is written: whatever breaks off in between, the same command again, or [Service.Refresh], finds out what became of
// it, and nothing is submitted twice. A provider that did not take it on leaves it a draft; the error wraps [ErrNotTaken].
//
// A campaign is submitted when its brand is approved. A brand has at most [CampaignsPerBrand] of them.
func (s *Service) Submit(ctx context.Context, by audit.Actor, v Submission) (State, error) {
	f := Fact{ID: v.ID, Practice: v.Practice, Subject: v.Subject, Kind: Submitted, At: v.At, Actor: by, Notice: Notice{Provider: v.Provider}}
	done, err := s.append(ctx, "submit", f, func(facts []Fact, f Fact) error {
		state := StateOf(facts, f.Subject, f.Recorded)
		if err := state.allows(f.Kind); err != nil || !v.At.IsZero() {
			return err
		}
		if err := s.problems(facts, state, f.Notice.Provider, f.Recorded).err(); err != nil {
			return err
		}
		if f.Subject.Kind == CampaignKind {
			return admitted(facts, state, f.Recorded)
		}
		return nil
	})
	if err != nil {
		return State{}, err
	}
	f = done.Fact
	registrar := s.registrars[f.Notice.Provider]
	if registrar == nil || !v.At.IsZero() {
		return s.state(ctx, f.Practice, f.Subject)
	}
	if !done.New {
		return s.Refresh(ctx, by, f.Practice, f.Subject)
	}
	state := StateOf(done.Before, f.Subject, f.Recorded)
	edited := state.Editable(f.Recorded)
	state.add(&f)
	request := ask(done.Before, state, f)
	if !edited {
		request.Reference = "" // a new one at the provider too
	}
	return s.heard(ctx, by, f, registrar.Submit, request)
}

// ask returns what a provider is told of a registration that was submitted.
func ask(facts []Fact, state State, f Fact) Request {
	brand := brandOf(facts, f.Subject.Kind, state.Filed, f.Recorded)
	r := Request{
		Practice: f.Practice, Subject: f.Subject, Filing: state.Filing, Reference: state.Notice.Reference,
		Brand: state.Filed.Brand, Campaign: state.Filed.Campaign, TollFree: state.Filed.TollFree,
	}
	switch f.Subject.Kind {
	case CampaignKind:
		r.Brand, r.BrandID = brand.Filed.Brand, brand.Notice.Reference
	case TollFreeKind:
		r.Brand = brand.Draft.Brand
	}
	return r
}

// heard asks a provider and writes down what it says.
func (s *Service) heard(ctx context.Context, by audit.Actor, f Fact, of func(context.Context, Request) (Word, error), r Request) (State, error) {
	asked, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	word, err := of(asked, r)
	refusal := &NotTaken{}
	switch {
	case errors.As(err, &refusal):
		word = Word{Kind: Returned, Notice: Notice{Code: refusal.Code, Reason: refusal.Reason}}
	case errors.Is(err, ErrNotTaken):
		word = Word{Kind: Returned}
	case err != nil:
		return State{}, fmt.Errorf("registration: ask the provider: %w", err)
	}
	word.Notice.Provider = f.Notice.Provider
	state, written := s.write(ctx, by, f, word)
	return state, errors.Join(err, written)
}

// write records a provider's word, unless it says nothing new.
func (s *Service) write(ctx context.Context, by audit.Actor, f Fact, word Word) (State, error) {
	state, err := s.state(ctx, f.Practice, f.Subject)
	if err != nil || !state.learns(word) {
		return state, err
	}
	_, err = s.Report(ctx, by, Report{Practice: f.Practice, Subject: f.Subject, Kind: word.Kind, At: word.At, Notice: word.Notice})
	if err != nil {
		return State{}, err
	}
	return s.state(ctx, f.Practice, f.Subject)
}

// learns reports whether a provider's word says anything new.
func (s State) learns(w Word) bool {
	next := s.Notice.after(w.Notice)
	next.EditUntil, next.Until = micro(next.EditUntil), micro(next.Until)
	return s.spoken(w.Kind) != s.Status || next != s.Notice
}

// Report records what a provider said of a registration that was submitted to it, and returns the fact. A word that
// happened before another one that counted is kept and changes nothing.
func (s *Service) Report(ctx context.Context, by audit.Actor, r Report) (Fact, error) {
	f := Fact{ID: r.ID, Practice: r.Practice, Subject: r.Subject, Kind: r.Kind, At: r.At, Actor: by, Notice: r.Notice}
	done, err := s.append(ctx, "report", f, func(facts []Fact, f Fact) error {
		if !f.Kind.word() {
			return fmt.Errorf("%w: a provider says that a registration was returned, received, approved or the like", ErrInvalid)
		}
		state := StateOf(facts, f.Subject, f.Recorded)
		if state.Filing != "" && state.Notice.Provider != f.Notice.Provider {
			return fmt.Errorf("%w: it was submitted to another provider", ErrOrder)
		}
		return state.allows(f.Kind)
	})
	return done.Fact, err
}

// Refresh asks the provider what a submitted registration stands at, writes down what is new, and returns it. Call it some
// hours apart until it is approved, and once a day afterwards: it hears of a suspension before patients miss a text.
func (s *Service) Refresh(ctx context.Context, by audit.Actor, practice string, subject Subject) (State, error) {
	if err := (Query{Practice: practice, Subject: subject}).Validate(); err != nil {
		return State{}, err
	}
	facts, err := s.store.Ledger(ctx, practice)
	if err != nil {
		return State{}, fmt.Errorf("registration: refresh: %w", err)
	}
	f := Fact{Practice: practice, Subject: subject, Recorded: latest(s.moment(), facts)}
	state := StateOf(facts, subject, f.Recorded)
	f.Notice.Provider = state.Notice.Provider
	registrar := s.registrars[state.Notice.Provider]
	switch {
	case state.Filing == "":
		return State{}, fmt.Errorf("%w: it was not submitted", ErrOrder)
	case registrar == nil:
		return state, nil
	}
	return s.heard(ctx, by, f, registrar.Fetch, ask(facts, state, f))
}

// Attach adds a number to a campaign, which has at most [NumbersPerCampaign], and returns the fact. It is refused with
// [ErrOrder] while the number belongs to another campaign.
func (s *Service) Attach(ctx context.Context, by audit.Actor, n Numbering) (Fact, error) {
	return s.number(ctx, by, "attach", Attached, n)
}

// Detach takes a number from its campaign, and returns the fact.
func (s *Service) Detach(ctx context.Context, by audit.Actor, n Numbering) (Fact, error) {
	return s.number(ctx, by, "detach", Detached, n)
}

// Carry records that the carriers know a number as its campaign's, as the provider told, and returns the fact. It may text
// from then on, without waiting for [Propagation].
func (s *Service) Carry(ctx context.Context, by audit.Actor, n Numbering) (Fact, error) {
	return s.number(ctx, by, "carry", Carried, n)
}

func (s *Service) number(ctx context.Context, by audit.Actor, act string, kind Kind, n Numbering) (Fact, error) {
	f := Fact{
		ID: n.ID, Practice: n.Practice, Subject: Subject{CampaignKind, n.Campaign}, Kind: kind, Number: n.Number, At: n.At, Actor: by,
	}
	done, err := s.append(ctx, act, f, takes)
	return done.Fact, err
}
