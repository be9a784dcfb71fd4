package notary_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/audit/auditmem"
	"github.com/enamel-go/enamel/audit/notary"
	"github.com/enamel-go/enamel/audit/tree"
)

// meddled is a store in memory whose contents somebody changes: what it answers is changed on the way.
type meddled struct {
	tree.Store
	rows  func([]tree.Row) []tree.Row
	heads func([]tree.Head) []tree.Head
}

func (m *meddled) Rows(ctx context.Context, practice string, ids []string) ([]tree.Row, error) {
	rows, err := m.Store.Rows(ctx, practice, ids)
	if m.rows != nil {
		rows = m.rows(rows)
	}
	return rows, err
}

func (m *meddled) Heads(ctx context.Context, q tree.Query) ([]tree.Head, error) {
	limit := q.Limit
	q.Limit = 100
	heads, err := m.Store.Heads(ctx, q)
	if m.heads != nil {
		heads = m.heads(heads)
	}
	return heads[:min(limit, len(heads))], err
}

// TestPromise_M4_11_LogAlterationIsFoundAndNamed shows what is done to the rows of the audit log, and by whom it is
// named. The log of grow has e-00013 at position 10, alone in the second of three batches.
func TestPromise_M4_11_LogAlterationIsFoundAndNamed(t *testing.T) {
	const at = ` WHERE practice = 'elm-street' AND id = 'e-00013'`
	row := func(id string) func(tree.Row) bool { return func(r tree.Row) bool { return r.Leaf.ID == id } }
	older := func(heads []tree.Head) []tree.Head {
		return slices.DeleteFunc(heads, func(h tree.Head) bool { return h.Number == 3 })
	}
	var lost []string // the leaves of the third batch
	for i := range 12 {
		lost = append(lost, fmt.Sprintf("deleted %d e-%05d", 11+i, 16+i))
	}
	acts := []struct {
		name string
		sql  string
		mem  meddled
		add  bool // in memory: a forged leaf is among the others
		want []string
	}{
		{name: "nothing", sql: `SELECT 1`, want: []string{}},
		{
			name: "edited", sql: `UPDATE {s}.audit_entry SET actor = 'u-71'` + at, want: []string{"edited 10 e-00013"},
			mem: meddled{rows: func(rows []tree.Row) []tree.Row {
				for i := range rows {
					if row("e-00013")(rows[i]) {
						rows[i].Leaf.Actor.ID = "u-71"
					}
				}
				return rows
			}},
		},
		{
			name: "deleted", sql: `DELETE FROM {s}.audit_entry` + at, want: []string{"deleted 10 e-00013"},
			mem: meddled{rows: func(rows []tree.Row) []tree.Row { return slices.DeleteFunc(rows, row("e-00013")) }},
		},
		{
			name: "swapped", want: []string{"swapped 0 e-00001", "swapped 1 e-00002"},
			sql: `UPDATE {s}.audit_entry AS a SET bytes = b.bytes, mac = b.mac FROM {s}.audit_entry AS b
				WHERE a.practice = b.practice AND (a.id, b.id) IN (('e-00001', 'e-00002'), ('e-00002', 'e-00001'))`,
			mem: meddled{rows: func(rows []tree.Row) []tree.Row {
				i, k := slices.IndexFunc(rows, row("e-00001")), slices.IndexFunc(rows, row("e-00002"))
				if i >= 0 && k >= 0 {
					a, b := &rows[i].Leaf, &rows[k].Leaf
					a.Bytes, a.MAC, b.Bytes, b.MAC = b.Bytes, b.MAC, a.Bytes, a.MAC
				}
				return rows
			}},
		},
		{
			name: "inserted", want: []string{"forged -1 e-99999"}, add: true,
			sql: `INSERT INTO {s}.audit_entry (practice, id, at, actor_kind, actor, action, outcome, term, tag, bytes, mac)
				SELECT practice, 'e-99999', at, actor_kind, actor, action, outcome, term, tag, bytes, mac FROM {s}.audit_entry` + at,
		},
		{
			name: "rolled back to the batch before", want: lost,
			sql: `DELETE FROM {s}.audit_entry WHERE practice = 'elm-street' AND id > 'e-00015'`,
			mem: meddled{rows: func(rows []tree.Row) []tree.Row {
				return slices.DeleteFunc(rows, func(r tree.Row) bool { return r.Leaf.ID > "e-00015" })
			}},
		},
		{
			name: "cut off", want: []string{"cut 11"},
			sql: `DELETE FROM {s}.audit_entry WHERE id > 'e-00015';
				DELETE FROM {s}.audit_batch WHERE number = 3; DELETE FROM {s}.audit_head WHERE number = 3`,
			mem: meddled{heads: older},
		},
	}
	t.Run("mem", func(t *testing.T) {
		for _, act := range acts {
			t.Run(act.name, func(t *testing.T) {
				s := auditmem.New()
				store := act.mem
				store.Store = s
				w := newWorld(t, s, s, nil)
				w.grow(t)
				kept := w.checkpoint(t, elm)
				if act.add {
					forged, err := w.log.Stamp(t.Context(), entry(elm, 1))
					require.NoError(t, err)
					forged.ID = "e-99999" // the code is another id's
					require.NoError(t, w.entries.Append(t.Context(), forged))
				}
				var err error
				w.reader, err = notary.NewReader(&store, w.known)
				require.NoError(t, err)
				damage := w.verify(t, elm, kept).Damage
				if act.name == "cut off" {
					damage = damage[:1] // the leaves are still in memory, in no batch
				}
				require.Equal(t, act.want, found(&notary.Report{Damage: damage}))
			})
		}
	})
	t.Run("postgres", func(t *testing.T) {
		x := newDamaged(t)
		for _, act := range acts {
			t.Run(act.name, func(t *testing.T) {
				defer x.restore(t)
				x.damage(t, act.sql)
				require.Equal(t, act.want, found(x.verify(t, elm, x.kept[0])))
			})
		}
	})
	t.Run("refuses_to_sign_a_forged_leaf", func(t *testing.T) {
		eachStore(t, nil, func(t *testing.T, w *world) {
			forged, err := w.log.Stamp(t.Context(), entry(elm, 1))
			require.NoError(t, err)
			forged.MAC[20] ^= 1
			require.NoError(t, w.entries.Append(t.Context(), forged))
			done, err := w.notary.Step(t.Context())
			require.Zero(t, done)
			var refused *notary.RefusedError
			require.ErrorAs(t, err, &refused)
			require.Equal(t, []string{"forged -1 " + forged.ID}, found(w.verify(t, elm)))
		})
	})
	t.Run("without_rule", func(t *testing.T) {
		// Without a checkpoint from elsewhere a cut tail is not seen, and without the code a forged leaf is integrated.
		x := newDamaged(t)
		x.damage(t, acts[len(acts)-1].sql)
		require.Empty(t, x.verify(t, elm).Damage)

		w := inMemory(t, nil)
		forged, err := w.log.Stamp(t.Context(), entry(elm, 1))
		require.NoError(t, err)
		forged.MAC[20] ^= 1
		require.NoError(t, w.entries.Append(t.Context(), forged))
		credulous, err := audit.NewLog(w.entries, acceptsAll{}, nil)
		require.NoError(t, err)
		n, err := notary.New(w.trees, credulous, w.signer, w.known, nil)
		require.NoError(t, err)
		done, err := n.Step(t.Context())
		require.NoError(t, err)
		require.Equal(t, 1, done)
	})
}
