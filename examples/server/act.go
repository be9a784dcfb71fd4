package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"strings"
)

// act is one thing that can be done, by a form of the page and through the API alike.
type act struct {
	Name    string            `json:"-"`
	Method  string            `json:"method"`
	Path    string            `json:"path"`
	Does    string            `json:"does"`
	Fields  map[string]string `json:"fields,omitempty"` // what the request's JSON object has, and what it means
	section string            // where on the page it belongs
	file    *upload           // where it takes a file instead of fields
	run     func(context.Context, *app, io.Reader) (done, error)
}

// done is what an act came to.
type done struct {
	Said   string      `json:"said"` // one sentence for whoever did it
	Result any         `json:"result,omitempty"`
	who    string      // the patient that the page shows next; empty: the one it showed
	show   func(*view) // what the page shows of it at once, of an act that changes nothing; nil: it is sent on to the page
}

// failure is what the API answers where something was not done.
type failure struct {
	Error string `json:"error"`
}

// newAct describes an act whose input is In: a struct of strings, so that a form and a JSON object say the same.
func newAct[In any](name, section, does string, run func(context.Context, *app, In) (done, error)) act {
	a := act{Name: name, Method: http.MethodPost, Path: "/api/" + name, Does: does, section: section, Fields: map[string]string{}}
	for _, f := range reflect.VisibleFields(reflect.TypeFor[In]()) {
		if !f.Anonymous { // its own fields are listed too
			a.Fields[f.Tag.Get("json")] = f.Tag.Get("doc")
		}
	}
	a.run = func(ctx context.Context, s *app, body io.Reader) (done, error) {
		raw, err := io.ReadAll(body)
		if err != nil {
			return done{}, unread(err)
		}
		var in In
		if err := a.decode(raw, &in); err != nil {
			return done{}, err
		}
		return run(ctx, s, in)
	}
	return a
}

// decode reads one JSON object strictly: what is not asked for is refused, not ignored.
func (a act) decode(raw []byte, in any) error {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	err := dec.Decode(in)
	if err == nil {
		if _, more := dec.Token(); !errors.Is(more, io.EOF) {
			return badInput("After the JSON object there is something more. Send one object.")
		}
		return nil
	}
	if _, name, found := strings.Cut(err.Error(), "unknown field "); found {
		return badInput("There is no field %s here. The fields are: %s.", name, strings.Join(sortedKeys(a.Fields), ", "))
	}
	var kind *json.UnmarshalTypeError
	if errors.As(err, &kind) && kind.Field != "" {
		return badInput("The field %q must be text in quotes.", kind.Field)
	}
	return badInput("This is no JSON object that can be read.")
}

// badInput is an error whose text is a sentence for whoever sent the input.
func badInput(format string, args ...any) error {
	return &inputError{http.StatusBadRequest, fmt.Sprintf(format, args...)}
}

type inputError struct {
	code     int
	sentence string
}

// Error implements error.
func (e *inputError) Error() string { return e.sentence }

// fromForm turns a form's fields into the JSON object that the API takes. The fields that steer the page are left out.
func fromForm(form map[string][]string) ([]byte, error) {
	fields := map[string]string{}
	for name, values := range form {
		switch {
		case name == "who", name == onceField:
		case len(values) != 1:
			return nil, badInput("The field %q was sent more than once.", name)
		default:
			fields[name] = strings.ReplaceAll(values[0], "\r\n", "\n")
		}
	}
	return json.Marshal(fields)
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	_ = enc.Encode(v) // the client hung up; there is nobody to tell
}
