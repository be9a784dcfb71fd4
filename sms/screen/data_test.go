package screen_test

import (
	"bytes"
	"encoding/json"
	"hash/fnv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/internal/shareddata"
	"github.com/enamel-go/enamel/sms/screen"
)

// sample is a line of the public collections.
type sample struct{ ID, Label, Tag, Expect, Shaft, Text string }

// collection reads shared material that is no part of the repository.
func collection(t testing.TB, name string) []sample {
	t.Helper()
	var all []sample
	for line := range bytes.Lines(shareddata.Read(t, name)) {
		var s sample
		require.NoError(t, json.Unmarshal(line, &s))
		all = append(all, s)
	}
	require.NotEmpty(t, all)
	return all
}

// heldOut reports whether a line is of the half that no rule was first written on. The split is by a hash of the line's id.
func heldOut(id string) bool {
	h := fnv.New32a()
	_, _ = h.Write([]byte(id))
	return h.Sum32()>>16&1 == 1
}

// rate is how many of some lines were found, in the half that rules were written on, and in the other.
type rate struct{ found, all [2]int }

func (r rate) per(halves ...int) float64 {
	found, all := 0, 0
	for _, h := range halves {
		found, all = found+r.found[h], all+r.all[h]
	}
	return float64(found) / float64(max(all, 1))
}

// measure counts the lines in whose findings one of the classes is; without classes, those with any.
func measure(lines []sample, is func(sample) bool, classes ...screen.Class) rate {
	var r rate
	for _, s := range lines {
		if !is(s) {
			continue
		}
		half := 0
		if heldOut(s.ID) {
			half = 1
		}
		r.all[half]++
		if carries(s.Text, classes...) {
			r.found[half]++
		}
	}
	return r
}

// carries reports whether one of the classes is among a text's findings.
func carries(text string, classes ...screen.Class) bool {
	found := screen.Screen(text, screen.Context{})
	if len(classes) == 0 {
		return len(found) > 0
	}
	for _, f := range found {
		for _, c := range classes {
			if f.Class == c {
				return true
			}
		}
	}
	return false
}

func TestPromise_D5_2_PublicCollections(t *testing.T) {
	health, shaft := []screen.Class{screen.Health, screen.Link}, []screen.Class{screen.Shaft}
	reminders, clinical := collection(t, "phi/reminders.jsonl"), collection(t, "phi/clinical_sentences.jsonl")
	ordinary := append(collection(t, "sms/uci.jsonl"), collection(t, "sms/smishing.jsonl")...)
	adult := collection(t, "sms/shaft.jsonl")
	labelled := func(label string) func(sample) bool {
		return func(s sample) bool {
			return s.Label == label || s.Tag == label || s.Expect == label || s.Shaft == label
		}
	}
	log := func(what string, r rate) rate {
		t.Logf("%-48s %4d of %4d in the half that was written on, %4d of %4d in the other: %5.1f %%",
			what, r.found[0], r.all[0], r.found[1], r.all[1], 100*r.per(0, 1))
		return r
	}
	t.Run("refuses_reminders_that_name_a_treatment", func(t *testing.T) {
		require.Equal(t, 1.0, log("reminders to block", measure(reminders, labelled("block"), health...)).per(0, 1))
	})
	t.Run("refuses_dental_sentences", func(t *testing.T) {
		r := log("dental sentences", measure(clinical, labelled("dental"), health...))
		require.GreaterOrEqual(t, r.per(0), 0.95)
		require.GreaterOrEqual(t, r.per(1), 0.95)
	})
	t.Run("refuses_clinical_sentences", func(t *testing.T) {
		require.GreaterOrEqual(t, log("clinical sentences", measure(clinical, labelled("clinical"), health...)).per(1), 0.93)
		require.GreaterOrEqual(t, log("histories", measure(clinical, labelled("tobacco-alcohol-history"), health...)).per(1), 0.70)
	})
	t.Run("refuses_sex", func(t *testing.T) {
		require.GreaterOrEqual(t, log("advertisements of sex", measure(adult, labelled("sex"), shaft...)).per(0, 1), 0.90)
	})
	t.Run("allows_ordinary_texts", func(t *testing.T) {
		require.Zero(t, log("reminders to allow", measure(reminders, labelled("allow"))).per(0, 1))
		log("reminders to review", measure(reminders, labelled("review")))
		r := log("ordinary texts, health and SHAFT", measure(ordinary, labelled("ham"), screen.Health, screen.Link, screen.Person, screen.Shaft))
		require.LessOrEqual(t, r.per(0, 1), 0.01)
		require.LessOrEqual(t, log("ordinary texts, any class", measure(ordinary, labelled("ham"))).per(0, 1), 0.01)
	})
	t.Run("allows_words_that_are_names", func(t *testing.T) {
		family := screen.Context{People: []string{"Will", "May", "Grace", "Hope", "Mark", "Bill", "An", "My", "Isa", "Can", "Sol"}}
		texts, stopped := append(reminders, ordinary...), 0
		for _, s := range texts {
			if len(named(s.Text, family)) > 0 {
				stopped++
			}
		}
		require.LessOrEqual(t, float64(stopped)/float64(len(texts)), 0.01)
	})
	t.Run("is_silent_where_nothing_is_sold", func(t *testing.T) {
		require.Zero(t, log("other advertisements, SHAFT", measure(adult, labelled("none"), shaft...)).per(0, 1))
		require.Zero(t, log("private talk, SHAFT", measure(adult, labelled("ham-mention"), shaft...)).per(0, 1))
		for _, tag := range []string{"tobacco-alcohol-history", "clinical", "dental"} {
			require.Zero(t, log(tag+", SHAFT", measure(clinical, labelled(tag), shaft...)).per(0, 1))
		}
	})
}

func TestPromise_D5_2_NoHealthNoShaft(t *testing.T) {
	for _, body := range []string{
		"Your root canal is on Thursday.", "Your #14 is ready.", "Your biopsy results are in.", "Your balance is $20.", "Su extracción es el jueves.",
		"Votre traitement de canal est jeudi.", "See https://elm.example/denture", "Happy hour with us!", "Reply for hot girls: 69888", "Free cigars for all!",
	} {
		t.Run("refuses_"+body, func(t *testing.T) {
			require.True(t, carries(body, screen.Health, screen.Link, screen.Shaft))
		})
	}
	t.Run("allows_a_history_as_shaft", func(t *testing.T) {
		for _, body := range []string{"He drinks alcohol socially.", "She smokes a pack of cigarettes a day.", "Uses marijuana at times.", "He is sexually active.", "Owns a gun."} {
			require.False(t, carries(body, screen.Shaft, screen.Forbidden), body)
		}
	})
	t.Run("without_rule", func(t *testing.T) {
		require.False(t, carries("Your visit is on Thursday."), "the same without the word passes")
	})
}

// TestNamesOfDrugs measures the stems on names that they were not made from.
func TestNamesOfDrugs(t *testing.T) {
	found, all := 0, 0
	for line := range bytes.Lines(shareddata.Read(t, "phi/drug_names.txt")) {
		if name := string(bytes.TrimSpace(line)); name != "" {
			all++
			if carries("Take your "+name+" at 9.", screen.Health) {
				found++
			}
		}
	}
	t.Logf("%d of %d generic names", found, all)
	require.GreaterOrEqual(t, 100*found, 85*all)
}
