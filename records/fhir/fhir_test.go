package fhir_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/audit/auditmem"
	"github.com/enamel-go/enamel/crypto"
	"github.com/enamel-go/enamel/crypto/cryptomem"
	"github.com/enamel-go/enamel/internal/shareddata"
	"github.com/enamel-go/enamel/records"
	"github.com/enamel-go/enamel/records/fhir"
	"github.com/enamel-go/enamel/records/recordsmem"
)

var importer = audit.Actor{Kind: audit.System, ID: "import"}

const practice = "elm-street"

// desk is a practice in memory.
type desk struct {
	*records.Service
	store *recordsmem.Store
	log   *audit.Log
}

func newDesk(t *testing.T) desk {
	t.Helper()
	keyring, err := crypto.NewKeyring(cryptomem.New(), crypto.NewEphemeral(), nil)
	require.NoError(t, err)
	entries := auditmem.New()
	log, err := audit.NewLog(entries, keyring, nil)
	require.NoError(t, err)
	store := recordsmem.New(entries)
	service, err := records.New(store, log, nil)
	require.NoError(t, err)
	return desk{service, store, log}
}

// written counts the entries of writes.
func (d desk) written(t *testing.T) int {
	t.Helper()
	page, err := d.log.Leaves(t.Context(), audit.Query{Practice: practice, Limit: 1000})
	require.NoError(t, err)
	n := 0
	for _, f := range page.Leaves {
		if f.Action == "records.patient.save" && f.Outcome == audit.Done {
			n++
		}
	}
	return n
}

func (d desk) take(t *testing.T, input string) fhir.Report {
	t.Helper()
	report, err := fhir.Import(t.Context(), importer, d.Service, practice, strings.NewReader(input))
	require.NoError(t, err)
	return report
}

func born(t *testing.T, s string) records.Date {
	t.Helper()
	d, err := records.ParseDate(s)
	require.NoError(t, err)
	return d
}

func TestSyntheticPatients(t *testing.T) {
	for name, want := range map[string]records.Patient{
		"synthea_Clemente.json": {
			ID: "d78af07c-9cb9-4f31-9b11-c45a28f2eec8", Name: records.Name{Family: "Kreiger", Given: "Clemente"}, Birth: born(t, "1984-07-02"),
			Address: records.Address{Line: "931 Doyle Corner Apt 89", City: "Wilmington", State: "Massachusetts", PostalCode: "01887", Country: "US"},
			Phones:  []records.Phone{{Number: "555-767-7476", Use: records.Home, Why: "its area code is not in use"}}, Language: "zh",
		},
		"synthea_wisdom_tooth_Rudolf.json": {
			ID: "806be451-d26f-436c-829c-9da92bde28f0", Name: records.Name{Family: "Weber", Given: "Rudolf"}, Birth: born(t, "1987-10-07"),
			Address: records.Address{Line: "907 Wolf Branch", City: "Westford", State: "Massachusetts", PostalCode: "01886", Country: "US"},
			Phones:  []records.Phone{{Number: "555-638-7223", Use: records.Home, Why: "its area code is not in use"}}, Language: "en-US",
		},
	} {
		t.Run(name, func(t *testing.T) {
			bundle := string(shareddata.Read(t, "fhir/"+name))
			d := newDesk(t)
			report := d.take(t, bundle)
			require.Equal(t, 1, report.Imported)
			require.Empty(t, report.Skipped)
			require.Equal(t, []fhir.Note{{Patient: want.ID, Reason: "its area code is not in use"}}, report.Untextable)

			want.Practice, want.Revision = practice, 1
			got, err := d.Patient(t.Context(), importer, want.Key())
			require.NoError(t, err)
			require.Empty(t, cmp.Diff(want, got))
			found, err := d.FindByName(t.Context(), importer, records.NameQuery{Practice: practice, Name: want.Name, Birth: want.Birth})
			require.NoError(t, err)
			require.Len(t, found.Patients, 1)

			// What is dropped is reported: every other resource of the bundle, and every element of the patient.
			var whole struct {
				Entry []struct {
					Resource struct {
						ResourceType string `json:"resourceType"`
					} `json:"resource"`
				} `json:"entry"`
			}
			require.NoError(t, json.Unmarshal([]byte(bundle), &whole))
			others := map[string]int{}
			for _, e := range whole.Entry {
				others[e.Resource.ResourceType]++
			}
			delete(others, "Patient")
			for kind, n := range others {
				require.Equal(t, n, report.Dropped[kind], kind)
			}
			for _, element := range []string{"text", "extension", "identifier", "gender", "maritalStatus", "meta", "name.prefix", "address.extension"} {
				require.Equal(t, 1, report.Dropped["Patient."+element], element)
			}

			before := d.written(t)
			again := d.take(t, bundle)
			require.Equal(t, 0, again.Imported)
			require.Equal(t, 1, again.Unchanged)
			require.Equal(t, before, d.written(t), "an import of the same file wrote something")
			require.Equal(t, report.Dropped, again.Dropped)
		})
	}
}

func TestExamplesOfTheStandard(t *testing.T) {
	want := map[string]records.Patient{
		"Patient-animal.json": {ID: "animal", Name: records.Name{Given: "Kenzi"}, Birth: born(t, "2010-03-23")},
		"Patient-genetics-example1.json": {
			ID: "genetics-example1", Name: records.Name{Family: "Everywoman", Given: "Eve"}, Birth: born(t, "1973-05-31"),
			Address: records.Address{Line: "2222 Home Street"},
			Phones:  []records.Phone{{Number: "555-555-2003", Use: records.Work, Why: "its area code is not in use"}},
		},
		"Patient-glossy.json": {ID: "glossy", Name: records.Name{Family: "Levin", Given: "Henry"}, Birth: born(t, "1932-09-24")},
		"Patient-pat1.json":   {ID: "pat1", Name: records.Name{Family: "Donald", Given: "Duck"}},
		"Patient-xds.json": {
			ID: "xds", Name: records.Name{Family: "Doe", Given: "John"}, Birth: born(t, "1956-05-27"),
			Address: records.Address{Line: "100 Main St", City: "Metropolis", State: "Il", PostalCode: "44130", Country: "USA"},
		},
	}
	d := newDesk(t)
	patients, bundles := 0, 0
	for line := range bytes.Lines(shareddata.Read(t, "fhir/r4_examples.jsonl")) {
		var example struct {
			File     string          `json:"file"`
			Resource json.RawMessage `json:"resource"`
		}
		require.NoError(t, json.Unmarshal(line, &example))
		var kind struct {
			ResourceType string `json:"resourceType"`
		}
		require.NoError(t, json.Unmarshal(example.Resource, &kind))
		report, err := fhir.Import(t.Context(), importer, d.Service, practice, bytes.NewReader(example.Resource))
		switch kind.ResourceType {
		case "Patient":
			require.NoError(t, err, example.File)
			patients++
			if example.File == "Patient-newborn.json" {
				require.Equal(t, []fhir.Note{{Patient: "newborn", Reason: "it has neither a family name nor a given name"}}, report.Skipped)
				continue
			}
			require.Equal(t, 1, report.Imported+report.Unchanged, "%s: one is in a Bundle as well", example.File)
			require.Empty(t, report.Skipped, example.File)
			if p, ok := want[example.File]; ok {
				p.Practice, p.Revision = practice, 1
				got, err := d.Patient(t.Context(), importer, p.Key())
				require.NoError(t, err)
				require.Empty(t, cmp.Diff(p, got), example.File)
			}
		case "Bundle":
			require.NoError(t, err, example.File)
			bundles++
		default:
			require.ErrorIs(t, err, fhir.ErrFormat, example.File)
		}
	}
	require.Equal(t, 9, patients)
	require.Equal(t, 12, bundles)
}

const full = `{
	"resourceType": "Patient", "id": "p-1", "active": true, "deceasedBoolean": false,
	"name": [
		{"use": "maiden", "family": "Old"},
		{"use": "official", "family": "Müller", "given": ["Zoë", null, "Ada"], "suffix": ["MD"]},
		{"family": "Nickname"}
	],
	"birthDate": "1984-07-02",
	"telecom": [
		{"system": "phone", "value": "(512) 555-0143", "use": "home"},
		{"system": "fax", "value": "(512) 555-0149"},
		{"system": "phone", "value": "(512) 555-0142", "use": "mobile", "rank": 1},
		{"system": "phone", "value": "(512) 555-0144", "use": "work", "rank": 2, "period": {"start": "2001", "end": "2010-02"}},
		{"system": "sms", "value": "512 555 0145", "use": "elsewhere", "period": {"start": "2001"}},
		{"system": "phone"},
		{"system": "email", "value": "none"},
		{"system": "email", "value": "old@example.com", "use": "old"},
		{"system": "email", "value": "Zoe@example.com"},
		{"system": "email", "value": "second@example.com"},
		{"system": "phone", "value": "512 555 0146", "modifierExtension": [{"url": "http://example.com"}]},
		"none"
	],
	"address": [
		{"use": "old", "city": "Elsewhere"},
		{"use": "home", "line": ["931 Doyle Corner", "Apt 89"], "city": "Wilmington", "state": "MA", "postalCode": "01887", "country": "US", "district": "x"}
	],
	"communication": [
		{"language": {"coding": [{"system": "urn:ietf:bcp:47", "code": "en"}]}},
		{"preferred": true, "id": "x", "language": {"text": "Spanish", "coding": [
			{"system": "http://example.com", "code": "sp"}, {"system": "urn:ietf:bcp:47", "code": "es-US", "display": "Spanish"}, {"system": "urn:ietf:bcp:47", "code": "es"}
		]}}
	],
	"gender": "female", "strange element!": 1
}`

func TestReadingAPatient(t *testing.T) {
	got, err := fhir.Read(strings.NewReader("\uFEFF" + full))
	require.NoError(t, err)
	want := fhir.Result{
		Patients: []records.Patient{{
			ID: "p-1", Name: records.Name{Family: "Müller", Given: "Zoë Ada"}, Birth: born(t, "1984-07-02"),
			Phones: []records.Phone{
				{Number: "(512) 555-0142", Use: records.Mobile},
				{Number: "(512) 555-0144", Use: records.Old},
				{Number: "(512) 555-0143", Use: records.Home},
				{Number: "512 555 0145"},
			},
			Email:    "Zoe@example.com",
			Language: "es-US",
			Address:  records.Address{Line: "931 Doyle Corner\nApt 89", City: "Wilmington", State: "MA", PostalCode: "01887", Country: "US"},
		}},
		Notes: []fhir.Note{{Patient: "p-1", Reason: "one of its e-mail addresses is none, and was left out"}},
		Dropped: map[string]int{
			"Patient.name": 2, "Patient.name.suffix": 1, "Patient.telecom": 3, "Patient.telecom.fax": 1, "Patient.telecom.email": 2,
			"Patient.address": 1, "Patient.address.district": 1, "Patient.gender": 1, "Patient.(other)": 1,
			"Patient.communication": 1, "Patient.communication.id": 1, "Patient.communication.language.coding": 2,
		},
	}
	require.Empty(t, cmp.Diff(want, got))
}

func TestPatientsThatAreNotWhole(t *testing.T) {
	for _, c := range []struct {
		name, json      string
		skipped, noted  string
		who, unexpected string
	}{
		{name: "without id", json: `{"resourceType":"Patient","name":[{"family":"A"}]}`, skipped: "it has no id", who: "the resource"},
		{name: "with an id that is none", json: `{"resourceType":"Patient","id":7,"name":[{"family":"A"}]}`, skipped: "it has no id", who: "the resource"},
		{name: "without name", json: `{"resourceType":"Patient","id":"p"}`, skipped: "it has neither a family name nor a given name"},
		{name: "with a name as text", json: `{"resourceType":"Patient","id":"p","name":[{"text":"Zoë Müller"}]}`, skipped: "it has neither a family name nor a given name"},
		{name: "with a name of another type", json: `{"resourceType":"Patient","id":"p","name":"Zoë"}`, skipped: "it has neither a family name nor a given name"},
		{name: "with a modifier", json: `{"resourceType":"Patient","id":"p","name":[{"family":"A"}],"modifierExtension":[{"url":"u"}]}`, skipped: "it carries modifiers, which change what it says in a way that is not known here"},
		{name: "with rules of its own", json: `{"resourceType":"Patient","id":"p","name":[{"family":"A"}],"implicitRules":"http://x"}`, skipped: "it carries modifiers, which change what it says in a way that is not known here"},
		{name: "born in a year", json: `{"resourceType":"Patient","id":"p","name":[{"family":"A"}],"birthDate":"1984"}`, noted: "its birth date is not a full date of the calendar, and was left out"},
		{name: "born in a month", json: `{"resourceType":"Patient","id":"p","name":[{"family":"A"}],"birthDate":"1984-07"}`, noted: "its birth date is not a full date of the calendar, and was left out"},
		{name: "born on February 30", json: `{"resourceType":"Patient","id":"p","name":[{"family":"A"}],"birthDate":"1984-02-30"}`, noted: "its birth date is not a full date of the calendar, and was left out"},
		{name: "dead", json: `{"resourceType":"Patient","id":"p","name":[{"family":"A"}],"deceasedBoolean":true}`, noted: "the patient is marked as deceased, which is not kept"},
		{
			name:  "replaced",
			json:  `{"resourceType":"Patient","id":"p","name":[{"family":"A"}],"link":[{"other":{"reference":"Patient/q"},"type":"replaced-by"}]}`,
			noted: "it is marked as replaced by another record, which is not kept",
		},
		{name: "dead since", json: `{"resourceType":"Patient","id":"p","name":[{"family":"A"}],"deceasedDateTime":"2020"}`, noted: "the patient is marked as deceased, which is not kept"},
		{name: "inactive", json: `{"resourceType":"Patient","id":"p","name":[{"family":"A"}],"active":false}`, noted: "it is marked as not in use, which is not kept"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := fhir.Read(strings.NewReader(c.json))
			require.NoError(t, err)
			who := c.who
			if who == "" {
				who = "p"
			}
			if c.skipped != "" {
				require.Empty(t, got.Patients)
				require.Equal(t, []fhir.Note{{Patient: who, Reason: c.skipped}}, got.Skipped)
				return
			}
			require.Equal(t, []fhir.Note{{Patient: who, Reason: c.noted}}, got.Notes)
			require.Len(t, got.Patients, 1)
			require.True(t, got.Patients[0].Birth.IsZero())
		})
	}
}

func TestWhatIsNoFHIR(t *testing.T) {
	deep := func(n int) string {
		return `{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Basic","x":` + strings.Repeat("[", n) + strings.Repeat("]", n) + `}}]}`
	}
	for name, c := range map[string]struct{ input, says string }{
		"nothing":               {"", "it ends too early"},
		"blanks":                {"  \n", "it ends too early"},
		"words":                 {"this is no FHIR", "it is no JSON"},
		"XML":                   {`<Bundle xmlns="http://hl7.org/fhir"/>`, "it is no JSON"},
		"a list":                {`[{"resourceType":"Patient"}]`, "it is no JSON object"},
		"a string":              {`"Patient"`, "it is no JSON object"},
		"null":                  {`null`, "it is no JSON object"},
		"an object":             {`{"hello":"world"}`, "it has no resourceType"},
		"a type of no type":     {`{"resourceType":7}`, "it has no resourceType"},
		"another resource":      {`{"resourceType":"Observation"}`, "it is another resource"},
		"half a Bundle":         {`{"resourceType":"Bundle","entry":[{"resource":`, "it ends too early"},
		"a Bundle of one entry": {`{"resourceType":"Bundle","entry":{}}`, "its entry is no list"},
		"a Bundle of numbers":   {`{"resourceType":"Bundle","entry":[1,2]}`, "its entry holds something else than objects"},
		"two resources":         {`{"resourceType":"Patient","id":"p"}{"resourceType":"Patient","id":"q"}`, "something follows behind it"},
		"a resource and words":  {`{"resourceType":"Patient","id":"p"} that is all`, "it is no JSON"},
		"a missing comma":       {`{"resourceType":"Bundle" "entry":[]}`, "it is no JSON"},
		"too deep":              {deep(200), "it is nested deeper than 100 levels"},
		"far too deep":          {strings.Repeat(`{"a":[`, 1<<20), "it is nested deeper than 100 levels"},
		"10 MB of garbage":      {strings.Repeat("\x00\xff garbage ", 1<<20), "it is no JSON"},
		"10 MB of an object":    {`{"a":"` + strings.Repeat("x", 10<<20) + `"}`, "it has no resourceType"},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			report, err := fhir.Import(t.Context(), importer, d.Service, practice, strings.NewReader(c.input))
			require.ErrorIs(t, err, fhir.ErrFormat)
			require.ErrorContains(t, err, c.says)
			require.Less(t, len(err.Error()), 200)
			require.Zero(t, report)
			require.Zero(t, d.written(t))
		})
	}
	t.Run("brackets in a string", func(t *testing.T) {
		_, err := fhir.Read(strings.NewReader(`{"resourceType":"Bundle","x":"\"` + strings.Repeat("[{", 500) + `\\"}`))
		require.NoError(t, err)
	})
	t.Run("a reader that fails", func(t *testing.T) {
		broken := errors.New("the line is dead")
		_, err := fhir.Read(io.MultiReader(strings.NewReader(full[:200]), iotest.ErrReader(broken)))
		require.ErrorIs(t, err, broken)
		require.NotErrorIs(t, err, fhir.ErrFormat)
		_, err = fhir.Read(io.MultiReader(strings.NewReader(full[:200]), iotest.ErrReader(io.ErrUnexpectedEOF)))
		require.NotErrorIs(t, err, fhir.ErrFormat)
	})
	t.Run("a byte at a time", func(t *testing.T) {
		whole, err := fhir.Read(strings.NewReader(full))
		require.NoError(t, err)
		slow, err := fhir.Read(iotest.OneByteReader(strings.NewReader(full)))
		require.NoError(t, err)
		require.Empty(t, cmp.Diff(whole, slow))
	})
}

func bundle(resources ...string) string {
	for i, r := range resources {
		resources[i] = `{"fullUrl":"urn:x","resource":` + r + `}`
	}
	// The type stands behind the entries: the order of a JSON object's members means nothing.
	return `{"entry":[` + strings.Join(resources, ",") + `],"type":"collection","resourceType":"Bundle"}`
}

func TestImport(t *testing.T) {
	d := newDesk(t)
	person := func(id, family string) string {
		return `{"resourceType":"Patient","id":"` + id + `","name":[{"family":"` + family + `"}]}`
	}
	input := bundle(
		person("a", "First"), `{"resourceType":"Observation"}`, person("a", "Other"), person("b", "Second"), person("b", "Second"),
		person(strings.Repeat("x", 65), "Long"), person("nul", `A\u0000`), `null`, `7`, `{}`, `{"resourceType":"Not A Type"}`,
		`{"resourceType":"Bundle","entry":[]}`,
	)
	input = strings.Replace(input, `],"type"`, `,null,{"request":{"method":"GET"}}],"type"`, 1)
	report := d.take(t, input)
	require.Equal(t, 2, report.Imported)
	require.Equal(t, 1, report.Unchanged)
	require.Equal(t, map[string]int{"Observation": 1, "Bundle": 1, "Bundle.entry": 4, "(other)": 2}, report.Dropped)
	require.Equal(t, []fhir.Note{
		{Patient: "a", Reason: "another record is kept under this id"},
		{Patient: strings.Repeat("x", 65), Reason: "records: invalid: the patient is longer than 64 bytes"},
		{Patient: "nul", Reason: "records: invalid: the family name is not valid text"},
	}, report.Skipped)

	// The practice's own change stands against an old export.
	mine, err := d.Patient(t.Context(), importer, records.Key{Practice: practice, ID: "b"})
	require.NoError(t, err)
	mine.Name.Given = "Ada"
	_, err = d.SavePatient(t.Context(), importer, records.Save{Patient: mine})
	require.NoError(t, err)
	before := d.written(t)
	again := d.take(t, input)
	require.Equal(t, 0, again.Imported)
	require.Equal(t, 1, again.Unchanged)
	require.Contains(t, again.Skipped, fhir.Note{Patient: "b", Reason: "another record is kept under this id"})
	require.Equal(t, before, d.written(t))
	kept, err := d.Patient(t.Context(), importer, mine.Key())
	require.NoError(t, err)
	require.Equal(t, "Ada", kept.Name.Given)

	for _, by := range []audit.Actor{{}, {Kind: audit.System}} {
		_, err = fhir.Import(t.Context(), by, d.Service, practice, strings.NewReader(input))
		require.ErrorIs(t, err, audit.ErrInvalid)
	}
	for _, bad := range []string{"", strings.Repeat("x", 65)} {
		_, err = fhir.Import(t.Context(), importer, d.Service, bad, strings.NewReader(input))
		require.ErrorIs(t, err, records.ErrInvalid)
	}
}

// broken is a store that fails at the second patient.
type broken struct {
	*recordsmem.Store
	writes int
}

var errBroken = errors.New("disk on fire")

func (b *broken) Apply(ctx context.Context, c records.Change) (bool, error) {
	if b.writes++; b.writes == 2 {
		return false, errBroken
	}
	return b.Store.Apply(ctx, c)
}

func TestImportContinues(t *testing.T) {
	d := newDesk(t)
	input := bundle(full, strings.Replace(full, "p-1", "p-2", 1), strings.Replace(full, "p-1", "p-3", 1))
	report, err := fhir.Import(t.Context(), importer, d.WithStore(&broken{Store: d.store}), practice, strings.NewReader(input))
	require.ErrorIs(t, err, errBroken)
	require.Equal(t, 1, report.Imported)
	report = d.take(t, input)
	require.Equal(t, 2, report.Imported)
	require.Equal(t, 1, report.Unchanged)
	require.Len(t, report.Untextable, 3, "the old number of each")
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(full))
	f.Add([]byte(bundle(full, `{"resourceType":"Observation"}`, `null`)))
	f.Add([]byte(`{"resourceType":"Patient","id":"p","name":[{"family":"A","given":[null]}],"telecom":[{"system":"email","value":"a@b","rank":0}]}`))
	f.Add([]byte(`{"resourceType":"Patient","id":"p","name":{},"address":[{"line":"x"}],"birthDate":{}}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		got, err := fhir.Read(bytes.NewReader(raw))
		if err != nil {
			if !errors.Is(err, fhir.ErrFormat) {
				t.Fatalf("an error that is not ErrFormat: %v", err)
			}
			return
		}
		again, err := fhir.Read(iotest.HalfReader(bytes.NewReader(raw)))
		if err != nil || !cmp.Equal(got, again) {
			t.Fatalf("read twice: %v\n%s", err, cmp.Diff(got, again))
		}
		for _, p := range got.Patients {
			if p.ID == "" || p.Name == (records.Name{}) || p.Email != "" && !records.ValidEmail(p.Email) ||
				!p.Birth.IsZero() && !p.Birth.Valid() {
				t.Fatalf("%+v", p)
			}
		}
	})
}
