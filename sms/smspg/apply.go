package smspg

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/schema"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/internal/pgentry"
	"github.com/enamel-go/enamel/internal/pgstore"
	"github.com/enamel-go/enamel/sms"
	"github.com/enamel-go/enamel/sms/internal/input"
)

var (
	// errMade undoes a change that was made before or no longer applies.
	errMade = errors.New("the change was made before or no longer applies")
	// errMoved undoes a stop that met other texts than those its decisions were sealed for.
	errMoved = errors.New("the queued texts have changed")
)

// part is one statement of a change.
type part struct {
	with   schema.QueryWithArgs // ends with a CTE called fact, whose rows say whether the part applied
	rows   int                  // how many it then has
	missed error                // what is wrong when it has another number
}

// Apply implements sms.Store. A change of one part, with no more than one text or task, is one statement in which the entries
// hang on the fact. Larger changes are a transaction, or a savepoint of the caller's.
func (s *Store) Apply(ctx context.Context, c sms.Change) (bool, error) {
	c, err := input.Change(c)
	if err != nil {
		return false, err
	}
	for {
		err := s.apply(ctx, c)
		if err == nil && s.wake != "" && (len(c.Texts) > 0 || c.Requeue != nil) {
			_, failed := s.pg.Exec(ctx, "SELECT pg_notify(?, '')", s.wake)
			if s.pg.Tx() != nil { // on the pool the change is committed, and a caller told otherwise would make it twice
				err = failed
			}
		}
		switch {
		case errors.Is(err, errMoved):
			// A text to the number was queued or claimed meanwhile: the stop looks at them again.
		case errors.Is(err, errMade):
			return false, nil
		case errors.Is(err, sms.ErrInvalid):
			return false, err
		default:
			return err == nil, pgstore.Wrap("smspg: apply", err)
		}
	}
}

func (s *Store) apply(ctx context.Context, c sms.Change) error {
	parts, err := s.parts(ctx, c)
	if err != nil {
		return err
	}
	if len(parts) == 1 && len(c.Texts) <= 1 && len(c.Tasks) <= 1 && c.Stop == nil {
		return parts[0].run(ctx, s.pg, c.Leaves)
	}
	return s.pg.Atomic(ctx, func(h pgstore.Handle) error {
		for _, p := range parts {
			if err := p.run(ctx, h, nil); err != nil {
				return err
			}
		}
		if len(c.Leaves) == 0 {
			return nil
		}
		_, err := pgentry.Append(ctx, h, c.Leaves, "")
		return err
	})
}

// run makes one part, with the entries that hang on it.
func (p part) run(ctx context.Context, h pgstore.Handle, leaves []audit.Leaf) error {
	n, err := conclude(ctx, h, p.with, leaves)
	if err == nil && n != p.rows {
		return p.missed
	}
	return err
}

// conclude runs a statement, hangs entries on its CTE called fact, and returns how many rows that has.
func conclude(ctx context.Context, h pgstore.Handle, with schema.QueryWithArgs, leaves []audit.Leaf) (n int, err error) {
	q := h.Raw("? SELECT count(*) FROM fact", with)
	if len(leaves) > 0 {
		q = h.Raw("?, entry AS (?) SELECT count(*) FROM fact", with, pgentry.After(h, "fact", leaves))
	}
	return n, q.Scan(ctx, &n)
}

// parts seals what is secret and builds a change's statements. What is about texts and messages that are there comes before
// those that are new; the sender comes last, for the change may turn out to be made before.
func (s *Store) parts(ctx context.Context, c sms.Change) ([]part, error) {
	var parts []part
	add := func(p part, err error) error {
		parts = append(parts, p)
		return err
	}
	var errs []error
	if c.Cancel != nil {
		errs = append(errs, add(s.cancel(ctx, *c.Cancel)))
	}
	if c.Receipt != nil {
		errs = append(errs, add(s.receipt(*c.Receipt), nil))
	}
	if c.Resolve != nil {
		errs = append(errs, add(s.resolve(*c.Resolve), nil))
	}
	if c.Requeue != nil {
		errs = append(errs, add(s.requeue(*c.Requeue), nil))
	}
	if c.Dispose != nil {
		errs = append(errs, add(s.dispose(*c.Dispose), nil))
	}
	if c.Stop != nil {
		errs = append(errs, add(s.stop(ctx, *c.Stop, c.Cancel)))
	}
	if len(c.Texts) > 0 {
		errs = append(errs, add(s.texts(ctx, c.Texts)))
	}
	if c.Received != nil {
		errs = append(errs, add(s.received(ctx, *c.Received)))
	}
	if c.Received != nil && c.Received.Flag != sms.Unflagged {
		errs = append(errs, add(s.content(ctx, *c.Received)))
	}
	if c.Finish != nil {
		errs = append(errs, add(s.finish(ctx, *c.Finish)))
	}
	if len(c.Tasks) > 0 {
		errs = append(errs, add(s.tasks(ctx, c.Tasks)))
	}
	if c.Sender != nil {
		errs = append(errs, add(s.sender(*c.Sender), nil))
	}
	return parts, errors.Join(errs...)
}

// texts queues texts. The id of one may be taken, by an earlier text or by another of the same change.
func (s *Store) texts(ctx context.Context, texts []sms.Text) (part, error) {
	var payload, state list
	taken := map[sms.Key]bool{}
	for _, t := range texts {
		if taken[t.Key()] {
			return part{}, errMade
		}
		taken[t.Key()] = true
		number, err := s.vault().number(ctx, t.Practice, t.To)
		if err != nil {
			return part{}, err
		}
		sealed, err := s.vault().sealText(ctx, t)
		if err != nil {
			return part{}, err
		}
		payload.add("(?, ?, ?::bytea, ?, ?, ?, ?, ?, ?, ?::bytea)", t.Practice, t.ID, number, string(t.Kind),
			string(t.Category), t.Provider, t.Created, t.NotBefore, t.LastUseful, sealed)
		state.add("(?, ?, ?::bytea, ?, ?::timestamptz, ?, ?::timestamptz)", t.Practice, t.ID, number, t.Priority(),
			patience(t), string(sms.Queued), t.NotBefore)
	}
	return part{
		with: query(`WITH fact AS (
			INSERT INTO ? (practice, id, number, kind, category, provider, created, not_before, last_useful, sealed)
			VALUES ? ON CONFLICT DO NOTHING RETURNING practice, id
		), queued AS (
			INSERT INTO ? (practice, id, number, priority, patience, state, due)
			SELECT v.* FROM (VALUES ?) AS v (practice, id, number, priority, patience, state, due)
			JOIN fact AS f ON f.practice = v.practice AND f.id = v.id
		)`, s.pg.Table(textTable), payload, s.pg.Table(queueTable), state),
		rows: len(texts), missed: errMade,
	}, nil
}

// received keeps a message that came in.
func (s *Store) received(ctx context.Context, r sms.Received) (part, error) {
	number, err := s.vault().number(ctx, r.Practice, r.From)
	if err != nil {
		return part{}, err
	}
	sealed, err := s.vault().sealMessage(ctx, r)
	return part{
		with: query(`WITH fact AS (
			INSERT INTO ? (practice, provider, id, number, at, word, sealed) VALUES (?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT DO NOTHING RETURNING 1
		)`, s.pg.Table(receivedTable), r.Practice, r.Provider, r.ID, number, r.At, r.Word, sealed),
		rows: 1, missed: errMade,
	}, err
}

// stop refuses the queued texts to a number. Which they are is read before any of their rows is locked, because each
// gets a decision sealed for it alone, and sealing may wait for a key. Those alone are refused: one that comes into the queue
// meanwhile has its own check before it. A text that the same change cancels is left out.
func (s *Store) stop(ctx context.Context, v sms.Stop, c *sms.Cancel) (part, error) {
	number, err := s.vault().number(ctx, v.Practice, v.Number)
	if err != nil {
		return part{}, err
	}
	queued := query("t.practice = ? AND t.number = ? AND q.practice = t.practice AND q.id = t.id AND q.state = ? AND q.priority > 0",
		v.Practice, number, string(sms.Queued))
	var ids []string
	err = s.pg.Raw("SELECT q.id FROM ? AS q, ? AS t WHERE ?", s.pg.Table(queueTable), s.pg.Table(textTable), queued).Scan(ctx, &ids)
	if err != nil {
		return part{}, err
	}
	if c != nil && c.Key.Practice == v.Practice {
		ids = slices.DeleteFunc(ids, func(id string) bool { return id == c.Key.ID })
	}
	with := query("WITH fact AS (UPDATE ? AS q SET state = ? FROM ? AS t WHERE ? AND q.id IN (?) RETURNING q.practice, q.id)",
		s.pg.Table(queueTable), string(sms.Refused), s.pg.Table(textTable), queued, bun.List(ids))
	decided := noneDecided()
	for _, id := range ids {
		if err := decided.add(ctx, s.vault(), sms.Key{Practice: v.Practice, ID: id}, v.Decision); err != nil {
			return part{}, err
		}
	}
	return part{with: decided.keep(s.pg, with), rows: len(ids), missed: errMoved}, nil
}

// cancel takes a queued text back.
func (s *Store) cancel(ctx context.Context, v sms.Cancel) (part, error) {
	decided := noneDecided()
	err := decided.add(ctx, s.vault(), v.Key, v.Decision)
	return part{
		with: decided.keep(s.pg, s.move(v.Key, sms.Queued, sms.Cancelled)),
		rows: 1, missed: errMade,
	}, err
}

// resolve settles a text in review.
func (s *Store) resolve(v sms.Resolve) part {
	return part{with: s.move(v.Key, sms.Review, v.State), rows: 1, missed: errMade}
}

// requeue puts a text back that certainly failed or was refused.
func (s *Store) requeue(v sms.Requeue) part {
	return part{
		with: query(`WITH fact AS (UPDATE ? SET state = 'queued', due = ?, code = '', class = ''
			WHERE practice = ? AND id = ? AND (state = 'refused' OR state = 'failed' AND class <> ?) RETURNING practice, id)`,
			s.pg.Table(queueTable), v.Due, v.Key.Practice, v.Key.ID, string(sms.Unknown)),
		rows: 1, missed: errMade,
	}
}

func (s *Store) move(k sms.Key, from, to sms.State) schema.QueryWithArgs {
	return query("WITH fact AS (UPDATE ? SET state = ? WHERE practice = ? AND id = ? AND state = ? RETURNING practice, id)",
		s.pg.Table(queueTable), string(to), k.Practice, k.ID, string(from))
}

// receipt keeps the first id, the status of the highest rank, and the first code with its class that a receipt tells.
func (s *Store) receipt(r sms.Delivered) part {
	seen := query("true")
	if r.Seen != nil {
		seen = query("state = ? AND delivery = ?", string(r.Seen.State), string(r.Seen.Delivery))
	}
	return part{
		with: query(`WITH fact AS (
			UPDATE ?0 SET
				provider_id = CASE provider_id WHEN '' THEN ?1 ELSE provider_id END,
				delivery = CASE WHEN delivery IN (?3) THEN ?2 ELSE delivery END,
				code = CASE WHEN delivery = '' AND delivery IN (?3) AND state <> 'failed' OR code || class = '' THEN ?4 ELSE code END,
				class = CASE WHEN delivery = '' AND delivery IN (?3) AND state <> 'failed' OR code || class = '' THEN ?5 ELSE class END
			WHERE practice = ?6 AND id = ?7 AND ?8 AND (delivery IN (?3)
				OR provider_id = '' AND ?1 <> '' OR code = '' AND class = '' AND (?4 <> '' OR ?5 <> ''))
			RETURNING 1
		)`, s.pg.Table(queueTable), r.ProviderID, string(r.Status), lower(r.Status), r.Code, string(r.Class),
			r.Key.Practice, r.Key.ID, seen),
		rows: 1, missed: errMade,
	}
}

// sender adds a number, or replaces what is known of it. Another practice's number stays that practice's, or nobody
// could tell whom a text to it is meant for.
func (s *Store) sender(o sms.Sender) part {
	return part{
		with: query(`WITH fact AS (
			INSERT INTO ? AS o (number, practice, provider, name, contact, frequency, frequency_es, frequency_fr, zone, answers_stop, answers_help, answers_start)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (number) DO UPDATE SET provider = excluded.provider, name = excluded.name,
				contact = excluded.contact, frequency = excluded.frequency, frequency_es = excluded.frequency_es,
				frequency_fr = excluded.frequency_fr, zone = excluded.zone, answers_stop = excluded.answers_stop,
				answers_help = excluded.answers_help, answers_start = excluded.answers_start
			WHERE o.practice = excluded.practice RETURNING 1
		)`, s.pg.Table(senderTable), o.Number, o.Practice, o.Provider, o.Name, o.Contact, o.Frequency, o.FrequencySpanish, o.FrequencyFrench, o.Zone,
			string(o.Answering.Stop), string(o.Answering.Help), string(o.Answering.Start)),
		rows: 1, missed: fmt.Errorf("%w: another practice texts from this number", sms.ErrInvalid),
	}
}
