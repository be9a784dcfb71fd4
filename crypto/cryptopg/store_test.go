package cryptopg_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/uptrace/bun"

	"github.com/enamel-go/enamel/crypto"
	"github.com/enamel-go/enamel/crypto/cryptopg"
	"github.com/enamel-go/enamel/crypto/cryptotest"
	"github.com/enamel-go/enamel/internal/pgtest"
)

// layout is the table of keys.
var layout = pgtest.NewLayout(pgtest.Tables(cryptopg.Migrate))

// open returns a pool with the table in place.
func open(t *testing.T, maxConns int) (*bun.DB, *cryptopg.Options) {
	t.Helper()
	d := layout.New(t)
	o := &cryptopg.Options{Schema: d.Schema()}
	db := d.Pool(maxConns)
	return db, o
}

// TestStore runs the suite on a pool; on a single connection, on which a method that needs a second one beside
// its own would wait for ever; and where Postgres undoes concurrent transactions sooner than by default.
func TestStore(t *testing.T) {
	for _, setup := range []struct {
		conns int
		level string
	}{{8, "read committed"}, {1, "read committed"}, {8, "repeatable read"}, {8, "serializable"}} {
		t.Run(fmt.Sprintf("%d at %s", setup.conns, setup.level), func(t *testing.T) {
			db, o := open(t, setup.conns)
			isolate(t, db, setup.level, setup.conns)
			for _, c := range cryptotest.Cases() {
				t.Run(c.Name, func(t *testing.T) {
					_, err := db.NewRaw("DELETE FROM ?.crypto_key", bun.Ident(o.Schema)).Exec(t.Context())
					require.NoError(t, err)
					require.NoError(t, c.Check(t.Context(), cryptopg.New(db, o)))
				})
			}
		})
	}
}

// isolate sets the level of every connection of the pool.
func isolate(t *testing.T, db *bun.DB, level string, conns int) {
	t.Helper()
	var held []bun.Conn
	for range conns {
		conn, err := db.Conn(t.Context())
		require.NoError(t, err)
		_, err = conn.ExecContext(t.Context(), "SET default_transaction_isolation = '"+level+"'")
		require.NoError(t, err)
		held = append(held, conn)
	}
	for _, conn := range held {
		require.NoError(t, conn.Close())
	}
}

// TestTwoProcesses wants two keyrings that share nothing but the database to end with one key, whoever is first.
func TestTwoProcesses(t *testing.T) {
	db, o := open(t, 8)
	manager := crypto.NewEphemeral()
	for round := range 10 {
		b := crypto.Binding{
			Practice: fmt.Sprintf("practice-%d", round), Patient: "p-204", Class: crypto.Chart, Kind: "note", ID: "n-1",
		}
		var rings [4]*crypto.Keyring
		var sealed [4][]byte
		var errs [4]error
		var all sync.WaitGroup
		for i := range rings {
			ring, err := crypto.NewKeyring(cryptopg.New(db, o), manager, nil)
			require.NoError(t, err)
			rings[i] = ring
		}
		for i := range rings {
			all.Go(func() { sealed[i], errs[i] = rings[i].Seal(t.Context(), nil, []byte("same"), b) })
		}
		all.Wait()
		for i := range rings {
			require.NoError(t, errs[i])
			require.Equal(t, sealed[0][:12], sealed[i][:12], "both seal under one key")
			plain, err := rings[(i+1)%len(rings)].Open(t.Context(), nil, sealed[i], b)
			require.NoError(t, err)
			require.Equal(t, "same", string(plain))
		}
	}
	var rows int
	require.NoError(t, db.NewRaw("SELECT count(*) FROM ?.crypto_key", bun.Ident(o.Schema)).Scan(t.Context(), &rows))
	require.Equal(t, 20, rows, "a practice's key and a patient's for each round")
}

// TestShredLeavesNothing looks into the table itself.
func TestShredLeavesNothing(t *testing.T) {
	db, o := open(t, 2)
	store := cryptopg.New(db, o)
	ring, err := crypto.NewKeyring(store, crypto.NewEphemeral(), nil)
	require.NoError(t, err)
	s := crypto.Subject{Practice: "elm-street", Patient: "p-204", Class: crypto.Chart}
	b := crypto.Binding{Practice: s.Practice, Patient: s.Patient, Class: s.Class, Kind: "note", ID: "n-1"}
	_, err = ring.Seal(t.Context(), nil, []byte("plain"), b)
	require.NoError(t, err)
	before := dump(t, db, o)
	kept, err := store.Key(t.Context(), s, 0)
	require.NoError(t, err)
	blob := fmt.Sprintf("%x", kept.Wrapped.Blob)
	require.Contains(t, before, blob)
	require.NoError(t, ring.Shred(t.Context(), s))
	after := dump(t, db, o)
	require.NotContains(t, after, blob)
	require.NotContains(t, after, fmt.Sprintf("%x", kept.Check))
	require.Equal(t, strings.Count(before, "\n"), strings.Count(after, "\n"), "the mark stays")
}

// TestRights wants the rights that the package comment names to be enough, and who only opens to need no other than to read.
func TestRights(t *testing.T) {
	d := layout.New(t)
	o := &cryptopg.Options{Schema: d.Schema()}
	manager := crypto.NewEphemeral()
	app := newRing(t, cryptopg.New(d.Restricted("SELECT, INSERT, UPDATE ON crypto_key").Pool(2), o), manager, nil)
	sealed, err := app.Seal(t.Context(), nil, []byte("plain"), chart("p-204"))
	require.NoError(t, err)
	_, err = app.Seal(t.Context(), nil, []byte("plain"), chart("p-205"))
	require.NoError(t, err)
	require.NoError(t, app.Rotate(t.Context(), crypto.Subject{Practice: practice, Patient: "p-204", Class: crypto.Chart}))
	require.NoError(t, app.Rotate(t.Context(), ownKey))
	require.NoError(t, app.Rewrap(t.Context(), practice, nil))
	require.NoError(t, app.Shred(t.Context(), crypto.Subject{Practice: practice, Patient: "p-205", Class: crypto.Chart}))

	reads := newRing(t, cryptopg.New(d.Restricted("SELECT ON crypto_key").Pool(1), o), manager, nil)
	plain, err := reads.Open(t.Context(), nil, sealed, chart("p-204"))
	require.NoError(t, err)
	require.Equal(t, "plain", string(plain))
	_, err = reads.Seal(t.Context(), nil, []byte("plain"), chart("p-206"))
	require.Error(t, err, "it makes no key")
}

// dump returns every row of the table as text.
func dump(t *testing.T, db *bun.DB, o *cryptopg.Options) string {
	t.Helper()
	var rows []string
	err := db.NewRaw("SELECT k::text FROM ?.crypto_key k ORDER BY 1", bun.Ident(o.Schema)).Scan(t.Context(), &rows)
	require.NoError(t, err)
	return strings.Join(rows, "\n")
}

// TestDown wants an error, and neither plaintext nor a sealed value, when the database cannot be reached.
func TestDown(t *testing.T) {
	db, o := open(t, 2)
	manager := crypto.NewEphemeral()
	ring, err := crypto.NewKeyring(cryptopg.New(db, o), manager, nil)
	require.NoError(t, err)
	b := crypto.Binding{Practice: "elm-street", Patient: "p-204", Class: crypto.Chart, Kind: "note", ID: "n-1"}
	sealed, err := ring.Seal(t.Context(), nil, []byte("plain"), b)
	require.NoError(t, err)
	require.NoError(t, db.Close())

	cold, err := crypto.NewKeyring(cryptopg.New(db, o), manager, nil)
	require.NoError(t, err)
	out, err := cold.Open(t.Context(), nil, sealed, b)
	require.Error(t, err)
	require.NotErrorIs(t, err, crypto.ErrNotOpened, "nothing is wrong with the value")
	require.Nil(t, out)
	out, err = cold.Seal(t.Context(), nil, []byte("plain"), b)
	require.Error(t, err)
	require.Nil(t, out)
	require.Error(t, cold.Shred(t.Context(), crypto.Subject{Practice: b.Practice, Patient: b.Patient, Class: b.Class}))
}

func TestMigrations(t *testing.T) {
	db, o := open(t, 2)
	require.NoError(t, cryptopg.Migrate(t.Context(), db, o), "again changes nothing")
	states, err := cryptopg.Status(t.Context(), db, o)
	require.NoError(t, err)
	require.Len(t, states, 1)
	require.Equal(t, "crypto_key", states[0].Name)
	require.False(t, states[0].Applied.IsZero())

	var none *cryptopg.Options
	script, err := cryptopg.SQL(none)
	require.NoError(t, err)
	require.Contains(t, script, `"enamel".crypto_key`)
}
