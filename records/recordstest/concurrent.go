package recordstest

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/enamel-go/enamel/records"
)

func cancelled(ctx context.Context, h Harness) error {
	if h.OneConnection {
		return nil
	}
	if err := apply(ctx, h.Store, save(patient("p"), 1), book(appointment("a"), 2)); err != nil {
		return err
	}
	gone, cancel := context.WithCancel(ctx)
	cancel()
	for _, c := range []records.Change{save(patient("q"), 3), book(appointment("b"), 4)} {
		if _, err := h.Store.Apply(gone, c); !errors.Is(err, context.Canceled) {
			return fmt.Errorf("error %v, not context.Canceled", err)
		}
	}
	if err := h.Store.Planned(gone, appointment("a").Key(), appointment("a").Version); !errors.Is(err, context.Canceled) {
		return fmt.Errorf("error %v, not context.Canceled", err)
	}
	for _, id := range []string{"q", "b"} {
		if err := lacks(ctx, h.Store, records.Key{Practice: practice, ID: id}); err != nil {
			return err
		}
	}
	if err := reports(ctx, h.Store, "a"); err != nil {
		return err
	}
	return logged(ctx, h, 2)
}

func concurrent(ctx context.Context, h Harness) error {
	if h.OneConnection {
		return nil
	}
	if err := apply(ctx, h.Store, save(patient("p"), 0)); err != nil {
		return err
	}
	const writers, each = 4, 8
	var group sync.WaitGroup
	failed := make(chan error, 2*writers*each)
	for w := range writers {
		group.Go(func() {
			for i := range each {
				n := 1 + 2*(w*each+i)
				failed <- apply(ctx, h.Store, save(patient(fmt.Sprint(n)), n), book(appointment(fmt.Sprint(n)), n+1))
			}
		})
	}
	group.Wait()
	close(failed)
	for err := range failed {
		if err != nil {
			return err
		}
	}
	got, err := h.Store.Appointments(ctx, everything(practice))
	if err != nil || len(got) != writers*each {
		return fmt.Errorf("%d appointments, not %d, error %v", len(got), writers*each, err)
	}
	return logged(ctx, h, 1+2*writers*each)
}

func concurrentSaves(ctx context.Context, h Harness) error {
	if h.OneConnection {
		return nil
	}
	for _, revision := range []int{1, 2} {
		const writers = 8
		var group sync.WaitGroup
		results := make(chan error, writers)
		for w := range writers {
			group.Go(func() {
				p := patient("p")
				p.Revision, p.Email = revision, fmt.Sprintf("writer-%d@example.com", w)
				results <- apply(ctx, h.Store, save(p, 100*revision+w))
			})
		}
		group.Wait()
		close(results)
		won := 0
		for err := range results {
			switch {
			case err == nil:
				won++
			case !errors.Is(err, records.ErrStale):
				return err
			}
		}
		if won != 1 {
			return fmt.Errorf("%d saves made revision %d", won, revision)
		}
		if err := logged(ctx, h, revision); err != nil {
			return err
		}
	}
	return nil
}

// bookingsBesideReissues lets a patient's appointment be booked, the number be changed and changes be read, all at
// once.
// A reader who saw the appointment with the number that was replaced must find that the version it saw is out of date.
func bookingsBesideReissues(ctx context.Context, h Harness) error {
	if h.OneConnection {
		return nil
	}
	for round := range 20 {
		id := fmt.Sprint("p", round)
		p, a := patient(id), appointment(id)
		a.Patient, a.Start = id, start.AddDate(1, 0, 0)
		if err := apply(ctx, h.Store, save(p, 3*round)); err != nil {
			return err
		}
		next := p.Clone()
		next.Revision, next.Phones[0].Number = 2, "+12125550199"
		reissues := save(next, 3*round+1)
		reissues.Reissue = &records.Reissue{Version: "reissued", At: start}
		var writers, readers sync.WaitGroup
		var errs [3]error
		written, old := make(chan struct{}), map[string]bool{}
		writers.Go(func() { errs[0] = apply(ctx, h.Store, reissues) })
		writers.Go(func() { errs[1] = apply(ctx, h.Store, book(a, 3*round+2)) })
		readers.Go(func() {
			for ended := false; !ended && errs[2] == nil; {
				select {
				case <-written:
					ended = true // after one more look
				default:
				}
				var got []records.Appointed
				got, errs[2] = h.Store.Changed(ctx, 1000)
				for _, g := range got {
					if g.Patient.ID == id && g.Patient.Number() != next.Number() {
						old[g.Appointment.Version] = true
					}
				}
			}
		})
		writers.Wait()
		close(written)
		readers.Wait()
		if err := errors.Join(errs[:]...); err != nil {
			return err
		}
		kept, err := h.Store.Appointment(ctx, a.Key())
		if err != nil {
			return err
		}
		if old[kept.Version] {
			return errors.New("an appointment that was read with a number that was replaced is still in that version")
		}
		if err := h.Store.Planned(ctx, a.Key(), kept.Version); err != nil {
			return err
		}
	}
	return nil
}
