package policy_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/consent/policy"
)

// edition is a version's fact of a day in March, published on March 1.
func edition(label string, from int, material bool) policy.Fact {
	at := time.Date(2026, 3, from, 0, 0, 0, 0, time.UTC)
	return policy.Fact{
		ID: label, Practice: practice, Document: document, Kind: policy.Published, Version: label,
		Recorded: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC),
		Edition: policy.Edition{
			Texts: []policy.Text{{Language: "en", Body: clause, Use: clause}}, Effective: day(3, from), Zone: "UTC", From: at, Material: material,
		},
	}
}

func did(kind policy.Kind, label string) policy.Fact {
	return policy.Fact{Kind: kind, Version: label, Person: patient, Recorded: time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)}
}

func TestNext(t *testing.T) {
	versions := []policy.Fact{edition("1", 2, false), edition("2", 10, true), edition("3", 20, false), edition("4", 28, true)}
	at := func(d int) time.Time { return time.Date(2026, 3, d, 0, 0, 0, 0, time.UTC) }
	for name, c := range map[string]struct {
		person []policy.Fact
		moment time.Time
		step   policy.Step
		about  string
	}{
		"before the first version":                   {nil, at(2).Add(-1), policy.Settled, ""},
		"nobody yet":                                 {nil, at(2), policy.Ask, "1"},
		"told alone":                                 {[]policy.Fact{did(policy.Told, "1")}, at(2), policy.Ask, "1"},
		"accepted":                                   {[]policy.Fact{did(policy.Accepted, "1")}, at(9), policy.Settled, "1"},
		"a material change":                          {[]policy.Fact{did(policy.Accepted, "1")}, at(10), policy.Tell, "2"},
		"told of another":                            {[]policy.Fact{did(policy.Accepted, "1"), did(policy.Told, "1")}, at(10), policy.Tell, "2"},
		"told of it":                                 {[]policy.Fact{did(policy.Accepted, "1"), did(policy.Told, "2")}, at(10), policy.Use, "2"},
		"used on":                                    {[]policy.Fact{did(policy.Accepted, "1"), did(policy.Used, "2")}, at(10), policy.Settled, "2"},
		"accepted ahead":                             {[]policy.Fact{did(policy.Accepted, "1"), did(policy.Accepted, "2")}, at(10), policy.Settled, "2"},
		"accepted ahead, before its date":            {[]policy.Fact{did(policy.Accepted, "2")}, at(9), policy.Ask, "1"},
		"one that is not material after it":          {[]policy.Fact{did(policy.Accepted, "2")}, at(20), policy.Settled, "3"},
		"a material one passed over":                 {[]policy.Fact{did(policy.Accepted, "1")}, at(20), policy.Tell, "3"},
		"told of the material one that was passed":   {[]policy.Fact{did(policy.Accepted, "1"), did(policy.Told, "2")}, at(20), policy.Use, "3"},
		"a later material one":                       {[]policy.Fact{did(policy.Accepted, "3")}, at(28), policy.Tell, "4"},
		"an older one accepted after a newer one":    {[]policy.Fact{did(policy.Accepted, "2"), did(policy.Accepted, "1")}, at(20), policy.Settled, "3"},
		"a fact that was recorded after the moment":  {[]policy.Fact{did(policy.Accepted, "1")}, at(2).Add(-time.Hour), policy.Settled, ""},
		"told of the newest, having missed material": {[]policy.Fact{did(policy.Accepted, "1"), did(policy.Told, "3")}, at(20), policy.Tell, "3"},
	} {
		t.Run(name, func(t *testing.T) {
			due := policy.Next(versions, c.person, c.moment)
			require.Equal(t, c.step, due.Step, due.Why)
			require.Equal(t, c.about, due.Fact.Version)
			require.NotEmpty(t, due.Why)
		})
	}

	versions = append(versions, edition("5", 29, true))
	due := policy.Next(versions, []policy.Fact{did(policy.Accepted, "1"), did(policy.Told, "4")}, at(30))
	require.Equal(t, policy.Tell, due.Step)
	require.Len(t, due.Changes, 2)
	require.Equal(t, []string{"2", "5"}, []string{due.Changes[0].Version, due.Changes[1].Version}, "whoever was long away is told of all that changed")
}

func TestNextLooksAhead(t *testing.T) {
	upcoming := func(material bool, channel policy.Channel) policy.Fact {
		f := edition("2", 10, material)
		f.Edition.Announced = []policy.Announcement{{Channel: channel, On: day(3, 5)}}
		return f
	}
	for name, c := range map[string]struct {
		upcoming policy.Fact
		more     []policy.Fact
		on       int
		step     policy.Step
		about    string
	}{
		"before the notice's day":    {upcoming(true, policy.Notice), nil, 4, policy.Settled, "1"},
		"on its day":                 {upcoming(true, policy.Notice), nil, 5, policy.Tell, "2"},
		"by e-mail alone":            {upcoming(true, policy.Email), nil, 5, policy.Settled, "1"},
		"what is not material":       {upcoming(false, policy.Notice), nil, 5, policy.Settled, "1"},
		"told already":               {upcoming(true, policy.Notice), []policy.Fact{did(policy.Told, "2")}, 5, policy.Settled, "1"},
		"accepted already":           {upcoming(true, policy.Notice), []policy.Fact{did(policy.Accepted, "2")}, 5, policy.Settled, "1"},
		"told, and its day has come": {upcoming(true, policy.Notice), []policy.Fact{did(policy.Told, "2")}, 10, policy.Use, "2"},
	} {
		t.Run(name, func(t *testing.T) {
			due := policy.Next([]policy.Fact{edition("1", 2, false), c.upcoming}, append(c.more, did(policy.Accepted, "1")), time.Date(2026, 3, c.on, 0, 0, 0, 0, time.UTC))
			require.Equal(t, c.step, due.Step, due.Why)
			require.Equal(t, c.about, due.Fact.Version)
		})
	}
}

func TestVersionsStandInTheOrderOfTheirDates(t *testing.T) {
	versions := []policy.Fact{edition("3", 20, false), edition("1", 2, false), edition("2", 10, false)}
	moment := time.Date(2026, 3, 15, 0, 0, 0, 0, time.UTC)
	var labels []string
	for _, f := range policy.Standing(versions, moment) {
		labels = append(labels, f.Version)
	}
	require.Equal(t, []string{"1", "2", "3"}, labels)
	now, ok := policy.InEffect(versions, moment)
	require.True(t, ok)
	require.Equal(t, "2", now.Version)
	require.Equal(t, "3", policy.Upcoming(versions, moment)[0].Version)
}

func TestARuleOfTheFutureCountsFromItsDay(t *testing.T) {
	change := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	rules := []policy.Rule{{ID: "mail", Effective: change, OneOf: []policy.Channel{policy.Email}, Citation: "a law of 2027"}}
	e := policy.Edition{Effective: day(6, 1)}
	require.Empty(t, e.Lacks(rules, change.Add(-time.Second)))
	require.Equal(t, []string{"a change is announced by email on 2026-06-01 at the latest (a law of 2027)"}, e.Lacks(rules, change))
}

// TestThePastStaysAsItWas appends any facts and looks at a moment before they were recorded.
func TestThePastStaysAsItWas(t *testing.T) {
	at := func(rt *rapid.T, name string) time.Time {
		return time.Date(2026, 3, rapid.IntRange(1, 20).Draw(rt, name), 0, 0, 0, 0, time.UTC)
	}
	rapid.Check(t, func(rt *rapid.T) {
		var versions, person []policy.Fact
		now := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
		var answers []policy.Due
		var moments []time.Time
		for range rapid.IntRange(1, 10).Draw(rt, "acts") {
			now = now.Add(time.Duration(rapid.IntRange(1, 48).Draw(rt, "hours")) * time.Hour)
			label := rapid.SampledFrom([]string{"1", "2", "3"}).Draw(rt, "label")
			switch rapid.IntRange(0, 3).Draw(rt, "act") {
			case 0:
				f := edition(label, 1, rapid.Bool().Draw(rt, "material"))
				f.Recorded, f.Edition.From = now, at(rt, "from")
				versions = append(versions, f)
			case 1:
				versions = append(versions, policy.Fact{Kind: policy.Withdrawn, Version: label, Recorded: now})
			default:
				f := did(rapid.SampledFrom([]policy.Kind{policy.Told, policy.Accepted, policy.Used}).Draw(rt, "kind"), label)
				f.Recorded = now
				person = append(person, f)
			}
			answers, moments = append(answers, policy.Next(versions, person, now)), append(moments, now)
		}
		for i, moment := range moments {
			require.Empty(rt, cmp.Diff(answers[i], policy.Next(versions, person, moment)))
		}
	})
}

func TestAPersonIsWhoeverThePolicyConcerns(t *testing.T) {
	b := busy(t)
	for _, kind := range []audit.ActorKind{audit.Staff, audit.Representative} {
		someone := audit.Actor{Kind: kind, ID: patient.ID}
		due, err := b.Due(t.Context(), key.Of(someone))
		require.NoError(t, err)
		require.Equal(t, policy.Ask, due.Step, "a %s of the same id is somebody else", kind)
	}
}
