package recordspg_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/uptrace/bun"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/internal/pgtest"
	"github.com/enamel-go/enamel/records"
	"github.com/enamel-go/enamel/records/recordspg"
)

var noon = time.Date(2026, 11, 2, 12, 0, 0, 0, time.UTC)

func leaf(id string) []audit.Leaf {
	return []audit.Leaf{{
		ID: id, Practice: "elm-street", At: noon, Actor: audit.Actor{Kind: audit.Staff, ID: "u-1"},
		Action: "records.test", Outcome: audit.Done, Term: audit.SixYears, Bytes: []byte("{}"), MAC: []byte("mac"),
	}}
}

func save(revision int, number string) records.Change {
	return records.Change{
		Act: records.Act{Practice: "elm-street", ID: "save " + number, Patient: "p", Digest: []byte("d")},
		Patient: &records.Patient{
			Practice: "elm-street", ID: "p", Name: records.Name{Family: "Kreiger"}, Revision: revision,
			Phones: []records.Phone{{Number: number, Textable: true}},
		},
		Leaves: leaf("save " + number),
	}
}

func reissue(number string) records.Change {
	c := save(2, number)
	c.Reissue = &records.Reissue{Version: "reissued", At: noon}
	return c
}

func book() records.Change {
	return records.Change{
		Act: records.Act{Practice: "elm-street", ID: "book", Patient: "p", Digest: []byte("d")},
		Appointment: &records.Appointment{
			Practice: "elm-street", ID: "a", Patient: "p", Clinician: "u-3", Start: noon.AddDate(0, 0, 1), Zone: "America/Chicago",
			Duration: time.Hour, Status: records.Booked, Revision: 1, Version: "v1", Changed: noon,
		},
		Plan: true, Leaves: leaf("book"),
	}
}

func requireApplied(t *testing.T, store records.Store, c records.Change) {
	t.Helper()
	written, err := store.Apply(t.Context(), c)
	require.NoError(t, err)
	require.True(t, written)
}

// between runs first in a transaction, then starts second on the pool, requires it to wait, and lets first commit.
func between(t *testing.T, database *pgtest.Database, store *recordspg.Store, db *bun.DB, first, second records.Change) {
	t.Helper()
	ctx := t.Context()
	observer := database.Pool(1)
	finished := make(chan error, 1)
	err := db.RunInTx(ctx, nil, func(_ context.Context, tx bun.Tx) error {
		requireApplied(t, store.WithTx(tx), first)
		var backend int
		require.NoError(t, tx.NewRaw("SELECT pg_backend_pid()").Scan(ctx, &backend))
		go func() {
			_, err := store.Apply(ctx, second)
			finished <- err
		}()
		for waiting := false; !waiting; {
			select {
			case err := <-finished:
				require.Fail(t, "the second change did not wait for the first", "error %v", err)
			default:
			}
			require.NoError(t, observer.NewRaw(
				"SELECT EXISTS (SELECT FROM pg_stat_activity WHERE ? = ANY(pg_blocking_pids(pid)))", backend).Scan(ctx, &waiting))
		}
		return nil
	})
	require.NoError(t, err)
	require.NoError(t, <-finished)
}

// A reader between a reissue and a booking that do not see each other would keep the old number for good.
func TestBookingAndReissueWaitForEachOther(t *testing.T) {
	for name, order := range map[string][2]records.Change{
		"the reissue first": {reissue("+12125550199"), book()},
		"the booking first": {book(), reissue("+12125550199")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			database := layout.New(t)
			db := database.Pool(4)
			store, _ := stores(t, database, db)
			requireApplied(t, store, save(1, "+12125550100"))
			between(t, database, store, db, order[0], order[1])
			changed, err := store.Changed(t.Context(), 10)
			require.NoError(t, err)
			require.Len(t, changed, 1)
			require.Equal(t, "+12125550199", changed[0].Patient.Number())
			if order[0].Appointment != nil {
				require.Equal(t, "reissued", changed[0].Appointment.Version)
			}
		})
	}
}

// An appointment that is moved from the past into the future beside a reissue is reissued as well.
func TestMoveAndReissueWaitForEachOther(t *testing.T) {
	t.Parallel()
	database := layout.New(t)
	db := database.Pool(4)
	store, _ := stores(t, database, db)
	past, moved := book(), book()
	a := *past.Appointment
	a.Start = noon.AddDate(0, 0, -1)
	past.Appointment = &a
	moved.Appointment.Revision, moved.Appointment.Version = 2, "v2"
	moved.Act.ID, moved.Leaves = "move", leaf("move")
	requireApplied(t, store, save(1, "+12125550100"))
	requireApplied(t, store, past)
	between(t, database, store, db, moved, reissue("+12125550199"))
	kept, err := store.Appointment(t.Context(), a.Key())
	require.NoError(t, err)
	require.Equal(t, "reissued", kept.Version)
	changed, err := store.Changed(t.Context(), 10)
	require.NoError(t, err)
	require.Len(t, changed, 1)
}
