package notary

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestPositionsAsTexts(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		var p, read positions
		want := map[int64]bool{}
		for range rapid.IntRange(0, 20).Draw(rt, "ranges") {
			from := rapid.Int64Range(0, 500).Draw(rt, "from")
			to := from + rapid.Int64Range(0, 130).Draw(rt, "length")
			for at := from; at <= to; at++ {
				p.add(at)
				want[at] = true
			}
		}
		size := rapid.IntRange(8, 60).Draw(rt, "size")
		for _, text := range p.texts(size) {
			require.LessOrEqual(rt, len(text), size)
			require.NoError(rt, read.read(text, 1000))
		}
		for at := int64(-1); at < 700; at++ {
			require.Equal(rt, want[at], p.has(at))
			require.Equal(rt, want[at], read.has(at))
		}
		require.True(rt, p.within(read))
		if p.add(699); !want[699] {
			require.False(rt, p.within(read))
		}
	})
}

func TestPositionsThatCannotBeRead(t *testing.T) {
	for _, text := range []string{"x", "1-", "-1", "3-2", "1,,2", "1-2-3", ","} {
		var p positions
		require.ErrorIs(t, p.read(text, 100), ErrDamaged, text)
	}
	var p positions
	require.NoError(t, p.read("5-9223372036854775807", 100))
	require.Equal(t, []string{"5-99"}, p.texts(100))
	require.Len(t, p, 2, "what lies beyond the tree takes room")
}

// A month in which every second leaf goes is the worst there is: it takes one bit of memory for each leaf of the tree,
// and some ten bytes of text for each that goes.
func TestPositionsOfALargeMonth(t *testing.T) {
	var p positions
	for at := int64(900_000); at < 1_000_000; at += 2 {
		p.add(at)
	}
	require.LessOrEqual(t, len(p)*64, 1_000_064)
	texts := p.texts(32_000)
	require.Less(t, len(texts), 13)
	require.Less(t, len(strings.Join(texts, ",")), 10*50_000)
}
