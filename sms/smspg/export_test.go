package smspg

import "github.com/uptrace/bun"

// Within lets a test hold a claim or a settlement open, to see what others do meanwhile.
func (q *Queue) Within(tx bun.IConn) *Queue {
	return &Queue{pg: q.pg.WithTx(tx), keys: q.keys}
}
