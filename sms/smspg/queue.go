package smspg

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/schema"

	"github.com/enamel-go/enamel/internal/pgstore"
	"github.com/enamel-go/enamel/sms"
	"github.com/enamel-go/enamel/sms/internal/input"
)

// due picks and locks what is due, each priority by an index scan of its own, the next one only as far as there is room, and
// holds back the answer to a STOP while another text to its number is unsettled.
//
// It reads one snapshot. An answer that the snapshot shows was committed after its STOP. Whoever claims a text that the
// snapshot does not show as claimed commits that claim after the snapshot, and reads consent after that commit: it sees
// the STOP. FOR UPDATE SKIP LOCKED keeps two claims from the same text.
const due = `SELECT ` + claimed + ` FROM (VALUES ?4) AS p (priority) CROSS JOIN LATERAL (
	SELECT ctid AS at, * FROM ?0 AS q
	WHERE state = 'queued' AND priority = p.priority AND due <= ?2 AND (patience IS NULL OR patience < ?2 OR NOT EXISTS (
		SELECT FROM ?0 AS o WHERE o.practice = q.practice AND o.number = q.number AND o.state IN ('sending', 'doubtful', 'review')))
	ORDER BY due, id, practice LIMIT ?3 FOR UPDATE SKIP LOCKED
) AS q ` + payload + ` LIMIT ?3`

// doubt picks and locks doubtful texts whose wait is over.
const doubt = `SELECT ` + claimed + ` FROM (
	SELECT ctid AS at, * FROM ?0
	WHERE state IN ('sending', 'doubtful', 'review') AND state = 'doubtful' AND NOT leased AND until <= statement_timestamp()
	ORDER BY until, id, practice LIMIT ?3 FOR UPDATE SKIP LOCKED
) AS q ` + payload

// payload joins the texts themselves, one by one: of rows that were just written there are no statistics, and Postgres would
// read the whole table.
const payload = `CROSS JOIN LATERAL (SELECT * FROM ?1 AS t WHERE t.practice = q.practice AND t.id = q.id OFFSET 0) AS t`

// flying marks the texts to some numbers that may be on their way. It locks them in the order of their keys, as a settlement
// does: neither waits for the other.
const flying = `WITH held AS MATERIALIZED (
	SELECT practice, id FROM ?0 WHERE (practice, number) IN (?1) AND state IN ('sending', 'doubtful', 'review')
	ORDER BY practice, id FOR UPDATE
) UPDATE ?0 AS q SET in_flight = true FROM held AS h
WHERE q.practice = h.practice AND q.id = h.id AND q.state IN ('sending', 'doubtful', 'review')`

const claimed = textColumns + ", q.at, q.priority, q.until"

// Claim implements sms.Queue.
func (q *Queue) Claim(ctx context.Context, c sms.Claim) ([]sms.Tracked, error) {
	c, err := input.Claim(c)
	if err != nil {
		return nil, err
	}
	texts, err := q.take(ctx, c, due, func(h pgstore.Handle, rows []row) ([]row, error) {
		slices.SortFunc(rows, func(a, b row) int {
			return cmp.Or(a.Priority-b.Priority, a.Due.Compare(b.Due), strings.Compare(a.ID, b.ID), strings.Compare(a.Practice, b.Practice))
		})
		rows = input.Alone(rows, func(r row) sms.Key { return sms.Key{Practice: r.Practice, ID: string(r.Number)} }, answersStop)
		var stopped list
		for i, r := range rows {
			if answersStop(r) {
				stopped.add("(?, ?::bytea)", r.Practice, r.Number)
			}
			rows[i].State, rows[i].Claimed = string(sms.Sending), bun.NullTime{Time: c.Now}
		}
		if len(stopped) > 0 {
			if _, err := h.Exec(ctx, flying, h.Table(queueTable), stopped); err != nil {
				return nil, err
			}
		}
		return rows, lease(ctx, h, rows, "state = 'sending', claimed = ?, worker = ?, leased = true, until = statement_timestamp() + ?",
			c.Now, c.Worker, interval(c.Lease))
	})
	return texts, pgstore.Wrap("smspg: claim", err)
}

// priorities lists what a claim takes, first things first.
func priorities(c sms.Claim) schema.QueryWithArgs {
	if c.Answers {
		return query("(0)")
	}
	return query("(0), (1), (2), (3)")
}

func answersStop(r row) bool { return sms.Kind(r.Kind) == sms.StopAnswer }

// lease updates rows that this transaction has locked, so that they still stand where they were found.
func lease(ctx context.Context, h pgstore.Handle, rows []row, set string, args ...any) error {
	if len(rows) == 0 {
		return nil
	}
	places := make([]string, len(rows))
	for i, r := range rows {
		places[i] = strconv.Quote(r.At)
	}
	n, err := h.Exec(ctx, "UPDATE ? SET ? WHERE ctid = ANY (?::tid[])", h.Table(queueTable), query(set, args...), "{"+strings.Join(places, ",")+"}")
	if err == nil && n != int64(len(rows)) {
		err = fmt.Errorf("of %d locked texts %d were leased", len(rows), n)
	}
	return err
}

// expire turns texts whose lease has ended into doubtful ones. The worker stays, for it may still say what became of
// the text, until another one leases it.
const expire = `UPDATE ?0 SET state = 'doubtful', leased = false, until = statement_timestamp() + ?1
WHERE ctid = ANY (ARRAY(
	SELECT ctid FROM ?0 WHERE state IN ('sending', 'doubtful', 'review') AND leased AND until <= statement_timestamp() FOR UPDATE SKIP LOCKED))`

// Doubt implements sms.Queue.
func (q *Queue) Doubt(ctx context.Context, c sms.Claim) ([]sms.Tracked, error) {
	c, err := input.Claim(c)
	if err != nil {
		return nil, err
	}
	if _, err := q.pg.Exec(ctx, expire, q.pg.Table(queueTable), interval(c.Wait)); err != nil {
		return nil, pgstore.Wrap("smspg: doubt", err)
	}
	texts, err := q.take(ctx, c, doubt, func(h pgstore.Handle, rows []row) ([]row, error) {
		slices.SortFunc(rows, func(a, b row) int {
			return cmp.Or(a.Until.Compare(b.Until.Time), strings.Compare(a.ID, b.ID), strings.Compare(a.Practice, b.Practice))
		})
		return rows, lease(ctx, h, rows, "worker = ?, leased = true, until = statement_timestamp() + ?", c.Worker, interval(c.Lease))
	})
	return texts, pgstore.Wrap("smspg: doubt", err)
}

// take locks the rows that a statement picks, lets hold lease them, commits, and opens them. What cannot be opened is put off,
// and told in an error beside the texts that can.
func (q *Queue) take(
	ctx context.Context, c sms.Claim, pick string, hold func(pgstore.Handle, []row) ([]row, error),
) ([]sms.Tracked, error) {
	var rows []row
	err := q.pg.Atomic(ctx, func(h pgstore.Handle) error {
		rows = nil
		err := h.Raw(pick, h.Table(queueTable), h.Table(textTable), c.Now, c.Limit, priorities(c)).Scan(ctx, &rows)
		if err == nil {
			rows, err = hold(h, rows)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
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
