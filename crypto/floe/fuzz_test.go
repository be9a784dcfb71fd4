package floe_test

import (
	"bytes"
	"errors"
	"slices"
	"testing"

	"github.com/enamel-go/enamel/crypto/floe"
)

// FuzzReaders gives foreign bytes to both readers: nothing panics, nothing comes out but the beginning of what was
// sealed, and nothing opens to its end but all of it. The key is a fixed one, for the streams that the fuzzer changes
// come from other processes too.
func FuzzReaders(f *testing.F) {
	plain := text(4*payload + 5)
	good := seal(f, plain, small())
	segment := func(i int) []byte { return good[header+i*testSegment:][:testSegment] }
	for _, seed := range [][]byte{
		nil, good, good[:header], good[:header+testSegment], good[:len(good)-1],
		slices.Concat(good[:header], segment(1), segment(0), good[header+2*testSegment:]),
		slices.Concat(good[:header], segment(0), good),
	} {
		f.Add(seed, uint16(7))
	}
	f.Fuzz(func(t *testing.T, sealed []byte, step uint16) {
		for name, read := range map[string]func([]byte, []byte, []byte, *floe.Options, int) ([]byte, error){
			"Reader": readAll, "ReaderAt": readAllAt, "Copy": copyAll, "memory": func(sealed, key, aad []byte, o *floe.Options, _ int) ([]byte, error) {
				return copyAll(sealed, key, aad, o, 0)
			},
		} {
			got, err := read(sealed, testKey, testAAD, small(), 1+int(step))
			if !bytes.HasPrefix(plain, got) {
				t.Errorf("%s released what nobody sealed", name)
			}
			if err == nil && len(got) != len(plain) {
				t.Errorf("%s opened after %d bytes", name, len(got))
			} else if err != nil && !errors.Is(err, floe.ErrNotOpened) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}
