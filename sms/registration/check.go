package registration

import (
	"fmt"
	"net/mail"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/enamel-go/enamel/internal/form"
)

// checker collects what is wrong with a registration.
type checker struct{ found Problems }

func (c *checker) add(field, wrong, mend string) {
	c.found = append(c.found, Problem{Field: field, Wrong: wrong, Mend: mend})
}

// text checks a text's length in characters. With a least length of zero it may be left out.
func (c *checker) text(field, s string, least, most int, mend string) {
	switch n := utf8.RuneCountInString(s); {
	case strings.TrimSpace(s) == "" && least > 0:
		c.add(field, "is missing", mend)
	case !utf8.ValidString(s) || strings.ContainsRune(s, 0):
		c.add(field, "is not valid text", "Type it anew.")
	case n < least:
		c.add(field, fmt.Sprintf("has %d characters of at least %d", n, least), mend)
	case n > most:
		c.add(field, fmt.Sprintf("has %d characters of at most %d", n, most), "Shorten it.")
	}
}

// one checks that a value is one of a list.
func one[T ~string](c *checker, field string, value T, of []T, mend string) {
	switch {
	case value == "":
		c.add(field, "is missing", mend)
	case !slices.Contains(of, value):
		c.add(field, "is none of the values that the carriers know", mend)
	}
}

// link checks an address of the web. It returns whether it is one.
func (c *checker) link(field, s string, most int, mend string) bool {
	before := len(c.found)
	c.text(field, s, 1, most, mend)
	if len(c.found) > before {
		return false
	}
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || !strings.Contains(u.Hostname(), ".") || u.User != nil {
		c.add(field, "is no full address of the web", "Give it with https:// in front, as a browser shows it.")
		return false
	}
	return true
}

func (c *checker) email(field, s string, most int, mend string) {
	before := len(c.found)
	c.text(field, s, 1, most, mend)
	if len(c.found) > before {
		return
	}
	a, err := mail.ParseAddress(s)
	_, host, _ := strings.Cut(s, "@")
	if err != nil || a.Address != s || !strings.Contains(host, ".") {
		c.add(field, "is no e-mail address", mend)
	}
}

func (c *checker) phone(field, s, mend string) {
	switch {
	case s == "":
		c.add(field, "is missing", mend)
	case !form.E164(s):
		c.add(field, "is not in E.164 form", "Give it with the country in front, such as +15125550100.")
	}
}

var (
	linkWords    = regexp.MustCompile(`(?i)\bhttps?://\S+|\bwww\.\S+|\b[a-z0-9][a-z0-9-]*(?:\.[a-z0-9-]+)*\.(?:com|org|net|dental|health|care|us|co|io|app|example)\b(?:/\S*)?`)
	phoneWords   = regexp.MustCompile(`(?:\+?1[ .-]?)?\(?\b[2-9]\d{2}\)?[ .-]?\d{3}[ .-]?\d{4}\b`)
	emailWords   = regexp.MustCompile(`(?i)\b[a-z0-9._%+-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+\b`)
	stopWords    = regexp.MustCompile(`\bSTOP\b|(?i:\b(?:reply|text|txt|send)\W+stop\b)`)
	helpWords    = regexp.MustCompile(`\bHELP\b|(?i:\b(?:reply|text|txt|send)\W+help\b)`)
	rateWords    = regexp.MustCompile(`(?i)\brates?\b.*\bapply\b`)
	oftenWords   = regexp.MustCompile(`(?i)\bfrequency\b|\brecurring\b|\b(?:msgs?|messages?|texts?)\s*(?:/|per|a|each)\s*(?:day|week|month|year|visit|appointment)\b`)
	noMoreWords  = regexp.MustCompile(`(?i)\bno (?:more|further|longer)\b|\bnot (?:receive|get|be sent)\b|\bunsubscribed\b|\bopted out\b`)
	alphanumeric = regexp.MustCompile(`^[A-Za-z0-9]+$`)
)

// has reports whether a text says a name, whatever the case and the spaces between its words.
func has(text, name string) bool {
	plain := func(s string) string { return strings.Join(strings.Fields(strings.ToLower(s)), " ") }
	return plain(name) != "" && strings.Contains(plain(text), plain(name))
}

// contact reports whether a text says whom to call, write to or look up.
func contact(text string) bool {
	return phoneWords.MatchString(text) || emailWords.MatchString(text) || linkWords.MatchString(text)
}
