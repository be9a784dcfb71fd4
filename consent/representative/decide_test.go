package representative_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/consent/representative"
)

func law(t testing.TB, rules []representative.Rule, ages []representative.Age) *representative.Law {
	t.Helper()
	l, err := representative.NewLaw(rules, ages)
	require.NoError(t, err)
	return l
}

func promised(t testing.TB) *representative.Law {
	return law(t, representative.Promised(), representative.Ages())
}

func TestNewLawRefuses(t *testing.T) {
	for name, r := range map[string]representative.Rule{
		"no id":            {Check: representative.CheckAdult},
		"an unknown check": {ID: "x", Check: "phase of the moon"},
		"no age":           {ID: "x", Check: representative.CheckConsent},
		"no days":          {ID: "x", Check: representative.CheckAnswer},
	} {
		_, err := representative.NewLaw([]representative.Rule{r}, nil)
		require.ErrorIs(t, err, representative.ErrInvalid, name)
	}
	for name, a := range map[string]representative.Age{
		"no state":       {Years: 18},
		"a State's name": {State: "Texas", Years: 18},
		"no years":       {State: "TX"},
		"an unknown act": {State: "TX", Years: 18, Acts: []representative.Act{"sell"}},
	} {
		_, err := representative.NewLaw(nil, []representative.Age{a})
		require.ErrorIs(t, err, representative.ErrInvalid, name)
	}
}

func TestEveryStateHasOneAgeForAll(t *testing.T) {
	general := map[string]int{}
	for _, a := range representative.Ages() {
		require.NotEmpty(t, a.Citation)
		if len(a.Acts) == 0 {
			require.NotContains(t, general, a.State)
			general[a.State] = a.Years
		}
	}
	require.Len(t, general, 51)
	for state, years := range general {
		require.Equal(t, map[string]int{"AL": 19, "NE": 19, "MS": 21}[state]+map[bool]int{true: 18}[!slices.Contains([]string{"AL", "NE", "MS"}, state)], years, state)
	}
}

func TestARowOfTheFutureCountsFromItsDay(t *testing.T) {
	change := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	l := law(t, representative.Promised(), []representative.Age{
		{State: "ZZ", Years: 21, Effective: change},
		{State: "ZZ", Years: 18},
		{State: "ZZ", Years: 16, Acts: []representative.Act{representative.Agree}},
	})
	born := date(2008, 1, 1)
	q := representative.Question{Person: child, Born: born, State: "ZZ"}
	for _, c := range []struct {
		act     representative.Act
		moment  time.Time
		allowed bool
	}{
		{representative.See, change.Add(-time.Second), true},
		{representative.See, change, false},
		{representative.See, time.Date(2029, 1, 1, 0, 0, 0, 0, time.UTC), true},
		{representative.Agree, time.Date(2023, 12, 31, 0, 0, 0, 0, time.UTC), false},
		{representative.Agree, time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC), true},
		{representative.Agree, change, true},
	} {
		q.Act = c.act
		require.Equal(t, c.allowed, l.May(key, nil, q, c.moment).Allowed, "%+v", c)
	}

	rules := representative.Promised()
	at := slices.IndexFunc(rules, func(r representative.Rule) bool { return r.Check == representative.CheckConsent })
	rules[at].Effective = change
	l = law(t, rules, representative.Ages())
	q = representative.Question{Person: child, Act: representative.Enter, Born: date(2020, 1, 1), State: texas}
	require.True(t, l.May(key, nil, q, change.Add(-time.Second)).Allowed)
	require.False(t, l.May(key, nil, q, change).Allowed)

	rules[slices.IndexFunc(rules, func(r representative.Rule) bool { return r.Check == representative.CheckAnswer })].Effective = change
	l = law(t, rules, nil)
	before := ledger(representative.Fact{Kind: representative.Reported})
	require.Zero(t, l.Reports(key, before, nil, change)[0].Due, "nothing was promised yet when it was made")
	before[0].Recorded = change
	require.Equal(t, date(2027, 1, 31), l.Reports(key, before, nil, change)[0].Due)
}

// ledger is facts of a patient, all recorded at noon.
func ledger(facts ...representative.Fact) []representative.Fact {
	for i := range facts {
		facts[i].Practice, facts[i].Patient, facts[i].Recorded = practice, patient, noon
		if facts[i].At.IsZero() {
			facts[i].At = noon
		}
		if facts[i].ID == "" {
			facts[i].ID = fmt.Sprint("f-", i)
		}
	}
	return facts
}

func TestMay(t *testing.T) {
	all := representative.Acts()
	appointed := representative.Fact{ID: "a", Kind: representative.Appointed, Person: "mother", Basis: representative.Parent, Acts: all, From: date(2020, 1, 1)}
	barred := representative.Fact{ID: "o", Kind: representative.Ordered, Person: "mother", Bars: true, From: date(2026, 1, 1)}
	emancipated := representative.Fact{Kind: representative.Emancipated, From: date(2026, 2, 1)}
	consented := representative.Fact{ID: "c", Kind: representative.Consented, Person: "mother"}
	until := func(f representative.Fact, last representative.Date) representative.Fact {
		f.Until = last
		return f
	}
	for name, c := range map[string]struct {
		facts   []representative.Fact
		who     audit.Actor
		act     representative.Act
		born    representative.Date
		allowed bool
		rule    string
		fact    string
	}{
		"staff see":                       {nil, staff, representative.See, seven, false, "appoint", ""},
		"staff enter":                     {nil, staff, representative.Enter, seven, true, "practice", ""},
		"a teenager enters":               {nil, child, representative.Enter, date(2012, 1, 1), true, "entry", ""},
		"a teenager sees":                 {nil, child, representative.See, date(2012, 1, 1), false, "appoint", ""},
		"an adult sees":                   {nil, child, representative.See, date(2000, 1, 1), true, "adult", ""},
		"an adult whose date is unknown":  {nil, child, representative.See, representative.Date{}, false, "appoint", ""},
		"a stranger enters of a child":    {nil, father, representative.Enter, seven, true, "entry", ""},
		"a stranger enters of an adult":   {nil, father, representative.Enter, date(2000, 1, 1), false, "majority", ""},
		"a mother":                        {ledger(appointed), mother, representative.See, seven, true, "appoint", "a"},
		"a mother of the same id, staff":  {ledger(appointed), audit.Actor{Kind: audit.Staff, ID: "mother"}, representative.See, seven, false, "appoint", ""},
		"barred":                          {ledger(appointed, barred), mother, representative.See, seven, false, "custody", "o"},
		"barred from entering":            {ledger(barred), mother, representative.Enter, seven, false, "custody", "o"},
		"barred until yesterday":          {ledger(appointed, until(barred, date(2026, 3, 1))), mother, representative.See, seven, true, "appoint", "a"},
		"barred until today":              {ledger(appointed, until(barred, date(2026, 3, 2))), mother, representative.See, seven, false, "custody", "o"},
		"barred, and the order has ended": {ledger(appointed, barred, representative.Fact{Kind: representative.Ended, About: "o"}), mother, representative.See, seven, true, "appoint", "a"},
		"of two orders of a day the last written": {
			ledger(barred, representative.Fact{ID: "o2", Kind: representative.Ordered, Person: "mother", From: date(2026, 1, 1)}),
			mother, representative.See, seven, true, "appoint", "o2",
		},
		"an older order that is written later": {
			ledger(barred, representative.Fact{ID: "o2", Kind: representative.Ordered, Person: "mother", From: date(2025, 1, 1)}),
			mother, representative.See, seven, false, "custody", "o",
		},
		"barred, and appointed since": {
			ledger(barred, representative.Fact{Kind: representative.Appointed, Person: "mother", Basis: representative.Parent, Acts: all, From: date(2026, 2, 1)}),
			mother, representative.See, seven, false, "custody", "o",
		},
		"barred, and staff have the id": {ledger(barred), audit.Actor{Kind: audit.Staff, ID: "mother"}, representative.See, seven, false, "appoint", ""},
		"a court's order about an adult": {
			ledger(representative.Fact{ID: "o2", Kind: representative.Ordered, Person: "mother", From: date(2026, 1, 1)}),
			mother, representative.See, date(2000, 1, 1), true, "appoint", "o2",
		},
		"a parent of an adult, appointed since": {
			ledger(representative.Fact{Kind: representative.Appointed, Person: "mother", Basis: representative.Parent, Acts: all, From: date(2026, 1, 1)}),
			mother, representative.See, date(2000, 1, 1), false, "majority", "",
		},
		"an emancipated patient whose date is unknown": {ledger(emancipated), child, representative.See, representative.Date{}, true, "adult", ""},
		"an emancipation of who was of age before": {
			ledger(emancipated, representative.Fact{
				ID: "b", Kind: representative.Appointed, Person: "mother", Basis: representative.ByPatient, Acts: all, From: date(2026, 1, 1),
			}),
			mother, representative.See, date(2000, 1, 1), true, "appoint", "b",
		},
		"a report of what an adult gave":            {ledger(representative.Fact{Kind: representative.Reported}), child, representative.See, date(2000, 1, 1), true, "adult", ""},
		"a patient of another id enters of a child": {nil, audit.Actor{Kind: audit.Patient, ID: "p-205"}, representative.Enter, ten, false, "appoint", ""},
		"a consent":                     {ledger(consented), child, representative.Enter, ten, true, "consent", "c"},
		"a consent of a barred parent":  {ledger(consented, barred), child, representative.Enter, ten, false, "consent", ""},
		"a withdrawal of the same time": {ledger(representative.Fact{Kind: representative.Withdrawn, Person: "father"}, consented), child, representative.Enter, ten, false, "consent", ""},
		"a withdrawal of the past":      {ledger(representative.Fact{Kind: representative.Withdrawn, Person: "father", At: noon.Add(-time.Hour)}, consented), child, representative.Enter, ten, true, "consent", "c"},
		"a withdrawal at once, by a clock that is behind": {
			ledger(consented, representative.Fact{Kind: representative.Withdrawn, Person: "father", At: noon.Add(-time.Minute)}),
			child, representative.Enter, ten, false, "consent", "",
		},
		"a withdrawal dated ahead": {ledger(representative.Fact{Kind: representative.Withdrawn, Person: "father", At: noon.Add(time.Hour)}, consented), child, representative.Enter, ten, false, "consent", ""},
		"a patient of another id":  {ledger(consented), audit.Actor{Kind: audit.Patient, ID: "p-205"}, representative.Enter, date(2000, 1, 1), false, "appoint", ""},
		"an unknown act":           {ledger(appointed), mother, "sell", seven, false, "appoint", ""},
	} {
		t.Run(name, func(t *testing.T) {
			a := promised(t).May(key, c.facts, representative.Question{Person: c.who, Act: c.act, Born: c.born, State: texas}, noon)
			require.Equal(t, c.allowed, a.Allowed, a.Why)
			require.Equal(t, c.rule, a.Rule, a.Why)
			require.Equal(t, c.fact, a.Fact)
			last := a.Trail[len(a.Trail)-1]
			require.Equal(t, []any{a.Rule, a.Why, a.Fact}, []any{last.Rule, last.Reason, last.Fact})
		})
	}
}

// What is kept from parents is named to whoever may see the rest, once, and to nobody else.
func TestWithout(t *testing.T) {
	all := representative.Acts()
	shield := representative.Fact{Kind: representative.Shielded, Episode: "visit-9", Basis: representative.Lawful}
	appointed := representative.Fact{Kind: representative.Appointed, Person: "mother", Basis: representative.Parent, Acts: all, From: date(2020, 1, 1)}
	chosen := representative.Fact{Kind: representative.Appointed, Person: "mother", Basis: representative.ByPatient, Acts: all, From: date(2025, 1, 1)}
	facts := ledger(shield, appointed, shield, chosen)
	for name, c := range map[string]struct {
		who  audit.Actor
		act  representative.Act
		born representative.Date
		want []string
	}{
		"a parent":           {mother, representative.See, seven, []string{"visit-9"}},
		"who may not":        {father, representative.See, seven, nil},
		"who was chosen":     {mother, representative.See, date(2000, 1, 1), nil},
		"the patient":        {child, representative.See, date(2000, 1, 1), nil},
		"the practice":       {staff, representative.Enter, seven, nil},
		"a stranger's entry": {father, representative.Enter, seven, []string{"visit-9"}},
	} {
		t.Run(name, func(t *testing.T) {
			q := representative.Question{Person: c.who, Act: c.act, Born: c.born, State: texas}
			require.Equal(t, c.want, promised(t).May(key, facts, q, noon).Without)
		})
	}
}

// A withdrawal that is dated ahead counts from when it was recorded, and no consent of after that waits for its date.
func TestAConsentOfAfterAWithdrawalThatWasDatedAhead(t *testing.T) {
	facts := ledger(
		representative.Fact{Kind: representative.Withdrawn, Person: "father", At: noon.Add(time.Hour)},
		representative.Fact{ID: "c", Kind: representative.Consented, Person: "mother", At: noon.Add(time.Minute)},
	)
	facts[1].Recorded = noon.Add(time.Minute)
	q := representative.Question{Person: child, Act: representative.Enter, Born: ten, State: texas}
	require.True(t, promised(t).May(key, facts, q, noon.Add(time.Minute)).Allowed)
}

// A consent that claims to be later than a withdrawal, and was recorded before it was said, does not outrank it.
func TestAConsentThatClaimsToBeLaterThanAWithdrawal(t *testing.T) {
	facts := ledger(
		representative.Fact{Kind: representative.Consented, Person: "mother", At: noon.Add(50 * time.Second)},
		representative.Fact{Kind: representative.Withdrawn, Person: "father", At: noon.Add(20 * time.Second)},
	)
	facts[1].Recorded = noon.Add(10 * time.Minute)
	q := representative.Question{Person: child, Act: representative.Enter, Born: ten, State: texas}
	require.False(t, promised(t).May(key, facts, q, noon.Add(time.Hour)).Allowed)
}

func TestTheOrderOfAgesDecidesNothing(t *testing.T) {
	change := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	rows := []representative.Age{
		{State: "ZZ", Years: 18},
		{State: "ZZ", Years: 21, Effective: change},
		{State: "ZZ", Years: 14, Acts: []representative.Act{representative.Agree}},
		{State: "ZZ", Years: 16, Acts: []representative.Act{representative.Agree}, Effective: change.AddDate(-1, 0, 0)},
	}
	rapid.Check(t, func(t *rapid.T) {
		l, err := representative.NewLaw(representative.Promised(), rapid.Permutation(rows).Draw(t, "rows"))
		require.NoError(t, err)
		for _, c := range []struct {
			act    representative.Act
			moment time.Time
			years  int
		}{
			{representative.See, change.Add(-time.Second), 18},
			{representative.See, change, 21},
			{representative.Agree, change.AddDate(-1, 0, -1), 14},
			{representative.Agree, change.AddDate(-1, 0, 1), 16},
			{representative.Agree, change, 16},
		} {
			for _, years := range []int{c.years, c.years - 1} {
				born := date(c.moment.Year()-years, c.moment.Month(), c.moment.Day())
				q := representative.Question{Person: child, Act: c.act, Born: born, State: "ZZ"}
				require.Equal(t, years == c.years, l.May(key, nil, q, c.moment).Allowed, "%+v", c)
			}
		}
	})
}

func TestWhatNoRuleAllowsIsRefused(t *testing.T) {
	a := law(t, nil, nil).May(key, nil, representative.Question{Person: staff, Act: representative.Enter}, noon)
	require.Empty(t, cmp.Diff(representative.Answer{Why: "No rule allows it."}, a))
}

func TestFactsOfAnotherLedgerDoNotCount(t *testing.T) {
	facts := ledger(representative.Fact{Kind: representative.Consented, Person: "mother"}, representative.Fact{Kind: representative.Reported})
	for _, other := range []representative.Key{{Practice: "oak-street", Patient: patient}, {Practice: practice, Patient: "p-205"}} {
		q := representative.Question{Person: audit.Actor{Kind: audit.Patient, ID: other.Patient}, Act: representative.Enter, Born: ten, State: texas}
		require.Equal(t, "consent", promised(t).May(other, facts, q, noon).Rule)
		require.Empty(t, promised(t).Reports(other, facts, nil, noon))
	}
}

// TestThePastStaysAsItWas appends any facts and asks again about moments before they were recorded.
func TestThePastStaysAsItWas(t *testing.T) {
	l := promised(t)
	rapid.Check(t, func(rt *rapid.T) {
		now := noon
		var facts []representative.Fact
		var answers []representative.Answer
		var asked []representative.Question
		var moments []time.Time
		for n := range rapid.IntRange(1, 12).Draw(rt, "facts") {
			now = now.Add(time.Duration(rapid.IntRange(1, 60).Draw(rt, "hours")) * time.Hour)
			facts = append(facts, representative.Fact{
				ID: fmt.Sprint(n), Practice: practice, Patient: patient, Recorded: now, At: now,
				Kind: rapid.SampledFrom([]representative.Kind{
					representative.Appointed, representative.Ordered, representative.Emancipated, representative.Ended, representative.Shielded,
					representative.Consented, representative.Withdrawn, representative.Reported, representative.Removed,
				}).Draw(rt, "kind"),
				Person: rapid.SampledFrom([]string{"mother", "father"}).Draw(rt, "person"), Acts: representative.Acts(),
				Basis: rapid.SampledFrom([]representative.Basis{representative.Parent, representative.Court, representative.ByPatient}).Draw(rt, "basis"),
				Bars:  rapid.Bool().Draw(rt, "bars"), From: date(2026, 3, rapid.IntRange(1, 20).Draw(rt, "from")),
				About: fmt.Sprint(rapid.IntRange(0, 11).Draw(rt, "about")), Episode: rapid.SampledFrom([]string{"v-1", "v-2"}).Draw(rt, "episode"),
			})
			q := representative.Question{
				Person:  rapid.SampledFrom([]audit.Actor{staff, child, mother, father}).Draw(rt, "who"),
				Act:     rapid.SampledFrom(representative.Acts()).Draw(rt, "act"),
				Episode: rapid.SampledFrom([]string{"", "v-1", "v-2"}).Draw(rt, "asked"),
				Born:    rapid.SampledFrom([]representative.Date{seven, ten, date(2008, 3, 8), date(2000, 1, 1), {}}).Draw(rt, "born"), State: texas,
			}
			asked, moments, answers = append(asked, q), append(moments, now), append(answers, l.May(key, facts, q, now))
		}
		for i, moment := range moments {
			require.Empty(rt, cmp.Diff(answers[i], l.May(key, facts, asked[i], moment)))
		}
		// Whatever was recorded, no representative sees a minor's own episode.
		for _, f := range facts {
			if f.Kind != representative.Shielded {
				continue
			}
			for _, who := range []audit.Actor{mother, father} {
				a := l.May(key, facts, representative.Question{Person: who, Act: representative.See, Episode: f.Episode, Born: ten, State: texas}, now)
				emancipated := slices.ContainsFunc(facts, func(f representative.Fact) bool { return f.Kind == representative.Emancipated })
				require.False(rt, a.Allowed && !emancipated, a.Why)
			}
		}
	})
}
