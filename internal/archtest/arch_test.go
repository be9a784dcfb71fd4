package archtest

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// root is the module's folder as seen from this one.
const root = "../.."

// goCommand runs the go command in dir as a user's fresh clone would: the module by itself, without settings of ours.
func goCommand(t *testing.T, dir string, env []string, args ...string) []byte {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", args...)
	cmd.Dir = dir
	cmd.Env = append(append(os.Environ(), "GOWORK=off", "GOFLAGS="), env...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	require.NoError(t, err, "go %s: %s", strings.Join(args, " "), stderr.String())
	return out
}

func TestEveryArrowIsInTheTable(t *testing.T) {
	out := goCommand(t, root, nil, "list", "-e", "-deps", "-json=ImportPath,Module,GoFiles,Imports", "./...")
	var nodes []node
	for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
		var p struct {
			ImportPath string
			Module     *struct{ Path string }
			GoFiles    []string
			Imports    []string
		}
		err := decoder.Decode(&p)
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
		if len(p.GoFiles) == 0 {
			continue // tests alone, which nobody links
		}
		n := node{path: p.ImportPath, imports: p.Imports}
		if p.Module != nil {
			n.module = p.Module.Path
		}
		nodes = append(nodes, n)
	}
	require.NotEmpty(t, nodes)
	require.Empty(t, check(nodes))
}

// A vendor may feed the files of several sets to one tool of their own, which knows them by the version alone.
func TestMigrationsHaveVersionsOfTheirOwn(t *testing.T) {
	files := map[string]string{}
	for _, pattern := range []string{"*/*/migrations/*.sql", "*/*/*/migrations/*.sql"} {
		found, err := filepath.Glob(filepath.Join(root, pattern))
		require.NoError(t, err)
		for _, file := range found {
			version, _, _ := strings.Cut(filepath.Base(file), "_")
			require.NotContains(t, files, version, "%s has the version of another", file)
			files[version] = file
		}
	}
}

// A vendor who embeds one domain gets our module and nothing else: no line of another's in go.sum, nothing downloaded.
func TestConsentBringsNobodyAlong(t *testing.T) {
	here, err := filepath.Abs(root)
	require.NoError(t, err)
	dir := t.TempDir()
	for name, text := range map[string]string{
		"go.mod": "module vendor.example/app\n\ngo 1.25.0\n\nrequire " + module + " v0.0.0\n\nreplace " + module + " => " + here + "\n",
		"main.go": "package main\n\nimport (\n\t_ \"" + module + "/consent\"\n\t_ \"" + module + "/consent/consentmem\"\n)\n\n" +
			"func main() {}\n",
	} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}

	goCommand(t, dir, []string{"GOFLAGS=-mod=mod", "GOPROXY=off", "GOMODCACHE=" + t.TempDir()}, "list", "-deps", ".")

	sums, err := os.ReadFile(filepath.Join(dir, "go.sum"))
	if !errors.Is(err, os.ErrNotExist) {
		require.NoError(t, err)
	}
	for line := range strings.Lines(string(sums)) {
		require.True(t, strings.HasPrefix(line, module+" "), "go.sum gained %s", line)
	}
}

func TestCheckBites(t *testing.T) {
	const (
		pgx  = "github.com/jackc/pgx/v5"
		note = "golang.org/x/mod/sumdb/note"
		rate = "golang.org/x/time/rate"
	)
	// world is what the cases import from. Its own arrows are in order.
	world := []node{
		{path: "context"},
		{path: bun, module: bun, imports: []string{"github.com/jinzhu/inflection"}},
		{path: bun + "/schema", module: bun},
		{path: bun + "/dialect/pgdialect", module: bun + "/dialect/pgdialect"},
		{path: "github.com/jinzhu/inflection", module: "github.com/jinzhu/inflection"},
		{path: pgx, module: pgx},
		{path: note, module: "golang.org/x/mod", imports: []string{"golang.org/x/exotic"}},
		{path: "golang.org/x/exotic", module: "golang.org/x/exotic"},
		{path: rate, module: "golang.org/x/time"},
		ours("internal/uuidv7", "context"),
		ours("internal/pgstore", bun),
		ours("internal/migrate", bun, "internal/pgstore"),
		ours("internal/pgtest", pgx),
		ours("crypto", "context"),
		ours("audit"), ours("audit/tree", "audit"), ours("audit/auditmem", "audit", "audit/tree"),
		ours("internal/pgentry", "audit", "internal/pgstore", bun), ours("audit/auditpg", "audit", "internal/pgentry", bun),
		ours("consent", "audit", "internal/uuidv7"), ours("consent/keyword"), ours("consent/consentmem", "consent", "audit/auditmem"),
		ours("sms", "consent", rate), ours("sms/internal/wire", "sms"),
	}
	require.Empty(t, check(world))

	for name, c := range map[string]struct {
		add  node
		want []string
	}{
		"an unknown domain":             {ours("billing"), []string{"billing is not in the table"}},
		"an unknown room":               {ours("consent/extra"), []string{"consent/extra is not in the table"}},
		"an unknown room's room":        {ours("consent/keyword/deep"), []string{"consent/keyword/deep is not in the table"}},
		"a deep package of the ground":  {ours("internal/uuidv7/deep"), []string{"internal/uuidv7/deep is not in the table"}},
		"an import of an unknown one":   {ours("consent/consenttest", "billing"), []string{"consent/consenttest may not know billing"}},
		"a domain asks upward":          {ours("audit/register", "consent"), []string{"audit/register may not know consent"}},
		"siblings":                      {ours("records", "consent"), []string{"records may not know consent"}},
		"a domain asks its store":       {ours("records", "audit/auditmem"), []string{"records may not know audit/auditmem"}},
		"a suite asks a store":          {ours("consent/consenttest", "consent/consentmem"), []string{"consent/consenttest may not know consent/consentmem"}},
		"another's store":               {ours("sms/smsmem", "consent/consentmem"), []string{"sms/smsmem may not know consent/consentmem"}},
		"a store asks the log's store":  {ours("sms/smspg", "audit/auditpg"), []string{"sms/smspg may not know audit/auditpg"}},
		"crypto asks audit":             {ours("crypto/cryptotest", "audit"), []string{"crypto/cryptotest may not know audit"}},
		"a domain asks the ground":      {ours("records", "internal/pgtest"), []string{"records may not know internal/pgtest", "records may not link " + pgx}},
		"memory on Postgres":            {ours("consent/consentmem", "internal/pgstore"), []string{"consent/consentmem may not know internal/pgstore", "consent/consentmem may not link " + bun}},
		"a helper asks a domain":        {ours("internal/civil", "audit"), []string{"internal/civil may not know audit"}},
		"a helper links":                {ours("internal/civil", rate), []string{"internal/civil may not link golang.org/x/time"}},
		"a domain links":                {ours("consent/keyword", pgx), []string{"consent/keyword may not link " + pgx}},
		"a domain links through others": {ours("records", "sms"), []string{"records may not know sms", "records may not link golang.org/x/time"}},
		"what a library brings along":   {ours("audit/notary", note), []string{"audit/notary may not link golang.org/x/exotic"}},
		"a driver":                      {ours("consent/consentpg", bun, pgx), []string{"consent/consentpg may not link " + pgx}},
		"a dialect":                     {ours("consent/consentpg", bun+"/dialect/pgdialect"), []string{"consent/consentpg may not link " + bun + "/dialect/pgdialect"}},
		"a suite with bun":              {ours("sms/smstest", bun), []string{"sms/smstest may not link " + bun}},
		"in order: a store on Postgres": {ours("consent/consentpg", "consent", "internal/pgentry", "crypto", "internal/migrate", "internal/pgstore", bun+"/schema"), nil},
		"in order: a store in memory":   {ours("sms/smsmem", "sms", "sms/internal/wire", "consent", "audit", "audit/auditmem"), nil},
		"in order: a suite":             {ours("sms/smstest", "sms", "consent", "internal/uuidv7"), nil},
		"in order: a room":              {ours("sms/twilio", "sms", "sms/internal/wire"), nil},
		"in order: a domain":            {ours("records", "audit", "audit/tree", "crypto"), nil},
	} {
		t.Run(name, func(t *testing.T) {
			nodes := []node{c.add}
			for _, n := range world {
				if n.path != c.add.path {
					nodes = append(nodes, n)
				}
			}
			var got []string
			for _, line := range check(nodes) {
				got = append(got, strings.ReplaceAll(line, module+"/", ""))
			}
			require.Equal(t, c.want, got)
		})
	}
}

// ours makes a node of this module. Imports without a dot in their first element are ours too, but for context.
func ours(path string, imports ...string) node {
	n := node{path: module + "/" + path, module: module}
	for _, i := range imports {
		if first, _, _ := strings.Cut(i, "/"); !strings.Contains(first, ".") && i != "context" {
			i = module + "/" + i
		}
		n.imports = append(n.imports, i)
	}
	return n
}
