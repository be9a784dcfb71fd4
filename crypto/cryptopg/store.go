package cryptopg

import (
	"context"

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
	Shredded bool
}

func (r row) key() crypto.Key {
	return crypto.Key{
		Subject: crypto.Subject{Practice: r.Practice, Patient: r.Patient, Class: crypto.Class(r.Class)},
		Version: r.Version, ID: uint64(r.ID), Wrapped: crypto.Wrapped{KeyID: r.Under, Blob: r.Blob}, Check: r.KCV,
	}
}

// Add implements [crypto.KeyStore].
func (s *Store) Add(ctx context.Context, k crypto.Key) (crypto.Key, error) {
	insert := s.insertFirst
	if k.Version != 1 {
		insert = s.insertLater
	}
	err := s.pg.Atomic(ctx, func(pg pgstore.Handle) error { return insert(ctx, pg, k) })
	if pgstore.Duplicate(err) {
		return crypto.Key{}, crypto.ErrConflict
	}
	if err != nil {
		return crypto.Key{}, pgstore.Wrap("cryptopg: add", err)
	}
	return s.Key(ctx, k.Subject, k.Version)
}

func (s *Store) insertFirst(ctx context.Context, pg pgstore.Handle, k crypto.Key) error {
	_, err := pg.Exec(ctx, `INSERT INTO ? (practice, patient, class, version, id, under, blob, kcv)
		VALUES (?, ?, ?, 1, ?, ?, ?, ?) ON CONFLICT (practice, patient, class, version) DO NOTHING`,
		pg.Table(keyTable), k.Practice, k.Patient, string(k.Class), int64(k.ID), k.Wrapped.KeyID, k.Wrapped.Blob, k.Check)
	return err
}

// insertLater adds a version to a subject that has its first and was not shredded. It updates that first row, to no
// effect, so that a concurrent Shred and it exclude each other at every isolation level.
func (s *Store) insertLater(ctx context.Context, pg pgstore.Handle, k crypto.Key) error {
	_, err := pg.Exec(ctx, `WITH first AS (
			UPDATE ? SET shredded = shredded
			WHERE practice = ? AND patient = ? AND class = ? AND version = 1 AND NOT shredded RETURNING 1
		)
		INSERT INTO ? (practice, patient, class, version, id, under, blob, kcv)
		SELECT ?, ?, ?, ?, ?::bigint, ?, ?::bytea, ?::bytea FROM first
		ON CONFLICT (practice, patient, class, version) DO NOTHING`,
		pg.Table(keyTable), k.Practice, k.Patient, string(k.Class),
		pg.Table(keyTable), k.Practice, k.Patient, string(k.Class), k.Version, int64(k.ID),
		k.Wrapped.KeyID, k.Wrapped.Blob, k.Check)
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
	err := s.pg.Raw(`SELECT practice, patient, class, version, coalesce(id, 0) AS id, coalesce(under, '') AS under,
		blob, kcv, shredded FROM ? WHERE `+where, append([]any{s.pg.Table(keyTable)}, args...)...).Scan(ctx, &rows)
	switch {
	case err != nil:
		return crypto.Key{}, pgstore.Wrap(op, err)
	case len(rows) == 0:
		return crypto.Key{}, crypto.ErrUnknownKey
	case rows[0].Shredded:
		return crypto.Key{}, crypto.ErrShredded
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
