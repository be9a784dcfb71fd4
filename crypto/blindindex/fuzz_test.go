package blindindex_test

import (
	"bytes"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/enamel-go/enamel/crypto/blindindex"
)

var normalisers = map[string]func(string) (string, error){
	"name": blindindex.Name, "birth": blindindex.Birth, "phone": blindindex.Phone, "email": blindindex.Email,
	"member": blindindex.MemberID, "last four": blindindex.LastFour,
	"surname": func(s string) (string, error) {
		forms, err := blindindex.Surnames(s)
		if err != nil {
			return "", err
		}
		return forms[0], nil
	},
}

// A normal form is text, not empty, and its own normal form. What has none is refused, without being repeated.
func FuzzNormalise(f *testing.F) {
	for _, seed := range []string{
		"García de la Cruz", "O’Neill", "İpek Işık", "\u0301", "ΠΑΠΑΔΟΠΟΥΛΟΣ", "ﬃ", "Ⱥ@b", "(512) 555-0142", "1984-07-02", "W 12-34", "**1234",
		"a@b", "\xff", "ʻ", "李 小龍", "Jr.", "ẞ", "१२३४", "١٢٣٤",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for field, normal := range normalisers {
			once, err := normal(s)
			if err != nil {
				require.ErrorIs(t, err, blindindex.ErrInvalid)
				require.Empty(t, once)
				continue
			}
			require.NotEmpty(t, once, field)
			require.True(t, utf8.ValidString(once), field)
			twice, err := normal(once)
			require.NoError(t, err, field)
			require.Equal(t, once, twice, field)
		}
	})
}

// A name that holds a letter of a script that we fold is never refused.
func TestLettersAreNeverLost(t *testing.T) {
	letters := rapid.RuneFrom(nil, unicode.Latin, unicode.Greek, unicode.Cyrillic, unicode.Han, unicode.Hangul)
	rapid.Check(t, func(t *rapid.T) {
		letter := letters.Filter(func(r rune) bool { return unicode.In(r, unicode.Ll, unicode.Lu, unicode.Lo) }).Draw(t, "letter")
		if letter == 'Ꞌ' || letter == 'ꞌ' {
			return // apostrophes of languages that count them among their letters
		}
		around := rapid.StringN(0, 20, 80)
		name := around.Draw(t, "before") + string(letter) + around.Draw(t, "behind")
		if strings.ContainsRune(name, 0) {
			return
		}
		if got, err := blindindex.Name(name); err != nil || got == "" {
			t.Fatalf("%q folds to %q, %v", name, got, err)
		}
	})
}

// Two lists of values give one compound only when they are the same list.
func TestCompoundsAreTold(t *testing.T) {
	values := rapid.SliceOfN(rapid.StringOfN(rapid.RuneFrom([]rune("\x00\x01ab|")), 0, 5, -1), 0, 4)
	rapid.Check(t, func(t *rapid.T) {
		a, b := values.Draw(t, "a"), values.Draw(t, "b")
		same := len(a) == len(b)
		for i := range min(len(a), len(b)) {
			same = same && a[i] == b[i]
		}
		if got := blindindex.Compound(a...) == blindindex.Compound(b...); got != same {
			t.Fatalf("%q and %q: %v", a, b, got)
		}
	})
	require.Equal(t, "\x00\x00\x00\x05cruz!\x00\x00\x00\x00", blindindex.Compound("cruz!", ""))
}

// Indexes that agree in their first bits, and only those, are the same when truncated.
func TestTruncatedIndexesAgreeInTheirFirstBits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "a")
		b := bytes.Clone(a)
		flipped := rapid.IntRange(0, 255).Draw(t, "flipped")
		b[flipped/8] ^= 0x80 >> (flipped % 8)
		bits := rapid.IntRange(0, 256).Draw(t, "bits")
		if same := bytes.Equal(blindindex.Truncate(a, bits), blindindex.Truncate(b, bits)); same != (bits <= flipped) {
			t.Fatalf("bit %d was flipped; the first %d are the same: %v", flipped, bits, same)
		}
		if short := blindindex.Truncate(a, bits); len(short) != (bits+7)/8 {
			t.Fatalf("%d bits in %d bytes", bits, len(short))
		}
	})
}
