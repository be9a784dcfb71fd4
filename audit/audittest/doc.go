// Package audittest is the conformance suite of audit stores. A store of your own passes it when every case returns nil
// for a store that is fresh each time:
//
//	for _, c := range audittest.Cases() {
//		t.Run(c.Name, func(t *testing.T) {
//			if err := c.Check(t.Context(), open(t)); err != nil {
//				t.Error(err)
//			}
//		})
//	}
//
// [Cases] is for [audit.Store]; [TreeCases] is for one that also keeps the trees of a notary. The suite links the
// standard library alone.
package audittest

import (
	"context"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/audit/tree"
)

// Case is one rule that every store keeps.
type Case struct {
	Name  string
	Check func(ctx context.Context, s audit.Store) error
	// Concurrent says that the case needs a store whose methods may be called concurrently and outlive a cancelled
	// context. Leave it out where the store works inside a single transaction.
	Concurrent bool
}

// Cases returns the suite of [audit.Store].
func Cases() []Case {
	return []Case{
		{Name: "a practice without leaves has an empty page", Check: absence},
		{Name: "every field survives", Check: everyField},
		{Name: "a leaf is kept once", Check: repeated},
		{Name: "another leaf under the same id is refused", Check: conflicts},
		{Name: "all leaves are kept or none", Check: allOrNothing},
		{Name: "practices do not see each other", Check: practicesApart},
		{Name: "practices and tags are exact", Check: exact},
		{Name: "pages are in the order of time, then of ids byte by byte", Check: order},
		{Name: "a thousand leaves come in pages, each once", Check: paging},
		{Name: "a page holds no leaf of another tag", Check: tags},
		{Name: "a page has 100 leaves unless the query says otherwise", Check: limits},
		{Name: "what cannot be kept is refused", Check: invalid},
		{Name: "nothing is shared with the caller", Check: notShared},
		{Name: "errors tell nothing that was in a leaf", Check: noSecrets},
		{Name: "a cancelled context writes nothing", Check: cancelled, Concurrent: true},
		{Name: "concurrent writers lose nothing", Check: concurrent, Concurrent: true},
	}
}

// Harness is a fresh log and the trees over it.
type Harness struct {
	Entries audit.Store
	Trees   tree.Store
}

// TreeCase is one rule that every store of trees keeps.
type TreeCase struct {
	Name  string
	Check func(ctx context.Context, h Harness) error
}

// TreeCases returns the suite of [tree.Store].
func TreeCases() []TreeCase {
	return []TreeCase{
		{"where nothing waits there is no work", noWork},
		{"leaves of all practices come once, in the order they were appended", once},
		{"heads come back as they were kept", headsKept},
		{"heads are found by size, mark and age", headsFound},
		{"the next round is given the newest heads", tipsGiven},
		{"work that fails keeps nothing", workFails},
		{"a limit does not part what was appended together", limitKeepsTogether},
		{"what a batch leaves out is a stray", strays},
		{"strays come in pages", strayPages},
		{"leaves that were left out are adopted", adopted},
		{"rows are found by their ids", rowsFound},
		{"hashes are found by their place", hashesFound},
		{"one notary works at a time", oneAtATime},
		{"a cancelled context keeps nothing", cancelledBatch},
	}
}
