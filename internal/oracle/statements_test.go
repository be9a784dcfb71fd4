package oracle_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/internal/pgtest"
	"github.com/enamel-go/enamel/internal/uuidv7"
)

// statements is the least that Postgres must do for a text, without anything of ours: claim it, read it and what its number
// consented to, and settle it with a decision and an entry, a hundred at a time. The statements are prepared, their values go
// in the driver's own form, nothing is sealed, opened, decided or sent. It is no peer but a limit.
type statements struct {
	*sending // queues its texts
	schema   string
	pools    []*pgxpool.Pool
	numbers  [][]byte // as the consents know them
}

func newStatements(b *testing.B, d *pgtest.Database, workers int) *statements {
	b.Helper()
	s := &statements{sending: newTexts(b, d, 1), schema: d.Schema()}
	for range workers {
		config, err := pgxpool.ParseConfig(d.DSN())
		require.NoError(b, err)
		config.MaxConns = 2
		for _, way := range []string{"seqscan", "hashjoin", "mergejoin"} { // as a server in use would plan, which knows its tables
			config.ConnConfig.RuntimeParams["enable_"+way] = "off"
		}
		pool, err := pgxpool.NewWithConfig(b.Context(), config)
		require.NoError(b, err)
		b.Cleanup(pool.Close)
		s.pools = append(s.pools, pool)
	}
	numbers, err := s.pools[0].Query(b.Context(), "SELECT number FROM "+pgx.Identifier{s.schema, "consent_fact"}.Sanitize())
	require.NoError(b, err)
	s.numbers, err = pgx.CollectRows(numbers, pgx.RowTo[[]byte])
	require.NoError(b, err)
	return s
}

// work lets two connections of each worker run until nothing is queued.
func (s *statements) work(int) error {
	var over []chan error
	for i, pool := range s.pools {
		for lane := range 2 {
			ended := make(chan error, 1)
			over = append(over, ended)
			go func() {
				for {
					n, err := s.batch(s.b.Context(), pool, fmt.Sprint(i, "/", lane))
					if n == 0 || err != nil {
						ended <- err
						return
					}
				}
			}()
		}
	}
	var failed []error
	for _, ended := range over {
		failed = append(failed, <-ended)
	}
	return errors.Join(failed...)
}

// batch carries up to a hundred texts from their claim to their settlement and returns how many.
func (s *statements) batch(ctx context.Context, pool *pgxpool.Pool, worker string) (int, error) {
	now := time.Now()
	in := func(text string) string { return fmt.Sprintf(text, pgx.Identifier{s.schema}.Sanitize()) }
	claimed, err := collect[struct{ Practice, ID string }](pool.Query(ctx, in(`UPDATE %[1]s.sms_queue SET state = 'sending', claimed = $1, worker = $2, leased = true,
		until = statement_timestamp() + interval '1 minute'
		WHERE ctid = ANY (ARRAY(
			SELECT ctid FROM %[1]s.sms_queue WHERE state = 'queued' AND priority = 2 AND due <= $1
			ORDER BY due, id, practice LIMIT 100 FOR UPDATE SKIP LOCKED))
		RETURNING practice, id`), now, worker))
	if err != nil || len(claimed) == 0 {
		return 0, err
	}
	var practices, ids, entries []string
	var numbers, decisions, bytes, tags, macs [][]byte
	for i, c := range claimed {
		practices, ids, numbers = append(practices, c.Practice), append(ids, c.ID), append(numbers, s.numbers[i])
		entries, decisions = append(entries, uuidv7.New()), append(decisions, make([]byte, 450))
		bytes, tags, macs = append(bytes, make([]byte, 300)), append(tags, make([]byte, 16)), append(macs, make([]byte, 32))
	}
	texts, err := collect[struct{ Sealed []byte }](pool.Query(ctx, in(`SELECT t.sealed FROM unnest($1::text[], $2::text[]) AS k (practice, id)
		CROSS JOIN LATERAL (SELECT * FROM %s.sms_text AS t
			WHERE t.practice = k.practice COLLATE "C" AND t.id = k.id COLLATE "C" OFFSET 0) AS t`), practices, ids))
	if err == nil && len(texts) != len(ids) {
		err = errors.New("texts were not read")
	}
	if err != nil {
		return 0, err
	}
	consents, err := collect[struct{ Sealed, Evidence []byte }](pool.Query(ctx, in(`SELECT f.sealed, f.evidence
		FROM unnest($1::text[], $2::bytea[]) AS k (practice, number)
		CROSS JOIN LATERAL (SELECT * FROM %s.consent_fact AS f
			WHERE f.practice = k.practice COLLATE "C" AND f.number = k.number ORDER BY seq OFFSET 0) AS f`), practices, numbers))
	if err == nil && len(consents) < len(ids) {
		err = errors.New("consents were not read")
	}
	if err != nil {
		return 0, err
	}
	settled, err := pool.Exec(ctx, in(`WITH decided AS (
			INSERT INTO %[1]s.sms_decision (practice, id, sealed) SELECT * FROM unnest($1::text[], $2::text[], $5::bytea[])
		), entry AS (
			INSERT INTO %[1]s.audit_entry (practice, id, at, actor_kind, actor, action, outcome, term, tag, bytes, mac)
			SELECT practice, id, $3, 'system', 'dispatcher', 'sms.text.send', 'done', '6y', tag, bytes, mac
			FROM unnest($1::text[], $6::text[], $7::bytea[], $8::bytea[], $9::bytea[]) AS v (practice, id, tag, bytes, mac)
		)
		UPDATE %[1]s.sms_queue AS q SET state = 'sent', worker = NULL, leased = false, until = NULL, attempts = attempts + 1,
			first_try = coalesce(first_try, $3), provider_id = v.id
		FROM unnest($1::text[], $2::text[]) AS v (practice, id)
		WHERE q.practice = v.practice COLLATE "C" AND q.id = v.id COLLATE "C" AND q.worker = $4`),
		practices, ids, now, worker, decisions, entries, tags, bytes, macs)
	if err == nil && settled.RowsAffected() != int64(len(ids)) {
		err = errors.New("of " + strconv.Itoa(len(ids)) + " texts not all were settled")
	}
	return len(ids), err
}

func collect[Row any](rows pgx.Rows, err error) ([]Row, error) {
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Row])
}
