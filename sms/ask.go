package sms

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"
)

// askFor is how long a vendor's code may take to answer one question about a text. One that answers from a database takes
// milliseconds; one that does not answer must not hold up the worker, which has patients' STOPs to answer.
const askFor = 3 * time.Second

// errSilent is why texts wait: whoever was asked about them did not answer in time.
var errSilent = errors.New("sms: no answer in time")

// asking is what one check asks. Who did not answer once is not asked again in it, so that a hundred texts wait for one answer
// and not for a hundred.
type asking struct{ silent map[string]error }

// ask puts a question to a vendor's code and waits for the answer no longer than askFor, even where the code does not heed its
// context. What it says later is thrown away.
func ask[T any](ctx context.Context, of *asking, whom string, question func(context.Context) (T, error)) (T, error) {
	var none T
	if err := cmp.Or(of.silent[whom], ctx.Err()); err != nil {
		return none, err
	}
	bounded, cancel := context.WithTimeout(ctx, askFor)
	defer cancel()
	said := make(chan answered[T], 1)
	go func() {
		var a answered[T]
		a.err = calm(func() (err error) {
			a.value, err = question(bounded)
			return err
		})
		said <- a
	}()
	select {
	case a := <-said:
		return a.value, a.err
	case <-bounded.Done():
		if err := ctx.Err(); err != nil { // nobody waits for it any more
			return none, err
		}
		of.silent[whom] = fmt.Errorf("%w from %s: %w", errSilent, whom, bounded.Err())
		return none, of.silent[whom]
	}
}
