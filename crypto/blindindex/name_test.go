package blindindex_test

import (
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/enamel-go/enamel/crypto/blindindex"
)

func TestNamesThatAreTheSame(t *testing.T) {
	for want, names := range map[string][]string{
		"muller":             {"Müller", "MULLER", " Mu\u0308ller ", "Mül\u00adler", "Mül\u200bler", "ＭÜＬＬＥＲ"},
		"oneil":              {"O'Neil", "ONeil", "O’Neil", "o‘neil", "OʼNEIL", "O`Neil", "O´Neil", "O′Neil"},
		"oneill":             {"O'Neill", "O’Neill"},
		"smith jones":        {"Smith-Jones", "smith‐jones", "SMITH–JONES", "Smith Jones", "Smith - Jones", "Smith/Jones", "Smith, Jones", "Smith(Jones)"},
		"van der berg":       {"van der Berg", "Van  Der\tBerg", "VAN DER BERG\u00a0"},
		"st john":            {"St. John", "St.John", "St John"},
		"jp":                 {"J'P"},
		"j p":                {"J.P.", "J. P.", "J P"},
		"strasse":            {"Straße", "STRASSE", "STRAẞE"},
		"lukasz":             {"Łukasz", "Lukasz"},
		"aegir sorensen":     {"Ægir Sørensen", "aegir sorensen"},
		"nguyen":             {"Nguyễn", "NGUYEN", "nguye\u0302\u0303n"},
		"ipek isik":          {"İpek Işık", "ipek isik", "IPEK IŞIK", "İPEK IŞIK"},
		"garcia marquez":     {"García Márquez", "GARCIA-MARQUEZ", "Garci\u0301a Ma\u0301rquez"},
		"nunez":              {"Núñez", "NUNEZ"},
		"firth":              {"ﬁrth", "Firth"},
		"griffin":            {"Griﬃn"},
		"kealii":             {"Kealiʻi", "Keali'i", "Kealii"},
		"παπαδοπουλοσ":       {"Παπαδόπουλος", "ΠΑΠΑΔΟΠΟΥΛΟΣ"},
		"алена":              {"Алёна", "алена", "АЛЕ\u0308НА"},
		"李 小龍":               {"李 小龍", "李　小龍"},
		"محمد":               {"محمد", "مُحَمَّد", "محـمد"},
		"احمد":               {"أحمد", "احمد"},
		"שלום":               {"שלום", "שָׁלוֹם"},
		"kreiger 3rd":        {"Kreiger, 3rd"},
		"x ae a 12":          {"X Æ A-12"},
		"mary ann":           {"Mary Ann", "Mary-Ann", "MARY ANN"},
		"de la cruz":         {"de la Cruz", "De La Cruz"},
		"dangelo":            {"D’Angelo", "D'Angelo", "Dangelo"},
		"ngocthuy":           {"Ngọcthủy"},
		"\u0939\u093f\u0928": {"\u0939\u093f\u0928"}, // a vowel sign is no accent
	} {
		for _, name := range names {
			got, err := blindindex.Name(name)
			require.NoError(t, err, "%q", name)
			require.Equal(t, want, got, "%q", name)
		}
	}
}

// Of every block of marks that are not seen the first and the last are dropped.
func TestMarksAreDropped(t *testing.T) {
	for _, mark := range "\u0300\u036F\u0483\u0487\u1AB0\u1AFF\u1DC0\u1DFF\u20D0\u20F0\uFE20\uFE2F\u0591\u05BD\u05BF\u05C7\u0640\u064B\u065F\u0670\u00AD\u200B" {
		got, err := blindindex.Name("a" + string(mark) + "b")
		require.NoError(t, err)
		require.Equal(t, "ab", got, "%U", mark)
	}
}

func TestNamesThatStayApart(t *testing.T) {
	for _, pair := range [][2]string{
		{"Müller", "Mueller"},
		{"O'Neil", "O'Neill"},
		{"Mary Ann", "Maryann"},
		{"Ann", "Anna"},
		{"李", "林"},
		{"Saint John", "St John"},
		{"MacDonald", "Mac Donald"},
		{"O'Brien", "O Brien"},
		{"Ørsted", "Oersted"},
		{"Jon", "John"},
		{"हिन", "हन"},
	} {
		one, err := blindindex.Name(pair[0])
		require.NoError(t, err)
		other, err := blindindex.Name(pair[1])
		require.NoError(t, err)
		require.NotEqual(t, one, other)
	}
}

func TestNamesThatAreNone(t *testing.T) {
	for _, bad := range []string{
		"", " \t\u00a0\u200b", "?", "-", "'", "ʻ", "...", "\u0301", "\xff", "a\x00b", strings.Repeat("a", 513), strings.Repeat("Ⱥ", 200), "\u093f",
	} {
		got, err := blindindex.Name(bad)
		require.ErrorIs(t, err, blindindex.ErrInvalid, "%q", bad)
		require.Empty(t, got)
	}
}

// Every letter there is folds to something that folds to itself, so that a whole name does.
func TestEveryLetterFoldsForGood(t *testing.T) {
	for r := rune(1); r <= unicode.MaxRune; r++ {
		if 0xD800 <= r && r <= 0xDFFF {
			continue
		}
		once, err := blindindex.Name("a" + string(r) + "b")
		require.NoError(t, err, "%U", r)
		twice, err := blindindex.Name(once)
		require.NoError(t, err, "%U", r)
		if once != twice {
			t.Fatalf("%U: %q folds to %q", r, once, twice)
		}
	}
}

func TestSurnames(t *testing.T) {
	for given, want := range map[string][]string{
		"Kreiger":              {"kreiger"},
		"García Márquez":       {"garcia marquez", "garcia", "marquez"},
		"Smith-Jones":          {"smith jones", "smith", "jones"},
		"van der Berg":         {"van der berg", "berg"},
		"de la Cruz":           {"de la cruz", "cruz"},
		"García de la Cruz":    {"garcia de la cruz", "garcia", "cruz", "de la cruz"},
		"Ortega y Gasset":      {"ortega y gasset", "ortega", "gasset", "y gasset"},
		"Kreiger Jr.":          {"kreiger jr", "kreiger"},
		"Cruz a Lima":          {"cruz a lima", "cruz", "lima", "a lima"},
		"Cruz z Lima":          {"cruz z lima", "cruz", "lima", "z lima"},
		"Smith-Jones III":      {"smith jones iii", "smith", "jones"},
		"Jr":                   {"jr"},
		"Le":                   {"le"},
		"Van Le":               {"van le", "le"},
		"de la":                {"de la", "la"},
		"O Brien":              {"o brien", "brien"},
		"O'Brien":              {"obrien"},
		"Al-Rashid":            {"al rashid", "rashid"},
		"Lopez Lopez":          {"lopez lopez", "lopez"},
		"王":                    {"王"},
		"McDonald Mac Gregor":  {"mcdonald mac gregor", "mcdonald", "gregor", "mac gregor"},
		"von der Leyen-Müller": {"von der leyen muller", "leyen", "muller", "von der leyen"},
	} {
		got, err := blindindex.Surnames(given)
		require.NoError(t, err)
		require.Equal(t, want, got, given)
	}
	_, err := blindindex.Surnames("--")
	require.ErrorIs(t, err, blindindex.ErrInvalid)
}

// What a name is found by is found by itself: a desk that types any of it asks for the same.
func TestSurnamesAreNames(t *testing.T) {
	words := rapid.SampledFrom([]string{"García", "de", "la", "Cruz", "van", "O'Neil", "Jr.", "y", "-", "Müller", "李", "III"})
	rapid.Check(t, func(t *rapid.T) {
		name := strings.Join(rapid.SliceOfN(words, 1, 7).Draw(t, "words"), rapid.SampledFrom([]string{" ", "-"}).Draw(t, "between"))
		forms, err := blindindex.Surnames(name)
		whole, nameless := blindindex.Name(name)
		if (err != nil) != (nameless != nil) {
			t.Fatalf("%q: %v and %v", name, err, nameless)
		}
		if err != nil {
			return
		}
		if forms[0] != whole {
			t.Fatalf("%q: the first is %q", name, forms[0])
		}
		seen := map[string]bool{}
		for _, f := range forms {
			folded, err := blindindex.Name(f)
			if err != nil || folded != f || seen[f] || !strings.Contains(" "+whole+" ", " "+f+" ") {
				t.Fatalf("%q: %q in %q", name, f, forms)
			}
			seen[f] = true
		}
		again, err := blindindex.Surnames(whole)
		if err != nil || strings.Join(again, "|") != strings.Join(forms, "|") {
			t.Fatalf("%q: %q, and folded %q", name, forms, again)
		}
	})
}
