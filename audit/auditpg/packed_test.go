package auditpg

import (
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/audit/tree"
	"github.com/enamel-go/enamel/internal/uuidv7"
)

func TestPackedMarks(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for name, id := range map[string]func(i int) string{
		"UUIDs":                func(int) string { return uuidv7.New() },
		"texts":                func(i int) string { return "e-" + strconv.Itoa(i) },
		"UUIDs but for one":    func(i int) string { return []string{uuidv7.New(), "x"}[i/99] },
		"UUIDs in upper case":  func(int) string { return "018F4D2E-7C1A-7B3C-9D5E-0123456789AB" },
		"texts of odd letters": func(i int) string { return "ä\x01\n" + strconv.Itoa(i) },
	} {
		t.Run(name, func(t *testing.T) {
			marks := make([]tree.Mark, 100)
			for i := range marks {
				marks[i] = tree.Mark{ID: id(i), Order: strconv.Itoa(random.IntN(1000)) + "." + strconv.Itoa(random.Int())}
			}
			row, err := headRowOf(tree.Head{Marks: marks})
			require.NoError(t, err)
			require.Equal(t, marks, row.head().Marks)
			for i, m := range marks {
				uuid, text := needles(m.ID)
				if row.IDs[0] == packedUUIDs {
					require.Equal(t, uuid, row.IDs[1+16*i:17+16*i])
				} else {
					require.Contains(t, string(row.IDs), string(text))
				}
			}
			for cut := range row.IDs {
				short := row
				short.IDs = row.IDs[:cut]
				require.Empty(t, short.head().Marks, "a head whose ids were cut has none")
			}
			for cut := range row.Orders[1:] {
				short := row
				short.Orders = row.Orders[:cut+1]
				require.Empty(t, short.head().Marks)
			}
		})
	}
	_, err := headRowOf(tree.Head{Marks: []tree.Mark{{ID: "a", Order: "first"}}})
	require.Error(t, err)
}

// Nothing but a UUID in its canonical form is packed as one: of anything else the text could not be made again.
func TestParseUUID(t *testing.T) {
	const id = "018f4d2e-7c1a-7b3c-9d5e-0123456789ab"
	raw, ok := parseUUID(id)
	require.True(t, ok)
	require.Equal(t, id, string(appendUUID(nil, raw[:])))
	odd := []string{"", id[:35], id + "0"}
	for i := range id {
		for _, c := range "-_AFg" {
			if other := id[:i] + string(c) + id[i+1:]; other != id {
				odd = append(odd, other)
			}
		}
	}
	for _, other := range odd {
		_, ok := parseUUID(other)
		require.False(t, ok, other)
	}
}

func FuzzUnpack(f *testing.F) {
	f.Add([]byte{packedUUIDs, 1, 2, 3}, []byte{1, 2})
	f.Add(packTexts([]tree.Mark{{ID: "a"}, {ID: "b"}}), []byte{2, 2, 2, 2})
	f.Fuzz(func(t *testing.T, ids, orders []byte) {
		r := headRow{IDs: ids, Orders: orders}
		if texts, err := unpackIDs(ids); err == nil && len(texts) > 0 {
			r.Lowest, r.Highest = texts[0], texts[len(texts)-1]
		}
		r.head() // whatever somebody wrote there
		(&headRow{Texts: ids}).find("a")
	})
}

func TestAscending(t *testing.T) {
	var ids []string
	for range 100 {
		ids = append(ids, uuidv7.New())
	}
	require.True(t, ascending(ids))
	require.False(t, ascending(ids[:1]))
	for i := range ids {
		ids[i] = strconv.Itoa(rand.IntN(1 << 40))
	}
	require.False(t, ascending(ids))
}
