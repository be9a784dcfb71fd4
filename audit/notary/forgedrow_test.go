package notary_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/uptrace/bun"

	"github.com/enamel-go/enamel/audit/notary"
)

// A row that somebody wrote without any key is refused by its name, whatever its columns hold, and keeps nobody else's waiting.
func TestForgedRowStopsNobody(t *testing.T) {
	const columns = "practice, id, at, actor_kind, actor, action, outcome, term, tag, bytes, mac"
	x := newDamaged(t)
	for name, values := range map[string]string{
		"a blank practice":    `' ', id, at`,
		"no practice":         `'', id, at`,
		"a practice's name":   `'` + strings.Repeat("x", 65) + `', id, at`,
		"a line feed":         `E'elm\nstreet', id, at`,
		"a time that is none": `practice, 'e-99999', 'infinity'`,
		"a time before all":   `practice, 'e-99998', '-infinity'`,
	} {
		t.Run(name, func(t *testing.T) {
			x.damage(t, `INSERT INTO {s}.audit_entry (`+columns+`) SELECT `+values+`, actor_kind, actor, action, outcome, term, tag,
				bytes, mac FROM {s}.audit_entry WHERE practice = 'elm-street' AND id = 'e-00002'`)
			x.record(t, elm, 1)
			done, err := x.notary.Step(t.Context())
			var refused *notary.RefusedError
			require.ErrorAs(t, err, &refused)
			require.Len(t, refused.Damage, 1)
			require.Equal(t, 1, done)
		})
	}
}

// A row whose transaction is said to be still to come waits for no batch: it is damage, also before the next one.
func TestARowOfNoTransaction(t *testing.T) {
	x := newDamaged(t)
	x.record(t, elm, 1)
	require.Empty(t, x.verify(t, elm, x.kept[1]).Damage)
	x.damage(t, `UPDATE {s}.audit_entry SET xid = xid + 1000000000000 WHERE id = 'e-00030'`)
	require.Equal(t, []string{"back-dated -1 e-00030"}, found(x.verify(t, elm, x.kept[1])))
	x.record(t, elm, 3)
	x.step(t, 3)
	require.Equal(t, []string{"back-dated -1 e-00030"}, found(x.verify(t, elm, x.kept[1])))
}

// A row that claims an open transaction's number waits for that transaction, and is integrated once.
func TestARowOfAnOpenTransaction(t *testing.T) {
	w, d, o := onPostgres(t, nil)
	db := d.Pool(2)
	tx, err := db.BeginTx(t.Context(), nil)
	require.NoError(t, err)
	var xid int64
	require.NoError(t, tx.NewRaw("SELECT pg_current_xact_id()::text::bigint").Scan(t.Context(), &xid))
	w.record(t, elm, 1)
	_, err = db.NewRaw("UPDATE ?.audit_entry SET xid = ?", bun.Ident(o.Schema), xid).Exec(t.Context())
	require.NoError(t, err)
	w.step(t, 0)
	require.NoError(t, tx.Commit())
	w.step(t, 1)
	w.step(t, 0)
	require.Empty(t, w.verify(t, elm).Damage)
}

// Where a tree's hashes begin is a number that somebody may alter to any other: that is damage, and no error of the database.
func TestHashesThatBeginNowhere(t *testing.T) {
	x := newDamaged(t)
	for _, practice := range []string{"", elm} {
		for _, first := range []string{"-1000000000000", "-9223372036854775808", "9223372036854775807"} {
			x.damage(t, `UPDATE {s}.audit_head SET first_hash = `+first+` WHERE practice = '`+practice+`' AND number = 3`)
			require.NotEmpty(t, x.verify(t, elm, x.kept[1]).Damage, first)
			x.record(t, elm, 1)
			_, err := x.notary.Step(t.Context())
			require.ErrorIs(t, err, notary.ErrDamaged, first)
			x.restore(t)
		}
	}
}
