package template

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/enamel-go/enamel/sms/screen"
)

// host is what a link is known by. A variable, which is written as a NUL here, may be a part of its name: {{practice}}.com/book.
var host = regexp.MustCompile(`://|(?i:\bwww\.)|[\pL\pN]\.\pL{2}|\x00\.\pL[^\x00/]*/`)

// closes are the signs that may stand right behind a link and are no part of it.
const closes = ".,;:!?'’”»"

// linked returns the variables that stand in a link of the body, and what stands right behind a variable that is one: there a
// number, a day or a name would say whose link it is. A link is a variable of its own, or the same for everybody.
func linked(pieces []piece) []screen.Finding {
	type part struct {
		piece
		at int
	}
	var found []screen.Finding
	var word []part // what stands without a blank between it
	end := func() {
		var written strings.Builder
		for _, p := range word {
			if p.name == "" {
				written.WriteString(p.text)
			} else {
				written.WriteByte(0)
			}
		}
		hosted, behind := host.MatchString(written.String()), false
		for _, p := range word {
			varies := p.name != "" && p.kind != PracticeName // the practice's name is no word of anybody's
			if varies && hosted || behind && strings.Trim(p.text, closes) != "" {
				found = append(found, screen.Finding{Class: screen.Link, What: "variable", Words: p.text, Start: p.at, End: p.at + len(p.text)})
			}
			behind = behind || p.kind == Link
		}
		word = nil
	}
	at := 0
	for _, p := range pieces {
		if p.name != "" {
			word = append(word, part{p, at})
		} else {
			rest, from := p.text, at
			for {
				i := strings.IndexAny(rest, " \t\r\n\u00a0\"“«<>()[]{}|")
				if i < 0 {
					break
				}
				word = append(word, part{piece{text: rest[:i]}, from})
				end()
				_, n := utf8.DecodeRuneInString(rest[i:])
				rest, from = rest[i+n:], from+i+n
			}
			word = append(word, part{piece{text: rest}, from})
		}
		at += len(p.text)
	}
	end()
	return found
}
