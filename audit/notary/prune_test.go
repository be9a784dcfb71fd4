package notary_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/audit/auditmem"
	"github.com/enamel-go/enamel/audit/auditpg"
	"github.com/enamel-go/enamel/audit/notary"
	"github.com/enamel-go/enamel/audit/tree"
	"github.com/enamel-go/enamel/crypto"
	"github.com/enamel-go/enamel/crypto/cryptomem"
)

var prunedBy = audit.Actor{Kind: audit.System, ID: "retention"}

// aging is a log whose clock is set by hand, with its pruner.
type aging struct {
	*world
	keys   audit.Keys
	store  tree.Pruner
	now    time.Time
	pruner *notary.Pruner
	held   map[string]bool
	months func(t testing.TB) // has the store keep months apart
	exec   func(t testing.TB, sql string)
}

func newAging(t testing.TB, entries audit.Store, store tree.Pruner, now time.Time) *aging {
	t.Helper()
	keys, err := crypto.NewKeyring(cryptomem.New(), crypto.NewEphemeral(), nil)
	require.NoError(t, err)
	a := &aging{keys: keys, store: store, now: now, held: map[string]bool{}, months: func(testing.TB) {}}
	clock := func() time.Time { return a.now }
	a.world = worldUnder(t, keys, entries, store, &notary.Options{Now: clock})
	a.log, err = audit.NewLog(entries, keys, &audit.Options{Now: clock})
	require.NoError(t, err)
	a.notary, err = notary.New(store, a.log, a.signer, a.known, nil)
	require.NoError(t, err)
	a.pruner, err = notary.NewPruner(store, a.log, &notary.PruneOptions{
		Now: clock,
		Held: func(_ context.Context, practice string, term audit.Term) (bool, error) {
			return a.held[practice+" "+string(term)], nil
		},
	})
	require.NoError(t, err)
	return a
}

// eachAging runs a test on memory and on Postgres.
func eachAging(t *testing.T, now time.Time, test func(t *testing.T, a *aging)) {
	t.Run("mem", func(t *testing.T) {
		s := auditmem.New()
		test(t, newAging(t, s, s, now))
	})
	t.Run("postgres", func(t *testing.T) { test(t, agingOnPostgres(t, now)) })
}

func agingOnPostgres(t testing.TB, now time.Time) *aging {
	d := layout.New(t)
	o := &auditpg.Options{Schema: d.Schema()}
	db := d.Pool(4)
	a := newAging(t, auditpg.New(db, o), auditpg.NewTrees(d.Pool(4), o), now)
	a.months = func(t testing.TB) { require.NoError(t, auditpg.Months(t.Context(), db, o)) }
	a.exec = func(t testing.TB, sql string) {
		t.Helper()
		_, err := db.DB.ExecContext(t.Context(), strings.ReplaceAll(sql, "{s}", o.Schema))
		require.NoError(t, err)
	}
	return a
}

// keep records an entry at a moment and returns its leaf.
func (a *aging) keep(t testing.TB, practice string, term audit.Term, at time.Time) audit.Leaf {
	t.Helper()
	now := a.now
	defer func() { a.now = now }()
	a.now = at
	e := entry(practice, 1)
	e.Term = term
	f, err := a.log.Stamp(t.Context(), e)
	require.NoError(t, err)
	require.NoError(t, a.entries.Append(t.Context(), f))
	return f
}

func (a *aging) integrate(t testing.TB) {
	t.Helper()
	a.months(t)
	for {
		n, err := a.notary.Step(t.Context())
		require.NoError(t, err)
		if n == 0 {
			return
		}
	}
}

// everything is a practice's log without the refusals of prunings.
func (a *aging) everything(t testing.TB, practice string) []string {
	t.Helper()
	page, err := a.entries.Leaves(t.Context(), audit.Query{Practice: practice, Limit: 1000})
	require.NoError(t, err)
	var ids []string
	for _, f := range page.Leaves {
		if f.Action != tree.PruneAction || f.Outcome != audit.Refused {
			ids = append(ids, f.ID)
		}
	}
	return ids
}

// prunes opens a practice's entries of prunings.
func (a *aging) prunes(t testing.TB, practice string) []audit.Entry {
	t.Helper()
	rows, err := a.store.Prunes(t.Context(), practice, "", 100)
	require.NoError(t, err)
	var entries []audit.Entry
	for _, r := range rows {
		e, err := a.log.Open(t.Context(), r.Leaf)
		require.NoError(t, err)
		entries = append(entries, e)
	}
	return entries
}

// goes prunes a month of elm's that has so many leaves, and finds the log whole but for them.
func (a *aging) goes(t *testing.T, m notary.Month, leaves int64) {
	t.Helper()
	n, err := a.prune(m)
	require.NoError(t, err)
	require.Equal(t, leaves, n)
	a.integrate(t)
	report := a.verify(t, elm)
	require.Empty(t, report.Damage)
	require.EqualValues(t, leaves, report.Pruned)
}

// prune prunes a month, and when the logs are told integrates what they were told.
func (a *aging) prune(m notary.Month) (int64, error) {
	n, err := a.pruner.Prune(context.Background(), prunedBy, m)
	if errors.Is(err, notary.ErrTold) {
		if _, err := a.notary.Step(context.Background()); err != nil {
			return n, err
		}
		return a.pruner.Prune(context.Background(), prunedBy, m)
	}
	return n, err
}

func day(year int, month time.Month, day int) time.Time {
	return time.Date(year, month, day, 12, 0, 0, 0, time.UTC)
}

// TestPromise_M5_4_SystemLogsAreKeptAYear has system logs and evidence in one month, and in the same batches.
func TestPromise_M5_4_SystemLogsAreKeptAYear(t *testing.T) {
	written := day(2025, time.January, 31)
	month := notary.Month{Term: audit.OneYear, Year: 2025, Month: time.January}
	eachAging(t, written, func(t *testing.T, a *aging) {
		var logs, evidence []audit.Leaf
		for i := range 6 {
			at := written.AddDate(0, 0, -i).Add(time.Duration(i) * time.Minute)
			logs = append(logs, a.keep(t, elm, audit.OneYear, at), a.keep(t, elm, audit.OneYear, at))
			evidence = append(evidence, a.keep(t, elm, audit.SixYears, at))
		}
		a.keep(t, oak, audit.OneYear, written)
		a.integrate(t)
		younger := a.keep(t, elm, audit.OneYear, written.AddDate(0, 0, 1))
		a.integrate(t)
		kept := []string{a.checkpoint(t, elm), a.checkpoint(t, "")}
		before := a.everything(t, elm)
		proofs := map[string]string{}
		for _, f := range slices.Concat(logs, evidence) {
			var err error
			proofs[f.ID], err = a.reader.Inclusion(t.Context(), elm, f.ID)
			require.NoError(t, err)
		}

		t.Run("364_days", func(t *testing.T) {
			a.now = written.AddDate(0, 0, 364)
			due, err := a.pruner.Due(t.Context())
			require.NoError(t, err)
			require.Empty(t, due)
			_, err = a.prune(month)
			require.ErrorIs(t, err, notary.ErrNotDue)
			require.Equal(t, before, a.everything(t, elm), "a refusal changed something")
			for _, practice := range []string{elm, oak} {
				refusals := a.prunes(t, practice)
				require.Len(t, refusals, 1)
				require.Equal(t, audit.Refused, refusals[0].Outcome)
				require.Equal(t, prunedBy, refusals[0].Actor)
				require.Equal(t, "1y 2025-01", refusals[0].Object.ID)
			}
		})
		a.now = written.AddDate(0, 0, 366)
		t.Run("evidence", func(t *testing.T) {
			_, err := a.prune(notary.Month{Term: audit.SixYears, Year: 2025, Month: time.January})
			require.ErrorIs(t, err, notary.ErrNotDue)
			require.Equal(t, before, a.everything(t, elm))
		})
		t.Run("366_days", func(t *testing.T) {
			due, err := a.pruner.Due(t.Context())
			require.NoError(t, err)
			require.Equal(t, []notary.Due{{Month: month, Practices: 2, Leaves: 13}}, due)
			n, err := a.prune(month)
			require.NoError(t, err)
			require.EqualValues(t, 13, n)
			a.integrate(t)

			left := a.everything(t, elm)
			for _, f := range append(slices.Clone(evidence), younger) {
				require.Contains(t, left, f.ID)
			}
			for _, f := range logs {
				require.NotContains(t, left, f.ID)
			}
			report := a.verify(t, elm, kept...)
			require.Empty(t, report.Damage)
			require.EqualValues(t, 12, report.Pruned)
			require.EqualValues(t, 1, a.verify(t, oak).Pruned)
			require.Empty(t, a.verify(t, "", kept[1]).Damage)

			done := slices.DeleteFunc(a.prunes(t, elm), func(e audit.Entry) bool { return e.Outcome != audit.Done })
			require.Len(t, done, 2)
			states := []string{}
			for _, e := range done {
				states = append(states, e.Details["state"])
				delete(e.Details, "state")
				require.Equal(t, map[string]string{
					"term": "1y", "month": "2025-01", "leaves": "12", "part": "1/1", "positions": "0-1,3-4,6-7,9-10,12-13,15-16",
				}, e.Details)
			}
			require.ElementsMatch(t, []string{"to go", "gone"}, states)
		})
		t.Run("proofs", func(t *testing.T) {
			for _, f := range evidence {
				proof, err := a.reader.Inclusion(t.Context(), elm, f.ID)
				require.NoError(t, err)
				_, err = notary.CheckInclusion(proof, f, a.known)
				require.NoError(t, err)
			}
			for _, f := range slices.Concat(logs, evidence) { // also of what was pruned, for whoever has the leaf
				_, err := notary.CheckInclusion(proofs[f.ID], f, a.known)
				require.NoError(t, err)
				_, err = a.reader.Inclusion(t.Context(), elm, f.ID)
				require.NoError(t, err)
			}
			old, err := notary.OpenCheckpoint(kept[0], a.known)
			require.NoError(t, err)
			proof, err := a.reader.Consistency(t.Context(), elm, old.Size)
			require.NoError(t, err)
			_, err = notary.CheckConsistency(proof, old, a.known)
			require.NoError(t, err)
		})
		t.Run("without_rule", func(t *testing.T) {
			// Without the entry of the pruning every leaf that went counts as deleted.
			blind, err := notary.NewReader(unexplained{a.store}, a.known)
			require.NoError(t, err)
			report, err := blind.Verify(t.Context(), a.log, elm)
			require.NoError(t, err)
			require.Len(t, report.Damage, 12)
			require.Equal(t, notary.Deleted, report.Damage[0].Kind)
		})
	})
}

// TestPromise_M5_4_AnEntryGoesWithItsMonth is how long after its year an entry may stay: a month goes as a whole, so the first
// of it stays until the year of the last moment is over, and no longer.
func TestPromise_M5_4_AnEntryGoesWithItsMonth(t *testing.T) {
	for _, c := range []struct{ written, due time.Time }{
		{time.Date(2025, time.January, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, time.February, 1, 0, 0, 0, 0, time.UTC)},
		{
			time.Date(2024, time.February, 29, 23, 59, 59, 999_999_000, time.UTC),
			time.Date(2025, time.March, 1, 23, 59, 59, 999_999_000, time.UTC),
		},
	} {
		eachAging(t, c.written, func(t *testing.T, a *aging) {
			gone := a.keep(t, elm, audit.OneYear, c.written)
			a.integrate(t)
			month := tree.MonthOf(audit.OneYear, c.written)
			require.Equal(t, c.due, month.Due())
			require.LessOrEqual(t, c.due.Sub(c.written), (366+31)*24*time.Hour, "a year, and what was left of the month")
			t.Run("refuses_a_moment_before", func(t *testing.T) {
				a.now = c.due.Add(-time.Microsecond)
				due, err := a.pruner.Due(t.Context())
				require.NoError(t, err)
				require.Empty(t, due)
				_, err = a.prune(month)
				require.ErrorIs(t, err, notary.ErrNotDue)
				require.Contains(t, a.everything(t, elm), gone.ID)
			})
			a.now = c.due
			due, err := a.pruner.Due(t.Context())
			require.NoError(t, err)
			require.Equal(t, []notary.Due{{Month: month, Practices: 1, Leaves: 1}}, due)
			n, err := a.prune(month)
			require.NoError(t, err)
			require.EqualValues(t, 1, n)
			require.NotContains(t, a.everything(t, elm), gone.ID)
			a.integrate(t)
			require.Empty(t, a.verify(t, elm).Damage)
		})
	}
}

// unexplained is a store without entries of prunings.
type unexplained struct{ tree.Store }

func (unexplained) Prunes(context.Context, string, string, int) ([]tree.Row, error) { return nil, nil }

func TestPruneIsRefused(t *testing.T) {
	written, later := day(2024, time.February, 29), day(2025, time.March, 2)
	month := notary.Month{Term: audit.OneYear, Year: 2024, Month: time.February}
	begin := func(t *testing.T, a *aging) audit.Leaf {
		f := a.keep(t, elm, audit.OneYear, written)
		a.keep(t, oak, audit.OneYear, written)
		a.integrate(t)
		a.now = later
		return f
	}
	eachAging(t, written, func(t *testing.T, a *aging) {
		begin(t, a)
		for _, m := range []notary.Month{
			{},
			{Term: "2y", Year: 2024, Month: 1},
			{Term: audit.OneYear, Year: 2024, Month: 13},
			{Term: audit.OneYear, Year: 2024},
			{Term: audit.OneYear, Year: 1969, Month: 1},
			{Term: audit.OneYear, Year: 10_000, Month: 1},
		} {
			_, err := a.prune(m)
			require.ErrorIs(t, err, notary.ErrInvalid)
		}
		_, err := notary.NewPruner(nil, a.log, nil)
		require.ErrorIs(t, err, notary.ErrInvalid)
		_, err = notary.NewPruner(a.store, nil, nil)
		require.ErrorIs(t, err, notary.ErrInvalid)
		_, err = a.pruner.Prune(t.Context(), prunedBy, notary.Month{Term: audit.OneYear, Year: 2023, Month: time.December})
		require.NoError(t, err, "a month without leaves")
		_, err = a.pruner.Prune(t.Context(), audit.Actor{}, month)
		require.ErrorIs(t, err, audit.ErrInvalid)

		a.held[oak+" 1y"] = true
		before := a.everything(t, elm)
		_, err = a.prune(month)
		require.ErrorIs(t, err, notary.ErrHeld)
		require.ErrorContains(t, err, oak)
		require.Len(t, a.prunes(t, oak), 1, "the refusal")
		require.Empty(t, a.prunes(t, elm), "another practice's hold is not its business")
		delete(a.held, oak+" 1y")

		// A leaf that waits for a batch, and one that is forged.
		waiting := a.keep(t, elm, audit.OneYear, written)
		a.months(t)
		_, err = a.prune(month)
		require.ErrorIs(t, err, notary.ErrBlocked)
		require.ErrorContains(t, err, elm)
		require.ErrorContains(t, err, waiting.ID)
		require.ElementsMatch(t, append(before, waiting.ID), a.everything(t, elm))
		a.integrate(t)
		forged := waiting.Clone()
		forged.ID, forged.MAC[20] = strings.ReplaceAll(waiting.ID, "-7", "-70")[:36], forged.MAC[20]^1
		require.NoError(t, a.entries.Append(t.Context(), forged))
		_, err = a.prune(month)
		require.ErrorIs(t, err, notary.ErrBlocked)
		require.ErrorContains(t, err, forged.ID)
		require.Len(t, a.prunes(t, elm), 2)
	})
	t.Run("an id that lies", func(t *testing.T) {
		s := auditmem.New()
		a := newAging(t, s, s, written)
		f := begin(t, a)
		young, digit := f.Clone(), "0"
		if strings.HasSuffix(f.ID, digit) {
			digit = "1"
		}
		young.ID, young.At = f.ID[:35]+digit, later.AddDate(-1, 0, 0).Add(time.Microsecond)
		require.NoError(t, s.Append(t.Context(), young))
		_, err := a.prune(month)
		require.ErrorIs(t, err, notary.ErrNotDue)
		require.ErrorContains(t, err, "younger")
	})
	for name, sql := range map[string]string{
		"an edited leaf": `UPDATE {s}.audit_entry SET actor = 'u-71' WHERE practice = 'elm-street'`,
		"a moved leaf":   `UPDATE {s}.audit_entry SET xid = xid - 1 WHERE practice = 'elm-street'`,
		"a changed term": `UPDATE {s}.audit_entry SET term = '1y' WHERE practice = 'elm-street' AND term = '6y'`,
	} {
		t.Run(name, func(t *testing.T) {
			a := agingOnPostgres(t, written)
			a.keep(t, elm, audit.SixYears, written)
			begin(t, a)
			a.exec(t, sql)
			_, err := a.prune(month)
			require.ErrorIs(t, err, notary.ErrBlocked)
			require.Len(t, a.everything(t, elm), 2)
		})
	}
}

// TestPrunerIsKilled ends a pruner between what it tells the logs and what it removes.
func TestPrunerIsKilled(t *testing.T) {
	written := day(2024, time.February, 3)
	month := notary.Month{Term: audit.OneYear, Year: 2024, Month: time.February}
	eachAging(t, written, func(t *testing.T, a *aging) {
		a.keep(t, elm, audit.OneYear, written)
		a.keep(t, oak, audit.OneYear, written)
		a.integrate(t)
		a.now = written.AddDate(2, 0, 0)
		before := a.everything(t, elm)
		for range 2 { // what is told and not integrated could vanish, so nothing goes, and nothing is told twice
			_, err := a.pruner.Prune(t.Context(), prunedBy, month)
			require.ErrorIs(t, err, notary.ErrTold)
			require.Subset(t, a.everything(t, elm), before)
			require.Len(t, a.prunes(t, elm), 1)
		}
		a.integrate(t)
		killed, err := notary.NewPruner(stubborn{a.store}, a.log, &notary.PruneOptions{Now: func() time.Time { return a.now }})
		require.NoError(t, err)
		_, err = killed.Prune(t.Context(), prunedBy, month)
		require.ErrorIs(t, err, errKilled)
		for _, practice := range []string{elm, oak} {
			report := a.verify(t, practice)
			require.Empty(t, report.Damage)
			require.Zero(t, report.Pruned)
		}
		n, err := a.prune(month)
		require.NoError(t, err)
		require.EqualValues(t, 2, n)
		a.integrate(t)
		for _, practice := range []string{elm, oak} {
			report := a.verify(t, practice)
			require.Empty(t, report.Damage)
			require.EqualValues(t, 1, report.Pruned)
			require.Len(t, a.prunes(t, practice), 2, "what is to go, and what went")
		}
		n, err = a.prune(month)
		require.NoError(t, err)
		require.Zero(t, n)

		// A month that changed meanwhile stays.
		late := a.keep(t, elm, audit.OneYear, written)
		a.integrate(t)
		require.ErrorIs(t, a.store.Drop(t.Context(), month, nil), tree.ErrChanged)
		require.Contains(t, a.everything(t, elm), late.ID)
	})
}

// TestToldThenHeldThenDeleted has a month held that its log was told of. Whoever then deletes its leaves beside the pruner
// is found: that they should go was told, and not that they went.
func TestToldThenHeldThenDeleted(t *testing.T) {
	written := day(2024, time.February, 3)
	month := notary.Month{Term: audit.OneYear, Year: 2024, Month: time.February}
	eachAging(t, written, func(t *testing.T, a *aging) {
		leaves := []audit.Leaf{a.keep(t, elm, audit.OneYear, written), a.keep(t, elm, audit.OneYear, written)}
		a.integrate(t)
		a.now = written.AddDate(2, 0, 0)
		_, err := a.pruner.Prune(t.Context(), prunedBy, month)
		require.ErrorIs(t, err, notary.ErrTold)
		a.integrate(t)
		a.held[elm+" 1y"] = true
		_, err = a.pruner.Prune(t.Context(), prunedBy, month)
		require.ErrorIs(t, err, notary.ErrHeld)

		shares, err := a.store.Shares(t.Context(), month)
		require.NoError(t, err)
		require.NoError(t, a.store.Drop(t.Context(), month, shares))
		report := a.verify(t, elm)
		require.Equal(t, []string{"deleted 0 " + leaves[0].ID, "deleted 1 " + leaves[1].ID}, found(report))
		require.Zero(t, report.Pruned)
	})
}

// TestEachLogIsTold has the log of one practice of two integrated by what it was told: nothing goes before both are.
func TestEachLogIsTold(t *testing.T) {
	written := day(2024, time.February, 3)
	month := notary.Month{Term: audit.OneYear, Year: 2024, Month: time.February}
	s := auditmem.New()
	a := newAging(t, s, s, written)
	a.keep(t, elm, audit.OneYear, written)
	a.keep(t, oak, audit.OneYear, written)
	a.integrate(t)
	a.now = written.AddDate(2, 0, 0)
	_, err := a.pruner.Prune(t.Context(), prunedBy, month)
	require.ErrorIs(t, err, notary.ErrTold)
	a.integrate(t)
	for _, practice := range []string{elm, oak} {
		p, err := notary.NewPruner(unfound{a.store, practice}, a.log, &notary.PruneOptions{Now: func() time.Time { return a.now }})
		require.NoError(t, err)
		_, err = p.Prune(t.Context(), prunedBy, month)
		require.ErrorIs(t, err, notary.ErrTold, practice)
	}
	n, err := a.pruner.Prune(t.Context(), prunedBy, month)
	require.NoError(t, err)
	require.EqualValues(t, 2, n)
}

// unfound is a store in which no batch has what a practice's log is told.
type unfound struct {
	tree.Pruner
	practice string
}

func (u unfound) Heads(ctx context.Context, q tree.Query) ([]tree.Head, error) {
	if q.Practice == u.practice && q.ID != "" {
		return nil, nil
	}
	return u.Pruner.Heads(ctx, q)
}

// TestPruneOfALargeMonth has more leaves in a month than are looked through at once, and more batches.
func TestPruneOfALargeMonth(t *testing.T) {
	written := day(2024, time.February, 3)
	month := notary.Month{Term: audit.OneYear, Year: 2024, Month: time.February}
	s := auditmem.New()
	a := newAging(t, s, s, written)
	var err error
	a.notary, err = notary.New(s, a.log, a.signer, a.known, &notary.Options{Limit: 60})
	require.NoError(t, err)
	for range 1001 {
		a.keep(t, elm, audit.OneYear, written)
	}
	young := a.keep(t, elm, audit.OneYear, day(2024, time.March, 1))
	a.integrate(t)
	a.now = written.AddDate(1, 1, 0)
	a.goes(t, month, 1001)
	require.Contains(t, a.everything(t, elm), young.ID)
	for _, e := range a.prunes(t, elm) {
		require.Equal(t, "0-1000", e.Details["positions"])
	}
}

// TestPruneThatWasRefusedOften has a scheduler ask every day for a month that is held, so that the log has more entries of that
// than are read at once.
func TestPruneThatWasRefusedOften(t *testing.T) {
	written := day(2024, time.February, 3)
	month := notary.Month{Term: audit.OneYear, Year: 2024, Month: time.February}
	s := auditmem.New()
	a := newAging(t, s, s, written)
	a.keep(t, elm, audit.OneYear, written)
	a.integrate(t)
	a.held[elm+" 1y"] = true
	for i := range 101 {
		a.now = written.AddDate(2, 0, i)
		_, err := a.prune(month)
		require.ErrorIs(t, err, notary.ErrHeld)
	}
	delete(a.held, elm+" 1y")
	a.goes(t, month, 1)
}

// TestPruneOfADamagedTree finds no place for leaves that nothing leads to.
func TestPruneOfADamagedTree(t *testing.T) {
	written := day(2024, time.February, 3)
	month := notary.Month{Term: audit.OneYear, Year: 2024, Month: time.February}
	for name, spoil := range map[string]func([]tree.Head) []tree.Head{
		"a head is gone":  func(h []tree.Head) []tree.Head { return h[min(1, len(h)):] },
		"a mark is gone":  func(h []tree.Head) []tree.Head { h[0].Marks = nil; return h },
		"a place is gone": func(h []tree.Head) []tree.Head { h[0].First++; return h },
	} {
		s := auditmem.New()
		a := newAging(t, s, s, written)
		for range 2 {
			a.keep(t, elm, audit.OneYear, written)
			a.integrate(t)
		}
		a.now = written.AddDate(2, 0, 0)
		p, err := notary.NewPruner(spoilt{a.store, &meddled{Store: a.store, heads: spoil}}, a.log,
			&notary.PruneOptions{Now: func() time.Time { return a.now }})
		require.NoError(t, err)
		_, err = p.Prune(t.Context(), prunedBy, month)
		require.ErrorIs(t, err, notary.ErrDamaged, name)
		require.ErrorContains(t, err, elm, name)
		require.Empty(t, a.prunes(t, elm), name)
	}
}

// spoilt is a store whose heads somebody meddled with.
type spoilt struct {
	tree.Pruner
	meddled *meddled
}

func (s spoilt) Heads(ctx context.Context, q tree.Query) ([]tree.Head, error) {
	return s.meddled.Heads(ctx, q)
}

// TestRefusedPruneThatCannotBeRecorded says both, for every practice.
func TestRefusedPruneThatCannotBeRecorded(t *testing.T) {
	written := day(2024, time.February, 3)
	month := notary.Month{Term: audit.OneYear, Year: 2024, Month: time.February}
	s := auditmem.New()
	f := &full{Store: s}
	a := newAging(t, f, s, written)
	a.keep(t, elm, audit.OneYear, written)
	a.keep(t, oak, audit.OneYear, written)
	a.integrate(t)
	for practice, left := range map[string]string{elm: oak, oak: elm} {
		f.of = practice
		_, err := a.pruner.Prune(t.Context(), prunedBy, month)
		require.ErrorIs(t, err, notary.ErrNotDue)
		require.ErrorIs(t, err, audit.ErrNotRecorded)
		require.NotEmpty(t, a.prunes(t, left))
	}
}

// full takes no more entries of a practice.
type full struct {
	audit.Store
	of string
}

func (f *full) Append(ctx context.Context, leaves ...audit.Leaf) error {
	if leaves[0].Practice == f.of {
		return errors.New("the disk is full")
	}
	return f.Store.Append(ctx, leaves...)
}

// TestHeldMeanwhile places a hold while the pruner looks through what is to go.
func TestHeldMeanwhile(t *testing.T) {
	written := day(2024, time.February, 3)
	month := notary.Month{Term: audit.OneYear, Year: 2024, Month: time.February}
	eachAging(t, written, func(t *testing.T, a *aging) {
		f := a.keep(t, elm, audit.OneYear, written)
		a.keep(t, oak, audit.OneYear, written)
		a.integrate(t)
		a.now = written.AddDate(2, 0, 0)
		_, err := a.pruner.Prune(t.Context(), prunedBy, month)
		require.ErrorIs(t, err, notary.ErrTold)
		a.integrate(t)
		meanwhile, err := notary.NewPruner(placing{a.store, func() { a.held[elm+" 1y"] = true }}, a.log, &notary.PruneOptions{
			Now: func() time.Time { return a.now },
			Held: func(_ context.Context, practice string, term audit.Term) (bool, error) {
				return a.held[practice+" "+string(term)], nil
			},
		})
		require.NoError(t, err)
		_, err = meanwhile.Prune(t.Context(), prunedBy, month)
		require.ErrorIs(t, err, notary.ErrHeld)
		require.Contains(t, a.everything(t, elm), f.ID)
		require.Zero(t, a.verify(t, elm).Pruned)
		require.Len(t, a.prunes(t, elm), 2, "what is to go, and the refusal")
	})
}

// placing is a store whose leaves somebody puts on hold when they are looked through.
type placing struct {
	tree.Pruner
	place func()
}

func (p placing) Rows(ctx context.Context, practice string, ids []string) ([]tree.Row, error) {
	p.place()
	return p.Pruner.Rows(ctx, practice, ids)
}

var errKilled = errors.New("killed")

type stubborn struct{ tree.Pruner }

func (stubborn) Drop(context.Context, tree.Month, []tree.Share, ...audit.Leaf) error {
	return errKilled
}

// unsigned are keys by which nothing can be stamped for a practice.
type unsigned struct {
	audit.Keys
	practice string
}

func (u unsigned) MAC(ctx context.Context, practice string, message []byte) ([]byte, error) {
	if practice == u.practice {
		return nil, errGone
	}
	return u.Keys.MAC(ctx, practice, message)
}

// A practice whose audit key cannot be had keeps a month whole, is named, and nobody is told of anything until it can be had.
func TestAPracticeWithoutItsKeyKeepsTheMonth(t *testing.T) {
	written := day(2025, time.January, 31)
	month := notary.Month{Term: audit.OneYear, Year: 2025, Month: time.January}
	eachAging(t, written, func(t *testing.T, a *aging) {
		for _, practice := range []string{elm, oak} {
			a.keep(t, practice, audit.OneYear, written)
		}
		a.integrate(t)
		a.now = written.AddDate(0, 0, 366)
		for name, keys := range map[string]audit.Keys{
			"to check": &lossy{Keys: a.keys, gone: map[string]bool{oak: true}, asked: map[string]int{}},
			"to stamp": unsigned{a.keys, oak},
		} {
			t.Run(name, func(t *testing.T) {
				log, err := audit.NewLog(a.entries, keys, &audit.Options{Now: func() time.Time { return a.now }})
				require.NoError(t, err)
				pruner, err := notary.NewPruner(a.store, log, &notary.PruneOptions{Now: func() time.Time { return a.now }})
				require.NoError(t, err)
				_, err = pruner.Prune(t.Context(), prunedBy, month)
				require.ErrorIs(t, err, errGone)
				require.ErrorContains(t, err, oak)
				require.NotContains(t, err.Error(), elm)
				require.Empty(t, a.prunes(t, elm))
			})
		}
		n, err := a.prune(month)
		require.NoError(t, err)
		require.EqualValues(t, 2, n, "with the key back it goes")
	})
}
