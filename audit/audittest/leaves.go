package audittest

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/enamel-go/enamel/audit"
)

const practice = "elm-street"

var start = time.Date(2026, 3, 2, 15, 0, 0, 123456000, time.UTC)

// leaf returns the i-th leaf of a practice.
func leaf(practice string, i int) audit.Leaf {
	return audit.Leaf{
		ID: fmt.Sprintf("id-%06d", i), Practice: practice, At: start.Add(time.Duration(i) * time.Microsecond),
		Actor:  audit.Actor{Kind: audit.Staff, ID: "u-17"},
		Action: "records.patient.read", Outcome: audit.Done, Term: audit.SixYears, Tag: []byte{1, 2, byte(i % 3)},
		Bytes: []byte(fmt.Sprintf("{%q:%d}", practice, i)), MAC: []byte{0, 0xff, byte(i)},
	}
}

func leaves(practice string, from, to int) []audit.Leaf {
	var all []audit.Leaf
	for i := from; i < to; i++ {
		all = append(all, leaf(practice, i))
	}
	return all
}

// all reads every leaf that q asks for, page by page.
func all(ctx context.Context, s audit.Store, q audit.Query) ([]audit.Leaf, error) {
	var found []audit.Leaf
	for {
		page, err := s.Leaves(ctx, q)
		if err != nil {
			return nil, err
		}
		found = append(found, page.Leaves...)
		if page.Next == "" {
			return found, nil
		}
		if len(page.Leaves) == 0 || page.Next == q.After {
			return nil, errors.New("a page that is not the last one leads nowhere")
		}
		q.After = page.Next
	}
}

// holds checks that a practice has exactly these leaves, oldest first.
func holds(ctx context.Context, s audit.Store, practice string, want []audit.Leaf) error {
	found, err := all(ctx, s, audit.Query{Practice: practice, Limit: 1000})
	if err != nil {
		return err
	}
	return same("the log", found, want)
}

func same(what string, found, want []audit.Leaf) error {
	if len(found) != len(want) {
		return fmt.Errorf("%s has %d leaves, not %d", what, len(found), len(want))
	}
	for i := range want {
		if !found[i].Equal(want[i]) || found[i].At.Location() != time.UTC {
			return fmt.Errorf("%s has %+v at %d, not %+v", what, found[i], i, want[i])
		}
	}
	return nil
}

// refused checks that err wraps want.
func refused(what string, err, want error) error {
	if !errors.Is(err, want) {
		return fmt.Errorf("%s: the error is %v, not %w", what, err, want)
	}
	return nil
}
