package smspg

import (
	"context"

	"github.com/enamel-go/enamel/internal/pgstore"
	"github.com/enamel-go/enamel/sms"
	"github.com/enamel-go/enamel/sms/internal/input"
)

const allowanceTable = "sms_allowance"

// take is one statement, so that whoever takes from a key waits for who came first. What an older allowance is asked for is
// nothing.
const take = `INSERT INTO ?0 AS a (key, begun, used, got) VALUES (?1, ?2, least(?3, ?4), least(?3, ?4))
ON CONFLICT (key) DO UPDATE SET begun = greatest(a.begun, excluded.begun),
	used = CASE WHEN a.begun < excluded.begun THEN excluded.used
		WHEN a.begun = excluded.begun THEN a.used + greatest(0, least(?3, ?4 - a.used)) ELSE a.used END,
	got = CASE WHEN a.begun < excluded.begun THEN excluded.got
		WHEN a.begun = excluded.begun THEN greatest(0, least(?3, ?4 - a.used)) ELSE 0 END
RETURNING got`

// Take implements sms.Queue.
func (q *Queue) Take(ctx context.Context, a sms.Allowance, want int) (int, error) {
	a, err := input.Allowance(a, want)
	if err != nil {
		return 0, err
	}
	var got int
	err = q.pg.Raw(take, q.pg.Table(allowanceTable), a.Key, a.From, want, a.Count).Scan(ctx, &got)
	return got, pgstore.Wrap("smspg: take", err)
}
