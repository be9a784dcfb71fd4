package crypto_test

import (
	"runtime/debug"
	"testing"

	"github.com/stretchr/testify/require"
)

// raceDetector reports whether this is a build whose pools drop what they hold at random.
func raceDetector() bool {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return false
	}
	for _, s := range info.Settings {
		if s.Key == "-race" {
			return s.Value == "true"
		}
	}
	return false
}

// TestNoAllocation wants sealing and opening with room in dst to allocate nothing: of all that costs time here,
// allocation costs most.
func TestNoAllocation(t *testing.T) {
	if raceDetector() {
		t.Skip("the race detector allocates")
	}
	ring := plainRing(t)
	b := chart("p-204", "n-1")
	ctx := t.Context()
	for _, size := range []int{0, 64, 1024, 16 << 10} {
		plain := make([]byte, size)
		sealed, err := ring.Seal(ctx, nil, plain, b)
		require.NoError(t, err)
		dst := make([]byte, 0, size+40)
		require.Zero(t, testing.AllocsPerRun(100, func() {
			if _, err := ring.Seal(ctx, dst, plain, b); err != nil {
				t.Error(err)
			}
		}), "Seal of %d bytes", size)
		require.Zero(t, testing.AllocsPerRun(100, func() {
			if _, err := ring.Open(ctx, dst, sealed, b); err != nil {
				t.Error(err)
			}
		}), "Open of %d bytes", size)
	}
}
