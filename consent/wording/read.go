package wording

import (
	"net/url"
	"regexp"
	"strings"
	"unicode"
)

// text is a wording, ready to be looked at.
type text struct {
	sentences []string // folded, without links
	links     []link
}

// link is an https address and the folded words before it, back to the sentence's begin or the link before.
type link struct {
	address *url.URL
	before  string
}

// read folds a wording and takes it apart.
func read(s string) text {
	t := text{}
	var sentence, label strings.Builder
	end := func() {
		if s := strings.Join(strings.Fields(sentence.String()), " "); s != "" {
			t.sentences = append(t.sentences, s)
		}
		sentence.Reset()
		label.Reset()
	}
	blank := 0 // line breaks since the last word
	for word, gap := range fields(s) {
		if blank = strings.Count(gap, "\n"); blank > 1 {
			end()
		}
		bare := strings.Trim(word, "()[]<>\"'“”‘’«»,;.!?:")
		if at := strings.Index(strings.ToLower(bare), "://"); at >= 0 {
			if u := secure(bare); u != nil {
				t.links = append(t.links, link{u, strings.Join(strings.Fields(label.String()), " ")})
			}
			label.Reset()
			sentence.WriteString(" ,")
			if strings.HasSuffix(word, ".") || strings.HasSuffix(word, "!") || strings.HasSuffix(word, ";") {
				end()
			}
			continue
		}
		folded := strings.Trim(fold(word), "'")
		if strings.Trim(folded, "*-•·–—") == "" && folded != "" && strings.Contains(gap, "\n") {
			end() // an item of a list
			continue
		}
		sentence.WriteString(" " + folded)
		if address.MatchString(folded) {
			label.Reset() // what it was called leads nowhere
		} else {
			label.WriteString(" " + folded)
		}
		if closed := strings.TrimRight(folded, "')"); closed != "" && strings.ContainsRune(".!?;", rune(closed[len(closed)-1])) {
			end()
		}
	}
	end()
	return t
}

// address is what looks like one and has no scheme, such as "elm.example/terms".
var address = regexp.MustCompile(`[\pL\pN]\.\pL{2,}(/|[.,;)]*$)`)

// fields yields the words of s, each with the white space before it.
func fields(s string) func(yield func(word, gap string) bool) {
	return func(yield func(word, gap string) bool) {
		for s != "" {
			begin := strings.IndexFunc(s, func(r rune) bool { return !unicode.IsSpace(r) })
			if begin < 0 {
				return
			}
			gap := s[:begin]
			s = s[begin:]
			end := strings.IndexFunc(s, unicode.IsSpace)
			if end < 0 {
				end = len(s)
			}
			if !yield(s[:end], gap) {
				return
			}
			s = s[end:]
		}
	}
}

// secure returns the https address that s is, or nil: it must name a host with a domain, and nobody's user.
func secure(s string) *url.URL {
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "https" || u.User != nil {
		return nil
	}
	host := u.Hostname()
	dot := strings.LastIndexByte(host, '.')
	if dot <= 0 || strings.Trim(host[dot+1:], "0123456789") == "" || strings.ContainsAny(host, " ,;\"'") {
		return nil
	}
	return u
}

// fold takes case, accents and quotation marks off.
func fold(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.In(r, unicode.Mn, unicode.Cf):
			return -1
		case strings.ContainsRune("‘’ʼ`´", r):
			return '\''
		case strings.ContainsRune("\"“”„«»", r):
			return -1
		case r == '‑' || r == '–' || r == '—':
			return '-'
		}
		r = unicode.ToLower(r)
		if n := strings.IndexRune(accented, r); n >= 0 {
			return rune(plain[len([]rune(accented[:n]))])
		}
		return r
	}, s)
}

// The letters with accents that English, Spanish and French have, and what they are without.
const (
	accented = "áàâäãéèêëíìîïóòôöõúùûüñçÿ"
	plain    = "aaaaaeeeeiiiiooooouuuuncy"
)
