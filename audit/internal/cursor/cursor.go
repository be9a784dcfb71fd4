// Package cursor holds what every store of leaves does with a query: its limit, and the place where a page ends.
package cursor

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/enamel-go/enamel/audit"
)

// Place is where a leaf stands in the order of pages: by time, then by id, byte by byte.
type Place struct {
	At time.Time
	ID string
}

// Of returns the place of a leaf.
func Of(f audit.Leaf) Place { return Place{At: f.At, ID: f.ID} }

// Compare orders places.
func (p Place) Compare(q Place) int {
	if c := p.At.Compare(q.At); c != 0 {
		return c
	}
	return strings.Compare(p.ID, q.ID)
}

// String writes the place as Page.Next and Query.After carry it.
func (p Place) String() string { return strconv.FormatInt(p.At.UnixMicro(), 10) + "." + p.ID }

// Read checks a query and returns its limit and the place it continues from, nil for the first page.
func Read(q audit.Query) (limit int, after *Place, err error) {
	if limit = q.Limit; limit == 0 {
		limit = 100
	}
	if limit < 1 || limit > 1000 {
		return 0, nil, fmt.Errorf("%w: a page has 1 to 1000 leaves", audit.ErrInvalid)
	}
	if !text(q.Practice) {
		return 0, nil, fmt.Errorf("%w: a query names its practice", audit.ErrInvalid)
	}
	if q.After == "" {
		return limit, nil, nil
	}
	micros, id, _ := strings.Cut(q.After, ".")
	at, err := strconv.ParseInt(micros, 10, 64)
	if err != nil || !text(id) {
		return 0, nil, fmt.Errorf("%w: a query continues from what no page gave", audit.ErrInvalid)
	}
	return limit, &Place{At: time.UnixMicro(at).UTC(), ID: id}, nil
}

func text(s string) bool { return s != "" && utf8.ValidString(s) && !strings.ContainsRune(s, 0) }

// Page cuts what a store read, which was to be one leaf more than limit, into a page.
func Page(leaves []audit.Leaf, limit int) audit.Page {
	if len(leaves) <= limit {
		return audit.Page{Leaves: leaves}
	}
	return audit.Page{Leaves: leaves[:limit], Next: Of(leaves[limit-1]).String()}
}
