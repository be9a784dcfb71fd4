package smspg

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/schema"

	"github.com/enamel-go/enamel/internal/pgstore"
	"github.com/enamel-go/enamel/sms"
	"github.com/enamel-go/enamel/sms/internal/input"
)

// Text implements sms.Store.
func (s *Store) Text(ctx context.Context, k sms.Key) (sms.Tracked, error) {
	if !input.Keepable(k.Practice) || !input.Keepable(k.ID) {
		return sms.Tracked{}, sms.ErrNotFound
	}
	texts, err := s.read(ctx, query("t.practice = ? AND t.id = ?", k.Practice, k.ID), 1)
	if err != nil {
		return sms.Tracked{}, pgstore.Wrap("smspg: text", err)
	}
	if len(texts) == 0 {
		return sms.Tracked{}, sms.ErrNotFound
	}
	return texts[0], nil
}

// Decisions implements sms.Store.
func (s *Store) Decisions(ctx context.Context, k sms.Key) ([]sms.Decision, error) {
	if !input.Keepable(k.Practice) || !input.Keepable(k.ID) {
		return nil, ctx.Err()
	}
	var rows [][]byte
	err := s.pg.Raw("SELECT sealed FROM ? WHERE practice = ? AND id = ? ORDER BY seq", s.pg.Table(decisionTable), k.Practice, k.ID).
		Scan(ctx, &rows)
	if err != nil {
		return nil, pgstore.Wrap("smspg: decisions", err)
	}
	decisions := make([]sms.Decision, len(rows))
	for i, sealed := range rows {
		if decisions[i], err = s.vault().openDecision(ctx, k, sealed); err != nil {
			return nil, fmt.Errorf("smspg: decisions: text %q of practice %q: %w", k.ID, k.Practice, err)
		}
	}
	return decisions, nil
}

// Texts implements sms.Store. What q does not ask for is never opened.
func (s *Store) Texts(ctx context.Context, q sms.Query) (sms.Page, error) {
	limit, after, err := input.Query(q)
	if err != nil {
		return sms.Page{}, err
	}
	where := query("t.practice = ?", q.Practice)
	if len(q.IDs) > 0 {
		where = query("? AND t.id IN (?)", where, bun.List(q.IDs))
	}
	if q.Number != "" {
		number, err := s.vault().number(ctx, q.Practice, q.Number)
		if err != nil {
			return sms.Page{}, fmt.Errorf("smspg: texts: %w", err)
		}
		where = query("? AND t.number = ?", where, number)
	}
	if len(q.States) > 0 {
		where = query("? AND q.state IN (?)", where, bun.List(q.States))
	}
	if q.Category != "" {
		where = query("? AND t.category = ?", where, string(q.Category))
	}
	if !q.Before.IsZero() {
		where = query("? AND t.created < ?", where, input.Instant(q.Before))
	}
	if !q.Claimed.IsZero() {
		where = query("? AND q.claimed > ?", where, input.Instant(q.Claimed))
	}
	if after != nil {
		where = query("? AND (t.created, t.id) < (?, ?)", where, after.Created, after.ID)
	}
	texts, err := s.read(ctx, where, limit+1)
	if err != nil {
		return sms.Page{}, pgstore.Wrap("smspg: texts", err)
	}
	return input.Page(texts, limit), nil
}

// read returns texts, newest first.
func (s *Store) read(ctx context.Context, where schema.QueryWithArgs, limit int) ([]sms.Tracked, error) {
	var rows []row
	err := s.pg.Raw(`SELECT `+textColumns+`, (
			SELECT d.sealed FROM ? AS d WHERE d.practice = t.practice AND d.id = t.id ORDER BY seq DESC LIMIT 1
		) AS decision FROM ? AS t JOIN ? AS q USING (practice, id) WHERE ? ORDER BY t.created DESC, t.id DESC LIMIT ?`,
		s.pg.Table(decisionTable), s.pg.Table(textTable), s.pg.Table(queueTable), where, limit).Scan(ctx, &rows)
	if err != nil {
		return nil, err
	}
	var texts []sms.Tracked
	for _, r := range rows {
		t, err := s.vault().tracked(ctx, r)
		if err != nil {
			return nil, err
		}
		texts = append(texts, t)
	}
	return texts, nil
}

// Received implements sms.Store.
func (s *Store) Received(ctx context.Context, q sms.Query) ([]sms.Received, error) {
	limit, after, err := input.Messages(q)
	if err != nil {
		return nil, err
	}
	where := query("m.practice = ?", q.Practice)
	if q.Number != "" {
		number, err := s.vault().number(ctx, q.Practice, q.Number)
		if err != nil {
			return nil, fmt.Errorf("smspg: received: %w", err)
		}
		where = query("? AND m.number = ?", where, number)
	}
	if !q.Before.IsZero() {
		where = query("? AND m.at < ?", where, input.Instant(q.Before))
	}
	if after != nil {
		where = query("? AND (m.at, m.id, m.provider) < (?, ?, ?)", where, after.At, after.ID, after.Provider)
	}
	if q.Free {
		where = query("? AND m.word NOT IN (?)", where, bun.List(sms.Words()))
	}
	var rows []receivedRow
	err = s.pg.Raw(`SELECT m.practice, m.provider, m.id, m.at, m.word, m.sealed, coalesce(c.state, '') AS content
		FROM ? AS m LEFT JOIN ? AS c USING (practice, provider, id) WHERE ?
		ORDER BY m.at DESC, m.id DESC, m.provider DESC LIMIT ?`,
		s.pg.Table(receivedTable), s.pg.Table(contentTable), where, limit).Scan(ctx, &rows)
	if err != nil {
		return nil, pgstore.Wrap("smspg: received", err)
	}
	var messages []sms.Received
	for _, r := range rows {
		m, err := s.vault().message(ctx, r)
		if err != nil {
			return nil, fmt.Errorf("smspg: received: %w", err)
		}
		messages = append(messages, m)
	}
	return messages, nil
}

// Known implements sms.Store. It opens nothing.
func (s *Store) Known(ctx context.Context, k sms.MessageKey) (bool, error) {
	if !input.Keepable(k.Practice) || !input.Keepable(k.Provider) || !input.Keepable(k.ID) {
		return false, ctx.Err()
	}
	var known bool
	err := s.pg.Raw("SELECT EXISTS (SELECT FROM ? WHERE practice = ? AND provider = ? AND id = ?)",
		s.pg.Table(receivedTable), k.Practice, k.Provider, k.ID).Scan(ctx, &known)
	return known, pgstore.Wrap("smspg: known", err)
}

// Sender implements sms.Store.
func (s *Store) Sender(ctx context.Context, practice, number string) (sms.Sender, error) {
	if !input.Keepable(practice) || !input.Keepable(number) {
		return sms.Sender{}, sms.ErrNotFound
	}
	var o sms.Sender
	err := s.pg.Raw(`SELECT practice, number, provider, name, contact, frequency, frequency_es, frequency_fr, zone,
		answers_stop, answers_help, answers_start FROM ?
		WHERE practice = ? AND ? IN ('', number) ORDER BY seq LIMIT 1`, s.pg.Table(senderTable), practice, number).
		Scan(ctx, &o.Practice, &o.Number, &o.Provider, &o.Name, &o.Contact, &o.Frequency, &o.FrequencySpanish, &o.FrequencyFrench, &o.Zone,
			&o.Answering.Stop, &o.Answering.Help, &o.Answering.Start)
	return o, pgstore.Wrap("smspg: sender", pgstore.Missing(err, sms.ErrNotFound))
}

// Route implements sms.Router.
func (q *Queue) Route(ctx context.Context, number string) (string, error) {
	if !input.Keepable(number) {
		return "", sms.ErrNotFound
	}
	var practice string
	err := q.pg.Raw("SELECT practice FROM ? WHERE number = ?", q.pg.Table(senderTable), number).Scan(ctx, &practice)
	return practice, pgstore.Wrap("smspg: route", pgstore.Missing(err, sms.ErrNotFound))
}
