package smspg

import (
	"cmp"
	"context"
	"errors"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/schema"

	"github.com/enamel-go/enamel/crypto"
	"github.com/enamel-go/enamel/internal/page"
	"github.com/enamel-go/enamel/internal/pgentry"
	"github.com/enamel-go/enamel/internal/pgstore"
	"github.com/enamel-go/enamel/sms/broadcast"
)

const (
	broadcastTable     = "sms_broadcast"
	broadcastFactTable = "sms_broadcast_fact"
	recipientTable     = "sms_recipient"
)

// Broadcasts implements [broadcast.Store] and [broadcast.Queue], whose one call crosses practices. It is a cheap value that
// may be used concurrently, except inside a transaction.
type Broadcasts struct {
	pg   pgstore.Handle
	keys *crypto.Keyring
}

// NewBroadcasts returns a store on db's pool, over the tables of [Migrate]; o may be nil. Keys seal and index what is secret;
// they need a connection pool of their own where callers open transactions.
func NewBroadcasts(db *bun.DB, keys *crypto.Keyring, o *Options) *Broadcasts {
	return &Broadcasts{pg: pgstore.New(db, o.schema()), keys: keys}
}

// WithTx returns a store that works inside the caller's transaction: a bun.Tx, or any *sql.Tx.
func (s *Broadcasts) WithTx(tx bun.IConn) *Broadcasts {
	return &Broadcasts{pg: s.pg.WithTx(tx), keys: s.keys}
}

// Apply implements [broadcast.Store].
func (s *Broadcasts) Apply(ctx context.Context, c broadcast.Change) (bool, error) {
	if err := c.Validate(); err != nil {
		return false, err
	}
	sealed, err := s.sealFact(ctx, c.Fact)
	if err != nil {
		return false, pgstore.Wrap("smspg: apply", err)
	}
	recipients, err := s.recipients(ctx, c.Fact.Key(), c.Recipients)
	if err != nil {
		return false, pgstore.Wrap("smspg: apply", err)
	}
	err = s.pg.Atomic(ctx, func(h pgstore.Handle) error {
		if err := s.write(ctx, h, c, sealed); err != nil {
			return err
		}
		if len(c.Instead) > 0 {
			n, err := h.Exec(ctx, "DELETE FROM ? WHERE practice = ? AND broadcast = ? AND place IN (?) AND stage = ?",
				h.Table(recipientTable), c.Fact.Practice, c.Fact.Broadcast, bun.List(c.Instead), string(broadcast.Waiting))
			if err != nil || n != int64(len(c.Instead)) {
				return cmp.Or(err, error(broadcast.ErrStale))
			}
		}
		if len(c.Recipients) > 0 {
			if _, err := h.Exec(ctx, "?", recipients); err != nil {
				return err
			}
		}
		_, err := pgentry.Append(ctx, h, c.Leaves, "")
		return err
	})
	if errors.Is(err, errMade) {
		return false, nil
	}
	return err == nil, pgstore.Wrap("smspg: apply", err)
}

// write adds the fact, and counts it: errMade where its id is taken, broadcast.ErrStale where the ledger has another length.
func (s *Broadcasts) write(ctx context.Context, h pgstore.Handle, c broadcast.Change, sealed []byte) error {
	f := c.Fact
	n, err := h.Exec(ctx, `INSERT INTO ? (practice, id, broadcast, kind, recorded, sealed) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT DO NOTHING`, h.Table(broadcastFactTable), f.Practice, f.ID, f.Broadcast, string(f.Kind), f.Recorded, sealed)
	if err != nil || n == 0 {
		return cmp.Or(err, errMade)
	}
	if c.Seen == 0 {
		n, err = h.Exec(ctx, "INSERT INTO ? (practice, id, facts, works) VALUES (?, ?, 1, ?) ON CONFLICT DO NOTHING",
			h.Table(broadcastTable), f.Practice, f.Broadcast, f.Kind.Works())
	} else {
		n, err = h.Exec(ctx, "UPDATE ? SET facts = facts + 1, works = ? WHERE practice = ? AND id = ? AND facts = ?",
			h.Table(broadcastTable), f.Kind.Works(), f.Practice, f.Broadcast, c.Seen)
	}
	if err != nil || n == 0 {
		return cmp.Or(err, error(broadcast.ErrStale))
	}
	return nil
}

// recipients is the statement that adds recipients. Postgres numbers the rows of a VALUES in their order.
func (s *Broadcasts) recipients(ctx context.Context, k broadcast.Key, recipients []broadcast.Recipient) (schema.QueryWithArgs, error) {
	var rows list
	for _, r := range recipients {
		number, err := s.keys.Index(ctx, k.Practice, numberIndex, r.Number)
		if err != nil {
			return schema.QueryWithArgs{}, err
		}
		var patient []byte
		if r.Patient != "" {
			if patient, err = s.keys.Index(ctx, k.Practice, recipientIndex, r.Patient); err != nil {
				return schema.QueryWithArgs{}, err
			}
		}
		sealed, err := s.sealRecipient(ctx, k, number, r)
		if err != nil {
			return schema.QueryWithArgs{}, err
		}
		rows.add("(?, ?, ?::bytea, ?::bytea, ?, ?, ?, ?, ?::bytea)", k.Practice, k.Broadcast, number, patient, r.Shared,
			string(r.Stage), r.Turn, r.Reason, sealed)
	}
	return query(`INSERT INTO ?0 AS r (practice, broadcast, number, patient, shared, stage, turn, reason, sealed) VALUES ?1
		ON CONFLICT (practice, broadcast, number) DO UPDATE SET shared = true,
			stage = CASE r.stage WHEN ?2 THEN ?3 ELSE r.stage END, turn = r.turn + (r.stage = ?2)::int,
			reason = CASE r.stage WHEN ?2 THEN '' ELSE r.reason END
		WHERE NOT r.shared AND (excluded.shared OR r.patient IS DISTINCT FROM excluded.patient)`,
		s.pg.Table(recipientTable), rows, string(broadcast.Refused), string(broadcast.Waiting)), nil
}

// Ledger implements [broadcast.Store].
func (s *Broadcasts) Ledger(ctx context.Context, k broadcast.Key) ([]broadcast.Fact, error) {
	var rows []broadcastRow
	err := s.pg.Raw("SELECT "+broadcastColumns+" FROM ? WHERE practice = ? AND broadcast = ? ORDER BY seq",
		s.pg.Table(broadcastFactTable), k.Practice, k.Broadcast).Scan(ctx, &rows)
	if err != nil {
		return nil, pgstore.Wrap("smspg: ledger", err)
	}
	facts, err := s.openFacts(ctx, k.Practice, rows)
	return facts, pgstore.Wrap("smspg: ledger", err)
}

// Facts implements [broadcast.Store].
func (s *Broadcasts) Facts(ctx context.Context, q broadcast.Query) (broadcast.Page, error) {
	if err := q.Validate(); err != nil {
		return broadcast.Page{}, err
	}
	table := s.pg.Table(broadcastFactTable)
	var after int64
	if q.After != "" {
		err := s.pg.Raw("SELECT seq FROM ? WHERE practice = ? AND id = ?", table, q.Practice, q.After).Scan(ctx, &after)
		if err != nil {
			return broadcast.Page{}, pgstore.Wrap("smspg: facts", pgstore.Missing(err, broadcast.ErrAfter))
		}
	}
	var rows []broadcastRow
	err := s.pg.Raw("SELECT "+broadcastColumns+" FROM ? WHERE practice = ? AND kind = ? AND seq > ? ORDER BY seq LIMIT ?",
		table, q.Practice, string(q.Kind), after, q.Size()+1).Scan(ctx, &rows)
	if err != nil {
		return broadcast.Page{}, pgstore.Wrap("smspg: facts", err)
	}
	var p broadcast.Page
	rows, p.Next = page.Cut(rows, q.Size(), func(r broadcastRow) string { return r.ID })
	p.Facts, err = s.openFacts(ctx, q.Practice, rows)
	return p, pgstore.Wrap("smspg: facts", err)
}

// Recipients implements [broadcast.Store].
func (s *Broadcasts) Recipients(ctx context.Context, k broadcast.Key, stage broadcast.Stage, after int64, limit int) ([]broadcast.Recipient, error) {
	var rows []recipientRow
	err := s.pg.Raw(`SELECT place, number, patient, shared, stage, turn, reason, sealed FROM ?
		WHERE practice = ? AND broadcast = ? AND stage = ? AND place > ? ORDER BY place LIMIT ?`,
		s.pg.Table(recipientTable), k.Practice, k.Broadcast, string(stage), after, limit).Scan(ctx, &rows)
	if err != nil {
		return nil, pgstore.Wrap("smspg: recipients", err)
	}
	var recipients []broadcast.Recipient
	for _, row := range rows {
		r, err := s.openRecipient(ctx, k, row)
		if err != nil {
			return nil, pgstore.Wrap("smspg: recipients", err)
		}
		recipients = append(recipients, r)
	}
	return recipients, nil
}

// Move implements [broadcast.Store].
func (s *Broadcasts) Move(ctx context.Context, k broadcast.Key, moves ...broadcast.Move) ([]bool, error) {
	if err := broadcast.ValidMoves(moves); err != nil {
		return nil, err
	}
	done := make([]bool, len(moves))
	if len(moves) == 0 {
		return done, ctx.Err()
	}
	asked := pgstore.NewUnnest("int", "bigint", "int", "text", "text", "int", "text")
	for i, m := range moves {
		again := 0
		if m.Again {
			again = 1
		}
		asked.Add(i, m.Place, m.Turn, string(m.From), string(m.To), again, m.Reason)
	}
	var moved []int
	err := s.pg.Raw(`UPDATE ? AS r SET stage = m."to", turn = r.turn + m.again, reason = m.reason
		FROM ? AS m (i, place, turn, "from", "to", again, reason)
		WHERE r.practice = ? AND r.broadcast = ? AND r.place = m.place AND r.turn = m.turn AND r.stage = m."from" RETURNING m.i`,
		s.pg.Table(recipientTable), asked, k.Practice, k.Broadcast).Scan(ctx, &moved)
	for _, i := range moved {
		done[i] = true
	}
	return done, pgstore.Wrap("smspg: move", err)
}

// Tally implements [broadcast.Store].
func (s *Broadcasts) Tally(ctx context.Context, k broadcast.Key) (broadcast.Tally, error) {
	var rows []struct {
		Stage  string `bun:"stage"`
		Reason string `bun:"reason"`
		Count  int    `bun:"count"`
	}
	err := s.pg.Raw("SELECT stage, reason, count(*) AS count FROM ? WHERE practice = ? AND broadcast = ? GROUP BY stage, reason",
		s.pg.Table(recipientTable), k.Practice, k.Broadcast).Scan(ctx, &rows)
	tally := broadcast.Tally{}
	for _, r := range rows {
		stage := broadcast.Stage(r.Stage)
		if tally[stage] == nil {
			tally[stage] = map[string]int{}
		}
		tally[stage][r.Reason] = r.Count
	}
	return tally, pgstore.Wrap("smspg: tally", err)
}

// Open implements [broadcast.Queue].
func (s *Broadcasts) Open(ctx context.Context, after broadcast.Key, limit int) ([]broadcast.Key, error) {
	var rows []struct {
		Practice string `bun:"practice"`
		ID       string `bun:"id"`
	}
	err := s.pg.Raw(`SELECT practice, id FROM ?0 WHERE works AND (practice, id) > (?2, ?3)
		UNION SELECT practice, broadcast FROM ?1 WHERE stage = 'review' AND (practice, broadcast) > (?2, ?3)
		ORDER BY practice, id LIMIT ?4`,
		s.pg.Table(broadcastTable), s.pg.Table(recipientTable), after.Practice, after.Broadcast, limit).Scan(ctx, &rows)
	var open []broadcast.Key
	for _, r := range rows {
		open = append(open, broadcast.Key{Practice: r.Practice, Broadcast: r.ID})
	}
	return open, pgstore.Wrap("smspg: open", err)
}
