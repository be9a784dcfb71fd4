package smspg

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/uptrace/bun"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/audit/auditpg"
	"github.com/enamel-go/enamel/internal/pgstore"
	"github.com/enamel-go/enamel/sms"
	"github.com/enamel-go/enamel/sms/internal/input"
)

// settle records what became of many texts. Only a text that is sending or doubtful has a worker.
var settle = `WITH v (place, practice, id, worker, state, due, wait, tried, provider_id, delivery, code, class) AS (VALUES ?1),
fact AS (
	UPDATE ?0 AS q SET state = v.state, due = coalesce(v.due, q.due), worker = NULL, leased = false,
		until = statement_timestamp() + v.wait, attempts = q.attempts + (v.tried IS NOT NULL)::int,
		first_try = coalesce(q.first_try, v.tried), provider_id = coalesce(nullif(v.provider_id, ''), q.provider_id),
		delivery = CASE WHEN ` + rank("q.delivery") + " < " + rank("v.delivery") + ` THEN v.delivery ELSE q.delivery END,
		code = coalesce(nullif(v.code, ''), q.code), class = coalesce(nullif(v.class, ''), q.class)
	FROM v WHERE q.practice = v.practice AND q.id = v.id AND q.worker = v.worker RETURNING q.practice, q.id, v.place
)`

// rank is how far the status in a column has come.
func rank(column string) string {
	var b strings.Builder
	b.WriteString("CASE " + column)
	for _, s := range statuses {
		b.WriteString(" WHEN '" + string(s) + "' THEN " + strconv.Itoa(s.Rank()))
	}
	return b.String() + " ELSE 0 END"
}

// Settle implements sms.Queue. It is one statement, however many texts there are.
func (q *Queue) Settle(ctx context.Context, settlements ...sms.Settlement) ([]bool, error) {
	if err := errors.Join(ctx.Err(), input.Apart(settlements)); err != nil {
		return nil, fmt.Errorf("smspg: settle: %w", err)
	}
	var rows, decided list
	var failed []error
	leaves, entries := make([][]audit.Leaf, len(settlements)), 0
	for i, v := range settlements {
		if err := q.settlement(ctx, i, v, &rows, &decided); err != nil {
			failed = append(failed, err)
			continue
		}
		leaves[i] = v.Leaves
		entries += len(v.Leaves)
	}
	done := make([]bool, len(settlements))
	if len(rows) > 0 {
		with := decisions(q.pg, query(settle, q.pg.Table(queueTable), rows), decided)
		if entries > 0 {
			with = query("?, entry AS (?)", with, auditpg.Each(q.pg, "fact", leaves))
		}
		var places []int
		if err := q.pg.Raw("? SELECT place FROM fact", with).Scan(ctx, &places); err != nil {
			return done, pgstore.Wrap("smspg: settle", err)
		}
		for _, i := range places {
			done[i] = true
		}
	}
	return done, pgstore.Wrap("smspg: settle", errors.Join(failed...))
}

// settlement adds a settlement to the rows of the statement, and its decision to those that are kept.
func (q *Queue) settlement(ctx context.Context, place int, v sms.Settlement, rows, decided *list) error {
	v, err := input.Settlement(v)
	if err != nil {
		return err
	}
	if err := decided.decide(ctx, vault{q.keys}, v.Key, v.Decision); err != nil {
		return err
	}
	wait, due := query("NULL"), query("NULL")
	switch v.State {
	case sms.Doubtful:
		wait = interval(v.Wait)
	case sms.Queued:
		due = query("?", v.Due)
	}
	rows.add("(?, ?, ?, ?, ?, (?)::timestamptz, (?)::interval, ?::timestamptz, ?, ?, ?, ?)", place, v.Key.Practice, v.Key.ID,
		v.Worker, string(v.State), due, wait, bun.NullZero(v.Tried), v.ProviderID, string(v.Delivery), v.Code, string(v.Class))
	return nil
}
