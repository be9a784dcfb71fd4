package notary_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/audit"
)

// TestForgedDoubleHidesNoLeaf puts a forged row of the other term beside each genuine one: the store reads both under one
// id, in any order, and a file has what was integrated.
func TestForgedDoubleHidesNoLeaf(t *testing.T) {
	for term, other := range map[audit.Term]string{audit.OneYear: "6y", audit.SixYears: "1y"} {
		t.Run(string(term), func(t *testing.T) {
			x := damagedWorld(t, func(w *world) {
				for i := range 5 {
					e := entry(elm, i)
					e.Term = term
					require.NoError(t, w.log.Record(t.Context(), e))
				}
				w.step(t, 5)
			})
			export, extract := x.export(t, elm), x.extract(t, elm, "e-00001", "e-00004")
			x.exec(t, `INSERT INTO {s}.audit_entry (practice, id, at, actor_kind, actor, action, outcome, term, tag, bytes, mac)
				SELECT practice, id, at, actor_kind, actor, action, outcome, '`+other+`', tag, '{}', mac
				FROM {s}.audit_entry WHERE practice = 'elm-street'`)
			require.Equal(t, export, x.export(t, elm))
			require.Equal(t, extract, x.extract(t, elm, "e-00001", "e-00004"))
			require.Len(t, x.verify(t, elm).Damage, 5, "and the doubles are named")
		})
	}
}
