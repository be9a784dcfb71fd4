package auditpg

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestSnapshotText(t *testing.T) {
	for _, text := range []string{"1:1:", "10:20:10,14,15", "20:20:"} {
		s, err := parseSnapshot(text)
		require.NoError(t, err)
		require.Equal(t, text, s.String())
	}
	for _, text := range []string{"", "1:1", "a:b:", "1:0:", "1:5:7", "1:5:3,2", "1:5:x", "1:5:2:3"} {
		_, err := parseSnapshot(text)
		require.Error(t, err, text)
	}
}

// TestSnapshotUntil draws two snapshots of one history and a cut, and looks at every transaction.
func TestSnapshotUntil(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const most = 30
		ended := rapid.SliceOfN(rapid.IntRange(1, 40), most, most).Draw(t, "ended") // when transaction i+1 committed
		began := func(xid int64) int { return int(xid) }
		at := func(now int) snapshot {
			s := snapshot{xmax: 1}
			for xid := int64(1); xid <= most && began(xid) <= now; xid++ {
				s.xmax = xid + 1
				if ended[xid-1] > now {
					s.xip = append(s.xip, xid)
				}
			}
			return s
		}
		first := rapid.IntRange(0, 40).Draw(t, "first")
		before, after := at(first), at(rapid.IntRange(first, 41).Draw(t, "second"))
		xid := rapid.Int64Range(1, most+2).Draw(t, "cut")
		cut := before.until(after, xid)
		for x := int64(1); x <= most+2; x++ {
			if want := before.sees(x) || (x < xid && after.sees(x)); cut.sees(x) != want {
				t.Fatalf("%v until %v of %v = %v: transaction %d", before, xid, after, cut, x)
			}
		}
		if !slices.IsSorted(cut.xip) {
			t.Fatalf("%v is not sorted", cut)
		}
		if back, err := parseSnapshot(cut.String()); err != nil || back.String() != cut.String() {
			t.Fatalf("%v reads back as %v, %v", cut, back, err)
		}
	})
}
