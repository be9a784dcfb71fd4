package notary

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/enamel-go/enamel/audit/tree"
)

// Witness is somebody outside of the database's reach to whom a notary shows each head of the tree of heads. Package
// audit/witness has one, and a client of others.
type Witness interface {
	// Show gives the witness a signed checkpoint, and with prove the proof that it continues what the witness keeps. It
	// returns nil when the witness keeps it, an error that wraps [ErrContradicted] when the log does not continue what it
	// keeps, and any other error when it could not be shown. It may be called again with what it has seen. It ends with
	// its context, which the notary ends after five seconds, for it waits.
	Show(ctx context.Context, checkpoint string, prove Prove) error
}

// Prove returns the proof that the tree of a checkpoint continues its first old leaves (RFC 6962, section 2.1.2). It is
// empty for none and for all of them. An error wraps [ErrContradicted] when the tree has fewer.
type Prove func(ctx context.Context, old int64) ([]tlog.Hash, error)

// prove returns proofs for the tree of heads of a size.
func (n *Notary) prove(size int64) Prove {
	return func(ctx context.Context, old int64) ([]tlog.Hash, error) {
		if old == 0 || old == size {
			return nil, nil
		}
		if old < 0 || old > size {
			return nil, fmt.Errorf("%w: it keeps a tree of %d leaves, of which there are %d", ErrContradicted, old, size)
		}
		proof, err := tlog.ProveTree(size, old, reader(ctx, n.store, ""))
		if errors.Is(err, tree.ErrNotFound) {
			return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
		}
		return proof, err
	}
}

// show shows a head of the tree of heads to the witness. When that keeps a longer tree, another notary may have shown it
// one since the head was read.
func (n *Notary) show(ctx context.Context, size int64, signed string) error {
	n.shown = false
	ctx, stop := context.WithTimeout(ctx, 5*time.Second) // leaves wait meanwhile
	defer stop()
	for {
		err := n.witness.Show(ctx, signed, n.prove(size))
		if !errors.Is(err, ErrContradicted) {
			n.shown = err == nil
			return wrap("notary: show a head to the witness", err)
		}
		tip, tipErr := n.newestHead(ctx)
		if tipErr != nil || tip.Size <= size {
			return wrap("notary: show a head to the witness", errors.Join(err, tipErr))
		}
		size, signed = tip.Size, tip.Checkpoint
	}
}

// catchUp shows the witness the newest head when this process does not know that it has one: after a start, and after it
// failed.
func (n *Notary) catchUp(ctx context.Context) error {
	if n.witness == nil || n.shown {
		return nil
	}
	tip, err := n.newestHead(ctx)
	if err != nil {
		return wrap("notary: read the newest head", err)
	}
	if tip.Size == 0 {
		return nil
	}
	return n.show(ctx, tip.Size, tip.Checkpoint)
}

// newestHead is the newest of the tree of heads, whose size is what was signed, or a zero one.
func (n *Notary) newestHead(ctx context.Context) (tree.Head, error) {
	heads, err := n.store.Heads(ctx, tree.Query{Newest: true, Brief: true, Limit: 1})
	if err != nil || len(heads) == 0 {
		return tree.Head{}, err
	}
	if !sizeSigned(heads[0], n.known) {
		return tree.Head{}, fmt.Errorf("%w: the newest head of the tree of heads does not fit its checkpoint", ErrDamaged)
	}
	return heads[0], nil
}

func wrap(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", what, err)
}
