package representative_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/consent/representative"
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

func TestAClockThatIsBehindNeverPutsAnActBeforeAnother(t *testing.T) {
	b := busy(t)
	b.set(t, date(2026, 3, 2), 11, 0)
	f, err := b.Withdraw(t.Context(), father, withdrawing())
	require.NoError(t, err)
	require.Equal(t, noon, f.Recorded)
	b.refuses(t, child, representative.Use, ten, "frozen")
}
