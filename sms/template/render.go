package template

import (
	"fmt"
	"strings"

	"github.com/enamel-go/enamel/sms/screen"
	"github.com/enamel-go/enamel/sms/segment"
)

// Setting is what is the same for many texts of a practice.
type Setting struct {
	Practice string   // the practice's name as patients know it
	Hosts    []string // the hosts that links may lead to, such as texts.elmstreet.example, or with a path before the token
	People   []string // given names that a text must not give, as a chart has them: on a family's phone, those of its patients
}

// Values are the values of a text's variables, by name.
type Values map[string]string

// Render returns the text in a language with the values in it, screened. Every variable of the body needs a value, and a value
// without a variable is refused, for whoever gives it means something by it.
func (t *Template) Render(l Language, s Setting, v Values) (string, error) {
	pieces, ok := t.bodies[l]
	if !ok {
		return "", fmt.Errorf("%w: the template has no body in that language", ErrInvalid)
	}
	if err := PracticeName.check(s.Practice, s); err != nil {
		return "", err
	}
	variables := t.Variables(l)
	for name := range v {
		if _, ok := variables[name]; !ok {
			return "", fmt.Errorf("%w: a value has no variable in the body", ErrInvalid)
		}
	}
	var text strings.Builder
	for _, p := range pieces {
		value := p.text
		switch {
		case p.kind == PracticeName:
			value = s.Practice
		case p.name != "":
			if err := p.kind.check(v[p.name], s); err != nil {
				return "", err
			}
			value = p.kind.write(v[p.name], l)
		}
		text.WriteString(value)
	}
	if found := screen.Screen(text.String(), t.context(s)); found != nil {
		return "", &Refusal{l, found}
	}
	return text.String(), nil
}

// Preview is how a template's text may look at its longest, and what it takes.
type Preview struct {
	Text     string // with sample values
	Encoding segment.Encoding
	Segments int
	Units    int       // septets of GSM-7 or units of UTF-16
	Foreign  []Foreign // the characters that make it UCS-2
}

// Foreign is a character that GSM-7 does not have.
type Foreign struct {
	Rune rune
	At   int // where it first stands in the text, in bytes
}

// Preview returns the text in a language with sample values, each as long as is usual, and counts it: with Smart Encoding when
// the provider is told to use it. The zero setting has a long name of a practice.
func (t *Template) Preview(l Language, s Setting, smart bool) (Preview, error) {
	if _, ok := t.bodies[l]; !ok {
		return Preview{}, fmt.Errorf("%w: the template has no body in that language", ErrInvalid)
	}
	text, _ := t.sample(l, s)
	count := segment.Count
	if smart {
		count = segment.CountSmart
	}
	size := count(text)
	p := Preview{Text: text, Encoding: size.Encoding, Segments: size.Segments, Units: size.Units}
	for at, r := range text {
		if strings.IndexRune(text, r) == at && count(string(r)).Encoding == segment.UCS2 {
			p.Foreign = append(p.Foreign, Foreign{r, at})
		}
	}
	return p, nil
}

// sample returns the text with sample values, and the setting with a practice's name.
func (t *Template) sample(l Language, s Setting) (string, Setting) {
	if s.Practice == "" {
		s.Practice = types[0].sample
	}
	var text strings.Builder
	for _, p := range t.bodies[l] {
		if p.name == "" {
			text.WriteString(p.text)
		} else {
			text.WriteString(p.kind.sample(l, s))
		}
	}
	return text.String(), s
}
