package notary

import (
	"errors"
	"fmt"
)

var (
	// ErrInvalid is wrapped by the refusal of input that cannot be right, such as a checkpoint of another log.
	ErrInvalid = errors.New("notary: invalid")

	// ErrNotFound is wrapped when a practice has no checkpoint yet, or no batch holds the leaf.
	ErrNotFound = errors.New("notary: not integrated")

	// ErrProof is wrapped when a checkpoint's signature or a proof is wrong.
	ErrProof = errors.New("notary: not proved")

	// ErrDamaged is wrapped when the notary's own rows do not lead to the checkpoint that it signed last. It signs
	// nothing more until they are restored; they never change, so any later backup has them.
	ErrDamaged = errors.New("notary: the tree is damaged")

	// ErrNotDue is wrapped by the refusal to prune what has to be kept longer.
	ErrNotDue = errors.New("notary: must not be pruned")

	// ErrHeld is wrapped by the refusal to prune what somebody holds.
	ErrHeld = errors.New("notary: is held and must not be pruned")

	// ErrBlocked is wrapped by the refusal to prune a month with a leaf that is not in its place in a tree.
	ErrBlocked = errors.New("notary: must not be pruned before its damage is cleared up")

	// ErrTold is wrapped while a month waits for the notary to integrate the entries that say it goes.
	ErrTold = errors.New("notary: the logs are told, and it goes once that is integrated; call again")

	// ErrContradicted is wrapped when a witness keeps a head that the log does not continue: batches are gone, an older
	// backup was loaded, or the history was written anew. The notary signs nothing more until the log is put right.
	ErrContradicted = errors.New("notary: a witness contradicts the log")
)

// RefusedError is what Step returns beside the number of leaves that it integrated, when it refused others.
type RefusedError struct {
	Damage []Damage
}

// Error says how many leaves were refused and names the first.
func (e *RefusedError) Error() string {
	first := e.Damage[0]
	return fmt.Sprintf("notary: %d leaves were not integrated; the first, entry %s of practice %s: %s",
		len(e.Damage), first.ID, first.Practice, first.Note)
}
