package policy_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/consent/policy"
	"github.com/enamel-go/enamel/crypto"
	"github.com/enamel-go/enamel/internal/stage"
)

func TestNewRefuses(t *testing.T) {
	b := onMemory(t)
	_, err := policy.New(nil, b.Log, nil)
	require.ErrorIs(t, err, policy.ErrInvalid)
	_, err = policy.New(b.store, nil, nil)
	require.ErrorIs(t, err, policy.ErrInvalid)
	for _, r := range []policy.Rule{{ID: "none"}, {OneOf: []policy.Channel{policy.Email}}, {ID: "x", OneOf: []policy.Channel{"fax"}}} {
		_, err = policy.New(b.store, b.Log, &policy.Options{Rules: []policy.Rule{r}})
		require.ErrorIs(t, err, policy.ErrInvalid)
	}
}

// acts are all commands, each on a bench where it can be done.
func acts() map[string]func(context.Context, bench) (policy.Fact, error) {
	return map[string]func(context.Context, bench) (policy.Fact, error){
		"publish": func(ctx context.Context, b bench) (policy.Fact, error) { return b.Publish(ctx, staff, third()) },
		"withdraw": func(ctx context.Context, b bench) (policy.Fact, error) {
			return b.Withdraw(ctx, staff, policy.Withdrawal{ID: "w", Practice: practice, Document: document, Version: "2", Reason: "A sentence was wrong."})
		},
		"tell": func(ctx context.Context, b bench) (policy.Fact, error) { return b.Tell(ctx, staff, telling(second())) },
		"accept": func(ctx context.Context, b bench) (policy.Fact, error) {
			return b.Accept(ctx, patient, accepting(second()))
		},
		"use": func(ctx context.Context, b bench) (policy.Fact, error) { return b.Use(ctx, patient, using(first())) },
	}
}

// busy is a bench with two versions, the first accepted.
func busy(t testing.TB) bench {
	t.Helper()
	b := onMemory(t)
	b.publish(t, first())
	b.accept(t, first())
	b.publish(t, second())
	return b
}

func TestTheSameActTwiceIsOne(t *testing.T) {
	for name, act := range acts() {
		t.Run(name, func(t *testing.T) {
			b := busy(t)
			once, err := act(t.Context(), b)
			require.NoError(t, err)
			require.Equal(t, noon, once.Recorded)
			entries := b.Logged(t, practice)
			require.Len(t, b.Logged(t, practice, "consent.policy."+name), map[string]int{"publish": 3, "accept": 2}[name]+map[bool]int{true: 1}[name != "publish" && name != "accept"])
			b.set(t, 3, 2, 13, 0)
			again, err := act(t.Context(), b)
			require.NoError(t, err)
			require.Empty(t, cmp.Diff(once, again))
			require.Empty(t, cmp.Diff(entries, b.Logged(t, practice)))
		})
	}
}

func TestAnIdUsedForAnotherActIsAConflict(t *testing.T) {
	for name, act := range map[string]func(context.Context, bench) (policy.Fact, error){
		"another text": func(ctx context.Context, b bench) (policy.Fact, error) {
			p := second()
			p.Texts[0].Body += " "
			return b.Publish(ctx, staff, p)
		},
		"another date": func(ctx context.Context, b bench) (policy.Fact, error) {
			p := second()
			p.Effective = day(6, 2)
			return b.Publish(ctx, staff, p)
		},
		"other words of what changed": func(ctx context.Context, b bench) (policy.Fact, error) {
			p := second()
			p.Changes = "Nothing much."
			return b.Publish(ctx, staff, p)
		},
		"another weight": func(ctx context.Context, b bench) (policy.Fact, error) {
			p := second()
			p.Material = false
			return b.Publish(ctx, staff, p)
		},
		"another zone": func(ctx context.Context, b bench) (policy.Fact, error) {
			p := second()
			p.Zone = "America/New_York"
			return b.Publish(ctx, staff, p)
		},
		"another announcement": func(ctx context.Context, b bench) (policy.Fact, error) {
			p := second()
			p.Announced[1].Reference = "mailing-10"
			return b.Publish(ctx, staff, p)
		},
		"another actor": func(ctx context.Context, b bench) (policy.Fact, error) {
			return b.Publish(ctx, audit.Actor{Kind: audit.Staff, ID: "u-18"}, second())
		},
		"another kind": func(ctx context.Context, b bench) (policy.Fact, error) {
			return b.Withdraw(ctx, staff, policy.Withdrawal{ID: "f-2", Practice: practice, Document: document, Version: "2", Reason: "No."})
		},
		"another document": func(ctx context.Context, b bench) (policy.Fact, error) {
			p := first()
			p.Document = "texts"
			return b.Publish(ctx, staff, p)
		},
		"another person": func(ctx context.Context, b bench) (policy.Fact, error) {
			a := accepting(first())
			a.Person = audit.Actor{Kind: audit.Patient, ID: "p-205"}
			return b.Accept(ctx, patient, a)
		},
		"other words": func(ctx context.Context, b bench) (policy.Fact, error) {
			a := accepting(first())
			a.Wording += "!"
			return b.Accept(ctx, patient, a)
		},
		"another time": func(ctx context.Context, b bench) (policy.Fact, error) {
			a := accepting(first())
			a.At = noon.Add(-time.Hour)
			return b.Accept(ctx, patient, a)
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := busy(t)
			before := b.person(t)
			f, err := act(t.Context(), b)
			require.ErrorIs(t, err, policy.ErrConflict)
			require.Zero(t, f)
			require.Empty(t, cmp.Diff(before, b.person(t)))
			require.Equal(t, []string{"1", "2"}, b.versions(t))
		})
	}
}

func TestAnActIsOfOneVersionReasonAndTime(t *testing.T) {
	b := busy(t)
	told := telling(second())
	told.Channel, told.At = policy.Notice, noon.Add(-time.Minute)
	for range 2 {
		_, err := b.Tell(t.Context(), staff, told)
		require.NoError(t, err)
	}
	told.Version = "1"
	_, err := b.Tell(t.Context(), staff, told)
	require.ErrorIs(t, err, policy.ErrConflict)

	taken := policy.Withdrawal{ID: "w", Practice: practice, Document: document, Version: "2", Reason: "A sentence was wrong."}
	_, err = b.Withdraw(t.Context(), staff, taken)
	require.NoError(t, err)
	taken.Reason = "It was too long."
	_, err = b.Withdraw(t.Context(), staff, taken)
	require.ErrorIs(t, err, policy.ErrConflict)
}

func TestTheLogSaysWhichTextWasPublished(t *testing.T) {
	b := busy(t)
	for _, e := range b.Logged(t, practice, "consent.policy.publish") {
		for _, p := range []policy.Publication{first(), second()} {
			if p.Version == e.Details["version"] {
				require.Equal(t, p.Texts[0].Hash(), e.Details["text sha-256 en"])
			}
		}
	}
}

func TestRulesOfOnesOwnAndNewIDs(t *testing.T) {
	b := onMemory(t)
	rules := []policy.Rule{{ID: "told", OneOf: []policy.Channel{policy.Notice}, Citation: "ours"}}
	s, err := policy.New(b.store, b.Log, &policy.Options{Rules: rules, Now: b.Clock.Now, NewID: func() string { return "made" }})
	require.NoError(t, err)
	rules[0].OneOf[0] = policy.Posting
	b.publish(t, first())
	p := second()
	p.ID = ""
	_, err = s.Publish(t.Context(), staff, p)
	require.ErrorIs(t, err, policy.ErrUnannounced)
	p.Announced = append(p.Announced, policy.Announcement{Channel: policy.Notice, On: day(6, 1)})
	f, err := s.Publish(t.Context(), staff, p)
	require.NoError(t, err)
	require.Equal(t, "made", f.ID)
}

func TestAVersionNeverChanges(t *testing.T) {
	b := busy(t)
	p := first()
	p.ID, p.Effective, p.Changes, p.Announced = "f-9", day(7, 1), "All of it.", second().Announced
	_, err := b.Publish(t.Context(), staff, p)
	require.ErrorIs(t, err, policy.ErrPublished)
	b.refused(t, "consent.policy.publish", err)
}

func TestAFirstVersionThatChangesWhatStoodElsewhereIsAnnouncedToo(t *testing.T) {
	b := onMemory(t)
	p := first()
	p.Material, p.Changes = true, "We keep less than before."
	_, err := b.Publish(t.Context(), staff, p)
	require.ErrorIs(t, err, policy.ErrUnannounced)
}

func TestFurtherUseAcceptsTheVersionInEffectAlone(t *testing.T) {
	b := busy(t)
	p := second()
	p.ID, p.Version, p.Effective = "f-3", "3", day(7, 1)
	b.publish(t, p)
	for _, told := range []policy.Publication{second(), p} {
		_, err := b.Tell(t.Context(), staff, telling(told))
		require.NoError(t, err)
	}
	b.set(t, 7, 1, 9, 0)
	b.due(t, policy.Use, "3", "")
	_, err := b.Use(t.Context(), patient, using(second()))
	require.ErrorIs(t, err, policy.ErrUse)
	_, err = b.Use(t.Context(), patient, using(p))
	require.NoError(t, err)
	again := using(p)
	again.ID = ""
	_, err = b.Use(t.Context(), patient, again)
	require.NoError(t, err, "of two pages at once the second is no refusal")
	early := using(p)
	early.ID, early.At = "", noon
	_, err = b.Use(t.Context(), patient, early)
	require.ErrorIs(t, err, policy.ErrUse)
}

// behind is a store that shows an older ledger the first time it is read.
type behind struct {
	policy.Store
	once *sync.Once
}

func (b behind) Ledger(ctx context.Context, k policy.Key) ([]policy.Fact, error) {
	facts, err := b.Store.Ledger(ctx, k)
	b.once.Do(func() { facts = facts[:0] })
	return facts, err
}

func TestWhoPublishedOnAnOlderLedgerDecidesAnew(t *testing.T) {
	b := busy(t)
	p := second()
	p.ID = ""
	_, err := b.WithStore(behind{b.store, &sync.Once{}}).Publish(t.Context(), staff, p)
	require.ErrorIs(t, err, policy.ErrPublished)
	require.Equal(t, []string{"1", "2"}, b.versions(t))
}

func TestAWithdrawnVersionNeverTakesEffect(t *testing.T) {
	b := busy(t)
	withdrawal := policy.Withdrawal{Practice: practice, Document: document, Version: "2", Reason: "A sentence was wrong."}
	b.set(t, 5, 31, 23, 59)
	_, err := b.Withdraw(t.Context(), staff, withdrawal)
	require.NoError(t, err)
	b.set(t, 6, 1, 9, 0)
	b.due(t, policy.Settled, "1", "")
	_, err = b.Withdraw(t.Context(), staff, withdrawal)
	require.ErrorIs(t, err, policy.ErrUnknown, "it stands no more")
	_, err = b.Accept(t.Context(), patient, accepting(second()))
	require.ErrorIs(t, err, policy.ErrUnknown)
	_, err = b.Tell(t.Context(), staff, telling(second()))
	require.ErrorIs(t, err, policy.ErrUnknown)

	p := second()
	p.ID, p.Effective, p.Announced = "f-9", day(6, 2), append(p.Announced, policy.Announcement{Channel: policy.Notice, On: day(6, 1)})
	_, err = b.Publish(t.Context(), staff, p)
	require.ErrorIs(t, err, policy.ErrPublished, "its label is used for good")
	p.Version = "2b"
	b.publish(t, p)

	facts, err := b.Versions(t.Context(), practice, document)
	require.NoError(t, err)
	june := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	stood, ok := policy.InEffect(facts, june.AddDate(0, -1, 0))
	require.True(t, ok)
	require.Equal(t, "1", stood.Version)
	require.Len(t, policy.Upcoming(facts, june.AddDate(0, -1, 0)), 1, "in May the second one was still to come")
	require.Len(t, policy.Upcoming(facts, time.Date(2026, 6, 1, 14, 30, 0, 0, time.UTC)), 1)
}

func TestWhatIsInEffectIsNotWithdrawn(t *testing.T) {
	b := busy(t)
	b.set(t, 6, 1, 0, 0)
	_, err := b.Withdraw(t.Context(), staff, policy.Withdrawal{Practice: practice, Document: document, Version: "2", Reason: "No."})
	require.ErrorIs(t, err, policy.ErrInEffect)
	b.refused(t, "consent.policy.withdraw", err)
}

func TestRefusalsAreRecordedAndChangeNothing(t *testing.T) {
	publish := func(spoil func(*policy.Publication)) func(context.Context, bench) error {
		return func(ctx context.Context, b bench) error {
			p := third()
			spoil(&p)
			_, err := b.Publish(ctx, staff, p)
			return err
		}
	}
	accept := func(spoil func(*policy.Acceptance)) func(context.Context, bench) error {
		return func(ctx context.Context, b bench) error {
			a := accepting(second())
			spoil(&a)
			_, err := b.Accept(ctx, patient, a)
			return err
		}
	}
	tell := func(spoil func(*policy.Telling)) func(context.Context, bench) error {
		return func(ctx context.Context, b bench) error {
			a := telling(second())
			spoil(&a)
			_, err := b.Tell(ctx, staff, a)
			return err
		}
	}
	for name, c := range map[string]struct {
		act  func(context.Context, bench) error
		err  error
		says string
	}{
		"no text":            {publish(func(p *policy.Publication) { p.Texts = nil }), policy.ErrInvalid, "one language at least"},
		"a blank text":       {publish(func(p *policy.Publication) { p.Texts[0].Body = " " }), policy.ErrInvalid, "a text is empty"},
		"no language":        {publish(func(p *policy.Publication) { p.Texts[0].Language = "" }), policy.ErrInvalid, "language"},
		"a language twice":   {publish(func(p *policy.Publication) { p.Texts = append(p.Texts, p.Texts[0]) }), policy.ErrInvalid, "in one language"},
		"words not in it":    {publish(func(p *policy.Publication) { p.Texts[0].Use = "Use is acceptance." }), policy.ErrInvalid, "do not stand in the text"},
		"blank words":        {publish(func(p *policy.Publication) { p.Texts[0].Use = " " }), policy.ErrInvalid, "do not stand in the text"},
		"words in one":       {publish(func(p *policy.Publication) { p.Texts = append(p.Texts, policy.Text{Language: "es", Body: "Sí."}) }), policy.ErrInvalid, "or in none"},
		"no zone":            {publish(func(p *policy.Publication) { p.Zone = "Local" }), policy.ErrInvalid, "time zone"},
		"no label":           {publish(func(p *policy.Publication) { p.Version = "" }), policy.ErrInvalid, "the version is empty"},
		"no changes":         {publish(func(p *policy.Publication) { p.Changes = " \n" }), policy.ErrInvalid, "in plain words"},
		"no document":        {publish(func(p *policy.Publication) { p.Document = "" }), policy.ErrInvalid, "the document is empty"},
		"an unknown channel": {publish(func(p *policy.Publication) { p.Announced[0].Channel = "fax" }), policy.ErrInvalid, "email, notice or posting"},
		"an undated notice":  {publish(func(p *policy.Publication) { p.Announced[0].On = policy.Date{} }), policy.ErrInvalid, "an announcement has no date"},
		"no words shown":     {accept(func(a *policy.Acceptance) { a.Wording = " " }), policy.ErrEvidence, "the words that were shown"},
		"no language shown":  {accept(func(a *policy.Acceptance) { a.Language = "" }), policy.ErrEvidence, "their language"},
		"no hash":            {accept(func(a *policy.Acceptance) { a.Hash = "" }), policy.ErrEvidence, "the hash"},
		"another text":       {accept(func(a *policy.Acceptance) { a.Hash = first().Texts[0].Hash() }), policy.ErrChanged, "show it again"},
		"another language":   {accept(func(a *policy.Acceptance) { a.Language = "es" }), policy.ErrChanged, "show it again"},
		"no text at all":     {accept(func(a *policy.Acceptance) { a.Language, a.Hash = "fr", policy.Text{}.Hash() }), policy.ErrChanged, "show it again"},
		"an unknown version": {accept(func(a *policy.Acceptance) { a.Version = "9" }), policy.ErrUnknown, "no such version"},
		"the future":         {accept(func(a *policy.Acceptance) { a.At = noon.Add(2 * time.Minute) }), policy.ErrInvalid, "future"},
		"nobody":             {accept(func(a *policy.Acceptance) { a.Person = audit.Actor{} }), policy.ErrInvalid, "to a person"},
		"a machine":          {accept(func(a *policy.Acceptance) { a.Person = audit.Actor{Kind: audit.System, ID: "x"} }), policy.ErrInvalid, "no member of staff, patient or representative"},
		"a long id":          {accept(func(a *policy.Acceptance) { a.ID = strings.Repeat("x", 65) }), policy.ErrInvalid, "the id is longer"},
		"told by posting":    {tell(func(c *policy.Telling) { c.Channel = policy.Posting }), policy.ErrInvalid, "by email or by a notice"},
		"told by nothing":    {tell(func(c *policy.Telling) { c.Channel = "" }), policy.ErrInvalid, "by email or by a notice"},
		"told of nothing":    {tell(func(c *policy.Telling) { c.Version = "9" }), policy.ErrUnknown, "no such version"},
		"withdrawn for nought": {func(ctx context.Context, b bench) error {
			_, err := b.Withdraw(ctx, staff, policy.Withdrawal{Practice: practice, Document: document, Version: "2"})
			return err
		}, policy.ErrInvalid, "the reason is empty"},
	} {
		t.Run(name, func(t *testing.T) {
			b := busy(t)
			before := b.person(t)
			err := c.act(t.Context(), b)
			require.ErrorIs(t, err, c.err)
			require.ErrorContains(t, err, c.says)
			require.NotContains(t, err.Error(), patient.ID)
			require.Empty(t, cmp.Diff(before, b.person(t)))
			require.Equal(t, []string{"1", "2"}, b.versions(t))
			for _, e := range b.Logged(t, practice) {
				if e.Outcome == audit.Refused {
					require.Equal(t, err.Error(), e.Reason)
					return
				}
			}
			t.Fatal("the refusal was not recorded")
		})
	}

	b := onMemory(t)
	_, err := b.Publish(t.Context(), audit.Actor{}, first())
	require.ErrorIs(t, err, policy.ErrInvalid)
	_, err = b.History(t.Context(), audit.Actor{}, key)
	require.ErrorIs(t, err, policy.ErrInvalid)
	nowhere := first()
	nowhere.Practice = ""
	_, err = b.Publish(t.Context(), staff, nowhere)
	require.ErrorIs(t, err, policy.ErrInvalid)
	_, err = b.Due(t.Context(), policy.Key{Practice: practice, Document: document})
	require.ErrorIs(t, err, policy.ErrInvalid)
	_, err = b.Versions(t.Context(), "", document)
	require.ErrorIs(t, err, policy.ErrInvalid)
	require.Empty(t, b.Logged(t, practice), "without an actor or a practice there is no entry either")
	_, err = b.History(t.Context(), staff, policy.Key{Practice: practice, Document: document})
	require.ErrorIs(t, err, policy.ErrInvalid)
	b.refused(t, "consent.policy.read", err)
}

func TestAReadOfAPersonsHistoryIsRecorded(t *testing.T) {
	b := busy(t)
	facts, err := b.History(t.Context(), staff, key)
	require.NoError(t, err)
	require.Len(t, facts, 1)
	entries := b.Logged(t, practice, "consent.policy.read")
	require.Len(t, entries, 1)
	require.Equal(t, patient.ID, entries[0].Patient)
	require.Equal(t, document, entries[0].Object.ID)
	require.Equal(t, map[string]string{"person": "patient p-204"}, entries[0].Details)
}

func TestAReadOfAllWhoAcceptedIsRecordedForEach(t *testing.T) {
	b := busy(t)
	other := accepting(second())
	other.Person = audit.Actor{Kind: audit.Staff, ID: "u-18"}
	_, err := b.Accept(t.Context(), staff, other)
	require.NoError(t, err)
	again := accepting(second())
	again.ID = "again"
	_, err = b.Accept(t.Context(), patient, again)
	require.NoError(t, err)
	for limit, want := range map[int]int{0: 2, 1: 1} {
		before := len(b.Logged(t, practice, "consent.policy.read"))
		page, err := b.Facts(t.Context(), staff, policy.Query{Practice: practice, Kind: policy.Accepted, Limit: limit})
		require.NoError(t, err)
		require.Len(t, page.Facts, map[int]int{0: 3, 1: 1}[limit])
		require.Len(t, b.Logged(t, practice, "consent.policy.read"), before+want, "one for each person")
	}
	before := b.Logged(t, practice)
	page, err := b.Facts(t.Context(), staff, policy.Query{Practice: practice, Kind: policy.Published})
	require.NoError(t, err)
	require.Len(t, page.Facts, 2)
	require.Empty(t, cmp.Diff(before, b.Logged(t, practice)), "a version is nobody's data")
	_, err = b.Facts(t.Context(), audit.Actor{}, policy.Query{Practice: practice, Kind: policy.Accepted})
	require.ErrorIs(t, err, policy.ErrInvalid)
	_, err = b.Facts(t.Context(), staff, policy.Query{Practice: practice, Kind: policy.Accepted, After: "nothing"})
	require.ErrorIs(t, err, policy.ErrAfter)
	b.refused(t, "consent.policy.read", err)
}

// Where the evidence of one who accepted was destroyed, no entry names that patient any more; the account of all is read.
func TestWhatIsLeftOfOnePatientHidesNobodyElse(t *testing.T) {
	onBoth(t, func(t *testing.T, open func(testing.TB) bench) {
		b := open(t)
		published, err := b.Publish(t.Context(), staff, first())
		require.NoError(t, err)
		for _, id := range []string{"p-1", "p-2"} {
			_, err := b.Accept(t.Context(), staff, policy.Acceptance{
				Practice: practice, Document: document, Version: "1", Person: audit.Actor{Kind: audit.Patient, ID: id},
				Language: "en", Wording: "I accept", Hash: published.Edition.Texts[0].Hash(),
			})
			require.NoError(t, err)
		}
		require.NoError(t, b.Keys.Shred(t.Context(), crypto.Subject{Practice: practice, Patient: "p-1", Class: crypto.Evidence}))
		page, err := b.Facts(t.Context(), staff, policy.Query{Practice: practice, Kind: policy.Accepted})
		require.NoError(t, err)
		require.Len(t, page.Facts, 2)
		seen := map[string]string{}
		for _, e := range b.Logged(t, practice, "consent.policy.read") {
			require.Equal(t, document, e.Object.ID)
			seen[e.Patient] = e.Details["person"]
		}
		require.Equal(t, map[string]string{"": "", "p-2": "patient p-2"}, seen)
	})
}

func TestWhatCannotBeRecordedIsNotRead(t *testing.T) {
	b := busy(t)
	s, err := policy.New(b.store, stage.Full(t), nil)
	require.NoError(t, err)
	facts, err := s.History(t.Context(), staff, key)
	require.ErrorIs(t, err, stage.ErrFull)
	require.Empty(t, facts)
	page, err := s.Facts(t.Context(), staff, policy.Query{Practice: practice, Kind: policy.Accepted})
	require.ErrorIs(t, err, stage.ErrFull)
	require.Empty(t, page)
}

func TestOfTwoWhoPublishAtOnceOneDecidesAgain(t *testing.T) {
	b := onMemory(t)
	b.publish(t, first())
	var group sync.WaitGroup
	failed := make(chan error, 8)
	for range 8 {
		group.Go(func() {
			p := second()
			p.ID = ""
			_, err := b.Publish(t.Context(), staff, p)
			failed <- err
		})
	}
	group.Wait()
	close(failed)
	published := 0
	for err := range failed {
		if err == nil {
			published++
			continue
		}
		require.ErrorIs(t, err, policy.ErrPublished)
	}
	require.Equal(t, 1, published)
	require.Equal(t, []string{"1", "2"}, b.versions(t))
}

func TestAClockThatIsBehindNeverPutsAnActBeforeAnother(t *testing.T) {
	b := busy(t)
	b.set(t, 3, 2, 11, 0)
	for _, person := range []audit.Actor{patient, {Kind: audit.Patient, ID: "p-205"}} { // of the second nothing is on record
		a := accepting(second())
		a.ID, a.Person = "", person
		f, err := b.Accept(t.Context(), person, a)
		require.NoError(t, err)
		require.Equal(t, noon, f.Recorded)
	}
}
