// Package oracle has no code of its own. Its tests ask libraries of others to judge what Enamel makes, and its
// benchmarks measure Enamel beside them. It is a module of its own, so that none of them becomes a requirement of
// Enamel's users.
package oracle
