package smspg

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/uptrace/bun/schema"

	"github.com/enamel-go/enamel/internal/pgstore"
	"github.com/enamel-go/enamel/sms"
	"github.com/enamel-go/enamel/sms/internal/input"
)

// claim takes what is due, each priority by an index scan of its own, the next one only as far as there is room, and holds back the answer to a STOP while another
// text to its number is unsettled. One claim never takes that answer beside another text to the number: of those that
// are due together it takes the first.
//
// It is one statement, so everything in it reads one snapshot. An answer that the snapshot shows was committed after
// its STOP. Whoever claims a text that the snapshot does not show as claimed commits that claim after the snapshot, and
// reads consent after that commit: it sees the STOP. FOR UPDATE SKIP LOCKED keeps two claims from the same text.
const claim = `WITH picked AS MATERIALIZED (
	SELECT c.* FROM (VALUES ?8) AS p (priority) CROSS JOIN LATERAL (
		SELECT q.practice, q.id, q.number, q.priority, q.due, q.patience FROM ?0 AS q
		WHERE q.state = 'queued' AND q.priority = p.priority AND q.due <= ?3 AND (
			q.patience IS NULL OR q.patience < ?3 OR NOT EXISTS (
				SELECT FROM ?0 AS o WHERE o.practice = q.practice AND o.number = q.number
				AND o.state IN ('sending', 'doubtful', 'review')))
		ORDER BY q.due, q.id, q.practice LIMIT ?4 FOR UPDATE OF q SKIP LOCKED
	) AS c LIMIT ?4
), placed AS (
	SELECT *, row_number() OVER (ORDER BY priority, due, id, practice) AS place,
		row_number() OVER (PARTITION BY practice, number ORDER BY priority, due, id) AS nth,
		bool_or(patience IS NOT NULL) OVER (PARTITION BY practice, number) AS stopped
	FROM picked
), chosen AS MATERIALIZED (
	SELECT * FROM placed WHERE nth = 1 OR NOT stopped
), marked AS (
	UPDATE ?0 AS o SET in_flight = true FROM chosen AS c
	WHERE c.patience IS NOT NULL AND o.practice = c.practice AND o.number = c.number
	AND o.state IN ('sending', 'doubtful', 'review')
)
UPDATE ?0 AS q SET state = 'sending', claimed = ?3, worker = ?5, leased = true, until = statement_timestamp() + ?6
FROM chosen AS c JOIN ?1 AS t ON t.practice = c.practice AND t.id = c.id
LEFT JOIN ?2 AS d ON d.practice = c.practice AND d.id = c.id
WHERE q.practice = c.practice AND q.id = c.id
RETURNING ` + columns + `, c.place`

// priorities lists what a claim takes, first things first.
func priorities(c sms.Claim) schema.QueryWithArgs {
	if c.Answers {
		return query("(0)")
	}
	return query("(0), (1), (2), (3)")
}

// Claim implements sms.Queue.
func (q *Queue) Claim(ctx context.Context, c sms.Claim) ([]sms.Tracked, error) {
	c, err := input.Claim(c)
	if err != nil {
		return nil, err
	}
	texts, err := q.take(ctx, c, claim)
	return texts, pgstore.Wrap("smspg: claim", err)
}

// expire turns texts whose lease has ended into doubtful ones. The worker stays, for it may still say what became of
// the text, until another one leases it.
const expire = `UPDATE ?0 SET state = 'doubtful', leased = false, until = statement_timestamp() + ?7
WHERE (practice, id) IN (
	SELECT practice, id FROM ?0 WHERE leased AND until <= statement_timestamp() FOR UPDATE SKIP LOCKED)`

// doubt leases doubtful texts whose wait is over.
const doubt = `WITH chosen AS MATERIALIZED (
	SELECT p.*, row_number() OVER (ORDER BY until, id, practice) AS place FROM (
		SELECT practice, id, until FROM ?0 WHERE state = 'doubtful' AND NOT leased AND until <= statement_timestamp()
		ORDER BY until, id, practice LIMIT ?4 FOR UPDATE SKIP LOCKED
	) AS p
)
UPDATE ?0 AS q SET worker = ?5, leased = true, until = statement_timestamp() + ?6
FROM chosen AS c JOIN ?1 AS t ON t.practice = c.practice AND t.id = c.id
LEFT JOIN ?2 AS d ON d.practice = c.practice AND d.id = c.id
WHERE q.practice = c.practice AND q.id = c.id
RETURNING ` + columns + `, c.place`

// Doubt implements sms.Queue.
func (q *Queue) Doubt(ctx context.Context, c sms.Claim) ([]sms.Tracked, error) {
	c, err := input.Claim(c)
	if err != nil {
		return nil, err
	}
	texts, err := q.take(ctx, c, expire, doubt)
	return texts, pgstore.Wrap("smspg: doubt", err)
}

// take leases texts, commits, and opens them. The last statement returns their rows. What cannot be opened is put off, and
// told in an error beside the texts that can.
func (q *Queue) take(ctx context.Context, c sms.Claim, statements ...string) ([]sms.Tracked, error) {
	var rows []row
	err := q.pg.Atomic(ctx, func(h pgstore.Handle) error {
		for _, statement := range statements {
			rows = nil
			err := h.Raw(statement, h.Table(queueTable), h.Table(textTable), h.Table(decisionTable), c.Now, c.Limit,
				c.Worker, interval(c.Lease), interval(c.Wait), priorities(c)).Scan(ctx, &rows)
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(rows, func(a, b row) int { return cmp.Compare(a.Place, b.Place) })
	var texts []sms.Tracked
	var closed list
	var failed []error
	for _, r := range rows {
		t, err := vault{q.keys}.tracked(ctx, r)
		if err != nil {
			closed.add("(?, ?)", r.Practice, r.ID)
			failed = append(failed, err)
			continue
		}
		texts = append(texts, t)
	}
	if len(closed) > 0 {
		failed = append(failed, q.putOff(ctx, c, closed))
	}
	return texts, errors.Join(failed...)
}

// putOff gives back texts that cannot be opened, for as long as a lease: those of a practice whose keys cannot be had
// must not stand before everybody else's. It does so also when the worker is told to stop.
func (q *Queue) putOff(ctx context.Context, c sms.Claim, closed list) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	_, err := q.pg.Exec(ctx, `UPDATE ?0 SET worker = NULL, leased = false,
		due = CASE state WHEN 'sending' THEN ?1 ELSE due END,
		until = CASE state WHEN 'sending' THEN NULL ELSE statement_timestamp() + ?2 END,
		state = CASE state WHEN 'sending' THEN 'queued' ELSE state END
		WHERE worker = ?3 AND (practice, id) IN (?4)`,
		q.pg.Table(queueTable), c.Now.Add(c.Lease), interval(c.Lease), c.Worker, closed)
	return err
}
