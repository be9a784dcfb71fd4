package cryptopg

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/enamel-go/enamel/crypto"
	"github.com/enamel-go/enamel/internal/pgstore"
)

// Keys implements [crypto.KeyRotation].
func (s *Store) Keys(ctx context.Context, practice string, after crypto.Key, limit int) ([]crypto.Key, error) {
	var rows []row
	err := s.pg.Raw("SELECT "+columns+` FROM ?
		WHERE practice = ? AND (patient, class, version) > (?, ?, ?) AND NOT shredded AND NOT retired
		ORDER BY patient, class, version LIMIT ?`,
		s.pg.Table(keyTable), practice, after.Patient, string(after.Class), after.Version, limit).Scan(ctx, &rows)
	if err != nil {
		return nil, wrap("keys", err)
	}
	keys := make([]crypto.Key, 0, len(rows))
	for _, r := range rows {
		keys = append(keys, r.key())
	}
	return keys, nil
}

// Rewrap implements [crypto.KeyRotation]. It locks the practice keys under which the others will lie against their
// retirement, and then replaces all wrappings at once.
func (s *Store) Rewrap(ctx context.Context, practice string, keys []crypto.Rewrapping) (int, error) {
	if len(keys) == 0 {
		return 0, ctx.Err()
	}
	parents, moves := targets(keys), byMove(keys)
	var replaced int64
	err := s.pg.Atomic(ctx, func(pg pgstore.Handle) error {
		for _, parent := range parents {
			var retired []bool
			err := pg.Raw("SELECT retired FROM ? WHERE practice = ? AND id = ? FOR SHARE",
				pg.Table(keyTable), practice, parent).Scan(ctx, &retired)
			if err != nil {
				return err
			}
			if len(retired) > 0 && retired[0] {
				return crypto.ErrRetired
			}
		}
		replaced = 0
		for of, changes := range moves {
			n, err := replace(ctx, pg, practice, of, changes)
			if err != nil {
				return err
			}
			replaced += n
		}
		return nil
	})
	if err != nil {
		return 0, wrap("rewrap", err)
	}
	return int(replaced), nil
}

// move is from which wrapping key to which.
type move struct{ from, to string }

func byMove(keys []crypto.Rewrapping) map[move][]crypto.Rewrapping {
	moves := map[move][]crypto.Rewrapping{}
	for _, change := range keys {
		of := move{change.Old.KeyID, change.New.KeyID}
		moves[of] = append(moves[of], change)
	}
	return moves
}

// replace replaces the wrappings that make one move. Arrays, because Postgres takes three times as long to read as many
// values by themselves; and the ids twice, because it reads the whole practice where a join alone names them.
func replace(
	ctx context.Context, pg pgstore.Handle, practice string, of move, changes []crypto.Rewrapping,
) (int64, error) {
	ids, rows := make([]string, len(changes)), pgstore.NewUnnest("bigint", "bytea", "bytea").Expect(len(changes))
	for i, change := range changes {
		ids[i] = strconv.FormatInt(int64(change.ID), 10)
		rows.Add(int64(change.ID), change.Old.Blob, change.New.Blob)
	}
	list := "{" + strings.Join(ids, ",") + "}"
	return pg.Exec(ctx, `UPDATE ? AS k SET under = ?, blob = v.new
		FROM ? AS v (id, old, new)
		WHERE k.practice = ? AND k.id = ANY (?::bigint[]) AND k.id = v.id AND k.under = ? AND k.blob = v.old`,
		pg.Table(keyTable), of.to, rows, practice, list, of.from)
}

// targets returns the ids of the practice keys under which keys will lie, each once.
func targets(keys []crypto.Rewrapping) []int64 {
	var ids []int64
	seen := map[uint64]bool{}
	for _, change := range keys {
		if id, ok := (crypto.Key{Wrapped: change.New}).Parent(); ok && !seen[id] {
			seen[id] = true
			ids = append(ids, int64(id))
		}
	}
	return ids
}

// Retire implements [crypto.KeyRotation]. It locks the row against whoever adds or wraps under it, and looks for those
// afterwards, which needs a level of isolation at which the second statement sees what was committed before it.
func (s *Store) Retire(ctx context.Context, practice string, id uint64) error {
	err := s.pg.Atomic(ctx, func(pg pgstore.Handle) error {
		if _, err := pg.Exec(ctx, "SET TRANSACTION ISOLATION LEVEL READ COMMITTED"); err != nil {
			return err
		}
		var rows []row
		err := pg.Raw("SELECT "+columns+" FROM ? WHERE practice = ? AND id = ? FOR UPDATE",
			pg.Table(keyTable), practice, int64(id)).Scan(ctx, &rows)
		switch {
		case err != nil:
			return err
		case len(rows) == 0:
			return crypto.ErrUnknownKey
		case rows[0].Shredded:
			return crypto.ErrShredded
		case rows[0].Retired:
			return nil
		}
		var free bool
		r, name := rows[0], fmt.Sprintf("%016x", id)
		err = pg.Raw(`SELECT EXISTS (SELECT FROM ? WHERE practice = ? AND patient = ? AND class = ? AND version > ?)
			AND NOT EXISTS (SELECT FROM ? WHERE practice = ? AND under = ?)`,
			pg.Table(keyTable), r.Practice, r.Patient, r.Class, r.Version,
			pg.Table(keyTable), practice, name).Scan(ctx, &free)
		if err != nil {
			return err
		}
		if !free {
			return crypto.ErrInUse
		}
		_, err = pg.Exec(ctx, `UPDATE ? SET retired = true, under = NULL, blob = NULL, kcv = NULL
			WHERE practice = ? AND id = ?`,
			pg.Table(keyTable), practice, int64(id))
		return err
	})
	return wrap("retire", err)
}

// wrap names the operation that an error came from, unless it is one that every key store answers.
func wrap(op string, err error) error {
	for _, own := range []error{crypto.ErrRetired, crypto.ErrUnknownKey, crypto.ErrShredded, crypto.ErrInUse} {
		if errors.Is(err, own) {
			return own
		}
	}
	return pgstore.Wrap("cryptopg: "+op, err)
}
