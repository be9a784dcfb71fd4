package input

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/enamel-go/enamel/sms"
)

// Place is where a text stands in the order of pages: by creation, then by id, byte by byte.
type Place struct {
	Created time.Time
	ID      string
}

// Of returns the place of a text.
func Of(t sms.Text) Place { return Place{t.Created, t.ID} }

// Compare orders places.
func (p Place) Compare(q Place) int {
	if c := p.Created.Compare(q.Created); c != 0 {
		return c
	}
	return strings.Compare(p.ID, q.ID)
}

// Query checks a query and returns its limit and the place it continues from, nil for the first page.
func Query(q sms.Query) (limit int, after *Place, err error) {
	if limit = q.Limit; limit == 0 {
		limit = 100
	}
	if limit < 1 || limit > 1000 {
		return 0, nil, fmt.Errorf("%w: a page has 1 to 1000 rows", sms.ErrInvalid)
	}
	var check checker
	check.text("the practice", q.Practice, 64)
	check.that(len(q.IDs) <= 1000, "a query names at most 1000 texts")
	for _, id := range q.IDs {
		check.text("the id", id, 128)
	}
	check.optional("the state", string(q.State))
	check.optional("the category", string(q.Category))
	for _, at := range []time.Time{q.Before, q.Claimed} {
		year := at.UTC().Year()
		check.that(year >= 1 && year <= 9999, "a query's moments are not between the years 1 and 9999")
	}
	if check.err != nil {
		return 0, nil, check.err
	}
	if q.After == "" {
		return limit, nil, nil
	}
	micros, id, _ := strings.Cut(q.After, ".")
	at, err := strconv.ParseInt(micros, 10, 64)
	if err != nil || id == "" || !Keepable(id) {
		return 0, nil, fmt.Errorf("%w: a query continues from what no page gave", sms.ErrInvalid)
	}
	return limit, &Place{Created: time.UnixMicro(at).UTC(), ID: id}, nil
}

// Page cuts what a store read, which was to be one text more than limit, into a page.
func Page(texts []sms.Tracked, limit int) sms.Page {
	if len(texts) <= limit {
		return sms.Page{Texts: texts}
	}
	last := texts[limit-1].Text
	return sms.Page{Texts: texts[:limit], Next: strconv.FormatInt(last.Created.UnixMicro(), 10) + "." + last.ID}
}
