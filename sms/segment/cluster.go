package segment

import "unicode"

const joiner = '\u200d'

// cluster follows a text and tells where what people see as one character ends: the grapheme clusters of Unicode Standard
// Annex 29, as far as the tables of the standard library go. A line's end of CR and LF is two clusters here.
type cluster struct {
	last  rune
	alone bool // last is half a flag, and its other half may follow
}

// takes reads the next character and reports whether it belongs to the cluster of the one before.
func (c *cluster) takes(r rune) bool {
	last, alone := c.last, c.alone
	c.last, c.alone = r, false
	if last < 0x300 && r < 0x300 {
		return false // Nothing below the combining accents joins anything there.
	}
	if unicode.Is(unicode.Regional_Indicator, r) {
		c.alone = !alone
		return alone
	}
	switch {
	case extends(r), unicode.Is(unicode.Mc, r), r == 0x0E33, r == 0x0EB3: // The two are vowels of Thai and Lao.
		return !controls(last)
	case last == joiner:
		return unicode.Is(unicode.So, r) // a further part of an emoji
	case prepends(last):
		return !controls(r)
	}
	return syllable(last, r)
}

// extends reports whether r changes the character before it: accents, joiners, variation selectors, colours of skin.
func extends(r rune) bool {
	return r == joiner || r >= 0x1F3FB && r <= 0x1F3FF ||
		unicode.In(r, unicode.Mn, unicode.Me, unicode.Other_Grapheme_Extend)
}

// prepends reports whether r belongs to the character after it, as signs before Arabic numbers do.
func prepends(r rune) bool { return unicode.Is(unicode.Prepended_Concatenation_Mark, r) }

// controls reports whether r stands for itself always.
func controls(r rune) bool {
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp) && !extends(r) && !prepends(r)
}

// syllable reports whether two letters of Hangul, or one and a syllable without it, make one syllable.
func syllable(last, r rune) bool {
	const first, count, finals = 0xAC00, 11172, 28 // whole syllables; each has one of 27 finals, or none
	initial := func(r rune) bool { return r >= 0x1100 && r < 0x1160 || r >= 0xA960 && r < 0xA97D }
	vowel := func(r rune) bool { return r >= 0x1160 && r < 0x11A8 || r >= 0xD7B0 && r < 0xD7C7 }
	final := func(r rune) bool { return r >= 0x11A8 && r < 0x1200 || r >= 0xD7CB && r < 0xD7FC }
	whole := func(r rune) bool { return r >= first && r < first+count }
	open := func(r rune) bool { return whole(r) && (r-first)%finals == 0 }
	switch {
	case initial(last):
		return initial(r) || vowel(r) || whole(r)
	case vowel(last), open(last):
		return vowel(r) || final(r)
	case whole(last), final(last):
		return final(r)
	}
	return false
}
