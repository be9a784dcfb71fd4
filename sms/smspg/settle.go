package smspg

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/internal/pgentry"
	"github.com/enamel-go/enamel/internal/pgstore"
	"github.com/enamel-go/enamel/sms"
	"github.com/enamel-go/enamel/sms/internal/input"
)

// settle records what became of many texts. Only a text that is sending or doubtful has a worker.
var settle = `WITH fact AS (
	UPDATE ?0 AS q SET state = v.state, due = coalesce(v.due, q.due), worker = NULL, leased = false,
		until = statement_timestamp() + v.wait, attempts = q.attempts + (v.tried IS NOT NULL)::int,
		first_try = coalesce(q.first_try, v.tried), provider_id = coalesce(nullif(v.provider_id, ''), q.provider_id),
		delivery = CASE WHEN ` + rank("q.delivery") + " < " + rank("v.delivery") + ` THEN v.delivery ELSE q.delivery END,
		code = ` + ofLast("code", "q.code") + `,
		class = ` + ofLast("class", "CASE WHEN q.class = '' AND v.state = 'failed' THEN v.class ELSE q.class END") + `
	FROM ?1 AS v (place, practice, id, worker, state, due, wait, tried, provider_id, delivery, code, class)
	WHERE q.practice = v.practice AND q.id = v.id AND q.worker = v.worker AND (v.state <> 'review' OR q.delivery = '') RETURNING v.place
), decided AS (
	INSERT INTO ?2 (practice, id, sealed) SELECT practice, id, sealed FROM ?3 AS v (place, practice, id, sealed)
	WHERE place = ANY (ARRAY(SELECT place FROM fact))
)`

// ofLast is the code or the class after a settlement: where somebody has told of the delivery, and why it failed, told; where
// the text is sent, the settlement's own, for what an attempt before left behind ends; else the settlement's unless it is empty.
func ofLast(column, told string) string {
	return `CASE
		WHEN q.delivery <> '' AND v.delivery = '' AND (q.code <> '' OR q.class <> '') THEN ` + told + `
		WHEN q.delivery = '' AND v.state = 'sent' THEN v.` + column + `
		ELSE coalesce(nullif(v.` + column + `, ''), q.` + column + `) END`
}

// rank is how far the status in a column has come.
func rank(column string) string {
	var b strings.Builder
	b.WriteString("CASE " + column)
	for _, s := range statuses {
		b.WriteString(" WHEN '" + string(s) + "' THEN " + strconv.Itoa(s.Rank()))
	}
	return b.String() + " ELSE 0 END"
}

// byIndex has this transaction find rows by their index: of rows that were just written there are no statistics, and Postgres
// would read whole tables for a hundred of their rows.
const byIndex = `SELECT set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true),
	set_config('enable_mergejoin', 'off', true)`

// Settle implements sms.Queue. It is one statement, however many texts there are, and one more for each text that others take
// the place of.
func (q *Queue) Settle(ctx context.Context, settlements ...sms.Settlement) ([]bool, error) {
	if err := errors.Join(ctx.Err(), input.Apart(settlements)); err != nil {
		return nil, fmt.Errorf("smspg: settle: %w", err)
	}
	rows := pgstore.NewUnnest("int", "text", "text", "text", "text", "timestamptz", "interval", "timestamptz", "text", "text", "text", "text").
		Expect(len(settlements))
	decisions := pgstore.NewUnnest("int", "text", "text", "bytea").Expect(len(settlements))
	var failed []error
	leaves, entries := make([][]audit.Leaf, len(settlements)), 0
	next := map[int]part{}
	for _, place := range inOrder(settlements) {
		v, err := input.Settlement(settlements[place])
		if err == nil && len(v.Next) > 0 { // sealed before any row is locked
			next[place], err = (&Store{pg: q.pg, keys: q.keys}).texts(ctx, v.Next)
		}
		if err == nil {
			err = q.settlement(ctx, place, v, rows, decisions)
		}
		if err != nil {
			failed = append(failed, err)
			continue
		}
		leaves[place] = v.Leaves
		entries += len(v.Leaves)
	}
	done := make([]bool, len(settlements))
	if rows.Len() == 0 {
		return done, pgstore.Wrap("smspg: settle", errors.Join(failed...))
	}
	var values pgstore.Beside
	with := query(settle, q.pg.Table(queueTable), values.Rows(rows), q.pg.Table(decisionTable), values.Rows(decisions))
	if entries > 0 {
		with = query("?, entry AS (?)", with, pgentry.Each(q.pg, &values, "fact", leaves))
	}
	var places []int
	err := q.pg.Atomic(ctx, func(h pgstore.Handle) error {
		if _, err := h.Exec(ctx, byIndex); err != nil {
			return err
		}
		places = nil
		if err := h.ScanWith(ctx, &values, &places, "? SELECT place FROM fact", with); err != nil {
			return err
		}
		for _, place := range places {
			if p, ok := next[place]; ok {
				if _, err := conclude(ctx, h, p.with, nil); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		return done, pgstore.Wrap("smspg: settle", err)
	}
	for _, place := range places {
		done[place] = true
	}
	return done, pgstore.Wrap("smspg: settle", errors.Join(failed...))
}

// inOrder returns the places of settlements in the order of their keys, in which the statement locks the texts: whoever else
// locks several does so in the same order.
func inOrder(settlements []sms.Settlement) []int {
	places := make([]int, len(settlements))
	for i := range places {
		places[i] = i
	}
	slices.SortFunc(places, func(a, b int) int {
		return cmp.Or(strings.Compare(settlements[a].Key.Practice, settlements[b].Key.Practice), strings.Compare(settlements[a].Key.ID, settlements[b].Key.ID))
	})
	return places
}

// settlement adds a settlement to the rows of the statement, and its decision to those that are kept.
func (q *Queue) settlement(ctx context.Context, place int, v sms.Settlement, rows, decisions *pgstore.Unnest) error {
	if v.Decision.Verdict != "" {
		sealed, err := vault{q.keys}.sealDecision(ctx, v.Key, v.Decision)
		if err != nil {
			return err
		}
		decisions.Add(place, v.Key.Practice, v.Key.ID, sealed)
	}
	var due, wait, tried any
	switch v.State {
	case sms.Doubtful:
		wait = v.Wait
	case sms.Queued:
		due = v.Due
	}
	if !v.Tried.IsZero() {
		tried = v.Tried
	}
	rows.Add(place, v.Key.Practice, v.Key.ID, v.Worker, string(v.State), due, wait, tried, v.ProviderID, string(v.Delivery), v.Code, string(v.Class))
	return nil
}
