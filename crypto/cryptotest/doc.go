// Package cryptotest is the conformance suite of key stores. A vendor who writes a store of its own runs it too:
//
//	for _, c := range cryptotest.Cases() {
//		t.Run(c.Name, func(t *testing.T) {
//			if err := c.Check(t.Context(), open(t)); err != nil { // an empty store
//				t.Error(err)
//			}
//		})
//	}
package cryptotest
