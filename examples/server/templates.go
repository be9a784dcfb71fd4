package main

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/enamel-go/enamel/examples/internal/world"
	"github.com/enamel-go/enamel/sms/segment"
	"github.com/enamel-go/enamel/sms/template"
)

// templateView is a template of texts.
type templateView struct {
	ID        string         `json:"id"`
	Version   int            `json:"version"`
	Category  string         `json:"category"`
	Languages []languageView `json:"languages"`
	Variables []variableView `json:"variables"`
}

// languageView is a template in one language, and what it takes at its longest.
type languageView struct {
	Language template.Language `json:"language"`
	Body     string            `json:"body"`
	Encoding segment.Encoding  `json:"encoding"`
	Segments int               `json:"segments"`
}

// variableView is something that a text says otherwise each time. It has a type, and none is free words.
type variableView struct {
	Name   string        `json:"name"`
	Type   template.Type `json:"type"`
	Sample string        `json:"sample"` // a value as preview takes it
}

// samples are values that preview takes. Each variable of the practice's templates is here.
func samples(v template.Values) {
	for name, value := range map[string]string{
		"date": "2026-12-08", "time": "09:30", "times": "09:30,10:15", "phone": "+15125550199", "come_answer": "C4", "move_answer": "M4",
		"link": linkHead + "QTZK4W7XGPHV2N6RJSC3YDBLKF", "old_date": "2026-12-08", "new_date": "2026-12-10", "new_time": "15:00",
	} {
		if _, there := v[name]; there && v[name] == "" {
			v[name] = value
		}
	}
}

// setting is what is the same for all texts of the practice.
func textSetting(name string) template.Setting {
	if name == "" {
		name = world.Sender().Name
	}
	return template.Setting{Practice: name, Hosts: []string{world.TextHost}}
}

// templateOf returns the template of an id.
func templateOf(id string) (*template.Template, error) {
	for _, source := range world.Templates() {
		if source.ID == id {
			return template.New(source)
		}
	}
	return nil, badInput("There is no template %q. GET /api/templates lists them.", id)
}

func lookTemplates(context.Context, *app, *scene, url.Values) (any, error) { return templatesOfTexts() }

func templatesOfTexts() ([]templateView, error) {
	var all []templateView
	for _, source := range world.Templates() {
		t, err := template.New(source)
		if err != nil {
			return nil, err
		}
		v := templateView{ID: source.ID, Version: source.Version, Category: string(source.Category)}
		for _, l := range t.Languages() {
			p, err := t.Preview(l, textSetting(""), false)
			if err != nil {
				return nil, err
			}
			v.Languages = append(v.Languages, languageView{l, source.Bodies[l], p.Encoding, p.Segments})
		}
		v.Variables = variables(t)
		all = append(all, v)
	}
	return all, nil
}

// variables are those of a template in English, in the order in which they stand there. Other languages have the same.
func variables(t *template.Template) []variableView {
	body, values, views := t.Source().Bodies[template.English], template.Values{}, []variableView{}
	for name := range t.Variables(template.English) {
		values[name] = ""
	}
	samples(values)
	for name, kind := range t.Variables(template.English) {
		views = append(views, variableView{name, kind, values[name]})
	}
	slices.SortFunc(views, func(a, b variableView) int {
		return strings.Index(body, "{{"+a.Name) - strings.Index(body, "{{"+b.Name)
	})
	return views
}

// previewView is a text that was made of a template, or a wording that was screened.
type previewView struct {
	Template string            `json:"template,omitempty"`
	Language template.Language `json:"language"`
	Text     string            `json:"text"` // what a patient reads; of a wording that is refused, the wording
	Passes   bool              `json:"passes"`
	Encoding segment.Encoding  `json:"encoding,omitempty"`
	Segments int               `json:"segments,omitempty"`
	Units    int               `json:"units,omitempty"`
	Foreign  []foreignView     `json:"foreign"` // what forces UCS-2
	Findings []findingView     `json:"findings"`
}

// foreignView is a character that GSM-7 does not have.
type foreignView struct {
	Character string `json:"character"`
	Code      string `json:"code"`
	At        int    `json:"at"` // in bytes of the text
}

// Pieces is the text with what is to be seen in it marked.
func (v previewView) Pieces() []piece {
	marks := found(v.Findings)
	for _, f := range v.Foreign {
		marks = append(marks, mark{f.At, f.At + len(f.Character), f.Code + " is not in GSM-7"})
	}
	return pieces(v.Text, marks)
}

// count fills in what the text takes.
func (v *previewView) count() {
	size := segment.Count(v.Text)
	v.Passes, v.Encoding, v.Segments, v.Units = true, size.Encoding, size.Segments, size.Units
	for at, r := range v.Text {
		if segment.Count(string(r)).Encoding == segment.UCS2 {
			v.Foreign = append(v.Foreign, foreignView{string(r), fmt.Sprintf("U+%04X", r), at})
		}
	}
}
