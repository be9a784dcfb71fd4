package broadcast

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/internal/form"
	"github.com/enamel-go/enamel/internal/uuidv7"
	"github.com/enamel-go/enamel/sms"
	"github.com/enamel-go/enamel/sms/template"
)

// Consenting is where an audience is found; *consent.Service is one.
type Consenting interface {
	// Permitted returns a page of the numbers with an active consent to a category, and where the next page begins.
	Permitted(ctx context.Context, by audit.Actor, q consent.PermittedQuery) ([]consent.Permitted, string, error)
}

// Texts queues texts and takes them back; *sms.Service does.
type Texts interface {
	Enqueue(ctx context.Context, by audit.Actor, t sms.Text) (sms.Key, error)
	TakeBack(ctx context.Context, by audit.Actor, k sms.Key, rule, reason string) (bool, error)
}

// Kept is what became of texts, and the practice's numbers; a sms.Store keeps both.
type Kept interface {
	Texts(ctx context.Context, q sms.Query) (sms.Page, error)
	Sender(ctx context.Context, practice, number string) (sms.Sender, error)
}

// Authorizations says whether a patient's authorization to use health data for a broadcast is in force.
type Authorizations interface {
	// Authorized reports whether the patient signed what reference names, and it has neither expired nor been revoked.
	Authorized(ctx context.Context, practice, patient, reference string) (bool, error)
}

// Options adjusts a [Service]. The zero value is ready to use.
type Options struct {
	// Authorizations is asked about each patient of an audience chosen by health data, when the patient is included and
	// again before the text is queued. Defaults to none in force: such audiences are refused.
	Authorizations Authorizations
	// Channels is asked where a patient wants to be reached, as sms.Options has it. Defaults to nobody asked for anything.
	Channels sms.Channels
	// Hosts are those that links in texts may lead to. Defaults to none.
	Hosts []string
	// Now gives the recorded time. Defaults to time.Now.
	Now func() time.Time
	// NewID gives ids to commands that bring none. Defaults to UUIDs of version 7.
	NewID func() string
}

// Service plans and steers broadcasts. It is immutable and may be used concurrently. No method returns a number: an audience
// never leaves the library.
type Service struct {
	store Store
	kept  Kept
	log   *audit.Log
	o     Options
}

// New returns a service on store. The log keeps reads and refusals, on a handle of its own; o may be nil.
func New(store Store, kept Kept, log *audit.Log, o *Options) (*Service, error) {
	if store == nil || kept == nil || log == nil {
		return nil, fmt.Errorf("%w: a service needs a store, the store of texts and a log", ErrInvalid)
	}
	s := &Service{store: store, kept: kept, log: log}
	if o != nil {
		s.o = *o
		s.o.Hosts = slices.Clone(o.Hosts)
	}
	if s.o.Now == nil {
		s.o.Now = time.Now
	}
	if s.o.NewID == nil {
		s.o.NewID = uuidv7.New
	}
	return s, nil
}

// WithStore returns a copy that writes through store, which is usually bound to the caller's transaction. The log of reads
// and refusals keeps its own handle, and so does the store of texts.
func (s *Service) WithStore(store Store) *Service {
	bound := *s
	bound.store = store
	return &bound
}

// Drafting is a broadcast that is to be drafted.
type Drafting struct {
	Practice   string
	Broadcast  string // its id, by which the same draft again changes nothing; empty: one of ours
	Template   *template.Template
	Values     template.Values
	Language   template.Language // for recipients whose language is not known or has no body. Defaults to English.
	From       string            // the practice's number; empty: its oldest
	NotBefore  time.Time         // zero: now
	LastUseful time.Time
	Audience   Audience
}

// Draft plans a broadcast and renders its texts in every language of the template: what was screened here is what leaves.
// Its category is the template's, so a recall is transactional where its wording has passed the screen as such and
// advertises nothing. An audience that is chosen by anything but a [Criterion] is refused with [ErrCriterion].
func (s *Service) Draft(ctx context.Context, by audit.Actor, d Drafting) (State, error) {
	if d.Template == nil {
		return State{}, fmt.Errorf("%w: a broadcast has a template", ErrInvalid)
	}
	if d.Broadcast == "" {
		d.Broadcast = s.o.NewID()
	}
	if d.Language == "" {
		d.Language = template.English
	}
	source := d.Template.Source()
	f := Fact{
		ID: d.Broadcast, Practice: d.Practice, Broadcast: d.Broadcast, Kind: Drafted, Actor: by,
		Plan: Plan{
			Category: source.Category, Template: source.ID, Version: source.Version, Language: d.Language, From: d.From,
			NotBefore: micro(d.NotBefore), LastUseful: micro(d.LastUseful), Audience: d.Audience,
		},
	}
	if len(d.Values) > 0 {
		f.Plan.Values = maps.Clone(d.Values)
	}
	return s.append(ctx, "draft", f, func(_ State, f *Fact) ([]Recipient, error) {
		if err := d.Audience.valid(); err != nil {
			return nil, err
		}
		if d.NotBefore.IsZero() {
			f.Plan.NotBefore = f.Recorded
		}
		sender, err := s.kept.Sender(ctx, f.Practice, f.Plan.From)
		if err != nil {
			return nil, missing(err)
		}
		f.Plan.From = sender.Number
		f.Plan.Bodies = map[template.Language]string{}
		for _, l := range d.Template.Languages() {
			f.Plan.Bodies[l], err = d.Template.Render(l, template.Setting{Practice: sender.Name, Hosts: s.o.Hosts}, f.Plan.Values)
			if err != nil {
				return nil, fmt.Errorf("%w: %w", ErrInvalid, err)
			}
		}
		return nil, nil
	})
}

func missing(err error) error {
	if errors.Is(err, sms.ErrNotFound) {
		return fmt.Errorf("%w: the practice has no such number to text from", ErrInvalid)
	}
	return err
}

// Inclusion names recipients of a draft, 1 to 1000 at once.
type Inclusion struct {
	ID         string // of the act
	Practice   string
	Broadcast  string
	Recipients []Recipient // Number, Patient, Language, Zone and Authorization alone
}

// Include adds recipients to a draft whose audience the practice chose. Patients who share a number are one recipient; a
// patient who asked to be reached at another number is included with that one, and left out when it is none. Where the
// criterion says something of health every patient needs an authorization in force, and all are refused with
// [ErrAuthorization] where one has none. Where somebody cannot be asked about one of them none is included: the error says which of
// the list it is, so that the others can be included without.
func (s *Service) Include(ctx context.Context, by audit.Actor, i Inclusion) (State, error) {
	f := Fact{ID: i.ID, Practice: i.Practice, Broadcast: i.Broadcast, Kind: Included, Actor: by, Sum: sum(i.Recipients)}
	return s.append(ctx, "include", f, func(state State, f *Fact) ([]Recipient, error) {
		if len(i.Recipients) == 0 || len(i.Recipients) > most {
			return nil, fmt.Errorf("%w: 1 to %d recipients are included at once", ErrInvalid, most)
		}
		recipients := make([]Recipient, len(i.Recipients))
		for n, r := range i.Recipients {
			recipients[n] = Recipient{
				Number: r.Number, Patient: r.Patient, Language: r.Language, Zone: r.Zone, Authorization: r.Authorization, Stage: Waiting,
			}
			if err := recipients[n].valid(); err != nil {
				return nil, err
			}
			if !state.Plan.Audience.Criterion.Health() {
				continue
			}
			ok, err := s.authorized(ctx, f.Practice, r)
			if err != nil {
				return nil, fmt.Errorf("whether recipient %d of the list has an authorization in force: %w", n+1, err)
			}
			if !ok {
				return nil, ErrAuthorization
			}
		}
		recipients, err := s.reach(ctx, f.Practice, recipients)
		f.Count = len(recipients)
		return recipients, err
	})
}

// authorized reports whether a recipient's authorization is in force.
func (s *Service) authorized(ctx context.Context, practice string, r Recipient) (bool, error) {
	if r.Patient == "" || r.Authorization == "" || s.o.Authorizations == nil {
		return false, nil
	}
	return s.o.Authorizations.Authorized(ctx, practice, r.Patient, r.Authorization)
}

// reach turns recipients to the numbers at which their patients asked to be reached, and makes one of those who share one. Of
// whom that cannot be told stays as it is, and the error says who of them is the first.
func (s *Service) reach(ctx context.Context, practice string, recipients []Recipient) (all []Recipient, failed error) {
	var reached []Recipient
	for n, r := range recipients {
		r, texted, err := s.reached(ctx, practice, r)
		if err != nil {
			failed = cmp.Or(failed, fmt.Errorf("where recipient %d of the list wants to be reached: %w", n+1, err))
		}
		if texted {
			reached = append(reached, r)
		}
	}
	return merged(reached), failed
}

// reached turns a recipient to the number at which the patient asked to be reached, and reports whether there is any.
func (s *Service) reached(ctx context.Context, practice string, r Recipient) (to Recipient, texted bool, err error) {
	if s.o.Channels == nil || r.Patient == "" {
		return r, true, nil
	}
	number, asked, err := s.o.Channels.Number(ctx, practice, r.Patient)
	switch {
	case err != nil:
		return r, true, err
	case asked && number == "":
		return r, false, nil
	case asked && !form.E164(number):
		return r, true, fmt.Errorf("%w: the number that the patient asked for is not in E.164 form, such as +15125550100", ErrInvalid)
	case asked:
		r.Number, r.Zone = number, "" // the zone is by the usual address
	}
	return r, true, nil
}

// Act is a step of a broadcast. Its reason is required of a cancellation.
type Act struct {
	ID        string // of the act
	Practice  string
	Broadcast string
	Reason    string
}

// Start lets a draft's texts be queued by a [Worker]. It is refused with [ErrEmpty] where nobody was included.
func (s *Service) Start(ctx context.Context, by audit.Actor, a Act) (State, error) {
	return s.act(ctx, by, "start", Started, a)
}

// Pause holds a running broadcast: once it has returned no text of it leaves but those that a dispatcher had claimed, nothing
// more is queued, and a worker's next step takes back what is. Bound to a transaction it holds from the commit.
func (s *Service) Pause(ctx context.Context, by audit.Actor, a Act) (State, error) {
	return s.act(ctx, by, "pause", Paused, a)
}

// Resume lets a paused broadcast go on with everybody who was not texted.
func (s *Service) Resume(ctx context.Context, by audit.Actor, a Act) (State, error) {
	return s.act(ctx, by, "resume", Resumed, a)
}

// Cancel ends a broadcast for good. As after [Service.Pause] no text leaves but those that a dispatcher had claimed.
func (s *Service) Cancel(ctx context.Context, by audit.Actor, a Act) (State, error) {
	return s.act(ctx, by, "cancel", Cancelled, a)
}

func (s *Service) act(ctx context.Context, by audit.Actor, action string, kind Kind, a Act) (State, error) {
	f := Fact{ID: a.ID, Practice: a.Practice, Broadcast: a.Broadcast, Kind: kind, Actor: by, Reason: a.Reason}
	return s.append(ctx, action, f, func(_ State, f *Fact) ([]Recipient, error) {
		return nil, form.Text(ErrInvalid, "the reason", f.Reason, 1<<10, kind == Cancelled)
	})
}

// Runs reports whether a broadcast's texts may leave, which a dispatcher asks before each of them: it runs, or it is done, and
// a person puts back a text of it that failed. One that nobody drafted does not run.
func (s *Service) Runs(ctx context.Context, practice, id string) (bool, error) {
	k := Key{practice, id}
	facts, err := s.store.Ledger(ctx, k)
	if err != nil {
		return false, fmt.Errorf("broadcast: runs: %w", err)
	}
	status := Derive(k, facts).Status
	return status == Running || status == Done, nil
}

// State returns what a broadcast stands at, after recording that by looked.
func (s *Service) State(ctx context.Context, by audit.Actor, k Key) (State, error) {
	if by.Validate() != nil {
		return State{}, errActor
	}
	f := Fact{Practice: k.Practice, Broadcast: k.Broadcast, Actor: by}
	if err := k.valid(); err != nil {
		return State{}, s.log.Refuse(ctx, entry("read", f), err)
	}
	facts, err := s.store.Ledger(ctx, k)
	if err != nil {
		return State{}, fmt.Errorf("broadcast: state: %w", err)
	}
	if err := s.log.Record(ctx, entry("read", f)); err != nil {
		return State{}, fmt.Errorf("broadcast: state: %w", err)
	}
	return Derive(k, facts), nil
}

// List returns a page of a practice's broadcasts as they were drafted, the oldest first, after recording that by looked.
// The query's Kind says nothing here.
func (s *Service) List(ctx context.Context, by audit.Actor, q Query) (Page, error) {
	if by.Validate() != nil {
		return Page{}, errActor
	}
	q.Kind = Drafted
	e := entry("list", Fact{Practice: q.Practice, Actor: by})
	if err := q.Validate(); err != nil {
		return Page{}, s.log.Refuse(ctx, e, err)
	}
	page, err := s.store.Facts(ctx, q)
	if err != nil {
		return Page{}, fmt.Errorf("broadcast: list: %w", err)
	}
	if err := s.log.Record(ctx, e); err != nil {
		return Page{}, fmt.Errorf("broadcast: list: %w", err)
	}
	return page, nil
}

// Progress is how far a broadcast has come. It counts, and names nobody.
type Progress struct {
	Status   Status
	Gathered bool // the audience is complete
	Audience int  // recipients; one that is shared by several patients counts once
	Waiting  int
	// Waits is those of them who were passed over until somebody sees to it, by why: nobody could tell where the patient wants to be
	// reached, or the patient asked for another number meanwhile (channel), nobody could tell whether the authorization is in force
	// (authorization), or the text could not be queued (error).
	Waits     map[string]int
	Queued    int            // queued, on its way, or in doubt
	Review    int            // a person decides whether the text left
	Sent      int            // the provider took it on
	Withdrawn int            // taken back
	Refused   map[string]int // by the id of the rule that forbade it, or what else did
	Failed    map[string]int // by the class of the provider's error
}

// Progress returns how far a broadcast has come.
func (s *Service) Progress(ctx context.Context, k Key) (Progress, error) {
	if err := k.valid(); err != nil {
		return Progress{}, err
	}
	facts, err := s.store.Ledger(ctx, k)
	if err != nil {
		return Progress{}, fmt.Errorf("broadcast: progress: %w", err)
	}
	tally, err := s.store.Tally(ctx, k)
	if err != nil {
		return Progress{}, fmt.Errorf("broadcast: progress: %w", err)
	}
	state, waits := Derive(k, facts), maps.Clone(tally[Waiting])
	if delete(waits, ""); len(waits) == 0 {
		waits = nil
	}
	p := Progress{
		Status: state.Status, Gathered: state.gathered, Waiting: tally.of(Waiting), Waits: waits, Queued: tally.of(Queued), Review: tally.of(Review), Sent: tally.of(Sent),
		Withdrawn: tally.of(Withdrawn), Refused: maps.Clone(tally[Refused]), Failed: maps.Clone(tally[Failed]),
	}
	p.Audience = p.Waiting + p.Queued + p.Review + p.Sent + p.Withdrawn + tally.of(Refused) + tally.of(Failed)
	return p, nil
}

// of counts the recipients at a stage.
func (t Tally) of(stage Stage) (n int) {
	for _, count := range t[stage] {
		n += count
	}
	return n
}

func (s *Service) moment() time.Time { return micro(s.o.Now()) }

func micro(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }
