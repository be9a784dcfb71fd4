package pgentry

import (
	"time"

	"github.com/uptrace/bun"

	"github.com/enamel-go/enamel/audit"
)

// Table is the table of entries.
const Table = "audit_entry"

// Row is a leaf as a row of [Table]. The columns xid and seq are Postgres's own.
type Row struct {
	bun.BaseModel `bun:"table:audit_entry,alias:t"`

	Practice  string    `bun:"practice"`
	ID        string    `bun:"id"`
	At        time.Time `bun:"at"`
	ActorKind string    `bun:"actor_kind"`
	Actor     string    `bun:"actor"`
	Action    string    `bun:"action"`
	Outcome   string    `bun:"outcome"`
	Term      string    `bun:"term"`
	Tag       []byte    `bun:"tag"`
	Bytes     []byte    `bun:"bytes"`
	MAC       []byte    `bun:"mac"`
}

func rowOf(f audit.Leaf) Row {
	r := Row{
		Practice: f.Practice, ID: f.ID, At: f.At, ActorKind: string(f.Actor.Kind), Actor: f.Actor.ID,
		Action: f.Action, Outcome: string(f.Outcome), Term: string(f.Term), Tag: f.Tag, Bytes: f.Bytes, MAC: f.MAC,
	}
	if len(r.Tag) == 0 {
		r.Tag = nil
	}
	return r
}

// values returns what the columns that are written hold, in the order of entryColumns.
func (r Row) values() []any {
	return []any{r.Practice, r.ID, r.At, r.ActorKind, r.Actor, r.Action, r.Outcome, r.Term, r.Tag, r.Bytes, r.MAC}
}

// Leaf returns the leaf that the row is.
func (r Row) Leaf() audit.Leaf {
	return audit.Leaf{
		Practice: r.Practice, ID: r.ID, At: r.At.UTC(),
		Actor:  audit.Actor{Kind: audit.ActorKind(r.ActorKind), ID: r.Actor},
		Action: r.Action, Outcome: audit.Outcome(r.Outcome), Term: audit.Term(r.Term), Tag: r.Tag, Bytes: r.Bytes, MAC: r.MAC,
	}
}
