package stage_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/uptrace/bun"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/internal/pgtest"
	"github.com/enamel-go/enamel/internal/stage"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// layout has a table beside the log's.
var layout = stage.NewLayout(func(ctx context.Context, db *bun.DB, schema string) error {
	_, err := db.ExecContext(ctx, "CREATE TABLE "+schema+".thing (id int)")
	return err
})

var noon = time.Date(2026, 3, 2, 18, 0, 0, 0, time.UTC)

func TestAStageReadsWhatWasLogged(t *testing.T) {
	memory := func(t testing.TB) stage.Stage {
		t.Helper()
		s, entries := stage.Memory(t, noon)
		require.Same(t, entries, s.Entries)
		return s
	}
	postgres := func(t testing.TB) stage.Stage {
		t.Helper()
		s, d := stage.Postgres(t, noon, layout)
		_, err := d.Pool(1).ExecContext(t.Context(), "SELECT FROM "+d.Schema()+".thing")
		require.NoError(t, err)
		return s
	}
	var ran []string
	stage.Both(t, memory, postgres, func(t *testing.T, open func(testing.TB) stage.Stage) {
		ran = append(ran, t.Name())
		s := open(t)
		done := audit.Entry{
			Practice: "elm-street", Actor: audit.Actor{Kind: audit.Staff, ID: "u-17"}, Action: "test.done",
			Object: audit.Object{Kind: "test", ID: "1"},
		}
		require.NoError(t, s.Log.Record(t.Context(), done))
		s.Clock.Pass(time.Minute)
		no, refused := errors.New("no"), done
		refused.Action = "test.refused"
		require.ErrorIs(t, s.Log.Refuse(t.Context(), refused, no), no)

		all := s.Logged(t, "elm-street")
		require.Len(t, all, 2)
		require.Equal(t, noon, all[0].At)
		require.Equal(t, noon.Add(time.Minute), all[1].At)
		require.Equal(t, all[:1], s.Logged(t, "elm-street", "test.done"))
		require.Equal(t, all[1:], s.Refused(t, "elm-street"))
		require.Empty(t, s.Refused(t, "elm-street", "test.done"))
		require.Empty(t, s.Logged(t, "oak-street"))
	})
	require.Equal(t, []string{t.Name() + "/mem", t.Name() + "/postgres"}, ran)
}

func TestAClockStandsStill(t *testing.T) {
	s, _ := stage.Memory(t, noon)
	require.Equal(t, noon, s.Clock.Now())
	s.Clock.Set(noon.Add(-time.Hour))
	s.Clock.Pass(time.Second)
	require.Equal(t, noon.Add(time.Second-time.Hour), s.Clock.Now())
}

func TestAFullLogKeepsNothing(t *testing.T) {
	require.ErrorIs(t, stage.Full(t).Record(t.Context(), audit.Entry{
		Practice: "elm-street", Actor: audit.Actor{Kind: audit.Staff, ID: "u-17"}, Action: "test.done", Object: audit.Object{Kind: "test", ID: "1"},
	}), stage.ErrFull)
}
