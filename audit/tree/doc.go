// Package tree is what a store keeps for a notary: the Merkle trees over the audit log, one for each practice, and one
// over all their heads.
//
// Applications do not use it; they use package notary. It stands apart from notary so that a store links the standard
// library alone. It does no cryptography: which hashes a head carries is the notary's affair.
//
// A notary works in batches. A batch takes every leaf that became visible since the batch before, in the order in which
// the store received them, and adds one [Head] for each practice that had any. Batches are numbered from 1. Nothing of
// a batch ever changes, not even when its leaves go; a [Pruner] lets them go by whole months.
//
// The tree whose practice is the empty string is the tree of heads: its leaves are the unsigned checkpoints of the
// heads that a batch changed, in the order of their practices.
package tree
