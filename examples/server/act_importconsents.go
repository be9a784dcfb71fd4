package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/examples/internal/world"
)

// importConsentsAct takes a table as it is, and reads it as it comes.
func importConsentsAct() act {
	return act{
		Name: "importconsents", Method: http.MethodPost, Path: "/api/importconsents", section: "consent", run: importConsents,
		Does: "Takes over consents from a CSV table with the columns " + strings.Join(consentColumns, ", ") +
			". Importing it again changes nothing. A row that is refused holds up no other.",
		file: &upload{field: "table", most: 64 << 20, kinds: []string{"text/csv"}, ask: "Send the table, with the header Content-Type: text/csv."},
	}
}

// consentsView is what became of a table of consents.
type consentsView struct {
	Rows     int              `json:"rows"`
	Recorded int              `json:"recorded"`
	Known    int              `json:"known"`
	Refused  int              `json:"refused"`
	Reasons  []refusedRowView `json:"refused_rows"`
}

// refusedRowView is a row that was not taken.
type refusedRowView struct {
	Row int    `json:"row"` // as a spreadsheet counts: the header is row 1
	ID  string `json:"id"`
	Why string `json:"why"`
}

func importConsents(ctx context.Context, s *app, body io.Reader) (done, error) {
	sc := s.scene.Load()
	texts, err := sc.Consents.Wordings(ctx, practice)
	if err != nil {
		return done{}, err
	}
	table, err := openTable(body, texts)
	if err != nil {
		return done{}, err
	}
	v := consentsView{Reasons: []refusedRowView{}}
	report, err := sc.Consents.Import(ctx, world.Desk(), practice, table.rows, &consent.ImportOptions{
		Refused: func(r consent.RefusedRow) {
			_, why, _ := explain(r.Err)
			v.Reasons = append(v.Reasons, refusedRowView{r.Row + 1, r.ID, why})
		},
	})
	if err != nil {
		return done{}, err
	}
	v.Rows, v.Recorded, v.Known, v.Refused = report.Rows, report.Recorded, report.Known, report.Refused
	if table.broke != nil {
		return done{}, brokeOff(table.broke, v)
	}
	return done{Said: consentsSay(v), Result: v}, sc.settled(ctx)
}

// brokeOff says that a table ended before its end.
func brokeOff(cause error, v consentsView) error {
	status, why := http.StatusBadRequest, "What was sent broke off."
	var long *http.MaxBytesError
	if errors.As(cause, &long) {
		status, why = http.StatusRequestEntityTooLarge, tooLargeSentence(long.Limit)
	}
	return &inputError{status, fmt.Sprintf(
		"%s %s recorded before that. Send the rest, or the same table again: what was recorded changes nothing.",
		why, count(v.Recorded, "consent was", "consents were"),
	)}
}

// consentsSay says an import in a few sentences.
func consentsSay(v consentsView) string {
	const most = 5
	says := []string{
		count(v.Rows, "row was", "rows were") + " read.", count(v.Recorded, "consent is", "consents are") + " new.",
	}
	if v.Known > 0 {
		says = append(says, count(v.Known, "was", "were")+" recorded before.")
	}
	if v.Refused > 0 {
		says = append(says, count(v.Refused, "was", "were")+" refused.")
	}
	for i, r := range v.Reasons {
		if i == most {
			says = append(says, "And more; the API lists all.")
			break
		}
		says = append(says, fmt.Sprintf("Row %d: %s", r.Row, r.Why))
	}
	return strings.Join(says, " ")
}
