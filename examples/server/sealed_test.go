package main

import (
	"encoding/base64"
	"encoding/hex"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/uptrace/bun"

	"github.com/enamel-go/enamel/crypto/blindindex"
	"github.com/enamel-go/enamel/examples/internal/world"
	"github.com/enamel-go/enamel/internal/pgtest"
)

// planted is what the story of the test below is told with: whoever is, was born, said, signed or was told something.
var planted = []string{
	"Quillféather", "Xanthippe", "1971-10-23", "19711023", "xq.private@mail.example",
	"5125550177", "(512) 555-0177", "2000 Hidden Hollow",
	"my wisdom tooth hurts", "we have moved to Sparrow Lane", "scan-of-form-88431", "rang about the cat",
	"prefers letters by pigeon", "not while she travels", "aunt-quillfeather-7", "birth-certificate-4417", "may play with the tablet",
	"Barnaby Tattlewell", "tattlewell@mail.example", "he typed it at the kiosk", "Court of Lower Umbrage", "subpoena-90210",
	"ran away with a circus", "moved to the lighthouse",
}

// TestPromise_M4_1_NothingIsReadableAtRest tells a whole story on Postgres, with workers, and then looks for it in every
// column of every table and in every file that was written.
func TestPromise_M4_1_NothingIsReadableAtRest(t *testing.T) {
	t.Parallel()
	db := layout.New(t)
	c := config{database: db.DSN(), schema: db.Schema(), keys: filepath.Join(t.TempDir(), "keys")}
	s := startSite(t, c)
	s.employ()
	s.settle()
	patient := tell(t, s)

	tables := dump(t, db)
	require.Greater(t, len(tables), 12)
	for _, table := range []string{
		"sms_text", "sms_queue", "sms_received", "consent_fact", "consent_pack", "consent_representative",
		"records_patient", "records_appointment", "audit_entry", "crypto_key",
	} {
		found := false
		for name, content := range tables {
			found = found || strings.HasPrefix(name, table) && content != ""
		}
		require.True(t, found, "%s has no row: the story does not reach it", table)
	}
	require.Contains(t, tables["records_patient"], patient, "the search finds what is there in clear")
	for name, content := range tables {
		requireSealed(t, name, content)
	}
	err := filepath.WalkDir(filepath.Dir(c.keys), func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		requireSealed(t, filepath.Base(path), strings.ToLower(string(content)))
		return err
	})
	require.NoError(t, err)
}

// tell tells the story and returns the patient's id.
func tell(t *testing.T, s *site) string {
	raw := `{"resourceType":"Bundle","type":"collection","entry":[{"resource":{"resourceType":"Patient","id":"planted-1",
		"name":[{"family":"Quillféather","given":["Xanthippe"]}],"birthDate":"1971-10-23",
		"address":[{"line":["2000 Hidden Hollow"],"city":"Austin","state":"TX","postalCode":"78701"}],
		"telecom":[{"system":"phone","value":"(512) 555-0177","use":"mobile"},{"system":"email","value":"xq.private@mail.example"}]}}]}`
	status, body := s.send(http.MethodPost, "/api/import", "application/fhir+json", strings.NewReader(raw))
	require.Equal(t, http.StatusOK, status, body)
	found := get[[]personView](s, "patients", "find", "Xanthippe Quillfeather", "born", "1971-10-23")
	require.Len(t, found, 1)
	patient := found[0].ID
	s.act("consent", map[string]string{
		"number": "(512) 555-0177", "category": "transactional", "wording": world.Wording, "document": "scan-of-form-88431",
	})
	s.act("text", map[string]string{"patient": patient, "category": "transactional", "body": "Elm Street Dental: we have moved to Sparrow Lane."})
	start := get[struct{ Now time.Time }](s, "clock").Now.Add(30 * time.Hour).Format(time.RFC3339)
	s.act("book", map[string]string{"patient": patient, "start": start})
	s.act("clock", map[string]string{"forward": "26h"})
	require.NotEmpty(t, received(s.phone("+15125550177")))
	s.act("reply", map[string]string{"number": "+15125550177", "words": "my wisdom tooth hurts"})
	s.act("reply", map[string]string{"number": "+15125550177", "words": "STOP"})
	s.act("stop", map[string]string{"number": "+15125550177", "words": "rang about the cat"})
	tellMore(s, patient)
	require.Contains(t, s.act("verify", nil), "none is missing")
	return patient
}

// tellMore tells what else somebody says, signs or is told of: about texts, for a child, to a court, of an appointment.
func tellMore(s *site, patient string) {
	const number, child = "+15125550177", "p-103"
	s.act("heard", map[string]string{"number": number, "channel": "mail", "words": "she prefers letters by pigeon"})
	s.act("mute", map[string]string{"patient": patient, "words": "not while she travels"})
	s.act("appoint", map[string]string{"patient": child, "person": "aunt-quillfeather-7", "proof": "a certificate", "document": "birth-certificate-4417", "from": "2026-01-01"})
	s.act("parentconsent", map[string]string{
		"patient": child, "parent": "aunt-quillfeather-7", "wording": "My child may play with the tablet.", "document": "scan-of-form-88431",
	})
	s.act("reportchild", map[string]string{
		"given": "Jonah", "family": "Feld", "birth": "2016-02-20",
		"name": "Barnaby Tattlewell", "contact": "tattlewell@mail.example", "words": "he typed it at the kiosk",
	})
	s.act("requestpack", map[string]string{
		"recipient": "court", "patient": patient, "number": number, "name": "Court of Lower Umbrage", "document": "subpoena-90210",
	})
	s.act("requestpack", map[string]string{"recipient": "patient", "patient": patient, "number": number, "name": "herself"})
	visits := get[[]visitView](s, "schedule")
	at := slices.IndexFunc(visits, func(v visitView) bool { return v.Patient == patient })
	require.GreaterOrEqual(s.t, at, 0, "the visit that was booked")
	s.act("cancel", map[string]string{
		"appointment": visits[at].ID, "revision": strconv.Itoa(visits[at].Revision), "reason": "ran away with a circus",
	})
	s.act("lapse", map[string]string{"number": number, "cause": "reassigned", "words": "moved to the lighthouse"})
}

// dump returns the rows of every table in the schema as text, in lower case.
func dump(t *testing.T, db *pgtest.Database) map[string]string {
	pool := db.Pool(1)
	var names []string
	err := pool.NewRaw("SELECT tablename FROM pg_tables WHERE schemaname = ? ORDER BY 1", db.Schema()).Scan(t.Context(), &names)
	require.NoError(t, err)
	tables := map[string]string{}
	for _, name := range names {
		var rows []string
		require.NoError(t, pool.NewRaw("SELECT t::text FROM ? AS t", bun.Ident(db.Schema()+"."+name)).Scan(t.Context(), &rows))
		tables[name] = strings.ToLower(strings.Join(rows, "\n"))
	}
	return tables
}

// requireSealed looks for what was planted.
func requireSealed(t *testing.T, where, content string) {
	t.Helper()
	word, how := readable(content)
	require.Empty(t, word, "%s holds it %s", where, how)
}

// readable returns something planted that can be read in a content of lower case, and how it stands there: in one of its forms
// as it is, in hexadecimal digits as Postgres writes bytes, or in base64 at each of the three places where a group of it can
// begin. It returns nothing where all is sealed.
func readable(content string) (word, how string) {
	holds := func(what string) bool { return strings.Contains(content, strings.ToLower(what)) }
	for _, word := range planted {
		for _, form := range forms(word) {
			if holds(form) {
				return word, "in clear"
			}
			if holds(hex.EncodeToString([]byte(form))) {
				return word, "as bytes"
			}
			for shift := range 3 {
				group := base64.StdEncoding.EncodeToString([]byte(strings.Repeat(" ", shift) + form))
				group = group[4 : len(group)-4] // those at both ends hold something of what stands beside it
				if len(group) < 8 {
					continue // four letters stand in a signature by chance
				}
				if holds(group) || holds(hex.EncodeToString([]byte(group))) {
					return word, "in base64"
				}
			}
		}
	}
	return "", ""
}

// forms returns a word as it was planted, in lower and upper case, and as it is made ready to be found again.
func forms(word string) []string {
	all := []string{word, strings.ToLower(word), strings.ToUpper(word)}
	for _, normal := range []func(string) (string, error){blindindex.Name, blindindex.Birth, blindindex.Phone, blindindex.Email} {
		if form, err := normal(word); err == nil {
			all = append(all, form)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// The search above finds each form in which something may stand in clear.
func TestWhatIsReadableIsFound(t *testing.T) {
	t.Parallel()
	for where, as := range map[string]func(string) string{
		"in clear":  func(s string) string { return s },
		"as bytes":  func(s string) string { return hex.EncodeToString([]byte("{" + s + "}")) },
		"in base64": func(s string) string { return base64.StdEncoding.EncodeToString([]byte(`{"seen":"` + s + `"}`)) },
	} {
		for _, of := range []string{"Quillféather", "quillféather", "quillfeather", "QUILLFÉATHER"} {
			word, how := readable(strings.ToLower(`(17,"\\x` + as(of) + `")`))
			require.Equal(t, []string{"Quillféather", where}, []string{word, how}, of)
		}
	}
	word, _ := readable(strings.ToLower(hex.EncodeToString([]byte("+15125550177"))))
	require.Equal(t, "5125550177", word)
	word, _ = readable(strings.ToLower(hex.EncodeToString([]byte("Quillfinch, Xanthos"))))
	require.Empty(t, word)
}
