package smspg

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"github.com/enamel-go/enamel/internal/pgstore"
	"github.com/enamel-go/enamel/sms"
	"github.com/enamel-go/enamel/sms/internal/input"
)

const (
	contentTable  = "sms_content"
	taskTable     = "sms_task"
	textTaskTable = "sms_text_task"
)

// person is which texts may need a person, and opened since when they do.
const (
	person = `(q.state IN ('review', 'failed') OR q.state = 'refused' AND q.class IN ('expired', 'unready'))`
	opened = `coalesce(q.claimed, t.created)`
)

// secretTask is the JSON of a task that is sealed. It repeats the plain columns. Its names are part of what old rows hold:
// add, never rename.
type secretTask struct {
	Kind     sms.TaskKind `json:"kind"`
	Opened   time.Time    `json:"opened"`
	Due      time.Time    `json:"due"`
	Patient  string       `json:"patient,omitzero"`
	Number   string       `json:"number"`
	Text     string       `json:"text,omitzero"`
	Provider string       `json:"provider,omitzero"` // of the message
	Message  string       `json:"message,omitzero"`
	Subject  string       `json:"subject,omitzero"`
	Options  []choice     `json:"options,omitzero"`
}

type choice struct {
	Subject string `json:"subject"`
	Version string `json:"version"`
	Patient string `json:"patient,omitzero"`
}

// taskRow is a task, or the id of a text that may be one.
type taskRow struct {
	Practice string       `bun:"practice"`
	ID       string       `bun:"id"`
	Number   []byte       `bun:"number"`
	Kind     string       `bun:"kind"`
	Opened   time.Time    `bun:"opened"`
	Due      time.Time    `bun:"due"`
	Sealed   []byte       `bun:"sealed"`
	Finished bun.NullTime `bun:"finished"`
	Outcome  string       `bun:"outcome"`
	Text     string       `bun:"text"`
}

func (v vault) sealTask(ctx context.Context, t sms.Task) ([]byte, error) {
	s := secretTask{
		Kind: t.Kind, Opened: t.Opened, Due: t.Due, Patient: t.Patient, Number: t.Number, Text: t.Text, Provider: t.Message.Provider,
		Message: t.Message.ID, Subject: t.Subject,
	}
	for _, o := range t.Options {
		s.Options = append(s.Options, choice(o))
	}
	return v.seal(ctx, taskTable, t.Key(), s)
}

// task opens a row. An error says which.
func (v vault) task(ctx context.Context, r taskRow) (sms.Task, error) {
	k := sms.Key{Practice: r.Practice, ID: r.ID}
	var s secretTask
	err := v.open(ctx, taskTable, k, r.Sealed, &s)
	var number []byte
	if err == nil {
		number, err = v.number(ctx, r.Practice, s.Number)
	}
	if err == nil && (r.Kind != string(s.Kind) || !r.Opened.Equal(s.Opened) || !r.Due.Equal(s.Due) || !bytes.Equal(r.Number, number)) {
		err = altered(taskTable)
	}
	if err != nil {
		return sms.Task{}, fmt.Errorf("task %q of practice %q: %w", k.ID, k.Practice, err)
	}
	t := sms.Task{
		Practice: r.Practice, ID: r.ID, Kind: s.Kind, Patient: s.Patient, Number: s.Number, Text: s.Text, Subject: s.Subject,
		Opened: s.Opened.UTC(), Due: s.Due.UTC(), Finished: r.Finished.UTC(), Outcome: sms.Outcome(r.Outcome),
	}
	if s.Message != "" {
		t.Message = sms.MessageKey{Practice: r.Practice, Provider: s.Provider, ID: s.Message}
	}
	for _, o := range s.Options {
		t.Options = append(t.Options, sms.Option(o))
	}
	return t, nil
}

// tasks opens tasks. The id of one may be taken, by an earlier task or by another of the same change.
func (s *Store) tasks(ctx context.Context, tasks []sms.Task) (part, error) {
	var rows list
	taken := map[sms.Key]bool{}
	for _, t := range tasks {
		if taken[t.Key()] {
			return part{}, errMade
		}
		taken[t.Key()] = true
		number, err := s.vault().number(ctx, t.Practice, t.Number)
		if err != nil {
			return part{}, err
		}
		sealed, err := s.vault().sealTask(ctx, t)
		if err != nil {
			return part{}, err
		}
		rows.add("(?, ?, ?::bytea, ?, ?::timestamptz, ?::timestamptz, ?::bytea)", t.Practice, t.ID, number, string(t.Kind), t.Opened, t.Due, sealed)
	}
	return part{
		with: query(`WITH fact AS (
			INSERT INTO ? (practice, id, number, kind, opened, due, sealed) VALUES ? ON CONFLICT DO NOTHING RETURNING 1
		)`, s.pg.Table(taskTable), rows),
		rows: len(tasks), missed: errMade,
	}, nil
}

// finish ends a task. One of a text is a row of its own, for the text says only that there is one.
func (s *Store) finish(ctx context.Context, f sms.Finish) (part, error) {
	id, derived := input.TextOf(f.Key.ID)
	if !derived {
		return part{
			with: query("WITH fact AS (UPDATE ? SET finished = ?, outcome = ? WHERE practice = ? AND id = ? AND finished IS NULL RETURNING 1)",
				s.pg.Table(taskTable), f.At, string(f.Outcome), f.Key.Practice, f.Key.ID),
			rows: 1, missed: errMade,
		}, nil
	}
	// Whether a refused text needs a person, only its decision says, which is sealed.
	texts, err := s.read(ctx, query("t.practice = ? AND t.id = ? AND q.state = ?", f.Key.Practice, id, string(sms.Refused)), 1)
	if err != nil {
		return part{}, err
	}
	for _, t := range texts {
		if _, ok := t.Task(); !ok {
			return part{}, errMade
		}
	}
	return part{
		with: query(`WITH fact AS (
			INSERT INTO ? (practice, id, opened, finished, outcome)
			SELECT q.practice, q.id, `+opened+`, ?, ? FROM ? AS q JOIN ? AS t USING (practice, id)
			WHERE practice = ? AND id = ? AND `+person+` AND (q.state <> 'failed' OR q.class <> 'opted_out')
			ON CONFLICT DO NOTHING RETURNING 1
		)`, s.pg.Table(textTaskTable), f.At, string(f.Outcome), s.pg.Table(queueTable), s.pg.Table(textTable), f.Key.Practice, id),
		rows: 1, missed: errMade,
	}, nil
}

// content keeps what a flagged message holds.
func (s *Store) content(ctx context.Context, r sms.Received) (part, error) {
	sealed, err := s.vault().seal(ctx, contentKind(r.Provider), sms.Key{Practice: r.Practice, ID: r.ID}, r.Body)
	return part{
		with: query("WITH fact AS (INSERT INTO ? (practice, provider, id, state, sealed) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING 1)",
			s.pg.Table(contentTable), r.Practice, r.Provider, r.ID, string(sms.ContentHeld), sealed),
		rows: 1, missed: errMade,
	}, err
}

// contentKind is what sealed content is bound to, beside the message's id.
func contentKind(provider string) string { return contentTable + "." + provider }

// dispose destroys what a flagged message holds.
func (s *Store) dispose(d sms.Dispose) part {
	return part{
		with: query(`WITH fact AS (UPDATE ? SET state = ?, sealed = NULL
			WHERE practice = ? AND provider = ? AND id = ? AND state = 'held' RETURNING 1)`,
			s.pg.Table(contentTable), string(d.As), d.Message.Practice, d.Message.Provider, d.Message.ID),
		rows: 1, missed: errMade,
	}
}

// Content implements sms.Store.
func (s *Store) Content(ctx context.Context, k sms.MessageKey) (string, error) {
	if !input.Keepable(k.Practice) || !input.Keepable(k.Provider) || !input.Keepable(k.ID) {
		return "", sms.ErrNotFound
	}
	var sealed []byte
	err := s.pg.Raw("SELECT sealed FROM ? WHERE practice = ? AND provider = ? AND id = ? AND state = 'held'",
		s.pg.Table(contentTable), k.Practice, k.Provider, k.ID).Scan(ctx, &sealed)
	if err != nil {
		return "", pgstore.Wrap("smspg: content", pgstore.Missing(err, sms.ErrNotFound))
	}
	var body string
	if err := s.vault().open(ctx, contentKind(k.Provider), sms.Key{Practice: k.Practice, ID: k.ID}, sealed, &body); err != nil {
		return "", fmt.Errorf("smspg: content: message %q to practice %q: %w", k.ID, k.Practice, err)
	}
	return body, nil
}

// Task implements sms.Store.
func (s *Store) Task(ctx context.Context, k sms.Key) (sms.Task, error) {
	if !input.Keepable(k.Practice) || !input.Keepable(k.ID) {
		return sms.Task{}, sms.ErrNotFound
	}
	if id, derived := input.TextOf(k.ID); derived {
		return s.textTask(ctx, k, id)
	}
	var r taskRow
	err := s.pg.Raw("SELECT practice, id, number, kind, opened, due, sealed, finished, outcome FROM ? WHERE practice = ? AND id = ?",
		s.pg.Table(taskTable), k.Practice, k.ID).Scan(ctx, &r)
	if err != nil {
		return sms.Task{}, pgstore.Wrap("smspg: task", pgstore.Missing(err, sms.ErrNotFound))
	}
	t, err := s.vault().task(ctx, r)
	if err != nil {
		return sms.Task{}, fmt.Errorf("smspg: task: %w", err)
	}
	return t, nil
}

// textTask returns the task that follows from a text.
func (s *Store) textTask(ctx context.Context, k sms.Key, id string) (sms.Task, error) {
	text, err := s.Text(ctx, sms.Key{Practice: k.Practice, ID: id})
	if err != nil {
		return sms.Task{}, err
	}
	t, ok := text.Task()
	if !ok {
		return sms.Task{}, sms.ErrNotFound
	}
	var r taskRow
	err = s.pg.Raw("SELECT finished, outcome FROM ? WHERE practice = ? AND id = ? AND opened = ?",
		s.pg.Table(textTaskTable), k.Practice, id, t.Opened).Scan(ctx, &r)
	if errors.Is(err, sql.ErrNoRows) {
		return t, nil
	}
	if err != nil {
		return sms.Task{}, pgstore.Wrap("smspg: task", err)
	}
	t.Finished, t.Outcome = r.Finished.UTC(), sms.Outcome(r.Outcome)
	return t, nil
}

// Tasks implements sms.Store.
func (s *Store) Tasks(ctx context.Context, q sms.TaskQuery) (sms.TaskPage, error) {
	limit, after, err := input.TaskQuery(q)
	if err != nil {
		return sms.TaskPage{}, err
	}
	rows, err := s.due(ctx, q, after, limit+1)
	if err != nil {
		return sms.TaskPage{}, pgstore.Wrap("smspg: tasks", err)
	}
	var page sms.TaskPage
	if len(rows) > limit {
		rows = rows[:limit]
		page.Next = input.DuePlace{Due: rows[limit-1].Due, ID: rows[limit-1].ID}.Next()
	}
	page.Tasks, err = s.opened(ctx, q, rows)
	return page, pgstore.Wrap("smspg: tasks", err)
}

// due finds open tasks, and texts that may be one, first by when they are due.
func (s *Store) due(ctx context.Context, q sms.TaskQuery, after *input.DuePlace, limit int) ([]taskRow, error) {
	stored, derived := query("k.practice = ? AND k.finished IS NULL", q.Practice), query("q.practice = ? AND "+person, q.Practice)
	if q.Number != "" {
		number, err := s.vault().number(ctx, q.Practice, q.Number)
		if err != nil {
			return nil, err
		}
		stored, derived = query("? AND k.number = ?", stored, number), query("? AND t.number = ?", derived, number)
	}
	where := query("(? IN ('', kind))", string(q.Kind))
	if !q.Due.IsZero() {
		where = query("? AND due <= ?", where, input.Instant(q.Due))
	}
	if after != nil {
		where = query("? AND (due, id) > (?, ?)", where, after.Due, after.ID)
	}
	var rows []taskRow
	err := s.pg.Raw(`SELECT * FROM (
			SELECT k.practice, k.id, k.number, k.kind, k.opened, k.due, k.sealed, '' AS text FROM ? AS k WHERE ?
			UNION ALL
			SELECT q.practice, ? || q.id, NULL, CASE WHEN q.state = 'review' THEN ? WHEN q.state = 'failed' THEN ? WHEN q.class = 'expired' THEN ? ELSE ? END,
				`+opened+`, t.last_useful, NULL, q.id
			FROM ? AS q JOIN ? AS t USING (practice, id) WHERE ? AND NOT EXISTS (
				SELECT 1 FROM ? AS e WHERE e.practice = q.practice AND e.id = q.id AND e.opened = `+opened+`
			)
		) AS task WHERE ? ORDER BY due, id LIMIT ?`,
		s.pg.Table(taskTable), stored, input.TextTask, string(sms.TaskReview), string(sms.TaskFailed), string(sms.TaskStale), string(sms.TaskUnready),
		s.pg.Table(queueTable), s.pg.Table(textTable), derived, s.pg.Table(textTaskTable), where, limit).Scan(ctx, &rows)
	return rows, err
}

// opened opens what was found. A text that turns out to need nobody is left out.
func (s *Store) opened(ctx context.Context, q sms.TaskQuery, rows []taskRow) ([]sms.Task, error) {
	var ids []string
	for _, r := range rows {
		if r.Text != "" {
			ids = append(ids, r.Text)
		}
	}
	texts := map[string]sms.Task{}
	if len(ids) > 0 {
		found, err := s.read(ctx, query("t.practice = ? AND t.id IN (?)", q.Practice, bun.List(ids)), len(ids))
		if err != nil {
			return nil, err
		}
		for _, t := range found {
			if task, ok := t.Task(); ok {
				texts[t.ID] = task
			}
		}
	}
	var tasks []sms.Task
	for _, r := range rows {
		t, ok := texts[r.Text]
		if r.Text == "" {
			var err error
			if t, err = s.vault().task(ctx, r); err != nil {
				return nil, err
			}
			ok = true
		}
		if ok {
			tasks = append(tasks, t)
		}
	}
	return tasks, nil
}
