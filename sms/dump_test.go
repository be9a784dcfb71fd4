package sms_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/consent"
)

// Who wrote is known to the log by what the number stands for, never by the number itself: a dump of all tables, the
// log's included, names nobody, whatever came in and went out.
func TestADumpNamesNobodyWhoWrote(t *testing.T) {
	w := onPostgres(t)
	w.grant(consent.Transactional)
	w.enqueue(w.text("x"))
	d := w.dispatcher()
	w.step(d)
	for _, word := range []string{"HELP", "AGREE", "STOP", "START", "planted-4711"} {
		w.now.Add(1e9)
		w.receive(patient, word)
		w.step(d)
	}
	var tables []string
	require.NoError(t, w.db.NewRaw("SELECT table_name FROM information_schema.tables WHERE table_schema = ?", w.schema).Scan(t.Context(), &tables))
	var dump strings.Builder
	for _, table := range tables {
		var rows []map[string]any
		require.NoError(t, w.db.NewRaw("SELECT * FROM "+w.schema+"."+table).Scan(t.Context(), &rows))
		for _, row := range rows {
			for column, value := range row {
				fmt.Fprintf(&dump, "%s.%s=%s\n", table, column, value)
			}
		}
	}
	require.Contains(t, dump.String(), practice, "the dump shows nothing at all")
	for _, secret := range []string{patient[2:], "planted", "see you on"} {
		for line := range strings.Lines(dump.String()) {
			require.NotContains(t, line, secret)
		}
	}
}
