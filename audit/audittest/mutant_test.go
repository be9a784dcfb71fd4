package audittest_test

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/audit/audittest"
)

// naive is the plainest store that passes the suite, and with one flaw one that must not.
type naive struct {
	flaw   string
	mu     sync.Mutex
	leaves []audit.Leaf
}

func (n *naive) has(flaw string) bool { return n.flaw == flaw }

func (n *naive) Append(ctx context.Context, leaves ...audit.Leaf) error {
	if ctx.Err() != nil && !n.has("ignores a cancelled context") {
		return ctx.Err()
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	kept := slices.Clone(n.leaves)
	for _, f := range leaves {
		if err := f.Validate(); err != nil && !n.has("takes what cannot be kept") {
			return err
		}
		at := slices.IndexFunc(kept, func(k audit.Leaf) bool {
			return k.ID == f.ID && (k.Practice == f.Practice || n.has("has ids across practices"))
		})
		switch {
		case at < 0, n.has("keeps a repeated leaf twice"):
		case kept[at].Equal(f) && !n.has("refuses a repeated leaf"), n.has("takes a conflict for a repetition"):
			continue
		case n.has("compares bytes alone") && bytes.Equal(kept[at].Bytes, f.Bytes):
			continue
		case n.has("tells what was in a leaf"):
			return fmt.Errorf("%w: %s", audit.ErrConflict, f.MAC)
		default:
			return audit.ErrConflict
		}
		if n.has("loses microseconds") {
			f.At = f.At.Truncate(time.Millisecond)
		}
		if n.has("gives back local time") {
			f.At = f.At.In(time.FixedZone("here", 3600))
		}
		if n.has("folds case") {
			f.Practice = strings.ToLower(f.Practice)
		}
		if !n.has("shares memory") {
			f = f.Clone()
		}
		kept = append(kept, f)
		if n.has("keeps half of what is refused") {
			n.leaves = kept
		}
	}
	n.leaves = kept
	return nil
}

func (n *naive) Leaves(ctx context.Context, q audit.Query) (audit.Page, error) {
	if ctx.Err() != nil && !n.has("ignores a cancelled context") {
		return audit.Page{}, ctx.Err()
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	limit := q.Limit
	if limit == 0 {
		limit = 100
		if n.has("has no default limit") {
			limit = 1000
		}
	}
	if n.has("folds case") {
		q.Practice = strings.ToLower(q.Practice)
	}
	if (limit < 1 || limit > 1000 || strings.ContainsAny(q.Practice, "\x00") || q.Practice == "") && !n.has("takes any query") {
		return audit.Page{}, audit.ErrInvalid
	}
	place := func(f audit.Leaf) string {
		id := f.ID
		if n.has("orders ids without case") {
			id = strings.ToLower(id)
		}
		return f.At.UTC().Format("2006-01-02T15:04:05.000000") + " " + id
	}
	if q.After != "" && (len(q.After) < 28 || q.After[4] != '-') {
		return audit.Page{}, audit.ErrInvalid
	}
	var found []audit.Leaf
	for _, f := range n.leaves {
		in := f.Practice == q.Practice || n.has("leaks across practices") && bytes.Equal(f.Tag, q.Tag) && q.Tag != nil
		tagged := q.Tag == nil || bytes.Equal(f.Tag, q.Tag) || n.has("takes a tag's beginning") && bytes.HasPrefix(f.Tag, q.Tag)
		after := q.After == "" || (place(f) > q.After) != q.Newest && (place(f) != q.After || n.has("repeats the last leaf"))
		if in && tagged && after {
			if !n.has("shares memory") {
				f = f.Clone()
			}
			found = append(found, f)
		}
	}
	if !n.has("keeps the order of arrival") {
		slices.SortStableFunc(found, func(a, b audit.Leaf) int { return strings.Compare(place(a), place(b)) })
	}
	if q.Newest && !n.has("knows no newest first") {
		slices.Reverse(found)
	}
	if len(found) <= limit || limit < 1 {
		return audit.Page{Leaves: found}, nil
	}
	if n.has("ends after the first page") {
		return audit.Page{Leaves: found[:limit]}, nil
	}
	return audit.Page{Leaves: found[:limit], Next: place(found[limit-1])}, nil
}

// failures returns the names of the cases that a store does not pass.
func failures(t *testing.T, flaw string) []string {
	var failed []string
	for _, c := range audittest.Cases() {
		if err := c.Check(t.Context(), audittest.Harness{Entries: &naive{flaw: flaw}}); err != nil {
			failed = append(failed, c.Name)
		}
	}
	return failed
}

func TestNaiveStorePasses(t *testing.T) { require.Empty(t, failures(t, "")) }

func TestEveryFlawIsFound(t *testing.T) {
	for _, flaw := range []string{
		"ignores a cancelled context", "takes what cannot be kept", "has ids across practices", "keeps a repeated leaf twice",
		"refuses a repeated leaf", "takes a conflict for a repetition", "compares bytes alone", "tells what was in a leaf",
		"loses microseconds", "gives back local time", "folds case", "shares memory", "keeps half of what is refused",
		"has no default limit", "takes any query", "orders ids without case", "leaks across practices",
		"takes a tag's beginning", "repeats the last leaf", "keeps the order of arrival", "knows no newest first",
		"ends after the first page",
	} {
		require.NotEmpty(t, failures(t, flaw), "a store that %s passes the suite", flaw)
	}
}
