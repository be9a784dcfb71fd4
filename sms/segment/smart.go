package segment

import (
	"strings"
	"unicode/utf8"
)

// lookalikes are what Twilio's Smart Encoding replaces, beside the full-width forms that [replacement] computes. The table
// is what Twilio's calculator, version 1.3.0, was seen to make of each character of Unicode, one by one; Twilio documents
// its own under "List of characters replaced by Smart Encoding". Odd rows are Twilio's: two spaces for most blanks and
// seven for a tab, and an accent that is a character of its own becomes a sign behind its letter.
var lookalikes = index([]row{
	{by: `"`, of: "«»ʺˮ“”„‟❝❞〝〞"},
	{by: "'", of: "`´ʹʻʼʽˈˊˋ\u0313\u0314‘’‛❛❜︐︑"},
	{by: "-", of: "‐–—―•⁃⎼⎽﹣"},
	{by: "_", of: "\u0332‗"},
	{by: "...", of: "…"},
	{by: ".", of: "。﹒｡"},
	{by: ",", of: "\u0326‚、﹐﹑､"},
	{by: ":", of: "ː˸⦂꞉︓"},
	{by: ";", of: "⁏︔﹔"},
	{by: "!", of: "ǃ︕﹗"},
	{by: "!!", of: "‼"},
	{by: "?", of: "︖﹖"},

	{by: "/", of: "÷\u0337\u0338⁄∕⧸"},
	{by: `\`, of: "\u20e5⧵⧹﹨"},
	{by: "|", of: "\u20d2\u20d3∣⎜⎟⎸⎹⏐"},
	{by: "(", of: "❨❪⟮⦅﹙"},
	{by: ")", of: "❩❫⟯⦆﹚"},
	{by: "{", of: "❴﹛"},
	{by: "}", of: "❵﹜"},
	{by: "<", of: "‹﹤"},
	{by: ">", of: "›﹥"},

	{by: "*", of: "⁎∗⊛✢✣✤✥✱✲✳✺✻✼✽❃❉❊❋⧆﹡"},
	{by: "+", of: "˖﹢"},
	{by: "=", of: "\u0347꞊﹦"},
	{by: "~", of: "˜˷\u0303\u0330\u0334∼"},
	{by: "^", of: "ˆ\u0302\u1dcd"},
	{by: "#", of: "﹟"},
	{by: "$", of: "﹩"},
	{by: "%", of: "﹪"},
	{by: "&", of: "﹠"},
	{by: "@", of: "﹫"},
	{by: "1/4", of: "¼"},
	{by: "1/2", of: "½"},
	{by: "3/4", of: "¾"},

	{by: " ", of: "\u2001\u2028\u2029"},
	{by: "  ", of: "\u0080\u008d\u0090\u009b\u009f\u00a0\u2000\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"},
	{by: "       ", of: "\t"},
	{by: "", of: "\x00\x03\x04\x10\x11\x12\x13\x14\x17\x19\u200b\u200c\u2060\ufeff"},
}, "ABCDEFGHIJKLMNOPRSTUVWYZ", "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ")

// row says what the characters of a string are replaced by.
type row struct{ by, of string }

// index turns rows, and capitals beside their small ones, into a table by character.
func index(rows []row, capitals, small string) map[rune]string {
	table := map[rune]string{}
	for _, row := range rows {
		for _, r := range row.of {
			table[r] = row.by
		}
	}
	for i, r := range []rune(small) {
		table[r] = capitals[i : i+1]
	}
	return table
}

// printable is ASCII, whose full-width forms stand in the same order from U+FF01.
const printable = "!\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~"

// replacement returns what Smart Encoding puts in place of r.
func replacement(r rune) (string, bool) {
	if septetsOf(r) != 0 {
		return "", false
	}
	if i := int(r) - 0xFF01; i >= 0 && i < len(printable) {
		by := printable[i : i+1]
		return by, by != "`" && (by < "a" || by > "z") // Twilio leaves the small letters and the grave alone.
	}
	by, ok := lookalikes[r]
	return by, ok
}

// Smart returns text with the lookalikes replaced that Twilio's Smart Encoding replaces, in texts that stay in UCS-2 too.
// What is in GSM-7 already stays as it is, so doing it again changes nothing. A byte that is not UTF-8 becomes U+FFFD.
//
// It looks at one character at a time: compose a text (Unicode's form NFC) before, or ñ that is written as n and a tilde
// becomes n~. A text without lookalikes is returned without a copy.
func Smart(text string) string {
	for at, r := range text {
		if _, ok := replacement(r); ok || r == utf8.RuneError {
			return text[:at] + smart(text[at:])
		}
	}
	return text
}

func smart(text string) string {
	var b strings.Builder
	b.Grow(len(text))
	for _, r := range text {
		if by, ok := replacement(r); ok {
			b.WriteString(by)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}
