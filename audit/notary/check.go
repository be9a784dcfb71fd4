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

// checked is what a row is worth. It keeps nothing of the row but its place.
type checked struct {
	practice string
	mark     tree.Mark
	hash     tlog.Hash // of the leaf as it is
	tampered error     // wraps audit.ErrTampered; nil for a genuine leaf
	absent   bool      // its practice's key cannot be had, and nothing else is known of it
}

// checkAll checks rows. An error says that a row could not be checked.
func checkAll(ctx context.Context, log *audit.Log, rows []tree.Row) ([]checked, error) {
	return checkParts(ctx, log, func(yield func([]tree.Row, error) bool) { yield(rows, nil) }, &absent{})
}

// checkParts is checkAll for rows that come in parts, and checks some while others are read: with as many goroutines as may
// run, which end with it. Of a practice whose row could not be checked it checks no further ones, and none at all when
// there are too many such practices for out. It returns what each row is worth, in order.
func checkParts(
	ctx context.Context, log *audit.Log, parts iter.Seq2[[]tree.Row, error], out *absent,
) ([]checked, error) {
	const most = 128 // rows for a goroutine, so that none has much more to do than another
	var done [][]checked
	var group sync.WaitGroup
	defer group.Wait()
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	free := make(chan struct{}, runtime.GOMAXPROCS(0))
reading:
	for part, err := range parts {
		if err != nil {
			return nil, err
		}
		for rows := range slices.Chunk(part, most) {
			all := make([]checked, len(rows))
			done = append(done, all)
			free <- struct{}{}
			if ctx.Err() != nil {
				break reading
			}
			group.Go(func() {
				if err := check(ctx, log, rows, all, out); err != nil {
					fail(err)
				}
				<-free
			})
		}
	}
	group.Wait()
	if err := context.Cause(ctx); err != nil {
		return nil, err
	}
	all := slices.Concat(done...)
	for i, c := range all {
		if out.has(c.practice) { // also where some of its rows were checked before
			all[i] = checked{practice: c.practice, mark: c.mark, absent: true}
		}
	}
	return all, nil
}

func check(ctx context.Context, log *audit.Log, rows []tree.Row, into []checked, out *absent) error {
	room := make([]byte, 0, 1024)
	for i := range rows {
		f := rows[i].Leaf
		into[i].practice, into[i].mark = f.Practice, tree.Mark{ID: f.ID, Order: rows[i].Order}
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
