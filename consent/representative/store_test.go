package representative_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/consent/representative"
	"github.com/enamel-go/enamel/internal/stage"
)

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
