package main

import (
	"context"
	"crypto/rand"
	"html/template"
	"net/http"
	"sync"
	"time"
)

// onceField is the field of a form that tells one filling in of it from another.
const onceField = "once"

// once is the field itself, which templates put into each form that is posted.
func once() template.HTML {
	return template.HTML(`<input type="hidden" name="` + onceField + `" value="` + rand.Text() + `" autocomplete="off">`) //nolint:gosec // letters alone
}

// repeats is what forms came to a moment ago, so that one that is sent twice, by a double click, is done once. The second
// waits for the first and comes to the same, for it is the second answer that the browser shows.
type repeats struct {
	mu   sync.Mutex
	came map[string]func() (done, error)
}

// remembered is for how long after its end a repetition of a form is known as one. What a form has handed out stays in
// memory for so long.
const remembered = 10 * time.Second

// do runs what the form of a request asks for, unless it is just running or was just done. It is run to its end, for a browser
// that sends a form again waits no more for the first answer. What was refused is tried again.
func (p *repeats) do(r *http.Request, run func(context.Context) (done, error)) (done, error) {
	form := sameForm(r)
	if form == "" {
		return run(r.Context())
	}
	p.mu.Lock()
	first, again := p.came[form]
	if !again {
		first = sync.OnceValues(func() (done, error) { return run(context.WithoutCancel(r.Context())) })
		if p.came == nil {
			p.came = map[string]func() (done, error){}
		}
		p.came[form] = first
	}
	p.mu.Unlock()
	d, err := first()
	switch {
	case again:
	case err != nil:
		p.forget(form)
	default:
		time.AfterFunc(remembered, func() { p.forget(form) })
	}
	return d, err
}

func (p *repeats) forget(form string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.came, form)
}

// sameForm is what two requests have in common that send one filling in of one form by one button, or empty where the form
// does not say which it is.
func sameForm(r *http.Request) string {
	if r.PostForm.Get(onceField) == "" {
		return ""
	}
	return r.URL.Path + "?" + r.PostForm.Encode()
}
