package notary

import (
	"context"
	"crypto/sha256"
	"errors"
	"runtime"
	"sync"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/audit/tree"
)

// checked is what a row is worth.
type checked struct {
	hash     tlog.Hash // of the leaf as it is
	tampered error     // wraps audit.ErrTampered; nil for a genuine leaf
}

// checkAll checks rows with as many goroutines as may run, and ends with them. An error says that a row could not be
// checked.
func checkAll(ctx context.Context, log *audit.Log, rows []tree.Row) ([]checked, error) {
	const least = 64 // rows for which a goroutine pays
	all := make([]checked, len(rows))
	workers := max(1, min(runtime.GOMAXPROCS(0), len(rows)/least))
	errs := make([]error, workers)
	var group sync.WaitGroup
	for w := range workers {
		from, to := len(rows)*w/workers, len(rows)*(w+1)/workers
		work := func() { errs[w] = check(ctx, log, rows[from:to], all[from:to]) }
		if w == workers-1 {
			work()
		} else {
			group.Go(work)
		}
	}
	group.Wait()
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}

func check(ctx context.Context, log *audit.Log, rows []tree.Row, into []checked) error {
	room := make([]byte, 0, 1024)
	for i := range rows {
		f := rows[i].Leaf
		room = f.AppendRecord(append(room[:0], 0)) // RFC 6962 has a zero before a leaf
		into[i].hash = sha256.Sum256(room)
		switch err := log.Check(ctx, f); {
		case errors.Is(err, audit.ErrTampered):
			into[i].tampered = err
		case err != nil:
			return err
		}
	}
	return nil
}
