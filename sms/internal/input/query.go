package input

import (
	"cmp"
	"fmt"
	"net/url"
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

// MessagePlace is where a message stands in the order of messages: by when it came in, then by id and provider, byte by byte.
type MessagePlace struct {
	At       time.Time
	ID       string
	Provider string
}

// Compare compares a message's place with another.
func (p MessagePlace) Compare(r sms.Received) int {
	return cmp.Or(p.At.Compare(r.At), strings.Compare(p.ID, r.ID), strings.Compare(p.Provider, r.Provider))
}

var errAfter = fmt.Errorf("%w: a query continues from what no page gave", sms.ErrInvalid)

// Query checks a query for texts and returns its limit and the place it continues from, nil for the first page.
func Query(q sms.Query) (limit int, after *Place, err error) {
	limit, err = valid(q)
	if err != nil || q.After == "" {
		return limit, nil, err
	}
	at, id, ok := place(q.After)
	if !ok {
		return 0, nil, errAfter
	}
	return limit, &Place{Created: at, ID: id}, nil
}

// Messages checks a query for messages and returns its limit and the place it continues from, nil for the first page.
func Messages(q sms.Query) (limit int, after *MessagePlace, err error) {
	limit, err = valid(q)
	if err != nil || q.After == "" {
		return limit, nil, err
	}
	at, rest, ok := place(q.After)
	escaped, id, divided := strings.Cut(rest, "/")
	provider, err := url.PathUnescape(escaped)
	if !ok || !divided || id == "" || err != nil || !Keepable(provider) {
		return 0, nil, errAfter
	}
	return limit, &MessagePlace{At: at, ID: id, Provider: provider}, nil
}

// place reads what a query continues from: an instant, and who is named of it.
func place(after string) (at time.Time, name string, ok bool) {
	micros, name, _ := strings.Cut(after, ".")
	n, err := strconv.ParseInt(micros, 10, 64)
	return time.UnixMicro(n).UTC(), name, err == nil && name != "" && Keepable(name)
}

// valid checks what queries for texts and for messages have in common, and returns their limit.
func valid(q sms.Query) (limit int, err error) {
	if limit = q.Limit; limit == 0 {
		limit = 100
	}
	if limit < 1 || limit > 1000 {
		return 0, fmt.Errorf("%w: a page has 1 to 1000 rows", sms.ErrInvalid)
	}
	var check checker
	check.text("the practice", q.Practice, 64)
	check.that(len(q.IDs) <= 1000, "a query names at most 1000 texts")
	for _, id := range q.IDs {
		check.text("the id", id, 128)
	}
	for _, state := range q.States {
		check.text("the state", string(state), 64)
	}
	check.optional("the category", string(q.Category))
	for _, at := range []time.Time{q.Before, q.Claimed} {
		year := at.UTC().Year()
		check.that(year >= 1 && year <= 9999, "a query's moments are not between the years 1 and 9999")
	}
	return limit, check.err
}

// Page cuts what a store read, which was to be one text more than limit, into a page.
func Page(texts []sms.Tracked, limit int) sms.Page {
	if len(texts) <= limit {
		return sms.Page{Texts: texts}
	}
	return sms.Page{Texts: texts[:limit], Next: texts[limit-1].Place()}
}
