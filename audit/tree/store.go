package tree

import (
	"context"
	"errors"
	"iter"
	"time"

	"github.com/enamel-go/enamel/audit"
)

var (
	// ErrBusy is wrapped when another notary is at work on the same log. Nothing was changed.
	ErrBusy = errors.New("tree: another notary is at work")

	// ErrRewound is wrapped when the store counts its transactions lower than it did at the last batch: its contents
	// were loaded into another database. Nothing was changed.
	ErrRewound = errors.New("tree: the database counts its transactions anew")

	// ErrUnread is wrapped when work made a batch without the rows that it was given. Nothing was changed.
	ErrUnread = errors.New("tree: rows of a round were not read")

	// ErrNotFound is wrapped when a hash is asked for that no head holds.
	ErrNotFound = errors.New("tree: no such hash")
)

// Hash is a SHA-256 of RFC 6962, section 2.1.
type Hash = [32]byte

// Store keeps the trees. All methods may be called concurrently.
type Store interface {
	// Integrate calls work with the leaves that are in no batch, in their order, and keeps the batch that it returns:
	// all of it, or nothing when work or the store fails. It hands out at most limit leaves, or as many as one
	// transaction appended, for it never parts those, and never waits for a transaction that is still open. Leaves that
	// work leaves out of its heads are not handed out again, but for those that it sets aside, which Resume hands out. Where
	// no leaf waits, work is not called and the result is nil. One Integrate runs at a time; another one gets [ErrBusy],
	// before work or after it, and also for a moment after one whose context was cancelled. Work must not call the store.
	Integrate(ctx context.Context, limit int, work Work) error

	// Adopt is like Integrate for leaves that were left out: it hands out those of a practice's leaves with these ids
	// that are in no head and do not wait for the next batch.
	Adopt(ctx context.Context, practice string, ids []string, work Work) error

	// Waiting returns, in their order, the practices of which batches set leaves aside that were not taken up since.
	Waiting(ctx context.Context) ([]string, error)

	// Resume is like Integrate for leaves of one practice that batches set aside, in their order: it takes up the oldest
	// batch's, and those of the batches after it as long as they are at most limit together. When the batch is kept they
	// no longer count as set aside, unless it sets them aside again. Leaves that a head names by now or that are gone are
	// not among the rows, which may then be none. Where nothing of the practice is set aside, work is not called.
	Resume(ctx context.Context, practice string, limit int, work Work) error

	// Heads returns heads of one tree as q asks for them. A practice without heads has none; that is no error.
	Heads(ctx context.Context, q Query) ([]Head, error)

	// Rows returns those of a practice's leaves that have one of the ids, in any order. Those that are not there are
	// left out.
	Rows(ctx context.Context, practice string, ids []string) ([]Row, error)

	// Strays returns, in the order of their ids, at most limit of the practice's leaves that are not named by exactly one
	// mark of its heads and whose id is greater than after. A store that can hold two leaves of one id, because it parts
	// them by their terms, returns both of them as well; then a page may be longer.
	Strays(ctx context.Context, practice, after string, limit int) ([]Stray, error)

	// Prunes returns, in the order of their ids, at most limit of the practice's leaves whose action is [PruneAction] and
	// whose id is greater than after.
	Prunes(ctx context.Context, practice, after string, limit int) ([]Row, error)

	// Hashes returns stored hashes of heads in the order of the keys.
	Hashes(ctx context.Context, keys []Key) ([]Hash, error)
}

// Work makes a batch of a round.
type Work func(context.Context, Round) (Batch, error)

// Round is what a notary integrates in one batch.
type Round struct {
	Number int64 // of the batch

	// Rows gives out the rows of all practices, in order and in parts, each as soon as it is read. Work ranges over it
	// once and to its end, before it asks for anything else; otherwise nothing is kept. An error is the last that comes.
	Rows iter.Seq2[[]Row, error]

	// Tips returns the newest head of each of the practices that has one, in brief.
	Tips func(ctx context.Context, practices []string) (map[string]Head, error)

	// Mentions returns the newest mark that the tree of heads has of each of the practices, where it has one. A head of that
	// tree whose marks cannot be read may count as one that has a mark of each.
	Mentions func(ctx context.Context, practices []string) (map[string]Mention, error)

	// Hashes is [Store.Hashes] in the same transaction.
	Hashes func(context.Context, []Key) ([]Hash, error)
}

// Mention is a mark of a practice in the tree of heads.
type Mention struct {
	Number   int64 // of the batch
	Position int64 // in the tree of heads; -1 where the head's marks cannot be read
}

// Batch is what a notary made of a round.
type Batch struct {
	At    time.Time // UTC, at microseconds
	Heads []Head    // at most one a tree
	Aside []Aside   // at most one a practice
}

// Aside is what a batch sets aside of the leaves that it was given: they are in none of its heads, and wait until
// [Store.Resume] takes them up.
type Aside struct {
	Practice string
	IDs      []string // in the order of the rows
}

// Head is one tree after one batch. The leaves of the batch stand at the positions First to Size-1.
type Head struct {
	Practice   string // "" for the tree of heads
	Number     int64  // of the batch
	First      int64
	Size       int64
	Marks      []Mark
	FirstHash  int64  // index of Hashes[0] in the tree's sequence of stored hashes
	Hashes     []Hash // those that the batch's leaves completed and the notary wants kept, by leaf
	Checkpoint string // a signed note
	Found      int64  // the position of the mark that [Query] asks for by ID; 0 where it asks for none
}

// Mark names the leaf at one position: Marks[i] of a head stands at First+i. In the tree of heads ID is a practice.
type Mark struct {
	ID    string
	Order string // as in Row; "" in the tree of heads
}

// Row is a leaf and its place in the order of integration, which the store words as it likes: two rows of a log never
// have the same, and a row's never changes.
type Row struct {
	Leaf  audit.Leaf
	Order string
}

// Stray is a row that Times marks name: none, or more than one, which no notary does. One that none names is Pending when
// it came after the newest batch and waits for the next one, or when it was set aside; otherwise it was left out, or was
// put among rows that had been integrated already. Where Times is 1, another row has its id.
type Stray struct {
	Row
	Pending bool
	Times   int
}

// Key names a stored hash: its index in the sequence of stored hashes of a practice's tree, and the position of the
// leaf that completed it.
type Key struct {
	Practice string
	Index    int64
	Leaf     int64
}

// Query asks for heads of one tree, oldest first, or newest first.
type Query struct {
	Practice string
	After    int64  // only heads whose Size is greater
	Since    int64  // only heads whose Number is greater
	ID       string // only heads with this mark, and each with Found; empty for all
	Newest   bool   // newest first
	Brief    bool   // without Marks and Hashes, for they are most of a head
	Limit    int    // at most this many; at least 1
}
