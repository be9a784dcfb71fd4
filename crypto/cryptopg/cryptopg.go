package cryptopg

import (
	"context"
	"embed"

	"github.com/uptrace/bun"

	"github.com/enamel-go/enamel/internal/migrate"
	"github.com/enamel-go/enamel/internal/pgstore"
)

// Options names where the table is. The zero value is ready to use.
type Options struct {
	// Schema holds the table. Defaults to "enamel".
	Schema string
}

func (o *Options) schema() string {
	if o == nil || o.Schema == "" {
		return pgstore.DefaultSchema
	}
	return o.Schema
}

// Store implements crypto.KeyStore. It is a cheap value that may be used concurrently.
type Store struct {
	pg pgstore.Handle
}

// New returns a store on db's pool, which must be one that no caller's transactions use up; o may be nil.
func New(db *bun.DB, o *Options) *Store {
	return &Store{pg: pgstore.New(db, o.schema())}
}

//go:embed migrations/*.sql
var files embed.FS

func migrations() migrate.Set { return migrate.Set{Name: "crypto", Files: files} }

// Migrate brings the table up to date. It may be called by several processes at once; one of them does the work.
func Migrate(ctx context.Context, db *bun.DB, o *Options) error {
	return migrate.Up(ctx, db, o.schema(), migrations())
}

// Status lists the migrations and when each was applied. It changes nothing.
func Status(ctx context.Context, db *bun.DB, o *Options) ([]migrate.State, error) {
	return migrate.Status(ctx, db, o.schema(), migrations())
}

// SQL returns the migrations as plain SQL, for those who apply them with a tool of their own.
func SQL(o *Options) (string, error) { return migrate.SQL(o.schema(), migrations()) }
