package notary_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/audit/notary"
)

// TestPruningOfAPruning lets the entries of a pruning go after six years. What it explained stays explained.
func TestPruningOfAPruning(t *testing.T) {
	written := day(2018, time.May, 3)
	eachAging(t, written, func(t *testing.T, a *aging) {
		for i := range 5 {
			a.keep(t, elm, []audit.Term{audit.OneYear, audit.SixYears}[i%2], written.Add(time.Duration(i)*time.Second))
		}
		if a.exec != nil { // no release is so old, so Months would leave the rows where they are
			a.exec(t, monthOf(audit.OneYear, 2018, 5)+monthOf(audit.SixYears, 2019, 7)+monthOf(audit.SixYears, 2018, 5))
		}
		a.integrate(t)
		a.now = day(2019, time.July, 1)
		n, err := a.prune(notary.Month{Term: audit.OneYear, Year: 2018, Month: time.May})
		require.NoError(t, err)
		require.EqualValues(t, 3, n)
		a.integrate(t)
		a.now = day(2025, time.August, 1)
		for i, want := range []int64{2, 2} {
			month := []notary.Month{
				{Term: audit.SixYears, Year: 2018, Month: time.May}, {Term: audit.SixYears, Year: 2019, Month: time.July},
			}[i]
			a.now = a.now.Add(time.Second)
			n, err := a.prune(month)
			require.NoError(t, err)
			require.Equal(t, want, n, month)
			a.integrate(t)
			report := a.verify(t, elm)
			require.Empty(t, report.Damage)
			require.EqualValues(t, 5+2*i, report.Pruned)
		}
		done := a.prunes(t, elm)
		require.Len(t, done, 4)
		require.Equal(t, "5-6", done[3].Details["positions"])
		require.Equal(t, "0,2,4", done[3].Details["earlier"])
	})
}

// monthOf is the SQL of a partition and of the rows that move there.
func monthOf(term audit.Term, year int, month time.Month) string {
	m := notary.Month{Term: term, Year: year, Month: month}
	low, high := m.IDs()
	return fmt.Sprintf(`CREATE TABLE {s}.audit_entry_%[1]s_%[2]s (LIKE {s}.audit_entry INCLUDING DEFAULTS);
		WITH moved AS (DELETE FROM {s}.audit_entry_%[1]s_rest WHERE id >= '%[3]s' AND id < '%[4]s' RETURNING *)
			INSERT INTO {s}.audit_entry_%[1]s_%[2]s SELECT * FROM moved;
		ALTER TABLE {s}.audit_entry_%[1]s ATTACH PARTITION {s}.audit_entry_%[1]s_%[2]s FOR VALUES FROM ('%[3]s') TO ('%[4]s');`,
		term, m.Start().Format("2006_01"), low, high)
}

// TestDamageOfAPrunedLog deletes more than was pruned, forges what explains it, and deletes what does.
func TestDamageOfAPrunedLog(t *testing.T) {
	written := day(2024, time.February, 3)
	a := agingOnPostgres(t, written)
	for i := range 4 {
		a.keep(t, elm, []audit.Term{audit.OneYear, audit.SixYears}[i%2], written.Add(time.Duration(i)*time.Second))
	}
	a.integrate(t)
	a.now = written.AddDate(2, 0, 0)
	_, err := a.prune(notary.Month{Term: audit.OneYear, Year: 2024, Month: time.February})
	require.NoError(t, err)
	a.integrate(t)
	a.exec(t, `CREATE TABLE {s}.kept AS TABLE {s}.audit_entry`)
	for name, c := range map[string]struct {
		sql  string
		want []string
	}{
		"nothing": {`SELECT 1`, []string{}},
		"evidence of a pruned month is deleted": {
			`DELETE FROM {s}.audit_entry WHERE seq = 2`, []string{"deleted 1"},
		},
		"the entries of the pruning are deleted": {
			`DELETE FROM {s}.audit_entry WHERE action = 'audit.prune'`, []string{"deleted 0", "deleted 2", "deleted 4", "deleted 5"},
		},
		"the entry that the leaves went is deleted": {
			`DELETE FROM {s}.audit_entry WHERE seq = (SELECT max(seq) FROM {s}.audit_entry)`,
			[]string{"deleted 0", "deleted 2", "deleted 5"},
		},
		"the entry that they are to go is deleted": {
			`DELETE FROM {s}.audit_entry WHERE seq = (SELECT min(seq) FROM {s}.audit_entry WHERE action = 'audit.prune')`,
			[]string{"deleted 4"},
		},
		"the entries of the pruning are another practice's": {
			`UPDATE {s}.audit_entry SET practice = 'oak' WHERE action = 'audit.prune'`,
			[]string{"deleted 0", "deleted 2", "deleted 4", "deleted 5"},
		},
		"evidence is passed off as an entry of a pruning": {
			`UPDATE {s}.audit_entry SET action = 'audit.prune' WHERE seq = 2; DELETE FROM {s}.audit_entry WHERE seq = 4`,
			[]string{"edited 1", "deleted 3"},
		},
		"an entry of a pruning is forged": {
			`INSERT INTO {s}.audit_entry (practice, id, at, actor_kind, actor, action, outcome, term, tag, bytes, mac)
				SELECT practice, 'f', at, actor_kind, actor, action, outcome, term, tag, bytes, mac FROM {s}.audit_entry
				WHERE seq = (SELECT max(seq) FROM {s}.audit_entry); DELETE FROM {s}.audit_entry WHERE seq = 4`,
			[]string{"deleted 3", "forged -1"},
		},
		"a second row takes the id of evidence": {
			`INSERT INTO {s}.audit_entry (practice, id, at, actor_kind, actor, action, outcome, term, tag, bytes, mac)
				SELECT practice, id, at, actor_kind, actor, action, outcome, '1y', tag, bytes, mac FROM {s}.audit_entry
				WHERE seq = 2`,
			[]string{"forged -1"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			a.exec(t, c.sql)
			defer a.exec(t, `TRUNCATE {s}.audit_entry; INSERT INTO {s}.audit_entry OVERRIDING SYSTEM VALUE SELECT * FROM {s}.kept`)
			got := []string{}
			for _, d := range a.verify(t, elm).Damage {
				got = append(got, fmt.Sprintf("%s %d", d.Kind, d.Position))
			}
			require.Equal(t, c.want, got)
		})
	}
}
