package records

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestFold(t *testing.T) {
	for _, same := range [][]string{
		{"Müller", "MULLER", "muller", " Mu\u0308ller ", "müller", "Mül\u00adler", "Mül\u200bler"},
		{"van der Berg", "Van  Der\tBerg", "VAN DER BERG\u00a0"},
		{"O’Brien", "O'Brien", "o‘brien", "OʼBRIEN"},
		{"Smith-Jones", "smith‐jones", "SMITH–JONES"},
		{"Straße", "STRASSE", "strasse", "STRAẞE"},
		{"Łukasz", "lukasz"},
		{"Ægir Sørensen", "aegir sorensen"},
		{"Nguyễn", "NGUYEN", "nguye\u0302\u0303n"},
		{"İpek Işık", "ipek isik"},
		{"Παπαδόπουλος", "ΠΑΠΑΔΟΠΟΥΛΟΣ"},
		{"Алёна", "алена", "АЛЕ\u0308НА"},
		{"李 小龍", "李　小龍"},
	} {
		for _, name := range same {
			require.Equal(t, fold(same[0]), fold(name), "%q", name)
		}
	}
	for _, pair := range [][2]string{{"O'Brien", "OBrien"}, {"Mary Ann", "Maryann"}, {"Mary-Ann", "Mary Ann"}, {"Ann", "Anna"}, {"李", "林"}} {
		require.NotEqual(t, fold(pair[0]), fold(pair[1]))
	}
	require.Empty(t, fold(" \t\u00a0\u200b"))
}

func TestFoldingTwiceChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.String().Draw(t, "name")
		once := fold(name)
		if twice := fold(once); twice != once {
			t.Fatalf("%q folds to %q, and that to %q", name, once, twice)
		}
		if strings.Contains(once, "\n") || strings.Contains(once, "  ") || strings.TrimSpace(once) != once {
			t.Fatalf("%q folds to %q", name, once)
		}
	})
}

func TestTerms(t *testing.T) {
	p := Patient{
		Name: Name{Family: "Müller", Given: "Zoë"}, Birth: Date{Year: 1984, Month: time.July, Day: 2}, Email: "Zoe@Example.COM",
		Phones: []Phone{{Number: "(212) 555-0100"}, {Number: "+1 212 555 0100"}, {Number: "call the school "}, {Number: "call the school"}},
	}.settled()
	require.Equal(t, []Term{
		{ByName, "muller\nzoe\n1984-07-02"},
		{ByPhone, "+12125550100"},
		{ByPhone, "call the school"},
		{ByEmail, "zoe@example.com"},
	}, Terms(p))
	require.Equal(t, []Term{{ByName, "\nada\n"}}, Terms(Patient{Name: Name{Given: "Ada"}}))
}

func TestPhonesAreKeptAndJudged(t *testing.T) {
	for _, c := range []struct {
		given Phone
		want  Phone
	}{
		{Phone{Number: "(512) 555-0142"}, Phone{Number: "+15125550142", Textable: true}},
		{Phone{Number: "512.555.0142", Use: Mobile, Why: "from before"}, Phone{Number: "+15125550142", Use: Mobile, Textable: true}},
		{Phone{Number: "512.555.0142", Use: Old, Textable: true}, Phone{Number: "+15125550142", Use: Old, Why: "it is no longer in use"}},
		{Phone{Number: "555-767-7476", Textable: true}, Phone{Number: "555-767-7476", Why: "its area code is not in use"}},
		{Phone{Number: "ask mother"}, Phone{Number: "ask mother", Why: "it is not written like a telephone number"}},
		{Phone{Number: "1-900-555-0142"}, Phone{Number: "+19005550142", Why: "texts to it are charged at a premium"}},
	} {
		require.Equal(t, c.want, c.given.settled())
		require.Equal(t, c.want, c.want.settled(), "settled twice")
	}
	none := Patient{Phones: []Phone{{Number: "ask mother"}, {Number: "512.555.0142", Use: Old}}}.settled()
	require.Empty(t, none.Number())
	second := Patient{Phones: append(none.Phones, Phone{Number: "5125550143"})}.settled()
	require.Equal(t, "+15125550143", second.Number())
}

func TestEmails(t *testing.T) {
	for _, good := range []string{"a@b", "zoë@example.com", "a+b@example.co.uk", "o'neil@example.com"} {
		require.True(t, ValidEmail(good), good)
	}
	for _, bad := range []string{"", "a", "@", "a@", "@b", "a b@c", "a@b@c", "a@b, c@d", "<a@b>", "a@b\n", strings.Repeat("a", 250) + "@b.de", "a\xff@b"} {
		require.False(t, ValidEmail(bad), bad)
	}
}
