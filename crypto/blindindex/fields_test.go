package blindindex_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/crypto/blindindex"
)

func TestFields(t *testing.T) {
	for _, c := range []struct {
		normal   func(string) (string, error)
		given    string
		want     string
		nameless bool
	}{
		{blindindex.Birth, "1984-07-02", "1984-07-02", false},
		{blindindex.Birth, " 1984-07-02\n", "1984-07-02", false},
		{blindindex.Birth, "2024-02-29", "2024-02-29", false},
		{blindindex.Birth, "2023-02-29", "", true},
		{blindindex.Birth, "07/02/1984", "", true},
		{blindindex.Birth, "1984-7-2", "", true},
		{blindindex.Birth, "1984-07", "", true},
		{blindindex.Birth, "", "", true},
		{blindindex.Phone, "(512) 555-0142 ext. 3", "+15125550142", false},
		{blindindex.Phone, "1.512.555.0142", "+15125550142", false},
		{blindindex.Phone, "+44 7400 123456", "+447400123456", false},
		{blindindex.Phone, "555-0142", "", true},
		{blindindex.Phone, "call mother", "", true},
		{blindindex.Email, " Zoe.Ann+dentist@Example.COM ", "zoe.ann+dentist@example.com", false},
		{blindindex.Email, "ZOË@exämple.com", "zoë@exämple.com", false},
		{blindindex.Email, "\ufeffzoe@ex\u00adample.com\u200b", "zoe@example.com", false}, // as it was copied from a page
		{blindindex.Email, "zoe@example.com \u200b", "zoe@example.com", false},
		{blindindex.Email, "a\u00a0b@c", "", true},
		{blindindex.Email, "zoe@\u200b", "", true},
		{blindindex.Email, "zo\xeb@example.com", "", true},
		{blindindex.Email, "a@b@c", "", true},
		{blindindex.Email, "a b@c", "", true},
		{blindindex.Email, "@c", "", true},
		{blindindex.Email, "zoe", "", true},
		{blindindex.Email, "<zoe@example.com>", "", true},
		{blindindex.Email, "zoe@example.com,", "", true},
		{blindindex.Email, strings.Repeat("A", 249) + "@b.de", strings.Repeat("a", 249) + "@b.de", false},
		{blindindex.Email, "a\x00@b", "", true},
		{blindindex.Email, strings.Repeat("a", 250) + "@b.de", "", true},
		{blindindex.Email, strings.Repeat("Ⱥ", 100) + "@b.de", "", true}, // in lower case it is longer
		{blindindex.MemberID, "xyz 123-456.01", "XYZ12345601", false},
		{blindindex.MemberID, "W2345−67_8/9", "W23456789", false},
		{blindindex.MemberID, "Ｏ０", "O0", false},
		{blindindex.MemberID, "0O1I", "0O1I", false},
		{blindindex.MemberID, "***1234", "", true},
		{blindindex.MemberID, "Ä12", "", true},
		{blindindex.MemberID, " - ", "", true},
		{blindindex.MemberID, "abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJKLMNOPQRSTUVWXYZ", strings.Repeat("ABCDEFGHIJKLMNOPQRSTUVWXYZ", 2), false},
		{blindindex.MemberID, "A@1", "", true}, // what stands beside letters and digits is none
		{blindindex.MemberID, "A[1", "", true},
		{blindindex.MemberID, "A`1", "", true},
		{blindindex.MemberID, "A{1", "", true},
		{blindindex.MemberID, "A:1", "", true},
		{blindindex.MemberID, strings.Repeat("1", 80), strings.Repeat("1", 80), false},
		{blindindex.MemberID, strings.Repeat("1", 81), "", true},
		{blindindex.MemberID, "1\x001", "", true},
		{blindindex.LastFour, "123-45-6789", "6789", false},
		{blindindex.LastFour, "***-**-6789", "6789", false},
		{blindindex.LastFour, "W 0004 ", "0004", false},
		{blindindex.LastFour, "12 34", "1234", false},
		{blindindex.LastFour, "6789", "6789", false},
		{blindindex.LastFour, "678", "", true},
		{blindindex.LastFour, "*678", "", true},
		{blindindex.LastFour, ":678", "", true},
		{blindindex.LastFour, "\x006789", "", true},
		{blindindex.LastFour, "1234A", "", true},
		{blindindex.LastFour, "12A34", "", true},
	} {
		got, err := c.normal(c.given)
		require.Equal(t, c.want, got, "%q", c.given)
		if !c.nameless {
			require.NoError(t, err, "%q", c.given)
			continue
		}
		require.ErrorIs(t, err, blindindex.ErrInvalid, "%q", c.given)
		if trimmed := strings.TrimSpace(c.given); len(trimmed) > 2 {
			require.NotContains(t, err.Error(), trimmed)
		}
	}
}

func TestTruncate(t *testing.T) {
	index := []byte{0b1011_0110, 0b1100_1111, 0xFF}
	for bits, want := range map[int][]byte{
		-1: {}, 0: {}, 1: {0b1000_0000}, 2: {0b1000_0000}, 3: {0b1010_0000}, 7: {0b1011_0110}, 8: {0b1011_0110},
		9: {0b1011_0110, 0b1000_0000}, 12: {0b1011_0110, 0b1100_0000}, 16: {0b1011_0110, 0b1100_1111}, 17: {0b1011_0110, 0b1100_1111, 0x80},
		24: {0b1011_0110, 0b1100_1111, 0xFF}, 25: {0b1011_0110, 0b1100_1111, 0xFF}, 1 << 40: {0b1011_0110, 0b1100_1111, 0xFF},
	} {
		got := blindindex.Truncate(index, bits)
		require.Equal(t, want, append([]byte{}, got...), "%d bits", bits)
		clear(got)
		require.Equal(t, []byte{0b1011_0110, 0b1100_1111, 0xFF}, index, "shares no memory")
	}
	require.Empty(t, blindindex.Truncate(nil, 8))
}
