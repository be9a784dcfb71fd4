package fhir

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/internal/form"
	"github.com/enamel-go/enamel/records"
)

// Report says what became of an import.
type Report struct {
	Imported   int    // patients who are new
	Unchanged  int    // patients who were kept already, just so
	Untextable []Note // phones that no text can go to, one note each
	Notes      []Note // as in Result
	Skipped    []Note // patients who were not taken over, and why
	Dropped    map[string]int
}

// Import reads r as [Read] does and saves the patients, each in a change of its own with its entry. Input that cannot
// be read changes nothing. When the service fails on the way, the report says what was done until then, beside the
// error; importing again continues. To save all or none, hand over a service that is bound to a transaction.
func Import(ctx context.Context, by audit.Actor, service *records.Service, practice string, r io.Reader) (Report, error) {
	if err := by.Validate(); err != nil {
		return Report{}, fmt.Errorf("fhir: import: %w", err)
	}
	if err := form.Text(records.ErrInvalid, "the practice", practice, form.ID, true); err != nil {
		return Report{}, fmt.Errorf("fhir: import: %w", err)
	}
	found, err := Read(r)
	if err != nil {
		return Report{}, err
	}
	report := Report{Notes: found.Notes, Skipped: found.Skipped, Dropped: found.Dropped}
	for _, p := range found.Patients {
		p.Practice = practice
		saved, err := service.SavePatient(ctx, by, records.Save{Patient: p, Reason: "import"})
		if err != nil {
			reason := refusal(err)
			if reason == "" {
				return report, fmt.Errorf("fhir: import: %w", err)
			}
			report.Skipped = append(report.Skipped, Note{p.ID, reason})
			continue
		}
		if saved.Unchanged {
			report.Unchanged++
		} else {
			report.Imported++
		}
		for _, phone := range saved.Phones {
			if !phone.Textable {
				report.Untextable = append(report.Untextable, Note{p.ID, phone.Why})
			}
		}
	}
	return report, nil
}

// refusal says why a patient is refused, or "" when the failure is not the patient's.
func refusal(err error) string {
	switch {
	case errors.Is(err, audit.ErrNotRecorded):
		return ""
	case errors.Is(err, records.ErrGone):
		return "the patient's records were destroyed"
	case errors.Is(err, audit.ErrShredded):
		return "the patient's evidence was destroyed, so nothing about the patient can be put on record"
	case errors.Is(err, records.ErrConflict):
		return "another record is kept under this id"
	case errors.Is(err, records.ErrInvalid):
		return err.Error()
	}
	return ""
}
