package smstest

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/internal/suite"
	"github.com/enamel-go/enamel/sms/broadcast"
	"github.com/enamel-go/enamel/sms/template"
)

// BroadcastHarness is one fresh store of broadcasts under test and the audit store that its entries go to.
type BroadcastHarness struct {
	Store   broadcast.Store
	Queue   broadcast.Queue
	Entries audit.Store
	// OneConnection is as in [Harness].
	OneConnection bool
}

// BroadcastCase is one rule that every store of broadcasts keeps.
type BroadcastCase struct {
	Name  string
	Check func(ctx context.Context, h BroadcastHarness) error
}

// BroadcastCases returns the suite of stores of broadcasts.
func BroadcastCases() []BroadcastCase {
	return []BroadcastCase{
		{"every field of a fact survives", everyBroadcastField},
		{"every field of a recipient survives", everyRecipientField},
		{"what is not there is empty", noBroadcast},
		{"a repeated act changes nothing and leaves no second entry", repeatedAct},
		{"a stale act writes nothing", staleAct},
		{"a refused entry takes the act and its recipients with it", actAllOrNothing},
		{"practices and broadcasts do not see each other", broadcastsApart},
		{"ids of broadcasts are exact", exactBroadcasts},
		{"what is returned of a broadcast is not shared", broadcastNotShared},
		{"drafts come page by page", drafts},
		{"a number is one recipient, and shared by those who share it", oneRecipient},
		{"those who are redirected come in the place of others, all of them or none", redirected},
		{"recipients come in the order of their places", recipientsInOrder},
		{"a recipient moves on from where it is, once", moves},
		{"recipients are counted by stage and reason", tally},
		{"a worker finds the broadcasts that it has to see to", open},
		{"a worker finds the broadcasts of which somebody is in review", openInReview},
		{"what no store of broadcasts can keep is refused", invalidBroadcasts},
		{"a cancelled context writes no broadcast", cancelledBroadcast},
		{"of concurrent acts on one broadcast one is written", concurrentActs},
		{"of concurrent moves of a recipient one is made", concurrentMoves},
		{"errors of broadcasts carry no number and no words", noBroadcastSecrets},
	}
}

var cast = broadcast.Key{Practice: practice, Broadcast: "spring"}

// drafted is the draft of a broadcast.
func drafted(id string) broadcast.Fact {
	return broadcast.Fact{
		ID: id, Practice: practice, Broadcast: id, Kind: broadcast.Drafted, Recorded: start, Actor: audit.Actor{Kind: audit.Staff, ID: "u-1"},
		Plan: broadcast.Plan{
			Category: consent.Transactional, Template: "recall", Version: 3, Values: template.Values{"phone": "it's \\ a ? number"},
			Bodies:   map[template.Language]string{template.English: "Elm Street Dental: ?0 👍", template.Spanish: "¿sí?"},
			Language: template.English, From: from, NotBefore: start, LastUseful: start.Add(time.Hour),
			Audience: broadcast.Audience{Criterion: broadcast.Due, Day: "2026-03-31"},
		},
	}
}

// fact is a fact of the broadcast that the cases look at.
func fact(id string, kind broadcast.Kind) broadcast.Fact {
	f := drafted(id)
	f.Broadcast, f.Kind, f.Plan = cast.Broadcast, kind, broadcast.Plan{}
	return f
}

func recipient(n int) broadcast.Recipient {
	return broadcast.Recipient{Number: fmt.Sprintf("+1212555%04d", n), Patient: fmt.Sprint("p-", n), Stage: broadcast.Waiting}
}

func people(from, to int) []broadcast.Recipient {
	var all []broadcast.Recipient
	for n := from; n < to; n++ {
		all = append(all, recipient(n))
	}
	return all
}

// write applies a fact as the next of its ledger, with an entry of that number.
func (h BroadcastHarness) write(ctx context.Context, entry int, f broadcast.Fact, recipients ...broadcast.Recipient) error {
	facts, err := h.Store.Ledger(ctx, f.Key())
	if err != nil {
		return err
	}
	written, err := h.Store.Apply(ctx, h.change(entry, f, len(facts), recipients...))
	if err == nil && !written {
		err = errors.New("a new act was taken for a repeated one")
	}
	return err
}

func (BroadcastHarness) change(entry int, f broadcast.Fact, seen int, recipients ...broadcast.Recipient) broadcast.Change {
	return broadcast.Change{Fact: f, Seen: seen, Recipients: recipients, Leaves: []audit.Leaf{leaf(entry, f.Practice)}}
}

// begin drafts the broadcast that the cases look at, with so many recipients.
func (h BroadcastHarness) begin(ctx context.Context, recipients int) error {
	return steps(
		func() error { return h.write(ctx, 1, drafted("spring")) },
		func() error { return h.write(ctx, 2, fact("in", broadcast.Included), people(0, recipients)...) },
	)
}

func (h BroadcastHarness) at(ctx context.Context, stage broadcast.Stage) ([]broadcast.Recipient, error) {
	return h.Store.Recipients(ctx, cast, stage, 0, 1000)
}

// holds checks how many facts and waiting recipients the broadcast has, and how many entries the log.
func (h BroadcastHarness) holds(ctx context.Context, facts, waiting, entries int) error {
	ledger, err := h.Store.Ledger(ctx, cast)
	if err != nil {
		return err
	}
	there, err := h.at(ctx, broadcast.Waiting)
	if err != nil {
		return err
	}
	return steps(
		func() error { return same("the facts", len(ledger), facts) },
		func() error { return same("the recipients", len(there), waiting) },
		func() error { return logged(ctx, Harness{Entries: h.Entries}, entries) },
	)
}

func everyBroadcastField(ctx context.Context, h BroadcastHarness) error {
	first, second, third := drafted("spring"), fact("b", broadcast.Included), fact("c", broadcast.Gathered)
	first.Plan.Audience = broadcast.Audience{Criterion: broadcast.Condition, Detail: "what?"}
	second.Count, second.Sum, second.Recorded = 7, strings.Repeat("0f", 32), start.Add(time.Microsecond)
	third.After, third.Last, third.Reason = "cursor", true, "it's why"
	want := []broadcast.Fact{first, second, third}
	day := drafted("other")
	if err := suite.Filled(struct{ Facts []broadcast.Fact }{append(slices.Clone(want), day)}); err != nil {
		return err
	}
	for i, f := range append(slices.Clone(want), day) {
		if err := h.write(ctx, i, f); err != nil {
			return err
		}
	}
	got, err := h.Store.Ledger(ctx, cast)
	if err != nil {
		return err
	}
	if err := same("the ledger", got, want); err != nil {
		return err
	}
	if got, err = h.Store.Ledger(ctx, day.Key()); err != nil {
		return err
	}
	return steps(
		func() error { return same("the other ledger", got, []broadcast.Fact{day}) },
		func() error { return logged(ctx, Harness{Entries: h.Entries}, 4) },
	)
}

func everyRecipientField(ctx context.Context, h BroadcastHarness) error {
	want := broadcast.Recipient{
		Number: number, Patient: "p-1", Shared: true, Language: "es", Zone: "America/Chicago", Authorization: "it's form 7",
		Stage: broadcast.Failed, Turn: 3, Reason: "bad_number",
	}
	plain := broadcast.Recipient{Number: "+12125550101", Stage: broadcast.Failed}
	err := steps(
		func() error { return h.write(ctx, 1, drafted("spring")) },
		func() error { return h.write(ctx, 2, fact("in", broadcast.Included), want, plain) },
	)
	if err != nil {
		return err
	}
	got, err := h.at(ctx, broadcast.Failed)
	if err != nil || len(got) != 2 {
		return fmt.Errorf("read %d recipients, error %v", len(got), err)
	}
	want.Place, plain.Place = got[0].Place, got[1].Place
	if err := suite.Filled(struct{ Recipients []broadcast.Recipient }{got}); err != nil {
		return err
	}
	return same("the recipients", got, []broadcast.Recipient{want, plain})
}

func noBroadcast(ctx context.Context, h BroadcastHarness) error {
	for _, k := range []broadcast.Key{{}, cast, {Practice: "nobody", Broadcast: "x"}} {
		facts, err := h.Store.Ledger(ctx, k)
		if err != nil || len(facts) != 0 {
			return fmt.Errorf("a ledger that nobody wrote to: %d facts, error %v", len(facts), err)
		}
		recipients, err := h.Store.Recipients(ctx, k, broadcast.Waiting, 0, 10)
		if err != nil || len(recipients) != 0 {
			return fmt.Errorf("recipients of nothing: %d, error %v", len(recipients), err)
		}
		counts, err := h.Store.Tally(ctx, k)
		if err != nil || len(counts) != 0 {
			return fmt.Errorf("a tally of nothing: %v, error %v", counts, err)
		}
		done, err := h.Store.Move(ctx, k, broadcast.Move{Place: 1, From: broadcast.Waiting, To: broadcast.Queued})
		if err != nil || !slices.Equal(done, []bool{false}) {
			return fmt.Errorf("a move of nobody: %v, error %v", done, err)
		}
		if done, err = h.Store.Move(ctx, k); err != nil || len(done) != 0 {
			return fmt.Errorf("no moves: %v, error %v", done, err)
		}
	}
	return nil
}

func repeatedAct(ctx context.Context, h BroadcastHarness) error {
	if err := h.begin(ctx, 3); err != nil {
		return err
	}
	for seen := range 4 {
		f := fact("in", broadcast.Paused)
		if written, err := h.Store.Apply(ctx, h.change(10+seen, f, seen)); err != nil || written {
			return fmt.Errorf("an id that was used: written %v, error %v", written, err)
		}
	}
	elsewhere := fact("in", broadcast.Included)
	elsewhere.Broadcast = "autumn"
	if written, err := h.Store.Apply(ctx, h.change(20, elsewhere, 0, recipient(9))); err != nil || written {
		return fmt.Errorf("an id that was used for another broadcast: written %v, error %v", written, err)
	}
	left, err := h.Store.Recipients(ctx, elsewhere.Key(), broadcast.Waiting, 0, 10)
	if err != nil || len(left) != 0 {
		return fmt.Errorf("a repeated act left %d recipients, error %v", len(left), err)
	}
	return h.holds(ctx, 2, 3, 2)
}

func staleAct(ctx context.Context, h BroadcastHarness) error {
	if err := h.begin(ctx, 1); err != nil {
		return err
	}
	for _, seen := range []int{0, 1, 3} {
		written, err := h.Store.Apply(ctx, h.change(10+seen, fact("late", broadcast.Included), seen, recipient(5)))
		if !errors.Is(err, broadcast.ErrStale) || written {
			return fmt.Errorf("decided on %d facts of 2: written %v, error %v", seen, written, err)
		}
	}
	foreign := fact("late", broadcast.Paused)
	foreign.Broadcast = "autumn"
	if _, err := h.Store.Apply(ctx, h.change(15, foreign, 1)); !errors.Is(err, broadcast.ErrStale) {
		return fmt.Errorf("an act on a broadcast that nobody drafted: %v", err)
	}
	if err := h.holds(ctx, 2, 1, 2); err != nil {
		return err
	}
	return h.write(ctx, 20, fact("late", broadcast.Included), recipient(5))
}

func actAllOrNothing(ctx context.Context, h BroadcastHarness) error {
	if err := h.begin(ctx, 1); err != nil {
		return err
	}
	if h.OneConnection {
		return nil // the refused entry has ended the transaction
	}
	other := leaf(1, practice)
	other.Bytes = []byte("another entry")
	c := h.change(3, fact("more", broadcast.Included), 2, recipient(5))
	c.Leaves = append(c.Leaves, other)
	if written, err := h.Store.Apply(ctx, c); err == nil || written {
		return fmt.Errorf("an entry whose id is taken: written %v, error %v", written, err)
	}
	if err := h.holds(ctx, 2, 1, 2); err != nil {
		return err
	}
	c.Leaves[1] = leaf(4, practice)
	if written, err := h.Store.Apply(ctx, c); err != nil || !written {
		return fmt.Errorf("after that: written %v, error %v", written, err)
	}
	return h.holds(ctx, 3, 2, 4)
}

func broadcastsApart(ctx context.Context, h BroadcastHarness) error {
	foreign, included := drafted("spring"), fact("in", broadcast.Included)
	foreign.Practice, included.Practice = other, other
	autumn := drafted("autumn")
	more := fact("more", broadcast.Included)
	more.Broadcast = "autumn"
	err := steps(
		func() error { return h.write(ctx, 1, foreign) },
		func() error { return h.write(ctx, 2, included, people(0, 3)...) },
		func() error { return h.holds(ctx, 0, 0, 0) },
		func() error { return h.begin(ctx, 2) },
		func() error { return h.write(ctx, 3, autumn) },
		func() error { return h.write(ctx, 4, more, people(0, 4)...) },
		func() error { return h.holds(ctx, 2, 2, 4) },
	)
	if err != nil {
		return err
	}
	theirs, err := h.Store.Recipients(ctx, foreign.Key(), broadcast.Waiting, 0, 10)
	if err != nil || len(theirs) != 3 {
		return fmt.Errorf("read %d recipients of another practice, error %v", len(theirs), err)
	}
	done, err := h.Store.Move(ctx, cast, broadcast.Move{Place: theirs[0].Place, From: broadcast.Waiting, To: broadcast.Queued})
	if err != nil || done[0] {
		return fmt.Errorf("another practice's recipient was moved: %v, error %v", done, err)
	}
	counts, err := h.Store.Tally(ctx, cast)
	if err != nil {
		return err
	}
	page, err := h.Store.Facts(ctx, broadcast.Query{Practice: practice, Kind: broadcast.Drafted})
	if err != nil {
		return err
	}
	return steps(
		func() error { return same("the tally", counts, broadcast.Tally{broadcast.Waiting: {"": 2}}) },
		func() error { return same("the drafts", len(page.Facts), 2) },
	)
}

func exactBroadcasts(ctx context.Context, h BroadcastHarness) error {
	for i, id := range []string{"ID", "id", "id ", "é", "e\u0301"} {
		if err := h.write(ctx, i, drafted(id)); err != nil {
			return fmt.Errorf("the broadcast %q was taken for another: %w", id, err)
		}
	}
	for i, name := range []string{"Elm", "elm", "elm ", "élm", "e\u0301lm"} {
		f := drafted("spring")
		f.Practice = name
		if err := h.write(ctx, 10+i, f); err != nil {
			return fmt.Errorf("the practice %q was taken for another: %w", name, err)
		}
	}
	return h.holds(ctx, 0, 0, 5)
}

func broadcastNotShared(ctx context.Context, h BroadcastHarness) error {
	f := drafted("spring")
	want := f.Clone()
	if err := h.write(ctx, 1, f); err != nil {
		return err
	}
	f.Plan.Values["phone"] = "changed by the writer"
	for range 2 {
		facts, err := h.Store.Ledger(ctx, cast)
		if err != nil {
			return err
		}
		page, err := h.Store.Facts(ctx, broadcast.Query{Practice: practice, Kind: broadcast.Drafted})
		if err != nil {
			return err
		}
		if !reflect.DeepEqual(facts, []broadcast.Fact{want}) || !reflect.DeepEqual(page.Facts, facts) {
			return errors.New("a plan was changed from outside")
		}
		facts[0].Plan.Values["phone"] = "changed by a reader"
		page.Facts[0].Plan.Bodies[template.English] = "changed by a reader"
	}
	return nil
}

func drafts(ctx context.Context, h BroadcastHarness) error {
	var want []string
	for i := range 5 {
		f := drafted(fmt.Sprint(9 - i))
		want = append(want, f.ID)
		started := fact(fmt.Sprint("started ", i), broadcast.Started)
		started.Broadcast = f.ID
		if err := errors.Join(h.write(ctx, 2*i, f), h.write(ctx, 2*i+1, started)); err != nil {
			return err
		}
	}
	for _, limit := range []int{0, 1, 2, 5, 6} {
		var got []string
		q := broadcast.Query{Practice: practice, Kind: broadcast.Drafted, Limit: limit}
		for range 10 {
			page, err := h.Store.Facts(ctx, q)
			if err != nil {
				return err
			}
			if limit > 0 && len(page.Facts) > limit {
				return fmt.Errorf("a page of %d holds %d", limit, len(page.Facts))
			}
			for _, f := range page.Facts {
				got = append(got, f.ID)
			}
			if q.After = page.Next; q.After == "" {
				break
			}
		}
		if !slices.Equal(got, want) {
			return fmt.Errorf("pages of %d: read %v, not %v", limit, got, want)
		}
	}
	for _, q := range []broadcast.Query{
		{Practice: practice, After: "nothing"}, {Practice: practice, Limit: -1}, {Practice: practice, Limit: 1001}, {},
	} {
		if _, err := h.Store.Facts(ctx, q); !errors.Is(err, broadcast.ErrInvalid) {
			return fmt.Errorf("query %+v: error %v", q, err)
		}
	}
	return nil
}

func oneRecipient(ctx context.Context, h BroadcastHarness) error {
	if err := h.begin(ctx, 4); err != nil {
		return err
	}
	before, err := h.at(ctx, broadcast.Waiting)
	if err != nil || len(before) != 4 {
		return fmt.Errorf("read %d recipients, error %v", len(before), err)
	}
	done, err := h.Store.Move(ctx, cast, broadcast.Move{Place: before[3].Place, From: broadcast.Waiting, To: broadcast.Sent})
	if err != nil || !done[0] {
		return fmt.Errorf("a move: %v, error %v", done, err)
	}
	again, sibling, known, sent, fresh := recipient(0), recipient(1), recipient(2), recipient(3), recipient(4)
	sibling.Patient, sibling.Language = "p-9", "es"
	known.Shared = true
	if err := h.write(ctx, 3, fact("more", broadcast.Included), again, sibling, known, sent, fresh); err != nil {
		return err
	}
	want := before[:3]
	want[1].Shared, want[2].Shared = true, true
	after, err := h.at(ctx, broadcast.Waiting)
	if err != nil || len(after) != 4 {
		return fmt.Errorf("read %d recipients afterwards, error %v", len(after), err)
	}
	fresh.Place = after[3].Place
	return same("the recipients", after, append(want, fresh))
}

func redirected(ctx context.Context, h BroadcastHarness) error {
	if err := h.begin(ctx, 5); err != nil {
		return err
	}
	before, err := h.at(ctx, broadcast.Waiting)
	if err != nil || len(before) != 5 {
		return fmt.Errorf("read %d recipients, error %v", len(before), err)
	}
	done, err := h.Store.Move(ctx, cast,
		broadcast.Move{Place: before[2].Place, From: broadcast.Waiting, To: broadcast.Queued},
		broadcast.Move{Place: before[3].Place, From: broadcast.Waiting, To: broadcast.Refused, Reason: "elsewhere"},
		broadcast.Move{Place: before[4].Place, From: broadcast.Waiting, To: broadcast.Refused, Reason: "consent"})
	if err != nil || !done[0] || !done[1] || !done[2] {
		return fmt.Errorf("the moves: %v, error %v", done, err)
	}
	// Two change places, one of them with a third; a fourth comes to a number whose own patient was refused.
	first, second, fourth, again := recipient(0), recipient(1), recipient(3), recipient(4)
	first.Patient, second.Patient, second.Shared, fourth.Patient = "p-1", "p-0", true, "p-9"
	c := h.change(3, fact("away", broadcast.Redirected), 2, first, second, fourth, again)
	for name, places := range map[string][]int64{
		"one of whom is queued": {before[0].Place, before[1].Place, before[2].Place}, "one of whom is nobody": {before[0].Place, before[4].Place + 1000},
	} {
		c.Instead = places
		if written, err := h.Store.Apply(ctx, c); !errors.Is(err, broadcast.ErrStale) || written {
			return fmt.Errorf("in the place of those %s: written %v, error %v", name, written, err)
		}
	}
	if err := h.holds(ctx, 2, 2, 2); err != nil {
		return err
	}
	c.Instead = []int64{before[1].Place, before[0].Place}
	if written, err := h.Store.Apply(ctx, c); err != nil || !written {
		return fmt.Errorf("in the place of those who wait: written %v, error %v", written, err)
	}
	after, err := h.at(ctx, broadcast.Waiting)
	if err != nil || len(after) != 3 {
		return fmt.Errorf("read %d recipients afterwards, error %v", len(after), err)
	}
	if after[1].Place <= before[4].Place {
		return errors.New("a recipient who came later has an earlier place")
	}
	shared := before[3]
	shared.Shared, shared.Turn = true, 1
	first.Place, second.Place = after[1].Place, after[2].Place
	refused, err := h.at(ctx, broadcast.Refused)
	if err != nil || len(refused) != 1 || refused[0].Place != before[4].Place {
		return fmt.Errorf("read %d who are refused, error %v", len(refused), err)
	}
	queued, err := h.at(ctx, broadcast.Queued)
	if err != nil {
		return err
	}
	before[2].Stage = broadcast.Queued
	return steps(
		func() error { return same("the recipients", after, []broadcast.Recipient{shared, first, second}) },
		func() error { return same("who is queued", queued, before[2:3]) },
		func() error { return logged(ctx, Harness{Entries: h.Entries}, 3) },
	)
}

func recipientsInOrder(ctx context.Context, h BroadcastHarness) error {
	if err := h.begin(ctx, 0); err != nil {
		return err
	}
	backwards := people(0, 600)
	slices.Reverse(backwards)
	if err := h.write(ctx, 3, fact("more", broadcast.Included), backwards...); err != nil {
		return err
	}
	if err := h.write(ctx, 4, fact("yet more", broadcast.Included), people(600, 610)...); err != nil {
		return err
	}
	var got []broadcast.Recipient
	place := int64(0)
	for range 100 {
		page, err := h.Store.Recipients(ctx, cast, broadcast.Waiting, place, 70)
		if err != nil {
			return err
		}
		if len(page) > 70 {
			return fmt.Errorf("asked for 70, got %d", len(page))
		}
		for _, r := range page {
			if r.Place <= place {
				return errors.New("places do not ascend")
			}
			place, r.Place = r.Place, 0
			got = append(got, r)
		}
		if len(page) == 0 {
			break
		}
	}
	return same("the recipients", got, append(backwards, people(600, 610)...))
}

func moves(ctx context.Context, h BroadcastHarness) error {
	if err := h.begin(ctx, 3); err != nil {
		return err
	}
	r, err := h.at(ctx, broadcast.Waiting)
	if err != nil || len(r) != 3 {
		return fmt.Errorf("read %d recipients, error %v", len(r), err)
	}
	for i, step := range []struct {
		moves []broadcast.Move
		want  []bool
	}{
		{[]broadcast.Move{{Place: r[2].Place, From: broadcast.Waiting, To: broadcast.Queued}, {Place: r[0].Place, From: broadcast.Waiting, To: broadcast.Queued}}, []bool{true, true}},
		{[]broadcast.Move{{Place: r[0].Place, From: broadcast.Waiting, To: broadcast.Queued}, {Place: r[1].Place, From: broadcast.Waiting, To: broadcast.Refused, Reason: "consent"}}, []bool{false, true}},
		{[]broadcast.Move{{Place: r[0].Place, From: broadcast.Queued, To: broadcast.Waiting, Again: true}}, []bool{true}},
		{[]broadcast.Move{{Place: r[0].Place, From: broadcast.Waiting, To: broadcast.Queued}}, []bool{false}}, // of an earlier turn
		{[]broadcast.Move{{Place: r[0].Place, Turn: 1, From: broadcast.Waiting, To: broadcast.Queued}}, []bool{true}},
		{[]broadcast.Move{{Place: r[2].Place + 100, From: broadcast.Waiting, To: broadcast.Queued}}, []bool{false}},
	} {
		done, err := h.Store.Move(ctx, cast, step.moves...)
		if err != nil || !slices.Equal(done, step.want) {
			return fmt.Errorf("step %d: moved %v, error %v", i, done, err)
		}
	}
	queued, err := h.at(ctx, broadcast.Queued)
	if err != nil {
		return err
	}
	r[0].Stage, r[0].Turn, r[2].Stage = broadcast.Queued, 1, broadcast.Queued
	refused, err := h.at(ctx, broadcast.Refused)
	if err != nil {
		return err
	}
	r[1].Stage, r[1].Reason = broadcast.Refused, "consent"
	return steps(
		func() error { return same("those who are queued", queued, []broadcast.Recipient{r[0], r[2]}) },
		func() error { return same("who is refused", refused, []broadcast.Recipient{r[1]}) },
	)
}

func tally(ctx context.Context, h BroadcastHarness) error {
	if err := h.begin(ctx, 6); err != nil {
		return err
	}
	r, err := h.at(ctx, broadcast.Waiting)
	if err != nil || len(r) != 6 {
		return fmt.Errorf("read %d recipients, error %v", len(r), err)
	}
	to := func(i int, stage broadcast.Stage, reason string) broadcast.Move {
		return broadcast.Move{Place: r[i].Place, From: broadcast.Waiting, To: stage, Reason: reason}
	}
	_, err = h.Store.Move(ctx, cast, to(0, broadcast.Sent, ""), to(1, broadcast.Refused, "consent"), to(2, broadcast.Refused, "stop"), to(3, broadcast.Refused, "stop"))
	if err != nil {
		return err
	}
	counts, err := h.Store.Tally(ctx, cast)
	if err != nil {
		return err
	}
	return same("the tally", counts, broadcast.Tally{
		broadcast.Waiting: {"": 2}, broadcast.Sent: {"": 1}, broadcast.Refused: {"consent": 1, "stop": 2},
	})
}

func open(ctx context.Context, h BroadcastHarness) error {
	begun := func(entry int, practice, id string, kinds ...broadcast.Kind) error {
		f := drafted(id)
		f.Practice = practice
		if err := h.write(ctx, entry, f); err != nil {
			return err
		}
		for i, kind := range kinds {
			next := f
			next.ID, next.Kind, next.Plan = fmt.Sprint(id, " ", i), kind, broadcast.Plan{}
			if err := h.write(ctx, entry+1+i, next); err != nil {
				return err
			}
		}
		return nil
	}
	err := steps(
		func() error { return begun(10, "b", "running", broadcast.Started) },
		func() error { return begun(20, "b", "draft", broadcast.Included) },
		func() error { return begun(30, "a", "paused", broadcast.Started, broadcast.Gathered, broadcast.Paused) },
		func() error { return begun(40, "a", "finished", broadcast.Started, broadcast.Finished) },
		func() error { return begun(50, "B", "cancelled", broadcast.Cancelled) },
		func() error { return begun(60, "a", "Resumed", broadcast.Started, broadcast.Paused, broadcast.Resumed) },
	)
	if err != nil {
		return err
	}
	want := []broadcast.Key{{Practice: "B", Broadcast: "cancelled"}, {Practice: "a", Broadcast: "Resumed"}, {Practice: "a", Broadcast: "paused"}, {Practice: "b", Broadcast: "running"}}
	for _, limit := range []int{1, 3, 10} {
		var got []broadcast.Key
		var after broadcast.Key
		for range 10 {
			page, err := h.Queue.Open(ctx, after, limit)
			if err != nil {
				return err
			}
			if got = append(got, page...); len(page) < limit {
				break
			}
			after = page[len(page)-1]
		}
		if err := same("the broadcasts", got, want); err != nil {
			return fmt.Errorf("%d at a time: %w", limit, err)
		}
	}
	return nil
}

func openInReview(ctx context.Context, h BroadcastHarness) error {
	if err := h.begin(ctx, 3); err != nil {
		return err
	}
	there, err := h.at(ctx, broadcast.Waiting)
	if err != nil || len(there) != 3 {
		return fmt.Errorf("read %d recipients, error %v", len(there), err)
	}
	move := func(from, to broadcast.Stage, recipients ...broadcast.Recipient) error {
		var moves []broadcast.Move
		for _, r := range recipients {
			moves = append(moves, broadcast.Move{Place: r.Place, From: from, To: to})
		}
		_, err := h.Store.Move(ctx, cast, moves...)
		return err
	}
	opens := func(after broadcast.Key, want ...broadcast.Key) error {
		open, err := h.Queue.Open(ctx, after, 10)
		return errors.Join(err, same("the broadcasts", open, want))
	}
	return steps(
		func() error { return opens(broadcast.Key{}) },
		func() error { return move(broadcast.Waiting, broadcast.Review, there[0], there[2]) },
		func() error { return opens(broadcast.Key{}, cast) },
		func() error { return opens(cast) },
		func() error { return h.write(ctx, 3, fact("started", broadcast.Started)) },
		func() error { return opens(broadcast.Key{}, cast) },
		func() error { return h.write(ctx, 4, fact("finished", broadcast.Finished)) },
		func() error { return move(broadcast.Review, broadcast.Sent, there[0]) },
		func() error { return opens(broadcast.Key{}, cast) },
		func() error { return move(broadcast.Review, broadcast.Failed, there[2]) },
		func() error { return opens(broadcast.Key{}) },
	)
}

func invalidBroadcasts(ctx context.Context, h BroadcastHarness) error {
	if err := h.begin(ctx, 1); err != nil {
		return err
	}
	for name, spoil := range map[string]func(*broadcast.Change){
		"no entry":                     func(c *broadcast.Change) { c.Leaves = nil },
		"another practice's entry":     func(c *broadcast.Change) { c.Leaves = []audit.Leaf{leaf(3, other)} },
		"fewer facts than none":        func(c *broadcast.Change) { c.Seen = -1 },
		"no practice":                  func(c *broadcast.Change) { c.Fact.Practice, c.Leaves[0].Practice = "", "" },
		"an id with a NUL":             func(c *broadcast.Change) { c.Fact.ID = "a\x00" },
		"an unknown kind":              func(c *broadcast.Change) { c.Fact.Kind = "sold" },
		"nobody acts":                  func(c *broadcast.Change) { c.Fact.Actor = audit.Actor{} },
		"a time at nanoseconds":        func(c *broadcast.Change) { c.Fact.Recorded = start.Add(1) },
		"a reason that is no text":     func(c *broadcast.Change) { c.Fact.Reason = "\xff" },
		"a draft without a plan":       func(c *broadcast.Change) { c.Fact.Kind, c.Recipients = broadcast.Drafted, nil },
		"recipients of a pause":        func(c *broadcast.Change) { c.Fact.Kind = broadcast.Paused },
		"a number twice":               func(c *broadcast.Change) { c.Recipients = append(c.Recipients, recipient(5)) },
		"a recipient with a place":     func(c *broadcast.Change) { c.Recipients[0].Place = 7 },
		"a recipient without a number": func(c *broadcast.Change) { c.Recipients[0].Number = "" },
		"a recipient with a NUL":       func(c *broadcast.Change) { c.Recipients[0].Patient = "p\x00" },
		"a recipient at no stage":      func(c *broadcast.Change) { c.Recipients[0].Stage = "lost" },
		"too many recipients":          func(c *broadcast.Change) { c.Recipients = people(0, 1001) },
		"in somebody's place":          func(c *broadcast.Change) { c.Instead = []int64{1} },
		"redirected from nowhere":      func(c *broadcast.Change) { c.Fact.Kind = broadcast.Redirected },
		"in somebody's place twice":    func(c *broadcast.Change) { c.Fact.Kind, c.Instead = broadcast.Redirected, []int64{1, 2, 1} },
		"in the place of too many":     func(c *broadcast.Change) { c.Fact.Kind, c.Instead = broadcast.Redirected, make([]int64, 1001) },
	} {
		c := h.change(3, fact("bad", broadcast.Included), 2, recipient(5))
		spoil(&c)
		if written, err := h.Store.Apply(ctx, c); !errors.Is(err, broadcast.ErrInvalid) || written {
			return fmt.Errorf("%s: written %v, error %v", name, written, err)
		}
	}
	there, err := h.at(ctx, broadcast.Waiting)
	if err != nil || len(there) != 1 {
		return fmt.Errorf("read %d recipients, error %v", len(there), err)
	}
	ok := broadcast.Move{Place: there[0].Place, From: broadcast.Waiting, To: broadcast.Queued}
	for name, spoil := range map[string]func(*broadcast.Move){
		"to no stage":              func(m *broadcast.Move) { m.To = "lost" },
		"from no stage":            func(m *broadcast.Move) { m.From = "" },
		"of a turn below zero":     func(m *broadcast.Move) { m.Turn = -1 },
		"for what is no reason":    func(m *broadcast.Move) { m.Reason = "a\x00" },
		"of one who is moved too ": func(*broadcast.Move) {},
	} {
		m := ok
		spoil(&m)
		if _, err := h.Store.Move(ctx, cast, ok, m); !errors.Is(err, broadcast.ErrInvalid) {
			return fmt.Errorf("a move %s: error %v", name, err)
		}
	}
	return h.holds(ctx, 2, 1, 2)
}

func cancelledBroadcast(ctx context.Context, h BroadcastHarness) error {
	if h.OneConnection {
		return nil
	}
	if err := h.begin(ctx, 1); err != nil {
		return err
	}
	there, err := h.at(ctx, broadcast.Waiting)
	if err != nil || len(there) != 1 {
		return fmt.Errorf("read %d recipients, error %v", len(there), err)
	}
	gone, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := h.Store.Apply(gone, h.change(3, fact("more", broadcast.Included), 2, recipient(5))); err == nil {
		return errors.New("a cancelled act was no error")
	}
	if _, err := h.Store.Move(gone, cast, broadcast.Move{Place: there[0].Place, From: broadcast.Waiting, To: broadcast.Queued}); err == nil {
		return errors.New("a cancelled move was no error")
	}
	return h.holds(ctx, 2, 1, 2)
}

// atOnce runs f several times at once and returns how many of them did it.
func atOnce(f func(n int) (bool, error)) (int, error) {
	type result struct {
		did bool
		err error
	}
	const writers = 8
	results := make(chan result, writers)
	for n := range writers {
		go func() {
			did, err := f(n)
			results <- result{did, err}
		}()
	}
	did := 0
	var failed error
	for range writers {
		r := <-results
		failed = errors.Join(failed, r.err)
		if r.did {
			did++
		}
	}
	return did, failed
}

func concurrentActs(ctx context.Context, h BroadcastHarness) error {
	if h.OneConnection {
		return nil
	}
	if err := h.begin(ctx, 0); err != nil {
		return err
	}
	for round := range 3 {
		written, err := atOnce(func(n int) (bool, error) {
			f := fact(fmt.Sprint(round, " ", n), broadcast.Included)
			written, err := h.Store.Apply(ctx, h.change(10+10*round+n, f, 2+round, recipient(n)))
			if errors.Is(err, broadcast.ErrStale) {
				err = nil
			}
			return written, err
		})
		if err != nil || written != 1 {
			return fmt.Errorf("%d of several were written, error %v", written, err)
		}
	}
	return logged(ctx, Harness{Entries: h.Entries}, 5)
}

func concurrentMoves(ctx context.Context, h BroadcastHarness) error {
	if h.OneConnection {
		return nil
	}
	if err := h.begin(ctx, 1); err != nil {
		return err
	}
	there, err := h.at(ctx, broadcast.Waiting)
	if err != nil || len(there) != 1 {
		return fmt.Errorf("read %d recipients, error %v", len(there), err)
	}
	moved, err := atOnce(func(int) (bool, error) {
		done, err := h.Store.Move(ctx, cast, broadcast.Move{Place: there[0].Place, From: broadcast.Waiting, To: broadcast.Queued})
		return err == nil && done[0], err
	})
	if err != nil || moved != 1 {
		return fmt.Errorf("%d moved the recipient, error %v", moved, err)
	}
	return nil
}

func noBroadcastSecrets(ctx context.Context, h BroadcastHarness) error {
	if err := h.begin(ctx, 1); err != nil {
		return err
	}
	secret := recipient(5)
	secret.Patient, secret.Zone = "planted-patient", "planted-zone"
	f := fact("bad", broadcast.Included)
	f.Reason = "planted-reason\xff"
	_, err := h.Store.Apply(ctx, h.change(3, f, 2, secret))
	if err := quiet(err, "planted", "2125550005"); err != nil {
		return err
	}
	_, err = h.Store.Apply(ctx, h.change(3, fact("bad", broadcast.Included), 2, secret))
	return quiet(err, "planted", "2125550005")
}
