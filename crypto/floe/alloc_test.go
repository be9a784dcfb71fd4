package floe_test

import (
	"bytes"
	"io"
	"runtime/debug"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/crypto/floe"
)

// raceDetector reports whether this is a build whose pools drop what they hold at random.
func raceDetector() bool {
	info, ok := debug.ReadBuildInfo()
	return ok && slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"})
}

// TestNoAllocation wants a segment to cost no memory once the stream is under way: what a stream allocates does not
// depend on its length.
func TestNoAllocation(t *testing.T) {
	if raceDetector() {
		t.Skip("the race detector allocates")
	}
	const segments = 100
	o := &floe.Options{SegmentSize: 4 << 10}
	plain := text(segments * (4<<10 - 32))
	sealed := seal(t, plain, o)

	w, err := floe.NewWriter(io.Discard, testKey, testAAD, o)
	require.NoError(t, err)
	require.Zero(t, testing.AllocsPerRun(10, func() {
		if _, err := w.Write(plain[:5000]); err != nil {
			t.Error(err)
		}
	}), "Write")
	source := bytes.NewReader(plain)
	require.Zero(t, testing.AllocsPerRun(10, func() {
		source.Reset(plain)
		if _, err := w.ReadFrom(source); err != nil {
			t.Error(err)
		}
	}), "ReadFrom")

	r, err := floe.NewReader(bytes.NewReader(sealed), testKey, testAAD, o)
	require.NoError(t, err)
	p := make([]byte, 5000)
	require.Zero(t, testing.AllocsPerRun(10, func() {
		for _, n := range []int{len(p), 100, 100} {
			if _, err := r.Read(p[:n]); err != nil {
				t.Error(err)
			}
		}
	}), "Read")

	at, err := floe.NewReaderAt(bytes.NewReader(sealed), int64(len(sealed)), testKey, testAAD, o)
	require.NoError(t, err)
	off := int64(0)
	// Less than one, for the garbage collector may take a spare window.
	require.Less(t, testing.AllocsPerRun(10, func() {
		if _, err := at.ReadAt(p, off); err != nil {
			t.Error(err)
		}
		off += 10_000
	}), 1.0, "ReadAt")
}
