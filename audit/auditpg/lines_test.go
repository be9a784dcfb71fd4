package auditpg_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/audit/auditpg"
	"github.com/enamel-go/enamel/audit/tree"
)

// TestRowsOfAnyKind reads leaves back whose columns hold what no line of text can.
func TestRowsOfAnyKind(t *testing.T) {
	plain := audit.Leaf{
		ID: "e-1", Practice: "elm", At: time.Date(2026, 11, 1, 9, 0, 0, 123456000, time.UTC),
		Actor: audit.Actor{Kind: audit.Staff, ID: "u-17"}, Action: "records.patient.read", Outcome: audit.Done,
		Term: audit.SixYears, Tag: []byte{1, 2}, Bytes: []byte(`{"v":1}`), MAC: []byte{3},
	}
	for name, change := range map[string]func(*audit.Leaf){
		"plain":                        func(*audit.Leaf) {},
		"no tag":                       func(f *audit.Leaf) { f.Tag = nil },
		"one year":                     func(f *audit.Leaf) { f.Term = audit.OneYear },
		"every byte":                   func(f *audit.Leaf) { f.Bytes = everyByte() },
		"backslashes":                  func(f *audit.Leaf) { f.Bytes = []byte(`\\\n\000\377`) },
		"a line feed in the actor":     func(f *audit.Leaf) { f.Actor.ID = "u\n17" },
		"a line feed in the id":        func(f *audit.Leaf) { f.ID = "e\n1" },
		"a line feed in the practice":  func(f *audit.Leaf) { f.Practice = "elm\nstreet" },
		"line feeds where they mix up": func(f *audit.Leaf) { f.Actor.ID, f.Bytes = "a\n", []byte("\n\n") },
		"before 1970":                  func(f *audit.Leaf) { f.At = time.Date(1969, 12, 31, 23, 59, 59, 999999000, time.UTC) },
		"1970":                         func(f *audit.Leaf) { f.At = time.Unix(0, 0).UTC() },
		"the last microsecond of 2199": func(f *audit.Leaf) { f.At = time.Date(2199, 12, 31, 23, 59, 59, 999999000, time.UTC) },
		"the year 9999":                func(f *audit.Leaf) { f.At = time.Date(9999, 12, 31, 23, 59, 59, 999999000, time.UTC) },
	} {
		t.Run(name, func(t *testing.T) {
			_, db, o := open(t, 2)
			want := plain.Clone()
			change(&want)
			beside := plain.Clone()
			beside.ID, beside.Practice = "e-2", want.Practice
			require.NoError(t, auditpg.New(db, o).Append(t.Context(), want, beside))
			trees := auditpg.NewTrees(db, o)
			rows, err := trees.Rows(t.Context(), want.Practice, []string{want.ID, beside.ID, "e-3"})
			require.NoError(t, err)
			require.Len(t, rows, 2)
			for _, r := range rows {
				if r.Leaf.ID == want.ID {
					require.Equal(t, want, r.Leaf)
				} else {
					require.Equal(t, beside, r.Leaf)
				}
			}
			require.NoError(t, trees.Integrate(t.Context(), 10, func(_ context.Context, r tree.Round) (tree.Batch, error) {
				for rows, err := range r.Rows {
					require.NoError(t, err)
					require.Equal(t, []audit.Leaf{want, beside}, []audit.Leaf{rows[0].Leaf, rows[1].Leaf})
				}
				return tree.Batch{At: plain.At}, nil
			}))
		})
	}
}

func everyByte() []byte {
	all := make([]byte, 256)
	for i := range all {
		all[i] = byte(i)
	}
	return all
}

// TestTimesThatAreNone are what somebody could put into the table.
func TestTimesThatAreNone(t *testing.T) {
	_, db, o := open(t, 2)
	f := audit.Leaf{
		ID: "e-1", Practice: "elm", At: time.Date(2026, 11, 1, 9, 0, 0, 0, time.UTC),
		Actor: audit.Actor{Kind: audit.Staff, ID: "u-17"}, Action: "a", Outcome: audit.Done, Term: audit.SixYears,
		Bytes: []byte("x"), MAC: []byte{3},
	}
	require.NoError(t, auditpg.New(db, o).Append(t.Context(), f))
	for _, at := range []string{"0044-03-15 BC", "294276-12-31", "2026-11-01 09:00:00.000001Z"} {
		_, err := db.ExecContext(t.Context(), "UPDATE "+o.Schema+".audit_entry SET at = '"+at+"'")
		require.NoError(t, err)
		rows, err := auditpg.NewTrees(db, o).Rows(t.Context(), "elm", []string{"e-1"})
		if err == nil {
			require.NotEqual(t, f.At, rows[0].Leaf.At, at)
		}
	}
}
