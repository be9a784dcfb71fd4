package oracle_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/transparency-dev/tessera"
	"github.com/transparency-dev/tessera/storage/posix"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/audit/auditpg"
	"github.com/enamel-go/enamel/audit/notary"
	"github.com/enamel-go/enamel/internal/pairs"
)

// batch is how many leaves are integrated at a time: twenty of Tessera's batches, so that none of them waits for more.
const batch = 5120

// BenchmarkPairIntegrate integrates leaves, on the same disk, beside Tessera with its files. Tessera writes the entries
// themselves when it integrates them, and ours were written by the transactions that made them; so in the second pair
// ours are appended first, in statements of many rows.
func BenchmarkPairIntegrate(b *testing.B) {
	d, o := migrated(b)
	w := worldOn(b, auditpg.New(d.Pool(2), o), auditpg.NewTrees(d.Pool(2), o), &notary.Options{Limit: batch})
	theirs := newTessera(b)

	var leaves []audit.Leaf
	stamp := func(n int) error {
		leaves = leaves[:0]
		for i := range n * batch {
			leaf, err := w.log.Stamp(b.Context(), entry(practice, i))
			if err != nil {
				return err
			}
			leaves = append(leaves, leaf)
		}
		return nil
	}
	write := func() error {
		for part := range slices.Chunk(leaves, 512) {
			if err := w.entries.Append(b.Context(), part...); err != nil {
				return err
			}
		}
		return nil
	}
	integrated := func(n int) error {
		for range n {
			if done, err := w.notary.Step(b.Context()); err != nil || done != batch {
				return fmt.Errorf("%d leaves were integrated, not %d: %w", done, batch, err)
			}
		}
		return nil
	}
	var records [][]byte
	peer := pairs.Peer{
		Name: "tessera", Rate: 4,
		Before: func(n int) error {
			err := stamp(n)
			records = records[:0]
			for _, leaf := range leaves {
				records = append(records, leaf.Record())
			}
			return err
		},
		Run: func(int) error { return theirs.integrate(b.Context(), records) },
	}
	b.Run("stored_leaves", func(b *testing.B) {
		before := func(n int) error { return errors.Join(stamp(n), write()) }
		pairs.Sides(b, pairs.Wait, pairs.Peer{Before: before, Run: integrated}, peer)
	})
	peer.Rate = 0
	b.Run("new_leaves", func(b *testing.B) {
		run := func(n int) error {
			if err := write(); err != nil {
				return err
			}
			return integrated(n)
		}
		pairs.Sides(b, pairs.Wait, pairs.Peer{Before: stamp, Run: run}, peer)
	})
}

// personality is a log of Tessera's.
type personality struct{ appender *tessera.Appender }

// newTessera returns a log with Tessera's own defaults, but for the number of entries that may wait.
func newTessera(b *testing.B) *personality {
	b.Helper()
	driver, err := posix.New(b.Context(), posix.Config{Path: b.TempDir()})
	require.NoError(b, err)
	by, _ := signer(b)
	// It signs what it has integrated once more while it is stopped, which is after b's own context has ended.
	ctx, end := context.WithCancel(context.WithoutCancel(b.Context()))
	b.Cleanup(end)
	appender, stop, _, err := tessera.NewAppender(ctx, driver,
		tessera.NewAppendOptions().WithCheckpointSigner(by).WithPushback(64*batch))
	require.NoError(b, err)
	b.Cleanup(func() { require.NoError(b, stop(ctx)) })
	return &personality{appender}
}

// integrate adds records and waits until each has its place in the tree, which on files is when it is integrated.
func (p *personality) integrate(ctx context.Context, records [][]byte) error {
	places := make([]tessera.IndexFuture, len(records))
	for i, r := range records {
		places[i] = p.appender.Add(ctx, tessera.NewEntry(r))
	}
	for _, place := range places {
		if _, err := place(); err != nil {
			return err
		}
	}
	return nil
}
