package blindindex

import "strings"

// plain returns the letters that stand for a lower-case letter with accents, and "" for a letter that has none.
func plain(r rune) string {
	if r < 0x80 || 0x2000 <= r && r < 0xFB00 {
		return "" // no letter of these is among the folds
	}
	for _, f := range folds {
		if strings.ContainsRune(f.letters, r) {
			return f.base
		}
	}
	return ""
}

// folds are the letters of Latin, Greek, Cyrillic and Arabic script that Unicode decomposes into a letter and accents,
// the ligatures, and the letters that people commonly write without their stroke, as in Lukasz for Łukasz.
var folds = [...]struct{ base, letters string }{
	{"a", "àáâãäåāăąǎǟǡǻȁȃȧḁạảấầẩẫậắằẳẵặª"},
	{"ae", "ǣǽæ"},
	{"b", "ḃḅḇ"},
	{"c", "çćĉċčḉ"},
	{"d", "ďḋḍḏḑḓđð"},
	{"dz", "ǆǳ"},
	{"e", "èéêëēĕėęěȅȇȩḕḗḙḛḝẹẻẽếềểễệ"},
	{"f", "ḟ"},
	{"ff", "ﬀ"},
	{"fi", "ﬁ"},
	{"fl", "ﬂ"},
	{"ffi", "ﬃ"},
	{"ffl", "ﬄ"},
	{"g", "ĝğġģǧǵḡ"},
	{"h", "ĥȟḣḥḧḩḫẖħ"},
	{"i", "ìíîïĩīĭįǐȉȋḭḯỉịı"},
	{"ij", "ĳ"},
	{"j", "ĵǰȷ"},
	{"k", "ķǩḱḳḵ"},
	{"l", "ĺļľḷḹḻḽłŀ"},
	{"lj", "ǉ"},
	{"m", "ḿṁṃ"},
	{"n", "ñńņňǹṅṇṉṋŉ"},
	{"nj", "ǌ"},
	{"o", "òóôõöōŏőơǒǫǭǿȍȏȫȭȯȱṍṏṑṓọỏốồổỗộớờởỡợøº"},
	{"oe", "œ"},
	{"p", "ṕṗ"},
	{"r", "ŕŗřȑȓṙṛṝṟ"},
	{"s", "śŝşšșṡṣṥṧṩẛſ"},
	{"ss", "ß"},
	{"st", "ﬅﬆ"},
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
	{"ا", "آأإ"},
	{"و", "ؤ"},
	{"ي", "ئ"},
}
