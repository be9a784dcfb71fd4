package smspg_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/audit/auditmem"
	"github.com/enamel-go/enamel/sms/broadcast"
	"github.com/enamel-go/enamel/sms/smsmem"
)

// castModel is both stores of broadcasts. The one in memory is the model of the other; their places differ.
type castModel struct {
	*clinic
	memory  *smsmem.Broadcasts
	entries int
}

// TestMemoryAndPostgresAgreeOnBroadcasts gives both stores the same random acts and moves.
func TestMemoryAndPostgresAgreeOnBroadcasts(t *testing.T) {
	c := open(t, 2)
	rapid.Check(t, func(rt *rapid.T) {
		c.noBroadcasts(t)
		m := &castModel{clinic: c, memory: smsmem.NewBroadcasts(auditmem.New())}
		rt.Repeat(map[string]func(*rapid.T){"apply": m.apply, "move": m.move, "": func(*rapid.T) {}})
		m.compare(rt)
	})
}

func drawCast(rt *rapid.T) broadcast.Key {
	return broadcast.Key{Practice: draw(rt, "practice", practices), Broadcast: draw(rt, "broadcast", []string{"a", "A"})}
}

// said is an error as both stores have it.
func said(err error) string {
	for _, known := range []error{broadcast.ErrInvalid, broadcast.ErrStale} {
		if errors.Is(err, known) {
			return known.Error()
		}
	}
	return fmt.Sprint(err)
}

func (m *castModel) apply(rt *rapid.T) {
	k := drawCast(rt)
	f := broadcast.Fact{
		ID: draw(rt, "id", names), Practice: k.Practice, Broadcast: k.Broadcast, Recorded: start,
		Kind:  draw(rt, "kind", []broadcast.Kind{broadcast.Included, broadcast.Started, broadcast.Gathered, broadcast.Redirected, broadcast.Finished}),
		Actor: audit.Actor{Kind: audit.Staff, ID: "u-1"},
	}
	facts, err := m.memory.Ledger(rt.Context(), k)
	require.NoError(rt, err)
	change := broadcast.Change{Fact: f, Seen: len(facts) + draw(rt, "seen", []int{0, 0, 0, 0, 1})}
	for range rapid.IntRange(0, 3).Draw(rt, "recipients") {
		change.Recipients = append(change.Recipients, broadcast.Recipient{
			Number: draw(rt, "number", append(numbers, "+12125550102", "+12125550103")), Patient: draw(rt, "patient", []string{"", "p", "P"}),
			Shared: draw(rt, "shared", []bool{false, false, true}), Language: draw(rt, "language", []string{"", "es"}), Stage: broadcast.Waiting,
		})
	}
	m.entries++
	change.Leaves = []audit.Leaf{leaf(m.entries, k.Practice)}
	theirs := change
	if f.Kind == broadcast.Redirected {
		mine, kept := m.recipients(rt, m.memory, k), m.recipients(rt, m.broadcasts(), k)
		for i := range min(len(mine), rapid.IntRange(0, 2).Draw(rt, "instead")) {
			change.Instead, theirs.Instead = append(change.Instead, mine[i].Place), append(theirs.Instead, kept[i].Place)
		}
	}
	want, wantErr := m.memory.Apply(rt.Context(), change)
	got, gotErr := m.broadcasts().Apply(rt.Context(), theirs)
	require.Equal(rt, said(wantErr), said(gotErr))
	require.Equal(rt, want, got)
}

func (m *castModel) move(rt *rapid.T) {
	k := drawCast(rt)
	stages := []broadcast.Stage{broadcast.Waiting, broadcast.Queued, broadcast.Refused}
	move := broadcast.Move{
		Turn: rapid.IntRange(0, 1).Draw(rt, "turn"), From: draw(rt, "from", stages), To: draw(rt, "to", stages),
		Again: rapid.Bool().Draw(rt, "again"), Reason: draw(rt, "reason", []string{"", "it's \\ ?"}),
	}
	want, got := m.recipients(rt, m.memory, k), m.recipients(rt, m.broadcasts(), k)
	require.Len(rt, got, len(want))
	if len(want) == 0 {
		return
	}
	at := rapid.IntRange(0, len(want)-1).Draw(rt, "recipient")
	theirs := move
	move.Place, theirs.Place = want[at].Place, got[at].Place
	done, err := m.memory.Move(rt.Context(), k, move)
	require.NoError(rt, err)
	moved, err := m.broadcasts().Move(rt.Context(), k, theirs)
	require.NoError(rt, err)
	require.Equal(rt, done, moved)
}

// recipients returns a broadcast's recipients of all stages, by stage.
func (m *castModel) recipients(rt *rapid.T, s broadcast.Store, k broadcast.Key) []broadcast.Recipient {
	var all []broadcast.Recipient
	for _, stage := range []broadcast.Stage{broadcast.Waiting, broadcast.Queued, broadcast.Refused} {
		recipients, err := s.Recipients(rt.Context(), k, stage, 0, 100)
		require.NoError(rt, err)
		all = append(all, recipients...)
	}
	return all
}

func (m *castModel) compare(rt *rapid.T) {
	for _, practice := range practices {
		for _, id := range []string{"a", "A"} {
			k := broadcast.Key{Practice: practice, Broadcast: id}
			want, err := m.memory.Ledger(rt.Context(), k)
			require.NoError(rt, err)
			got, err := m.broadcasts().Ledger(rt.Context(), k)
			require.NoError(rt, err)
			require.Empty(rt, cmp.Diff(want, got))
			require.Empty(rt, cmp.Diff(m.recipients(rt, m.memory, k), m.recipients(rt, m.broadcasts(), k), cmpopts.IgnoreFields(broadcast.Recipient{}, "Place")))
			counts, err := m.memory.Tally(rt.Context(), k)
			require.NoError(rt, err)
			tally, err := m.broadcasts().Tally(rt.Context(), k)
			require.NoError(rt, err)
			require.Empty(rt, cmp.Diff(counts, tally))
		}
	}
	want, err := m.memory.Open(rt.Context(), broadcast.Key{}, 10)
	require.NoError(rt, err)
	got, err := m.broadcasts().Open(rt.Context(), broadcast.Key{}, 10)
	require.NoError(rt, err)
	require.Empty(rt, cmp.Diff(want, got))
}
