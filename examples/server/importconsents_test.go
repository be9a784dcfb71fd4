package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const consentHeader = "id,number,category,basis,given,wording,language,document\n"

// table imports a table and returns what became of it.
func (s *site) table(csv string) consentsView {
	s.t.Helper()
	status, body := s.send(http.MethodPost, "/api/importconsents", "text/csv; charset=utf-8", strings.NewReader(csv))
	require.Equal(s.t, http.StatusOK, status, body)
	var d struct{ Result consentsView }
	require.NoError(s.t, json.Unmarshal([]byte(body), &d))
	return d.Result
}

// Consents of another system come in as a table, each row on its own, and again without a change.
func TestImportConsents(t *testing.T) {
	onBoth(t, func(t *testing.T, s *site) {
		const priya = "+15125550163"
		rows := consentHeader +
			"i-1,(512) 555-0163,transactional,office_document,2026-03-02,transactional-2026-01,en,scan-5\n" +
			"i-2,512,transactional,office_document,2026-03-02,transactional-2026-01,en,scan-5\n" +
			"i-3,512 555 0142,promotional,office_document,2026-03-02,\"I agree, \"\"yes\"\".\",en,scan-5\n" +
			"i-4,512 555 0142,transactional,office_document,2026-03-02,transactional-2026-01,en,\n" +
			"i-5,512 555 0142,transactional,import,last year,,,\n" +
			",512 555 0142,transactional,import,2026-03-02,,,\n" +
			"i-6,512 555 0142\n" +
			"i-7,512 555 0142,transactional,import,2026-03-02T09:30,,,\n"
		v := s.table("\ufeff" + rows)
		require.Equal(t, [4]int{8, 2, 0, 6}, [4]int{v.Rows, v.Recorded, v.Known, v.Refused})
		reasons := map[int]string{}
		for _, r := range v.Reasons {
			reasons[r.Row] = r.Why
		}
		for row, why := range map[int]string{
			3: "too few digits", 4: "none that the practice had published", 5: "needs document", 6: "does not say when", 7: "no id", 8: "cannot be read",
		} {
			require.Contains(t, reasons[row], why, row)
		}
		require.Equal(t, "active", string(get[[]personView](s, "patients", "find", priya)[0].Transactional.Status))

		again := s.table(rows)
		require.Equal(t, [4]int{8, 0, 2, 6}, [4]int{again.Rows, again.Recorded, again.Known, again.Refused})

		// What is no such table changes nothing.
		for table, why := range map[string]string{
			"":                               "This is no table",
			"id,number,category,basis\n":     `lacks the column \"given\"`,
			consentHeader[:2] + ",shoe\n":    "shoe",
			"id,id,number,category,basis\n":  "twice",
			"\x00\x01\x02 not a table \"x\n": "This is no table",
		} {
			status, body := s.send(http.MethodPost, "/api/importconsents", "text/csv", strings.NewReader(table))
			require.Equal(t, http.StatusBadRequest, status, body)
			require.Contains(t, body, why)
		}
		status, body := s.send(http.MethodPost, "/api/importconsents", "application/json", strings.NewReader("{}"))
		require.Equal(t, http.StatusUnsupportedMediaType, status)
		require.Contains(t, body, "text/csv")

		// On the page what was refused is told in short.
		b := s.browser()
		var many strings.Builder
		many.WriteString(consentHeader)
		for i := range 40 {
			fmt.Fprintf(&many, "m-%d,1,transactional,import,2026-03-02,,,\n", i)
		}
		status, page := s.uploadTo(b, "importconsents", "table", many.String())
		require.Equal(t, http.StatusOK, status)
		says(t, page, "40 rows were read.")
		says(t, page, "Row 2: This number cannot be texted")
		says(t, page, "And more; the API lists all.")
		require.False(t, strings.Contains(page, "Row 9:"))
		status, page = s.press(b, "importconsents", url.Values{}, nil)
		require.Equal(t, http.StatusUnsupportedMediaType, status)
		says(t, page, "This is no form of the page.")
	})
}

// A table that breaks off says so, and what came before it stands.
func TestATableThatBreaksOff(t *testing.T) {
	t.Parallel()
	row := "i-1,(512) 555-0163,transactional,office_document,2026-03-02,transactional-2026-01,en,scan-5\n"
	broken := errors.New("the line was cut")
	read, err := openTable(io.MultiReader(strings.NewReader(consentHeader+row), cut{broken}), nil)
	require.NoError(t, err)
	rows := 0
	for g, err := range read.rows {
		require.NoError(t, err)
		require.Equal(t, "+15125550163", g.Number)
		rows++
	}
	require.Equal(t, 1, rows)
	require.ErrorIs(t, read.broke, broken)
	require.Contains(t, brokeOff(read.broke, consentsView{Recorded: 1}).Error(), "One consent was recorded before that.")
	require.Contains(t, brokeOff(&http.MaxBytesError{Limit: 1 << 20}, consentsView{}).Error(), "at most 1024 KB")
}

type cut struct{ err error }

func (c cut) Read([]byte) (int, error) { return 0, c.err }
