package auditmem_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/audit/auditmem"
	"github.com/enamel-go/enamel/audit/audittest"
	"github.com/enamel-go/enamel/audit/tree"
)

var (
	_ audit.Store = (*auditmem.Store)(nil)
	_ tree.Pruner = (*auditmem.Store)(nil)
)

func TestStore(t *testing.T) {
	for _, c := range audittest.Cases() {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			require.NoError(t, c.Check(t.Context(), audittest.Harness{Entries: auditmem.New()}))
		})
	}
}

func TestTrees(t *testing.T) {
	for _, c := range audittest.TreeCases() {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			s := auditmem.New()
			require.NoError(t, c.Check(t.Context(), audittest.Harness{Entries: s, Trees: s}))
		})
	}
}

func TestPruner(t *testing.T) {
	for _, c := range audittest.PruneCases() {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			s := auditmem.New()
			require.NoError(t, c.Check(t.Context(), audittest.Harness{Entries: s, Trees: s, Pruner: s}))
		})
	}
}
