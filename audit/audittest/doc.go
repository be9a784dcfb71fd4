// Package audittest is the conformance suite of audit stores. A vendor who writes a store of its own runs it too, each
// case on an empty store:
//
//	for _, c := range audittest.Cases() {
//		t.Run(c.Name, func(t *testing.T) {
//			if err := c.Check(t.Context(), audittest.Harness{Entries: open(t)}); err != nil {
//				t.Error(err)
//			}
//		})
//	}
//
// [Cases] is for [audit.Store]; [TreeCases] is for a store that keeps the trees of a notary as well, and [PruneCases] for
// one from which months can be pruned.
package audittest
