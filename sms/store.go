package sms

import (
	"context"
	"time"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/consent"
)

// Store keeps one practice's texts and messages for the calls of its users. All methods may be called concurrently; a
// cancelled context writes nothing. What is returned shares no memory with the store.
type Store interface {
	// Apply writes a whole change or nothing of it. It reports false, and writes nothing, not even an entry, when the
	// change was made before or no longer applies: the id of a text in it is taken, its message is known by provider
	// and id, the text to cancel is not queued, the text to resolve is not in review, the text to put back neither failed
	// nor was refused or nobody knows whether it left, the receipt tells nothing new or the text is not as it was seen, the id of
	// a task in it is taken, the task to finish is not open, the content to dispose of is not held. An empty change, and a sender
	// whose number is another practice's, are refused with [ErrInvalid]. A stop does not touch the texts of its own change.
	Apply(ctx context.Context, c Change) (bool, error)

	// Text returns a text, or [ErrNotFound].
	Text(ctx context.Context, k Key) (Tracked, error)

	// Decisions returns every decision on a text, in the order in which they were made: the last one is Text's. A text that
	// is not there has none.
	Decisions(ctx context.Context, k Key) ([]Decision, error)

	// Texts returns a page of a practice's texts, newest first by (Created, ID).
	Texts(ctx context.Context, q Query) (Page, error)

	// Received returns the newest messages that came in to a practice, newest first by (At, ID, Provider), at most
	// q.Limit. It heeds Practice, Number (who wrote), Before, After ([Received.Place]), Free and Limit: IDs are those of texts, no
	// message has States or a Category, and no worker has Claimed it. A flagged message has no body. Inbound.At is not kept.
	Received(ctx context.Context, q Query) ([]Received, error)

	// Known reports whether a message of this key came in before, flagged or not, whatever became of what it held.
	Known(ctx context.Context, k MessageKey) (bool, error)

	// Sender returns the practice's sender of that number, or its only or oldest one where number is empty, or
	// [ErrNotFound].
	Sender(ctx context.Context, practice, number string) (Sender, error)

	Desk
}

// Desk is the part of a [Store] that persons work from.
type Desk interface {
	// Content returns the body of a flagged message, or [ErrNotFound] where there is no such message or its content was
	// disposed of.
	Content(ctx context.Context, k MessageKey) (string, error)

	// Task returns a task, finished or not, or [ErrNotFound]. A text's is there as long as [Tracked.Task] says so.
	Task(ctx context.Context, k Key) (Task, error)

	// Tasks returns a page of a practice's open tasks, those of texts included, first by (Due, ID). A text's is open unless it
	// was finished since a worker claimed the text last.
	Tasks(ctx context.Context, q TaskQuery) (TaskPage, error)
}

// Change is what one write carries.
type Change struct {
	Texts    []Text     // become queued, due at NotBefore
	Received *Received  // a message that came in; the body of a flagged one is kept apart
	Stop     *Stop      // queued texts to a number become refused
	Cancel   *Cancel    // a queued text becomes cancelled
	Receipt  *Delivered // what a provider says of a text
	Resolve  *Resolve   // a person settles a text in review
	Requeue  *Requeue   // a person puts a text back into the queue
	Tasks    []Task     // are opened; none of them is a text's
	Finish   *Finish    // a task is finished; a text's with the text as the change leaves it
	Dispose  *Dispose   // what a flagged message holds is destroyed
	Sender   *Sender    // is added, or replaces the one of the same practice and number
	Leaves   []audit.Leaf
}

// Stop refuses every queued text to a number that is no answer, with a decision that says why.
type Stop struct {
	Practice string
	Number   string
	Decision Decision
}

// Cancel takes a text back that is still queued.
type Cancel struct {
	Key      Key
	Decision Decision
}

// Resolve is what a person found out about a text in review: it was sent, or it failed. It is never sent again.
type Resolve struct {
	Key   Key
	State State // Sent or Failed
}

// Requeue is a text that failed or was refused and shall be looked at once more, without its code and class. It is decided on
// anew: whatever still forbids it refuses it again. One that failed by a person's word, whose class is [Unknown], may have left,
// and is not put back.
type Requeue struct {
	Key Key
	Due time.Time // UTC, at microseconds
}

// Delivered is a receipt for a text. A store keeps the status of the highest rank, the first provider id, and the first
// code with its class that a receipt tells: the first receipt replaces those of an attempt before, empty too, unless the text
// failed.
type Delivered struct {
	Key        Key
	ProviderID string
	Status     Status
	Code       string
	Class      Class
	Seen       *Seen // the text has to be as it was when the receipt was decided on; nil: however it is
}

// Seen is how far a text had come when somebody decided on it.
type Seen struct {
	State    State
	Delivery Status
}

// Query asks for texts or messages.
type Query struct {
	Practice string
	IDs      []string         // only these texts, at most 1000; none: all
	Number   string           // only texts to, or messages from, this number; empty: all
	States   []State          // only texts in one of these states, all as of one moment; none: all
	Category consent.Category // only texts of this category; empty: all
	Before   time.Time        // only texts that were made, or messages that were received, before; zero: all
	Claimed  time.Time        // only texts that a worker claimed after, by [Progress].Claimed; zero: all
	After    string           // Page.Next of the page before, or the Place of a text or a message; empty for the first page
	Limit    int              // 1 to 1000. Defaults to 100.
	Free     bool             // of messages: only those in the writer's own words; see [Received.Free]
	Purpose  Purpose          // what it is read for, which a [Service] requires and a store passes over
}

// Page is one page of texts. Next is empty on the last page.
type Page struct {
	Texts []Tracked
	Next  string
}

// Queue is the worker's side of a store: it crosses practices. What it hands out has no Decision: workers decide anew. Leases run on the store's own clock (the database's),
// everything else on the times it is given. All methods may be called concurrently by several processes.
//
// A text that cannot be read, because its row was altered or its key cannot be had, is given back for a while and told of
// in an error, beside the texts that can. It holds up nobody else's.
type Queue interface {
	// Claim marks up to c.Limit queued texts that are due as [Sending], Claimed at c.Now, under a lease of c.Worker,
	// commits, and returns them by [Text.Priority], then due time. No text is returned to two workers.
	//
	// A [StopAnswer] is claimed only when no other text to its practice and number is unsettled, or when more than
	// [Patience] has passed between its creation and c.Now; in that case the unsettled texts are marked InFlight. A claim
	// that takes it takes no other text to the number. Each
	// side writes its own mark before it reads the other's: a worker claims before it reads consent, a stop is recorded
	// before its answer can be claimed. So of any interleaving either the worker sees the stop or the stop sees the
	// worker.
	Claim(ctx context.Context, c Claim) ([]Tracked, error)

	// Doubt first turns texts whose lease has expired into [Doubtful] ones, to be looked at after c.Wait. Then it leases
	// up to c.Limit doubtful texts whose wait is over to c.Worker and returns them; they stay doubtful.
	Doubt(ctx context.Context, c Claim) ([]Tracked, error)

	// Settle records what became of texts, each of which the settlement's Worker claimed last, sending or doubtful, and
	// ends their leases. For each it reports whether it did; it writes nothing for a text that is no longer that worker's: a
	// lease that expired is still the worker's until another one leases the text. A Tried that is set adds an attempt, and
	// is the FirstTry if it is the first. ProviderID, Code and Class replace the old ones unless empty, Decision unless it
	// has no verdict; Delivery never falls in rank. Code and Class of a text that is settled as [Sent] replace the old ones
	// also where they are empty, for those are of an attempt before; but once somebody has told of its delivery, and why it
	// failed, they are replaced only with a Delivery; what failed has a Class all the same. A text of whose delivery somebody
	// has told is not settled as [Review] either, for nobody has to find out whether it was sent: that reports false. Settling
	// many at once costs little more than settling one. A settlement that cannot be kept, because it is invalid or its key cannot
	// be had, is told of in an error beside the others. Nothing is settled where a text is named twice, which is refused with
	// [ErrInvalid], or an entry's id is taken.
	Settle(ctx context.Context, settlements ...Settlement) ([]bool, error)

	// Take takes up to want texts, which is not negative, from an allowance and returns how many it got: of all that take
	// from one key at once nobody gets what another one got. A key's later allowance replaces the earlier one, from which
	// nothing is to be had any more.
	Take(ctx context.Context, a Allowance, want int) (int, error)
}

// Patience is how long the answer to a STOP waits for texts that are unsettled. The FCC presumes a confirmation within
// five minutes to be within the patient's consent (47 CFR 64.1200(a)(12)).
const Patience = 4 * time.Minute

// Claim asks for work.
type Claim struct {
	Worker string        // a name no other process has
	Now    time.Time     // what is due by this time; UTC
	Lease  time.Duration // how long the worker may take
	Wait   time.Duration // how long a text whose lease expired is left before the provider is asked about it
	Limit  int

	Answers bool // of Claim: only answers to patients' own messages
}

// Settlement is what became of a claimed text.
type Settlement struct {
	Key        Key
	Worker     string
	State      State         // Queued, Doubtful, Review, Sent, Refused, Failed or Cancelled
	Due        time.Time     // of Queued
	Wait       time.Duration // of Doubtful: how long until the provider is asked
	Tried      time.Time     // when a request to the provider began in this claim; zero: none did
	ProviderID string
	Delivery   Status
	Code       string
	Class      Class
	Decision   Decision
	Next       []Text // take the place of the text: become queued, due at NotBefore, in the same write; one whose id is taken is left out
	Leaves     []audit.Leaf
}

// Router finds the practice of a number that texts came in to.
type Router interface {
	// Route returns the practice that texts from number, or [ErrNotFound].
	Route(ctx context.Context, number string) (string, error)
}
