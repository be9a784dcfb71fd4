// Package smstest is the conformance suite of stores and queues of texts, and of the providers that carry them. A vendor who
// writes a store of its own runs it too, each case on empty tables:
//
//	for _, c := range append(smstest.Cases(), smstest.QueueCases()...) {
//		t.Run(c.Name, func(t *testing.T) {
//			if err := c.Check(t.Context(), open(t)); err != nil {
//				t.Error(err)
//			}
//		})
//	}
//
// A provider runs [ProviderCases] against a server of the suite's that behaves well and badly, see [Subject]:
//
//	for _, c := range smstest.ProviderCases() {
//		t.Run(c.Name, func(t *testing.T) {
//			if err := c.Check(t.Context(), subject); err != nil {
//				t.Error(err)
//			}
//		})
//	}
//
// A store of registrations (package registration) has a suite of its own, [RegistrationCases], and so has one of links
// (package link), [LinkCases].
//
// The clock that leases run on has to be a real one, for the cases let leases expire.
package smstest
