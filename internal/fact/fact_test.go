package fact_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/internal/fact"
)

var (
	noon = time.Date(2026, 3, 2, 18, 0, 0, 0, time.UTC)

	errStale    = errors.New("stale")
	errConflict = errors.New("conflict")
	errDown     = errors.New("the store is down")
	errNo       = errors.New("no")
	errFuture   = errors.New("the future")
)

type line struct {
	ID, Ledger, Says string
	At, Recorded     time.Time
}

func head(l *line) fact.Head { return fact.Head{ID: &l.ID, At: &l.At, Recorded: &l.Recorded} }

func (l line) repeats(old line, dated bool) bool {
	return l.Ledger == old.Ledger && l.Says == old.Says && (!dated || l.At.Equal(old.At))
}

// book is the ledgers of a test.
type book struct {
	lines   []line
	refused []string
	beside  func(b *book) // happens once between the reading and the writing
	read    func() error
	decide  func(l *line, ledger []line) error
	future  error
	broken  error // what every writing fails with
}

func (b *book) ledger(name string) []line {
	return slices.DeleteFunc(slices.Clone(b.lines), func(l line) bool { return l.Ledger != name })
}

func (b *book) append(l line) (fact.Appended[line], error) {
	return fact.Append(&l, fact.Act[line]{
		Name: "book: write", Now: func() time.Time { return noon.In(time.FixedZone("", 3600)).Add(7) }, NewID: func() string { return "new" },
		Head: head, Repeats: line.repeats, Stale: errStale, Conflict: errConflict, Future: b.future,
		Admit: func() error {
			if l.Says == "nothing" {
				return errNo
			}
			return nil
		},
		Ledger: func() ([]line, error) {
			if b.read != nil {
				return nil, b.read()
			}
			return b.ledger(l.Ledger), nil
		},
		Decide: func(ledger []line) error {
			if b.decide == nil {
				return nil
			}
			return b.decide(&l, ledger)
		},
		Write: func(seen int) (bool, error) {
			if b.broken != nil {
				return false, b.broken
			}
			if beside := b.beside; beside != nil {
				b.beside = nil
				beside(b)
			}
			if slices.ContainsFunc(b.lines, func(old line) bool { return old.ID == l.ID }) {
				return false, nil
			}
			if len(b.ledger(l.Ledger)) != seen {
				return false, errStale
			}
			b.lines = append(b.lines, l)
			return true, nil
		},
		Refuse: func(cause error) error {
			b.refused = append(b.refused, cause.Error())
			return cause
		},
	})
}

func TestAFactIsWrittenAndReturned(t *testing.T) {
	b := &book{}
	done, err := b.append(line{Ledger: "a", Says: "yes"})
	require.NoError(t, err)
	require.Equal(t, fact.Appended[line]{Fact: line{"new", "a", "yes", noon, noon}, New: true}, done)
	require.Equal(t, []line{done.Fact}, b.lines)

	next, err := b.append(line{ID: "2", Ledger: "a", At: noon.Add(-time.Hour).In(time.Local)})
	require.NoError(t, err)
	require.Equal(t, []line{done.Fact}, next.Before)
	require.Equal(t, noon.Add(-time.Hour), next.Fact.At)
}

func TestARepeatedActIsWrittenOnce(t *testing.T) {
	b := &book{}
	first, err := b.append(line{ID: "1", Ledger: "a", Says: "yes", At: noon.Add(-time.Minute)})
	require.NoError(t, err)
	for _, at := range []time.Time{{}, noon.Add(-time.Minute)} {
		again, err := b.append(line{ID: "1", Ledger: "a", Says: "yes", At: at})
		require.NoError(t, err)
		require.Equal(t, fact.Appended[line]{Fact: first.Fact, Before: b.lines}, again)
	}
	require.Len(t, b.lines, 1)
	for _, other := range []line{{ID: "1", Ledger: "a", Says: "no"}, {ID: "1", Ledger: "a", Says: "yes", At: noon}, {ID: "1", Ledger: "b", Says: "yes"}} {
		_, err := b.append(other)
		require.ErrorIs(t, err, errConflict)
	}
	require.Equal(t, []string{"conflict", "conflict", "conflict"}, b.refused)
}

func TestWhatHappensBesideIsDecidedOnAgain(t *testing.T) {
	for name, c := range map[string]struct {
		beside  line
		seen    []int
		new     bool
		refused []string
	}{
		"another fact":             {line{ID: "2", Ledger: "a", Recorded: noon.Add(time.Hour)}, []int{0, 1}, true, nil},
		"the same":                 {line{ID: "1", Ledger: "a", Says: "yes"}, []int{0}, false, nil},
		"the id, with other words": {line{ID: "1", Ledger: "a", Says: "no"}, []int{0}, false, []string{"conflict"}},
		"the id, elsewhere":        {line{ID: "1", Ledger: "b", Says: "yes"}, []int{0}, false, []string{"conflict"}},
		"another ledger's fact":    {line{ID: "2", Ledger: "b"}, []int{0}, true, nil},
	} {
		t.Run(name, func(t *testing.T) {
			b := &book{beside: func(b *book) { b.lines = append(b.lines, c.beside) }}
			var seen []int
			b.decide = func(_ *line, ledger []line) error {
				seen = append(seen, len(ledger))
				return nil
			}
			done, err := b.append(line{ID: "1", Ledger: "a", Says: "yes"})
			require.Equal(t, c.refused == nil, err == nil)
			require.Equal(t, c.seen, seen)
			require.Equal(t, c.refused, b.refused)
			require.Equal(t, c.new, done.New)
			if len(seen) == 2 {
				require.Equal(t, noon.Add(time.Hour), done.Fact.Recorded, "the recorded time never runs backwards")
				require.Equal(t, done.Fact.Recorded, done.Fact.At)
			}
		})
	}
}

// Where facts claim no time, the one they have is when they are recorded.
func TestAFactThatClaimsNoTime(t *testing.T) {
	early := []line{{ID: "1", Recorded: noon.Add(time.Hour)}}
	for _, ledger := range [][]line{nil, early} {
		l := line{ID: "2"}
		done, err := fact.Append(&l, fact.Act[line]{
			Now:     func() time.Time { return noon },
			Head:    func(l *line) fact.Head { return fact.Head{ID: &l.ID, At: &l.Recorded, Recorded: &l.Recorded} },
			Admit:   func() error { return nil },
			Ledger:  func() ([]line, error) { return ledger, nil },
			Decide:  func([]line) error { return nil },
			Write:   func(int) (bool, error) { return true, nil },
			Repeats: line.repeats, Stale: errStale,
		})
		require.NoError(t, err)
		require.Equal(t, noon.Add(time.Duration(len(ledger))*time.Hour), done.Fact.Recorded)
		require.Zero(t, done.Fact.At)
	}
}

func TestARefusalIsRecordedAndAFailureIsNot(t *testing.T) {
	b := &book{decide: func(*line, []line) error { return errConflict }, future: errFuture}
	for _, c := range []struct {
		line line
		err  error
	}{
		{line{Says: "nothing", At: noon.Add(time.Hour)}, errNo},
		{line{At: noon.Add(fact.Leeway + time.Microsecond)}, errFuture},
		{line{At: noon.Add(fact.Leeway)}, errConflict},
		{line{}, errConflict},
	} {
		done, err := b.append(c.line)
		require.Equal(t, c.err, err)
		require.Zero(t, done)
	}
	b.future = nil
	_, err := b.append(line{At: noon.Add(time.Hour)})
	require.Equal(t, errConflict, err)
	require.Len(t, b.refused, 5)
	b.decide, b.broken = nil, errDown
	_, err = b.append(line{})
	require.EqualError(t, err, "book: write: the store is down")
	b.read = func() error { return errDown }
	_, err = b.append(line{})
	require.ErrorIs(t, err, errDown)
	require.EqualError(t, err, "book: write: the store is down")
	require.Len(t, b.refused, 5)
	require.Empty(t, b.lines)
}

func TestAheadAllowsForClocksThatDiffer(t *testing.T) {
	require.False(t, fact.Ahead(noon.Add(fact.Leeway), noon))
	require.True(t, fact.Ahead(noon.Add(fact.Leeway+1), noon))
}
