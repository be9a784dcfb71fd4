package crypto_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/enamel-go/enamel/crypto"
)

// TestMovedNeverOpens seals under every binding of a grid and opens it under every other. The grid holds the pairs that
// joining with or without separators would confuse.
func TestMovedNeverOpens(t *testing.T) {
	ring := plainRing(t)
	words := []string{"a", "ab", "b", "a|b", "A", "a ", "\u00e9", "e\u0301"}
	var bindings []crypto.Binding
	for _, w := range words[:4] {
		for _, x := range words {
			bindings = append(bindings,
				crypto.Binding{Practice: w, Kind: x, ID: "1"},
				crypto.Binding{Practice: "p", Kind: w, ID: x},
				crypto.Binding{Practice: w, Patient: x, Class: crypto.Chart, Kind: "k", ID: "1"},
				crypto.Binding{Practice: "p", Patient: w, Class: crypto.Billing, Kind: x, ID: "1"},
				crypto.Binding{Practice: "p", Patient: w, Class: crypto.Evidence, Kind: "k", ID: x},
				crypto.Binding{Practice: "p", Patient: x, Class: crypto.Chart, Kind: w, ID: w},
			)
		}
	}
	for i, from := range bindings {
		sealed := seal(t, ring, "plain", from)
		for j, to := range bindings {
			if from == to {
				opens(t, ring, sealed, to, "plain")
				continue
			}
			got, err := ring.Open(t.Context(), nil, sealed, to)
			require.ErrorIs(t, err, crypto.ErrNotOpened, "%d opened as %d", i, j)
			require.Nil(t, got)
		}
	}
}

func someBinding(rt *rapid.T, label string) crypto.Binding {
	word := rapid.StringMatching(`[ab|.]{1,3}`)
	b := crypto.Binding{
		Practice: word.Draw(rt, label+" practice"), Kind: word.Draw(rt, label+" kind"), ID: word.Draw(rt, label+" id"),
	}
	if rapid.Bool().Draw(rt, label+" of a patient") {
		b.Patient = word.Draw(rt, label+" patient")
		b.Class = rapid.SampledFrom([]crypto.Class{crypto.Chart, crypto.Billing, crypto.Evidence}).Draw(rt, label+" class")
	}
	return b
}

// TestRoundTrip draws what the grid does not hold: a value opens under an equal binding and no other.
func TestRoundTrip(t *testing.T) {
	ring := plainRing(t)
	rapid.Check(t, func(rt *rapid.T) {
		from, to := someBinding(rt, "from"), someBinding(rt, "to")
		plain := rapid.SliceOfN(rapid.Byte(), 0, 200).Draw(rt, "plain")
		prefix := rapid.SliceOfN(rapid.Byte(), 0, 8).Draw(rt, "prefix")
		sealed, err := ring.Seal(t.Context(), prefix, plain, from)
		if err != nil {
			rt.Fatal(err)
		}
		if len(sealed) != len(prefix)+40+len(plain) || string(sealed[:len(prefix)]) != string(prefix) {
			rt.Fatal("the result is not 40 bytes longer, behind what was in dst")
		}
		got, err := ring.Open(t.Context(), prefix, sealed[len(prefix):], from)
		if err != nil || string(got) != string(prefix)+string(plain) {
			rt.Fatalf("does not open under its own binding: %v", err)
		}
		got, err = ring.Open(t.Context(), nil, sealed[len(prefix):], to)
		if (err == nil) != (from == to) || from != to && got != nil {
			rt.Fatalf("moved from %v to %v: %v", from, to, err)
		}
	})
}

func TestBadBindings(t *testing.T) {
	good := chart("p-204", "n-1")
	long := strings.Repeat("x", 65)
	sealed := seal(t, plainRing(t), "plain", good)
	for name, change := range map[string]func(*crypto.Binding){
		"no practice":              func(b *crypto.Binding) { b.Practice = "" },
		"long practice":            func(b *crypto.Binding) { b.Practice = long },
		"NUL in practice":          func(b *crypto.Binding) { b.Practice = "a\x00" },
		"practice that is no text": func(b *crypto.Binding) { b.Practice = "\xff" },
		"long patient":             func(b *crypto.Binding) { b.Patient = long },
		"NUL in patient":           func(b *crypto.Binding) { b.Patient = "a\x00" },
		"class without patient":    func(b *crypto.Binding) { b.Patient = "" },
		"patient without class":    func(b *crypto.Binding) { b.Class = "" },
		"unknown class":            func(b *crypto.Binding) { b.Class = "Chart" },
		"the practice's own class": func(b *crypto.Binding) { b.Class = "data" },
		"no kind":                  func(b *crypto.Binding) { b.Kind = "" },
		"long kind":                func(b *crypto.Binding) { b.Kind = strings.Repeat("x", 257) },
		"NUL in kind":              func(b *crypto.Binding) { b.Kind = "a\x00" },
		"no id":                    func(b *crypto.Binding) { b.ID = "" },
		"long id":                  func(b *crypto.Binding) { b.ID = strings.Repeat("x", 257) },
	} {
		t.Run(name, func(t *testing.T) {
			s := newStore()
			ring := newRing(t, s, crypto.NewEphemeral(), nil)
			b := good
			change(&b)
			got, err := ring.Seal(t.Context(), nil, []byte("plain"), b)
			require.ErrorIs(t, err, crypto.ErrInvalid)
			require.Nil(t, got)
			got, err = ring.Open(t.Context(), nil, sealed, b)
			require.ErrorIs(t, err, crypto.ErrInvalid)
			require.Nil(t, got)
			require.Zero(t, s.reads.Load(), "bad input asks for no key")

			warm := plainRing(t) // where no row has to be read
			own := seal(t, warm, "plain", good)
			got, err = warm.Seal(t.Context(), nil, []byte("plain"), b)
			require.ErrorIs(t, err, crypto.ErrInvalid)
			require.Nil(t, got)
			got, err = warm.Open(t.Context(), nil, own, b)
			require.ErrorIs(t, err, crypto.ErrInvalid)
			require.Nil(t, got)
		})
	}
	_, err := plainRing(t).Index(t.Context(), practice, "", "value")
	require.ErrorIs(t, err, crypto.ErrInvalid)
	_, err = plainRing(t).Index(t.Context(), "", "kind", "value")
	require.ErrorIs(t, err, crypto.ErrInvalid)
	for _, s := range []crypto.Subject{
		{}, {Practice: practice}, {Practice: practice, Class: "data"}, {Practice: practice, Patient: "p"},
	} {
		require.ErrorIs(t, plainRing(t).Shred(t.Context(), s), crypto.ErrInvalid, "%v", s)
	}
}

// TestAltered flips every bit of a sealed value, cuts it everywhere, and lengthens it.
func TestAltered(t *testing.T) {
	ring := plainRing(t)
	b := chart("p-204", "n-1")
	for _, plain := range []string{"", "1987-05-11"} {
		sealed := seal(t, ring, plain, b)
		for bit := range len(sealed) * 8 {
			bad := append([]byte(nil), sealed...)
			bad[bit/8] ^= 1 << (bit % 8)
			want := crypto.ErrAuth
			switch {
			case bit < 4*8:
				want = crypto.ErrVersion
			case bit < 12*8:
				want = crypto.ErrUnknownKey
			}
			shut(t, ring, bad, b, want)
		}
		for n := range len(sealed) {
			shut(t, ring, sealed[:n], b, crypto.ErrAuth)
			if n > 0 {
				shut(t, ring, sealed[n:], b, crypto.ErrNotOpened)
			}
		}
		shut(t, ring, append(sealed[:len(sealed):len(sealed)], 0), b, crypto.ErrAuth)
		shut(t, ring, nil, b, crypto.ErrAuth)
	}
}

// TestMixed swaps parts between values of one key: header, nonce, ciphertext and tag belong together.
func TestMixed(t *testing.T) {
	ring := plainRing(t)
	b := chart("p-204", "n-1")
	one, two := seal(t, ring, "1987-05-11", b), seal(t, ring, "1952-12-01", b)
	for _, part := range [][2]int{{12, 24}, {24, 34}, {34, 50}, {12, 34}, {24, 50}} {
		mixed := append([]byte(nil), one...)
		copy(mixed[part[0]:part[1]], two[part[0]:part[1]])
		shut(t, ring, mixed, b, crypto.ErrAuth)
	}
	require.NotEqual(t, one[12:24], two[12:24], "nonces differ")
}

// TestRefusedLeavesNoPlaintext looks into the buffer of a refused value.
func TestRefusedLeavesNoPlaintext(t *testing.T) {
	ring := plainRing(t)
	b := chart("p-204", "n-1")
	plain := strings.Repeat("planted ", 64)
	sealed := seal(t, ring, plain, b)
	sealed[len(sealed)-1] ^= 1
	buffer := make([]byte, 0, 1024)
	got, err := ring.Open(t.Context(), buffer, sealed, b)
	require.ErrorIs(t, err, crypto.ErrAuth)
	require.Nil(t, got)
	require.NotContains(t, string(buffer[:cap(buffer)]), "planted")
}

// TestOverlap seals and opens in place and at every offset of one array, where the standard library panics.
func TestOverlap(t *testing.T) {
	ring := plainRing(t)
	b := chart("p-204", "n-1")
	const plain = "a value of some length"
	for from := range 60 {
		t.Run(fmt.Sprint(from), func(t *testing.T) {
			array := make([]byte, 300)
			copy(array[from:], plain)
			sealed, err := ring.Seal(t.Context(), array[:0], array[from:from+len(plain)], b)
			require.NoError(t, err)
			opens(t, ring, sealed, b, plain)

			copy(array[from:], sealed)
			got, err := ring.Open(t.Context(), array[:0], array[from:from+len(sealed)], b)
			require.NoError(t, err)
			require.Equal(t, plain, string(got))
		})
	}
}
