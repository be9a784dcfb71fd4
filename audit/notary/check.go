package notary

import (
	"context"
	"crypto/sha256"
	"errors"
	"iter"
	"runtime"
	"slices"
	"sync"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/audit/tree"
)

// checked is what a row is worth.
type checked struct {
	hash     tlog.Hash // of the leaf as it is
	tampered error     // wraps audit.ErrTampered; nil for a genuine leaf
	absent   bool      // its practice's key cannot be had, and nothing else is known of it
}

// checkAll checks rows. An error says that a row could not be checked.
func checkAll(ctx context.Context, log *audit.Log, rows []tree.Row) ([]checked, error) {
	all := make([]checked, 0, len(rows))
	whole := func(yield func([]tree.Row, error) bool) { yield(rows, nil) }
	err := checkParts(ctx, log, whole, &absent{}, func(_ tree.Row, c checked) { all = append(all, c) })
	return all, err
}

// checkParts is checkAll for rows that come in parts, and checks some while others are read: with as many goroutines as may
// run, which end with it. Of a practice whose row could not be checked it checks no further ones, and none at all when
// there are too many such practices for out. At the end it gives each row to take with what it is worth, in order.
func checkParts(
	ctx context.Context, log *audit.Log, parts iter.Seq2[[]tree.Row, error], out *absent, take func(tree.Row, checked),
) error {
	const most = 128 // rows for a goroutine, so that none has much more to do than another
	type job struct {
		rows []tree.Row
		all  []checked
	}
	var jobs []job
	var group sync.WaitGroup
	defer group.Wait()
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	free := make(chan struct{}, runtime.GOMAXPROCS(0))
reading:
	for part, err := range parts {
		if err != nil {
			return err
		}
		for rows := range slices.Chunk(part, most) {
			j := job{rows, make([]checked, len(rows))}
			jobs = append(jobs, j)
			free <- struct{}{}
			if ctx.Err() != nil {
				break reading
			}
			group.Go(func() {
				if err := check(ctx, log, j.rows, j.all, out); err != nil {
					fail(err)
				}
				<-free
			})
		}
	}
	group.Wait()
	if err := context.Cause(ctx); err != nil {
		return err
	}
	for _, j := range jobs {
		for i, row := range j.rows {
			if out.has(row.Leaf.Practice) { // also where some of its rows were checked before
				j.all[i] = checked{absent: true}
			}
			take(row, j.all[i])
		}
	}
	return nil
}

func check(ctx context.Context, log *audit.Log, rows []tree.Row, into []checked, out *absent) error {
	room := make([]byte, 0, 1024)
	for i := range rows {
		f := rows[i].Leaf
		if out.has(f.Practice) {
			continue
		}
		room = f.AppendRecord(append(room[:0], 0)) // RFC 6962 has a zero before a leaf
		into[i].hash = sha256.Sum256(room)
		switch err := log.Check(ctx, f); {
		case errors.Is(err, audit.ErrTampered):
			into[i].tampered = err
		case err != nil:
			if err := out.add(ctx, f.Practice, err); err != nil {
				return err
			}
		case !out.answered.Load():
			out.answered.Store(true)
		}
	}
	return nil
}
