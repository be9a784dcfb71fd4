package pack

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"html/template"
	"strings"
	"time"

	"github.com/enamel-go/enamel/consent"
)

//go:embed file.html
var fileHTML string

var fileTemplate = template.Must(template.New("file").Funcs(template.FuncMap{
	"when": when, "plain": func(s string) string { return strings.ReplaceAll(s, "_", " ") },
}).Parse(fileHTML))

// when says a moment so that anybody can read it.
func when(at time.Time) string { return at.UTC().Format("2006-01-02 15:04:05 UTC") }

// content is what a file says.
type content struct {
	State
	Made    time.Time
	Extract string // of the log; empty: no entry of what is shown may be shown
	ledgers []ledger
}

// number is what the page shows of one number.
type number struct {
	Number string
	States []standing
	Facts  []shownFact
}

// shownFact is a fact as the page shows it.
type shownFact struct {
	consent.Fact
	Proved bool // its entry is in the extract
}

// Numbers returns what the page shows.
func (c content) Numbers() []number {
	var all []number
	for _, l := range c.ledgers {
		n := number{Number: l.number, States: l.states}
		for _, f := range l.facts {
			n.Facts = append(n.Facts, shownFact{f, f.Entry != "" && strings.Contains(c.Extract, f.Entry)})
		}
		all = append(all, n)
	}
	return all
}

// Scope says for whom the file is, and about whom.
func (c content) Scope() Scope { return c.Request.Scope }

// Carrier reports whether the file shows the opt-in alone.
func (c content) Carrier() bool { return c.Request.Scope.Recipient == Carrier }

// Approved reports whether the release was approved.
func (c content) Approved() bool { return c.Decision.Kind == Approved }

// JSON returns what the file shows for a machine. Lines end with a line feed.
func (c content) JSON() (string, error) {
	var b bytes.Buffer
	out := json.NewEncoder(&b)
	out.SetEscapeHTML(false) // the page escapes it as a whole
	out.SetIndent("", " ")
	var all []line
	for _, l := range c.ledgers {
		for _, f := range l.facts {
			all = append(all, lineOf(l.number, f))
		}
	}
	err := out.Encode(all)
	return b.String(), err
}

// file returns the file's bytes.
func (c content) file() ([]byte, error) {
	var b bytes.Buffer
	err := fileTemplate.Execute(&b, c)
	return b.Bytes(), err
}

// line is a fact in a file's JSON. Its names are part of files that were handed out: add, never rename.
type line struct {
	ID       string    `json:"id,omitempty"`
	Number   string    `json:"number"`
	Kind     string    `json:"kind"`
	Category string    `json:"category,omitempty"`
	Sender   string    `json:"sender,omitempty"`
	Patient  string    `json:"patient,omitempty"`
	At       time.Time `json:"at"`
	Recorded time.Time `json:"recorded"`
	Actor    *actor    `json:"actor,omitempty"`
	Entry    string    `json:"entry,omitempty"`
	Basis    string    `json:"basis,omitempty"`
	Channel  string    `json:"channel,omitempty"`
	Cause    string    `json:"cause,omitempty"`
	Duty     string    `json:"duty,omitempty"`
	Evidence evidence  `json:"evidence,omitzero"`
	Erased   bool      `json:"erased,omitempty"`
	Confirm  bool      `json:"confirm,omitempty"`
	About    []string  `json:"about,omitempty"`
	Token    string    `json:"token_sha256,omitempty"`
	Expires  time.Time `json:"expires,omitzero"`
}

type actor struct {
	Kind string `json:"kind"`
	ID   string `json:"id,omitempty"`
}

type evidence struct {
	Wording        string `json:"wording,omitempty"`
	Hash           string `json:"wording_sha256,omitempty"`
	Language       string `json:"language,omitempty"`
	Signature      string `json:"signature,omitempty"`
	Document       string `json:"document,omitempty"`
	Address        string `json:"address,omitempty"`
	Browser        string `json:"browser,omitempty"`
	Staff          string `json:"staff,omitempty"`
	Choice         string `json:"choice,omitempty"`
	Representative string `json:"representative,omitempty"`
	Words          string `json:"words,omitempty"`
	Message        string `json:"message,omitempty"`
}

func lineOf(number string, f consent.Fact) line {
	e := f.Evidence
	l := line{
		ID: f.ID, Number: number, Kind: string(f.Kind), Category: string(f.Category), Sender: f.Sender, Patient: f.Patient, At: f.At,
		Recorded: f.Recorded, Entry: f.Entry, Basis: string(f.Basis), Channel: string(f.Channel), Cause: string(f.Cause), Duty: f.Duty,
		Evidence: evidence{
			e.Wording, e.Hash(), e.Language, e.Signature, e.Document, e.Address, e.Browser, e.Staff, string(e.Choice), e.Representative,
			e.Words, e.Message,
		},
		Erased: f.Erased, Confirm: f.Confirm, About: f.About, Token: f.Token, Expires: f.Expires,
	}
	if f.Actor.Kind != "" {
		l.Actor = &actor{string(f.Actor.Kind), f.Actor.ID}
	}
	return l
}
