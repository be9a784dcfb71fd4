package sms_test

import (
	"encoding/json"
	"flag"
	"hash/fnv"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/sms"
	"github.com/enamel-go/enamel/sms/screen"
)

var update = flag.Bool("update", false, "write the decisions of testdata anew")

// made are decisions of which a copy is kept in testdata, by the name of its file.
func made() map[string]struct {
	facts sms.Facts
	at    time.Time
} {
	type record = struct {
		facts sms.Facts
		at    time.Time
	}
	night := noon.Add(12 * time.Hour)
	text := func(f sms.Facts) sms.Facts {
		f.Text.ID, f.Text.Practice, f.Text.Patient, f.Text.From, f.Text.To = "t-1", practice, "p-1", office, patient
		f.Text.NotBefore, f.Text.Created, f.Screen = noon, noon, 1 // the screen of their time
		f.Permission.Since, f.Permission.Fact, f.Permission.Why = noon.AddDate(0, -1, 0), "g-1", "The patient agreed (web form)."
		return f
	}
	reminder := text(lawful(noon, "America/Chicago"))
	stale := reminder
	stale.Text.LastUseful = night.Add(4 * time.Hour)
	reply := reminder
	reply.Text.Category, reply.Wrote = consent.Conversational, night.Add(-time.Hour)
	stopped := reminder
	stopped.Permission = consent.Permission{Status: consent.Stopped, Since: noon, Fact: "r-1", Why: "The patient said stop (text)."}
	health := reminder
	health.Findings = []screen.Finding{{Class: screen.Health, What: "treatment", Words: "root canal", Start: 24, End: 34}}
	lapsed := reminder
	lapsed.Standing.Until = noon
	capped := text(promotional(noon, "US-FL", "America/Chicago", "America/New_York"))
	capped.Promotions = []time.Time{noon.Add(-9 * time.Hour), noon.Add(-3 * time.Hour), noon.Add(-time.Hour)}
	saturday := time.Date(2026, 10, 18, 2, 0, 0, 0, time.UTC) // in the evening, before Pennsylvania's ban of Sundays
	return map[string]record{
		"sent":      {reminder, noon},
		"at-night":  {reminder, night},
		"stale":     {stale, night},
		"reply":     {reply, night},
		"stopped":   {stopped, noon},
		"health":    {health, noon},
		"lapsed":    {lapsed, noon},
		"capped":    {capped, noon},
		"amendment": {text(promotional(saturday, "US-PA", "America/New_York")), saturday},
	}
}

// A decision that was kept years ago is made again, from its JSON and from the rows of its time. Whoever alters a row, rather
// than having a newer one follow it, changes what stands here.
func TestKeptDecisionsReplay(t *testing.T) {
	l := law(t)
	for name, m := range made() {
		file := filepath.Join("testdata", "decisions", name+".json")
		if *update {
			d := l.Decide(m.facts, m.at)
			d.Facts = &m.facts
			raw, err := json.MarshalIndent(d, "", "\t")
			require.NoError(t, err)
			require.NoError(t, os.WriteFile(file, append(raw, '\n'), 0o600))
		}
		raw, err := os.ReadFile(file)
		require.NoError(t, err)
		var kept sms.Decision
		require.NoError(t, json.Unmarshal(raw, &kept))
		if diff := cmp.Diff(m.facts, *kept.Facts); diff != "" {
			t.Errorf("%s: the facts do not survive JSON: %s", name, diff)
		}
		again, err := l.Replay(sms.Tracked{Text: kept.Facts.Text, Progress: sms.Progress{Decision: kept}})
		require.NoError(t, err, name)
		kept.Facts.Text = sms.Text{}
		if diff := cmp.Diff(kept, again); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// whole sets every field of v to something that tells it apart by its name.
func whole(t *testing.T, v reflect.Value, name string) {
	sum := fnv.New32()
	sum.Write([]byte(name))
	switch v.Kind() {
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(time.Unix(int64(sum.Sum32()), 0).UTC()))
			return
		}
		for i := range v.NumField() {
			whole(t, v.Field(i), name+"."+v.Type().Field(i).Name)
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		whole(t, v.Index(0), name)
	case reflect.String:
		v.SetString(name)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(sum.Sum32()))
	default:
		t.Fatalf("%s is a %s, which this test cannot set", name, v.Type())
	}
}

// Whoever calls a field otherwise makes what old rows hold unreadable: every field stands in testdata by its name.
func TestTheNamesOfFactsStay(t *testing.T) {
	var f sms.Facts
	whole(t, reflect.ValueOf(&f).Elem(), "facts")
	file := filepath.Join("testdata", "facts.json")
	if *update {
		raw, err := json.MarshalIndent(f, "", "\t")
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(file, append(raw, '\n'), 0o600))
	}
	raw, err := os.ReadFile(file)
	require.NoError(t, err)
	var kept sms.Facts
	require.NoError(t, json.Unmarshal(raw, &kept))
	if diff := cmp.Diff(f, kept); diff != "" {
		t.Error(diff)
	}
}

// Whatever of a row is another, the rules are others: a replay by them is none.
func TestEditionsTellRowsApart(t *testing.T) {
	row := sms.Rule{
		ID: "a", Version: 1, Citation: "b", Check: sms.CheckWindow, Opens: 8 * time.Hour, Closes: 20 * time.Hour, Saturday: &sms.Hours{},
	}
	at := noon.AddDate(1, 0, 0)
	edition := func(r sms.Rule) string {
		l, err := sms.NewLaw([]sms.Rule{r, {ID: "z", Check: sms.CheckUseful}})
		require.NoError(t, err)
		return l.Edition(at)
	}
	known := map[string]string{edition(row): "as it was"}
	for name, change := range map[string]func(*sms.Rule){
		"ID":         func(r *sms.Rule) { r.ID = "b" },
		"Version":    func(r *sms.Rule) { r.Version = 2 },
		"Effective":  func(r *sms.Rule) { r.Effective = noon },
		"Citation":   func(r *sms.Rule) { r.Citation = "c" },
		"Confidence": func(r *sms.Rule) { r.Confidence = sms.Secondary },
		"Source":     func(r *sms.Rule) { r.Source = "d" },
		"Check":      func(r *sms.Rule) { r.Check = sms.CheckPlace },
		"Region":     func(r *sms.Rule) { r.Region = "US-TX" },
		"Only":       func(r *sms.Rule) { r.Only = consent.Promotional },
		"Except":     func(r *sms.Rule) { r.Except = consent.Promotional },
		"Zone":       func(r *sms.Rule) { r.Zone = "America/Chicago" },
		"Opens":      func(r *sms.Rule) { r.Opens = 9 * time.Hour },
		"Closes":     func(r *sms.Rule) { r.Closes = 21 * time.Hour },
		"Saturday":   func(r *sms.Rule) { r.Saturday = nil },
		"Sunday":     func(r *sms.Rule) { r.Sunday = &sms.Hours{} },
		"Holidays":   func(r *sms.Rule) { r.Holidays = "US-UT" },
		"Most":       func(r *sms.Rule) { r.Most = 1 },
		"Within":     func(r *sms.Rule) { r.Within = time.Hour },
		"Bases":      func(r *sms.Rule) { r.Bases = []consent.Basis{consent.WebForm} },
		"Classes":    func(r *sms.Rule) { r.Classes = []screen.Class{screen.Health} },
		"Says":       func(r *sms.Rule) { r.Says = "It does." },
	} {
		other := row
		change(&other)
		id := edition(other)
		require.Empty(t, known[id], name)
		known[id] = name
	}
	require.Len(t, known, 1+reflect.TypeFor[sms.Rule]().NumField(), "the test changes every field")
}

// Rows that take effect later change no decision that was made before; without a row that decided there is no replay.
func TestReplayNeedsTheRowsOfTheTime(t *testing.T) {
	f := lawful(noon, "America/Chicago")
	kept := law(t).Decide(f, noon)
	kept.Facts = &f
	tracked := sms.Tracked{Text: f.Text, Progress: sms.Progress{Decision: kept}}
	later := append(sms.Promised(), sms.Rule{
		ID: "window-central", Version: 2, Effective: noon.AddDate(1, 0, 0), Check: sms.CheckWindow, Zone: "America/Chicago",
		Opens: 9 * time.Hour, Closes: 20 * time.Hour, Citation: "a law of next year",
	})
	l, err := sms.NewLaw(later)
	require.NoError(t, err)
	require.Equal(t, law(t).Edition(noon), l.Edition(noon))
	require.NotEqual(t, law(t).Edition(noon.AddDate(1, 0, 0)), l.Edition(noon.AddDate(1, 0, 0)))
	again, err := l.Replay(tracked)
	require.NoError(t, err)
	require.Equal(t, kept.Trail, again.Trail)
	require.Equal(t, kept.Until, again.Until)

	altered := sms.Promised()
	altered[0].Citation = "another"
	l, err = sms.NewLaw(altered)
	require.NoError(t, err)
	_, err = l.Replay(tracked)
	require.ErrorIs(t, err, sms.ErrLaw)
	_, err = law(t).Replay(sms.Tracked{Text: f.Text})
	require.ErrorIs(t, err, sms.ErrNotFound)
}

// Whatever became of a text: the decision is kept with what it was made from, and replays from either store.
func TestEveryDecisionIsKeptWithItsFacts(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		w.grant(consent.Transactional)
		w.paper(patient, consent.Promotional)
		w.paper(patient, consent.Conversational)
		w.receive(patient, "When is my visit?")
		other := w.text("to somebody else")
		other.To = "+16155550101"
		late := w.text("at night")
		late.NotBefore = w.now.Now().Add(12 * time.Hour)
		promotion := w.text("promotion")
		promotion.Category, promotion.Region = consent.Promotional, "US-FL"
		reply := w.text("reply")
		reply.Category = consent.Conversational
		var keys []sms.Key
		for _, x := range []sms.Text{w.text("sent"), other, late, promotion, reply} {
			keys = append(keys, w.enqueue(x))
		}
		w.step(w.dispatcher())
		w.now.Add(12 * time.Hour)
		w.step(w.dispatcher())
		verdicts := map[sms.Verdict]int{}
		for _, k := range keys {
			tracked := w.tracked(k)
			verdicts[tracked.Decision.Verdict]++
			require.NotNil(t, tracked.Decision.Facts, k.ID)
			require.Zero(t, tracked.Decision.Facts.Text, "the text is kept once")
			again, err := law(t).Replay(tracked)
			require.NoError(t, err)
			if diff := cmp.Diff(tracked.Decision, again); diff != "" {
				t.Errorf("%s: %s", k.ID, diff)
			}
			clone := tracked.Decision.Clone()
			require.Equal(t, tracked.Decision, clone)
		}
		require.Equal(t, map[sms.Verdict]int{sms.Send: 3, sms.Refuse: 1, sms.Defer: 1}, verdicts)
	})
}

// A clone shares nothing, however many fields the facts will have.
func TestClonesShareNothing(t *testing.T) {
	d := sms.Decision{
		Trail: []sms.Step{{Rule: "a"}}, Next: []string{"a"},
		Facts: &sms.Facts{
			Standing: sms.Standing{Categories: consent.Categories()}, Zones: []string{"a"}, Regions: []string{"a"},
			Promotions: []time.Time{noon}, Findings: []screen.Finding{{What: "a"}},
			Text: sms.Text{Subjects: []sms.Subject{{Appointment: "a"}}}, Each: []sms.Each{{Current: true}},
		},
	}
	var apart func(a, b reflect.Value)
	apart = func(a, b reflect.Value) {
		switch a.Kind() {
		case reflect.Slice:
			require.Positive(t, a.Len(), "the test fills every slice")
			require.NotEqual(t, a.Pointer(), b.Pointer())
		case reflect.Pointer:
			require.NotEqual(t, a.Pointer(), b.Pointer())
			apart(a.Elem(), b.Elem())
		case reflect.Struct:
			if a.Type() == reflect.TypeFor[time.Time]() {
				return
			}
			for i := range a.NumField() {
				apart(a.Field(i), b.Field(i))
			}
		}
	}
	clone := d.Clone()
	require.Equal(t, d, clone)
	apart(reflect.ValueOf(d), reflect.ValueOf(clone))
}
