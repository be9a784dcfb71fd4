package main

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/sms/template"
)

type previewInput struct {
	Template string `json:"template" doc:"its id, as templates has it"`
	Language string `json:"language" doc:"en, es or fr; en where it is left out"`
	Practice string `json:"practice" doc:"what the practice is called; its own name where it is left out"`

	valuesInput
}

// valuesInput are the values of variables. Each is of a type; none is free words.
type valuesInput struct {
	Date       string `json:"date" doc:"a day as 2026-12-08; a sample where a variable's value is left out"`
	Time       string `json:"time" doc:"a time of day as 09:30"`
	Times      string `json:"times" doc:"times of one day as 09:30,10:15"`
	Phone      string `json:"phone" doc:"a number in E.164 form"`
	ComeAnswer string `json:"come_answer" doc:"what to answer, such as C4"`
	MoveAnswer string `json:"move_answer" doc:"what to answer, such as M4"`
	Link       string `json:"link" doc:"a link to the practice's own host that ends in random letters"`
	OldDate    string `json:"old_date" doc:"a day"`
	NewDate    string `json:"new_date" doc:"a day"`
	NewTime    string `json:"new_time" doc:"a time of day"`
}

// preview makes a text of a template.
func preview(_ context.Context, _ *app, in previewInput) (done, error) {
	t, err := templateOf(in.Template)
	if err != nil {
		return done{}, err
	}
	if in.Language == "" {
		in.Language = string(template.English)
	}
	language, err := choice("language", in.Language, t.Languages()...)
	if err != nil {
		return done{}, err
	}
	values, err := in.values(t, language)
	if err != nil {
		return done{}, err
	}
	v := previewView{Template: in.Template, Language: language, Foreign: []foreignView{}, Findings: []findingView{}}
	if v.Text, err = t.Render(language, textSetting(in.Practice), values); err != nil {
		return previewed(v, err)
	}
	v.count()
	return previewed(v, nil)
}

// values are those that were given, and samples of those that were not. One that the template does not have is handed on,
// and refused there.
func (in valuesInput) values(t *template.Template, l template.Language) (template.Values, error) {
	raw, err := json.Marshal(in)
	if err != nil {
		return nil, err
	}
	values := template.Values{}
	if err := json.Unmarshal(raw, &values); err != nil {
		return nil, err
	}
	variables := t.Variables(l)
	for name, value := range values {
		if _, there := variables[name]; !there && value == "" {
			delete(values, name)
		}
	}
	samples(values)
	return values, nil
}

// previewed answers what became of a text or a wording. One that the screen refuses is an answer too.
func previewed(v previewView, err error) (done, error) {
	var refusal *template.Refusal
	switch {
	case errors.As(err, &refusal):
		v.Findings = viewFindings(refusal.Findings)
	case err != nil:
		return done{}, err
	}
	d := done{Said: "It passes the screen.", Result: v, show: func(page *view) { page.Previewed = &v }}
	if !v.Passes {
		d.Said = "The screen refuses it: no text is made of such words."
	}
	return d, nil
}

type wordingInput struct {
	Category string `json:"category" doc:"transactional, conversational or promotional"`
	Language string `json:"language" doc:"en, es or fr; en where it is left out"`
	Body     string `json:"body" doc:"the wording, with variables such as {{practice}}, {{date}} and {{time}}"`
}

// screenTemplate screens a wording.
func screenTemplate(_ context.Context, _ *app, in wordingInput) (done, error) {
	category, err := choice("category", in.Category, consent.Categories()...)
	if err != nil {
		return done{}, err
	}
	if in.Language == "" {
		in.Language = string(template.English)
	}
	v := previewView{Language: template.Language(in.Language), Text: in.Body, Foreign: []foreignView{}, Findings: []findingView{}}
	t, err := template.New(template.Source{
		ID: "own", Version: 1, Category: category, Bodies: map[template.Language]string{v.Language: in.Body},
	})
	if err != nil {
		return previewed(v, err)
	}
	p, err := t.Preview(v.Language, textSetting(""), false)
	if err != nil {
		return done{}, err
	}
	v.Text = p.Text
	v.count()
	return previewed(v, nil)
}
