package records

import (
	"strings"
	"unicode"
)

// fold returns the form by which names are found: letters in lower case and without accents, blanks collapsed, hyphens
// and apostrophes in their plain form. It changes nothing else, so that "O'Brien" and "OBrien" stay apart. What has
// been indexed was folded by these rules: a change to them needs every name to be indexed anew.
func fold(name string) string {
	var b strings.Builder
	blank := false
	for _, r := range name {
		switch {
		case unicode.IsSpace(r):
			blank = b.Len() > 0
			continue
		case r >= 0x300 && r <= 0x36F, unicode.Is(unicode.Cf, r): // decomposed accents; what is pasted and not seen
			continue
		}
		if blank {
			b.WriteByte(' ')
			blank = false
		}
		// By way of the upper case, the two small sigmas of Greek become one.
		b.WriteString(plain(unicode.ToLower(unicode.ToUpper(r))))
	}
	return b.String()
}

// plain returns a lower-case letter without its accents.
func plain(r rune) string {
	if r < 0x80 {
		return string(r)
	}
	for _, f := range folds {
		if strings.ContainsRune(f.letters, r) {
			return f.base
		}
	}
	return string(r)
}

// folds are the letters of Latin, Greek and Cyrillic script that Unicode decomposes into a letter and accents, and
// those that people commonly write without their stroke, as in Lukasz for Łukasz.
var folds = [...]struct{ base, letters string }{
	{"'", "‘’ʼʻ´"},
	{"-", "‐‑‒–−"},
	{"a", "àáâãäåāăąǎǟǡǻȁȃȧḁạảấầẩẫậắằẳẵặ"},
	{"ae", "ǣǽæ"},
	{"b", "ḃḅḇ"},
	{"c", "çćĉċčḉ"},
	{"d", "ďḋḍḏḑḓđð"},
	{"e", "èéêëēĕėęěȅȇȩḕḗḙḛḝẹẻẽếềểễệ"},
	{"f", "ḟ"},
	{"g", "ĝğġģǧǵḡ"},
	{"h", "ĥȟḣḥḧḩḫẖħ"},
	{"i", "ìíîïĩīĭįǐȉȋḭḯỉịı"},
	{"j", "ĵǰ"},
	{"k", "ķǩḱḳḵ"},
	{"l", "ĺļľḷḹḻḽł"},
	{"m", "ḿṁṃ"},
	{"n", "ñńņňǹṅṇṉṋŉ"},
	{"o", "òóôõöōŏőơǒǫǭǿȍȏȫȭȯȱṍṏṑṓọỏốồổỗộớờởỡợø"},
	{"oe", "œ"},
	{"p", "ṕṗ"},
	{"r", "ŕŗřȑȓṙṛṝṟ"},
	{"s", "śŝşšșṡṣṥṧṩẛſ"},
	{"ss", "ß"},
	{"t", "ţťțṫṭṯṱẗŧ"},
	{"th", "þ"},
	{"u", "ùúûüũūŭůűųưǔǖǘǚǜȕȗṳṵṷṹṻụủứừửữự"},
	{"v", "ṽṿ"},
	{"w", "ŵẁẃẅẇẉẘ"},
	{"x", "ẋẍ"},
	{"y", "ýÿŷȳẏẙỳỵỷỹ"},
	{"z", "źżžẑẓẕ"},
	{"ʒ", "ǯ"},
	{"α", "άἀἁἂἃἄἅἆἇὰάᾀᾁᾂᾃᾄᾅᾆᾇᾰᾱᾲᾳᾴᾶᾷ"},
	{"ε", "έἐἑἒἓἔἕὲέ"},
	{"η", "ήἠἡἢἣἤἥἦἧὴήᾐᾑᾒᾓᾔᾕᾖᾗῂῃῄῆῇ"},
	{"ι", "ΐίϊἰἱἲἳἴἵἶἷὶίῐῑῒΐῖῗ"},
	{"ο", "όὀὁὂὃὄὅὸό"},
	{"ρ", "ῤῥ"},
	{"υ", "ΰϋύὐὑὒὓὔὕὖὗὺύῠῡῢΰῦῧ"},
	{"ω", "ώὠὡὢὣὤὥὦὧὼώᾠᾡᾢᾣᾤᾥᾦᾧῲῳῴῶῷ"},
	{"а", "ӑӓ"},
	{"г", "ѓ"},
	{"е", "ѐёӗ"},
	{"ж", "ӂӝ"},
	{"з", "ӟ"},
	{"и", "йѝӣӥ"},
	{"к", "ќ"},
	{"о", "ӧ"},
	{"у", "ўӯӱӳ"},
	{"ч", "ӵ"},
	{"ы", "ӹ"},
	{"э", "ӭ"},
	{"і", "ї"},
	{"ѵ", "ѷ"},
	{"ә", "ӛ"},
	{"ө", "ӫ"},
}
