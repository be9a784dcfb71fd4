package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/examples/internal/world"
	"github.com/enamel-go/enamel/records/fhir"
)

// importAct takes a bundle as it is, so its input is no object of fields.
func importAct() act {
	return act{
		Name: "import", Method: http.MethodPost, Path: "/api/import", section: "patients", run: importBundle,
		Does: "Takes over the patients of a FHIR R4 bundle. Importing it again changes nothing.",
		file: &upload{
			field: "bundle", most: mostBundle, kinds: []string{"application/json", "application/fhir+json"},
			ask: "Send JSON, with the header Content-Type: application/json.",
		},
	}
}

// importedView is what became of an import.
type importedView struct {
	Imported   int            `json:"imported"`
	Unchanged  int            `json:"unchanged"`
	Untextable []fhir.Note    `json:"untextable"`
	Notes      []fhir.Note    `json:"notes"`
	Skipped    []fhir.Note    `json:"skipped"`
	Dropped    map[string]int `json:"dropped"`
}

func importBundle(ctx context.Context, s *app, body io.Reader) (done, error) {
	raw, err := io.ReadAll(body)
	if err != nil {
		return done{}, unread(err)
	}
	sc := s.scene.Load()
	e := audit.Entry{
		Practice: practice, Actor: world.Desk(), Action: "records.bundle.import", Object: audit.Object{Kind: "bundle"},
	}
	found, err := fhir.Read(bytes.NewReader(raw))
	if errors.Is(err, fhir.ErrFormat) {
		return done{}, sc.Log.Refuse(ctx, e, err)
	}
	if err != nil {
		return done{}, err
	}
	report, err := fhir.Import(ctx, world.Desk(), sc.Charts, practice, bytes.NewReader(raw))
	if err != nil {
		return done{}, err
	}
	who := ""
	for _, p := range found.Patients {
		if err := sc.Roster.Add(ctx, p.ID); err != nil {
			return done{}, err
		}
		who = p.ID
	}
	e.Details = map[string]string{
		"imported": strconv.Itoa(report.Imported), "unchanged": strconv.Itoa(report.Unchanged), "skipped": strconv.Itoa(len(report.Skipped)),
	}
	if err := sc.Log.Record(ctx, e); err != nil {
		return done{}, err
	}
	return done{Said: importSays(report), Result: importedView(report), who: who}, sc.settled(ctx)
}

// importSays says an import in a few sentences.
func importSays(r fhir.Report) string {
	says := []string{count(r.Imported, "patient was", "patients were") + " taken over."}
	if r.Unchanged > 0 {
		says = append(says, count(r.Unchanged, "was", "were")+" here already, just so.")
	}
	for _, n := range r.Skipped {
		says = append(says, "One was left out: "+n.Reason+".")
	}
	for _, n := range r.Untextable {
		says = append(says, "One phone number is kept and cannot be texted: "+n.Reason+".")
	}
	if len(says) > 6 {
		says = append(says[:6], "And more; the API lists all.")
	}
	dropped := 0
	for _, n := range r.Dropped {
		dropped += n
	}
	if dropped > 0 {
		says = append(says, count(dropped, "other thing in the bundle was", "other things in the bundle were")+" not needed here, and not kept.")
	}
	return strings.Join(says, " ")
}

func count(n int, one, many string) string {
	if n == 1 {
		return "One " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
