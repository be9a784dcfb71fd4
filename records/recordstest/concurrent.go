package recordstest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

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

// bookingsBesideRecalls lets appointments be booked, a patient's number be changed and changes be read, all at once. A
// reader who saw an appointment with a number that was replaced must find that the version it saw is out of date.
func bookingsBesideRecalls(ctx context.Context, h Harness) error {
	if h.OneConnection {
		return nil
	}
	if err := apply(ctx, h.Store, save(patient("p"), 0)); err != nil {
		return err
	}
	type sight struct {
		key     records.Key
		version string
		number  string
	}
	var seen []sight
	var last records.Patient
	const rounds = 40
	var writers, readers sync.WaitGroup
	errs := make(chan error, 3)
	done := make(chan struct{})
	writers.Go(func() {
		for i := range rounds {
			a := appointment(fmt.Sprint("a", i))
			a.Start = start.AddDate(1, 0, 0)
			if err := apply(ctx, h.Store, book(a, 1000+i)); err != nil {
				errs <- err
				return
			}
		}
	})
	writers.Go(func() {
		for i := range rounds {
			last = patient("p")
			last.Revision = 2 + i
			last.Phones[0].Number = fmt.Sprintf("+1212555%04d", 1000+i)
			c := save(last, 2000+i)
			c.Recall = &records.Recall{Version: fmt.Sprint("recalled ", i), At: start.Add(time.Duration(i) * time.Second)}
			if err := apply(ctx, h.Store, c); err != nil {
				errs <- err
				return
			}
		}
	})
	readers.Go(func() {
		for ended := false; !ended; {
			select {
			case <-done:
				ended = true // after one more look
			default:
			}
			got, err := h.Store.Changed(ctx, 1000)
			if err != nil {
				errs <- err
				return
			}
			for _, g := range got {
				seen = append(seen, sight{g.Appointment.Key(), g.Appointment.Version, g.Patient.Number()})
			}
		}
	})
	writers.Wait()
	close(done)
	readers.Wait()
	close(errs)
	for err := range errs {
		return err
	}
	for _, s := range seen {
		if s.number == last.Number() {
			continue
		}
		a, err := h.Store.Appointment(ctx, s.key)
		if err != nil {
			return err
		}
		if a.Version == s.version {
			return errors.New("an appointment that was read with a number that was replaced is still in that version")
		}
	}
	return nil
}
