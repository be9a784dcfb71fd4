// Package cryptotest has the conformance suites of key stores and key managers. A vendor who writes one runs its suite:
//
//	for _, c := range cryptotest.Cases() {
//		t.Run(c.Name, func(t *testing.T) {
//			if err := c.Check(t.Context(), open(t)); err != nil { // an empty store
//				t.Error(err)
//			}
//		})
//	}
//
// [ManagerCases] is that of key managers, with and without a service behind them:
//
//	for _, c := range cryptotest.ManagerCases() {
//		t.Run(c.Name, func(t *testing.T) {
//			err := c.Check(t.Context(), cryptotest.ManagerHarness{Open: open, Rotate: rotate, Break: fake.Break})
//			if errors.Is(err, cryptotest.ErrNotApplicable) {
//				t.Skip(err)
//			}
//			if err != nil {
//				t.Error(err)
//			}
//		})
//	}
package cryptotest
