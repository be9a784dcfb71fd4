package audittest

import (
	"context"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/audit/tree"
)

// Harness is one fresh store under test and the trees over it.
type Harness struct {
	Entries audit.Store
	Trees   tree.Store // [Cases] do without
	// Pruner is Trees as a store that drops months, for [PruneCases].
	Pruner tree.Pruner
	// Months puts what was appended into its months, where the store does not do so by itself; otherwise nil.
	Months func(ctx context.Context) error
	// OneConnection says that the store works inside a single transaction, so that cases with concurrent writers and
	// cancelled contexts, which such a transaction does not survive, are left out. Trees never do.
	OneConnection bool
}

// Case is one rule that every store keeps.
type Case struct {
	Name  string
	Check func(ctx context.Context, h Harness) error
}

// Cases returns the suite of [audit.Store].
func Cases() []Case {
	return []Case{
		{"a practice without leaves has an empty page", absence},
		{"every field survives", everyField},
		{"a leaf is kept once", repeated},
		{"another leaf under the same id is refused", conflicts},
		{"all leaves are kept or none", allOrNothing},
		{"practices do not see each other", practicesApart},
		{"practices and tags are exact", exact},
		{"pages are in the order of time, then of ids byte by byte", order},
		{"a thousand leaves come in pages, each once", paging},
		{"a page holds no leaf of another tag", tags},
		{"a page has 100 leaves unless the query says otherwise", limits},
		{"what cannot be kept is refused", invalid},
		{"nothing is shared with the caller", notShared},
		{"errors tell nothing that was in a leaf", noSecrets},
		{"a cancelled context writes nothing", cancelled},
		{"concurrent writers lose nothing", concurrent},
	}
}

// TreeCases returns the suite of [tree.Store].
func TreeCases() []Case {
	return []Case{
		{"where nothing waits there is no work", noWork},
		{"leaves of all practices come once, in the order they were appended", once},
		{"heads come back as they were kept", headsKept},
		{"heads are found by size, batch, mark and age", headsFound},
		{"heads can be had in brief", headsInBrief},
		{"a mark is found in its place", marksFound},
		{"the next round is given the newest heads", tipsGiven},
		{"the next round is told where the tree of heads mentions its practices last", mentionsGiven},
		{"work that fails keeps nothing", workFails},
		{"rows that work did not read are not passed over", rowsUnread},
		{"a limit does not part what was appended together", limitKeepsTogether},
		{"what a batch leaves out is a stray", strays},
		{"strays come in pages", strayPages},
		{"a leaf that two marks name is a stray", namedTwice},
		{"leaves that were left out are adopted", adopted},
		{"what a batch sets aside waits until it is taken up", asideWaits},
		{"what batches set aside is taken up in parts, the oldest first", asideInParts},
		{"what cannot be taken up stays set aside", asideAgain},
		{"what was set aside and adopted is not taken up", asideAdopted},
		{"rows are found by their ids", rowsFound},
		{"hashes are found by their place", hashesFound},
		{"entries of prunings are found, in pages", prunesFound},
		{"one notary works at a time", oneAtATime},
		{"a cancelled context keeps nothing", cancelledBatch},
	}
}

// PruneCases returns the suite of [tree.Pruner].
func PruneCases() []Case {
	return []Case{
		{"months are listed, and what they hold", monthsListed},
		{"a month is dropped as a whole, and nothing else", monthDropped},
		{"a month that holds anything else stays", monthChanged},
	}
}
