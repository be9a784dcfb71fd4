package notary

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/audit/tree"
)

// What the details of an entry of a pruning say.
const (
	detailTerm      = "term"      // of the leaves, such as "1y"
	detailMonth     = "month"     // such as "2025-02"
	detailLeaves    = "leaves"    // how many there were, in all parts together
	detailPart      = "part"      // such as "1/3"
	detailPositions = "positions" // of the leaves in the practice's tree, such as "0-11,14"
	detailEarlier   = "earlier"   // positions that were pruned before, and whose entries go with this month
	detailState     = "state"     // toGo or gone
)

// An entry says what is to go before anything does, and another one what went, in the transaction in which it does. Only
// the latter explains why leaves are missing, for the month may stay after all.
const (
	toGo = "to go"
	gone = "gone"
)

// positions is a set of places in a tree, at one bit each.
type positions []uint64

func (p *positions) add(position int64) {
	word := int(position / 64)
	for len(*p) <= word {
		*p = append(*p, 0)
	}
	(*p)[word] |= 1 << (position % 64)
}

func (p positions) has(position int64) bool {
	return position >= 0 && position/64 < int64(len(p)) && p[position/64]>>(position%64)&1 == 1
}

// within reports whether o has all that p has.
func (p positions) within(o positions) bool {
	for i, word := range p {
		if i < len(o) {
			word &^= o[i]
		}
		if word != 0 {
			return false
		}
	}
	return true
}

// texts writes the set as ranges, such as "0-11,14", in as many texts as are needed for none to be longer than size.
func (p positions) texts(size int) []string {
	var all []string
	var b strings.Builder
	for from, end := int64(0), int64(len(p))*64; from < end; from++ {
		if !p.has(from) {
			continue
		}
		to := from
		for p.has(to + 1) {
			to++
		}
		one := strconv.FormatInt(from, 10)
		if to > from {
			one += "-" + strconv.FormatInt(to, 10)
		}
		if b.Len()+1+len(one) > size {
			all = append(all, b.String())
			b.Reset()
		}
		if b.Len() > 0 {
			b.WriteByte(',')
		}
		b.WriteString(one)
		from = to
	}
	if b.Len() > 0 {
		all = append(all, b.String())
	}
	return all
}

// read adds what texts wrote, as far as it is below size.
func (p *positions) read(text string, size int64) error {
	if text == "" {
		return nil
	}
	for one := range strings.SplitSeq(text, ",") {
		low, high, isRange := strings.Cut(one, "-")
		from, err := strconv.ParseInt(low, 10, 64)
		to := from
		if isRange && err == nil {
			to, err = strconv.ParseInt(high, 10, 64)
		}
		if err != nil || from < 0 || to < from {
			return fmt.Errorf("%w: an entry of a pruning names positions that cannot be read", ErrDamaged)
		}
		for ; from <= to && from < size; from++ {
			p.add(from)
		}
	}
	return nil
}

// named returns the positions below size that the practice's genuine entries of prunings in a state name. Entries that skip
// reports are passed over; it may be nil. A forged entry names nothing; whoever verifies reports it.
func named(
	ctx context.Context, store Store, log *audit.Log, practice, state string, size int64, skip func(audit.Leaf) (bool, error),
) (positions, error) {
	const limit = 100
	var p positions
	after := ""
	for {
		page, err := store.Prunes(ctx, practice, after, limit)
		if err != nil {
			return nil, err
		}
		for _, row := range page {
			after = row.Leaf.ID
			if skip != nil {
				if skipped, err := skip(row.Leaf); err != nil {
					return nil, err
				} else if skipped {
					continue
				}
			}
			if err := p.readEntry(ctx, log, row.Leaf, state, size); err != nil && !errors.Is(err, audit.ErrTampered) {
				return nil, err
			}
		}
		if len(page) < limit {
			return p, nil
		}
	}
}

// readEntry adds what a leaf names, if it is that of a pruning in a state.
func (p *positions) readEntry(ctx context.Context, log *audit.Log, f audit.Leaf, state string, size int64) error {
	if f.Action != tree.PruneAction || f.Outcome != audit.Done {
		return nil
	}
	e, err := log.Open(ctx, f)
	if err != nil || e.Details[detailState] != state {
		return err
	}
	return errors.Join(p.read(e.Details[detailPositions], size), p.read(e.Details[detailEarlier], size))
}
