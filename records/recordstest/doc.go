// Package recordstest is the conformance suite of record stores. A vendor who writes a store of its own runs it too:
//
//	for _, c := range recordstest.Cases() {
//		t.Run(c.Name, func(t *testing.T) {
//			entries, store := open(t) // both empty
//			if err := c.Check(t.Context(), recordstest.Harness{Store: store, Entries: entries}); err != nil {
//				t.Error(err)
//			}
//		})
//	}
package recordstest
