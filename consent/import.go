package consent

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"iter"
	"sync"

	"github.com/enamel-go/enamel/audit"
)

// ImportOptions adjusts [Service.Import]. The zero value is ready to use.
type ImportOptions struct {
	// Workers write at once. Defaults to 4.
	Workers int
	// Progress is told how far the import has come, after every thousand rows and at the end. It is never called by two
	// goroutines at once.
	Progress func(ImportReport)
	// Refused is told of each row that was refused, and why. It is never called by two goroutines at once.
	Refused func(RefusedRow)
}

// ImportReport counts the rows of an import.
type ImportReport struct {
	Rows     int // that were read
	Recorded int // that are new
	Known    int // that were recorded before, by this import or an earlier one
	Refused  int
}

// RefusedRow is a row that an import did not take.
type RefusedRow struct {
	Row int    // its place among the rows, from 1
	ID  string // its id, empty where it has none
	Err error
}

// Import records many consents of one practice, as [Service.Grant] does each of them, in flat memory. Every row needs an id
// of its own: an import that was cut off is begun again with the same rows, and those that were written change nothing. And it
// needs the time at which the consent was given: as given now it would revive what was stopped since. A row that is refused, one
// of a patient whose evidence was destroyed among them, or that rows itself cannot read, is told of and holds up no other. The
// import ends with an error when the context does, when the store fails, or with [ErrDuty] before it begins.
//
// What comes from another system without its evidence is of the basis [Import], and permits nothing.
func (s *Service) Import(ctx context.Context, by audit.Actor, practice string, rows iter.Seq2[Grant, error], o *ImportOptions) (ImportReport, error) {
	if by.Validate() != nil {
		return ImportReport{}, errActor
	}
	set, err := s.Settings(ctx, practice)
	if err != nil {
		return ImportReport{}, err
	}
	if set.Duty.Terms == "" {
		e := audit.Entry{Practice: practice, Actor: by, Action: "consent.import", Object: audit.Object{Kind: "practice", ID: practice}}
		return ImportReport{}, s.log.Refuse(ctx, e, ErrDuty)
	}
	i := importing{service: s, by: by, practice: practice}
	if o != nil {
		i.o = *o
	}
	if i.o.Workers <= 0 {
		i.o.Workers = 4
	}
	return i.run(ctx, rows)
}

// importing is one import on its way.
type importing struct {
	service  *Service
	by       audit.Actor
	practice string
	o        ImportOptions

	mu     sync.Mutex
	report ImportReport
}

// line is a row and its place.
type line struct {
	row   int
	grant Grant
}

// run hands each number's rows to one worker, in their order, so that no two of them write to one ledger.
func (i *importing) run(ctx context.Context, rows iter.Seq2[Grant, error]) (ImportReport, error) {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	var group sync.WaitGroup
	lines := make([]chan line, i.o.Workers)
	for n := range lines {
		lines[n] = make(chan line, 16)
		group.Go(func() {
			for l := range lines[n] {
				if err := i.take(ctx, l); err != nil {
					stop(err)
				}
			}
		})
	}
	i.read(ctx, rows, lines)
	for _, l := range lines {
		close(l)
	}
	group.Wait()
	if i.o.Progress != nil {
		i.o.Progress(i.report)
	}
	return i.report, context.Cause(ctx)
}

func (i *importing) read(ctx context.Context, rows iter.Seq2[Grant, error], lines []chan line) {
	seed, row := maphash.MakeSeed(), 0
	for grant, err := range rows {
		row++
		if err != nil {
			i.count(RefusedRow{Row: row, ID: grant.ID, Err: err}, false)
			continue
		}
		select {
		case lines[maphash.String(seed, grant.Number)%uint64(len(lines))] <- line{row, grant}:
		case <-ctx.Done():
			return
		}
	}
}

// take records one row. Its error ends the import.
func (i *importing) take(ctx context.Context, l line) error {
	if ctx.Err() != nil {
		return nil // the import has ended
	}
	g := l.grant
	refused := RefusedRow{Row: l.row, ID: g.ID}
	switch {
	case g.ID == "":
		refused.Err = fmt.Errorf("%w: the row has no id, by which an import is taken up again", ErrInvalid)
	case g.Practice != "" && g.Practice != i.practice:
		refused.Err = fmt.Errorf("%w: the row is another practice's", ErrInvalid)
	case g.At.IsZero():
		refused.Err = fmt.Errorf("%w: the row does not say when it was given; as given now it would revive what was stopped since", ErrInvalid)
	}
	if refused.Err != nil {
		i.count(refused, false)
		return nil
	}
	g.Practice = i.practice
	_, recorded, err := i.service.grant(ctx, i.by, g)
	row := errors.Is(err, ErrInvalid) || errors.Is(err, ErrConflict) || errors.Is(err, audit.ErrShredded)
	if err != nil && (!row || errors.Is(err, audit.ErrNotRecorded)) {
		return fmt.Errorf("row %d: %w", l.row, err)
	}
	refused.Err = err
	i.count(refused, recorded)
	return nil
}

// count adds a row to the report.
func (i *importing) count(r RefusedRow, recorded bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.report.Rows++
	switch {
	case r.Err != nil:
		i.report.Refused++
		if i.o.Refused != nil {
			i.o.Refused(r)
		}
	case recorded:
		i.report.Recorded++
	default:
		i.report.Known++
	}
	if i.o.Progress != nil && i.report.Rows%1000 == 0 {
		i.o.Progress(i.report)
	}
}
