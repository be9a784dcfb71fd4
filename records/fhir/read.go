package fhir

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"

	"github.com/enamel-go/enamel/records"
)

// Result is what a Bundle or Patient holds.
type Result struct {
	Patients []records.Patient // in the order of the input, with neither practice nor revision
	Notes    []Note            // what could not be taken over of a patient who is among Patients
	Skipped  []Note            // patients who are not, and why

	// Dropped counts what was left out, by its place: "Observation" for a resource, "Patient.identifier" for an
	// element.
	Dropped map[string]int
}

// Note says something about one patient.
type Note struct {
	Patient string // the resource's id, or its place in the Bundle, such as "entry 3", where it has none
	Reason  string // a plain sentence, without any of the patient's data
}

// Read reads the Patient resources of a FHIR R4 Bundle, or one Patient resource. It reads r to its end, or to its first
// fault, and keeps no more of it than one entry at a time. An error that wraps [ErrFormat] says that the input is
// neither; any other is r's.
func Read(r io.Reader) (Result, error) { return read(r, maxBytes) }

func read(r io.Reader, limit int) (Result, error) {
	limited := &bounded{r: r, left: limit}
	in := bufio.NewReader(limited)
	if mark, err := in.Peek(3); err == nil && string(mark) == "\uFEFF" {
		_, _ = in.Discard(3) // the byte order mark that some systems put before UTF-8
	}
	d := &reader{json: json.NewDecoder(in), result: Result{Dropped: map[string]int{}}}
	err := d.top()
	switch {
	case err == nil:
		return d.result, nil
	case limited.theirs:
		return Result{}, fmt.Errorf("fhir: read: %w", limited.err)
	}
	return Result{}, d.fault(err)
}

// reader is one run of Read.
type reader struct {
	json    *json.Decoder
	result  Result
	entries int
}

var errObject = errors.New("it is no JSON object")

// top reads the one object that the input has to be. Its entries are read as they come, and everything else of it is
// looked at when it is known what it is, for the type may stand at the end.
func (d *reader) top() error {
	if t, err := d.json.Token(); err != nil || t != json.Delim('{') {
		return errors.Join(err, errObject)
	}
	rest := object{}
	for d.json.More() {
		key, err := d.json.Token()
		if err != nil {
			return err
		}
		if key == "entry" {
			if err := d.entry(); err != nil {
				return err
			}
			continue
		}
		var value json.RawMessage
		if err := d.json.Decode(&value); err != nil {
			return err
		}
		rest[fmt.Sprint(key)] = value
	}
	if _, err := d.json.Token(); err != nil {
		return err
	}
	if _, err := d.json.Token(); !errors.Is(err, io.EOF) {
		return errors.Join(err, errors.New("something follows behind it"))
	}
	kind, _ := rest.text("resourceType")
	switch {
	case kind == "Bundle":
		return nil
	case kind == "Patient" && d.entries == 0:
		d.patient(rest, "the resource")
		return nil
	case kind == "":
		return errors.New("it has no resourceType")
	}
	return errors.New("it is another resource")
}

// entry reads the entries of a Bundle.
func (d *reader) entry() error {
	if t, err := d.json.Token(); err != nil || t != json.Delim('[') {
		return errors.Join(err, errors.New("its entry is no list"))
	}
	for d.json.More() {
		var e struct {
			Resource json.RawMessage `json:"resource"`
		}
		if err := d.json.Decode(&e); err != nil {
			return err
		}
		d.entries++
		d.resource(e.Resource)
	}
	_, err := d.json.Token()
	return err
}

// resource takes a patient over and counts everything else. An entry without a resource is a request or a response.
func (d *reader) resource(raw json.RawMessage) {
	var head *struct {
		ResourceType json.RawMessage `json:"resourceType"`
	}
	if json.Unmarshal(raw, &head) != nil || head == nil {
		d.drop("Bundle", "entry")
		return
	}
	var kind string
	_ = json.Unmarshal(head.ResourceType, &kind)
	var r object
	if kind == "Patient" && json.Unmarshal(raw, &r) == nil {
		d.patient(r, fmt.Sprint("entry ", d.entries))
		return
	}
	d.drop("", kind)
}

// fault says why reading ended. A parser's own words are left out, for they quote the input.
func (d *reader) fault(err error) error {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.Is(err, ErrFormat):
		return err
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("%w: it ends too early", ErrFormat)
	case errors.As(err, &syntax):
		return fmt.Errorf("%w: it is no JSON, from byte %d on", ErrFormat, d.json.InputOffset())
	case errors.As(err, &kind):
		return fmt.Errorf("%w: its entry holds something else than objects", ErrFormat)
	}
	return fmt.Errorf("%w: %w", ErrFormat, err)
}

// element is the form of a resource's or element's name in FHIR. What has another form is counted without its name.
var element = regexp.MustCompile(`^_?[A-Za-z][A-Za-z0-9]{0,63}$`)

// manyDropped bounds how many names a report has: R4 has fewer resources and elements of a Patient.
const manyDropped = 300

// drop counts something that is left out.
func (d *reader) drop(path, name string) {
	if !element.MatchString(name) {
		name = "(other)"
	}
	if path != "" {
		name = path + "." + name
	}
	if _, known := d.result.Dropped[name]; !known && len(d.result.Dropped) >= manyDropped {
		name = "(other)"
	}
	d.result.Dropped[name]++
}

// object is a JSON object whose elements are taken out as they are understood.
type object map[string]json.RawMessage

// text takes a string out. It reports false when there is none that is not empty; then it stays where it is.
func (o object) text(key string) (string, bool) {
	var s *string
	if json.Unmarshal(o[key], &s) != nil || s == nil || *s == "" {
		return "", false
	}
	delete(o, key)
	return *s, true
}

// objects takes a list of objects out. What is no object stays in no list and is counted.
func (d *reader) objects(o object, path, key string) []object {
	var raw []json.RawMessage
	if json.Unmarshal(o[key], &raw) != nil || raw == nil {
		return nil
	}
	delete(o, key)
	var list []object
	for _, r := range raw {
		var one object
		// A modifier extension changes what the element means in a way that is not known here.
		if json.Unmarshal(r, &one) != nil || one == nil || one["modifierExtension"] != nil {
			d.drop(path, key)
			continue
		}
		list = append(list, one)
	}
	return list
}

// lines takes a list of strings out.
func (o object) lines(key string) []string {
	var list []*string
	if json.Unmarshal(o[key], &list) != nil || list == nil {
		return nil
	}
	delete(o, key)
	var lines []string
	for _, s := range list {
		if s != nil && *s != "" {
			lines = append(lines, *s)
		}
	}
	return lines
}

// rest counts what was not taken out, in a fixed order, so that the same input gives the same report.
func (d *reader) rest(o object, path string) {
	for _, key := range slices.Sorted(maps.Keys(o)) {
		d.drop(path, key)
	}
}
