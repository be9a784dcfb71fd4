// Package cursor holds what every store of leaves does with a query: its limit, and the place where a page ends.
package cursor

import (
	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/internal/form"
	"github.com/enamel-go/enamel/internal/page"
)

// Of returns the place of a leaf in the order of pages.
func Of(f audit.Leaf) page.Place { return page.Place{At: f.At, ID: f.ID} }

// Read checks a query and returns its limit and the place it continues from, nil for the first page.
func Read(q audit.Query) (limit int, after *page.Place, err error) {
	if err := form.Text(audit.ErrInvalid, "the practice", q.Practice, form.ID, true); err != nil {
		return 0, nil, err
	}
	if limit, err = page.Limit(audit.ErrInvalid, q.Limit); err != nil || q.After == "" {
		return limit, nil, err
	}
	place, err := page.Parse(audit.ErrInvalid, q.After)
	return limit, &place, err
}

// Page makes a page of what a store read, which was to be one leaf more than limit.
func Page(leaves []audit.Leaf, limit int) audit.Page {
	cut, next := page.Cut(leaves, limit, func(f audit.Leaf) string { return Of(f).String() })
	return audit.Page{Leaves: cut, Next: next}
}
