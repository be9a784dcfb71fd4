package smspg

import (
	"context"
	"time"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/schema"

	"github.com/enamel-go/enamel/internal/pgstore"
	"github.com/enamel-go/enamel/sms"
)

// query is a piece of a statement with its values.
func query(text string, args ...any) schema.QueryWithArgs { return bun.SafeQuery(text, args...) }

// list is the rows of a VALUES, separated by commas.
type list []schema.QueryWithArgs

func (l *list) add(text string, args ...any) { *l = append(*l, query(text, args...)) }

// AppendQuery implements schema.QueryAppender.
func (l list) AppendQuery(gen schema.QueryGen, b []byte) ([]byte, error) {
	for i, q := range l {
		if i > 0 {
			b = append(b, ", "...)
		}
		var err error
		if b, err = q.AppendQuery(gen, b); err != nil {
			return nil, err
		}
	}
	return b, nil
}

// decided is the decisions of a statement.
type decided struct{ *pgstore.Unnest }

func noneDecided() decided { return decided{pgstore.NewUnnest("text", "text", "bytea")} }

// add adds the decision on a text, unless it has no verdict.
func (l decided) add(ctx context.Context, v vault, k sms.Key, d sms.Decision) error {
	if d.Verdict == "" {
		return nil
	}
	sealed, err := v.sealDecision(ctx, k, d)
	if err == nil {
		l.Add(k.Practice, k.ID, sealed)
	}
	return err
}

// keep lets a statement keep the decisions on those texts that its CTE called fact returns.
func (l decided) keep(h pgstore.Handle, with schema.QueryWithArgs) schema.QueryWithArgs {
	if l.Len() == 0 {
		return with
	}
	return query(`?, decided AS (
		INSERT INTO ? (practice, id, sealed) SELECT v.* FROM ? AS v (practice, id, sealed)
		JOIN fact AS f ON f.practice = v.practice AND f.id = v.id
	)`, with, h.Table(decisionTable), l.Unnest)
}

// patience is until when the answer to a STOP waits for texts that are unsettled; NULL for every other text.
func patience(t sms.Text) schema.QueryAppender {
	if t.Kind != sms.StopAnswer {
		return bun.NullZero(time.Time{})
	}
	return bun.NullZero(t.Created.Add(sms.Patience))
}

// statuses are those that a provider tells.
var statuses = [...]sms.Status{sms.StatusAccepted, sms.StatusSent, sms.StatusUndelivered, sms.StatusFailed, sms.StatusDelivered}

// lower returns the statuses that a receipt of status s takes a text on from.
func lower(s sms.Status) bun.ListValues {
	var below []string
	for _, o := range append(statuses[:], "") {
		if o.Rank() < s.Rank() {
			below = append(below, string(o))
		}
	}
	return bun.List(below)
}

// interval is a duration, at microseconds.
func interval(d time.Duration) schema.QueryWithArgs {
	return query("interval '1 microsecond' * ?", d.Microseconds())
}
