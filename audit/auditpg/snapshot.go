package auditpg

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// snapshot says which transactions a statement sees: those below xmax that are not in xip. Postgres writes it as
// xmin:xmax:xip,xip; xmin is the lowest of xip, or xmax, and tells nothing more. The xip are sorted.
type snapshot struct {
	xmax int64
	xip  []int64
}

// nothing is the snapshot before the first batch. The first transaction of a cluster has a higher number.
func nothing() snapshot { return snapshot{xmax: 1} }

func parseSnapshot(text string) (snapshot, error) {
	part := strings.Split(text, ":")
	if len(part) != 3 {
		return snapshot{}, fmt.Errorf("a snapshot has %d parts", len(part))
	}
	var s snapshot
	var err error
	if s.xmax, err = strconv.ParseInt(part[1], 10, 64); err != nil || s.xmax < 1 {
		return snapshot{}, fmt.Errorf("a snapshot's end cannot be read")
	}
	if part[2] == "" {
		return s, nil
	}
	for word := range strings.SplitSeq(part[2], ",") {
		xid, err := strconv.ParseInt(word, 10, 64)
		if err != nil || xid < 1 || xid >= s.xmax || (len(s.xip) > 0 && xid <= s.xip[len(s.xip)-1]) {
			return snapshot{}, fmt.Errorf("a snapshot's open transactions cannot be read")
		}
		s.xip = append(s.xip, xid)
	}
	return s, nil
}

// String writes the snapshot as Postgres does.
func (s snapshot) String() string {
	xmin := s.xmax
	if len(s.xip) > 0 {
		xmin = s.xip[0]
	}
	return fmt.Sprintf("%d:%d:%s", xmin, s.xmax, s.open())
}

// open lists xip. As an array of Postgres it goes between braces, for an empty one is '{}' and never NULL: with NULL,
// xid = ANY (...) is neither true nor false, and no row would be found.
func (s snapshot) open() string {
	words := make([]string, len(s.xip))
	for i, xid := range s.xip {
		words[i] = strconv.FormatInt(xid, 10)
	}
	return strings.Join(words, ",")
}

// plus returns the snapshot of the same transactions when each has a number that is higher by shift.
func (s snapshot) plus(shift int64) snapshot {
	moved := snapshot{xmax: s.xmax + shift}
	for _, xid := range s.xip {
		moved.xip = append(moved.xip, xid+shift)
	}
	return moved
}

func (s snapshot) sees(xid int64) bool {
	_, open := slices.BinarySearch(s.xip, xid)
	return xid < s.xmax && !open
}

// until returns the snapshot that sees what s sees and, below xid, also what next sees, for batches that do not take
// everything at once. Next must see all that s sees.
func (s snapshot) until(next snapshot, xid int64) snapshot {
	cut := snapshot{xmax: max(s.xmax, min(xid, next.xmax))}
	for _, open := range s.xip {
		if open >= xid || !next.sees(open) {
			cut.xip = append(cut.xip, open)
		}
	}
	for _, open := range next.xip {
		if open >= s.xmax && open < cut.xmax {
			cut.xip = append(cut.xip, open)
		}
	}
	return cut
}
