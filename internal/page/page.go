// Package page is what all lists that come in pages do alike: how much a page holds, and where the next one continues.
package page

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/enamel-go/enamel/internal/form"
)

// Size returns how much a page holds, 100 where n is 0. Unless n is 0 to 1000 there is no page, and it returns 0.
func Size(n int) int {
	switch {
	case n == 0:
		return 100
	case n < 0 || n > 1000:
		return 0
	}
	return n
}

// Limit returns what [Size] returns, or under, wrapped, where there is no page.
func Limit(under error, n int) (int, error) {
	size := Size(n)
	if size == 0 {
		return 0, fmt.Errorf("%w: a page's limit is 1 to 1000", under)
	}
	return size, nil
}

// Valid returns under, wrapped, unless there are pages of up to n of what a practice has.
func Valid(under error, practice string, n int) error {
	if _, err := Limit(under, n); err != nil {
		return err
	}
	return form.Text(under, "the practice", practice, form.ID, true)
}

// Place is where something stands in a list: by time, then by id, byte by byte.
type Place struct {
	At time.Time // UTC, at microseconds
	ID string
}

// Compare orders places.
func (p Place) Compare(q Place) int {
	if c := p.At.Compare(q.At); c != 0 {
		return c
	}
	return strings.Compare(p.ID, q.ID)
}

// String writes the place as a page's Next and a query's After carry it.
func (p Place) String() string { return strconv.FormatInt(p.At.UnixMicro(), 10) + "." + p.ID }

// Parse reads what String wrote. It returns under, wrapped, for everything else, and for times that Postgres cannot
// hold.
func Parse(under error, s string) (Place, error) {
	micros, id, _ := strings.Cut(s, ".")
	n, err := strconv.ParseInt(micros, 10, 64)
	at := time.UnixMicro(n).UTC()
	if err != nil || at.Year() < 1 || at.Year() > 9999 || form.Text(under, "the id", id, 1<<10, true) != nil {
		return Place{}, fmt.Errorf("%w: a query continues from what no page gave", under)
	}
	return Place{At: at, ID: id}, nil
}

// Cut makes a page of what a store read, which was to be one more than limit: that one more tells that there is another
// page, which continues after the last of this one.
func Cut[T any](found []T, limit int, after func(T) string) (page []T, next string) {
	if len(found) <= limit {
		return found, ""
	}
	return found[:limit], after(found[limit-1])
}
