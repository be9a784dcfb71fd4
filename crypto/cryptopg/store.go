package cryptopg

import (
	"context"
	"errors"
	"time"

	"github.com/uptrace/bun"

	"github.com/enamel-go/enamel/crypto"
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

// Store implements [crypto.KeyStore]. It is a cheap value that may be used concurrently.
type Store struct {
	pg pgstore.Handle
}

// New returns a store on db's pool, which must be one that no caller's transactions use up. It runs no migration; o may
// be nil.
func New(db *bun.DB, o *Options) *Store {
	return &Store{pg: pgstore.New(db, o.schema())}
}

const keyTable = "crypto_key"

// row is a key as a row. The id's 64 bits are kept as they are, so a large one shows as a negative number.
type row struct {
	Practice string
	Patient  string
	Class    string
	Version  int
	ID       int64
	Under    string
	Blob     []byte
	KCV      []byte `bun:"kcv"`
	Created  time.Time
	Shredded bool
	Retired  bool
}

const columns = `practice, patient, class, version, coalesce(id, 0) AS id, coalesce(under, '') AS under, blob, kcv,
	coalesce(created, 'epoch') AS created, shredded, retired`

func (r row) key() crypto.Key {
	return crypto.Key{
		Subject: crypto.Subject{Practice: r.Practice, Patient: r.Patient, Class: crypto.Class(r.Class)},
		Version: r.Version, ID: uint64(r.ID), Wrapped: crypto.Wrapped{KeyID: r.Under, Blob: r.Blob}, Check: r.KCV,
		Created: r.Created.UTC(),
	}
}

// Add implements [crypto.KeyStore]. What is kept is read afterwards, whoever has put it there.
func (s *Store) Add(ctx context.Context, k crypto.Key) (crypto.Key, error) {
	insert := insertFirst
	if k.Version != 1 {
		insert = insertLater
	}
	err := s.pg.Atomic(ctx, func(pg pgstore.Handle) error { return insert(ctx, pg, k) })
	if pgstore.Duplicate(err) {
		return crypto.Key{}, crypto.ErrConflict
	}
	if err != nil {
		return crypto.Key{}, pgstore.Wrap("cryptopg: add", err)
	}
	kept, err := s.Key(ctx, k.Subject, k.Version)
	if parent, ok := k.Parent(); ok && errors.Is(err, crypto.ErrUnknownKey) {
		if _, err := s.KeyByID(ctx, k.Practice, parent); errors.Is(err, crypto.ErrRetired) {
			return crypto.Key{}, err
		}
	}
	return kept, err
}

// parent locks the key that wraps another against its retirement, and says whether it was retired. Where the lock was
// waited for it says so as of then, or is refused and repeated, depending on the level of isolation.
func parent(pg pgstore.Handle, k crypto.Key) *bun.RawQuery {
	id, _ := k.Parent() // 0, which no key has, when it is none of ours
	return pg.Raw("SELECT retired FROM ? WHERE practice = ? AND id = ? FOR SHARE",
		pg.Table(keyTable), k.Practice, int64(id))
}

func insertFirst(ctx context.Context, pg pgstore.Handle, k crypto.Key) error {
	_, err := pg.Exec(ctx, `WITH parent AS (?)
		INSERT INTO ? (practice, patient, class, version, id, under, blob, kcv, created)
		SELECT ?, ?, ?, 1, CAST(? AS bigint), ?, ?::bytea, ?::bytea, ?::timestamptz
		WHERE NOT coalesce((SELECT retired FROM parent), false)
		ON CONFLICT (practice, patient, class, version) DO NOTHING`,
		parent(pg, k), pg.Table(keyTable), k.Practice, k.Patient, string(k.Class), int64(k.ID),
		k.Wrapped.KeyID, k.Wrapped.Blob, k.Check, k.Created)
	return err
}

// insertLater adds a version to a subject that has its first and was not shredded. It updates that first row, to no
// effect, so that a concurrent Shred and it exclude each other at every isolation level.
func insertLater(ctx context.Context, pg pgstore.Handle, k crypto.Key) error {
	_, err := pg.Exec(ctx, `WITH parent AS (?), first AS (
			UPDATE ? SET shredded = shredded
			WHERE practice = ? AND patient = ? AND class = ? AND version = 1 AND NOT shredded RETURNING 1
		)
		INSERT INTO ? (practice, patient, class, version, id, under, blob, kcv, created)
		SELECT ?, ?, ?, ?, CAST(? AS bigint), ?, ?::bytea, ?::bytea, ?::timestamptz FROM first
		WHERE NOT coalesce((SELECT retired FROM parent), false)
		ON CONFLICT (practice, patient, class, version) DO NOTHING`,
		parent(pg, k), pg.Table(keyTable), k.Practice, k.Patient, string(k.Class),
		pg.Table(keyTable), k.Practice, k.Patient, string(k.Class), k.Version, int64(k.ID),
		k.Wrapped.KeyID, k.Wrapped.Blob, k.Check, k.Created)
	return err
}

// Key implements [crypto.KeyStore]. Of a shredded subject any row will do, for all say so.
func (s *Store) Key(ctx context.Context, of crypto.Subject, version int) (crypto.Key, error) {
	return s.one(ctx, "cryptopg: key", `practice = ? AND patient = ? AND class = ?
		AND (? IN (0, version) OR shredded) ORDER BY version DESC LIMIT 1`,
		of.Practice, of.Patient, string(of.Class), version)
}

// KeyByID implements [crypto.KeyStore].
func (s *Store) KeyByID(ctx context.Context, practice string, id uint64) (crypto.Key, error) {
	return s.one(ctx, "cryptopg: key by id", "practice = ? AND id = ?", practice, int64(id))
}

func (s *Store) one(ctx context.Context, op, where string, args ...any) (crypto.Key, error) {
	var rows []row
	args = append([]any{s.pg.Table(keyTable)}, args...)
	err := s.pg.Raw("SELECT "+columns+" FROM ? WHERE "+where, args...).Scan(ctx, &rows)
	switch {
	case err != nil:
		return crypto.Key{}, pgstore.Wrap(op, err)
	case len(rows) == 0:
		return crypto.Key{}, crypto.ErrUnknownKey
	case rows[0].Shredded:
		return crypto.Key{}, crypto.ErrShredded
	case rows[0].Retired:
		return crypto.Key{}, crypto.ErrRetired
	}
	return rows[0].key(), nil
}

// Shred implements [crypto.KeyStore]. The first statement marks the subject, also one without a key, and waits for
// whoever is adding to it; the second sees every version that was added by then.
func (s *Store) Shred(ctx context.Context, of crypto.Subject) error {
	err := s.pg.Atomic(ctx, func(pg pgstore.Handle) error {
		_, err := pg.Exec(ctx, `INSERT INTO ? AS k (practice, patient, class, version, shredded) VALUES (?, ?, ?, 1, true)
			ON CONFLICT (practice, patient, class, version)
			DO UPDATE SET shredded = true, under = NULL, blob = NULL, kcv = NULL WHERE NOT k.shredded`,
			pg.Table(keyTable), of.Practice, of.Patient, string(of.Class))
		if err != nil {
			return err
		}
		_, err = pg.Exec(ctx, `UPDATE ? SET shredded = true, under = NULL, blob = NULL, kcv = NULL
			WHERE practice = ? AND patient = ? AND class = ? AND NOT shredded`,
			pg.Table(keyTable), of.Practice, of.Patient, string(of.Class))
		return err
	})
	return pgstore.Wrap("cryptopg: shred", err)
}
