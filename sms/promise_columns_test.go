package sms_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
)

// TestPromise_D1_1_TablesHoldNoColumnForHealth lists every column of the tables of texts. Numbers are blind indexes, and what
// anybody wrote, decided or was asked stands sealed; a new column is looked at before it stands in the golden list.
func TestPromise_D1_1_TablesHoldNoColumnForHealth(t *testing.T) {
	w := onPostgres(t)
	var columns []string
	require.NoError(t, w.db.NewRaw(`SELECT table_name || '.' || column_name || ' ' || data_type FROM information_schema.columns
		WHERE table_schema = ? AND table_name LIKE 'sms!_%' ESCAPE '!'`, w.schema).Scan(t.Context(), &columns))
	slices.Sort(columns)
	got := strings.Join(columns, "\n") + "\n"
	golden := filepath.Join("testdata", "columns.txt")
	if *update {
		require.NoError(t, os.WriteFile(golden, []byte(got), 0o600))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Error(diff)
	}
}
