package migrate

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"strings"
)

// Set is the migrations of one store.
type Set struct {
	// Name tells the sets of one schema apart.
	Name string

	// Files holds migrations/*.sql. A file is named YYYYMMDDhhmmss_name.sql, unique over all sets, and runs in the
	// order of its name. In it {schema} stands for the schema, quoted as an identifier.
	Files fs.FS
}

// file is one migration, read.
type file struct {
	version, name string
	checksum      string // SHA-256 of the file as it is in the set, in hex
	sql           string // with the schema filled in
}

var fileName = regexp.MustCompile(`^([0-9]{14})_([a-z0-9_]+)\.sql$`)

// read returns the set's files in their order. ReadDir sorts by name, and all versions are equally long.
func (s Set) read(schema string) ([]file, error) {
	dir, err := fs.ReadDir(s.Files, "migrations")
	if err != nil {
		return nil, err
	}
	var files []file
	for _, entry := range dir {
		part := fileName.FindStringSubmatch(entry.Name())
		if part == nil {
			return nil, fmt.Errorf("%s is not named YYYYMMDDhhmmss_name.sql", entry.Name())
		}
		if n := len(files); n > 0 && files[n-1].version == part[1] {
			return nil, fmt.Errorf("two files have the version %s", part[1])
		}
		text, err := fs.ReadFile(s.Files, path.Join("migrations", entry.Name()))
		if err != nil {
			return nil, err
		}
		sum := sha256.Sum256(text)
		files = append(files, file{
			version: part[1], name: part[2], checksum: hex.EncodeToString(sum[:]),
			sql: strings.ReplaceAll(string(text), "{schema}", quote(schema)),
		})
	}
	return files, nil
}

// schemaName is what a schema may be called: names that need nothing but quotes to stand in any statement. Postgres
// would cut a longer one silently.
var schemaName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_-]{0,62}$`)

func checkSchema(schema string) error {
	if !schemaName.MatchString(schema) {
		return fmt.Errorf("a schema's name is at most 63 letters, digits, _ and -, and begins with no digit")
	}
	return nil
}

// Fill puts the schema's name, quoted, in the place of {schema} in SQL that is no migration.
func Fill(schema, text string) (string, error) {
	if err := checkSchema(schema); err != nil {
		return "", fmt.Errorf("migrate: %w", err)
	}
	return strings.ReplaceAll(text, "{schema}", quote(schema)), nil
}

func quote(schema string) string { return `"` + schema + `"` }

func literal(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }
