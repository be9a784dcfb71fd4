package main

import (
	"bufio"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/examples/internal/clock"
	"github.com/enamel-go/enamel/examples/internal/world"
)

// consentColumns are the columns of a table of consents, in any order. The first five are required.
var consentColumns = []string{"id", "number", "category", "basis", "given", "wording", "language", "document"}

// table reads consents from a CSV table, row by row.
type table struct {
	reader  *csv.Reader
	columns map[string]int
	texts   map[string]consent.Wording // the published ones, by their ids
	broke   error                      // why the table ended before its end
}

// openTable reads the header.
func openTable(body io.Reader, texts []consent.Wording) (*table, error) {
	t := &table{reader: csv.NewReader(unmarked(body)), columns: map[string]int{}, texts: map[string]consent.Wording{}}
	for _, w := range texts {
		t.texts[w.ID] = w
	}
	header, err := t.reader.Read()
	if err != nil {
		return nil, badInput("This is no table: its first row has the names of the columns, %s.", strings.Join(consentColumns, ", "))
	}
	for i, name := range header {
		name = strings.ToLower(strings.TrimSpace(name))
		if _, twice := t.columns[name]; twice || !slices.Contains(consentColumns, name) {
			return nil, badInput("The table has a column %q that is not known or stands there twice. The columns are: %s.", name, strings.Join(consentColumns, ", "))
		}
		t.columns[name] = i
	}
	for _, name := range consentColumns[:5] {
		if _, there := t.columns[name]; !there {
			return nil, badInput("The table lacks the column %q.", name)
		}
	}
	return t, nil
}

// unmarked leaves out the mark with which some programs begin a text in UTF-8.
func unmarked(body io.Reader) io.Reader {
	r := bufio.NewReader(body)
	if mark, _ := r.Peek(3); string(mark) == "\ufeff" {
		_, _ = r.Discard(len(mark)) // they are in the buffer
	}
	return r
}

// rows yields each row as a consent, or why it is none.
func (t *table) rows(yield func(consent.Grant, error) bool) {
	for {
		row, err := t.reader.Read()
		var wrong *csv.ParseError
		switch {
		case errors.Is(err, io.EOF):
			return
		case errors.As(err, &wrong):
			err = badInput("The row cannot be read: it has too few or too many columns, or a quotation mark without its other half.")
		case err != nil:
			t.broke = err
			return
		}
		var g consent.Grant
		if err == nil {
			g, err = t.grant(row)
		}
		if !yield(g, err) {
			return
		}
	}
}

// grant reads one row.
func (t *table) grant(row []string) (g consent.Grant, err error) {
	cell := func(name string) string {
		if i, there := t.columns[name]; there {
			return strings.TrimSpace(row[i])
		}
		return ""
	}
	g = consent.Grant{
		ID: cell("id"), Category: consent.Category(cell("category")), Basis: consent.Basis(cell("basis")),
		Evidence: consent.Evidence{
			Wording: cell("wording"), Language: cell("language"), Document: cell("document"), Staff: world.Desk().ID,
		},
	}
	if g.Number, err = number(cell("number")); err != nil {
		return g, err
	}
	if g.At, err = given(cell("given")); err != nil {
		return g, err
	}
	if w, known := t.texts[g.Evidence.Wording]; known {
		g.Evidence.Wording = w.Text
		if g.Evidence.Language == "" {
			g.Evidence.Language = w.Language
		}
	}
	return g, nil
}

// given reads when a consent was given: a day, or a moment. A day counts from its beginning, so that a stop on the same
// day stands.
func given(value string) (time.Time, error) {
	zone, err := clock.Central()
	if err != nil {
		return time.Time{}, err
	}
	if day, err := time.ParseInLocation("2006-01-02", value, zone); err == nil {
		return day, nil
	}
	at, err := moment(value)
	if err != nil {
		return time.Time{}, badInput("The row does not say when the consent was given, as 2026-03-02 or 2026-03-02T09:30.")
	}
	return at, nil
}
