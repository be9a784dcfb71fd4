package template

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/internal/form"
	"github.com/enamel-go/enamel/sms/screen"
)

// ErrInvalid says that a template or its values cannot be used.
var ErrInvalid = errors.New("template: invalid")

// Language is a language that texts are written in, as BCP 47 names it.
type Language string

// The languages.
const (
	English Language = "en"
	Spanish Language = "es"
	French  Language = "fr"
)

// Source is a template as it is written and kept. A new wording is a new version.
type Source struct {
	ID       string           // at most 64 bytes
	Version  int              // 1 or more
	Category consent.Category // what the recipient has to have agreed to
	Bodies   map[Language]string
}

// Template is a template whose bodies have passed the screen.
type Template struct {
	source Source
	bodies map[Language][]piece
}

// piece is a part of a body: words, or a variable.
type piece struct {
	text string // the words, or what the variable is written as
	name string // the variable's name; empty: words
	kind Type
}

// Refusal is what the screen has found in a body. It is [ErrInvalid].
type Refusal struct {
	Language Language
	Findings []screen.Finding // at registration in bytes of the body as it is written, when rendered in bytes of the text
}

// Error says what was found, without the words.
func (r *Refusal) Error() string {
	var kinds []string
	for _, f := range r.Findings {
		kind := string(f.Class)
		if f.What != "" {
			kind += " (" + f.What + ")"
		}
		if !slices.Contains(kinds, kind) {
			kinds = append(kinds, kind)
		}
	}
	return fmt.Sprintf("template: the %s wording does not pass the screen: %s", r.Language, strings.Join(kinds, ", "))
}

// Unwrap returns [ErrInvalid].
func (r *Refusal) Unwrap() error { return ErrInvalid }

// longest is how long a body may be, in bytes, as providers take it.
const longest = 1600

// New reads a template and screens each of its bodies, with sample values. A variable may stand in no link of the body, nor
// right behind one. It returns a *[Refusal] for the first language, in
// alphabetical order, whose body does not pass.
func New(s Source) (*Template, error) {
	if err := form.Text(ErrInvalid, "the template's id", s.ID, form.ID, true); err != nil {
		return nil, err
	}
	switch {
	case s.Version < 1:
		return nil, fmt.Errorf("%w: a template's version is 1 or more", ErrInvalid)
	case !slices.Contains(consent.Categories(), s.Category):
		return nil, fmt.Errorf("%w: the category is none of transactional, conversational, promotional", ErrInvalid)
	case len(s.Bodies) == 0:
		return nil, fmt.Errorf("%w: the template has no body", ErrInvalid)
	}
	s.Bodies = maps.Clone(s.Bodies)
	t := &Template{source: s, bodies: map[Language][]piece{}}
	for _, l := range t.Languages() {
		if _, ok := dates[l]; !ok {
			return nil, fmt.Errorf("%w: the language is none of en, es, fr", ErrInvalid)
		}
		if err := form.Text(ErrInvalid, "the body", s.Bodies[l], longest, true); err != nil {
			return nil, err
		}
		pieces, err := parse(s.Bodies[l])
		if err != nil {
			return nil, err
		}
		t.bodies[l] = pieces
		text, setting := t.sample(l, Setting{})
		found := written(pieces, l, setting, screen.Screen(text, t.context(setting)))
		if found = append(found, linked(pieces)...); found != nil {
			return nil, &Refusal{l, found}
		}
	}
	return t, nil
}

// Source returns the template as it was written.
func (t *Template) Source() Source {
	s := t.source
	s.Bodies = maps.Clone(s.Bodies)
	return s
}

// Languages returns the languages that the template has a body in, in alphabetical order.
func (t *Template) Languages() []Language { return slices.Sorted(maps.Keys(t.source.Bodies)) }

// LanguageOf returns the language that a name of BCP 47 begins with: es of es-US.
func LanguageOf(name string) Language {
	primary, _, _ := strings.Cut(strings.ToLower(name), "-")
	return Language(primary)
}

// Language returns the language in which the template speaks to whoever reads this one, as BCP 47 names it, such as es-US; the
// other one where it is not known, or the template has no body in it.
func (t *Template) Language(reads string, otherwise Language) Language {
	l := LanguageOf(reads)
	if _, ok := t.bodies[l]; ok {
		return l
	}
	return otherwise
}

// Variables returns the names of the variables of the body in a language and their types, but for the practice's name, which
// the setting says.
func (t *Template) Variables(l Language) map[string]Type {
	names := map[string]Type{}
	for _, p := range t.bodies[l] {
		if p.name != "" && p.kind != PracticeName {
			names[p.name] = p.kind
		}
	}
	return names
}

// context is what the screen has to know of the template's texts.
func (t *Template) context(s Setting) screen.Context {
	promotes := t.source.Category == consent.Promotional
	return screen.Context{
		Practice: s.Practice, People: s.People, Promotes: promotes,
		NeedsName: true, NeedsContact: promotes, NeedsEnd: true,
	}
}

// parse takes a body apart.
func parse(body string) ([]piece, error) {
	var pieces []piece
	for body != "" {
		words, rest, found := strings.Cut(body, "{{")
		if strings.Contains(words, "}}") {
			return nil, fmt.Errorf("%w: a variable ends that did not begin", ErrInvalid)
		}
		if words != "" {
			pieces = append(pieces, piece{text: words})
		}
		if !found {
			break
		}
		inner, after, closed := strings.Cut(rest, "}}")
		if !closed {
			return nil, fmt.Errorf("%w: a variable does not end", ErrInvalid)
		}
		name := strings.TrimSpace(inner)
		kind, ok := typeOf(name)
		if !ok {
			return nil, fmt.Errorf("%w: a variable is of no type: its name is one of %s, or ends in an underscore and one of them", ErrInvalid, strings.Join(names(), ", "))
		}
		pieces = append(pieces, piece{text: "{{" + inner + "}}", name: name, kind: kind})
		body = after
	}
	return pieces, nil
}

// written puts findings in a text with sample values where they stand in the body as it is written: a value's place is its
// variable's.
func written(pieces []piece, l Language, s Setting, found []screen.Finding) []screen.Finding {
	var body strings.Builder
	type span struct{ text, body, length int }
	var spans []span
	at := 0
	for _, p := range pieces {
		value := p.text
		if p.name != "" {
			value = p.kind.sample(l, s)
		}
		spans = append(spans, span{at, body.Len(), len(value)})
		at += len(value)
		body.WriteString(p.text)
	}
	place := func(offset int, end bool) int {
		for i, sp := range spans {
			if offset < sp.text+sp.length {
				switch {
				case pieces[i].name == "":
					return sp.body + offset - sp.text
				case end:
					return sp.body + len(pieces[i].text)
				}
				return sp.body
			}
		}
		return body.Len()
	}
	for i, f := range found {
		if f.End > 0 {
			found[i].Start, found[i].End = place(f.Start, false), place(f.End, true)
			found[i].Words = body.String()[found[i].Start:found[i].End]
		}
	}
	return found
}
