package consentpg_test

import (
	"bufio"
	"database/sql"
	"fmt"
	"io"
	"iter"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib"
	"github.com/stretchr/testify/require"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/audit/auditpg"
	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/consent/consentpg"
	"github.com/enamel-go/enamel/crypto"
	"github.com/enamel-go/enamel/crypto/cryptopg"
)

const imported = 2500

// table yields the rows of an import.
func table() iter.Seq2[consent.Grant, error] {
	return func(yield func(consent.Grant, error) bool) {
		for i := range imported {
			g := consent.Grant{
				ID: fmt.Sprint("row-", i), Number: fmt.Sprintf("+1212%07d", i/2), Category: consent.Transactional, Patient: fmt.Sprint("p-", i%50),
				Basis: consent.SignedAgreement, Evidence: consent.Evidence{Wording: shown, Language: "en", Signature: fmt.Sprint("sig-", i)},
				At: published,
			}
			if !yield(g, nil) {
				return
			}
		}
	}
}

// importer returns a service whose keys outlive the process.
func importer(t *testing.T, pool *bun.DB, own *bun.DB, schema, keys string) *consent.Service {
	t.Helper()
	file, err := crypto.MakeKeyFile(keys)
	require.NoError(t, err)
	ring, err := crypto.NewKeyring(cryptopg.New(own, &cryptopg.Options{Schema: schema}), file, nil)
	require.NoError(t, err)
	log, err := audit.NewLog(auditpg.New(own, &auditpg.Options{Schema: schema}), ring, nil)
	require.NoError(t, err)
	consents, err := consent.New(consentpg.New(pool, ring, &consentpg.Options{Schema: schema}), log, nil)
	require.NoError(t, err)
	return consents
}

const importing = "ENAMEL_TEST_IMPORT"

// TestImportInAProcess is the process that the test below kills. It runs in no other way.
func TestImportInAProcess(t *testing.T) {
	where := os.Getenv(importing)
	if where == "" {
		t.Skip("it is run by TestAnImportThatWasKilledIsTakenUpAgain")
	}
	v := strings.Split(where, "\n")
	open := func() *bun.DB {
		db, err := sql.Open("pgx", v[0])
		require.NoError(t, err)
		return bun.NewDB(db, pgdialect.New())
	}
	_, err := importer(t, open(), open(), v[1], v[2]).Import(t.Context(), importBy, practiceOfImport, table(), &consent.ImportOptions{
		Progress: func(r consent.ImportReport) { fmt.Println("rows:", r.Rows) },
	})
	require.NoError(t, err)
}

const practiceOfImport = "elm-street"

var importBy = audit.Actor{Kind: audit.System, ID: "import"}

func TestAnImportThatWasKilledIsTakenUpAgain(t *testing.T) {
	d := layout.New(t)
	pool, own, keys := d.Pool(4), d.Pool(2), filepath.Join(t.TempDir(), "keys")
	consents := importer(t, pool, own, d.Schema(), keys)
	ready(t, consents, practiceOfImport)

	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestImportInAProcess$")
	child.Env = append(os.Environ(), importing+"="+strings.Join([]string{d.DSN(), d.Schema(), keys}, "\n"))
	out, err := child.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, child.Start())
	for lines := bufio.NewScanner(out); lines.Scan() && !strings.HasPrefix(lines.Text(), "rows: "); {
	}
	require.NoError(t, child.Process.Kill())
	_, err = io.Copy(io.Discard, out)
	require.NoError(t, err)
	require.Error(t, child.Wait(), "it was killed")

	report, err := consents.Import(t.Context(), importBy, practiceOfImport, table(), nil)
	require.NoError(t, err)
	require.Positive(t, report.Known, "the killed one had written some")
	require.Positive(t, report.Recorded, "but not all")
	require.Equal(t, imported, report.Known+report.Recorded)
	var facts, entries int
	require.NoError(t, pool.NewRaw("SELECT count(*) FROM ?", bun.Ident(d.Schema()+".consent_fact")).Scan(t.Context(), &facts))
	require.NoError(t, pool.NewRaw("SELECT count(*) FROM ? WHERE action = 'consent.grant'", bun.Ident(d.Schema()+".audit_entry")).Scan(t.Context(), &entries))
	require.Equal(t, imported, facts, "none twice and none lost")
	require.Equal(t, imported, entries, "each with its entry")
}
