package cryptopg

import (
	"context"
	"embed"

	"github.com/uptrace/bun"

	"github.com/enamel-go/enamel/internal/migrate"
)

//go:embed migrations/*.sql
var files embed.FS

func migrations() migrate.Set { return migrate.Set{Name: "crypto", Files: files} }

// Migrate brings the tables up to date, and makes the schema if there is none. It may be called by several processes at
// once; one of them does the work. O may be nil.
func Migrate(ctx context.Context, db *bun.DB, o *Options) error {
	return migrate.Up(ctx, db, o.schema(), migrations())
}

// Status lists the migrations in their order: Version, Name, and when each was Applied, in UTC; the zero time: not yet.
// It changes nothing. O may be nil.
func Status(ctx context.Context, db *bun.DB, o *Options) ([]migrate.State, error) {
	return migrate.Status(ctx, db, o.schema(), migrations())
}

// SQL returns the migrations as plain SQL, for those who apply them with a tool of their own. O may be nil.
func SQL(o *Options) (string, error) { return migrate.SQL(o.schema(), migrations()) }
