package representative_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/consent/representative"
	"github.com/enamel-go/enamel/crypto"
	"github.com/enamel-go/enamel/internal/stage"
)

func TestNewRefuses(t *testing.T) {
	b := onMemory(t)
	_, err := representative.New(nil, b.Log, nil)
	require.ErrorIs(t, err, representative.ErrInvalid)
	_, err = representative.New(b.store, nil, nil)
	require.ErrorIs(t, err, representative.ErrInvalid)
	s, err := representative.New(b.store, b.Log, nil)
	require.NoError(t, err)
	a := s.Law().May(key, nil, representative.Question{Person: child, Act: representative.Enter, Born: ten, State: texas}, noon)
	require.Equal(t, "consent", a.Rule, "by default it goes by what is promised")
}

// shielding, ending and emancipating are the commands that no promise's test shares.
func shielding() representative.Shield {
	return representative.Shield{ID: "s-1", Practice: practice, Patient: patient, Episode: "visit-9", Basis: representative.Lawful, Reason: "By statute."}
}

func ending() representative.Ending {
	return representative.Ending{ID: "e-1", Practice: practice, Patient: patient, About: "a father", Reason: "He asked to."}
}

func emancipating() representative.Emancipation {
	return representative.Emancipation{
		ID: "m-1", Practice: practice, Patient: patient, From: date(2026, 4, 1), Proof: representative.Proof{Kind: "court order", Document: "scan-7"},
	}
}

func withdrawing() representative.ParentWithdrawal {
	return representative.ParentWithdrawal{ID: "x-1", Practice: practice, Patient: patient, Parent: "father", Words: "No."}
}

// busy is a bench with a father who was appointed, two reports, one of them decided, and a consent.
func busy(t testing.TB) bench {
	t.Helper()
	b := onMemory(t)
	b.appoint(t, appointing(father))
	b.consent(t, father)
	old := reporting()
	old.ID = "r-0"
	for _, r := range []representative.ChildReport{old, reporting()} {
		_, err := b.Report(t.Context(), form, r)
		require.NoError(t, err)
	}
	d := removing()
	d.ID, d.Report = "d-0", "r-0"
	_, err := b.Remove(t.Context(), staff, d)
	require.NoError(t, err)
	return b
}

// acts are all commands, by the last part of their action.
func acts() map[string]func(context.Context, bench) (representative.Fact, error) {
	return map[string]func(context.Context, bench) (representative.Fact, error){
		"appoint": func(ctx context.Context, b bench) (representative.Fact, error) {
			return b.Appoint(ctx, staff, appointing(mother))
		},
		"order": func(ctx context.Context, b bench) (representative.Fact, error) {
			return b.Order(ctx, staff, barring(mother))
		},
		"emancipate": func(ctx context.Context, b bench) (representative.Fact, error) {
			return b.Emancipate(ctx, staff, emancipating())
		},
		"end": func(ctx context.Context, b bench) (representative.Fact, error) { return b.End(ctx, staff, ending()) },
		"shield": func(ctx context.Context, b bench) (representative.Fact, error) {
			return b.Shield(ctx, staff, shielding())
		},
		"consent": func(ctx context.Context, b bench) (representative.Fact, error) {
			return b.Consent(ctx, mother, consenting(mother))
		},
		"withdraw": func(ctx context.Context, b bench) (representative.Fact, error) {
			return b.Withdraw(ctx, father, withdrawing())
		},
		"report": func(ctx context.Context, b bench) (representative.Fact, error) {
			r := reporting()
			r.ID = "r-2"
			return b.Report(ctx, form, r)
		},
		"unfreeze": func(ctx context.Context, b bench) (representative.Fact, error) {
			return b.Unfreeze(ctx, staff, releasing(representative.Covered))
		},
		"remove": func(ctx context.Context, b bench) (representative.Fact, error) {
			return b.Remove(ctx, staff, removing())
		},
		"answer": func(ctx context.Context, b bench) (representative.Fact, error) {
			r := replying()
			r.Report = "r-0"
			return b.Answer(ctx, staff, r)
		},
	}
}

func TestTheSameActTwiceIsOne(t *testing.T) {
	for name, act := range acts() {
		t.Run(name, func(t *testing.T) {
			b := busy(t)
			before := len(b.Logged(t, practice, "consent.representative."+name))
			once, err := act(t.Context(), b)
			require.NoError(t, err)
			require.Equal(t, noon, once.Recorded)
			require.Equal(t, []representative.Fact{once}, b.facts(t)[len(b.facts(t))-1:])
			entries := b.Logged(t, practice)
			require.Len(t, b.Logged(t, practice, "consent.representative."+name), before+1)
			b.set(t, date(2026, 3, 3), 9, 0)
			again, err := act(t.Context(), b)
			require.NoError(t, err)
			require.Empty(t, cmp.Diff(once, again))
			require.Empty(t, cmp.Diff(entries, b.Logged(t, practice)))
		})
	}
}

func TestAnIdUsedForAnotherActIsAConflict(t *testing.T) {
	appoint := func(change func(*representative.Appointment)) func(context.Context, bench) (representative.Fact, error) {
		return func(ctx context.Context, b bench) (representative.Fact, error) {
			a := appointing(father)
			change(&a)
			return b.Appoint(ctx, staff, a)
		}
	}
	for name, act := range map[string]func(context.Context, bench) (representative.Fact, error){
		"another patient":  appoint(func(a *representative.Appointment) { a.Patient = "p-205" }),
		"another person":   appoint(func(a *representative.Appointment) { a.Person = "mother" }),
		"another basis":    appoint(func(a *representative.Appointment) { a.Basis = representative.Court }),
		"fewer acts":       appoint(func(a *representative.Appointment) { a.Acts = a.Acts[:1] }),
		"another first":    appoint(func(a *representative.Appointment) { a.From = date(2021, 1, 1) }),
		"another last":     appoint(func(a *representative.Appointment) { a.Until = date(2027, 1, 1) }),
		"another document": appoint(func(a *representative.Appointment) { a.Proof.Document = "scan-89" }),
		"another time":     appoint(func(a *representative.Appointment) { a.At = noon.Add(-time.Hour) }),
		"an order": func(ctx context.Context, b bench) (representative.Fact, error) {
			o := barring(father)
			o.ID = "a father"
			return b.Order(ctx, staff, o)
		},
		"another actor": func(ctx context.Context, b bench) (representative.Fact, error) {
			return b.Appoint(ctx, audit.Actor{Kind: audit.Staff, ID: "u-18"}, appointing(father))
		},
		"other words": func(ctx context.Context, b bench) (representative.Fact, error) {
			c := consenting(father)
			c.Wording += "!"
			return b.Consent(ctx, father, c)
		},
		"another report": func(ctx context.Context, b bench) (representative.Fact, error) {
			d := removing()
			d.ID = "d-0"
			return b.Remove(ctx, staff, d)
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := busy(t)
			before := b.facts(t)
			f, err := act(t.Context(), b)
			require.ErrorIs(t, err, representative.ErrConflict)
			require.Zero(t, f)
			require.Empty(t, cmp.Diff(before, b.facts(t)))
		})
	}
}

func TestRefusalsAreRecordedAndChangeNothing(t *testing.T) {
	appoint := func(spoil func(*representative.Appointment)) func(context.Context, bench) error {
		return func(ctx context.Context, b bench) error {
			a := appointing(mother)
			spoil(&a)
			_, err := b.Appoint(ctx, staff, a)
			return err
		}
	}
	end := func(spoil func(*representative.Ending)) func(context.Context, bench) error {
		return func(ctx context.Context, b bench) error {
			e := ending()
			spoil(&e)
			_, err := b.End(ctx, staff, e)
			return err
		}
	}
	shield := func(spoil func(*representative.Shield)) func(context.Context, bench) error {
		return func(ctx context.Context, b bench) error {
			s := shielding()
			spoil(&s)
			_, err := b.Shield(ctx, staff, s)
			return err
		}
	}
	release := func(spoil func(*representative.Release)) func(context.Context, bench) error {
		return func(ctx context.Context, b bench) error {
			r := releasing(representative.Mistaken)
			spoil(&r)
			_, err := b.Unfreeze(ctx, staff, r)
			return err
		}
	}
	reply := func(spoil func(*representative.Reply)) func(context.Context, bench) error {
		return func(ctx context.Context, b bench) error {
			r := replying()
			r.Report = "r-0"
			spoil(&r)
			_, err := b.Answer(ctx, staff, r)
			return err
		}
	}
	for name, c := range map[string]struct {
		act  func(context.Context, bench) error
		err  error
		says string
	}{
		"nobody":                  {appoint(func(a *representative.Appointment) { a.Person = " " }), representative.ErrInvalid, "nobody is named"},
		"no patient":              {appoint(func(a *representative.Appointment) { a.Patient = "" }), representative.ErrInvalid, "the patient is empty"},
		"a basis of shields":      {appoint(func(a *representative.Appointment) { a.Basis = representative.Lawful }), representative.ErrInvalid, "the basis"},
		"no acts":                 {appoint(func(a *representative.Appointment) { a.Acts = nil }), representative.ErrInvalid, "the acts that it covers"},
		"an unknown act":          {appoint(func(a *representative.Appointment) { a.Acts = []representative.Act{"sell"} }), representative.ErrInvalid, "each once"},
		"an act twice":            {appoint(func(a *representative.Appointment) { a.Acts = append(a.Acts, representative.See) }), representative.ErrInvalid, "each once"},
		"no first day":            {appoint(func(a *representative.Appointment) { a.From = representative.Date{} }), representative.ErrInvalid, "the first day is missing"},
		"no day":                  {appoint(func(a *representative.Appointment) { a.From.Day = 32 }), representative.ErrInvalid, "none of the calendar"},
		"the last first":          {appoint(func(a *representative.Appointment) { a.Until = date(2019, 12, 31) }), representative.ErrInvalid, "before its first"},
		"the future":              {appoint(func(a *representative.Appointment) { a.At = noon.Add(2 * time.Minute) }), representative.ErrInvalid, "future"},
		"a long id":               {appoint(func(a *representative.Appointment) { a.ID = strings.Repeat("x", 65) }), representative.ErrInvalid, "the id is longer"},
		"ends nothing":            {end(func(e *representative.Ending) { e.About = "a mother" }), representative.ErrUnknown, "no such fact"},
		"ends a report":           {end(func(e *representative.Ending) { e.About = "r-1" }), representative.ErrUnknown, "no such fact"},
		"ends for nought":         {end(func(e *representative.Ending) { e.Reason = "" }), representative.ErrEvidence, "and why"},
		"shields nothing":         {shield(func(s *representative.Shield) { s.Episode = "" }), representative.ErrInvalid, "the episode"},
		"shields for nought":      {shield(func(s *representative.Shield) { s.Basis = representative.Parent }), representative.ErrInvalid, "one of the bases"},
		"no finding":              {release(func(r *representative.Release) { r.Finding = "" }), representative.ErrInvalid, "covered or mistaken"},
		"no report":               {release(func(r *representative.Release) { r.Report = "r-9" }), representative.ErrUnknown, "no such fact"},
		"no report, but":          {release(func(r *representative.Release) { r.Report = "a father" }), representative.ErrUnknown, "no such fact"},
		"decided before":          {release(func(r *representative.Release) { r.Report = "r-0" }), representative.ErrDecided, "decided before"},
		"an empty answer":         {reply(func(r *representative.Reply) { r.Message = " " }), representative.ErrEvidence, "what was answered"},
		"answers nothing":         {reply(func(r *representative.Reply) { r.Report = "a father" }), representative.ErrUnknown, "no such fact"},
		"answers what is unknown": {reply(func(r *representative.Reply) { r.Report = "r-9" }), representative.ErrUnknown, "no such fact"},
		"answers too early":       {reply(func(r *representative.Reply) { r.Report = "r-1" }), representative.ErrUndecided, "unfreeze or remove"},
	} {
		t.Run(name, func(t *testing.T) {
			b := busy(t)
			before := b.facts(t)
			err := c.act(t.Context(), b)
			require.ErrorIs(t, err, c.err)
			require.ErrorContains(t, err, c.says)
			for _, secret := range []string{patient, "mother", "Ana", "example.com"} {
				require.NotContains(t, err.Error(), secret)
			}
			require.Empty(t, cmp.Diff(before, b.facts(t)))
			var refused []string
			for _, e := range b.Logged(t, practice) {
				if e.Outcome == audit.Refused {
					refused = append(refused, e.Reason)
				}
			}
			require.Equal(t, []string{err.Error()}, refused)
		})
	}

	b := onMemory(t)
	_, err := b.Report(t.Context(), audit.Actor{}, reporting())
	require.ErrorIs(t, err, representative.ErrInvalid)
	_, err = b.History(t.Context(), audit.Actor{}, key)
	require.ErrorIs(t, err, representative.ErrInvalid)
	_, err = b.May(t.Context(), key, representative.Question{})
	require.ErrorIs(t, err, representative.ErrInvalid)
	nowhere := reporting()
	nowhere.Practice = ""
	_, err = b.Report(t.Context(), form, nowhere)
	require.ErrorIs(t, err, representative.ErrInvalid)
	require.Empty(t, b.Logged(t, practice), "without an actor or a practice there is no entry either")
	_, err = b.History(t.Context(), staff, representative.Key{Practice: practice})
	require.ErrorIs(t, err, representative.ErrInvalid)
	b.refused(t, "consent.representative.read", err.Error())
	_, err = b.May(t.Context(), representative.Key{Practice: practice}, representative.Question{Person: mother, Act: representative.See})
	require.ErrorIs(t, err, representative.ErrInvalid)
	b.refused(t, "consent.representative.may", err.Error())
}

// What differs in one thing alone is another act.
func TestOneDifferenceIsAConflict(t *testing.T) {
	order, consent, shield, end, release := barring(mother), consenting(mother), shielding(), ending(), releasing(representative.Mistaken)
	for name, act := range map[string]func(b bench, first bool) error{
		"whom it bars": func(b bench, first bool) error {
			order.Bars = first
			_, err := b.Order(t.Context(), staff, order)
			return err
		},
		"how it was verified": func(b bench, first bool) error {
			if consent.Method = representative.SignedForm; !first {
				consent.Method = representative.Call
			}
			_, err := b.Consent(t.Context(), mother, consent)
			return err
		},
		"the care": func(b bench, first bool) error {
			if !first {
				shield.Episode = "visit-10"
			}
			_, err := b.Shield(t.Context(), staff, shield)
			return err
		},
		"what it ends": func(b bench, first bool) error {
			if !first {
				end.About = "another"
			}
			_, err := b.End(t.Context(), staff, end)
			return err
		},
		"why": func(b bench, first bool) error {
			if release.Reason = "It was her father."; !first {
				release.Reason = "It was her aunt."
			}
			_, err := b.Unfreeze(t.Context(), staff, release)
			return err
		},
		"the finding": func(b bench, first bool) error {
			covered := releasing(representative.Mistaken)
			if !first {
				covered.Finding = representative.Covered
			}
			_, err := b.Unfreeze(t.Context(), staff, covered)
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := busy(t)
			require.NoError(t, act(b, true))
			require.ErrorIs(t, act(b, false), representative.ErrConflict)
		})
	}
}

func TestADatedActTwiceIsOne(t *testing.T) {
	b := onMemory(t)
	a := appointing(mother)
	a.At = noon.Add(-time.Hour)
	for range 2 {
		b.appoint(t, a)
	}
	require.Len(t, b.facts(t), 1)
}

func TestOrdersAndEmancipationsCanEnd(t *testing.T) {
	b := onMemory(t)
	_, err := b.Order(t.Context(), staff, barring(mother))
	require.NoError(t, err)
	made := emancipating()
	made.From = date(2026, 1, 1)
	_, err = b.Emancipate(t.Context(), staff, made)
	require.NoError(t, err)
	b.allows(t, child, representative.See, ten)
	for _, id := range []string{"o mother", "m-1"} {
		e := ending()
		e.ID, e.About = "", id
		_, err := b.End(t.Context(), staff, e)
		require.NoError(t, err)
	}
	b.refuses(t, child, representative.See, ten, "appoint")
	b.refuses(t, mother, representative.See, ten, "appoint")
}

func TestAnEndedAppointmentIsNotEndedAgain(t *testing.T) {
	b := busy(t)
	_, err := b.End(t.Context(), staff, ending())
	require.NoError(t, err)
	again := ending()
	again.ID = ""
	_, err = b.End(t.Context(), staff, again)
	require.ErrorIs(t, err, representative.ErrUnknown)
}

func TestReadsAndRefusedActsAreRecorded(t *testing.T) {
	b := onMemory(t)
	b.appoint(t, appointing(mother))
	b.allows(t, mother, representative.See, seven)
	require.Empty(t, b.Logged(t, practice, "consent.representative.may"), "what is allowed the caller records")
	b.refuses(t, father, representative.See, seven, "appoint")
	entries := b.Logged(t, practice, "consent.representative.may")
	require.Len(t, entries, 1)
	require.Equal(t, father, entries[0].Actor)
	require.Equal(t, patient, entries[0].Patient)
	require.Equal(t, "see", entries[0].Details["acts"])
	_, err := b.History(t.Context(), staff, key)
	require.NoError(t, err)
	require.Len(t, b.Logged(t, practice, "consent.representative.read"), 1)
}

func TestOpenReportsAreFoundOldestFirstAndTheReadIsRecordedForEachChild(t *testing.T) {
	b := busy(t) // of its two reports one was decided, and none was answered
	b.set(t, date(2026, 3, 3), 9, 0)
	for _, id := range []string{"r-a", "r-b"} {
		r := reporting()
		r.ID, r.Patient = id, "p-of-"+id
		_, err := b.Report(t.Context(), form, r)
		require.NoError(t, err)
	}
	b.set(t, date(2026, 3, 4), 9, 0)
	late := reporting()
	late.ID = "r-2"
	_, err := b.Report(t.Context(), form, late)
	require.NoError(t, err)
	answered := replying()
	answered.Report = "r-0"
	_, err = b.Answer(t.Context(), staff, answered)
	require.NoError(t, err)

	open, err := b.Open(t.Context(), staff, practice, chicago(t))
	require.NoError(t, err)
	var ids []string
	for _, r := range open {
		ids = append(ids, r.Fact.ID)
	}
	require.Equal(t, []string{"r-1", "r-a", "r-b", "r-2"}, ids)
	var children []string
	for _, e := range b.Logged(t, practice, "consent.representative.read") {
		children = append(children, e.Patient)
	}
	require.ElementsMatch(t, []string{patient, "p-of-r-a", "p-of-r-b"}, children)

	none, err := b.Open(t.Context(), staff, "oak-street", nil)
	require.NoError(t, err)
	require.Empty(t, none)
	_, err = b.Open(t.Context(), audit.Actor{}, practice, nil)
	require.ErrorIs(t, err, representative.ErrInvalid)
	_, err = b.Open(t.Context(), staff, "", nil)
	require.ErrorIs(t, err, representative.ErrInvalid)
}

func TestWhatIsLeftOfOneChildHidesNoReport(t *testing.T) {
	onBoth(t, func(t *testing.T, open func(testing.TB) bench) {
		b := open(t)
		for _, id := range []string{"r-a", "r-b"} {
			r := reporting()
			r.ID, r.Patient = id, "p-of-"+id
			_, err := b.Report(t.Context(), form, r)
			require.NoError(t, err)
		}
		require.NoError(t, b.Keys.Shred(t.Context(), crypto.Subject{Practice: practice, Patient: "p-of-r-a", Class: crypto.Evidence}))
		left, err := b.Open(t.Context(), staff, practice, nil)
		require.NoError(t, err)
		require.NotEmpty(t, left)
		require.Equal(t, "r-b", left[len(left)-1].Fact.ID)
	})
}

func TestWhatCannotBeRecordedIsNotAnswered(t *testing.T) {
	b := busy(t)
	s, err := representative.New(b.store, stage.Full(t), nil)
	require.NoError(t, err)
	facts, err := s.History(t.Context(), staff, key)
	require.ErrorIs(t, err, stage.ErrFull)
	require.Empty(t, facts)
	a, err := s.May(t.Context(), key, representative.Question{Person: mother, Act: representative.See, Born: seven, State: texas})
	require.ErrorIs(t, err, stage.ErrFull)
	require.Zero(t, a)
	open, err := s.Open(t.Context(), staff, practice, nil)
	require.ErrorIs(t, err, stage.ErrFull)
	require.Empty(t, open)
}

// What was decided is open until whoever reported got the answer, which may be in words alone.
func TestADecidedReportIsOpenUntilItIsAnswered(t *testing.T) {
	b := busy(t)
	open := func() (ids []string) {
		found, err := b.Open(t.Context(), staff, practice, nil)
		require.NoError(t, err)
		for _, r := range found {
			require.Zero(t, r.Answered)
			ids = append(ids, r.Fact.ID)
		}
		return ids
	}
	require.Equal(t, []string{"r-0", "r-1"}, open())
	told := replying()
	told.Report, told.Message, told.Words = "r-0", "", "We have deleted it."
	_, err := b.Answer(t.Context(), staff, told)
	require.NoError(t, err)
	require.Equal(t, []string{"r-1"}, open())
}

// crowded is a store in which somebody has always written since a ledger was read.
type crowded struct{ representative.Store }

func (s crowded) Apply(ctx context.Context, c representative.Change) (bool, error) {
	if c.Seen != representative.Any {
		return false, stage.ErrFull
	}
	return s.Store.Apply(ctx, c)
}

func TestWhatProtectsAChildWaitsForNobodyAndNoClock(t *testing.T) {
	b := busy(t)
	s := b.WithStore(crowded{b.store})
	ahead, report := withdrawing(), reporting()
	ahead.At, report.ID, report.At = noon.Add(time.Hour), "r-2", noon.Add(time.Hour)
	_, err := s.Withdraw(t.Context(), father, ahead)
	require.NoError(t, err)
	_, err = s.Report(t.Context(), form, report)
	require.NoError(t, err)
	_, err = s.Appoint(t.Context(), staff, appointing(mother))
	require.ErrorIs(t, err, stage.ErrFull)
}

// A process whose clock is ahead dates a consent ahead. The parent who took it back after that is heard.
func TestPromise_M8_1_AWithdrawalEndsWhatAClockThatIsAheadRecordedBeforeIt(t *testing.T) {
	onBoth(t, func(t *testing.T, open func(testing.TB) bench) {
		for name, c := range map[string]struct {
			ahead, until, ago time.Duration // how far the clock was ahead, how long after it was taken back, how late that was told
			allowed           bool
		}{
			"refuses_by_minutes":                    {ahead: 5 * time.Minute, until: 2 * time.Minute},
			"refuses_by_hours":                      {ahead: 5 * time.Hour, until: 2 * time.Minute},
			"refuses_when_the_clock_is_right_again": {ahead: 5 * time.Minute, until: 12 * time.Minute, ago: 10 * time.Minute},
			"refuses_within_an_hour":                {until: 50 * time.Minute, ago: time.Hour},
			"keeps_what_was_given_after_it":         {until: 50 * time.Minute, ago: time.Hour + time.Microsecond, allowed: true},
		} {
			t.Run(name, func(t *testing.T) {
				b := open(t)
				b.Clock.Set(noon.Add(c.ahead))
				b.consent(t, mother)
				b.appoint(t, appointing(father)) // something else in the ledger
				b.Clock.Set(noon.Add(c.until))
				w := withdrawing()
				w.At = b.Clock.Now().Add(-c.ago)
				_, err := b.Withdraw(t.Context(), father, w)
				require.NoError(t, err)
				require.Equal(t, c.allowed, b.may(t, child, representative.Enter, ten).Allowed)
			})
		}
	})
}

func TestAConsentByMailNeedsItsConfirmation(t *testing.T) {
	b := onMemory(t)
	c := consenting(mother)
	c.Method = representative.EmailPlus
	_, err := b.Consent(t.Context(), mother, c)
	require.ErrorIs(t, err, representative.ErrEvidence)
	c.Confirmation = "mail-3"
	_, err = b.Consent(t.Context(), mother, c)
	require.NoError(t, err)
	nobody := consenting(mother)
	nobody.ID, nobody.Parent = "c-2", " "
	_, err = b.Consent(t.Context(), mother, nobody)
	require.ErrorIs(t, err, representative.ErrInvalid)
}

func TestAnEntrySaysWhetherAnOrderBars(t *testing.T) {
	b := onMemory(t)
	permits := barring(mother)
	permits.ID, permits.Bars = "o-2", false
	for _, o := range []representative.Order{barring(mother), permits} {
		_, err := b.Order(t.Context(), staff, o)
		require.NoError(t, err)
	}
	said := map[string]string{}
	for _, e := range b.Logged(t, practice, "consent.representative.order") {
		said[e.Details["fact"]] = e.Details["bars"]
	}
	require.Equal(t, map[string]string{"o mother": "true", "o-2": ""}, said)
}

func TestOfTwoWhoDecideAtOnceOneIsRefused(t *testing.T) {
	b := busy(t)
	var group sync.WaitGroup
	failed := make(chan error, 8)
	for range 8 {
		group.Go(func() {
			d := removing()
			d.ID = ""
			_, err := b.Remove(t.Context(), staff, d)
			failed <- err
		})
	}
	group.Wait()
	close(failed)
	decided := 0
	for err := range failed {
		if err == nil {
			decided++
			continue
		}
		require.ErrorIs(t, err, representative.ErrDecided)
	}
	require.Equal(t, 1, decided)
}

// broken is a store of which ledgers, or lists, cannot be read.
type broken struct {
	representative.Store
	ledgers, lists error
}

func (s broken) Ledger(ctx context.Context, k representative.Key) ([]representative.Fact, error) {
	if s.ledgers != nil {
		return nil, s.ledgers
	}
	return s.Store.Ledger(ctx, k)
}

func (s broken) Facts(ctx context.Context, q representative.Query) (representative.Page, error) {
	if s.lists != nil {
		return representative.Page{}, s.lists
	}
	return s.Store.Facts(ctx, q)
}

// What cannot be read is neither nothing nor a refusal.
func TestWhatCannotBeReadIsNotAnswered(t *testing.T) {
	b := busy(t)
	before := b.Logged(t, practice)
	ledgers, lists := b.WithStore(broken{b.store, stage.ErrFull, nil}), b.WithStore(broken{b.store, nil, stage.ErrFull})
	_, err := ledgers.May(t.Context(), key, representative.Question{Person: staff, Act: representative.Enter, Born: seven, State: texas})
	require.ErrorIs(t, err, stage.ErrFull)
	_, err = ledgers.History(t.Context(), staff, key)
	require.ErrorIs(t, err, stage.ErrFull)
	for _, s := range []*representative.Service{ledgers, lists} {
		_, err = s.Open(t.Context(), staff, practice, nil)
		require.ErrorIs(t, err, stage.ErrFull)
	}
	require.Empty(t, cmp.Diff(before, b.Logged(t, practice)))
}

// behind is a store that shows an older ledger the first time it is read.
type behind struct {
	representative.Store
	once *sync.Once
}

func (b behind) Ledger(ctx context.Context, k representative.Key) ([]representative.Fact, error) {
	facts, err := b.Store.Ledger(ctx, k)
	b.once.Do(func() { facts = facts[:0] })
	return facts, err
}

func TestWhoDecidedOnAnOlderLedgerDecidesAnew(t *testing.T) {
	b := busy(t)
	s := b.WithStore(behind{b.store, &sync.Once{}})
	f, err := s.Appoint(t.Context(), staff, appointing(mother))
	require.NoError(t, err)
	require.Equal(t, "a mother", f.ID)
	b.allows(t, mother, representative.See, seven)
}

func TestAClockThatIsBehindNeverPutsAnActBeforeAnother(t *testing.T) {
	b := busy(t)
	b.set(t, date(2026, 3, 2), 11, 0)
	f, err := b.Withdraw(t.Context(), father, withdrawing())
	require.NoError(t, err)
	require.Equal(t, noon, f.Recorded)
	b.refuses(t, child, representative.Use, ten, "frozen")
}
